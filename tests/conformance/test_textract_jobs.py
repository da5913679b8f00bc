"""Textract's jobs by boto3: started, asked for, fetched in parts, written to buckets; each for its tenant only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Timer
from time import sleep
from typing import Any

import pytest

from groundstone.errors import UnreadableDocument
from groundstone.server.app import create_app
from groundstone.server.aws.textract_jobs import begin
from tests.documents.drawn import CARD, drawn
from tests.server.live import serving

from .custom_case import refused
from .textract_case import BIRTH, NAME, PAGES, Textract, of, platform_at, textract_at


@pytest.fixture(scope="module")
def textract(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Textract]:
    with textract_at(tmp_path_factory.mktemp("textract-jobs")) as case:
        yield case


ROLE = "arn:aws:iam::123456789012:role/textract"


def asking(*pages: str, text: str = NAME) -> dict[str, Any]:
    return {
        "QueriesConfig": {"Queries": [{"Text": text, "Alias": "ASKED"} | ({"Pages": list(pages)} if pages else {})]}
    }


def test_text_of_many_pages_is_detected(textract: Textract) -> None:
    where = textract.put("many.tif", drawn(*PAGES, media_type="image/tiff"))
    job = textract.client.start_document_text_detection(DocumentLocation=where, JobTag="receipts:1")["JobId"]
    found = textract.ended(job, textract.client.get_document_text_detection)
    assert found["JobStatus"] == "SUCCEEDED"
    assert found["DocumentMetadata"] == {"Pages": 3}
    assert found["DetectDocumentTextModelVersion"] == "1.0"
    assert [block["Page"] for block in of(found, "PAGE")] == [1, 2, 3]
    assert {block["BlockType"] for block in found["Blocks"]} == {"PAGE", "LINE", "WORD"}
    assert "NextToken" not in found
    part = textract.client.get_document_text_detection(JobId=job, MaxResults=2)
    assert part["Blocks"] == found["Blocks"][:2]


def test_queries_are_asked_of_their_pages(textract: Textract) -> None:
    for pages, asked in ((["*"], [1, 2, 3]), (["2-*"], [2, 3]), (["1-2", "2-2"], [1, 2]), ([], [1])):
        found = textract.ended(textract.analysis(features=("QUERIES",), **asking(*pages)))
        assert found["JobStatus"] == "SUCCEEDED"
        assert [block["Page"] for block in of(found, "QUERY")] == asked
    found = textract.ended(textract.analysis(features=("QUERIES",), **asking("*", text=BIRTH)))
    assert [(block["Page"], block["Text"]) for block in of(found, "QUERY_RESULT")] == [
        (1, "1980-12-11"),
        (2, "1979-01-02"),
    ]


def test_pages_that_the_document_lacks_are_a_warning(textract: Textract) -> None:
    found = textract.ended(textract.analysis(features=("QUERIES",), **asking("3-9")))
    assert found["JobStatus"] == "PARTIAL_SUCCESS"
    assert found["Warnings"] == [{"ErrorCode": "INVALID_REQUEST_PARAMETERS", "Pages": [4]}]
    assert [block["Page"] for block in of(found, "QUERY")] == [3]


def test_parts_of_the_results_make_the_whole(textract: Textract) -> None:
    job = textract.analysis(features=("FORMS", "TABLES"))
    whole = textract.ended(job)["Blocks"]
    for size in (1, 7, 50, 1000, 5000):
        parts: list[Any] = []
        token: dict[str, str] = {}
        while True:
            part = textract.client.get_document_analysis(JobId=job, MaxResults=size, **token)
            parts.append(part["Blocks"])
            if "NextToken" not in part:
                break
            token = {"NextToken": part["NextToken"]}
        assert [block for part in parts for block in part] == whole
        assert {len(part) for part in parts[:-1]} <= {size}
        assert parts[-1]


def test_tokens_of_other_jobs_are_refused(textract: Textract) -> None:
    first, second = textract.analysis(), textract.analysis()
    textract.ended(first)
    textract.ended(second)
    token = textract.client.get_document_analysis(JobId=first, MaxResults=1)["NextToken"]
    for wrong in (token, "x", "bm90aGluZw=="):
        code, _ = refused(textract.client.get_document_analysis, JobId=second, NextToken=wrong)
        assert code == "InvalidParameterException"


def test_a_job_is_found_by_its_own_operation_only(textract: Textract) -> None:
    job = textract.analysis()
    assert refused(textract.client.get_document_text_detection, JobId=job)[0] == "InvalidJobIdException"
    assert refused(textract.client.get_document_analysis, JobId="0" * 32)[0] == "InvalidJobIdException"
    assert refused(textract.client.get_document_analysis, JobId="..x..")[0] == "InvalidParameterException"


def test_a_token_starts_one_job_only(textract: Textract) -> None:
    first = textract.analysis(ClientRequestToken="once")
    assert textract.analysis(ClientRequestToken="once") == first
    where = textract.put("many.pdf", drawn(*PAGES))
    other = {"DocumentLocation": where, "FeatureTypes": ["TABLES"], "ClientRequestToken": "once"}
    code, _ = refused(textract.client.start_document_analysis, **other)
    assert code == "IdempotentParameterMismatchException"


def test_results_are_written_to_a_bucket(textract: Textract) -> None:
    bucket = textract.home / "buckets" / "results"
    bucket.mkdir(parents=True)
    job = textract.analysis(*[CARD] * 30, OutputConfig={"S3Bucket": "results", "S3Prefix": "deep/down/"})
    whole = []
    found = textract.ended(job)
    whole += found["Blocks"]
    while "NextToken" in found:
        found = textract.client.get_document_analysis(JobId=job, NextToken=found["NextToken"])
        whole += found["Blocks"]
    files = sorted(path.name for path in (bucket / "deep/down" / job).iterdir())
    assert files == [".s3_access_check", *map(str, range(1, len(files)))]
    parts = [json.loads((bucket / "deep/down" / job / name).read_text()) for name in sorted(files[1:], key=int)]
    assert len(parts) > 1
    assert {part["JobStatus"] for part in parts} == {"SUCCEEDED"}
    assert [block for part in parts for block in part["Blocks"]] == whole
    assert ["NextToken" in part for part in parts] == [True] * (len(parts) - 1) + [False]
    second = textract.analysis(CARD, OutputConfig={"S3Bucket": "results"})
    textract.ended(second)
    assert (bucket / "textract_output" / second / "1").is_file()


def test_the_end_of_a_job_is_told_to_a_topic(textract: Textract) -> None:
    topic = textract.home / "topics" / "textract-done"
    topic.mkdir(parents=True)
    channel = {"SNSTopicArn": "arn:aws:sns:us-east-1:123456789012:textract-done", "RoleArn": ROLE}
    job = textract.analysis(NotificationChannel=channel, JobTag="card-7")
    textract.ended(job)
    (message,) = (json.loads(path.read_text()) for path in topic.iterdir())
    assert message.pop("Timestamp") > 1.7e12
    assert message == {
        "JobId": job,
        "Status": "SUCCEEDED",
        "API": "StartDocumentAnalysis",
        "JobTag": "card-7",
        "DocumentLocation": {"S3ObjectName": "many.pdf", "S3Bucket": "files"},
    }


@pytest.mark.parametrize(
    ("changed", "code", "says"),
    [
        ({"DocumentLocation": {}}, "InvalidParameterException", "S3Object"),
        ({"DocumentLocation": {"S3Object": {"Name": "many.pdf"}}}, "InvalidParameterException", "Bucket"),
        ({"DocumentLocation": {"S3Object": {"Bucket": "files", "Name": "none"}}}, "InvalidS3ObjectException", "none"),
        ({"OutputConfig": {"S3Bucket": "nowhere"}}, "InvalidS3ObjectException", "folder"),
        ({"OutputConfig": {"S3Bucket": "files", "S3Prefix": "../../x"}}, "InvalidS3ObjectException", "leads out"),
        ({"OutputConfig": {"S3Bucket": "files", "S3Prefix": "a\0b"}}, "InvalidS3ObjectException", "cannot be used"),
        ({"KMSKeyId": "key"}, "InvalidParameterException", "KMSKeyId"),
        (
            {"NotificationChannel": {"SNSTopicArn": "arn:aws:sns:us-east-1:1:none", "RoleArn": ROLE}},
            "InvalidParameterException",
            "poll",
        ),
        ({"FeatureTypes": ["QUERIES"]}, "InvalidParameterException", "belong together"),
        ({"JobTag": "no blanks"}, "InvalidParameterException", "pattern"),
        ({"ClientRequestToken": "no/slash"}, "InvalidParameterException", "pattern"),
    ],
)
def test_what_cannot_be_started_is_refused(textract: Textract, changed: dict[str, Any], code: str, says: str) -> None:
    given = {"DocumentLocation": textract.put("many.pdf", drawn(*PAGES)), "FeatureTypes": ["FORMS"]} | changed
    found = refused(textract.client.start_document_analysis, **given)
    assert found[0] == code
    assert says in found[1]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"no document", "UnsupportedDocumentException"),
        (drawn(), "BadDocumentException"),
        (drawn("a", media_type="image/heic"), "UnsupportedDocumentException"),
        (drawn("a" * (10 * 2**20), media_type="image/png"), "DocumentTooLargeException"),
    ],
)
def test_a_document_is_looked_at_when_the_job_starts(textract: Textract, data: bytes, code: str) -> None:
    where = textract.put("odd", data)
    assert refused(textract.client.start_document_text_detection, DocumentLocation=where)[0] == code


def test_thirty_queries_for_a_page_are_answered(textract: Textract) -> None:
    queries = [{"Text": NAME, "Alias": f"NAME{number}", "Pages": ["*"]} for number in range(30)]
    config = {"QueriesConfig": {"Queries": queries}}
    found = textract.ended(textract.analysis(CARD, features=("QUERIES",), **config))
    assert len(of(found, "QUERY_RESULT")) == 30
    spread = [{"Text": NAME, "Pages": ["1-2" if number < 20 else "3-*"]} for number in range(50)]
    textract.ended(textract.analysis(features=("QUERIES",), QueriesConfig={"Queries": spread}))
    for pages in (["*"], ["2-4"]):
        many = [{"Text": NAME, "Pages": pages} for _ in range(31)]
        given = {"DocumentLocation": textract.put("x.pdf", drawn(*PAGES)), "FeatureTypes": ["QUERIES"]}
        code, message = refused(textract.client.start_document_analysis, **given, QueriesConfig={"Queries": many})
        assert (code, "more than the 30" in message) == ("InvalidParameterException", True)


def test_a_job_is_in_progress_until_it_has_ended(tmp_path: Path) -> None:
    go = Event()

    def reading(number: int) -> None:
        go.wait(10)

    with textract_at(tmp_path, reading) as textract:
        job = textract.analysis()
        found = textract.client.get_document_analysis(JobId=job)
        assert found["JobStatus"] == "IN_PROGRESS"
        assert "Blocks" not in found
        go.set()
        assert textract.ended(job)["JobStatus"] == "SUCCEEDED"


def test_a_failed_job_says_why(tmp_path: Path) -> None:
    def reading(number: int) -> None:
        if number == 2:
            raise UnreadableDocument("page 2 is damaged; send the document again")

    with textract_at(tmp_path, reading) as textract:
        found = textract.ended(textract.analysis())
        assert found["JobStatus"] == "FAILED"
        assert found["StatusMessage"] == "BAD_DOCUMENT: page 2 is damaged; send the document again"
        assert "Blocks" not in found


def test_two_tenants_never_meet(tmp_path: Path) -> None:
    with platform_at(tmp_path) as platform, serving(create_app(platform)) as address:
        north, south = (platform.keys.create(tenant=name, admin=True) for name in ("north", "south"))
        ana = Textract(address, tmp_path, north.key.id, north.secret)
        ben = Textract(address, tmp_path, south.key.id, south.secret)
        job = ana.analysis(ClientRequestToken="same")
        ana.ended(job)
        assert refused(ben.client.get_document_analysis, JobId=job)[0] == "InvalidJobIdException"
        assert ben.analysis(ClientRequestToken="same") != job
        member = platform.keys.create(tenant="north")
        guest = Textract(address, tmp_path, member.key.id, member.secret)
        assert guest.ended(job)["JobStatus"] == "SUCCEEDED"  # a job is the tenant's
        where = guest.put("many.pdf", drawn(*PAGES))
        assert refused(guest.client.start_document_text_detection, DocumentLocation=where)[0] == "AccessDeniedException"


def test_results_and_tokens_outlive_the_server(tmp_path: Path) -> None:
    with textract_at(tmp_path) as textract:
        job = textract.analysis(features=("FORMS", "TABLES"))
        whole = textract.ended(job)["Blocks"]
        part = textract.client.get_document_analysis(JobId=job, MaxResults=20)
    with textract_at(tmp_path) as textract:
        assert textract.ended(job)["Blocks"] == whole
        rest = textract.client.get_document_analysis(JobId=job, NextToken=part["NextToken"])
        assert part["Blocks"] + rest["Blocks"] == whole


def test_a_server_that_begins_goes_on_with_what_was_interrupted(tmp_path: Path) -> None:
    stopped, begun = Event(), Event()

    def reading(number: int) -> None:
        begun.set()
        stopped.wait(10)

    (tmp_path / "buckets" / "results").mkdir(parents=True)
    with platform_at(tmp_path, reading) as platform:
        with serving(create_app(platform)) as address:
            target = {"S3Bucket": "results", "S3Prefix": "out"}
            job = Textract(address, tmp_path).analysis(OutputConfig=target)
            assert begun.wait(5)
        Timer(1.0, stopped.set).start()  # when the jobs were told to end
    part = tmp_path / "buckets" / "results" / "out" / job / "1"
    assert not part.exists()
    with platform_at(tmp_path) as platform:
        begin(platform)
        for _ in range(500):
            if part.exists():
                break
            sleep(0.01)
        assert json.loads(part.read_text())["JobStatus"] == "SUCCEEDED"
