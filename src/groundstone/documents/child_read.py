"""The child's part of reading: pages of a file to words, marks and rulings.

``prepare`` loads the models once; every parse happens in a fork that shares them.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from groundstone.documents import text_layer
from groundstone.documents.base import Line, Page, Place, Reading, Word, reading_json
from groundstone.documents.decode import Frame, frame
from groundstone.documents.decode_pdf import Pdf, PdfPage
from groundstone.documents.layout.drawn import find_drawn
from groundstone.documents.ocr import ReadLine, ReadPage, read_page
from groundstone.documents.ocr_detect import Picture, Quad
from groundstone.documents.ocr_models import load
from groundstone.documents.ocr_order import reading_order

_LARGE = 0.04  # a picture that covers this share of a page may hold text of its own
_FEW = 4  # words of its own that do not make a page readable
_GARBAGE = 0.2  # share of characters without a meaning


def prepare() -> None:
    """Load what every fork will share. Raises WeightsMissing."""
    cv2.setNumThreads(1)
    load()


def parse(data: bytes, media_type: str, pages: list[int], recognise: bool = True) -> dict[str, Any]:
    """``pages``: each as JSON, in the order asked for; None for one that needs recognition when that is not wanted."""
    cv2.setNumThreads(1)
    if media_type != "application/pdf":
        return {"pages": [_picture_page(data, media_type, number) for number in pages]}
    file = Pdf(data)
    return {"pages": [_pdf_page(file.page(number), number, recognise) for number in pages]}


def _picture_page(data: bytes, media_type: str, number: int) -> dict[str, Any]:
    shown = frame(data, media_type, number)
    read = _scaled(read_page(load(), shown.pixels), (shown.width, shown.height), shown)
    return _page(number, (shown.width, shown.height), read, shown, "ocr")


def _pdf_page(page: PdfPage, number: int, recognise: bool) -> dict[str, Any] | None:
    letters = page.letters()
    size = (page.width, page.height)
    own = text_layer.read_letters(letters, *size)
    if text_layer.garbage(letters) > _GARBAGE:
        own = ReadPage((), 0.0)
    drawn = page.is_drawn()
    areas = [box for box in page.pictures() if (box[2] - box[0]) * (box[3] - box[1]) > _LARGE]
    poor = drawn and sum(len(line.words) for line in own.lines) < _FEW
    if not (poor or areas):
        return _page(number, size, own, page.picture() if drawn else None, "text")
    if not recognise:
        return None
    shown = page.picture()
    found = read_page(load(), shown.pixels if poor else _only(shown.pixels, areas))
    both = _joined(own, _scaled(found, size, shown))
    return _page(number, size, both, shown, "text" if own.lines and not poor else "ocr")


def _only(pixels: Picture, areas: list[tuple[float, float, float, float]]) -> Picture:
    """White but for some areas, given as fractions."""
    height, width = pixels.shape[:2]
    kept = np.full_like(pixels, 255)
    for left, top, right, bottom in areas:
        across = slice(max(0, int(left * width)), max(0, int(right * width)))
        down = slice(max(0, int(top * height)), max(0, int(bottom * height)))
        kept[down, across] = pixels[down, across]
    return kept


def _scaled(read: ReadPage, size: tuple[float, float], shown: Frame) -> ReadPage:
    """A reading of a page's picture in points of the page."""
    factors = np.array([size[0] / shown.pixels.shape[1], size[1] / shown.pixels.shape[0]], np.float32)
    lines = tuple(
        ReadLine(line.quad * factors, tuple((text, chance, quad * factors) for text, chance, quad in line.words))
        for line in read.lines
    )
    return ReadPage(lines, read.rotation)


def _joined(own: ReadPage, found: ReadPage) -> ReadPage:
    """The page's own lines, and what was recognised where none of them stands."""
    if not own.lines:
        return found
    taken = [(*line.quad.min(0), *line.quad.max(0)) for line in own.lines]
    lines = [*own.lines, *(line for line in found.lines if not _inside(line.quad.mean(0), taken))]
    order = reading_order([line.quad for line in lines], own.rotation)
    return ReadPage(tuple(lines[index] for index in order), own.rotation)


def _inside(point: Quad, boxes: list[tuple[float, ...]]) -> bool:
    return any(left <= point[0] <= right and top <= point[1] <= bottom for left, top, right, bottom in boxes)


def _page(number: int, size: tuple[float, float], read: ReadPage, shown: Frame | None, source: str) -> dict[str, Any]:
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
