"""Every operation of the eight services, both ways: what boto3 sends we read, what we send boto3 reads."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundstone.server.aws import eventstream, model, serialise
from groundstone.server.aws.routes import Found
from tests.examples import examples

from . import wire
from .samples import Sampler

TWO_WAY = {("bedrock-runtime", "InvokeModelWithBidirectionalStream"), ("qbusiness", "Chat")}  # need HTTP/2
BODY_LESS = 204
EVERY = [(service, name) for service in model.SERVICES for name in model.service(service).names()]
SOME = settings(max_examples=examples(2), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def test_the_first_parts_of_all_paths_are_known() -> None:
    found: dict[str, list[str]] = {}
    for service in model.SERVICES:
        made = model.service(service)
        for first in {path.split("/")[1].partition("?")[0] for _, _, path in made.paths if made.rest}:
            found.setdefault(first, []).append(service)
    assert {first: tuple(sorted(names)) for first, names in found.items()} == model.FIRST


@pytest.mark.parametrize("service", model.SERVICES)
@given(seed=st.integers(0, 2**32))
@SOME
def test_requests_and_replies_survive_the_wire(service: str, seed: int) -> None:
    for name in wire.client(service).meta.service_model.operation_names:
        if (service, name) not in TWO_WAY:
            both_ways(service, name, Sampler(seed, fill=0.3))


def both_ways(service: str, name: str, sampler: Sampler) -> None:
    shape = wire.client(service).meta.service_model.operation_model(name)
    sent = request_of(shape, sampler)
    due = sampler.value(shape.output_shape) if shape.output_shape else {}
    events = events_of(shape, sampler)
    seen: dict[str, Any] = {}

    def answer(found: Found, params: dict[str, Any]) -> tuple[serialise.Reply, bytes]:
        seen["operation"] = (found.operation.service, found.operation.name)
        seen["params"] = params
        streamed = {found.operation.events: events} if found.operation.events else {}
        reply = serialise.reply(found.operation, due | streamed)
        return reply, reply.body + b"".join(eventstream.event(found.operation, event) for event in events)

    got = wire.call(service, name, sent, answer)
    assert seen["operation"] == (service, name)
    tokens = {key for key, member in members(shape.input_shape).items() if "idempotencyToken" in member.metadata}
    assert {key: value for key, value in seen["params"].items() if key in sent or key not in tokens} == sent
    if shape.has_streaming_output and "ContentType" not in due:
        got.pop("ContentType", None)  # HTTP needs one
    status = got.pop("ResponseMetadata")["HTTPStatusCode"]
    if shape.has_event_stream_output:
        stream = shape.get_event_stream_output().name
        name_of = next(key for key, member in members(shape.output_shape).items() if member.name == stream)
        assert list(got.pop(name_of)) == events
    assert read(got) == (due if status != BODY_LESS else {key: due[key] for key in due if key in got})


def request_of(shape: Any, sampler: Sampler) -> dict[str, Any]:
    if shape.input_shape is None:
        return {}
    made: dict[str, Any] = sampler.value(shape.input_shape)
    for name, member in members(shape.input_shape).items():
        if member.serialization.get("location") == "querystring" and made.get(name) in ([], {}):
            made[name] = [sampler.value(member.member)]  # a query cannot say that a list is empty
        if name.lower() == "resourcearn" and shape.service_model.service_name.startswith("bedrock-agent"):
            runtime = shape.service_model.service_name.endswith("runtime")
            made[name] = f"arn:aws:bedrock:us-east-1:000000000000:{'session' if runtime else 'knowledge-base'}/abc"
    return made


def events_of(shape: Any, sampler: Sampler) -> list[dict[str, Any]]:
    if not shape.has_event_stream_output:
        return []
    union = members(shape.get_event_stream_output())
    kinds = {name: member for name, member in union.items() if not member.metadata.get("exception")}
    made = [{name: sampler.value(member)} for name, member in kinds.items()]
    return [event if event != {"PayloadPart": {}} else {"PayloadPart": {"Bytes": b"x"}} for event in made]


def members(shape: Any) -> dict[str, Any]:
    return dict(shape.members) if shape else {}


def read(got: Any) -> Any:
    """Bodies that stream, read to their end."""
    return {name: value.read() if hasattr(value, "read") else value for name, value in got.items()}
