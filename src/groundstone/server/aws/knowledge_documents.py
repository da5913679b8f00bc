"""bedrock-agent: documents handed over, looked up and deleted one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from groundstone.errors import InvalidInput, SourceError, UnreadableDocument
from groundstone.knowledge.direct import Direct, DirectSource, ending
from groundstone.server import auth
from groundstone.server.aws import knowledge_sources as sources
from groundstone.server.aws.errors import refuse
from groundstone.server.aws.knowledge_sources import DataSource
from groundstone.server.aws.operations import AwsCall, operation
from groundstone.server.aws.paging import page, with_token

_ROW = re.compile(r"#[0-9a-f]{16}$")  # behind the id of a table, that of one of its rows


@dataclass(frozen=True, slots=True)
class State:
    """What has become of one document. ``key``: its id in a CUSTOM source, its object's key in one of S3."""

    key: str
    status: str
    reason: str = ""
    updated: datetime | None = None


@operation(
    "bedrock-agent",
    "IngestKnowledgeBaseDocuments",
    differences=("Documents are indexed before the call returns; accessControlList takes ALLOW only.",),
)
def ingest(call: AwsCall) -> Mapping[str, Any]:
    """Keep the documents and index them at once; each is INDEXED or FAILED when this returns."""
    source = sources.find(call)
    keys = [_key(call, source, document["content"]) for document in call.params["documents"]]
    if len(set(keys)) != len(keys):
        raise InvalidInput("documents: two of them have the same identifier")
    with call.platform.ingestion.alone(call.caller, source.base.collection):
        refused = _kept(call, source, keys) if source.spec.kind == "direct" else {}
        wanted = [key for key in keys if key not in refused]
        source.base.kb().sync(only=source.name, documents=set(wanted))
    known = {state.key: state for state in states(source)}
    found = [refused.get(key) or known.get(key) or _absent(source, key) for key in keys]
    return {"documentDetails": [_shown(source, state) for state in found]}


def _absent(source: DataSource, key: str) -> State:
    return State(key, "FAILED", f"there is no such object: {_uri(source, key)}")


def _kept(call: AwsCall, source: DataSource, keys: Sequence[str]) -> dict[str, State]:
    """Write the documents down; those that cannot be used."""
    store, refused = DirectSource(source.base.folder(source.id)), {}
    for key, document in zip(keys, call.params["documents"], strict=True):
        try:
            store.put(_document(call, source, key, document))
        except (UnreadableDocument, SourceError) as error:
            refused[key] = State(key, "FAILED", str(error))
    return refused


def _key(call: AwsCall, source: DataSource, content: Mapping[str, Any]) -> str:
    """The document's id within its source. Raises InvalidInput for content of another kind than the source's."""
    kind = content["dataSourceType"]
    if source.spec.kind == "s3" and kind == "S3" and "s3" in content:
        return _object_key(source, content["s3"]["s3Location"]["uri"])
    if source.spec.kind == "direct" and kind == "CUSTOM" and "custom" in content:
        return str(content["custom"]["customDocumentIdentifier"]["id"])
    if source.spec.kind not in ("s3", "direct"):
        refuse(call, "documents", "this data source is a folder of the server; add the files there and start a job")
    wanted = "S3" if source.spec.kind == "s3" else "CUSTOM"
    raise InvalidInput(f"documents: this data source takes documents of dataSourceType {wanted}")


def _object_key(source: DataSource, uri: str) -> str:
    path = source.spec.path.rstrip("/") + "/"
    if not uri.startswith(path):
        raise InvalidInput(f"documents: {uri!r} does not lie in the bucket of this data source, {path}")
    return uri.removeprefix(path)


def _document(call: AwsCall, source: DataSource, key: str, given: Mapping[str, Any]) -> Direct:
    custom = given["content"]["custom"]
    if custom["sourceType"] == "S3_LOCATION":
        uri = _location(custom, "content.custom")
        data, name = _object(call, source, uri), uri
    else:
        data, name = _inline(custom.get("inlineContent"))
    attributes, readers = _metadata(call, source, given.get("metadata"))
    return Direct(key, data, name, attributes, readers)


def _location(given: Mapping[str, Any], where: str) -> str:
    if "s3Location" not in given:
        raise InvalidInput(f"documents.{where}.s3Location is missing")
    return str(given["s3Location"]["uri"])


def _object(call: AwsCall, source: DataSource, uri: str) -> bytes:
    """Any object that the server can read: for administrators only. Raises Forbidden."""
    auth.need_admin(call.platform, call.caller, "Reading buckets that the server can read")
    return source.base.kb().object(uri)


def _inline(given: Mapping[str, Any] | None) -> tuple[bytes, str]:
    """Bytes and a file name whose ending says what they are."""
    if given is not None and given["type"] == "TEXT" and "textContent" in given:
        return given["textContent"]["data"].encode(), "text.txt"
    if given is not None and given["type"] == "BYTE" and "byteContent" in given:
        content = given["byteContent"]
        try:
            return content["data"], "document" + ending(content["mimeType"])
        except InvalidInput as error:
            raise UnreadableDocument(str(error)) from None
    raise InvalidInput("documents.content.custom.inlineContent: type and content do not belong together")


def _metadata(
    call: AwsCall, source: DataSource, given: Mapping[str, Any] | None
) -> tuple[Mapping[str, Any] | None, tuple[str, ...]]:
    """Attributes in the form of a metadata file, and the names of those who may read."""
    if given is None:
        return None, ()
    readers = []
    for entry in given.get("accessControlList", ()):
        if entry["access"] != "ALLOW":
            refuse(call, "documents.metadata.accessControlList.access DENY", "name those who may read instead")
        readers.append(f"user:{entry['name']}")
    if given["type"] == "S3_LOCATION":
        return _attributes_of_file(_object(call, source, _location(given, "metadata"))), tuple(readers)
    inline = given.get("inlineAttributes", ())
    return {one["key"]: {"value": one["value"]} for one in inline}, tuple(readers)


def _attributes_of_file(data: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(data)["metadataAttributes"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UnreadableDocument('its metadata file is no JSON object with "metadataAttributes"') from None
    if not isinstance(found, dict):
        raise UnreadableDocument('its metadata file is no JSON object with "metadataAttributes"')
    return found


def states(source: DataSource) -> Iterable[State]:
    """All documents of a source that are indexed or failed, by their keys."""
    kb = source.base.kb()
    versions = kb.versions()
    updated = versions[-1].created if versions else None
    prefix = source.spec.prefix
    own = (name for name in kb.collection.ids(kb.principal) if kb.spec.source_of(name) == source.name)
    found = {key: State(key, "INDEXED", "", updated) for key in (_ROW.sub("", name[len(prefix) :]) for name in own)}
    for failure in kb.collection.settings.extra.get("failed", []):
        if failure.get("source", "") == source.name and "id" in failure:
            key = _ROW.sub("", failure["id"][len(prefix) :])
            found[key] = State(key, "PARTIALLY_INDEXED" if key in found else "FAILED", failure["reason"], updated)
    return [found[key] for key in sorted(found)]


@operation("bedrock-agent", "GetKnowledgeBaseDocuments")
def get(call: AwsCall) -> Mapping[str, Any]:
    source = sources.find(call)
    known = {state.key: state for state in states(source)}
    keys = [_identified(source, one) for one in call.params["documentIdentifiers"]]
    found = [known.get(key) or State(key, "NOT_FOUND") for key in keys]
    return {"documentDetails": [_shown(source, state) for state in found]}


@operation("bedrock-agent", "ListKnowledgeBaseDocuments")
def list_documents(call: AwsCall) -> Mapping[str, Any]:
    source = sources.find(call)
    placed = [((0, state.key), state) for state in states(source)]
    found, token = page(f"documents {source.id}", placed, call.params)
    return with_token({"documentDetails": [_shown(source, state) for state in found]}, token)


@operation("bedrock-agent", "DeleteKnowledgeBaseDocuments")
def delete(call: AwsCall) -> Mapping[str, Any]:
    """Delete documents from the index. An object that stays in its bucket comes back with the next job."""
    source = sources.find(call)
    keys = [_identified(source, one) for one in call.params["documentIdentifiers"]]
    with call.platform.ingestion.alone(call.caller, source.base.collection):
        known = {state.key for state in states(source)}
        if source.spec.kind == "direct":
            known |= {key for key in keys if DirectSource(source.base.folder(source.id)).delete(key)}
        if source.resource is None:
            refuse(call, "documentIdentifiers", "this data source is a folder of the server; delete the files there")
        source.base.kb().drop(source.name, set(keys))
    found = [State(key, "DELETING" if key in known else "NOT_FOUND") for key in keys]
    return {"documentDetails": [_shown(source, state) for state in found]}


def _identified(source: DataSource, given: Mapping[str, Any]) -> str:
    if given["dataSourceType"] == "S3" and "s3" in given and source.spec.kind == "s3":
        return _object_key(source, given["s3"]["uri"])
    if given["dataSourceType"] == "CUSTOM" and "custom" in given and source.spec.kind != "s3":
        return str(given["custom"]["id"])
    raise InvalidInput("documentIdentifiers: they are of another dataSourceType than the data source")


def _shown(source: DataSource, state: State) -> dict[str, Any]:
    identifier = (
        {"dataSourceType": "S3", "s3": {"uri": _uri(source, state.key)}}
        if source.spec.kind == "s3"
        else {"dataSourceType": "CUSTOM", "custom": {"id": state.key}}
    )
    detail = {
        "knowledgeBaseId": source.base.id,
        "dataSourceId": source.id,
        "status": state.status,
        "identifier": identifier,
    }
    return detail | ({"statusReason": state.reason} if state.reason else {}) | _when(state)


def _when(state: State) -> dict[str, Any]:
    return {"updatedAt": state.updated} if state.updated else {}


def _uri(source: DataSource, key: str) -> str:
    return f"{source.spec.path.rstrip('/')}/{key}"
