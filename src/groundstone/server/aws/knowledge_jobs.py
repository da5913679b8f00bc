"""bedrock-agent: ingestion jobs, which bring one data source of a knowledge base up to date in the background."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from groundstone.errors import InvalidInput, NotFound
from groundstone.server.aws import knowledge_sources as sources
from groundstone.server.aws.knowledge_sources import DataSource
from groundstone.server.aws.operations import AwsCall, operation
from groundstone.server.aws.paging import page, with_token

if TYPE_CHECKING:
    from groundstone.stores.resources import Resource


@operation(
    "bedrock-agent",
    "StartIngestionJob",
    differences=("What a job has read becomes visible when it is complete, not before.",),
)
def start(call: AwsCall) -> Mapping[str, Any]:
    source = sources.find(call)
    job = call.platform.ingestion.start(
        call.caller,
        source.base.collection,
        source.name,
        parent=source.id,
        description=call.params.get("description", ""),
        token=call.params.get("clientToken", ""),
    )
    return {"ingestionJob": shown(source, job)}


@operation("bedrock-agent", "GetIngestionJob")
def get(call: AwsCall) -> Mapping[str, Any]:
    source = sources.find(call)
    return {"ingestionJob": shown(source, _found(call, source))}


@operation("bedrock-agent", "StopIngestionJob")
def stop(call: AwsCall) -> Mapping[str, Any]:
    source = sources.find(call)
    job = _found(call, source)
    return {"ingestionJob": shown(source, call.platform.ingestion.stop(call.caller, job.id))}


def _found(call: AwsCall, source: DataSource) -> Resource:
    id = call.params["ingestionJobId"]
    job = call.platform.ingestion.get(call.caller, id)
    if job.parent != source.id:
        raise NotFound(f"there is no ingestion job with the id {id!r} of the data source {source.id}")
    return job


@operation("bedrock-agent", "ListIngestionJobs")
def list_jobs(call: AwsCall) -> Mapping[str, Any]:
    source = sources.find(call)
    jobs = call.platform.ingestion.list(call.caller, source.id)
    for condition in call.params.get("filters", ()):
        jobs = [job for job in jobs if job.body["status"] in condition["values"]]
    order = call.params.get("sortBy", {})
    if order:
        jobs.sort(key=_key(order["attribute"]), reverse=order["order"] == "DESCENDING")
    placed = [((place, job.id), job) for place, job in enumerate(jobs)]
    kind = f"ingestion-jobs {source.id} {sorted(order.items())} {call.params.get('filters')}"
    found, token = page(kind, placed, call.params)
    summaries = [
        {name: value for name, value in shown(source, job).items() if name != "failureReasons"} for job in found
    ]
    return with_token({"ingestionJobSummaries": summaries}, token)


def _key(attribute: str) -> Any:
    if attribute not in ("STATUS", "STARTED_AT"):
        raise InvalidInput("sortBy.attribute is STATUS or STARTED_AT")
    return (lambda job: job.body["status"]) if attribute == "STATUS" else (lambda job: job.number)


def shown(source: DataSource, job: Resource) -> dict[str, Any]:
    """A job as this API describes it."""
    body = job.body
    whole = {
        "knowledgeBaseId": source.base.id,
        "dataSourceId": source.id,
        "ingestionJobId": job.id,
        "status": body["status"],
        "statistics": dict(body["statistics"]),
        "startedAt": job.created,
        "updatedAt": job.updated,
    }
    described = {"description": body["description"]} if body["description"] else {}
    return whole | described | ({"failureReasons": list(body["reasons"])} if body["reasons"] else {})
