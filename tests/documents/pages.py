"""Readings made by hand: a page is drawn with characters, and turned or tilted as a scanner or a camera would.

    page_of('''
    Name:  Jane Doe          [x] married   [ ] single
    +------+------+
    | Dose | Date |
    +------+------+
    ''')

Each character is 10 by 20 pixels, lines are 32 pixels apart. Words are parted by one or two blanks, lines by three or
more, by a mark or by a bar. ``[ ] [x] ( ) (x)`` are marks; runs of ``-`` and ``+`` (three at least) are horizontal
rulings, bars that stand above each other (``|`` and ``+``) are vertical ones. Underscores and dots are words, as OCR
reads them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from textwrap import dedent

from groundstone.documents.base import Line, Mark, Page, Place, Point, Reading, Ruling, Word

ACROSS, DOWN, TALL, MARGIN = 10, 32, 20, 60  # pixels: of a character, from line to line, of the text, around the page
MARK = re.compile(r"\[[ xX]\]|\([ xX]\)")
RULE = re.compile(r"[+\-]*-[+\-]*(?<=[+\-]{3})")
TEXT = re.compile(r"[^\s|]+(?: {1,2}[^\s|]+)*")


def reading_of(*pages: Page, media_type: str = "image/png") -> Reading:
    return Reading(media_type, tuple(replace(page, number=page.number) for page in pages), len(pages))


def page_of(drawing: str, number: int = 1, confidence: float = 0.98) -> Page:
    """The page that ``drawing`` shows."""
    rows = dedent(drawing.expandtabs()).strip("\n").split("\n")
    width = max(map(len, rows)) * ACROSS + 2 * MARGIN
    height = len(rows) * DOWN + 2 * MARGIN
    lines, marks, rulings = [], [], _uprights(rows)
    for row, text in enumerate(rows):
        rest, rules = _cut(text, RULE)
        rulings += [_ruling(start, row, end, row) for start, end, _ in rules]
        rest, boxes = _cut(rest, MARK)
        marks += [
            Mark(found[1] in "xX", confidence, _place(start, row, end, number, width, height))
            for start, end, found in boxes
        ]
        lines += [
            _line(found.group(), found.start(), row, number, width, height, confidence) for found in TEXT.finditer(rest)
        ]
    scaled = tuple(Ruling(_fraction(r.start, width, height), _fraction(r.end, width, height)) for r in rulings)
    return Page(number, width, height, tuple(lines), 0.0, tuple(marks), scaled)


def reading_of_drawing(*drawings: str) -> Reading:
    """A reading of several drawn pages."""
    return reading_of(*(page_of(drawing, number) for number, drawing in enumerate(drawings, 1)))


def page_of_words(
    words: Sequence[Sequence[tuple[str, float, float, float, float]]],
    number: int = 1,
    width: int = 1700,
    height: int = 2200,
) -> Page:
    """A page from lines of ``(text, left, top, right, bottom)`` in pixels."""
    lines = []
    for line in words:
        found = tuple(
            Word(text, 0.98, Place.of(x1 / width, y1 / height, (x2 - x1) / width, (y2 - y1) / height, number))
            for text, x1, y1, x2, y2 in line
        )
        lines.append(_joined(found, number))
    return Page(number, width, height, tuple(lines))


def turned(page: Page, degrees: float) -> Page:
    """The same page with its picture turned clockwise by ``degrees``, none of it cut off."""
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    width = abs(page.width * cos) + abs(page.height * sin)
    height = abs(page.width * sin) + abs(page.height * cos)

    def turn(point: Point) -> Point:
        x, y = (point[0] - 0.5) * page.width, (point[1] - 0.5) * page.height
        return (x * cos - y * sin) / width + 0.5, (x * sin + y * cos) / height + 0.5

    return replace(
        moved(page, turn), width=round(width), height=round(height), rotation=(page.rotation + degrees) % 360
    )


def tilted(page: Page, amount: float = 0.1) -> Page:
    """The page as a camera sees it that is held slantwise: the right edge is smaller by ``amount`` than the left."""

    def tilt(point: Point) -> Point:
        depth = 1 + amount * point[0]
        return point[0] * (1 + amount) / depth, 0.5 + (point[1] - 0.5) / depth

    return moved(page, tilt)


def moved(page: Page, move: Callable[[Point], Point]) -> Page:
    """The page with every point moved."""
    return replace(
        page,
        lines=tuple(
            replace(
                line,
                place=_moved(line.place, move),
                words=tuple(replace(word, place=_moved(word.place, move)) for word in line.words),
            )
            for line in page.lines
        ),
        marks=tuple(replace(mark, place=_moved(mark.place, move)) for mark in page.marks),
        rulings=tuple(Ruling(move(ruling.start), move(ruling.end)) for ruling in page.rulings),
    )


def _moved(place: Place, move: Callable[[Point], Point]) -> Place:
    first, second, third, fourth = (move(point) for point in place.points)
    return Place((first, second, third, fourth), place.page)


def _cut(text: str, pattern: re.Pattern[str]) -> tuple[str, list[tuple[int, int, str]]]:
    """The text with what matches blanked out, wide enough to part its neighbours, and the matches."""
    found = [(match.start(), match.end(), match.group()) for match in pattern.finditer(text)]
    for start, end, _ in found:
        text = text[:start] + "|" * (end - start) + text[end:]
    return text, found


def _uprights(rows: list[str]) -> list[Ruling]:
    """Vertical rulings in pixels: bars above each other, two rows at least."""
    found = []
    for column in range(max(map(len, rows))):
        start = None
        for row in range(len(rows) + 1):
            character = rows[row][column : column + 1] if row < len(rows) else ""
            bar = character == "|" or (character == "+" and _ruled(rows, row, column))
            if bar and start is None:
                start = row
            if not bar and start is not None:
                if row - start > 1:
                    found.append(_ruling(column, start, column + 1, row - 1, vertical=True))
                start = None
    return found


def _ruled(rows: list[str], row: int, column: int) -> bool:
    around = rows[row][max(column - 1, 0) : column + 2]
    above = rows[row - 1][column : column + 1] if row else ""
    below = rows[row + 1][column : column + 1] if row + 1 < len(rows) else ""
    return "-" in around and ("|" in (above, below))


def _ruling(left: int, top: int, right: int, bottom: int, vertical: bool = False) -> Ruling:
    """In pixels, through the middle of the characters."""
    if vertical:
        x = MARGIN + (left + 0.5) * ACROSS
        return Ruling((x, MARGIN + top * DOWN + TALL / 2), (x, MARGIN + bottom * DOWN + TALL / 2))
    y = MARGIN + top * DOWN + TALL / 2
    return Ruling((MARGIN + (left + 0.5) * ACROSS, y), (MARGIN + (right - 0.5) * ACROSS, y))


def _fraction(point: Point, width: float, height: float) -> Point:
    return point[0] / width, point[1] / height


def _place(start: int, row: int, end: int, number: int, width: float, height: float) -> Place:
    left, top = MARGIN + start * ACROSS, MARGIN + row * DOWN
    return Place.of(left / width, top / height, (end - start) * ACROSS / width, TALL / height, number)


def _line(text: str, start: int, row: int, number: int, width: float, height: float, confidence: float) -> Line:
    words = tuple(
        Word(
            found.group(),
            confidence,
            _place(start + found.start(), row, start + found.end(), number, width, height),
        )
        for found in re.finditer(r"\S+", text)
    )
    return _joined(words, number)


def _joined(words: tuple[Word, ...], number: int) -> Line:
    left, top = min(w.place.box.left for w in words), min(w.place.box.top for w in words)
    right = max(w.place.box.left + w.place.box.width for w in words)
    bottom = max(w.place.box.top + w.place.box.height for w in words)
    return Line(
        " ".join(word.text for word in words),
        min(word.confidence for word in words),
        Place.of(left, top, right - left, bottom - top, number),
        words,
    )
