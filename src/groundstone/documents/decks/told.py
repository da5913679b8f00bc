"""The words of a slide in one text, which everything quotes and embeds, and where on the slide they stand.

The title comes first and the notes last; between them the elements in reading order, footers behind the rest. Every
paragraph is a line of its own (a line break within it begins a new one). Nothing is added but the marks that hold a
table or chart together:

- A row of a table is one line: what names the row, then each cell with what names its column, "Cloud | 2022: 12.1 |
  2023: 14.9". Header rows are a line as they stand, "Segment | 2022 | 2023". A merged cell is said once.
- A chart is a line with its title and the titles of its axes, then one for each series, "Europe | 2022: 12% | 2023:
  14.5%", its numbers as the file's number format shows them. A value that is missing is left out.
- Alternative text is a line of its own, where the picture or drawing stands.

The number of a slide in its footer is left out. The same slide always gives the same text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from groundstone.documents.decks.base import Chart, Element, Grid, Kind, Slide
from groundstone.documents.decks.number_format import shown
from groundstone.documents.decks.words import one_line, tidy
from groundstone.records import Box

BETWEEN = " | "  # cells of a row, and points of a series
NAMED = ": "  # a column and its cell, a category and its value
_FILE_NAME = re.compile(r"\S+\.(png|jpe?g|gif|bmp|tiff?|svg|emf|wmf|webp)", re.IGNORECASE)
_ONLY_NUMBER = re.compile(r"[\W\d]*")
_MACHINE_ALT = re.compile(r"\s*(AI-generated content may be incorrect|Description automatically generated)[^.]*\.?\s*$")


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` to ``end`` of the text, what says them, and where: a paragraph's own place, or a cell's."""

    start: int
    end: int
    element: int  # its number on the slide
    kind: Kind
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """The text, and spans in order that cover every character of it but the ends of lines."""

    text: str
    spans: tuple[Span, ...]

    def find(self, quote: str) -> tuple[int, int] | None:
        """Where words stand, from and to; however they are spaced and in whatever case."""
        start = self.text.find(quote)
        if quote and start >= 0:
            return start, start + len(quote)
        words = quote.split()
        if not words:
            return None
        found = re.search(r"\s+".join(re.escape(word) for word in words), self.text, re.IGNORECASE)
        return found.span() if found else None

    def at(self, start: int, end: int) -> tuple[Span, ...]:
        """The spans that a range of characters touches."""
        return tuple(span for span in self.spans if span.start < end and start < span.end)

    def boxes(self, start: int, end: int) -> tuple[Box, ...]:
        """The places of a range of characters, each once."""
        return tuple(dict.fromkeys(box for span in self.at(start, end) for box in span.boxes))

    def element(self, number: int) -> str:
        """The lines that one element says."""
        own = [span for span in self.spans if span.element == number]
        return self.text[own[0].start : own[-1].end] if own else ""


Part = tuple[str, tuple[Box, ...]]  # words, and where they stand
Line = list[Part]


def told(slide: Slide) -> Told:
    """The text of a slide; empty for a slide without words."""
    text: list[str] = []
    spans: list[Span] = []
    at = 0
    for element in in_order(slide):
        for line in _lines(element):
            if text:
                text.append("\n")
                at += 1
            for words, boxes in line:
                text.append(words)
                spans.append(Span(at, at + len(words), element.number, element.kind, boxes))
                at += len(words)
    return Told("".join(text), tuple(spans))


def in_order(slide: Slide) -> list[Element]:
    """The elements as they are told: title, subtitle, the others, footers, notes."""
    ranks = {"title": 0, "subtitle": 1, "footer": 3, "notes": 4}
    return sorted(slide.elements, key=lambda element: (ranks.get(element.kind, 2), element.number))


def _lines(element: Element) -> Iterator[Line]:
    """Lines of an element, each of at least one part, no part empty."""
    boxes = (element.box,) if element.box else ()
    if element.chart:
        yield from _chart_lines(element.chart, boxes)
    if element.grid:
        yield from _grid_lines(element.grid, boxes)
    said = set()
    for paragraph in element.paragraphs:
        if element.kind == "footer" and _ONLY_NUMBER.fullmatch(paragraph.text):
            continue
        for line in tidy(paragraph.text).splitlines():
            said.add(line.lower())
            yield [(line, (paragraph.box,) if paragraph.box else boxes)]
    alt = alt_of(element)
    if alt and alt.lower() not in said:
        yield [(alt, boxes)]


def alt_of(element: Element) -> str:
    """Alternative text that says something: no file name, nor what says that a machine wrote it."""
    alt = one_line(_MACHINE_ALT.sub("", one_line(element.alt)))
    return "" if _FILE_NAME.fullmatch(alt) else alt


def _grid_lines(grid: Grid, whole: tuple[Box, ...]) -> Iterator[Line]:
    header_rows = min(grid.header_rows, len(grid.rows))
    for index, row in enumerate(grid.rows):
        boxes = grid.boxes[index] if index < len(grid.boxes) else ()
        cells = [(one_line(cell), (boxes[at],) if at < len(boxes) else whole) for at, cell in enumerate(row)]
        names = [] if index < header_rows else [_named(grid, header_rows, at) for at in range(len(row))]
        if line := _row(cells, names, grid.header_columns):
            yield line


def _row(cells: list[Part], names: list[str], header_columns: int) -> Line:
    """One row; ``names`` are those of its columns, none for a row that names others."""
    line: Line = []
    before: Part | None = None
    differ = len(set(cells)) > 1
    own = not differ or len({boxes for _, boxes in cells}) > 1  # a cell that is covered has the same place
    for at, (words, boxes) in enumerate(cells):
        covered = before == (words, boxes) and own
        before = (words, boxes)
        if not words or covered:
            continue
        name = names[at] if differ and header_columns <= at < len(names) else ""
        said = f"{name}{NAMED}{words}" if name and name != words else words
        line.append((f"{BETWEEN}{said}" if line else said, boxes))
    return line


def _named(grid: Grid, header_rows: int, column: int) -> str:
    """What the header rows say above a column, outermost first."""
    said: list[str] = []
    for row in grid.rows[:header_rows]:
        words = one_line(row[column]) if column < len(row) else ""
        if words and words not in said:
            said.append(words)
    return " ".join(said)


def _chart_lines(chart: Chart, boxes: tuple[Box, ...]) -> Iterator[Line]:
    head = [one_line(part) for part in (chart.title, chart.value_axis, chart.category_axis)]
    if said := BETWEEN.join(dict.fromkeys(part for part in head if part)):
        yield [(said, boxes)]
    for series in chart.series:
        points = [
            (one_line(category), shown(value, series.format))
            for category, value in zip(chart.categories, series.values, strict=False)
            if value is not None
        ]
        said_points = [f"{category}{NAMED}{value}" if category else value for category, value in points]
        if words := BETWEEN.join(part for part in (one_line(series.name), *said_points) if part):
            yield [(words, boxes)]
