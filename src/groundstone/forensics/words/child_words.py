"""The child's part of words. Pictures are decoded only in a limited child."""

from __future__ import annotations

from typing import Any

import cv2

from groundstone.documents.base import Page, reading_of
from groundstone.documents.decode import frame
from groundstone.documents.decode_pdf import Pdf
from groundstone.forensics.words.amounts import amounts
from groundstone.forensics.words.baselines import baselines
from groundstone.forensics.words.fonts import fonts
from groundstone.forensics.words.found import as_evidence, told
from groundstone.forensics.words.glyphs import Pixels, darkness, glyphs_of
from groundstone.forensics.words.upright import Sent, sent, upright

Answer = dict[str, list[dict[str, Any]]]


def parse(
    data: bytes,
    media_type: str,
    page: int,
    reading: dict[str, Any] | None = None,
    words: list[Sent] | None = None,
    rotation: float = 0.0,
) -> Answer:
    """``{"evidence": [{"kind", "text", "odds", "boxes": [{"left", "top", "width", "height", "page"}]}]}``.

    With ``reading`` (``documents.base.reading_json``) amounts, fonts and baselines of that page. With ``words`` and
    ``rotation`` (``upright.sent``) fonts and baselines alone.
    """
    cv2.setNumThreads(1)
    read = _page(reading, page)
    found = [told(one) for one in amounts(read)] if read else []
    placed = sent(read) if read else words or []
    if placed:
        found += look(_pixels(data, media_type, page), placed, read.rotation if read else rotation, page)
    return {"evidence": found}


def look(pixels: Pixels, words: list[Sent], rotation: float = 0.0, page: int = 1) -> list[dict[str, Any]]:
    """Fonts and baselines of a picture that is decoded: RGB, height x width x 3, of the page as shown."""
    turned = upright(pixels, words, rotation)
    if turned is None or not words:
        return []
    picture, placed, turns = turned
    glyphs = glyphs_of(darkness(picture), placed)
    if not glyphs.text:
        return []
    found = [*fonts(glyphs, placed), *baselines(glyphs, placed)]
    height, width = picture.shape[:2]
    return as_evidence(found, width, height, turns, page)


def _page(reading: dict[str, Any] | None, number: int) -> Page | None:
    pages = reading_of(reading).pages if reading else ()
    return next((page for page in pages if page.number == number), None)


def _pixels(data: bytes, media_type: str, page: int) -> Pixels:
    if media_type == "application/pdf":
        return Pdf(data).page(page).picture().pixels
    return frame(data, media_type, page).pixels
