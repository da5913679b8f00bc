"""What the tests of the Textract wire share: a real server that reads drawn pages, and boto3's client of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from groundstone.config import Settings
from groundstone.documents.jobs import DocumentJobs
from groundstone.platform import Platform
from groundstone.server.app import create_app
from tests.documents.drawn import CARD, documents, drawn
from tests.server.live import serving

NAME, BIRTH, NOTHING = "What is the name?", "What is the date of birth?", "What is the shoe size?"
QUERIES = [{"Text": NAME, "Alias": "NAME"}, {"Text": BIRTH}, {"Text": NOTHING, "Alias": "SHOES"}]
PAGES = (CARD, "Name:  John Roe\nDate of birth:  1979-01-02", "Nothing to be found here")


class Textract:
    """boto3's client for one caller, as anybody makes it: only the address is ours."""

    def __init__(self, address: str, home: Path, key: str = "any", secret: str = "any") -> None:
        session = boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret, region_name="us-east-1")
        config = Config(retries={"total_max_attempts": 1})
        self.address, self.home = address, home
        self.client = session.client("textract", endpoint_url=address, config=config)

    def put(self, key: str, data: bytes, bucket: str = "files") -> dict[str, Any]:
        """The object of that key, as requests name it."""
        path = self.home / "buckets" / bucket / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return {"S3Object": {"Bucket": bucket, "Name": key}}

    def analyzed(self, *features: str, data: bytes = drawn(CARD), **more: Any) -> dict[str, Any]:
        queries = {"QueriesConfig": {"Queries": QUERIES}} if "QUERIES" in features else {}
        asked = {"Document": {"Bytes": data}, "FeatureTypes": list(features)} | queries
        return dict(self.client.analyze_document(**asked | more))

    def analysis(self, *pages: str, features: tuple[str, ...] = ("FORMS",), **more: Any) -> str:
        """Id of a new job."""
        location = self.put("many.pdf", drawn(*(pages or PAGES)))
        asked = {"DocumentLocation": location, "FeatureTypes": list(features)} | more
        return str(self.client.start_document_analysis(**asked)["JobId"])

    def ended(self, job: str, get: Callable[..., Any] | None = None, **more: Any) -> dict[str, Any]:
        """The first part of the results."""
        get = get or self.client.get_document_analysis
        for _ in range(500):
            found = get(JobId=job, **more)
            if found["JobStatus"] != "IN_PROGRESS":
                return dict(found)
            time.sleep(0.01)
        raise AssertionError("the job does not end")


@contextmanager
def platform_at(home: Path, reading: Callable[[int], None] | None = None) -> Iterator[Platform]:
    """A platform that reads drawn pages. ``reading`` is called before each page is."""
    home.mkdir(parents=True, exist_ok=True)
    with Platform(Settings(home=home, threads=1)) as platform:
        platform.documents = documents(reading)
        jobs = DocumentJobs(home / "document-jobs", lambda: platform.documents, platform.resources)
        platform.document_jobs = jobs
        try:
            yield platform
        finally:
            jobs.close()


@contextmanager
def textract_at(home: Path, reading: Callable[[int], None] | None = None) -> Iterator[Textract]:
    with platform_at(home, reading) as platform, serving(create_app(platform)) as address:
        yield Textract(address, home)


def of(found: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [block for block in found["Blocks"] if block["BlockType"] == kind]
