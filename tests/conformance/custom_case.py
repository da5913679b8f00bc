"""What the tests of custom models share: examples, and boto3's clients for one caller."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::123456789012:role/trainer"
TITAN = "amazon.titan-embed-text-v1"
ANIMALS = "cat dog horse cow fish bird snake mouse goat sheep duck frog".split()
TOOLS = "saw hammer drill rake spade axe plane file chisel vice clamp wrench".split()
KINDS = [(f"my {name} the animal eats", "animal") for name in ANIMALS] + [
    (f"the {name} is a tool of steel", "tool") for name in TOOLS
]


def jsonl(rows: Sequence[tuple[str, str]]) -> str:
    return "".join(json.dumps({"prompt": text, "completion": label}) + "\n" for text, label in rows)


class Bedrock:
    """boto3's clients for one caller."""

    def __init__(self, address: str, key: str = "any", secret: str = "any") -> None:
        session = boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret, region_name="eu-west-1")
        config = Config(retries={"total_max_attempts": 1})
        self.control = session.client("bedrock", endpoint_url=address, config=config)
        self.runtime = session.client("bedrock-runtime", endpoint_url=address, config=config)

    def start(self, model: str, name: str = "", **more: Any) -> str:
        """ARN of a new job."""
        given = {
            "jobName": name or f"make-{model}",
            "customModelName": model,
            "roleArn": ROLE,
            "baseModelIdentifier": TITAN,
            "trainingDataConfig": {"s3Uri": "s3://data/kinds.jsonl"},
            "outputDataConfig": {"s3Uri": "s3://data/out/"},
        }
        return str(self.control.create_model_customization_job(**given | more)["jobArn"])

    def ended(self, job: str) -> dict[str, Any]:
        """The job, once it has ended."""
        for _ in range(400):
            found = self.control.get_model_customization_job(jobIdentifier=job)
            if found["status"] not in ("InProgress", "Stopping"):
                return dict(found)
            time.sleep(0.02)
        raise AssertionError("the job does not end")

    def made(self, model: str, **more: Any) -> dict[str, Any]:
        found = self.ended(self.start(model, **more))
        assert found["status"] == "Completed", found.get("failureMessage")
        return found

    def says(self, model: str, text: str = "an animal that eats") -> str:
        body = json.dumps({"inputText": text})
        reply = self.runtime.invoke_model(modelId=model, body=body)
        return str(json.loads(reply["body"].read())["results"][0]["outputText"])


def refused(call: Callable[..., Any], **params: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        call(**params)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]
