"""bedrock-agent: data sources of knowledge bases."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from groundstone.errors import ConfigError, Conflict, InvalidInput, NotFound
from groundstone.knowledge.jobs import new_id
from groundstone.knowledge.spec import Chunking, KnowledgeSpec, SourceSpec
from groundstone.server import auth
from groundstone.server.aws import knowledge_bases as bases
from groundstone.server.aws.errors import refuse
from groundstone.server.aws.knowledge_bases import SOURCE, Base
from groundstone.server.aws.operations import AwsCall, operation
from groundstone.server.aws.paging import Place, page, with_token

if TYPE_CHECKING:
    from groundstone.stores.resources import Resource

Sources = tuple[SourceSpec, ...]
_RECORDED = (
    "description",
    "dataSourceConfiguration",
    "serverSideEncryptionConfiguration",
    "vectorIngestionConfiguration",
    "dataDeletionPolicy",
)
_REFUSED = {
    "parsingConfiguration": "documents are read by Groundstone's own parsers",
    "customTransformationConfiguration": "there are no Lambda functions here",
    "contextEnrichmentConfiguration": "there is no enrichment by a model",
}


@dataclass(frozen=True, slots=True)
class DataSource:
    """A data source by its id here. ``name`` is that of its SourceSpec: "" for the one of a plain knowledge base."""

    base: Base
    id: str
    name: str
    resource: Resource | None = None

    @property
    def spec(self) -> SourceSpec:
        return self.base.kb().spec.source_named(self.name)


def find(call: AwsCall) -> DataSource:
    """The one that a request names. Raises NotFound."""
    base = bases.find(call, call.params["knowledgeBaseId"])
    id = call.params["dataSourceId"]
    found = next((one for _, one in every(base) if one.id == id), None)
    if found is None:
        raise NotFound(f"there is no data source with the id {id!r} in the knowledge base {base.id}")
    return found


def every(base: Base) -> list[tuple[Place, DataSource]]:
    """The sources made here, oldest first, then the one that a plain knowledge base has."""
    call = base.call
    made = call.platform.resources.all(call.caller, SOURCE, parent=base.id)
    listed: list[tuple[Place, DataSource]] = [((0, one.number), DataSource(base, one.id, one.id, one)) for one in made]
    if base.kb().spec.source.path:
        native = bases.stable_id(call.caller.tenant, base.collection, "source")
        listed.append(((1, base.collection), DataSource(base, native, "")))
    return listed


DIFFERENCES = (
    "Types S3 and CUSTOM; parsing by a model, Lambda transformations and enrichment are refused.",
    "Documents are cut by tokens of the embedding model, of which a passage may have more than the model reads (256).",
    "A folder of the server may stand for a bucket; reading buckets needs an administrator's access key.",
)


@operation("bedrock-agent", "CreateDataSource", differences=DIFFERENCES)
def create(call: AwsCall) -> Mapping[str, Any]:
    base = bases.find(call, call.params["knowledgeBaseId"])
    id = new_id()
    spec = _spec(call, base, id)
    made = call.platform.resources.put(
        call.caller,
        SOURCE,
        id,
        _body(call),
        name=call.params["name"],
        parent=base.id,
        client_token=call.params.get("clientToken", ""),
    )
    if made.id == id:
        base.folder(id).mkdir(parents=True, exist_ok=True)
        _change_sources(base, lambda sources: (*sources, spec))
    return {"dataSource": shown(DataSource(base, made.id, made.id, made))}


def _body(call: AwsCall) -> dict[str, Any]:
    return {name: call.params[name] for name in _RECORDED if name in call.params}


def _spec(call: AwsCall, base: Base, id: str) -> SourceSpec:
    """What the request asks for. Raises InvalidInput."""
    given = call.params["dataSourceConfiguration"]
    chunking = _chunking(call)
    match given["type"]:
        case "S3":
            auth.need_admin(call.platform, call.caller, "Reading buckets that the server can read")
            if "s3Configuration" not in given:
                raise InvalidInput("dataSourceConfiguration.s3Configuration is missing")
            bucket = given["s3Configuration"]["bucketArn"].rpartition(":")[2].partition("/")[0]
            prefixes = tuple(given["s3Configuration"].get("inclusionPrefixes", ()))
            return SourceSpec("s3", f"s3://{bucket}", name=id, prefixes=prefixes, chunking=chunking)
        case "CUSTOM":
            return SourceSpec("direct", f"direct/{base.id}/{id}", name=id, chunking=chunking)  # below home
    refuse(call, f"dataSourceConfiguration.type {given['type']}", "data sources are of type S3 or CUSTOM")


def _chunking(call: AwsCall) -> Chunking | None:
    given = call.params.get("vectorIngestionConfiguration", {})
    for name, why in _REFUSED.items():
        if name in given:
            refuse(call, f"vectorIngestionConfiguration.{name}", why)
    asked = given.get("chunkingConfiguration")
    try:
        return _cut(asked) if asked else None
    except (ConfigError, KeyError) as error:
        missing = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise InvalidInput(f"vectorIngestionConfiguration.chunkingConfiguration: {missing}") from None


def _cut(asked: Mapping[str, Any]) -> Chunking:
    """Our form of a chunking configuration. Raises ConfigError, KeyError."""
    match asked["chunkingStrategy"]:
        case "FIXED_SIZE":
            fixed = asked["fixedSizeChunkingConfiguration"]
            size = fixed["maxTokens"]
            return Chunking("fixed", size, size * fixed["overlapPercentage"] // 100, 8)
        case "HIERARCHICAL":
            levels = asked["hierarchicalChunkingConfiguration"]
            parent, child = (level["maxTokens"] for level in levels["levelConfigurations"])
            return Chunking("hierarchical", parent, levels["overlapTokens"], child)
        case "SEMANTIC":
            semantic = asked["semanticChunkingConfiguration"]
            size, percentile = semantic["maxTokens"], 100 - semantic["breakpointPercentileThreshold"]
            return Chunking("semantic", size, 0, 8, percentile)
    return Chunking("none")


def _change_sources(base: Base, change: Callable[[Sources], Sources]) -> None:
    """Write the sources of a knowledge base anew; a sync that changes other settings at that moment loses nothing."""
    for _ in range(5):
        collection = base.kb().collection
        settings = collection.settings
        spec = KnowledgeSpec.from_json(settings.extra["spec"])
        wanted = replace(spec, sources=change(spec.sources)).to_json()
        collection.update_settings(base.call.caller, replace(settings, extra={**settings.extra, "spec": wanted}))
        if base.kb().collection.settings.extra["spec"]["sources"] == wanted["sources"]:
            return
    raise Conflict(f"the knowledge base {base.id} is being changed by others; try again")


@operation("bedrock-agent", "GetDataSource")
def get(call: AwsCall) -> Mapping[str, Any]:
    return {"dataSource": shown(find(call))}


@operation("bedrock-agent", "ListDataSources")
def list_sources(call: AwsCall) -> Mapping[str, Any]:
    base = bases.find(call, call.params["knowledgeBaseId"])
    found, token = page("data-sources", every(base), call.params)
    members = ("knowledgeBaseId", "dataSourceId", "name", "status", "description", "updatedAt")
    summaries = [{name: whole[name] for name in members if name in whole} for whole in map(shown, found)]
    return with_token({"dataSourceSummaries": summaries}, token)


@operation("bedrock-agent", "UpdateDataSource")
def update(call: AwsCall) -> Mapping[str, Any]:
    """The chunking, the prefixes and what is recorded may change, the kind and the bucket may not."""
    source = find(call)
    if source.resource is None:
        raise Conflict(f"{source.base.name} was not made through this API; change its source with `groundstone kb`")
    before, spec = source.spec, _spec(call, source.base, source.id)
    if (spec.kind, spec.path) != (before.kind, before.path):
        raise InvalidInput("dataSourceConfiguration: type and bucket of a data source cannot change; make another one")
    if spec.chunking != before.chunking:
        raise InvalidInput("vectorIngestionConfiguration: chunking of a data source cannot change; make another one")
    change, revision = call.platform.resources.update, source.resource.revision
    body = {**_body(call), "dataDeletionPolicy": call.params.get("dataDeletionPolicy", _policy(source))}
    made = change(call.caller, SOURCE, source.id, body, revision=revision, name=call.params["name"])
    _change_sources(source.base, lambda all: tuple(spec if one.name == source.name else one for one in all))
    return {"dataSource": shown(replace(source, resource=made))}


def _policy(source: DataSource) -> str:
    return str(source.resource.body.get("dataDeletionPolicy", "DELETE")) if source.resource else "DELETE"


@operation("bedrock-agent", "DeleteDataSource")
def delete(call: AwsCall) -> Mapping[str, Any]:
    """Its documents go with it, unless its policy is to retain them."""
    source = find(call)
    if source.resource is None:
        raise Conflict(f"{source.base.name} was not made through this API; delete the knowledge base instead")
    base = source.base
    with call.platform.ingestion.alone(call.caller, base.collection):
        kept = _policy(source) == "RETAIN"
        if not kept:
            base.kb().drop(source.name)
        stays = (SourceSpec("kept", name=source.name),) if kept else ()
        _change_sources(base, lambda all: (*(one for one in all if one.name != source.name), *stays))
        bases.forget_source(call, source.id)
        shutil.rmtree(base.folder(source.id), ignore_errors=True)
    return {"knowledgeBaseId": base.id, "dataSourceId": source.id, "status": "DELETING"}


def shown(source: DataSource) -> dict[str, Any]:
    """A data source as this API describes it."""
    base = source.base
    ids = {"knowledgeBaseId": base.id, "dataSourceId": source.id, "status": "AVAILABLE"}
    if source.resource is None:
        whole = bases.shown(base)
        times = {"createdAt": whole["createdAt"], "updatedAt": whole["updatedAt"]}
        return ids | times | {"name": base.collection, "dataSourceConfiguration": _native(source.spec)}
    resource = source.resource
    recorded = {"dataDeletionPolicy": "DELETE"} | dict(resource.body)
    return ids | recorded | {"name": resource.name, "createdAt": resource.created, "updatedAt": resource.updated}


def _native(spec: SourceSpec) -> dict[str, Any]:
    if spec.kind != "s3":
        return {"type": "CUSTOM"}
    bucket, _, prefix = spec.path.removeprefix("s3://").partition("/")
    where: dict[str, Any] = {"bucketArn": f"arn:aws:s3:::{bucket}"}
    return {"type": "S3", "s3Configuration": where | ({"inclusionPrefixes": [prefix]} if prefix else {})}
