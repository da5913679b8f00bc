"""The bytes of a PDF: its saves one after the other, and the objects that each of them wrote.

A PDF may be changed by writing new objects behind its end; what stood there before stays in the file (ISO 32000, 7.5.6
"Incremental updates"). This reader looks for such ends and for objects by their form alone, follows no reference, and
does bounded work on any bytes. What is encrypted or compressed in another way than Flate stays unread.
"""

from __future__ import annotations

import re
import zlib
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_SAVES = 500
MAX_OBJECTS = 200_000
MAX_UNPACKED = 32 * 2**20  # bytes of object streams together
_HEAD = 65536  # bytes of an object that are looked at

_END = re.compile(rb"startxref\s{1,8}(\d{1,12})\s{1,8}%%EOF")
_OBJECT = re.compile(rb"(?<!\d)(\d{1,9})\s{1,4}(\d{1,5})\s{1,4}obj(?![a-zA-Z])")
_STREAM = re.compile(rb"stream\r?\n")
_LENGTH = re.compile(rb"/Length\s{0,4}(\d{1,10})(?!\s{1,4}\d{1,5}\s{1,4}R|\d)")
_NUMBER = re.compile(rb"/(N|First)\s{0,4}(\d{1,7})")
_REFERENCE = re.compile(rb"(\d{1,9})\s{1,4}\d{1,5}\s{1,4}R(?![a-zA-Z])")


@dataclass(frozen=True, slots=True)
class Thing:
    """An object: ``head``, its beginning up to its stream if it has one, and ``sum``, which tells changes of it all."""

    head: bytes
    sum: int


@dataclass(slots=True)
class Save:
    """One save: bytes from ``start`` to ``end`` of the file, and the objects written, by number."""

    start: int
    end: int
    things: dict[int, Thing] = field(default_factory=dict)


def saves(data: bytes) -> list[Save]:
    """The saves of a file, the first first; one for a file without ends that can be read. At most MAX_SAVES."""
    ends = _ends(data)
    found = [Save(start, end) for start, end in zip([0, *ends], [*ends, len(data)], strict=False) if start < end]
    found = found or [Save(0, len(data))]
    starts = [save.end for save in found]
    for place, number, thing in _things(data):
        at = min(bisect_left(starts, place + 1), len(found) - 1)
        found[at].things[number] = thing
    if len(found) > 1 and not found[-1].things:
        found.pop()  # blanks and rubbish behind the end
    return found


def references(head: bytes, key: bytes) -> list[int]:
    """Numbers of the objects that an entry refers to, one or a list.

    >>> references(b"<< /Type /Page /Contents [4 0 R 5 0 R] >>", b"Contents")
    [4, 5]
    """
    found = re.search(rb"/" + key + rb"\s{0,4}(\[[^\]]{0,20000}\]|\d{1,9}\s{1,4}\d{1,5}\s{1,4}R)", head)
    return [int(number) for number in _REFERENCE.findall(found.group(1))] if found else []


def has(head: bytes, key: bytes, value: bytes) -> bool:
    """Whether an entry has this name as its value.

    >>> has(b"<</Type/Pages>>", b"Type", b"Page")
    False
    """
    return bool(re.search(rb"/" + key + rb"\s{0,4}/" + value + rb"(?![A-Za-z0-9])", head))


def _ends(data: bytes) -> list[int]:
    """Where saves end. A file made for the web has a second end near its start, which is part of its first save."""
    found = []
    for match in _END.finditer(data):
        if _points(data, int(match.group(1))):
            found.append(match.end())
        if len(found) >= MAX_SAVES:
            break
    if len(found) > 1 and b"/Linearized" in data[:1024]:
        found.pop(0)
    return found


def _points(data: bytes, place: int) -> bool:
    """Whether a table of objects stands there; not so for the ends of other PDF files packed into this one."""
    if place == 0:
        return True
    shift = max(0, data[:1024].find(b"%PDF-"))
    around = data[place + shift : place + shift + 40].lstrip()
    return around.startswith(b"xref") or bool(_OBJECT.match(around))


def _things(data: bytes) -> Iterator[tuple[int, int, Thing]]:
    """Place, number and content of all objects in the order of the file."""
    place, unpacked = 0, 0
    for _ in range(MAX_OBJECTS):
        match = _OBJECT.search(data, place)
        if match is None:
            return
        head, stream, place = _body(data, match.end())
        yield match.start(), int(match.group(1)), Thing(head, zlib.crc32(stream, zlib.crc32(head)))
        if stream and has(head, b"Type", b"ObjStm") and unpacked < MAX_UNPACKED:
            content = _unpacked(head, stream, MAX_UNPACKED - unpacked)
            unpacked += len(content)
            for number, inside in _packed(head, content):
                yield match.start(), number, Thing(inside, zlib.crc32(inside))


def _body(data: bytes, start: int) -> tuple[bytes, memoryview, int]:
    """Head, stream and end of the object that begins here."""
    limit = min(len(data), start + _HEAD)
    close = data.find(b"endobj", start, limit)
    stream = _STREAM.search(data, start, close if close >= 0 else limit)
    if stream is None:
        end = close if close >= 0 else min(limit, start + 4096)
        return data[start:end], memoryview(b""), max(end, start + 1)
    head, begin = data[start : stream.start()], stream.end()
    length = _LENGTH.search(head)
    end = begin + int(length.group(1)) if length else -1
    if end < 0 or b"endstream" not in data[end : end + 32]:
        end = data.find(b"endstream", begin)
        end = len(data) if end < 0 else end
    return head, memoryview(data)[begin:end], end


def _unpacked(head: bytes, stream: memoryview, most: int) -> bytes:
    if b"/FlateDecode" not in head or b"/Predictor" in head:
        return b""
    try:
        return zlib.decompressobj().decompress(stream, most)
    except zlib.error:
        return b""


def _packed(head: bytes, content: bytes) -> Iterator[tuple[int, bytes]]:
    """Objects of an object stream: pairs of number and place come first, the objects after them."""
    values = {key: int(value) for key, value in _NUMBER.findall(head)}
    count, first = min(values.get(b"N", 0), MAX_OBJECTS), values.get(b"First", 0)
    pairs = [int(word) for word in content[:first].split() if word.isdigit() and len(word) < 10][: 2 * count]
    places = [first + place for place in pairs[1::2]]
    for number, start, end in zip(pairs[::2], places, [*places[1:], len(content)], strict=False):
        yield number, content[start : min(max(start, end), start + _HEAD)]
