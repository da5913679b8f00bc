"""bedrock-agent by boto3: knowledge bases, data sources, ingestion jobs and documents."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from groundstone.identity import LOCAL
from groundstone.knowledge.spec import KnowledgeSpec, SourceSpec
from groundstone.platform import Platform

from .knowledge_case import MODEL, ROLE, Clients, clients_of, inline, platform_at, write_films


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("control")
    write_films(home / "buckets" / "films")
    return home


@pytest.fixture(scope="module")
def platform(home: Path) -> Iterator[Platform]:
    with platform_at(home) as platform:
        yield platform


@pytest.fixture(scope="module")
def aws(platform: Platform) -> Iterator[Clients]:
    with clients_of(platform) as clients:
        yield clients


def uris(found: list[dict[str, Any]]) -> set[str]:
    return {one["location"]["s3Location"]["uri"] for one in found}


def test_a_client_token_makes_one_thing_however_often_it_is_sent(aws: Clients) -> None:
    token = "t" * 40
    assert aws.base("once", clientToken=token) == aws.base("once", clientToken=token)
    base = aws.base("tokens")
    assert aws.custom_source(base, clientToken=token) == aws.custom_source(base, clientToken=token)
    jobs = {
        aws.agent.start_ingestion_job(
            knowledgeBaseId=base, dataSourceId=aws.custom_source(base, clientToken=token), clientToken=token
        )["ingestionJob"]["ingestionJobId"]
        for _ in range(3)
    }
    assert len(jobs) == 1


def test_listings_come_in_pages(aws: Clients) -> None:
    made = {aws.base(f"page-{number}") for number in range(5)}
    pages = list(aws.agent.get_paginator("list_knowledge_bases").paginate(PaginationConfig={"PageSize": 2}))
    listed = [one["knowledgeBaseId"] for page in pages for one in page["knowledgeBaseSummaries"]]
    assert made <= set(listed)
    assert len(listed) == len(set(listed))
    assert all(len(page["knowledgeBaseSummaries"]) <= 2 for page in pages)
    with pytest.raises(aws.agent.exceptions.ValidationException):
        aws.agent.list_knowledge_bases(nextToken="nonsense")


def test_a_knowledge_base_of_the_command_line_is_listed_and_can_be_asked(
    aws: Clients, platform: Platform, tmp_path: Path
) -> None:
    (tmp_path / "leave.md").write_text("# Leave\n\nEvery employee has 28 days of annual leave.\n", encoding="utf-8")
    platform.create(KnowledgeSpec("handbook", source=SourceSpec("folder", str(tmp_path)))).sync()
    listed = aws.agent.list_knowledge_bases(maxResults=100)["knowledgeBaseSummaries"]
    base = next(one["knowledgeBaseId"] for one in listed if one["name"] == "handbook")
    shown = aws.agent.get_knowledge_base(knowledgeBaseId=base)["knowledgeBase"]
    assert shown["status"] == "ACTIVE"
    (found,) = aws.found(base, "annual leave")
    assert found["location"] == {"type": "CUSTOM", "customDocumentLocation": {"id": "leave.md"}}
    with pytest.raises(aws.runtime.exceptions.ResourceNotFoundException):
        aws.answer("nohandbook", "How many days of annual leave are there?")
    (source,) = aws.agent.list_data_sources(knowledgeBaseId=base)["dataSourceSummaries"]
    assert aws.synced(base, source["dataSourceId"])["statistics"]["numberOfDocumentsScanned"] == 1
    with pytest.raises(aws.agent.exceptions.ConflictException):
        aws.base("handbook")
    with pytest.raises(aws.agent.exceptions.ConflictException):
        aws.agent.update_knowledge_base(
            knowledgeBaseId=base, name="other", roleArn=ROLE, knowledgeBaseConfiguration=MODEL
        )
    aws.agent.delete_knowledge_base(knowledgeBaseId=base)
    assert "handbook" not in platform.knowledge_bases(LOCAL)


def test_a_knowledge_base_can_be_renamed(aws: Clients) -> None:
    base = aws.base("before")
    changed = aws.agent.update_knowledge_base(
        knowledgeBaseId=base, name="after", description="new words", roleArn=ROLE, knowledgeBaseConfiguration=MODEL
    )["knowledgeBase"]
    assert (changed["name"], changed["description"]) == ("after", "new words")
    assert changed["updatedAt"] > changed["createdAt"]
    assert aws.base("before") != base


def test_one_that_was_deleted_in_another_way_is_gone_and_its_name_is_free(
    aws: Clients, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = aws.base("twice")
    aws.custom_source(base)
    platform.delete("twice")
    with pytest.raises(aws.agent.exceptions.ResourceNotFoundException):
        aws.agent.get_knowledge_base(knowledgeBaseId=base)
    monkeypatch.setattr("groundstone.server.aws.knowledge_bases.CUT_SHORT", timedelta(0))
    assert aws.agent.list_data_sources(knowledgeBaseId=aws.base("twice"))["dataSourceSummaries"] == []


def test_the_home_folder_may_be_moved(tmp_path: Path) -> None:
    with platform_at(tmp_path / "before") as platform, clients_of(platform) as aws:
        base = aws.base()
        source = aws.custom_source(base)
        documents = [inline("ferry", "The ferry leaves at dawn.")]
        aws.agent.ingest_knowledge_base_documents(knowledgeBaseId=base, dataSourceId=source, documents=documents)
    (tmp_path / "before").rename(tmp_path / "after")
    with platform_at(tmp_path / "after") as platform, clients_of(platform) as aws:
        assert aws.synced(base, source)["statistics"]["numberOfDocumentsDeleted"] == 0
        assert len(aws.found(base, "ferry")) == 1


def test_tags_are_set_listed_and_taken_away(aws: Clients) -> None:
    base = aws.base("tagged", tags={"team": "films"})
    arn = aws.agent.get_knowledge_base(knowledgeBaseId=base)["knowledgeBase"]["knowledgeBaseArn"]
    aws.agent.tag_resource(resourceArn=arn, tags={"cost": "low"})
    assert aws.agent.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "films", "cost": "low"}
    aws.agent.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert aws.agent.list_tags_for_resource(resourceArn=arn)["tags"] == {"cost": "low"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"type": "KENDRA", "kendraKnowledgeBaseConfiguration": {"kendraIndexArn": "x"}}, "VECTOR"),
        ({"type": "VECTOR"}, "VECTOR"),
        (
            {
                "type": "VECTOR",
                "vectorKnowledgeBaseConfiguration": {
                    "embeddingModelArn": "arn:aws:bedrock:us-east-1::foundation-model/no.such-model"
                },
            },
            "no.such-model",
        ),
        (
            {
                "type": "VECTOR",
                "vectorKnowledgeBaseConfiguration": {
                    "embeddingModelArn": "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2:1"
                },
            },
            "embedding model",
        ),
    ],
)
def test_a_configuration_that_cannot_be_honoured_is_refused(aws: Clients, change: dict[str, Any], why: str) -> None:
    with pytest.raises(aws.agent.exceptions.ValidationException, match=why):
        aws.agent.create_knowledge_base(name="refused", roleArn=ROLE, knowledgeBaseConfiguration=change)
    listed = aws.agent.list_knowledge_bases(maxResults=1000)["knowledgeBaseSummaries"]
    assert "refused" not in {one["name"] for one in listed}


@pytest.mark.parametrize(
    ("ingestion", "method"),
    [
        ({"chunkingStrategy": "NONE"}, "none"),
        (
            {
                "chunkingStrategy": "FIXED_SIZE",
                "fixedSizeChunkingConfiguration": {"maxTokens": 40, "overlapPercentage": 10},
            },
            "fixed",
        ),
        (
            {
                "chunkingStrategy": "HIERARCHICAL",
                "hierarchicalChunkingConfiguration": {
                    "levelConfigurations": [{"maxTokens": 120}, {"maxTokens": 30}],
                    "overlapTokens": 10,
                },
            },
            "hierarchical",
        ),
        (
            {
                "chunkingStrategy": "SEMANTIC",
                "semanticChunkingConfiguration": {
                    "maxTokens": 100,
                    "bufferSize": 0,
                    "breakpointPercentileThreshold": 90,
                },
            },
            "semantic",
        ),
    ],
)
def test_each_way_of_chunking_is_taken(
    aws: Clients, platform: Platform, ingestion: dict[str, Any], method: str
) -> None:
    base = aws.base(f"cut-{method}")
    source = aws.bucket_source(base, "films", vectorIngestionConfiguration={"chunkingConfiguration": ingestion})
    spec = platform.kb(f"cut-{method}").spec.source_named(source)
    assert spec.chunking is not None
    assert spec.chunking.method == method
    assert aws.synced(base, source)["status"] == "COMPLETE"
    shown = aws.agent.get_data_source(knowledgeBaseId=base, dataSourceId=source)["dataSource"]
    assert shown["vectorIngestionConfiguration"]["chunkingConfiguration"] == ingestion


@pytest.mark.parametrize(
    "ingestion",
    [
        {"parsingConfiguration": {"parsingStrategy": "BEDROCK_DATA_AUTOMATION"}},
        {
            "chunkingConfiguration": {
                "chunkingStrategy": "FIXED_SIZE",
                "fixedSizeChunkingConfiguration": {"maxTokens": 2, "overlapPercentage": 10},
            }
        },
        {"chunkingConfiguration": {"chunkingStrategy": "SEMANTIC"}},
    ],
)
def test_ingestion_that_cannot_be_honoured_is_refused(aws: Clients, ingestion: dict[str, Any]) -> None:
    base = aws.base("refused-ingestion" + str(abs(hash(str(ingestion)))))
    with pytest.raises(aws.agent.exceptions.ValidationException):
        aws.bucket_source(base, "films", vectorIngestionConfiguration=ingestion)
    assert aws.agent.list_data_sources(knowledgeBaseId=base)["dataSourceSummaries"] == []


def test_sources_do_not_touch_each_others_documents(aws: Clients, home: Path) -> None:
    write_films(home / "buckets" / "one")
    write_films(home / "buckets" / "two")
    base = aws.base("several")
    first, second = aws.bucket_source(base, "one", "one"), aws.bucket_source(base, "two", "two")
    aws.synced(base, first)
    assert {uri.split("/")[2] for uri in uris(aws.found(base, "film", numberOfResults=10))} == {"one"}
    aws.synced(base, second)
    (home / "buckets" / "one" / "jaws.txt").unlink()
    (home / "buckets" / "one" / "jaws.txt.metadata.json").unlink()
    (home / "buckets" / "two" / "jaws.txt").write_text("Jaws, told anew.", encoding="utf-8")
    job = aws.synced(base, first)
    assert job["statistics"]["numberOfDocumentsDeleted"] == 1
    assert job["statistics"]["numberOfModifiedDocumentsIndexed"] == 0
    assert aws.synced(base, second)["statistics"]["numberOfModifiedDocumentsIndexed"] == 1
    aws.agent.delete_data_source(knowledgeBaseId=base, dataSourceId=first)
    assert {uri.split("/")[2] for uri in uris(aws.found(base, "film", numberOfResults=10))} == {"two"}


def test_a_source_that_retains_leaves_its_documents_for_good(aws: Clients, home: Path) -> None:
    kept = home / "buckets" / "kept"
    kept.mkdir(parents=True)
    (kept / "solaris.txt").write_text("Solaris was directed by Andrei Tarkovsky.", encoding="utf-8")
    base = aws.base("retains")
    source = aws.bucket_source(base, "kept", dataDeletionPolicy="RETAIN")
    other = aws.bucket_source(base, "films", "other")
    aws.synced(base, source)
    aws.agent.delete_data_source(knowledgeBaseId=base, dataSourceId=source)
    aws.synced(base, other)
    assert {uri.split("/")[2] for uri in uris(aws.found(base, "film directed", numberOfResults=20))} >= {"kept"}
    with pytest.raises(aws.agent.exceptions.ResourceNotFoundException):
        aws.agent.get_data_source(knowledgeBaseId=base, dataSourceId=source)


def test_a_prefix_confines_a_source(aws: Clients, home: Path) -> None:
    write_films(home / "buckets" / "prefixed" / "in")
    write_films(home / "buckets" / "prefixed" / "out")
    base = aws.base("prefixes")
    source = aws.bucket_source(base, "prefixed", s3={"inclusionPrefixes": ["in/"]})
    assert aws.synced(base, source)["statistics"]["numberOfDocumentsScanned"] == 3
    assert all(uri.startswith("s3://prefixed/in/") for uri in uris(aws.found(base, "film")))
    changed = {
        "type": "S3",
        "s3Configuration": {"bucketArn": "arn:aws:s3:::prefixed", "inclusionPrefixes": ["out/"]},
    }
    aws.agent.update_data_source(
        knowledgeBaseId=base, dataSourceId=source, name="renamed", dataSourceConfiguration=changed
    )
    statistics = aws.synced(base, source)["statistics"]
    assert (statistics["numberOfNewDocumentsIndexed"], statistics["numberOfDocumentsDeleted"]) == (3, 3)


def test_files_that_cannot_be_read_are_counted_and_named(aws: Clients, home: Path) -> None:
    bucket = home / "buckets" / "broken"
    write_films(bucket)
    (bucket / "empty.txt").write_bytes(b"")
    (bucket / "picture.png").write_bytes(b"\x89PNG")
    base = aws.base("broken")
    source = aws.bucket_source(base, "broken")
    job = aws.synced(base, source)
    assert (job["status"], job["statistics"]["numberOfDocumentsFailed"]) == ("COMPLETE", 2)
    assert any("s3://broken/picture.png" in reason for reason in job["failureReasons"])
    details = aws.agent.list_knowledge_base_documents(knowledgeBaseId=base, dataSourceId=source)["documentDetails"]
    states = {one["identifier"]["s3"]["uri"].split("/")[-1]: one["status"] for one in details}
    assert states["empty.txt"] == states["picture.png"] == "FAILED"
    assert states["jaws.txt"] == "INDEXED"


def test_a_bucket_that_is_nowhere_fails_the_job_with_a_reason(aws: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    base = aws.base("nowhere")
    job = aws.synced(base, aws.bucket_source(base, "no-such-bucket"))
    assert job["status"] == "FAILED"
    assert "s3://no-such-bucket" in job["failureReasons"][0]


def test_rows_of_a_table_are_documents_with_its_columns_as_attributes(aws: Clients, home: Path) -> None:
    bucket = home / "buckets" / "tables"
    bucket.mkdir()
    rows = (
        'title,plot,year,rating\nJaws,"A shark, great and white.",1975,8.1\nHeat,A robber and a detective.,1995,8.3\n'
    )
    (bucket / "films.csv").write_text(rows, encoding="utf-8")
    records: dict[str, Any] = {
        "contentFields": [{"fieldName": "plot"}],
        "metadataFieldsSpecification": {
            "fieldsToInclude": [{"fieldName": "title"}, {"fieldName": "year"}],
            "fieldsToExclude": [{"fieldName": "rating"}],
        },
    }
    side = {
        "metadataAttributes": {"shelf": "west"},
        "documentStructureConfiguration": {
            "type": "RECORD_BASED_STRUCTURE_METADATA",
            "recordBasedStructureMetadata": records,
        },
    }
    (bucket / "films.csv.metadata.json").write_text(json.dumps(side), encoding="utf-8")
    base = aws.base("tables")
    source = aws.bucket_source(base, "tables")
    assert aws.synced(base, source)["statistics"]["numberOfNewDocumentsIndexed"] == 2
    (found,) = aws.found(base, "film", filter={"greaterThan": {"key": "year", "value": 1990}})
    assert found["content"]["text"] == "A robber and a detective."
    attributes = {name: value for name, value in found["metadata"].items() if not name.startswith("x-amz")}
    assert attributes == {"title": "Heat", "year": 1995, "shelf": "west"}
    assert found["location"]["s3Location"]["uri"] == "s3://tables/films.csv"
    (bucket / "films.csv").write_text(rows + "Ran,A lord divides his land.,1985,8.2\n", encoding="utf-8")
    statistics = aws.synced(base, source)["statistics"]
    assert (statistics["numberOfNewDocumentsIndexed"], statistics["numberOfDocumentsDeleted"]) == (1, 0)
    details = aws.agent.list_knowledge_base_documents(knowledgeBaseId=base, dataSourceId=source)["documentDetails"]
    assert [one["identifier"]["s3"]["uri"] for one in details] == ["s3://tables/films.csv"]
    records["contentFields"].append({"fieldName": "title"})
    (bucket / "films.csv.metadata.json").write_text(json.dumps(side), encoding="utf-8")
    job = aws.synced(base, source)
    assert "exactly one content field" in job["failureReasons"][0]
    assert len(aws.found(base, "film")) == 3  # what cannot be read any longer keeps its earlier version


def test_documents_handed_over_are_indexed_found_and_deleted(aws: Clients) -> None:
    base = aws.base("direct")
    source = aws.custom_source(base)
    ids = {"knowledgeBaseId": base, "dataSourceId": source}
    page = b"<html><head><title>Trains</title></head><body><p>Trains leave at noon.</p></body></html>"
    by_bytes = inline("page/1", "")
    by_bytes["content"]["custom"]["inlineContent"] = {
        "type": "BYTE",
        "byteContent": {"mimeType": "text/html", "data": page},
    }
    in_bucket = inline("from-bucket", "")
    in_bucket["content"]["custom"] = {
        "customDocumentIdentifier": {"id": "from-bucket"},
        "sourceType": "S3_LOCATION",
        "s3Location": {"uri": "s3://films/jaws.txt"},
    }
    unreadable = inline("picture", "")
    unreadable["content"]["custom"]["inlineContent"] = {
        "type": "BYTE",
        "byteContent": {"mimeType": "video/mp4", "data": b"x"},
    }
    documents = [
        inline("notes", "The ferry leaves at dawn.", topic="travel", year=2024, public=True, tags=["sea", "north"]),
        by_bytes,
        in_bucket,
        unreadable,
    ]
    details = aws.agent.ingest_knowledge_base_documents(**ids, documents=documents)["documentDetails"]
    assert [one["status"] for one in details] == ["INDEXED", "INDEXED", "INDEXED", "FAILED"]
    assert "video/mp4" in details[3]["statusReason"]
    (found,) = aws.found(base, "when does it leave", filter={"listContains": {"key": "tags", "value": "sea"}})
    assert found["location"] == {"type": "CUSTOM", "customDocumentLocation": {"id": "notes"}}
    assert found["metadata"]["year"] == 2024
    assert found["metadata"]["public"] is True
    assert {one["location"]["customDocumentLocation"]["id"] for one in aws.found(base, "leave shark")} == {
        "notes",
        "page/1",
        "from-bucket",
    }
    aws.agent.ingest_knowledge_base_documents(**ids, documents=[inline("notes", "The ferry leaves at dusk.")])
    (found,) = aws.found(base, "ferry", numberOfResults=1)
    assert found["content"]["text"] == "The ferry leaves at dusk."
    asked = [{"dataSourceType": "CUSTOM", "custom": {"id": name}} for name in ("notes", "nobody")]
    details = aws.agent.get_knowledge_base_documents(**ids, documentIdentifiers=asked)["documentDetails"]
    assert [one["status"] for one in details] == ["INDEXED", "NOT_FOUND"]
    pages = aws.agent.get_paginator("list_knowledge_base_documents").paginate(**ids, PaginationConfig={"PageSize": 2})
    listed = [one["identifier"]["custom"]["id"] for page in pages for one in page["documentDetails"]]
    assert listed == ["from-bucket", "notes", "page/1"]
    details = aws.agent.delete_knowledge_base_documents(**ids, documentIdentifiers=asked)["documentDetails"]
    assert [one["status"] for one in details] == ["DELETING", "NOT_FOUND"]
    assert aws.synced(base, source)["statistics"]["numberOfNewDocumentsIndexed"] == 0
    assert "ferry" not in str(aws.found(base, "ferry"))


def test_readers_of_a_document_are_the_only_ones_who_find_it(aws: Clients, platform: Platform) -> None:
    base = aws.base("readers")
    source = aws.custom_source(base)
    document = inline("secret", "The vault opens at noon.")
    document["metadata"] = {
        "type": "IN_LINE_ATTRIBUTE",
        "inlineAttributes": [{"key": "a", "value": {"type": "STRING", "stringValue": "b"}}],
        "accessControlList": [{"name": "ana", "type": "USER", "access": "ALLOW"}],
    }
    aws.agent.ingest_knowledge_base_documents(knowledgeBaseId=base, dataSourceId=source, documents=[document])
    assert aws.found(base, "vault") == []
    ana = replace(LOCAL, user="ana")
    assert [hit.document.title for hit in platform.kb("readers", ana).search("vault")] == ["secret"]


def test_one_object_of_a_bucket_can_be_read_again_on_its_own(aws: Clients, home: Path) -> None:
    write_films(home / "buckets" / "single")
    base = aws.base("single")
    source = aws.bucket_source(base, "single")
    ids = {"knowledgeBaseId": base, "dataSourceId": source}
    document = {"content": {"dataSourceType": "S3", "s3": {"s3Location": {"uri": "s3://single/jaws.txt"}}}}
    details = aws.agent.ingest_knowledge_base_documents(**ids, documents=[document])["documentDetails"]
    assert [one["status"] for one in details] == ["INDEXED"]
    assert uris(aws.found(base, "film")) == {"s3://single/jaws.txt"}
    gone = [{"dataSourceType": "S3", "s3": {"uri": "s3://single/jaws.txt"}}]
    aws.agent.delete_knowledge_base_documents(**ids, documentIdentifiers=gone)
    assert aws.found(base, "film") == []


def test_many_callers_hand_documents_over_at_once(aws: Clients) -> None:
    base = aws.base("many")
    source = aws.custom_source(base)
    failed: list[Exception] = []

    def hand_over(number: int) -> None:
        try:
            aws.agent.ingest_knowledge_base_documents(
                knowledgeBaseId=base, dataSourceId=source, documents=[inline(f"d{number}", f"Number {number} counts.")]
            )
        except ClientError as error:
            failed.append(error)

    threads = [threading.Thread(target=hand_over, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(aws.found(base, "number counts", numberOfResults=10)) == 6
