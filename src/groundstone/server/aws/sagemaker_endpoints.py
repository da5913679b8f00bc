"""sagemaker: endpoints: made, described, changed, weighed and deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from groundstone.errors import Conflict, InvalidInput
from groundstone.server.aws.errors import refuse
from groundstone.server.aws.operations import AwsCall, operation
from groundstone.server.aws.sagemaker import arn, endpoints, found, listed, new, tags

if TYPE_CHECKING:
    from groundstone.stores.resources import Resource

KIND = "endpoint"
CONFIG = "endpoint-config"
UPDATES = (
    "The new variants answer once all of them are loaded; DeploymentConfig changes nothing.",
    "An update that fails leaves the variants before it in service, with the reason in FailureReason.",
)


@operation("sagemaker", "CreateEndpoint", differences=("Ready in moments: models are loaded on this machine.",))
def create_endpoint(call: AwsCall) -> Mapping[str, Any]:
    params, name = call.params, call.params["EndpointName"]
    with new(call, KIND, name), found(call, CONFIG, params["EndpointConfigName"]):
        endpoints(call).create(call.caller, name, params["EndpointConfigName"], tags=tags(params))
    return {"EndpointArn": arn(call, KIND, name)}


@operation("sagemaker", "DescribeEndpoint")
def describe_endpoint(call: AwsCall) -> Mapping[str, Any]:
    with found(call, KIND, call.params["EndpointName"]):
        endpoint = endpoints(call).find(call.caller, call.params["EndpointName"])
    body = endpoint.body
    shown = _summary(call, endpoint) | {"EndpointConfigName": body["config"]}
    shown |= {"FailureReason": body["reason"]} if body["reason"] else {}
    variants = [_variant(one, endpoint) for one in body["variants"]]
    return shown | ({"ProductionVariants": variants} if variants else {})


@operation("sagemaker", "ListEndpoints")
def list_endpoints(call: AwsCall) -> Mapping[str, Any]:
    status = call.params.get("StatusEquals")
    wanted = [one for one in endpoints(call).list(call.caller) if status in (None, one.body["status"])]
    return listed(call, "Endpoints", wanted, lambda endpoint: _summary(call, endpoint))


@operation("sagemaker", "UpdateEndpoint", differences=UPDATES)
def update_endpoint(call: AwsCall) -> Mapping[str, Any]:
    params, name = call.params, call.params["EndpointName"]
    if params.get("ExcludeRetainedVariantProperties"):
        refuse(call, "ExcludeRetainedVariantProperties", "weights and instances are retained together or not at all")
    with found(call, KIND, name):
        endpoints(call).find(call.caller, name)
    keep = params.get("RetainAllVariantProperties", False)
    with found(call, CONFIG, params["EndpointConfigName"]), _not_under_way(call, name):
        endpoints(call).update(call.caller, name, params["EndpointConfigName"], keep_weights=keep)
    return {"EndpointArn": arn(call, KIND, name)}


@operation("sagemaker", "UpdateEndpointWeightsAndCapacities", differences=("Done at once.",))
def update_weights(call: AwsCall) -> Mapping[str, Any]:
    name = call.params["EndpointName"]
    wanted = {
        one["VariantName"]: (one.get("DesiredWeight"), one.get("DesiredInstanceCount"))
        for one in call.params["DesiredWeightsAndCapacities"]
    }
    with found(call, KIND, name), _not_under_way(call, name):
        endpoints(call).weigh(call.caller, name, wanted)
    return {"EndpointArn": arn(call, KIND, name)}


@operation("sagemaker", "DeleteEndpoint", differences=("Gone at once, also while it is created or updated.",))
def delete_endpoint(call: AwsCall) -> Mapping[str, Any]:
    with found(call, KIND, call.params["EndpointName"]):
        endpoints(call).delete(call.caller, call.params["EndpointName"])
    return {}


@contextmanager
def _not_under_way(call: AwsCall, name: str) -> Iterator[None]:
    try:
        yield
    except Conflict:
        raise InvalidInput(f'Cannot update in-progress endpoint "{arn(call, KIND, name)}".') from None


def _variant(one: Mapping[str, Any], endpoint: Resource) -> dict[str, Any]:
    image = one["image"]
    deployed = [{"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": endpoint.updated}] if image else []
    return {
        "VariantName": one["name"],
        "DeployedImages": deployed,
        "CurrentWeight": one["weight"],
        "DesiredWeight": one["weight"],
        "CurrentInstanceCount": one["count"],
        "DesiredInstanceCount": one["count"],
    }


def _summary(call: AwsCall, endpoint: Resource) -> dict[str, Any]:
    return {
        "EndpointName": endpoint.name,
        "EndpointArn": arn(call, KIND, endpoint.name),
        "EndpointStatus": endpoint.body["status"],
        "CreationTime": endpoint.created,
        "LastModifiedTime": endpoint.updated,
    }
