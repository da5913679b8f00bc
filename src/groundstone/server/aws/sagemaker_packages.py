"""sagemaker: the registry: groups of numbered versions of models, each with its approval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from groundstone.errors import InvalidInput
from groundstone.server.aws.custom_models import ACCOUNT
from groundstone.server.aws.errors import refuse
from groundstone.server.aws.operations import AwsCall, operation
from groundstone.server.aws.sagemaker import arn, endpoints, found, listed, new, tags
from groundstone.server.aws.sagemaker_source import PACKAGE, source, version

if TYPE_CHECKING:
    from groundstone.stores.resources import Resource

GROUP = "model-package-group"
VERSIONS_ONLY = "Versions of a group only; a package without a group is refused."
KEPT = (
    "ModelPackageDescription", "InferenceSpecification", "MetadataProperties", "ModelMetrics",
    "CustomerMetadataProperties", "DriftCheckBaselines", "Domain", "Task", "SamplePayloadUrl", "SourceUri",
)  # fmt: skip
UNSUPPORTED = {
    "SourceAlgorithmSpecification": "there are no algorithms of a marketplace",
    "ValidationSpecification": "models are tried by an endpoint",
    "SecurityConfig": "packages lie on the disks of this server as they are",
    "AdditionalInferenceSpecifications": "a version has one specification",
    "ModelCard": "a package may hold its own card",
    "ModelLifeCycle": "a version is approved, rejected, or waits",
}


@operation("sagemaker", "CreateModelPackageGroup")
def create_group(call: AwsCall) -> Mapping[str, Any]:
    name = call.params["ModelPackageGroupName"]
    told = {key: call.params[key] for key in ("ModelPackageGroupDescription",) if key in call.params}
    with new(call, GROUP, name):
        made = endpoints(call).registry.create_group(call.caller, name, told)
        if given := tags(call.params):
            endpoints(call).tag(call.caller, made.kind, made.id, given)
    return {"ModelPackageGroupArn": arn(call, GROUP, name)}


@operation("sagemaker", "DescribeModelPackageGroup")
def describe_group(call: AwsCall) -> Mapping[str, Any]:
    name = _last(call.params["ModelPackageGroupName"])
    with found(call, GROUP, name):
        return _group(call, endpoints(call).registry.group(call.caller, name)) | {"CreatedBy": {}}


@operation("sagemaker", "ListModelPackageGroups")
def list_groups(call: AwsCall) -> Mapping[str, Any]:
    groups = endpoints(call).registry.groups(call.caller)
    return listed(call, "ModelPackageGroupSummaryList", groups, lambda group: _group(call, group))


@operation("sagemaker", "DeleteModelPackageGroup")
def delete_group(call: AwsCall) -> Mapping[str, Any]:
    name = _last(call.params["ModelPackageGroupName"])
    with found(call, GROUP, name):
        endpoints(call).registry.delete_group(call.caller, name)
    return {}


@operation("sagemaker", "CreateModelPackage", differences=(VERSIONS_ONLY,))
def create_package(call: AwsCall) -> Mapping[str, Any]:
    params = call.params
    for member, why in UNSUPPORTED.items():
        if member in params:
            refuse(call, member, why)
    if "ModelPackageGroupName" not in params or "ModelPackageName" in params:
        raise InvalidInput("a version needs ModelPackageGroupName, and takes its number by itself: no ModelPackageName")
    containers = params.get("InferenceSpecification", {}).get("Containers", ())
    if len(containers) != 1:
        raise InvalidInput("InferenceSpecification has one container here")
    group = _last(params["ModelPackageGroupName"])
    told = {key: params[key] for key in KEPT if key in params}
    approval, token = params.get("ModelApprovalStatus", "PendingManualApproval"), params.get("ClientToken", "")
    with found(call, GROUP, group):
        endpoints(call).registry.group(call.caller, group)
    made = endpoints(call).registry.register(
        call.caller, group, **source(call, containers[0]), told=told, approval=approval, token=token
    )
    return {"ModelPackageArn": _arn(call, made)}


@operation("sagemaker", "DescribeModelPackage")
def describe_package(call: AwsCall) -> Mapping[str, Any]:
    one = version(call, call.params["ModelPackageName"])
    done = {"Name": one.body["group"], "Status": "Completed"}
    return {
        **_summary(call, one),
        **_filled(one),
        "ModelPackageName": one.body["group"],
        "ModelPackageStatusDetails": {"ValidationStatuses": [done], "ImageScanStatuses": []},
        "LastModifiedTime": one.updated,
    }


@operation("sagemaker", "ListModelPackages", differences=(VERSIONS_ONLY,))
def list_packages(call: AwsCall) -> Mapping[str, Any]:
    group, approval = _last(call.params.get("ModelPackageGroupName", "")), call.params.get("ModelApprovalStatus")
    with found(call, GROUP, group):
        every = endpoints(call).registry.versions(call.caller, group)
    wanted = [one for one in every if approval in (None, one.body["approval"])]
    if call.params.get("ModelPackageType", "Versioned") == "Unversioned":
        wanted = []
    return listed(call, "ModelPackageSummaryList", wanted, lambda one: _summary(call, one))


@operation("sagemaker", "UpdateModelPackage", differences=("The approval only.",))
def update_package(call: AwsCall) -> Mapping[str, Any]:
    extra = sorted(set(call.params) - {"ModelPackageArn", "ModelApprovalStatus", "ApprovalDescription"})
    if extra:
        refuse(call, extra[0], "a version is pinned when it is made; only its approval changes")
    one = version(call, call.params["ModelPackageArn"])
    if approval := call.params.get("ModelApprovalStatus"):
        endpoints(call).registry.approve(call.caller, one.body["group"], one.body["version"], approval)
    return {"ModelPackageArn": _arn(call, one)}


@operation("sagemaker", "DeleteModelPackage")
def delete_package(call: AwsCall) -> Mapping[str, Any]:
    one = version(call, call.params["ModelPackageName"])
    endpoints(call).registry.delete_version(call.caller, one.body["group"], one.body["version"])
    return {}


def _last(name: str) -> str:
    """Of a name or an ARN."""
    return name.rpartition("/")[2]


def _arn(call: AwsCall, one: Resource) -> str:
    region = call.region if len(call.region) >= 9 else "us-east-1"
    return f"arn:aws:sagemaker:{region}:{ACCOUNT}:{PACKAGE}/{one.body['group']}/{one.body['version']}"


def _group(call: AwsCall, group: Resource) -> dict[str, Any]:
    return {
        "ModelPackageGroupName": group.name,
        "ModelPackageGroupArn": arn(call, GROUP, group.name),
        "CreationTime": group.created,
        "ModelPackageGroupStatus": "Completed",
        **group.body["told"],
    }


def _filled(one: Resource) -> dict[str, Any]:
    """What was told, with the hash of what was taken over."""
    told = dict(one.body["told"])
    content = one.body["content"]
    if content["package"] and (specification := told.get("InferenceSpecification")):
        containers = [{**each, "ModelDataETag": content["package"][:64]} for each in specification["Containers"]]
        told["InferenceSpecification"] = {**specification, "Containers": containers}
    return told


def _summary(call: AwsCall, one: Resource) -> dict[str, Any]:
    told = one.body["told"]
    shown = {"ModelPackageDescription": told["ModelPackageDescription"]} if "ModelPackageDescription" in told else {}
    return shown | {
        "ModelPackageGroupName": one.body["group"],
        "ModelPackageVersion": one.body["version"],
        "ModelPackageArn": _arn(call, one),
        "CreationTime": one.created,
        "ModelPackageStatus": "Completed",
        "ModelApprovalStatus": one.body["approval"],
    }
