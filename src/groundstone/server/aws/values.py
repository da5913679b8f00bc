"""JSON values into what a boto3 caller would have given, checked against their shapes on the way."""

from __future__ import annotations

import math
from base64 import b64decode
from collections.abc import Callable
from typing import Any

from groundstone.server.aws import times
from groundstone.server.aws.shapes import Clock, Member, Shape

LONGEST = 2048  # characters of a text that is held against a pattern: matching may take the square of that
INT32, INT64 = 2**31, 2**63


class Wrong(Exception):
    """A value does not fit. The path is put together on the way out: "messages[0].content"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
        self.path = ""

    def under(self, step: str | int) -> Wrong:
        name = f"[{step}]" if isinstance(step, int) else str(step)
        dot = "." if self.path and not self.path.startswith("[") else ""
        self.path = f"{name}{dot}{self.path}"
        return self


def read(shape: Shape, sent: Any, clock: Clock = "unixTimestamp") -> Any:
    """Raises Wrong. ``clock`` is how a timestamp is written where the model does not say."""
    if shape.document:
        return sent
    return READERS[shape.kind](shape, sent, clock)


def member(member: Member, sent: Any, clock: Clock = "unixTimestamp") -> Any:
    """The value of one member. Raises Wrong with its name in the path."""
    try:
        return read(member.shape, sent, member.clock or clock)
    except Wrong as wrong:
        raise wrong.under(member.name) from None


def structure(shape: Shape, sent: Any, clock: Clock = "unixTimestamp") -> dict[str, Any]:
    if not isinstance(sent, dict):
        raise Wrong(f"must be an object, not {_kind(sent)}")
    made = {}
    for wire, value in sent.items():
        if value is None:
            continue  # the same as absent
        found = shape.body.get(wire)
        if found is None:
            raise Wrong("is not a member of the operation's input").under(wire[:100])
        made[found.name] = member(found, value, clock)
    complete(shape, made)
    return made


def complete(shape: Shape, made: dict[str, Any]) -> None:
    """Raises Wrong when a required member is missing, or a union does not have exactly one member."""
    for name in shape.required:
        if name not in made:
            raise Wrong("is required").under(name)
    if shape.union and len(made) != 1:
        raise Wrong(f"needs exactly one of: {', '.join(shape.members)}")


def _list(shape: Shape, sent: Any, clock: Clock) -> list[Any]:
    if not isinstance(sent, list):
        raise Wrong(f"must be a list, not {_kind(sent)}")
    _length(shape, len(sent), "entries")
    assert shape.item is not None
    made = []
    for number, value in enumerate(sent):
        try:
            made.append(read(shape.item, value, clock))
        except Wrong as wrong:
            raise wrong.under(number) from None
    return made


def _map(shape: Shape, sent: Any, clock: Clock) -> dict[str, Any]:
    if not isinstance(sent, dict):
        raise Wrong(f"must be an object, not {_kind(sent)}")
    _length(shape, len(sent), "entries")
    assert shape.key is not None
    assert shape.value is not None
    made = {}
    for key, value in sent.items():
        try:
            made[_string(shape.key, key, clock)] = read(shape.value, value, clock)
        except Wrong as wrong:
            raise wrong.under(key[:100]) from None
    return made


def _string(shape: Shape, sent: Any, clock: Clock) -> str:
    if not isinstance(sent, str):
        raise Wrong(f"must be a text, not {_kind(sent)}")
    _length(shape, len(sent), "characters")
    if shape.enum and sent not in shape.enum:
        raise Wrong(f"must be one of: {', '.join(sorted(shape.enum))}")
    if shape.pattern and len(sent) <= LONGEST and not shape.pattern.fullmatch(sent):
        raise Wrong(f"must match the pattern {shape.pattern.pattern}")
    return sent


def _integer(shape: Shape, sent: Any, clock: Clock) -> int:
    if isinstance(sent, bool) or not isinstance(sent, int):
        raise Wrong(f"must be a whole number, not {_kind(sent)}")
    limit = INT32 if shape.kind == "integer" else INT64
    if not -limit <= sent < limit:
        raise Wrong(f"must lie between {-limit} and {limit - 1}")
    _range(shape, sent)
    return sent


def _float(shape: Shape, sent: Any, clock: Clock) -> float:
    if isinstance(sent, bool) or not isinstance(sent, int | float):
        raise Wrong(f"must be a number, not {_kind(sent)}")
    if not -1e308 < sent < 1e308 or not math.isfinite(sent):
        raise Wrong("must be a finite number")
    _range(shape, sent)
    return sent


def _boolean(shape: Shape, sent: Any, clock: Clock) -> bool:
    if not isinstance(sent, bool):
        raise Wrong(f"must be true or false, not {_kind(sent)}")
    return sent


def _blob(shape: Shape, sent: Any, clock: Clock) -> bytes:
    if not isinstance(sent, str):
        raise Wrong(f"must be base64 text, not {_kind(sent)}")
    try:
        made = b64decode(sent, validate=True)
    except ValueError:
        raise Wrong("is not valid base64") from None
    _length(shape, len(made), "bytes")
    return made


def blob(shape: Shape, sent: bytes) -> bytes:
    """A blob that is the whole body, as it was sent."""
    _length(shape, len(sent), "bytes")
    return sent


def _timestamp(shape: Shape, sent: Any, clock: Clock) -> Any:
    clock = shape.clock or clock
    try:
        return times.read(sent, clock)
    except ValueError:
        raise Wrong(f"must be a timestamp of the form {clock}") from None


READERS: dict[str, Callable[[Shape, Any, Clock], Any]] = {
    "structure": structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "integer": _integer,
    "long": _integer,
    "float": _float,
    "double": _float,
    "boolean": _boolean,
    "blob": _blob,
    "timestamp": _timestamp,
}


def _length(shape: Shape, size: int, unit: str) -> None:
    if shape.low is not None and size < shape.low:
        raise Wrong(f"has {size} {unit}; the least is {shape.low}")
    if shape.high is not None and size > shape.high:
        raise Wrong(f"has {size} {unit}; the most is {shape.high}")


def _range(shape: Shape, number: float) -> None:
    if shape.low is not None and number < shape.low:
        raise Wrong(f"must be at least {shape.low}")
    if shape.high is not None and number > shape.high:
        raise Wrong(f"must be at most {shape.high}")


def _kind(sent: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return kinds.get(type(sent), "a number")
