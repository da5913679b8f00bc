"""application/vnd.amazon.eventstream: one binary message for each event, with checksums."""

from __future__ import annotations

import struct
from binascii import crc32
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from groundstone.server.aws.serialise import dumps, write
from groundstone.server.aws.shapes import Operation, Shape

MEDIA_TYPE = "application/vnd.amazon.eventstream"
TEXT = 7  # the type of a header whose value is a string


def message(headers: Mapping[str, str], payload: bytes) -> bytes:
    """Lengths and their checksum, headers, payload, checksum of all."""
    head = b"".join(_header(name, value) for name, value in headers.items())
    prelude = struct.pack("!II", 16 + len(head) + len(payload), len(head))
    start = prelude + struct.pack("!I", crc32(prelude)) + head + payload
    return start + struct.pack("!I", crc32(start))


@lru_cache(64)  # nearly all are the same with every event
def _header(name: str, value: str) -> bytes:
    key, text = name.encode(), value.encode()
    return struct.pack("!B", len(key)) + key + struct.pack("!BH", TEXT, len(text)) + text


def union(operation: Operation) -> Shape:
    """The events and exceptions that the operation's stream can carry."""
    return operation.output.members[operation.events].shape


def event(operation: Operation, given: Mapping[str, Any]) -> bytes:
    """``given`` has one entry, {"chunk": {"bytes": b"..."}}. Raises TypeError when it does not fit the stream."""
    if len(given) != 1:
        raise TypeError(f"an event has one entry, not {len(given)}")
    ((name, value),) = given.items()
    found = union(operation).members.get(name)
    if found is None or found.shape.exception:
        raise TypeError(f"{operation.name} has no event {name!r}")
    whole = next((member for member in found.shape.members.values() if member.event_payload), None)
    headers = {":event-type": found.wire, ":content-type": "application/json", ":message-type": "event"}
    if whole is None:
        return message(headers, dumps(write(found.shape, value)))
    payload = value.get(whole.name)
    if whole.shape.kind != "blob":
        return message(headers, b"" if payload is None else dumps(write(whole.shape, payload)))
    if not isinstance(payload, bytes | bytearray | None):
        raise TypeError(f"{whole.name} is bytes, not {type(payload).__name__}")
    return message(headers | {":content-type": "application/octet-stream"}, bytes(payload or b""))


def initial_response(payload: bytes, media_type: str) -> bytes:
    """What a json protocol sends before the events."""
    headers = {":event-type": "initial-response", ":content-type": media_type, ":message-type": "event"}
    return message(headers, payload)


def exception(kind: str, payload: bytes) -> bytes:
    """An error that the stream's union has. ``kind`` is its member there."""
    headers = {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}
    return message(headers, payload)


def error(code: str, text: str) -> bytes:
    """An error that the stream's union does not have."""
    headers = {":error-code": code, ":error-message": text[:1000], ":message-type": "error"}
    return message(headers, b"")
