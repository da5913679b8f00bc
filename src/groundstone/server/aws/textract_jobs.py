"""textract: documents of many pages, read by a job whose results are fetched in parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from groundstone.documents.base import Layout
from groundstone.documents.job import Job, Order
from groundstone.errors import InvalidInput
from groundstone.server.aws import textract_inputs as inputs
from groundstone.server.aws import textract_output as output
from groundstone.server.aws import textract_topics as topics
from groundstone.server.aws.operations import AwsCall, operation
from groundstone.server.aws.paging import opened, sealed
from groundstone.server.aws.textract import LIMITS, VERSION
from groundstone.server.aws.textract_blocks import Block, blocks

if TYPE_CHECKING:
    from groundstone.documents.jobs import DocumentJobs
    from groundstone.identity import Principal
    from groundstone.platform import Platform

ANALYSIS, DETECTION = "textract-analysis", "textract-detection"
MOST_RESULTS = 1000
VERSIONS = {ANALYSIS: "AnalyzeDocumentModelVersion", DETECTION: "DetectDocumentTextModelVersion"}
STATUS = {"running": "IN_PROGRESS", "done": "SUCCEEDED", "partial": "PARTIAL_SUCCESS", "failed": "FAILED"}
MESSAGES = {
    "unsupported_document": "UNSUPPORTED_DOCUMENT",
    "unreadable_document": "BAD_DOCUMENT",
    "document_too_large": "DOCUMENT_TOO_LARGE",
    "limit_exceeded": "DOCUMENT_TOO_LARGE",
    "invalid_input": "INVALID_REQUEST_PARAMETERS",
}
OUT_OF_RANGE = "INVALID_REQUEST_PARAMETERS"
STARTING = (
    "The document is copied when the job starts, and its format is checked then; what the object becomes later does "
    "not matter.",
    "KMSKeyId is refused.",
    "OutputConfig and NotificationChannel need folders of the server that stand for the bucket and the topic.",
    LIMITS,
)
GETTING = ("A job goes on when the server was killed and started again; its results are kept for 7 days.",)


@operation(
    "textract",
    "StartDocumentAnalysis",
    differences=("Feature types LAYOUT and SIGNATURES and adapters are refused.", *STARTING),
)
def start_analysis(call: AwsCall) -> Mapping[str, Any]:
    inputs.check_supported(call)
    features = inputs.features(call)
    queries = inputs.queries(call, inputs.QUERIES_IN_JOB)
    return _start(call, Order(ANALYSIS, queries=queries, details={"features": features}))


@operation("textract", "StartDocumentTextDetection", differences=STARTING)
def start_detection(call: AwsCall) -> Mapping[str, Any]:
    inputs.check_supported(call)
    return _start(call, Order(DETECTION, details={"features": []}))


@operation("textract", "GetDocumentAnalysis", differences=GETTING)
def get_analysis(call: AwsCall) -> Mapping[str, Any]:
    return _get(call, ANALYSIS)


@operation("textract", "GetDocumentTextDetection", differences=GETTING)
def get_detection(call: AwsCall) -> Mapping[str, Any]:
    return _get(call, DETECTION)


def begin(platform: Platform) -> DocumentJobs:
    """At the start of a server: go on with the jobs that were interrupted."""
    jobs = jobs_of(platform)
    jobs.begin()
    return jobs


def jobs_of(platform: Platform) -> DocumentJobs:
    """The jobs of the platform, which write their results to buckets in the form of this service."""
    jobs = platform.document_jobs
    if jobs.finished is None:
        jobs.finished = partial(_finished, platform)
    return jobs


# -- starting ------------------------------------------------------------------------------------------


def _start(call: AwsCall, order: Order) -> Mapping[str, Any]:
    given = call.params["DocumentLocation"].get("S3Object")
    if given is None:
        raise InvalidInput("DocumentLocation needs an S3Object")
    target, topic = output.target(call), topics.topic(call)
    data, name = inputs.stored(call, given, "DocumentLocation.S3Object", inputs.DOCUMENT_BYTES)
    inputs.check_for_job(call.platform.documents.examine(data, name))
    details = {**order.details, "object": dict(given), "tag": call.params.get("JobTag", "")}
    details |= {"output": target, "topic": topic, "api": call.operation}
    made = Order(order.kind, name, order.queries, details)
    job = jobs_of(call.platform).start(call.caller, made, data, token=call.params.get("ClientRequestToken", ""))
    if target:
        output.prepare(call.platform, target, job.id)
    return {"JobId": job.id}


# -- results -------------------------------------------------------------------------------------------


def _get(call: AwsCall, kind: str) -> Mapping[str, Any]:
    jobs = jobs_of(call.platform)
    job = jobs.find(call.caller, kind, call.params["JobId"])
    if not job.ended:
        return {"JobStatus": STATUS[job.status], VERSIONS[kind]: VERSION}
    if job.status == "failed":
        return _head(job) | {"StatusMessage": _message(job)}
    size = min(call.params.get("MaxResults", MOST_RESULTS), MOST_RESULTS)
    after = _place(job, call.params.get("NextToken"))
    found, place = _part(jobs, call.caller, job, after, size)
    token = {} if place is None else {"NextToken": sealed(job.id, place)}
    return _head(job) | {"Blocks": found} | token


def _place(job: Job, token: str | None) -> tuple[int, int]:
    """Page and block that a token stands for."""
    page, block = opened(job.id, token) if token else (1, 0)
    if not 1 <= page <= max(job.page_count, 1) or not isinstance(block, int) or block < 0:
        raise InvalidInput("the NextToken is not one that this job gave")
    return page, block


def _head(job: Job) -> dict[str, Any]:
    head: dict[str, Any] = {"JobStatus": STATUS[job.status]}
    if job.page_count:
        head["DocumentMetadata"] = {"Pages": job.page_count}
    if job.missing:
        head["Warnings"] = [{"ErrorCode": OUT_OF_RANGE, "Pages": list(job.missing)}]
        head["StatusMessage"] = f"{OUT_OF_RANGE}: queries name pages that the document does not have"
    return head | {VERSIONS[job.order.kind]: VERSION}


def _message(job: Job) -> str:
    code, words = job.failure
    return f"{MESSAGES.get(code, 'INTERNAL_ERROR')}: {words}"


def _part(
    jobs: DocumentJobs, caller: Principal, job: Job, after: tuple[int, int], size: int
) -> tuple[list[Block], tuple[int, int] | None]:
    """At most ``size`` blocks from a place on, and the place after them, or None at the end."""
    found: list[Block] = []
    page, offset = after
    while page <= job.page_count:
        here = _page_blocks(jobs, caller, job, page)
        taken = here[offset : offset + size - len(found)]
        found += taken
        if offset + len(taken) < len(here):
            return found, (page, offset + len(taken))
        page, offset = page + 1, 0
        if len(found) == size:
            break
    return found, (page, 0) if page <= job.page_count else None


def _page_blocks(jobs: DocumentJobs, caller: Principal, job: Job, number: int) -> list[Block]:
    result = jobs.page(caller, job, number)
    features: Sequence[str] = job.order.details["features"]
    layout = jobs.understand(result.reading) if features else Layout()
    page = result.reading.pages[0]
    return blocks(page, layout, result.findings, features=features, seed=UUID(job.id), numbered=True)


def _parts(jobs: DocumentJobs, caller: Principal, job: Job) -> Iterator[dict[str, Any]]:
    """All results as one caller after the other would get them."""
    place: tuple[int, int] | None = (1, 0)
    while place is not None:
        found, place = _part(jobs, caller, job, place, MOST_RESULTS)
        yield _head(job) | {"Blocks": found} | ({} if place is None else {"NextToken": sealed(job.id, place)})


def _finished(platform: Platform, caller: Principal, job: Job) -> None:
    """Results into the bucket that the order names, then the message into its topic."""
    details = job.order.details
    if details.get("output") and job.status != "failed":
        output.write(platform, details["output"], job.id, _parts(jobs_of(platform), caller, job))
    if details.get("topic"):
        topics.publish(platform, details["topic"], job, STATUS[job.status])
