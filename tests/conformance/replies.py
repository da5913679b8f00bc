"""Whether a reply is what botocore's model says, to the last member: boto3 itself overlooks what it does not know."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.parsers import BaseJSONParser, ResponseParser

JSON = ("application/json", "application/x-amz-json-1.1")


@contextmanager
def checked() -> Iterator[None]:
    """Raises AssertionError out of boto3's call for a reply or an event that does not fit."""
    original = ResponseParser.parse

    def parse(self: ResponseParser, response: Any, shape: Any) -> Any:
        parsed = original(self, response, shape)
        if isinstance(self, BaseJSONParser) and response["status_code"] < 300 and shape is not None:
            check(response, shape, parsed)
        return parsed

    ResponseParser.parse = parse
    try:
        yield
    finally:
        ResponseParser.parse = original


def check(response: Mapping[str, Any], shape: Any, parsed: Mapping[str, Any]) -> None:
    headers = {name.lower(): value for name, value in response["headers"].items()}
    event = headers.get(":event-type")
    if event == "initial-response" or headers.get(":message-type") in ("exception", "error"):
        return
    if event is not None:
        assert event in shape.members, f"{shape.name} has no event {event}"
        shape = shape.members[event]
        blob = any(member.serialization.get("eventpayload") for member in shape.members.values())
        return None if blob else members(json.loads(response["body"]), shape, event)
    for name in shape.required_members:
        assert name in parsed, f"{shape.name} lacks {name}"
    payload = shape.serialization.get("payload")
    if payload is None and response["body"]:
        members(json.loads(response["body"]), shape, shape.name)
    elif payload and shape.members[payload].type_name == "structure" and isinstance(response["body"], bytes):
        members(json.loads(response["body"] or b"{}"), shape.members[payload], payload)


def members(sent: Any, shape: Any, where: str) -> None:
    """The members of a structure as they stand in the JSON."""
    assert isinstance(sent, dict), f"{where} is no object"
    placed = {name for name, member in shape.members.items() if "location" in member.serialization}
    known = {member.serialization.get("name", name): (name, member) for name, member in shape.members.items()}
    for wire, value in sent.items():
        assert wire in known, f"{where} has the unknown member {wire}"
        value_fits(value, known[wire][1], f"{where}.{wire}")
    missing = set(shape.required_members) - placed - {known[wire][0] for wire in sent}
    assert not missing, f"{where} lacks {sorted(missing)}"
    assert not shape.is_tagged_union or len(sent) == 1, f"{where} is a union with {len(sent)} members"


def value_fits(value: Any, shape: Any, where: str) -> None:
    kind = shape.type_name
    if getattr(shape, "is_document_type", False):
        return
    if kind == "structure":
        members(value, shape, where)
    elif kind == "list":
        assert isinstance(value, list), f"{where} is no list"
        length(value, shape, where)
        for number, inner in enumerate(value):
            value_fits(inner, shape.member, f"{where}[{number}]")
    elif kind == "map":
        assert isinstance(value, dict), f"{where} is no map"
        for key, inner in value.items():
            value_fits(inner, shape.value, f"{where}.{key}")
    else:
        scalar(value, shape, where)


def scalar(value: Any, shape: Any, where: str) -> None:
    kinds: dict[str, Any] = {"string": str, "boolean": bool, "integer": int, "long": int, "blob": str}
    expected = kinds.get(shape.type_name, (int, float))
    if shape.type_name == "timestamp" and shape.serialization.get("timestampFormat") == "iso8601":
        expected = str
    assert isinstance(value, expected), f"{where} is {value!r}, not {shape.type_name}"
    assert isinstance(value, bool) == (shape.type_name == "boolean"), f"{where} is {value!r}, not {shape.type_name}"
    if shape.type_name == "blob":
        b64decode(value, validate=True)
    if shape.type_name == "string":
        assert not shape.enum or value in shape.enum, f"{where} is {value!r}, not one of {shape.enum}"
        length(value, shape, where)


def length(value: Any, shape: Any, where: str) -> None:
    low, high = shape.metadata.get("min", 0), shape.metadata.get("max", len(value))
    assert low <= len(value) <= high, f"{where} has length {len(value)}, not {low} to {high}"
