"""A reader of drawn pages in place of the one that recognises characters, and answers by the labels of a page.

A document is ``drawn(page, page, ...)``: what the real reader finds in a picture stands there in characters, see pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from threading import Event
from typing import Any

from groundstone.documents.base import Candidate, Finding, Layout, Query, Reading
from groundstone.documents.examine import Examined
from groundstone.documents.layout import understand
from groundstone.documents.ranges import pages_of
from groundstone.documents.service import Documents
from groundstone.errors import UnreadableDocument, UnsupportedDocument

from .pages import page_of

CARD = """
    Sample Vaccination Card

    Name:  Jane Doe
    Date of birth:  1980-12-11

    [x] married   [ ] single

    +------+------------+-----+
    | Dose | Date       | Lot |
    +------+------------+-----+
    | 1    | 2021-01-18 | AA1 |
    +------+------------+-----+
    | 2    | 2021-02-18 | BB2 |
    +------+------------+-----+
"""
FORMAT = re.compile(rb"drawn (\S+) (\d+) (\d+)\n")


def drawn(*pages: str, media_type: str = "application/pdf", width: int = 800, height: int = 1000) -> bytes:
    """A file of these pages; without any, it is damaged."""
    return f"drawn {media_type} {width} {height}\n".encode() + "\f".join(pages).encode()


class DrawnReader:
    """``reading`` is called with the number of each page before it is read."""

    def __init__(self, reading: Callable[[int], None] | None = None) -> None:
        self._reading = reading

    def examine(self, data: bytes, name: str = "") -> Examined:
        match = FORMAT.match(data)
        if match is None:
            raise UnsupportedDocument("the file is in no format that is read here")
        if match.end() == len(data):
            raise UnreadableDocument("the file is damaged; send it again")
        count = data.count(b"\f") + 1
        return Examined(match[1].decode(), count, int(match[2]), int(match[3]), len(data))

    def read(
        self,
        data: bytes,
        name: str = "",
        *,
        pages: Sequence[str] = ("*",),
        progress: Any = None,
        stop: Event | None = None,
        background: bool = False,
    ) -> Reading:
        examined = self.examine(data, name)
        drawings = data.partition(b"\n")[2].decode().split("\f")
        found = []
        for number in pages_of(pages, examined.page_count):
            if stop is not None and stop.is_set():
                break
            if self._reading is not None:
                self._reading(number)
            found.append(page_of(drawings[number - 1], number))
        return Reading(examined.media_type, tuple(found), examined.page_count)

    def close(self) -> None:
        pass


class Labels:
    """Answers "What is the name?" by the value of the label "Name:", as sure as that pair is."""

    def find(
        self, reading: Reading, queries: Sequence[Query], *, layout: Layout | None = None, **_: Any
    ) -> list[Finding]:
        layout = layout or understand(reading)
        values = {pair.key.text.rstrip(":").lower(): pair for pair in layout.pairs if pair.value}
        return [self._found(query, values) for query in queries]

    def _found(self, query: Query, values: Any) -> Finding:
        pair = values.get(query.text.lower().removeprefix("what is the ").rstrip("?"))
        if pair is None:
            return Finding(query, None, 0.9)
        answer = Candidate(pair.value.text, pair.confidence, pair.value)
        return Finding(query, answer, pair.confidence, (answer,))


def documents(reading: Callable[[int], None] | None = None) -> Documents:
    """What reads drawn pages, in place of ``platform.documents``."""
    answers: Any = Labels()
    reader: Any = DrawnReader(reading)
    return Documents(reader, lambda: answers)
