"""What the tests of the SageMaker wire share: a real server, boto3's clients, and packages in a bucket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from groundstone.config import Settings
from groundstone.endpoints.base import Runner
from groundstone.endpoints.catalogue import CatalogueRunner
from groundstone.endpoints.onnx import OnnxRunner
from groundstone.endpoints.service import Endpoints
from groundstone.endpoints.simulate.served import SimulatedRunner
from groundstone.platform import Platform
from groundstone.server.app import create_app
from tests.endpoints.packed import package
from tests.server.aws_models import ModelsPlatform
from tests.server.live import serving

ROLE = "arn:aws:iam::123456789012:role/sagemaker"
IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/tensorflow-inference:2.6-cpu"
ADDRESS = "s3://models/model.tar.gz"
FAST = {"Delay": 0.02, "MaxAttempts": 500}


class SageMaker:
    """boto3's clients for one caller, as anybody makes them: only the address is ours."""

    def __init__(self, address: str, home: Path, key: str = "any", secret: str = "any") -> None:
        session = boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret, region_name="us-east-1")
        config = Config(retries={"total_max_attempts": 1})
        self.address, self.home = address, home
        self.control = session.client("sagemaker", endpoint_url=address, config=config)
        self.runtime = session.client("sagemaker-runtime", endpoint_url=address, config=config)

    def put(self, data: bytes, address: str = ADDRESS) -> str:
        """A package into the folder that stands for the bucket."""
        path = self.home / "buckets" / address.removeprefix("s3://")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return address

    def model(self, name: str, data: bytes | None = None, environment: dict[str, str] | None = None) -> str:
        container: dict[str, Any] = {"Image": IMAGE, "Environment": environment or {}}
        if environment is None:
            container["ModelDataUrl"] = self.put(package() if data is None else data)
        made = self.control.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)
        return str(made["ModelArn"])

    def config(self, name: str, *variants: tuple[str, str, float], count: int = 1) -> None:
        wanted = [
            {
                "VariantName": variant,
                "ModelName": model,
                "InitialInstanceCount": count,
                "InstanceType": "ml.m5.xlarge",
                "InitialVariantWeight": weight,
            }
            for variant, model, weight in variants
        ]
        self.control.create_endpoint_config(EndpointConfigName=name, ProductionVariants=wanted)

    def endpoint(self, name: str, *variants: tuple[str, str, float]) -> dict[str, Any]:
        """In service, made as the SDK does: a configuration of the same name."""
        self.config(name, *(variants or (("AllTraffic", name, 1.0),)))
        self.control.create_endpoint(EndpointName=name, EndpointConfigName=name)
        return self.ready(name)

    def ready(self, name: str) -> dict[str, Any]:
        self.control.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig=FAST)
        return dict(self.control.describe_endpoint(EndpointName=name))

    def asked(self, name: str, value: Any, **more: Any) -> Any:
        body = json.dumps(value)
        reply = self.runtime.invoke_endpoint(EndpointName=name, Body=body, ContentType="application/json", **more)
        return json.loads(reply["Body"].read())


@contextmanager
def platform_at(home: Path, **settings: Any) -> Iterator[Platform]:
    """A platform whose catalogue holds models without weights, beside models of packages."""
    home.mkdir(parents=True, exist_ok=True)
    with Platform(Settings(home=home, threads=1, **settings)) as platform:
        platform.models = ModelsPlatform(home / "catalogue").models
        runners: dict[str, Runner] = {"onnx": OnnxRunner(), "catalogue": CatalogueRunner(lambda: platform.models)}
        runners["simulated"] = SimulatedRunner()
        platform.endpoints = Endpoints(home / "endpoints", platform.resources, runners, platform._object)
        try:
            yield platform
        finally:
            platform.endpoints.close()


@contextmanager
def sagemaker_at(home: Path, **settings: Any) -> Iterator[SageMaker]:
    with platform_at(home, **settings) as platform, serving(create_app(platform)) as address:
        yield SageMaker(address, home)
