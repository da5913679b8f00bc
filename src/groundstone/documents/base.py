"""The nouns of reading: words with their places, and what is understood of them. Frozen, plain, free of any engine.

Places are fractions of the width and height of the page's picture as it was given, whichever way its text is turned;
``Page.rotation`` tells how it is turned. Confidences are fractions from 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from groundstone.records import Box, Scalar

Point = tuple[float, float]  # x to the right, y downwards


@dataclass(frozen=True)
class Place:
    """A quadrilateral on a page. ``points``: top left, top right, bottom right, bottom left as the text is read."""

    points: tuple[Point, Point, Point, Point]
    page: int = 1  # first page is 1

    @cached_property
    def box(self) -> Box:
        """The upright rectangle around it."""
        across, down = [x for x, _ in self.points], [y for _, y in self.points]
        return Box(min(across), min(down), max(across) - min(across), max(down) - min(down), self.page)

    @classmethod
    def of(cls, left: float, top: float, width: float, height: float, page: int = 1) -> Place:
        """An upright rectangle."""
        right, bottom = left + width, top + height
        return cls(((left, top), (right, top), (right, bottom), (left, bottom)), page)


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it was read; it holds no blank."""

    text: str
    confidence: float
    place: Place


@dataclass(frozen=True, slots=True)
class Line:
    """Words that stand in one line, close together. ``text`` is the words joined by single blanks."""

    text: str
    confidence: float
    place: Place
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A check box or radio button, ticked or not."""

    checked: bool
    confidence: float
    place: Place


@dataclass(frozen=True, slots=True)
class Ruling:
    """A straight line that is drawn on the page, from ``start`` to ``end``."""

    start: Point
    end: Point


@dataclass(frozen=True, slots=True)
class Page:
    """One page as it was read.

    ``width`` and ``height`` are pixels of its picture as given (points for a page with text of its own).
    ``rotation`` is how far the text is turned clockwise in that picture, in degrees from 0 to below 360. ``lines``
    stand in reading order. ``source``: "ocr" for recognised text, "text" for text that the file itself holds.
    """

    number: int
    width: int
    height: int
    lines: tuple[Line, ...] = ()
    rotation: float = 0.0
    marks: tuple[Mark, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    source: str = "ocr"

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class Reading:
    """A document that was read: the pages asked for, of ``page_count`` that it has."""

    media_type: str
    pages: tuple[Page, ...]
    page_count: int

    @property
    def text(self) -> str:
        return "\n\n".join(page.text for page in self.pages)


@dataclass(frozen=True, slots=True)
class Region:
    """Words that belong together, with the place around them; ``marks`` are check boxes among them."""

    text: str
    confidence: float
    place: Place
    words: tuple[Word, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and what stands for it, or None for a label left blank. ``confidence`` is that of the pairing."""

    key: Region
    value: Region | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; ``row`` and ``column`` count from 1, ``rows`` and ``columns`` are how many it spans."""

    row: int
    column: int
    content: Region
    rows: int = 1
    columns: int = 1
    is_header: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Cells by rows, then columns; every place of the grid is covered by exactly one cell."""

    place: Place
    rows: int
    columns: int
    cells: tuple[Cell, ...]
    confidence: float
    title: Region | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """What the geometry of a reading tells, all pages together, in reading order."""

    pairs: tuple[Pair, ...] = ()
    tables: tuple[Table, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A question to a document: ``text`` in plain words. ``alias`` is a name for its answer.

    ``pages`` say where to look: "3", "2-4", "4-*" or "*".
    """

    text: str
    alias: str = ""
    pages: tuple[str, ...] = ("*",)

    @property
    def name(self) -> str:
        return self.alias or self.text


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words of the document that may be the answer.

    ``text`` is what the page says. ``value`` is its meaning where the type of the answer is known: a date, a number, a
    name put in order. ``confidence`` is the probability that it is right. ``reader`` is "layout", or the name of the
    model that proposed it. ``reasons`` are short sentences for people.
    """

    text: str
    confidence: float
    region: Region
    value: Scalar | None = None
    kind: str = "text"  # one of values.KINDS
    label: Region | None = None  # the words on the page that name it
    reader: str = "layout"
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a document says to one query. ``answer`` is None when it says nothing; ``confidence`` is then of that.

    ``candidates`` are what was considered, best first, the answer among them; ``field`` is the field of the vocabulary
    that the question means, or None.
    """

    query: Query
    answer: Candidate | None
    confidence: float
    candidates: tuple[Candidate, ...] = ()
    field: str | None = None
    reasons: tuple[str, ...] = ()


def reading_json(reading: Reading) -> dict[str, Any]:
    """A reading as JSON, to be kept or sent; ``reading_of`` reads it again, equal to the one before."""
    return {
        "media_type": reading.media_type,
        "page_count": reading.page_count,
        "pages": [_page_json(page) for page in reading.pages],
    }


def reading_of(data: dict[str, Any]) -> Reading:
    return Reading(data["media_type"], tuple(_page_of(page) for page in data["pages"]), data["page_count"])


def _page_json(page: Page) -> dict[str, Any]:
    return {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "rotation": page.rotation,
        "source": page.source,
        "lines": [
            [line.text, line.confidence, _points(line.place), [_word_json(word) for word in line.words]]
            for line in page.lines
        ],
        "marks": [[mark.checked, mark.confidence, _points(mark.place)] for mark in page.marks],
        "rulings": [[*ruling.start, *ruling.end] for ruling in page.rulings],
    }


def _page_of(data: dict[str, Any]) -> Page:
    number = data["number"]
    lines = tuple(
        Line(text, confidence, _place(points, number), tuple(_word_of(word, number) for word in words))
        for text, confidence, points, words in data["lines"]
    )
    marks = tuple(Mark(checked, confidence, _place(points, number)) for checked, confidence, points in data["marks"])
    rulings = tuple(Ruling((x1, y1), (x2, y2)) for x1, y1, x2, y2 in data["rulings"])
    return Page(
        number, data["width"], data["height"], lines, data["rotation"], marks, rulings, data["source"]
    )  # fmt: skip


def _word_json(word: Word) -> list[Any]:
    return [word.text, word.confidence, _points(word.place)]


def _word_of(data: list[Any], page: int) -> Word:
    text, confidence, points = data
    return Word(text, confidence, _place(points, page))


def _points(place: Place) -> list[float]:
    return [value for point in place.points for value in point]


def _place(values: list[float], page: int) -> Place:
    x1, y1, x2, y2, x3, y3, x4, y4 = values
    return Place(((x1, y1), (x2, y2), (x3, y3), (x4, y4)), page)
