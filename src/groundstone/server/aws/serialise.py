"""What a handler returns into an HTTP response, by the shapes of its operation.

A value that does not fit its shape is a defect of the handler: TypeError, which the caller sees as an internal error.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from groundstone.server.aws import times
from groundstone.server.aws.shapes import Clock, Member, Operation, Shape

_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # json.dumps() makes one each time


@dataclass(frozen=True, slots=True)
class Reply:
    """A response before it is sent. ``events`` is the handler's iterator when the output is an event stream."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    events: Iterator[Mapping[str, Any]] | None = None


def reply(operation: Operation, result: Mapping[str, Any]) -> Reply:
    """Raises TypeError when the result does not fit the operation's output."""
    shape = operation.output
    more = result.get("ResponseMetadata", {}).get("HTTPHeaders", {})  # where a boto3 caller finds them
    result = {name: value for name, value in result.items() if name != "ResponseMetadata"}
    for name in result:
        if name not in shape.members:
            raise TypeError(f"{operation.name} has no output {name!r}")
    status, headers = _placed(operation, result)
    headers |= {name: _line(value) for name, value in more.items()}
    if operation.events:
        return Reply(status, headers, initial(operation, result), iter(result[operation.events]))
    payload = shape.members.get(shape.payload)
    if payload is None:
        headers.setdefault("content-type", operation.media_type)
        return Reply(status, headers, b"" if status == 204 else dumps(_members(shape, result)))
    value = result.get(payload.name)
    if payload.shape.kind == "blob":
        headers.setdefault("content-type", "application/octet-stream")
        return Reply(status, headers, b"" if value is None else bytes(value))
    headers.setdefault("content-type", operation.media_type)
    return Reply(status, headers, b"" if value is None else dumps(write(payload.shape, value)))


def initial(operation: Operation, result: Mapping[str, Any]) -> bytes:
    """The body of the first event of a json stream: what stands beside the stream. Empty for rest-json."""
    if not operation.target:
        return b""
    return dumps(_members(operation.output, {name: result[name] for name in result if name != operation.events}))


def dumps(value: Any) -> bytes:
    """Compact UTF-8. Half a surrogate pair, which UTF-8 has not, becomes the JSON escape of itself."""
    return _written(value).encode("utf-8", "backslashreplace")


def write(shape: Shape, value: Any, clock: Clock = "unixTimestamp") -> Any:
    """A value in JSON's terms. Raises TypeError."""
    if shape.document:
        return value
    return WRITERS[shape.kind](shape, value, clock)


def _members(shape: Shape, value: Mapping[str, Any]) -> dict[str, Any]:
    made = {}
    for name, inner in value.items():
        if inner is None:
            continue
        member = shape.members.get(name)
        if member is None:
            raise TypeError(f"{shape.name} has no member {name!r}")
        if not member.place:
            made[member.wire] = write(member.shape, inner, member.clock or "unixTimestamp")
    return made


def _structure(shape: Shape, value: Any, clock: Clock) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{shape.name} is a structure, not {type(value).__name__}")
    return _members(shape, value)


def _list(shape: Shape, value: Any, clock: Clock) -> list[Any]:
    if isinstance(value, str | bytes | Mapping):
        raise TypeError(f"{shape.name} is a list, not {type(value).__name__}")
    assert shape.item is not None
    return [write(shape.item, inner, clock) for inner in value]


def _map(shape: Shape, value: Any, clock: Clock) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{shape.name} is a map, not {type(value).__name__}")
    assert shape.value is not None
    return {str(key): write(shape.value, inner, clock) for key, inner in value.items()}


def _plain(*kinds: type) -> Callable[[Shape, Any, Clock], Any]:
    def written(shape: Shape, value: Any, clock: Clock) -> Any:
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise TypeError(f"{shape.name} is a {shape.kind}, not {type(value).__name__}")
        return value

    return written


def _number(shape: Shape, value: Any, clock: Clock) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{shape.name} is a {shape.kind}, not {type(value).__name__}")
    return value


def _blob(shape: Shape, value: Any, clock: Clock) -> str:
    if not isinstance(value, bytes | bytearray | memoryview):
        raise TypeError(f"{shape.name} is bytes, not {type(value).__name__}")
    return b64encode(value).decode()


def _timestamp(shape: Shape, value: Any, clock: Clock) -> str | float:
    if not isinstance(value, datetime):
        raise TypeError(f"{shape.name} is a datetime, not {type(value).__name__}")
    return times.write(value, shape.clock or clock)


WRITERS: dict[str, Callable[[Shape, Any, Clock], Any]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _plain(str),
    "integer": _plain(int),
    "long": _plain(int),
    "float": _number,
    "double": _number,
    "boolean": _plain(bool),
    "blob": _blob,
    "timestamp": _timestamp,
}


def _placed(operation: Operation, result: Mapping[str, Any]) -> tuple[int, dict[str, str]]:
    """Status, and the members that travel as headers."""
    status = operation.status
    headers: dict[str, str] = {}
    for member in operation.output.placed:
        value = result.get(member.name)
        if value is None:
            continue
        if member.place == "statusCode":
            status = int(value)
        elif member.place == "headers":
            headers |= {member.wire + name: _line(inner) for name, inner in value.items()}
        else:
            headers[member.wire.lower()] = _header(member, value)
    return status, headers


def _header(member: Member, value: Any) -> str:
    written = write(member.shape, value, member.clock or "rfc822")
    if isinstance(written, bool):
        return "true" if written else "false"
    return ",".join(map(_line, written)) if isinstance(written, list) else _line(written)


def _line(value: Any) -> str:
    """A header's value: line ends would begin another header."""
    return str(value).replace("\r", " ").replace("\n", " ")
