"""bedrock-agent: tags of knowledge bases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from groundstone.errors import InvalidInput
from groundstone.server.aws import knowledge_bases as bases
from groundstone.server.aws.knowledge_bases import BASE, Base
from groundstone.server.aws.operations import AwsCall, operation

MOST = 50  # tags of one knowledge base


@operation("bedrock-agent", "TagResource", differences=("Knowledge bases only.",))
def tag(call: AwsCall) -> Mapping[str, Any]:
    base = _found(call)
    tags = {**_tags(base), **call.params["tags"]}
    if len(tags) > MOST:
        raise InvalidInput(f"a knowledge base has at most {MOST} tags")
    return _written(call, base, tags)


@operation("bedrock-agent", "UntagResource", differences=("Knowledge bases only.",))
def untag(call: AwsCall) -> Mapping[str, Any]:
    base = _found(call)
    gone = set(call.params["tagKeys"])
    return _written(call, base, {key: value for key, value in _tags(base).items() if key not in gone})


@operation("bedrock-agent", "ListTagsForResource", differences=("Knowledge bases only.",))
def list_tags(call: AwsCall) -> Mapping[str, Any]:
    return {"tags": _tags(_found(call))}


def _found(call: AwsCall) -> Base:
    return bases.own(bases.find(call, call.params["resourceArn"]))


def _tags(base: Base) -> dict[str, str]:
    assert base.resource is not None  # _found says so
    return dict(base.resource.body.get("tags", {}))


def _written(call: AwsCall, base: Base, tags: Mapping[str, str]) -> dict[str, Any]:
    assert base.resource is not None
    body = {**base.resource.body, "tags": dict(tags)}
    call.platform.resources.update(call.caller, BASE, base.id, body, revision=base.resource.revision)
    return {}
