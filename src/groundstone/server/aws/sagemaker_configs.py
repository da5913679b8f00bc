"""sagemaker: configurations of endpoints: variants, their weights and instances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from groundstone.endpoints.base import Content, Variant
from groundstone.endpoints.registry import SIMULATED
from groundstone.endpoints.simulate.served import on_instance
from groundstone.errors import InvalidInput
from groundstone.server.aws.errors import refuse
from groundstone.server.aws.operations import AwsCall, operation
from groundstone.server.aws.sagemaker import arn, endpoints, found, listed, new, tags

if TYPE_CHECKING:
    from groundstone.stores.resources import Resource

KIND = "endpoint-config"
UNSUPPORTED = {
    "AsyncInferenceConfig": "endpoints answer at once",
    "ShadowProductionVariants": "give a second variant a small weight instead",
    "ExplainerConfig": "nothing explains answers",
    "KmsKeyId": "packages lie on the disks of this server as they are",
    "CrossRegionTrafficConfig": "there is one place",
}
KEPT = ("ProductionVariants", "ExecutionRoleArn", "VpcConfig", "EnableNetworkIsolation", "DataCaptureConfig")
DIFFERENCES = (
    "InstanceType is told again and changes nothing but for simulated engines, which stand on it; instances are "
    "processes, at most one for each processor.",
    "Asynchronous, explained and shadow endpoints, captured data and KMS keys are refused.",
)


@operation("sagemaker", "CreateEndpointConfig", differences=DIFFERENCES)
def create_config(call: AwsCall) -> Mapping[str, Any]:
    params, name = call.params, call.params["EndpointConfigName"]
    for member, why in UNSUPPORTED.items():
        if member in params:
            refuse(call, member, why)
    if params.get("DataCaptureConfig", {}).get("EnableCapture"):
        refuse(call, "DataCaptureConfig.EnableCapture", "nothing of what is asked is kept")
    variants = [_variant(call, one) for one in params["ProductionVariants"]]
    told = {key: params[key] for key in KEPT if key in params}
    with new(call, KIND, name):
        made = endpoints(call).configure(call.caller, name, variants, told, fixed=True)
        if given := tags(params):
            endpoints(call).tag(call.caller, made.kind, made.id, given)
    return {"EndpointConfigArn": arn(call, KIND, name)}


@operation("sagemaker", "DescribeEndpointConfig")
def describe_config(call: AwsCall) -> Mapping[str, Any]:
    with found(call, KIND, call.params["EndpointConfigName"]):
        config = endpoints(call).config(call.caller, call.params["EndpointConfigName"])
    told = dict(config.body["told"]) or {"ProductionVariants": [_native(one) for one in config.body["variants"]]}
    return _summary(call, config) | {"EnableNetworkIsolation": False} | told


@operation("sagemaker", "ListEndpointConfigs")
def list_configs(call: AwsCall) -> Mapping[str, Any]:
    configs = endpoints(call).configs(call.caller)
    return listed(call, "EndpointConfigs", configs, lambda config: _summary(call, config))


@operation("sagemaker", "DeleteEndpointConfig", differences=("Endpoints that were made from it go on.",))
def delete_config(call: AwsCall) -> Mapping[str, Any]:
    with found(call, KIND, call.params["EndpointConfigName"]):
        endpoints(call).delete_config(call.caller, call.params["EndpointConfigName"])
    return {}


def _variant(call: AwsCall, given: Mapping[str, Any]) -> Variant:
    name, model = given["VariantName"], given.get("ModelName")
    if not model:
        raise InvalidInput(f"the variant {name} needs ModelName; inference components are not supported here")
    with found(call, "model", model):
        known = endpoints(call).registry.find(call.caller, model)
    serverless = given.get("ServerlessConfig", {})
    count = given.get("InitialInstanceCount", 1 if serverless or "InstanceType" not in given else 0)
    if count < 1:
        raise InvalidInput(f"the variant {name} needs InitialInstanceCount beside InstanceType")
    containers = [known.body["told"].get("PrimaryContainer", {}), *known.body["told"].get("Containers", ())]
    image = next((one["Image"] for one in containers if "Image" in one), "")
    weight = float(given.get("InitialVariantWeight", 1.0))
    return Variant(name, model, _content(known, given.get("InstanceType", "")), weight, count, image)


def _content(known: Resource, place: str) -> Content:
    """Empty for what the model is; a simulated engine stands on the instance that the variant names."""
    content = Content.from_json(known.body["content"])
    return replace(content, model=on_instance(content.model, place)) if content.kind == SIMULATED else Content("")


def _native(variant: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "VariantName": variant["name"],
        "ModelName": variant["model"],
        "InitialInstanceCount": variant["count"],
        "InitialVariantWeight": variant["weight"],
    }


def _summary(call: AwsCall, config: Resource) -> dict[str, Any]:
    return {
        "EndpointConfigName": config.name,
        "EndpointConfigArn": arn(call, KIND, config.name),
        "CreationTime": config.created,
    }
