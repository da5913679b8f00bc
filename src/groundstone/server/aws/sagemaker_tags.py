"""sagemaker: tags of models, configurations, endpoints and groups of versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from groundstone.errors import InvalidInput
from groundstone.server.aws.operations import AwsCall, operation
from groundstone.server.aws.paging import page
from groundstone.server.aws.sagemaker import endpoints, found, tags

if TYPE_CHECKING:
    from groundstone.stores.resources import Resource

MOST = 50
WHAT = ("Models, endpoint configurations, endpoints and model package groups.",)


@operation("sagemaker", "AddTags", differences=WHAT)
def add_tags(call: AwsCall) -> Mapping[str, Any]:
    thing = _thing(call)
    return {"Tags": _written(call, thing, {**thing.body["tags"], **tags(call.params)})}


@operation("sagemaker", "DeleteTags", differences=WHAT)
def delete_tags(call: AwsCall) -> Mapping[str, Any]:
    thing, gone = _thing(call), set(call.params["TagKeys"])
    _written(call, thing, {key: value for key, value in thing.body["tags"].items() if key not in gone})
    return {}


@operation("sagemaker", "ListTags", differences=WHAT)
def list_tags(call: AwsCall) -> Mapping[str, Any]:
    thing = _thing(call)
    entries = [((0, tag["Key"]), tag) for tag in _shown(thing.body["tags"])]
    asked = {"maxResults": call.params.get("MaxResults"), "nextToken": call.params.get("NextToken")}
    some, token = page(f"tags {thing.id}", entries, asked)
    return {"Tags": some, **({"NextToken": token} if token else {})}


def _thing(call: AwsCall) -> Resource:
    """What an ARN names. Raises InvalidInput."""
    kind, _, name = call.params["ResourceArn"].split(":", 5)[-1].partition("/")
    service = endpoints(call)
    find = {
        "model": service.registry.find,
        "endpoint-config": service.config,
        "endpoint": service.find,
        "model-package-group": service.registry.group,
    }.get(kind)
    if find is None:
        raise InvalidInput(f"ResourceArn: there are no tags on {call.params['ResourceArn'][:200]!r}")
    with found(call, kind, name):
        return find(call.caller, name)


def _written(call: AwsCall, thing: Resource, wanted: Mapping[str, str]) -> list[dict[str, str]]:
    if len(wanted) > MOST:
        raise InvalidInput(f"there are at most {MOST} tags on one thing")
    endpoints(call).tag(call.caller, thing.kind, thing.id, wanted)
    return _shown(wanted)


def _shown(given: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": given[key]} for key in sorted(given)]
