"""CBOR (RFC 8949) as far as the RPC of AWS uses it: a body into the values of JSON, and values of JSON into a body.

Timestamps are seconds under tag 1, bytes have a type of their own; on the side of JSON they are numbers and base64.
"""

from __future__ import annotations

import struct
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

from groundstone.server.aws.shapes import Shape

DEEPEST = 64
BREAK = object()  # the end of a text, list or map whose length was not told
FLOATS = {25: ">e", 26: ">f", 27: ">d"}
PLAIN = {20: False, 21: True, 22: None, 23: None}


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self.data):
            raise ValueError("it ends too early")
        part, self.at = self.data[self.at : end], end
        return part

    def item(self, depth: int) -> Any:
        if depth > DEEPEST:
            raise ValueError("it nests too deeply")
        first = self.take(1)[0]
        major, low = first >> 5, first & 31
        if major == 7:
            return self._simple(low)
        size = self._size(low)
        if major < 2:
            if size is None:
                raise ValueError("a number has no end")
            return size if major == 0 else -1 - size
        if major in (2, 3):
            raw = self.take(size) if size is not None else b"".join(self._parts(major))
            return b64encode(raw).decode() if major == 2 else raw.decode()
        if major == 4:
            return list(self._entries(size, depth))
        if major == 5:
            return self._map(size, depth)
        return self.item(depth + 1)  # a tag: of timestamps, whose seconds are what JSON has

    def _simple(self, low: int) -> Any:
        if low in PLAIN:
            return PLAIN[low]
        if low in FLOATS:
            (number,) = struct.unpack(FLOATS[low], self.take(struct.calcsize(FLOATS[low])))
            return number
        if low == 31:
            return BREAK
        raise ValueError(f"simple value {low}")

    def _size(self, low: int) -> int | None:
        """The number after a head; None for a length that is not told."""
        if low < 24:
            return low
        if low > 27:
            if low == 31:
                return None
            raise ValueError("a length of an unknown form")
        return int.from_bytes(self.take(1 << (low - 24)))

    def _parts(self, major: int) -> Iterator[bytes]:
        while (first := self.take(1)[0]) != 0xFF:
            size = self._size(first & 31)
            if first >> 5 != major or size is None:
                raise ValueError("a text of parts of another type")
            yield self.take(size)

    def _entries(self, size: int | None, depth: int) -> Iterator[Any]:
        if size is not None and size > len(self.data):
            raise ValueError("a list longer than the body")
        count = 0
        while size is None or count < size:
            value = self.item(depth + 1)
            if value is BREAK:
                if size is not None:
                    raise ValueError("an end where none belongs")
                return
            yield value
            count += 1

    def _map(self, size: int | None, depth: int) -> dict[str, Any]:
        flat = list(self._entries(None if size is None else 2 * size, depth))
        if len(flat) % 2:
            raise ValueError("a key without a value")
        made: dict[str, Any] = {}
        for key, value in zip(flat[::2], flat[1::2], strict=True):
            if not isinstance(key, str) or key in made:
                raise ValueError("a key that is no text, or is there twice")
            made[key] = value
        return made


def loads(data: bytes) -> Any:
    """The value of a body. Raises ValueError."""
    reader = _Reader(data)
    value = reader.item(0)
    if value is BREAK or reader.at != len(data):
        raise ValueError("it does not end with its value")
    return value


def dumps(value: Any, shape: Shape | None = None) -> bytes:
    """A value of JSON as CBOR; ``shape`` tells which numbers are timestamps and which texts are bytes."""
    if value is None:
        return b"\xf6"
    if isinstance(value, dict):
        return _head(5, len(value)) + b"".join(_entry(key, one, shape) for key, one in value.items())
    if isinstance(value, list):
        inner = shape.item if shape else None
        return _head(4, len(value)) + b"".join(dumps(one, inner) for one in value)
    kind = shape.kind if shape else ""
    if kind == "timestamp":
        return b"\xc1" + _float(value)
    if kind == "blob":
        raw = b64decode(value)
        return _head(2, len(raw)) + raw
    return _scalar(value, kind)


def _entry(key: str, value: Any, shape: Shape | None) -> bytes:
    inner = None
    if shape is not None:
        inner = shape.body[key].shape if key in shape.body else shape.value
    return _scalar(key, "") + dumps(value, inner)


def _scalar(value: Any, kind: str) -> bytes:
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, str):
        raw = value.encode("utf-8", "replace")
        return _head(3, len(raw)) + raw
    if isinstance(value, int) and kind not in ("float", "double"):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    return _float(value)


def _float(value: float) -> bytes:
    return b"\xfb" + struct.pack(">d", float(value))


def _head(major: int, size: int) -> bytes:
    if size < 24:
        return bytes((major << 5 | size,))
    for low, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if size < 1 << 8 * width:
            return bytes((major << 5 | low,)) + size.to_bytes(width)
    raise ValueError("a number of more than eight bytes")
