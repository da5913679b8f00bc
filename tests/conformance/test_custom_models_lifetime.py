"""Custom models belong to one tenant, outlive a restart, and are whole or not there when a process ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from openai import NotFoundError, OpenAI

from groundstone.platform import Platform
from groundstone.server.app import create_app
from tests.held import HeldEmbed
from tests.server.live import serving

from .custom_case import KINDS, Bedrock, jsonl, refused
from .knowledge_case import platform_at


@contextmanager
def tenants(home: Path) -> Iterator[tuple[Platform, str, Bedrock, Bedrock]]:
    with platform_at(home) as platform, serving(create_app(platform)) as address:
        keys = [platform.keys.create(tenant=name, admin=True) for name in ("acme", "bolt")]
        acme, bolt = (Bedrock(address, key.key.id, key.secret) for key in keys)
        platform.bearers = [key.bearer for key in keys]  # type: ignore[attr-defined]
        yield platform, address, acme, bolt


def test_another_tenant_never_meets_a_model(tmp_path: Path) -> None:
    data = tmp_path / "buckets" / "data"
    data.mkdir(parents=True)
    (data / "kinds.jsonl").write_text(jsonl(KINDS))
    with tenants(tmp_path) as (platform, address, acme, bolt):
        job = acme.made("kinds")
        model = job["outputModelArn"]
        assert acme.says(model) == "animal"
        for name in ("kinds", model):
            asked = [
                (bolt.control.get_custom_model, {"modelIdentifier": name}),
                (bolt.control.delete_custom_model, {"modelIdentifier": name}),
                (bolt.runtime.invoke_model, {"modelId": name, "body": '{"inputText": "x"}'}),
                (bolt.runtime.converse, {"modelId": name, "messages": [{"role": "user", "content": [{"text": "x"}]}]}),
                (
                    bolt.control.create_provisioned_model_throughput,
                    {"modelId": name, "modelUnits": 1, "provisionedModelName": "theirs"},
                ),
            ]
            assert {refused(call, **params)[0] for call, params in asked} == {"ResourceNotFoundException"}
        for call in (bolt.control.get_model_customization_job, bolt.control.stop_model_customization_job):
            assert {refused(call, jobIdentifier=one)[0] for one in (job["jobArn"], "make-kinds")} == {
                "ResourceNotFoundException"
            }
        assert bolt.control.list_custom_models()["modelSummaries"] == []
        assert bolt.control.list_model_customization_jobs()["modelCustomizationJobSummaries"] == []
        theirs = OpenAI(base_url=f"{address}/v1", api_key=platform.bearers[1])  # type: ignore[attr-defined]
        assert "kinds" not in [one.id for one in theirs.models.list()]
        with pytest.raises(NotFoundError):
            theirs.chat.completions.create(model="kinds", messages=[{"role": "user", "content": "x"}])
        assert bolt.made("kinds")["outputModelArn"] != model  # the same name, another model
        member = platform.keys.create(tenant="acme")
        plain = Bedrock(address, member.key.id, member.secret)
        assert refused(plain.start, model="members")[0] == "AccessDeniedException"
        assert plain.says("kinds") == "animal"


def test_models_and_jobs_outlive_a_restart(tmp_path: Path) -> None:
    data = tmp_path / "buckets" / "data"
    data.mkdir(parents=True)
    (data / "kinds.jsonl").write_text(jsonl(KINDS))
    with platform_at(tmp_path) as platform, serving(create_app(platform)) as address:
        job = Bedrock(address).made("kinds")
    with platform_at(tmp_path) as platform, serving(create_app(platform)) as address:
        again = Bedrock(address)
        assert again.says(job["outputModelArn"]) == "animal"
        shown = again.control.get_model_customization_job(jobIdentifier=job["jobArn"])
        assert {name: shown[name] for name in job if name != "ResponseMetadata"} == {
            name: value for name, value in job.items() if name != "ResponseMetadata"
        }


def test_a_server_that_shuts_down_ends_its_jobs(tmp_path: Path) -> None:
    data = tmp_path / "buckets" / "data"
    data.mkdir(parents=True)
    (data / "slow.jsonl").write_text(jsonl([(f"slow {text}", label) for text, label in KINDS]))
    embed = HeldEmbed("slow")
    with platform_at(tmp_path, embed) as platform, serving(create_app(platform)) as address:
        Bedrock(address).start("kinds", trainingDataConfig={"s3Uri": "s3://data/slow.jsonl"})
        assert embed.reached.wait(10)
        threading.Timer(0.3, embed.go.set).start()
    with platform_at(tmp_path) as platform, serving(create_app(platform)) as address:
        shown = Bedrock(address).ended("make-kinds")
        assert (shown["status"], "shut down" in shown["failureMessage"]) == ("Failed", True)


CRASH = """
import sys, time
from pathlib import Path
from groundstone.identity import LOCAL
from groundstone.training.order import Order
from tests.conformance.knowledge_case import platform_at
from tests.conformance.test_custom_models import HeldEmbed
home, embed = Path(sys.argv[1]), HeldEmbed("slow")
with platform_at(home, embed) as platform:
    order = Order("kinds", examples="s3://data/slow.jsonl", request={"base": "amazon.titan-embed-text-v1",
        "roleArn": "arn:aws:iam::123456789012:role/x", "trainingDataConfig": {"s3Uri": "s3://data/slow.jsonl"},
        "outputDataConfig": {"s3Uri": "s3://data/out"}})
    platform.training.start(LOCAL, order, name="killed")
    embed.reached.wait(10)
    print("at work", flush=True)
    time.sleep(60)
"""


def test_a_job_whose_process_was_killed_has_failed(tmp_path: Path) -> None:
    data = tmp_path / "buckets" / "data"
    data.mkdir(parents=True)
    (data / "slow.jsonl").write_text(jsonl([(f"slow {text}", label) for text, label in KINDS]))
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", CRASH, str(tmp_path)], cwd=root, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "at work\n"
        child.send_signal(signal.SIGKILL)
        child.wait(10)
    with platform_at(tmp_path) as platform, serving(create_app(platform)) as address:
        aws = Bedrock(address)
        shown = aws.control.get_model_customization_job(jobIdentifier="killed")
        assert (shown["status"], "process that ran it ended" in shown["failureMessage"]) == ("Failed", True)
        assert aws.made("kinds", trainingDataConfig={"s3Uri": "s3://data/slow.jsonl"})["status"] == "Completed"
