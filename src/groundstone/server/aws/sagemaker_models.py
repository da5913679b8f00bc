"""sagemaker: models, each made from a package in a bucket, a version of the registry, or a model of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from groundstone.endpoints.registry import MODEL_KEYS
from groundstone.errors import InvalidInput
from groundstone.server.aws.operations import AwsCall, operation
from groundstone.server.aws.sagemaker import arn, endpoints, found, listed, new, tags
from groundstone.server.aws.sagemaker_source import source

if TYPE_CHECKING:
    from groundstone.stores.resources import Resource

DIFFERENCES = (
    "The image is a name that is told again and never pulled: what runs is decided by the package (ONNX, a forensic "
    "model, a name of the catalogue) or by GROUNDSTONE_MODEL or HF_MODEL_ID in the environment.",
    "The package is fetched, checked and pinned by its hash at once; one that cannot be served is refused here.",
    "Packages of buckets need an administrator's access key.",
    "One container; multi-model and serial containers are refused.",
)
KEPT = ("PrimaryContainer", "Containers", "ExecutionRoleArn", "VpcConfig", "EnableNetworkIsolation")


@operation("sagemaker", "CreateModel", differences=DIFFERENCES)
def create_model(call: AwsCall) -> Mapping[str, Any]:
    params, name = call.params, call.params["ModelName"]
    container = _container(call)
    told = {key: params[key] for key in KEPT if key in params}
    with new(call, "model", name):
        made = endpoints(call).registry.create(call.caller, name, **source(call, container), told=told)
        if given := tags(params):
            endpoints(call).tag(call.caller, made.kind, made.id, given)
    return {"ModelArn": arn(call, "model", name)}


@operation("sagemaker", "DescribeModel")
def describe_model(call: AwsCall) -> Mapping[str, Any]:
    with found(call, "model", call.params["ModelName"]):
        model = endpoints(call).registry.find(call.caller, call.params["ModelName"])
    shown = {"ModelName": model.name, "ModelArn": arn(call, "model", model.name), "CreationTime": model.created}
    return shown | {"EnableNetworkIsolation": False} | dict(model.body["told"] or _native(model))


@operation("sagemaker", "ListModels")
def list_models(call: AwsCall) -> Mapping[str, Any]:
    return listed(call, "Models", endpoints(call).registry.list(call.caller), lambda model: _summary(call, model))


@operation("sagemaker", "DeleteModel", differences=("Endpoints that serve the model go on.",))
def delete_model(call: AwsCall) -> Mapping[str, Any]:
    with found(call, "model", call.params["ModelName"]):
        endpoints(call).registry.delete(call.caller, call.params["ModelName"])
    return {}


def _container(call: AwsCall) -> Mapping[str, Any]:
    params = call.params
    containers = list(params.get("Containers", ())) + (
        [params["PrimaryContainer"]] if "PrimaryContainer" in params else []
    )
    if len(containers) != 1:
        raise InvalidInput("a model has one container here: PrimaryContainer, or Containers with one entry")
    chosen: Mapping[str, Any] = containers[0]
    return chosen


def _native(model: Resource) -> dict[str, Any]:
    """A container that says of a model made elsewhere than by this API what it is."""
    content = model.body["content"]
    named = content["model"] or (f"kind:{content['kind']}" if not content["package"] else "")
    return {"PrimaryContainer": {"Environment": {MODEL_KEYS[0]: named}} if named else {"Mode": "SingleModel"}}


def _summary(call: AwsCall, model: Resource) -> dict[str, Any]:
    return {"ModelName": model.name, "ModelArn": arn(call, "model", model.name), "CreationTime": model.created}
