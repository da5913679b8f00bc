"""The published sequence with a real server of the S3 protocol behind the data source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from .knowledge_case import Clients, clients_of, platform_at, write_films


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server_module = pytest.importorskip("moto.server", reason="moto[server] is not installed")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return boto3.client("s3", endpoint_url=endpoint)


@pytest.fixture
def aws(s3: Any, endpoint: str, tmp_path: Path) -> Iterator[Clients]:
    with platform_at(tmp_path / "home", s3_endpoint=endpoint) as platform, clients_of(platform) as clients:
        yield clients


def test_a_bucket_is_filled_ingested_asked_and_emptied(aws: Clients, s3: Any, tmp_path: Path) -> None:
    s3.create_bucket(Bucket="uploaded")
    write_films(tmp_path / "films")
    for path in sorted((tmp_path / "films").iterdir()):
        s3.upload_file(str(path), "uploaded", f"films/{path.name}")
    s3.put_object(Bucket="uploaded", Key="filmsoup.txt", Body=b"A recipe of soup.")
    base = aws.base()
    source = aws.bucket_source(base, "uploaded", s3={"inclusionPrefixes": ["films/"]})
    job = aws.synced(base, source)
    assert (job["status"], job["statistics"]["numberOfNewDocumentsIndexed"]) == ("COMPLETE", 3)
    found = aws.found(base, "shark", filter={"equals": {"key": "year", "value": 1975}})
    assert [one["location"]["s3Location"]["uri"] for one in found] == ["s3://uploaded/films/jaws.txt"]
    s3.delete_object(Bucket="uploaded", Key="films/jaws.txt")
    s3.put_object(Bucket="uploaded", Key="films/metropolis.txt", Body=b"Metropolis, restored.")
    statistics = aws.synced(base, source)["statistics"]
    assert (statistics["numberOfDocumentsDeleted"], statistics["numberOfModifiedDocumentsIndexed"]) == (1, 1)


def test_a_folder_of_the_name_stands_for_the_bucket(aws: Clients, s3: Any, tmp_path: Path) -> None:
    s3.create_bucket(Bucket="both")
    s3.put_object(Bucket="both", Key="remote.txt", Body=b"From afar.")
    base = aws.base()
    source = aws.bucket_source(base, "both")
    aws.synced(base, source)
    assert [one["content"]["text"] for one in aws.found(base, "from")] == ["From afar."]
    (tmp_path / "home" / "buckets" / "both").mkdir(parents=True)
    (tmp_path / "home" / "buckets" / "both" / "local.txt").write_text("From here.", encoding="utf-8")
    aws.synced(base, source)
    assert [one["content"]["text"] for one in aws.found(base, "from")] == ["From here."]


def test_an_object_of_s3_is_handed_over(aws: Clients, s3: Any) -> None:
    s3.create_bucket(Bucket="letters")
    s3.put_object(Bucket="letters", Key="a/letter.md", Body=b"# Letter\n\nThe harbour is frozen.")
    base = aws.base()
    source = aws.custom_source(base)
    document = {
        "content": {
            "dataSourceType": "CUSTOM",
            "custom": {
                "customDocumentIdentifier": {"id": "letter"},
                "sourceType": "S3_LOCATION",
                "s3Location": {"uri": "s3://letters/a/letter.md"},
            },
        }
    }
    missing = {
        "content": {
            "dataSourceType": "CUSTOM",
            "custom": {
                "customDocumentIdentifier": {"id": "missing"},
                "sourceType": "S3_LOCATION",
                "s3Location": {"uri": "s3://letters/nothing.md"},
            },
        }
    }
    details = aws.agent.ingest_knowledge_base_documents(
        knowledgeBaseId=base, dataSourceId=source, documents=[document, missing]
    )["documentDetails"]
    assert [one["status"] for one in details] == ["INDEXED", "FAILED"]
    assert "nothing.md" in details[1]["statusReason"]
    assert "frozen" in aws.found(base, "harbour")[0]["content"]["text"]
