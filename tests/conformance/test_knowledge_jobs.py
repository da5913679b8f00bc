"""Ingestion jobs by boto3: one at a time, stopped, killed, and ended with the platform."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from groundstone.identity import LOCAL
from groundstone.platform import Platform
from tests.held import HeldEmbed

from .knowledge_case import clients_of, inline, platform_at, write_films


def test_one_job_at_a_time_works_on_a_knowledge_base(tmp_path: Path) -> None:
    write_films(tmp_path / "buckets" / "films")
    embed = HeldEmbed()
    with platform_at(tmp_path, embed) as platform, clients_of(platform) as aws:
        base = aws.base()
        source, other = aws.bucket_source(base, "films"), aws.custom_source(base)
        ids = {"knowledgeBaseId": base, "dataSourceId": source}
        job = aws.agent.start_ingestion_job(**ids)["ingestionJob"]
        assert embed.reached.wait(20)
        for refused in (
            lambda: aws.agent.start_ingestion_job(**ids),
            lambda: aws.agent.start_ingestion_job(knowledgeBaseId=base, dataSourceId=other),
            lambda: aws.agent.delete_data_source(**ids),
            lambda: aws.agent.ingest_knowledge_base_documents(
                knowledgeBaseId=base, dataSourceId=other, documents=[inline("a", "b")]
            ),
        ):
            with pytest.raises(aws.agent.exceptions.ConflictException, match=job["ingestionJobId"]):
                refused()
        embed.go.set()
        wait_for(platform, job["ingestionJobId"], "COMPLETE")
        assert aws.synced(base, source)["status"] == "COMPLETE"
        listed = aws.agent.list_ingestion_jobs(
            **ids,
            filters=[{"attribute": "STATUS", "operator": "EQ", "values": ["COMPLETE"]}],
            sortBy={"attribute": "STARTED_AT", "order": "DESCENDING"},
        )["ingestionJobSummaries"]
        assert len(listed) == 2
        assert listed[0]["startedAt"] > listed[1]["startedAt"]


def test_a_job_can_be_stopped_and_the_next_one_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_films(tmp_path / "buckets" / "films")
    monkeypatch.setattr("groundstone.knowledge.index.BATCH_DOCUMENTS", 1)
    monkeypatch.setattr("groundstone.knowledge.index.REPORT_EVERY", 0)
    embed = HeldEmbed()
    with platform_at(tmp_path, embed) as platform, clients_of(platform) as aws:
        base = aws.base()
        source = aws.bucket_source(base, "films")
        ids = {"knowledgeBaseId": base, "dataSourceId": source}
        job = aws.agent.start_ingestion_job(**ids)["ingestionJob"]
        assert embed.reached.wait(20)
        stopping = aws.agent.stop_ingestion_job(**ids, ingestionJobId=job["ingestionJobId"])["ingestionJob"]
        assert stopping["status"] == "STOPPING"
        embed.go.set()
        wait_for(platform, job["ingestionJobId"], "STOPPED")
        assert aws.found(base, "film") == []  # nothing half done is seen
        assert aws.synced(base, source)["status"] == "COMPLETE"
        assert len(aws.found(base, "film directed")) == 3
        with pytest.raises(aws.agent.exceptions.ConflictException, match="has ended"):
            aws.agent.stop_ingestion_job(**ids, ingestionJobId=job["ingestionJobId"])


def wait_for(platform: Platform, job: str, status: str) -> None:
    for _ in range(500):
        if platform.ingestion.get(LOCAL, job).body["status"] == status:
            return
        time.sleep(0.01)
    raise AssertionError(f"the job never became {status}: {platform.ingestion.get(LOCAL, job).body}")


SLOW_SERVER = """
import sys, time
from pathlib import Path
from groundstone.identity import LOCAL
from groundstone.knowledge import index
from groundstone.models.fakes import FakeEmbed
from tests.conformance.knowledge_case import platform_at

class Slow(FakeEmbed):
    def embed(self, texts):
        print("embedding", flush=True)
        time.sleep(0.2 if self.calls else 0.0)
        return super().embed(texts)

index.BATCH_DOCUMENTS = 1
with platform_at(Path(sys.argv[1]), Slow(384, "all-minilm-l6-v2")) as platform:
    job = platform.ingestion.start(LOCAL, "films", sys.argv[2], parent=sys.argv[2])
    print("job", job.id, flush=True)
    time.sleep(60)
"""


def test_a_job_whose_process_was_killed_has_failed_and_the_next_one_goes_on(tmp_path: Path) -> None:
    write_films(tmp_path / "buckets" / "films")
    with platform_at(tmp_path) as platform, clients_of(platform) as aws:
        base = aws.base()
        source = aws.bucket_source(base, "films")
    child = subprocess.Popen(
        [sys.executable, "-c", SLOW_SERVER, str(tmp_path), source],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert child.stdout is not None
    lines = [child.stdout.readline().strip() for _ in range(3)]
    job = next(line.split()[1] for line in lines if line.startswith("job"))
    child.send_signal(signal.SIGKILL)
    child.communicate()
    with platform_at(tmp_path) as platform, clients_of(platform) as aws:
        ids = {"knowledgeBaseId": base, "dataSourceId": source}
        found = aws.agent.get_ingestion_job(**ids, ingestionJobId=job)["ingestionJob"]
        assert found["status"] == "FAILED"
        assert "start another job" in found["failureReasons"][0]
        again = aws.synced(base, source)
        assert again["status"] == "COMPLETE"
        assert again["statistics"]["numberOfDocumentsScanned"] == 3
        assert again["statistics"]["numberOfNewDocumentsIndexed"] < 3  # the first ones were staged already
        assert len(aws.found(base, "film directed")) == 3


def test_a_platform_that_is_closed_ends_its_jobs_with_a_reason(tmp_path: Path) -> None:
    write_films(tmp_path / "buckets" / "films")
    embed = HeldEmbed()
    with platform_at(tmp_path, embed) as platform, clients_of(platform) as aws:
        base = aws.base()
        source = aws.bucket_source(base, "films")
        job = platform.ingestion.start(LOCAL, "films", source, parent=source)
        assert embed.reached.wait(20)
        platform.ingestion._workers.stop_all()
        embed.go.set()
    with platform_at(tmp_path) as platform:
        body = platform.ingestion.get(LOCAL, job.id).body
        assert body["status"] == "FAILED"
        assert "shut down" in body["reasons"][0]
