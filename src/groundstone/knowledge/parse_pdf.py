"""PDF to text, page by page, with the places of its lines. Only the parsing child imports this module."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from groundstone.knowledge.titles import sound_title

MAX_PAGES = 5000
_HYPHEN = re.compile(r"[\ufffe\x02]\n?")  # PDFium marks a hyphen at a line's end with these
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
MOST_SLIDES = 1000  # of a PDF that is read as a deck
_WIDE = 0.8  # share of its pages that are as wide as slides
_SLIDE = 1.2  # times the height that a slide is wide
_FEW = 4  # words that do not tell what a page with drawings on it says
_SOME = 40  # words beside a picture that may say as much
_PICTURED = 0.25  # share of a page that is such a picture
_FINE = 1_000_000  # steps of the grid on which places are measured


def parse(data: bytes) -> dict[str, Any]:
    """Title, and of each page its text and its lines: [start, end, left, top, width, height].

    ``pictured``: pages whose words stand in pictures, so that they have to be recognised. ``slides``: whether it is
    rather a deck than a text. Anything wrong is an error of the answer or an exception.
    """
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        return {"error": _reason(str(error))}
    if len(document) > MAX_PAGES:
        return {"error": f"it has more than {MAX_PAGES} pages; split it"}
    pages = [_page(document, number) for number in range(len(document))]
    return {
        "title": sound_title(_clean(document.get_metadata_value("Title"))),
        "pages": [[page.text, page.placed] for page in pages],
        "slides": bool(pages) and len(pages) <= MOST_SLIDES and sum(page.wide for page in pages) >= _WIDE * len(pages),
        "pictured": [number for number, page in enumerate(pages, 1) if page.pictured],
    }


@dataclass(frozen=True, slots=True)
class _Page:
    text: str
    placed: list[list[float]]  # start, end, left, top, width, height of each line
    pictured: bool
    wide: bool


def _page(document: Any, number: int) -> _Page:
    page = document[number]
    letters = page.get_textpage()
    text = _clean(letters.get_text_bounded()).strip()
    placed = _placed(text, page, letters)
    pictured = _pictured(page, len(text.split()))
    width, height = page.get_size()
    page.close()
    return _Page(text, placed, pictured, width >= _SLIDE * height)


def _pictured(page: Any, words: int) -> bool:
    """Whether a page with so few words shows something that may hold more of them."""
    if words >= _SOME:
        return False
    if words < _FEW:
        return any(item.type != raw.FPDF_PAGEOBJ_TEXT for item in page.get_objects(max_depth=2))
    images = page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4)
    boxes = (_box(page, *image.get_bounds()) for image in images)
    return sum(width * height for _, _, width, height in boxes) >= _PICTURED


def _placed(text: str, page: Any, letters: Any) -> list[list[float]]:
    """The lines of a page's text with their places; none if its letters are not those that the page holds in order."""
    marks = [index for index, letter in enumerate(_letters(letters)) if letter]
    if len(marks) != sum(not letter.isspace() for letter in text):
        return []
    placed: list[list[float]] = []
    start = at = 0
    for line in text.split("\n"):
        count = sum(not letter.isspace() for letter in line)
        if count and (box := _around(page, letters, marks[at], marks[at + count - 1])):
            placed.append([start, start + len(line), *box])
        start, at = start + len(line) + 1, at + count
    return placed


def _letters(letters: Any) -> list[bool]:
    """Of each of PDFium's characters, whether it stands in the text: blanks and control characters do not."""
    codes = [raw.FPDFText_GetUnicode(letters, index) for index in range(letters.count_chars())]
    return [not (chr(code).isspace() or _CONTROL.match(chr(code))) for code in codes]


def _around(page: Any, letters: Any, first: int, last: int) -> tuple[float, ...] | None:
    """The place around some characters: left, top, width and height in fractions of the page as it is shown."""
    count = letters.count_rects(first, last - first + 1)
    rects = [letters.get_rect(number) for number in range(count)]
    if not rects:
        return None
    lefts, bottoms, rights, tops = zip(*rects, strict=True)
    return _box(page, min(lefts), min(bottoms), max(rights), max(tops))


def _box(page: Any, left: float, bottom: float, right: float, top: float) -> tuple[float, ...]:
    """Left, top, width and height in fractions of the page as it is shown: crop and rotation are in it."""
    (x1, y1), (x2, y2) = _shown(page, left, top), _shown(page, right, bottom)
    x, y = max(0.0, min(x1, x2)), max(0.0, min(y1, y2))
    wide, high = min(1.0, max(x1, x2)) - x, min(1.0, max(y1, y2)) - y
    return tuple(round(max(0.0, value), 5) for value in (x, y, wide, high))


def _shown(page: Any, x: float, y: float) -> tuple[float, float]:
    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, _FINE, _FINE, 0, x, y, ctypes.byref(across), ctypes.byref(down))
    return across.value / _FINE, down.value / _FINE


def _clean(text: str) -> str:
    return _CONTROL.sub("", _HYPHEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def _reason(error: str) -> str:
    if "assword" in error:
        return "it is protected by a password"
    return f"it is damaged or no PDF ({error})"
