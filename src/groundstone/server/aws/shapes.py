"""What an operation takes and gives, as plain nodes: the form into which botocore's service models are brought."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "structure", "list", "map", "string", "integer", "long", "float", "double", "boolean", "blob", "timestamp"
]
Place = Literal["", "uri", "querystring", "header", "headers", "statusCode"]  # "" is the body
Clock = Literal["iso8601", "unixTimestamp", "rfc822"]


@dataclass(slots=True, eq=False)
class Shape:
    """A type. Shapes may hold themselves, so they are filled in after they are made.

    Args:
        low, high: limits of a number, or of the length of a string, blob, list or map.
        members: of a structure, by the name that a boto3 caller uses.
        union: exactly one member is set.
        document: any JSON value.
    """

    name: str
    kind: Kind
    low: float | None = None
    high: float | None = None
    pattern: re.Pattern[str] | None = None
    enum: frozenset[str] = frozenset()
    clock: Clock | None = None
    members: dict[str, Member] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    union: bool = False
    document: bool = False
    exception: bool = False
    item: Shape | None = None  # of a list
    value: Shape | None = None  # of a map
    key: Shape | None = None
    payload: str = ""  # the member that is the whole body
    body: dict[str, Member] = field(default_factory=dict)  # members in the body, by their name on the wire
    placed: tuple[Member, ...] = ()  # members elsewhere


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a structure: ``name`` for callers, ``wire`` in the message, ``place`` where it travels."""

    name: str
    wire: str
    shape: Shape
    place: Place = ""
    clock: Clock | None = None
    event_payload: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """An error that an operation declares. ``shape`` has its members."""

    name: str
    status: int
    shape: Shape


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of a service, as its model describes it.

    Args:
        target: value of X-Amz-Target; empty for rest-json.
        path: template without the query, "/model/{modelId}/converse".
        query: fixed names of the query that belong to the template.
        events: name of the output member that is an event stream, or empty.
        two_way: its input is an event stream as well, which needs HTTP/2.
    """

    service: str
    name: str
    method: str
    path: str
    query: frozenset[str]
    status: int
    json_version: str
    target: str
    input: Shape
    output: Shape
    failures: tuple[Failure, ...]
    events: str = ""
    two_way: bool = False

    @property
    def media_type(self) -> str:
        return f"application/x-amz-json-{self.json_version}" if self.target else "application/json"

    def failure(self, name: str) -> Failure | None:
        return next((failure for failure in self.failures if failure.name == name), None)
