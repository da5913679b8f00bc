"""bedrock: the custom models of the caller's tenant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from groundstone.errors import NotFound
from groundstone.server.aws.listed import listed
from groundstone.server.aws.operations import AwsCall, operation

if TYPE_CHECKING:
    from groundstone.models.custom_files import CustomModel

ACCOUNT = "000000000000"
STABLE = "The ARN is that of the name: a model that is trained again under it has the same."


@operation("bedrock", "ListCustomModels", differences=(STABLE, "All models are Active and the caller's own."))
def list_custom_models(call: AwsCall) -> Mapping[str, Any]:
    kept = [
        (created(model), model.name, model.id, model)
        for model in call.platform.custom.list(call.caller)
        if _wanted(call, model)
    ]
    return listed(call, "modelSummaries", kept, lambda model: _summary(call, model))


@operation("bedrock", "GetCustomModel", differences=(STABLE,))
def get_custom_model(call: AwsCall) -> Mapping[str, Any]:
    model = find(call, call.params["modelIdentifier"])
    shown = {
        "modelArn": model_arn(call, model),
        "modelName": model.name,
        "baseModelArn": base_arn(call, base_of(model)),
        "customizationType": "FINE_TUNING",
        "creationTime": created(model),
        "modelStatus": "Active",
        "hyperParameters": {"method": model.method},
        "validationMetrics": [{"validationLoss": model.report().log_loss}],
    }
    loss = model.report().training_loss
    return shown | ({} if loss is None else {"trainingMetrics": {"trainingLoss": loss}}) | _job(call, model)


@operation("bedrock", "DeleteCustomModel")
def delete_custom_model(call: AwsCall) -> Mapping[str, Any]:
    call.platform.training.delete(call.caller, find(call, call.params["modelIdentifier"]).name)
    return {}


def find(call: AwsCall, identifier: str) -> CustomModel:
    """By name, id or ARN. Raises NotFound."""
    wanted = identifier.rpartition("/")[2]
    for model in call.platform.custom.list(call.caller):
        if wanted in (model.name, model.id):
            return model
    raise NotFound(f"no custom model {identifier[:200]!r}")


def account_arn(call: AwsCall, resource: str) -> str:
    return f"arn:aws:bedrock:{call.region}:{ACCOUNT}:{resource}"


def model_arn(call: AwsCall, model: CustomModel) -> str:
    return account_arn(call, f"custom-model/groundstone.{model.method}/{model.id}")


def base_arn(call: AwsCall, name: str) -> str:
    """The base as a foundation model, by the name that it was asked for."""
    return f"arn:aws:bedrock:{call.region}::foundation-model/{name.rpartition('/')[2]}"


def base_of(model: CustomModel) -> str:
    return model.chat or model.embed


def created(model: CustomModel) -> datetime:
    return datetime.fromisoformat(model.created)


def _wanted(call: AwsCall, model: CustomModel) -> bool:
    params, base = call.params, base_arn(call, base_of(model))
    return bool(
        params.get("isOwned", True) is True
        and params.get("modelStatus", "Active") == "Active"
        and params.get("baseModelArnEquals", base) == base
        and params.get("foundationModelArnEquals", base) == base
    )


def _summary(call: AwsCall, model: CustomModel) -> dict[str, Any]:
    return {
        "modelArn": model_arn(call, model),
        "modelName": model.name,
        "creationTime": created(model),
        "baseModelArn": base_arn(call, base_of(model)),
        "baseModelName": base_of(model)[:63],
        "customizationType": "FINE_TUNING",
        "ownerAccountId": ACCOUNT,
        "modelStatus": "Active",
    }


def _job(call: AwsCall, model: CustomModel) -> dict[str, Any]:
    """What the job that made it was told, when one of this API did."""
    job = call.platform.training.job_of(call.caller, model)
    if job is None or not job.body["order"]["request"]:
        return {}
    request = job.body["order"]["request"]
    told = ("trainingDataConfig", "validationDataConfig", "outputDataConfig")
    return {
        "jobName": job.name,
        "jobArn": account_arn(call, f"model-customization-job/groundstone.custom/{job.id}"),
        "hyperParameters": {"method": job.body["order"]["method"], **request.get("hyperParameters", {})},
        **{name: request[name] for name in told if name in request},
    }
