"""PDF decks: a page is a slide. Used in the limited child process."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from groundstone.documents import text_layer
from groundstone.documents.base import Line, Page, Place, Word
from groundstone.documents.decks.base import Slide
from groundstone.documents.decks.found import PictureAt
from groundstone.documents.decks.recognised import elements_of
from groundstone.documents.decks.tints import WIDE, Tints, small, to_json
from groundstone.documents.decks.words import one_line
from groundstone.documents.decode_pdf import Letter, Pdf, PdfPage
from groundstone.documents.layout.drawn import find_drawn
from groundstone.documents.ocr import ReadLine
from groundstone.errors import UnreadableDocument

_FEW = 6  # words of its own that do not make a page readable
_MANY = 12  # words of its own, with which a picture behind the whole page is mere background
_LARGE = 0.04  # a picture that covers this share of a page may hold words
_CHARTED = 3  # short lines with a number on a page that may have a chart
_BACKGROUND = 0.85
_GARBAGE = 0.2  # share of characters without a meaning
_NAMES = {"Author": "author", "Title": "title", "Subject": "subject", "Keywords": "keywords", "CreationDate": "created",
          "ModDate": "modified"}  # fmt: skip
_FILE = re.compile(r".*\.(pptx?|odp|key|pdf|docx?)|(microsoft )?powerpoint.*|untitled.*|presentation\s*\d*", re.I)
_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?")


class _File(Pdf):
    """With what the file says of itself."""

    def metadata(self) -> dict[str, str]:
        return {name: str(words) for name, words in self._file.get_metadata_dict(skip_empty=True).items()}


class PdfDeck:
    """An opened deck. ``poor``: the slides read so far whose words have to be recognised, in full or in pictures."""

    def __init__(self, data: bytes) -> None:
        self._file = _File(data)
        self.problems: list[str] = []
        self.poor: list[int] = []
        first = self._file.page(1)
        self.width, self.height = first.width, first.height

    @property
    def slide_count(self) -> int:
        return len(self._file)

    def properties(self) -> list[tuple[str, str]]:
        found = self._file.metadata()
        named = ((_NAMES[name], _said(words)) for name, words in found.items() if name in _NAMES)
        return sorted((name, words) for name, words in named if words)

    def title(self) -> str:
        """Of its properties unless it is the name of a file, else of the first page."""
        said = dict(self.properties()).get("title", "")
        if said and not _FILE.fullmatch(said):
            return said
        try:
            page = self._file.page(1)
            return _slide(page, page.letters(), 1).title
        except UnreadableDocument:
            return ""

    def slide(self, number: int) -> tuple[Slide, list[PictureAt]]:
        """One page; a damaged one has a problem and nothing else."""
        try:
            page = self._file.page(number)
            letters = page.letters()
            if _is_poor(page, letters):
                self.poor.append(number)
            return _slide(page, letters, number), []
        except UnreadableDocument as error:
            return Slide(number, problems=(f"the slide could not be read: {error}",)), []


def _said(words: str) -> str:
    date = _DATE.match(words)
    return "-".join(part for part in date.groups() if part) if date else one_line(words)[:1000]


def _is_poor(page: PdfPage, letters: list[Letter]) -> bool:
    """Whether words are missing: few of its own on a page where something is drawn, or a picture that may hold some."""
    words = _count(letters)
    if text_layer.garbage(letters) > _GARBAGE or (words < _FEW and page.is_drawn()):
        return True
    shares = [(box[2] - box[0]) * (box[3] - box[1]) for box in page.pictures()]
    return any(share > _LARGE and not (share > _BACKGROUND and words >= _MANY) for share in shares)


def _count(letters: list[Letter]) -> int:
    return len("".join(letter.text for letter in letters).split())


def _slide(page: PdfPage, letters: list[Letter], number: int) -> Slide:
    if text_layer.garbage(letters) > _GARBAGE:
        return Slide(number)
    read = text_layer.read_letters(letters, page.width, page.height)
    size = np.array([page.width, page.height], np.float32)
    lines = tuple(_line(line, size, number) for line in read.lines)
    drawn = page.is_drawn()
    rulings = find_drawn(page.picture().pixels)[1] if drawn and _aligned(lines) else []
    tints = tints_of(page) if drawn and _figures(lines) >= _CHARTED else None
    whole = Page(number, round(page.width), round(page.height), lines, read.rotation, (), tuple(rulings), "text")
    return Slide(number, elements_of(whole, tints))


def tints_of(page: PdfPage) -> Tints:
    """The colours of a page as it is shown."""
    return small(page.picture(min(WIDE, round(page.width * 4))).pixels)


def _figures(lines: tuple[Line, ...]) -> int:
    """How many lines are short and hold a number: only then may there be a chart with values."""
    return sum(len(line.text) < 14 and any(map(str.isdigit, line.text)) for line in lines)


def colours(data: bytes, numbers: Sequence[int]) -> dict[str, dict[str, Any]]:
    """The colours of some pages as ``tints.of_json`` reads them, by number; damaged pages are left out."""
    file, found = _File(data), {}
    for number in numbers:
        try:
            found[str(number)] = to_json(tints_of(file.page(number)))
        except UnreadableDocument:
            continue
    return found


def _aligned(lines: tuple[Line, ...]) -> bool:
    """Whether lines stand beside each other in several rows: only then may rulings matter, which take time to find."""
    middles = sorted(line.place.box.top + line.place.box.height / 2 for line in lines)
    return sum(after - before < 0.006 for before, after in pairwise(middles)) >= 3


def _line(line: ReadLine, size: np.ndarray, number: int) -> Line:
    words = tuple(Word(text, 1.0, _place(quad, size, number)) for text, _, quad in line.words)
    return Line(line.text, 1.0, _place(line.quad, size, number), words)


def _place(quad: np.ndarray, size: np.ndarray, number: int) -> Place:
    one, two, three, four = ((round(float(x), 5), round(float(y), 5)) for x, y in np.clip(quad / size, 0, 1))
    return Place((one, two, three, four), number)
