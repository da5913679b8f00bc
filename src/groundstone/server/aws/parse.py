"""An HTTP request into the parameters of its operation, as a boto3 caller gave them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from groundstone.errors import InvalidInput
from groundstone.server import strict_json
from groundstone.server.aws import values
from groundstone.server.aws.routes import Found
from groundstone.server.aws.shapes import Clock, Member, Shape
from groundstone.server.aws.values import Wrong

JSON = ("application/json", "application/x-amz-json-1.1", "application/x-amz-json-1.0")
CLOCKS: dict[str, Clock] = {"querystring": "iso8601", "uri": "iso8601", "header": "rfc822", "headers": "rfc822"}


@dataclass(frozen=True, slots=True)
class Sent:
    """The parts of a request that a parameter can come from. ``headers`` have names in lower case."""

    query: str
    headers: Mapping[str, str]
    body: bytes


class Malformed(InvalidInput):
    """The body is not what its content type says."""

    code = "malformed"


def params(found: Found, sent: Sent) -> dict[str, Any]:
    """Raises InvalidInput that names the path of the member, and Malformed."""
    shape = found.operation.input
    try:
        made = _elsewhere(found, sent) if shape.placed else {}
        made |= _body(shape, sent)
        values.complete(shape, made)
    except Wrong as wrong:
        raise InvalidInput(f"{wrong.path or 'the request'} {wrong.why}") from None
    except RecursionError:
        raise Malformed("The body nests too deeply.") from None
    if not found.operation.target:
        _known_query(found, sent)
    return made


def _body(shape: Shape, sent: Sent) -> dict[str, Any]:
    payload = shape.members.get(shape.payload)
    if payload is None:
        inner = Shape(shape.name, "structure", body=shape.body)
        return values.structure(inner, load(sent)) if sent.body else {}
    if payload.shape.kind == "blob":
        return {payload.name: _raw(payload, sent)} if sent.body else {}
    return {payload.name: values.member(payload, load(sent))} if sent.body else {}


def _raw(payload: Member, sent: Sent) -> bytes:
    try:
        return values.blob(payload.shape, sent.body)
    except Wrong as wrong:
        raise wrong.under(payload.name) from None


def load(sent: Sent) -> Any:
    """The body as JSON. Raises Malformed."""
    media_type = sent.headers.get("content-type", JSON[0]).partition(";")[0].strip().lower()
    if media_type not in JSON:
        raise Malformed(f"The body is {media_type or 'of no stated type'}; this operation takes {JSON[0]}.")
    try:
        return strict_json.parsed(sent.body)
    except ValueError as error:
        raise Malformed(f"The body is not JSON that can be used: {error}.") from None


def _elsewhere(found: Found, sent: Sent) -> dict[str, Any]:
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(sent.query, keep_blank_values=True, max_num_fields=1000) if sent.query else ():
        query.setdefault(name, []).append(value)
    made = {}
    for member in found.operation.input.placed:
        value = _placed(member, found, query, sent)
        if value is not None:
            made[member.name] = values.member(member, value, CLOCKS[member.place])
    return made


def _placed(member: Member, found: Found, query: Mapping[str, list[str]], sent: Sent) -> Any:
    """The JSON value that the text stands for; None when it was not sent."""
    if member.place == "uri":
        return _typed(member, [found.labels[member.wire]])
    if member.place == "header":
        text = sent.headers.get(member.wire.lower())
        return None if text is None else _typed(member, [text])
    if member.place == "headers":
        start = member.wire.lower()
        return {name[len(start) :]: text for name, text in sent.headers.items() if name.startswith(start)} or None
    if member.shape.kind == "map":
        taken = {other.wire for other in found.operation.input.placed if other is not member}
        rest = {name: texts for name, texts in query.items() if name not in taken | found.operation.query}
        inner = member.shape.value
        return {name: t if inner and inner.kind == "list" else t[-1] for name, t in rest.items()} or None
    return _typed(member, query[member.wire]) if member.wire in query else None


def _typed(member: Member, texts: Sequence[str]) -> Any:
    shape = member.shape
    if shape.kind == "list" and shape.item is not None:
        return [_scalar(shape.item, text) for text in texts]
    return _scalar(shape, texts[-1], member.clock)


def _scalar(shape: Shape, text: str, clock: Clock | None = None) -> Any:
    """Numbers and truths leave their quotes; what does not fit stays a text and is refused by its shape."""
    if shape.kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    number = shape.kind in ("integer", "long", "float", "double")
    if not number and (shape.clock or clock) != "unixTimestamp":
        return text
    if re.fullmatch(r"[+-]?\d{1,20}", text):
        return int(text)
    return float(text) if re.fullmatch(r"[+-]?\d{1,20}\.\d{1,20}", text) else text


def _known_query(found: Found, sent: Sent) -> None:
    """Raises InvalidInput for names in the query that the operation does not have; signatures may stand there."""
    if not sent.query:
        return
    placed = [member for member in found.operation.input.placed if member.place == "querystring"]
    if any(member.shape.kind == "map" for member in placed):
        return
    known = {member.wire for member in placed} | found.operation.query
    for name, _ in parse_qsl(sent.query, keep_blank_values=True, max_num_fields=1000):
        if name not in known and not name.lower().startswith("x-amz-"):
            raise InvalidInput(f"{name[:100]} is not a parameter of {found.operation.name}")
