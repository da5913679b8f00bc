"""Small PNG pictures for tests, written by hand."""

from __future__ import annotations

import struct
import zlib

Colour = tuple[int, int, int]


def png(size: tuple[int, int], colour: Colour, middle: Colour | None = None) -> bytes:
    """A picture of one colour; of a ``middle`` colour in its middle third."""
    width, height = size
    third = width // 3
    row = bytes(colour) * third + bytes(middle or colour) * (width - 2 * third) + bytes(colour) * third
    data = zlib.compress((b"\0" + row) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
