"""What the tests of the knowledge base wires share: a real server, boto3 clients, and films in a bucket's folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from groundstone.config import Settings
from groundstone.models.fakes import FakeEmbed
from groundstone.platform import Platform
from groundstone.server.app import create_app
from tests.server.live import serving

ROLE = "arn:aws:iam::123456789012:role/kb"
TITAN = "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v1"
CLAUDE = "anthropic.claude-3-sonnet-20240229-v1:0"
COLLECTION = "arn:aws:aoss:us-east-1:123456789012:collection/movies"
STORAGE = {
    "type": "OPENSEARCH_SERVERLESS",
    "opensearchServerlessConfiguration": {
        "collectionArn": COLLECTION,
        "vectorIndexName": "movies-index",
        "fieldMapping": {"vectorField": "vector", "textField": "text", "metadataField": "text-metadata"},
    },
}
MODEL = {"type": "VECTOR", "vectorKnowledgeBaseConfiguration": {"embeddingModelArn": TITAN}}
FILMS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "nightmare.txt": (
        "The Nightmare Before Christmas was directed by Henry Selick. Jack Skellington, king of Halloween Town, "
        "discovers Christmas Town. He tries to take over Christmas.",
        {"year": 1993, "genres": ["Animation", "Family"], "director": "Henry Selick", "colour": True},
    ),
    "jaws.txt": (
        "Jaws was directed by Steven Spielberg. A great white shark attacks the beach of Amity Island. "
        "A police chief, a scientist and a fisherman hunt the shark.",
        {"year": 1975, "genres": ["Thriller"], "director": "Steven Spielberg", "colour": True},
    ),
    "metropolis.txt": (
        "Metropolis was directed by Fritz Lang. In a city of the future, workers toil below the ground. "
        "The son of the city's master falls in love with a prophet of the workers.",
        {"year": 1927, "genres": ["Drama"], "director": "Fritz Lang", "colour": False},
    ),
}


def write_films(folder: Path) -> None:
    """Text files with their metadata files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (text, attributes) in FILMS.items():
        (folder / name).write_text(text, encoding="utf-8")
        side = json.dumps({"metadataAttributes": attributes})
        (folder / f"{name}.metadata.json").write_text(side, encoding="utf-8")


@contextmanager
def platform_at(home: Path, embed: Any = None, **settings: Any) -> Iterator[Platform]:
    """A platform whose embedding model is faked unless one is given."""
    home.mkdir(parents=True, exist_ok=True)
    with Platform(Settings(home=home, threads=1, **settings)) as platform:
        platform.embed = embed or FakeEmbed(384, "all-minilm-l6-v2")
        yield platform


class Clients:
    """boto3's clients for one caller, as anybody makes them: only the address is ours."""

    def __init__(self, address: str, key: str = "any", secret: str = "any") -> None:
        session = boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret, region_name="us-east-1")
        config = Config(retries={"total_max_attempts": 1})
        self.address = address
        self.agent = session.client("bedrock-agent", endpoint_url=address, config=config)
        self.runtime = session.client("bedrock-agent-runtime", endpoint_url=address, config=config)

    def base(self, name: str = "films", **more: Any) -> str:
        """Id of a new knowledge base."""
        made = self.agent.create_knowledge_base(
            name=name, roleArn=ROLE, knowledgeBaseConfiguration=MODEL, storageConfiguration=STORAGE, **more
        )
        return str(made["knowledgeBase"]["knowledgeBaseId"])

    def bucket_source(self, base: str, bucket: str, name: str = "files", **more: Any) -> str:
        """Id of a new data source of a bucket."""
        where = {"type": "S3", "s3Configuration": {"bucketArn": f"arn:aws:s3:::{bucket}", **more.pop("s3", {})}}
        made = self.agent.create_data_source(knowledgeBaseId=base, name=name, dataSourceConfiguration=where, **more)
        return str(made["dataSource"]["dataSourceId"])

    def custom_source(self, base: str, name: str = "handed-over", **more: Any) -> str:
        made = self.agent.create_data_source(
            knowledgeBaseId=base, name=name, dataSourceConfiguration={"type": "CUSTOM"}, **more
        )
        return str(made["dataSource"]["dataSourceId"])

    def synced(self, base: str, source: str) -> dict[str, Any]:
        """The finished job, polled without a pause, as the published notebooks do."""
        job = self.agent.start_ingestion_job(knowledgeBaseId=base, dataSourceId=source)["ingestionJob"]
        while job["status"] not in ("COMPLETE", "FAILED", "STOPPED"):
            job = self.agent.get_ingestion_job(
                knowledgeBaseId=base, dataSourceId=source, ingestionJobId=job["ingestionJobId"]
            )["ingestionJob"]
        return dict(job)

    def found(self, base: str, text: str, **search: Any) -> list[dict[str, Any]]:
        return list(
            self.runtime.retrieve(
                knowledgeBaseId=base,
                retrievalQuery={"text": text},
                retrievalConfiguration={"vectorSearchConfiguration": search},
            )["retrievalResults"]
        )

    def answer(self, base: str, text: str, *, session: str = "", model: str = CLAUDE, **more: Any) -> dict[str, Any]:
        given = {"knowledgeBaseId": base, "modelArn": model, **more}
        sent = {"sessionId": session} if session else {}
        return dict(
            self.runtime.retrieve_and_generate(
                input={"text": text},
                retrieveAndGenerateConfiguration={"type": "KNOWLEDGE_BASE", "knowledgeBaseConfiguration": given},
                **sent,
            )
        )


@contextmanager
def clients_of(platform: Platform) -> Iterator[Clients]:
    with serving(create_app(platform)) as address:
        yield Clients(address)


def inline(name: str, text: str, **attributes: Any) -> dict[str, Any]:
    document: dict[str, Any] = {
        "content": {
            "dataSourceType": "CUSTOM",
            "custom": {
                "customDocumentIdentifier": {"id": name},
                "sourceType": "IN_LINE",
                "inlineContent": {"type": "TEXT", "textContent": {"data": text}},
            },
        }
    }
    if attributes:
        kinds = {str: ("STRING", "stringValue"), int: ("NUMBER", "numberValue"), bool: ("BOOLEAN", "booleanValue")}
        kinds[list] = ("STRING_LIST", "stringListValue")
        document["metadata"] = {
            "type": "IN_LINE_ATTRIBUTE",
            "inlineAttributes": [
                {"key": key, "value": {"type": kinds[type(value)][0], kinds[type(value)][1]: value}}
                for key, value in attributes.items()
            ],
        }
    return document
