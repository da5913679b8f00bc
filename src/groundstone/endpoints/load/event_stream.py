"""application/vnd.amazon.eventstream: binary messages with checksums, taken out of the pieces of a reply.

The form is that of https://smithy.io/2.0/aws/amazon-eventstream.html: two lengths and their checksum, headers, payload,
a checksum of all. Integers are big-endian, checksums CRC-32.
"""

from __future__ import annotations

import struct
from binascii import crc32
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from groundstone.endpoints.load.heard import Fault
from groundstone.endpoints.load.replies import BadReply, Reply

MOST = 24 * 2**20  # bytes of a message, as the form has it
_PRELUDE = struct.Struct("!III")
_SIZES = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}  # bytes of a header's value, by its type
_BYTES, _TEXT = 6, 7
_CROWDED = ("throttling", "serviceunavailable", "modelnotready", "toomanyrequests", "servicequota")


@dataclass(frozen=True, slots=True)
class Message:
    """One event or exception; ``headers`` that are texts. ``at``: when its last byte came."""

    at: float
    headers: Mapping[str, str]
    payload: bytes

    @property
    def exception(self) -> str:
        """Its name ("throttlingException"); "" for an event."""
        kind = self.headers.get(":message-type", "event")
        return "" if kind == "event" else self.headers.get(":exception-type") or self.headers.get(":error-code") or kind

    @property
    def event(self) -> str:
        return self.headers.get(":event-type", "")


def fault_of(exception: str) -> Fault:
    """Whether an exception says that there is too much to do, or something else."""
    return "overloaded" if exception.lower().startswith(_CROWDED) else "refused"


def messages(reply: Reply) -> Iterator[Message]:
    """In the order in which they came. Raises BadReply for bytes that are none, and when the last one is cut."""
    waiting, at = b"", 0
    for now, data in reply.pieces:
        waiting, at = waiting[at:] + data, 0
        while len(waiting) - at >= 12:
            total = _length(waiting, at)
            if len(waiting) - at < total:
                break
            yield _message(waiting[at : at + total], now)
            at += total
    if len(waiting) > at:
        raise BadReply("the stream ended within a message")


def _length(data: bytes, at: int) -> int:
    total, heads, checksum = _PRELUDE.unpack_from(data, at)
    if crc32(data[at : at + 8]) != checksum:
        raise BadReply("the checksum of a message's lengths is wrong: this is no event stream, or it was damaged")
    if not 16 + heads <= total <= MOST:
        raise BadReply(f"a message of {total} bytes with {heads} bytes of headers")
    return int(total)


def _message(data: bytes, now: float) -> Message:
    if crc32(data[:-4]) != int.from_bytes(data[-4:], "big"):
        raise BadReply("the checksum of a message is wrong: it was damaged on the way")
    end = 12 + int.from_bytes(data[4:8], "big")
    try:
        return Message(now, dict(_headers(data, 12, end)), data[end:-4])
    except (IndexError, KeyError, UnicodeDecodeError):
        raise BadReply("the headers of a message cannot be read") from None


def _headers(data: bytes, at: int, end: int) -> Iterator[tuple[str, str]]:
    while at < end:
        name = data[at + 1 : at + 1 + data[at]].decode()
        at += 1 + data[at]
        kind, at = data[at], at + 1
        if kind in (_BYTES, _TEXT):
            size, at = int.from_bytes(data[at : at + 2], "big"), at + 2
        else:
            size = _SIZES[kind]
        if at + size > end:
            raise IndexError
        if kind == _TEXT:
            yield name, data[at : at + size].decode()
        at += size
