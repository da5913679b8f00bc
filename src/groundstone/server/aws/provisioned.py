"""bedrock: provisioned models, here simply further names of custom models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from groundstone.errors import Conflict, LimitExceeded, NotFound
from groundstone.server.aws import custom_models
from groundstone.server.aws.custom_models import account_arn, base_arn, base_of, model_arn
from groundstone.server.aws.listed import listed
from groundstone.server.aws.operations import AwsCall, operation

if TYPE_CHECKING:
    from groundstone.stores.resources import Resource

MOST = 1000  # names of one tenant
NAME_ONLY = "A further name for a custom model: units and commitments are recorded and change nothing."


@operation("bedrock", "CreateProvisionedModelThroughput", differences=(NAME_ONLY,))
def create(call: AwsCall) -> Mapping[str, Any]:
    params, names = call.params, call.platform.training.provisioned
    model = custom_models.find(call, params["modelId"])
    if len(names.list(call.caller)) >= MOST:
        raise LimitExceeded(f"there are {MOST} provisioned models already; delete some")
    told = ("modelUnits", "commitmentDuration", "tags")
    request = {name: params[name] for name in told if name in params}
    token = params.get("clientRequestToken", "")
    made, new = names.create(call.caller, params["provisionedModelName"], model.name, request, token)
    if new and not _is_free(call, made):
        names.delete(call.caller, made.id)
        raise Conflict(f"{made.name!r} is the name of another model; choose one of your own")
    return {"provisionedModelArn": _arn(call, made)}


@operation("bedrock", "GetProvisionedModelThroughput", differences=(NAME_ONLY,))
def get(call: AwsCall) -> Mapping[str, Any]:
    found = call.platform.training.provisioned.find(call.caller, call.params["provisionedModelId"])
    lost = {"failureMessage": "its custom model was deleted"} if _status(call, found) == "Failed" else {}
    return _shown(call, found) | lost


@operation("bedrock", "ListProvisionedModelThroughputs", differences=(NAME_ONLY,))
def list_provisioned(call: AwsCall) -> Mapping[str, Any]:
    wanted, status = call.params.get("modelArnEquals"), call.params.get("statusEquals")
    kept = [
        (one.created, one.name, one.id, one)
        for one in call.platform.training.provisioned.list(call.caller)
        if status in (None, _status(call, one)) and wanted in (None, _model(call, one)["modelArn"])
    ]
    return listed(call, "provisionedModelSummaries", kept, lambda one: _shown(call, one))


@operation("bedrock", "DeleteProvisionedModelThroughput")
def delete(call: AwsCall) -> Mapping[str, Any]:
    call.platform.training.provisioned.delete(call.caller, call.params["provisionedModelId"])
    return {}


def _is_free(call: AwsCall, made: Resource) -> bool:
    """Whether the name leads to nothing but the model that it was made for."""
    return bool(call.platform.models.info(call.caller, made.name).name == made.body["model"] != made.name)


def _arn(call: AwsCall, one: Resource) -> str:
    return account_arn(call, f"provisioned-model/{one.id}")


def _status(call: AwsCall, one: Resource) -> str:
    try:
        call.platform.custom.find(call.caller, one.body["model"])
    except NotFound:
        return "Failed"
    return "InService"


def _model(call: AwsCall, one: Resource) -> dict[str, str]:
    try:
        model = call.platform.custom.find(call.caller, one.body["model"])
    except NotFound:
        gone = account_arn(call, f"custom-model/groundstone.custom/{one.id}")
        return {"modelArn": gone, "foundationModelArn": base_arn(call, "groundstone.deleted")}
    return {"modelArn": model_arn(call, model), "foundationModelArn": base_arn(call, base_of(model))}


def _shown(call: AwsCall, one: Resource) -> dict[str, Any]:
    request, model = one.body["request"], _model(call, one)
    told = ("commitmentDuration",)
    return {
        "provisionedModelName": one.name,
        "provisionedModelArn": _arn(call, one),
        **model,
        "desiredModelArn": model["modelArn"],
        "modelUnits": request["modelUnits"],
        "desiredModelUnits": request["modelUnits"],
        "status": _status(call, one),
        "creationTime": one.created,
        "lastModifiedTime": one.updated,
        **{name: request[name] for name in told if name in request},
    }
