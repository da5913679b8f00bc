"""A page that was read in pixels or points, as JSON of ``base.Page``: places become fractions. Only children use it."""

from __future__ import annotations

from typing import Any

import numpy as np

from groundstone.documents.base import Line, Page, Place, Reading, Word, reading_json
from groundstone.documents.decode import Frame
from groundstone.documents.layout.drawn import find_drawn
from groundstone.documents.ocr import ReadLine, ReadPage
from groundstone.documents.ocr_detect import Quad


def picture_json(number: int, shown: Frame, read: ReadPage) -> dict[str, Any]:
    """A page that is a picture, from what was read in its pixels."""
    size = (shown.width, shown.height)
    return page_json(number, size, scaled(read, size, shown), shown, "ocr")


def scaled(read: ReadPage, size: tuple[float, float], shown: Frame) -> ReadPage:
    """A reading of a page's picture in points of the page."""
    factors = np.array([size[0] / shown.pixels.shape[1], size[1] / shown.pixels.shape[0]], np.float32)
    lines = tuple(
        ReadLine(line.quad * factors, tuple((text, chance, quad * factors) for text, chance, quad in line.words))
        for line in read.lines
    )
    return ReadPage(lines, read.rotation)


def page_json(
    number: int, size: tuple[float, float], read: ReadPage, shown: Frame | None, source: str
) -> dict[str, Any]:
    """The page as JSON. Places of the reading are in the units of ``size``."""
    lines = tuple(_line(line, np.array(size, np.float32), number) for line in read.lines)
    marks, rulings = find_drawn(shown.pixels) if shown else ([], [])
    width, height = (max(1, round(value)) for value in size)
    page = Page(number, width, height, lines, read.rotation, tuple(marks), tuple(rulings), source)
    made: dict[str, Any] = reading_json(Reading("", (page,), 1))["pages"][0]
    return made


def _line(line: ReadLine, scale: Quad, page: int) -> Line:
    words = tuple(Word(text, round(chance, 4), _place(quad, scale, page)) for text, chance, quad in line.words)
    return Line(line.text, round(line.confidence, 4), _place(line.quad, scale, page), words)


def _place(quad: Quad, scale: Quad, page: int) -> Place:
    """Fractions, never outside the page."""
    one, two, three, four = ((round(float(x), 5), round(float(y), 5)) for x, y in np.clip(quad / scale, 0, 1))
    return Place((one, two, three, four), page)
