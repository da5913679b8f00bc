"""PDF files that were saved again: new objects behind the end, as editors write them."""

from __future__ import annotations

import re
from collections.abc import Mapping


def saved_again(data: bytes, objects: Mapping[int, bytes], entries: bytes = b"") -> bytes:
    """The file with these objects written by a later save; ``entries`` go into the trailer."""
    out, places = bytearray(data + b"\n"), {}
    for number, content in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % place for place in places.items())
    before = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    size = max([*objects, 40]) + 1
    out += b"trailer << /Size %d /Root 1 0 R /Prev %d %s >>\nstartxref\n%d\n%%%%EOF" % (size, before, entries, start)
    return bytes(out)


def stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def number_of(data: bytes, head: bytes) -> int:
    """The number of the first object that begins so."""
    found = re.search(rb"(\d+) 0 obj\n" + head, data)
    assert found
    return int(found.group(1))


def words(*lines: tuple[int, int, str]) -> bytes:
    """Content of a page: x, y and text."""
    return b"".join(b"BT /F1 20 Tf %d %d Td (%s) Tj ET\n" % (x, y, text.encode()) for x, y, text in lines)
