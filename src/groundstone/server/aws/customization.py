"""bedrock: jobs that make a custom model of labelled examples."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from groundstone.errors import InvalidInput, NotFound
from groundstone.server import auth
from groundstone.server.aws.custom_models import account_arn, base_arn, model_arn
from groundstone.server.aws.errors import refuse
from groundstone.server.aws.listed import listed
from groundstone.server.aws.operations import AwsCall, operation
from groundstone.training.order import METHODS, Order, Wish

if TYPE_CHECKING:
    from groundstone.models.base import ModelInfo
    from groundstone.stores.resources import Resource

HYPER_PARAMETERS = ("method", "chatModel", "replace")
CONFIGURED = ("trainingDataConfig", "validationDataConfig", "outputDataConfig")
RECORDED = ("roleArn", "clientRequestToken", "hyperParameters", "jobTags", "customModelTags", *CONFIGURED)
REFUSED = {
    "vpcConfig": "training happens on this server",
    "customModelKmsKeyId": "models lie on the disks of this server as they are",
    "customizationConfig": "there is neither distillation nor reinforcement",
}
DETAILS = (("dataProcessingDetails", "data"), ("trainingDetails", "training"), ("validationDetails", "validation"))
DIFFERENCES = (
    "Models are classifiers: each completion of the examples is a label.",
    "The base is the embedding model (method head) or a chat model (method few-shot); hyperParameters are method, "
    "chatModel and replace, others are refused.",
    "FINE_TUNING only; VPCs, keys and invocation logs are refused.",
    "Reading and writing buckets needs an administrator's access key; the report is written where a folder of the "
    "server stands for the bucket of outputDataConfig, and else kept with the model.",
)


@operation("bedrock", "CreateModelCustomizationJob", differences=DIFFERENCES)
def create(call: AwsCall) -> Mapping[str, Any]:
    auth.need_admin(call.platform, call.caller, "Training on buckets that the server can read")
    order = _order(call)
    token = call.params.get("clientRequestToken", "")
    job = call.platform.training.start(call.caller, order, name=call.params["jobName"], token=token)
    return {"jobArn": job_arn(call, job)}


@operation("bedrock", "GetModelCustomizationJob", differences=("The training loss is that of method head.",))
def get(call: AwsCall) -> Mapping[str, Any]:
    return _whole(call, _found(call))


@operation("bedrock", "ListModelCustomizationJobs", differences=("Jobs that were ordered by this API only.",))
def list_jobs(call: AwsCall) -> Mapping[str, Any]:
    jobs = [job for job in call.platform.training.list(call.caller) if job.body["order"]["request"]]
    wanted = call.params.get("statusEquals")
    kept = [(job.created, job.name, job.id, job) for job in jobs if wanted in (None, job.body["status"])]
    return listed(call, "modelCustomizationJobSummaries", kept, lambda job: _summary(call, job))


@operation("bedrock", "StopModelCustomizationJob")
def stop(call: AwsCall) -> Mapping[str, Any]:
    call.platform.training.stop(call.caller, _found(call).id)
    return {}


def job_arn(call: AwsCall, job: Resource) -> str:
    return account_arn(call, f"model-customization-job/groundstone.custom/{job.id}")


def _found(call: AwsCall) -> Resource:
    asked = call.params["jobIdentifier"]
    job = call.platform.training.find(call.caller, asked)
    if not job.body["order"]["request"]:
        raise NotFound(f"{asked[:100]!r} was not ordered by this API; GET /api/custom-model-jobs shows it")
    return job


# -- the order ----------------------------------------------------------------------------------------


def _order(call: AwsCall) -> Order:
    """Raises InvalidInput for what cannot be honoured."""
    params = call.params
    for name, why in REFUSED.items():
        if name in params:
            refuse(call, name, why)
    if params.get("customizationType", "FINE_TUNING") != "FINE_TUNING":
        refuse(call, f"customizationType {params['customizationType']}", "models are made by FINE_TUNING only")
    training = params["trainingDataConfig"]
    if "s3Uri" not in training or "invocationLogsConfig" in training:
        refuse(call, "trainingDataConfig without s3Uri", "examples are read from a file of JSON lines")
    method, chat = _method(call)
    return Order(
        params["customModelName"],
        method,
        chat,
        training["s3Uri"],
        tuple(one["s3Uri"] for one in params.get("validationDataConfig", {"validators": ()})["validators"]),
        params["outputDataConfig"]["s3Uri"],
        _replace(call),
        {"base": params["baseModelIdentifier"], **{name: params[name] for name in RECORDED if name in params}},
    )


def _method(call: AwsCall) -> tuple[Wish, str]:
    """The method, and the chat model that it needs."""
    given: Mapping[str, str] = call.params.get("hyperParameters", {})
    unknown = sorted(set(given) - set(HYPER_PARAMETERS))
    if unknown:
        refuse(call, f"hyperParameters.{unknown[0][:100]}", f"there are {', '.join(HYPER_PARAMETERS)}")
    base = call.platform.models.info(call.caller, call.params["baseModelIdentifier"])
    chat = _base_chat(call, base) or _chat(call, given.get("chatModel", ""))
    wanted = given.get("method", "few-shot" if base.task == "chat" else "head")
    method = next((known for known in METHODS if known == wanted), None)
    if method is None:
        refuse(call, f"hyperParameters.method {wanted[:40]!r}", f"there are {', '.join(METHODS)}")
    if (method == "head") == bool(chat):
        raise InvalidInput(f"method {method} needs {'no chat model' if chat else 'hyperParameters.chatModel'}")
    return method, chat


def _base_chat(call: AwsCall, base: ModelInfo) -> str:
    """The name of a base that is a chat model; empty for the embedding model. Raises InvalidInput for others."""
    if base.task == "chat" and base.engine != "custom":
        return base.name
    if base.task != "embed" or base.name != call.platform.embed.name:
        known = call.platform.embed.name
        raise InvalidInput(f"baseModelIdentifier: custom models stand on {known} or on a chat model, not {base.name}")
    return ""


def _chat(call: AwsCall, name: str) -> str:
    info = call.platform.models.info(call.caller, name) if name else None
    if info is not None and (info.task != "chat" or info.engine == "custom"):
        raise InvalidInput(f"hyperParameters.chatModel: {info.name} is no chat model that could be asked")
    return info.name if info else ""


def _replace(call: AwsCall) -> bool:
    said = call.params.get("hyperParameters", {}).get("replace", "false")
    if said not in ("true", "false"):
        refuse(call, f"hyperParameters.replace {said[:40]!r}", "it is true or false")
    return bool(said == "true")


# -- what is shown of a job -----------------------------------------------------------------------------


def _summary(call: AwsCall, job: Resource) -> dict[str, Any]:
    shown = {
        "jobArn": job_arn(call, job),
        "baseModelArn": base_arn(call, job.body["order"]["request"]["base"]),
        "jobName": job.name,
        "status": job.body["status"],
        "statusDetails": _details(job),
        "creationTime": job.created,
        "lastModifiedTime": job.updated,
        "customModelName": job.body["order"]["model"],
        "customizationType": "FINE_TUNING",
    }
    ended = {"endTime": datetime.fromisoformat(job.body["ended"])} if job.body["ended"] else {}
    return shown | ended | _made(call, job, "customModelArn")


def _whole(call: AwsCall, job: Resource) -> dict[str, Any]:
    order = job.body["order"]
    names = ("jobArn", "baseModelArn", "jobName", "status", "statusDetails", "creationTime", "lastModifiedTime")
    summary = _summary(call, job)
    shown = {name: summary[name] for name in (*names, "endTime", "customizationType") if name in summary}
    told = ("roleArn", "clientRequestToken", "trainingDataConfig", "outputDataConfig")
    shown |= {name: order["request"][name] for name in told if name in order["request"]}
    shown |= {
        "outputModelName": order["model"],
        "hyperParameters": {"method": order["method"], **order["request"].get("hyperParameters", {})},
        "validationDataConfig": order["request"].get("validationDataConfig", {"validators": []}),
        **_made(call, job, "outputModelArn"),
        **metrics(job),
    }
    return shown | ({"failureMessage": job.body["failure"]} if job.body["failure"] else {})


def metrics(job: Resource) -> dict[str, Any]:
    """Losses, once there are any."""
    figures = job.body.get("figures")
    if not figures:
        return {}
    loss = figures["training_loss"]
    shown = {} if loss is None else {"trainingMetrics": {"trainingLoss": loss}}
    return shown | {"validationMetrics": [{"validationLoss": figures["log_loss"]}]}


def _made(call: AwsCall, job: Resource, member: str) -> dict[str, Any]:
    """The ARN of the model while it is there."""
    if job.body["status"] != "Completed":
        return {}
    try:
        return {member: model_arn(call, call.platform.custom.find(call.caller, job.body["order"]["model"]))}
    except NotFound:
        return {}


def _details(job: Resource) -> dict[str, Any]:
    """The status of each part of the work, and when it began."""
    body, reached = job.body, False
    shown: dict[str, Any] = {}
    for member, phase in DETAILS:
        now = phase == body["phase"]
        status = body["status"] if now else "NotStarted" if reached or body["phase"] == "waiting" else "Completed"
        reached = reached or now
        began = body["began"].get(phase)
        times = {"creationTime": datetime.fromisoformat(began), "lastModifiedTime": job.updated} if began else {}
        shown[member] = {"status": status, **times}
    return shown
