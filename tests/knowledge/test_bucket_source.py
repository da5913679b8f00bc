from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from groundstone.errors import MissingExtra, SourceError
from groundstone.identity import LOCAL
from groundstone.knowledge import index
from groundstone.knowledge.source import Failure, Item, open_source
from groundstone.knowledge.spec import KnowledgeSpec, SourceSpec
from tests.knowledge.tiny import TinyEmbed, collection

pytest.importorskip("boto3", reason="boto3 is not installed")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A real server of the S3 protocol on a free loopback port."""
    server_module = pytest.importorskip("moto.server", reason="moto[server] is not installed")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.fixture
def bucket(endpoint: str, request: pytest.FixtureRequest) -> Any:
    import boto3

    name = "b" + str(abs(hash(request.node.name)))
    one = boto3.resource("s3", endpoint_url=endpoint).Bucket(name)
    one.create()
    return one


def put(bucket: Any, **objects: str) -> None:
    for name, text in objects.items():
        bucket.put_object(Key=name.replace("__", "/").replace("_", "."), Body=text.encode())


def listed(bucket: Any, endpoint: str, prefix: str = "") -> list[Item]:
    source = open_source(SourceSpec("s3", f"s3://{bucket.name}/{prefix}"), s3_endpoint=endpoint)
    return [item for item in source.items() if isinstance(item, Item)]


def test_objects_below_the_prefix_are_items(bucket: Any, endpoint: str) -> None:
    put(bucket, docs__a_txt="A", docs__sub__b_txt="B", other_txt="C", docs__c_txt="D")
    bucket.put_object(Key="docs/empty/", Body=b"")
    bucket.put_object(Key="docs/c.txt.metadata.json", Body=b'{"metadataAttributes": {}}')
    found = listed(bucket, endpoint, "docs")
    assert [item.id for item in found] == ["a.txt", "c.txt", "sub/b.txt"]
    assert found[0].name == f"s3://{bucket.name}/docs/a.txt"
    assert found[0].read() == b"A"
    assert found[1].side is not None


def test_a_metadata_object_without_its_object_is_reported_and_is_no_document(bucket: Any, endpoint: str) -> None:
    bucket.put_object(Key="a.txt.metadata.json", Body=b'{"metadataAttributes": {}}')
    (lone,) = open_source(SourceSpec("s3", f"s3://{bucket.name}/"), s3_endpoint=endpoint).items()
    assert isinstance(lone, Failure)
    assert "'a.txt'" in lone.reason


def test_all_pages_of_keys_are_listed(bucket: Any, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groundstone.knowledge.s3.PAGE", 3)
    for number in range(10):
        put(bucket, **{f"{number}_txt": "x"})
    assert [item.id for item in listed(bucket, endpoint)] == [f"{number}.txt" for number in range(10)]


def test_a_bucket_is_synced_like_a_folder(bucket: Any, endpoint: str, tmp_path: Path) -> None:
    spec = KnowledgeSpec("kb", source=SourceSpec("s3", f"s3://{bucket.name}"))
    one = collection(tmp_path, spec)
    put(bucket, a_txt="First text.", b_md="# Second")
    assert index.sync(LOCAL, one, spec, TinyEmbed(), s3_endpoint=endpoint).new == 2
    put(bucket, a_txt="Changed text.")
    bucket.Object("b.md").delete()
    report = index.sync(LOCAL, one, spec, TinyEmbed(), s3_endpoint=endpoint)
    assert (report.changed, report.deleted) == (1, 1)
    assert one.documents(LOCAL, ["a.txt"])["a.txt"].source == f"s3://{bucket.name}/a.txt"


def test_a_bucket_that_is_not_there_is_an_error(endpoint: str) -> None:
    source = open_source(SourceSpec("s3", "s3://no-such-bucket-here"), s3_endpoint=endpoint)
    with pytest.raises(SourceError, match="cannot list"):
        list(source.items())


def test_a_wrong_address_is_an_error() -> None:
    with pytest.raises(SourceError, match="s3://bucket/prefix"):
        open_source(SourceSpec("s3", "bucket/prefix"))


def test_without_boto3_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(MissingExtra, match=r"groundstone\[s3\]"):
        open_source(SourceSpec("s3", "s3://bucket"))
