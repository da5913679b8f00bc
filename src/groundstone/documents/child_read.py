"""The child's part of reading: pages of a file to words, marks and rulings.

``prepare`` loads the models once; every parse happens in a fork that shares them.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from groundstone.documents import text_layer
from groundstone.documents.child_share import stage
from groundstone.documents.decode import frame
from groundstone.documents.decode_pdf import Pdf, PdfPage
from groundstone.documents.ocr import ReadPage, read_page
from groundstone.documents.ocr_detect import Picture, Quad
from groundstone.documents.ocr_models import load
from groundstone.documents.ocr_order import reading_order
from groundstone.documents.page_json import page_json, picture_json, scaled

_LARGE = 0.04  # a picture that covers this share of a page may hold text of its own
_FEW = 4  # words of its own that do not make a page readable
_GARBAGE = 0.2  # share of characters without a meaning


def prepare() -> None:
    """Load what every fork will share. Raises WeightsMissing."""
    cv2.setNumThreads(1)
    load()


def parse(
    data: bytes, media_type: str, pages: list[int], recognise: bool = True, shared: dict[str, Any] | None = None
) -> dict[str, Any]:
    """``pages``: each as JSON, in the order asked for; None for one that needs recognition when that is not wanted.

    ``shared``: one picture's stage of being read by several processes (child_share.py).
    """
    cv2.setNumThreads(1)
    if shared is not None:
        return stage(data, media_type, pages[0], shared)
    if media_type != "application/pdf":
        return {"pages": [_picture_page(data, media_type, number) for number in pages]}
    file = Pdf(data)
    return {"pages": [_pdf_page(file.page(number), number, recognise) for number in pages]}


def _picture_page(data: bytes, media_type: str, number: int) -> dict[str, Any]:
    shown = frame(data, media_type, number)
    return picture_json(number, shown, read_page(load(), shown.pixels))


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
        return page_json(number, size, own, page.picture() if drawn else None, "text")
    if not recognise:
        return None
    shown = page.picture()
    found = read_page(load(), shown.pixels if poor else _only(shown.pixels, areas))
    both = _joined(own, scaled(found, size, shown))
    return page_json(number, size, both, shown, "text" if own.lines and not poor else "ocr")


def _only(pixels: Picture, areas: list[tuple[float, float, float, float]]) -> Picture:
    """White but for some areas, given as fractions."""
    height, width = pixels.shape[:2]
    kept = np.full_like(pixels, 255)
    for left, top, right, bottom in areas:
        across = slice(max(0, int(left * width)), max(0, int(right * width)))
        down = slice(max(0, int(top * height)), max(0, int(bottom * height)))
        kept[down, across] = pixels[down, across]
    return kept


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
