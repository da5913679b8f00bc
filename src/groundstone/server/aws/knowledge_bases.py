"""bedrock-agent: knowledge bases. Those made by ``groundstone kb create`` are listed beside those made here."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstone.errors import Conflict, InvalidInput, NotFound
from groundstone.knowledge.jobs import JOB, new_id
from groundstone.knowledge.spec import KnowledgeSpec
from groundstone.platform import EMBEDDING_MODEL
from groundstone.server.aws.errors import refuse
from groundstone.server.aws.operations import AwsCall, operation
from groundstone.server.aws.paging import Place, page, with_token

if TYPE_CHECKING:
    from groundstone.knowledge.base import KnowledgeBase
    from groundstone.stores.resources import Resource

BASE = "knowledge-base"
SOURCE = "data-source"
ACCOUNT = "000000000000"
NATIVE_ROLE = "arn:aws:iam::000000000000:role/groundstone"  # of those that were made without a role
NATIVE_MODEL = f"arn:aws:bedrock:us-east-1::foundation-model/{EMBEDDING_MODEL}"
CUT_SHORT = timedelta(minutes=1)  # longer than making one takes
_RECORDED = ("description", "roleArn", "knowledgeBaseConfiguration", "storageConfiguration", "tags")


@dataclass(frozen=True, slots=True)
class Base:
    """A knowledge base by its id here. ``resource`` is None for one that was not made through this API."""

    call: AwsCall
    id: str
    name: str
    collection: str  # its name in the store
    resource: Resource | None = None

    def kb(self) -> KnowledgeBase:
        return self.call.platform.kb(self.collection, self.call.caller)

    def folder(self, *parts: str) -> Path:
        """Where its documents lie that were handed over directly."""
        return self.call.platform.settings.home.joinpath("direct", self.id, *parts)


def stable_id(*parts: str) -> str:
    """Ten capital letters and digits that stand for these names, the same ones always."""
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return base64.b32encode(digest).decode()[:10]


def every(call: AwsCall) -> list[tuple[Place, Base]]:
    """All knowledge bases of the caller's tenant: those made here, oldest first, then the others by name."""
    stored = call.platform.knowledge_bases(call.caller)
    made: list[tuple[Place, Base]] = [
        ((0, item.number), _made(call, item))
        for item in call.platform.resources.all(call.caller, BASE)
        if item.body["collection"] in stored
    ]
    taken = {base.collection for _, base in made}
    native = [name for name in sorted(stored) if name not in taken]
    return [*made, *(((1, name), _native(call, name)) for name in native)]


def find(call: AwsCall, reference: str) -> Base:
    """By id, ARN or name. Raises NotFound."""
    wanted = reference.rpartition("/")[2]
    bases = [base for _, base in every(call)]
    by_id = next((base for base in bases if base.id == wanted), None)
    found = by_id or next((base for base in bases if wanted in (base.name, base.collection)), None)
    if found is None:
        raise NotFound(f"there is no knowledge base with the id {wanted!r}")
    return found


def _made(call: AwsCall, resource: Resource) -> Base:
    return Base(call, resource.id, resource.name, resource.body["collection"], resource)


def _native(call: AwsCall, name: str) -> Base:
    return Base(call, stable_id(call.caller.tenant, name), name, name)


STORED = (
    "Every knowledge base is kept in Groundstone's own store: storageConfiguration and roleArn are recorded and shown, "
    "and nothing else is done with them.",
    "Documents are embedded with the platform's one embedding model: embeddingModelArn must be one of its names, and "
    "dimensions are recorded only.",
)


@operation("bedrock-agent", "CreateKnowledgeBase", differences=(*STORED, "Only type VECTOR."))
def create(call: AwsCall) -> Mapping[str, Any]:
    params = call.params
    _check(call)
    name = params["name"]
    _forget_remains(call, name)
    id = new_id()
    collection = _collection(call, name, id)
    body = {"collection": collection} | {key: params[key] for key in _RECORDED if key in params}
    put = call.platform.resources.put
    made = put(call.caller, BASE, id, body, name=name, client_token=params.get("clientToken", ""))
    if made.id == id:
        try:
            call.platform.create(KnowledgeSpec(collection, name, params.get("description", "")), call.caller)
        except Conflict:
            call.platform.resources.delete(call.caller, BASE, id)
            raise Conflict(f"there is already a knowledge base named {name!r}") from None
    return {"knowledgeBase": shown(_made(call, made))}


def _forget_remains(call: AwsCall, name: str) -> None:
    """Of a knowledge base of that name that was deleted in another way, or whose making was cut short."""
    left = call.platform.resources.named(call.caller, BASE, name)
    settled = left is not None and left.updated < datetime.now(UTC) - CUT_SHORT
    if left is not None and settled and left.body["collection"] not in call.platform.knowledge_bases(call.caller):
        _forget(_made(call, left))


def _forget(base: Base) -> None:
    """Everything but the collection."""
    call, resources = base.call, base.call.platform.resources
    for source in resources.all(call.caller, SOURCE, parent=base.id):
        forget_source(call, source.id)
    if base.resource is not None:
        resources.delete(call.caller, BASE, base.id)
    shutil.rmtree(base.folder(), ignore_errors=True)


def _check(call: AwsCall) -> None:
    """That the configuration is one which can be honoured."""
    given = call.params["knowledgeBaseConfiguration"]
    if given["type"] != "VECTOR" or "vectorKnowledgeBaseConfiguration" not in given:
        refuse(call, "knowledgeBaseConfiguration.type", "knowledge bases are of type VECTOR, with their configuration")
    vector = given["vectorKnowledgeBaseConfiguration"]
    if "supplementalDataStorageConfiguration" in vector:
        refuse(call, "supplementalDataStorageConfiguration", "pictures of documents are not stored")
    detail = vector.get("embeddingModelConfiguration", {}).get("bedrockEmbeddingModelConfiguration", {})
    if detail.get("embeddingDataType", "FLOAT32") != "FLOAT32" or {"audio", "video", "modelConfiguration"} & set(
        detail
    ):
        refuse(call, "embeddingModelConfiguration", "documents are texts, and vectors are FLOAT32")
    _check_model(call, vector["embeddingModelArn"])


def _check_model(call: AwsCall, arn: str) -> None:
    try:
        info = call.platform.models.info(call.caller, arn)
    except NotFound as error:
        raise InvalidInput(f"embeddingModelArn: {error}") from None
    if info.task != "embed":
        raise InvalidInput(f"embeddingModelArn: {info.name} is no embedding model; it is a model for: {info.task}")
    if info.name != EMBEDDING_MODEL:
        refuse(call, "embeddingModelArn", f"knowledge bases are embedded with {EMBEDDING_MODEL}; use one of its names")


def _collection(call: AwsCall, name: str, id: str) -> str:
    """A free name for the store, as like the given one as its rules allow."""
    plain = re.sub(r"[^a-z0-9-]", "-", name.lower())[:50].strip("-") or id.lower()
    taken = {base.collection: base for _, base in every(call)}
    if plain not in taken:
        return plain
    if taken[plain].resource is None:
        raise Conflict(f"there is already a knowledge base named {plain!r}")
    return f"{plain}-{id.lower()}"


@operation("bedrock-agent", "GetKnowledgeBase")
def get(call: AwsCall) -> Mapping[str, Any]:
    return {"knowledgeBase": shown(find(call, call.params["knowledgeBaseId"]))}


@operation(
    "bedrock-agent",
    "ListKnowledgeBases",
    differences=("Knowledge bases of the command line are listed too, with ids made of tenant and name.",),
)
def list_bases(call: AwsCall) -> Mapping[str, Any]:
    bases, token = page("knowledge-bases", every(call), call.params)
    summaries = [_summary(shown(base)) for base in bases]
    return with_token({"knowledgeBaseSummaries": summaries}, token)


def _summary(whole: Mapping[str, Any]) -> dict[str, Any]:
    members = ("knowledgeBaseId", "name", "description", "status", "updatedAt")
    return {name: whole[name] for name in members if name in whole}


@operation("bedrock-agent", "UpdateKnowledgeBase", differences=STORED)
def update(call: AwsCall) -> Mapping[str, Any]:
    base = own(find(call, call.params["knowledgeBaseId"]))
    assert base.resource is not None
    if "metadataConfigurations" in call.params:
        refuse(call, "metadataConfigurations", "every metadata attribute can be searched and filtered")
    _check(call)
    body = {**base.resource.body, **{name: call.params[name] for name in _RECORDED if name in call.params}}
    change = call.platform.resources.update
    made = change(call.caller, BASE, base.id, body, revision=base.resource.revision, name=call.params["name"])
    return {"knowledgeBase": shown(_made(call, made))}


def own(base: Base) -> Base:
    """The base, if it was made through this API. Raises Conflict."""
    if base.resource is None:
        raise Conflict(f"{base.name} was not made through this API; change it with `groundstone kb` or its own API")
    return base


@operation(
    "bedrock-agent",
    "DeleteKnowledgeBase",
    differences=("It is gone when the call returns, with all its documents, whatever the policy of its sources.",),
)
def delete(call: AwsCall) -> Mapping[str, Any]:
    base = find(call, call.params["knowledgeBaseId"])
    with call.platform.ingestion.alone(call.caller, base.collection):
        call.platform.delete(base.collection, call.caller)
        _forget(base)
    return {"knowledgeBaseId": base.id, "status": "DELETING"}


def forget_source(call: AwsCall, id: str) -> None:
    """The resources of a data source: itself and its jobs."""
    resources = call.platform.resources
    for job in resources.all(call.caller, JOB, parent=id):
        resources.delete(call.caller, JOB, job.id)
    resources.delete(call.caller, SOURCE, id)


def shown(base: Base) -> dict[str, Any]:
    """A knowledge base as this API describes it."""
    body = base.resource.body if base.resource else _native_body(base)
    created, updated = (base.resource.created, base.resource.updated) if base.resource else _times(base)
    recorded = {name: body[name] for name in _RECORDED if name in body and name != "tags"}
    return recorded | {
        "knowledgeBaseId": base.id,
        "name": base.name,
        "knowledgeBaseArn": arn(base),
        "status": "ACTIVE",
        "createdAt": created,
        "updatedAt": updated,
    }


def arn(base: Base) -> str:
    return f"arn:aws:bedrock:{base.call.region}:{ACCOUNT}:knowledge-base/{base.id}"


def _native_body(base: Base) -> dict[str, Any]:
    about = base.kb().spec.about[:200]
    vector = {"embeddingModelArn": NATIVE_MODEL}
    body = {
        "roleArn": NATIVE_ROLE,
        "knowledgeBaseConfiguration": {"type": "VECTOR", "vectorKnowledgeBaseConfiguration": vector},
    }
    return body | ({"description": about} if about else {})


def _times(base: Base) -> tuple[datetime, datetime]:
    versions = base.kb().versions()
    if not versions:
        return datetime.fromtimestamp(0, UTC), datetime.fromtimestamp(0, UTC)
    return versions[0].created, versions[-1].created
