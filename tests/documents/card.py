"""A drawn card and what a reader would say of it: what the faces of reading are tested against without reading."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from groundstone.documents.base import (
    Candidate,
    Cell,
    Finding,
    Layout,
    Line,
    Page,
    Pair,
    Place,
    Query,
    Reading,
    Region,
    Table,
    Word,
)
from groundstone.documents.ranges import pages_of
from groundstone.errors import GroundstoneError, UnreadableDocument

ROWS = (("Name", "Major Mary"), ("Date of Birth", "1980-12-11"), ("Document Number", "X 123 456"))
WIDTH, HEIGHT = 800, 500
PDF = b"%PDF-"  # the beginning of what stands for a document of several pages: "%PDF-12" has twelve


def picture(width: int = WIDTH) -> bytes:
    """The card as PNG: a label to the left, its value to the right."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(28)
    for number, (label, value) in enumerate(ROWS):
        draw.text((60, 80 + 100 * number), label, "#333", font)
        draw.text((360, 80 + 100 * number), value, "black", font)
    out = io.BytesIO()
    image.resize((width, width * HEIGHT // WIDTH)).save(out, "PNG")
    return out.getvalue()


@dataclass(frozen=True)
class Examined:
    media_type: str
    page_count: int
    width: int
    height: int
    size: int


class CardDocuments:
    """Stands in for ``Documents``: every document is the card, a page of it or several."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.go.set()
        self.read_by: list[str] = []
        self.fails: GroundstoneError | None = None
        self.marks: list[Any] = []
        self.callers: list[Any] = []

    def examine(self, data: bytes, name: str = "") -> Examined:
        if data.startswith(PDF):
            return Examined("application/pdf", int(data[5:7]), WIDTH, HEIGHT, len(data))
        if not data.startswith(b"\x89PNG"):
            raise UnreadableDocument("this is neither a picture nor a PDF; send one of these")
        return Examined("image/png", 1, WIDTH, HEIGHT, len(data))

    def read(
        self,
        data: bytes,
        name: str = "",
        *,
        pages: Sequence[str] = ("*",),
        progress: Callable[[int, int], None] | None = None,
        stop: threading.Event | None = None,
        background: bool = False,
    ) -> Reading:
        examined = self.examine(data, name)
        self.read_by.append(name)
        numbers = pages_of(pages, examined.page_count)
        for done, _ in enumerate(numbers, 1):
            while not self.go.wait(0.01):
                if stop and stop.is_set():
                    raise UnreadableDocument("it was stopped")
            if progress:
                progress(done, len(numbers))
        if self.fails:
            raise self.fails
        return Reading(examined.media_type, tuple(page(number) for number in numbers), examined.page_count)

    def understand(self, reading: Reading) -> Layout:
        pairs = [
            Pair(region(line.words, 0), region(line.words, 1), 0.9) for read in reading.pages for line in read.lines
        ]
        first = reading.pages[0]
        cells = tuple(
            Cell(row, column, region(line.words, column - 1), is_header=row == 1)
            for row, line in enumerate(first.lines, 1)
            for column in (1, 2)
        )
        return Layout(tuple(pairs), (Table(Place.of(0.05, 0.1, 0.9, 0.8, first.number), len(ROWS), 2, cells, 0.8),))

    def ask(
        self, reading: Reading, queries: Sequence[Query], layout: Layout | None = None, **seen: Any
    ) -> list[Finding]:
        self.callers.append(seen.get("caller"))
        return [self._found(reading, query) for query in queries]

    def _found(self, reading: Reading, query: Query) -> Finding:
        for pair in self.understand(reading).pairs:
            if pair.key.text.lower() in query.text.lower() and pair.value:
                one = Candidate(
                    pair.value.text, 0.97, pair.value, label=pair.key, reasons=("stands right of its label",)
                )
                other = Candidate(pair.key.text, 0.1, pair.key, reasons=("is near",))
                return Finding(query, one, 0.97, (one, other), "name", ("the label says so",))
        return Finding(query, None, 0.9, reasons=("no label says this",))

    def picture(self, data: bytes, page: int = 1, *, width: int = 1200, marks: Any = (), hide: Any = ()) -> bytes:
        self.marks = list(marks)
        return picture(width)

    def close(self) -> None:
        self.go.set()


def page(number: int) -> Page:
    return Page(number, WIDTH, HEIGHT, tuple(_line(row, number) for row in range(len(ROWS))))


def region(words: Sequence[Word], column: int) -> Region:
    """The words of the label (0) or of the value (1) of a line."""
    mine = tuple(word for word in words if (word.place.box.left >= 0.4) == bool(column))
    boxes = [word.place.box for word in mine]
    left, right = boxes[0].left, boxes[-1].left + boxes[-1].width
    place = Place.of(left, boxes[0].top, right - left, boxes[0].height, boxes[0].page)
    return Region(" ".join(word.text for word in mine), 0.98, place, mine)


def _line(row: int, number: int) -> Line:
    top = (80 + 100 * row) / HEIGHT
    words: list[Word] = []
    for text, left in zip(ROWS[row], (60 / WIDTH, 360 / WIDTH), strict=True):
        for part in text.split():
            width = 0.022 * len(part)
            words.append(Word(part, 0.98, Place.of(left, top, width, 0.065, number)))
            left += width + 0.012
    end = words[-1].place.box
    place = Place.of(60 / WIDTH, top, end.left + end.width - 60 / WIDTH, 0.065, number)
    return Line(" ".join(word.text for word in words), 0.98, place, tuple(words))
