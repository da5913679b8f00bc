"""Pages of words for the tests: rows of text with places, and the same drawn with Pillow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from groundstone.documents.base import Line, Page, Place, Word

WIDTH, HEIGHT = 1000, 1400
LETTER = 0.012  # width of a character of a page that is not drawn
Cell = tuple[float, str]  # where it starts, or ends when it begins with a figure or sign, as a fraction of the width


def page_of(rows: Sequence[Sequence[Cell]], confidence: float = 0.99, doubted: Sequence[str] = ()) -> Page:
    """A page with one line of words for each cell; figures are aligned at the right."""
    lines = []
    for number, row in enumerate(rows):
        top = 0.05 + 0.03 * number
        for at, text in row:
            wide = LETTER * len(text)
            left = at - wide if text[0] in "-$€0123456789" else at
            lines.append(_line(text, left, top, 0.01 if text in doubted else confidence))
    return Page(1, WIDTH, HEIGHT, tuple(lines))


def _line(text: str, left: float, top: float, confidence: float) -> Line:
    words, place = [], left
    for part in text.split(" "):
        wide = LETTER * len(part)
        words.append(Word(part, confidence, Place.of(place, top, wide, 0.014)))
        place += wide + LETTER
    return Line(text, confidence, Place.of(left, top, LETTER * len(text), 0.014), tuple(words))


class Drawn:
    """A page that is drawn: ``pixels``, and ``words`` as ``child_words.look`` takes them."""

    def __init__(self) -> None:
        self.picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
        self.words: list[list[Any]] = []
        self._pen = ImageDraw.Draw(self.picture)

    def write(self, right: float, base: float, text: str, line: int, size: float = 30, font: Any = None) -> list[float]:
        """A word that ends at ``right`` and stands on ``base``; its box."""
        font = font or ImageFont.load_default(size)
        left = right - font.getlength(text)
        self._pen.text((left, base), text, fill=(20, 20, 20), font=font, anchor="ls")
        x0, y0, x1, y1 = self._pen.textbbox((left, base), text, font=font, anchor="ls")
        corners = [x0, y0, x1, y0, x1, y1, x0, y1]
        places = [value / (HEIGHT if n % 2 else WIDTH) for n, value in enumerate(corners)]
        self.words.append([text, 0.99, line, *places])
        return [x0, y0, x1, y1]

    def digit(self, box: Sequence[float], text: str, at: int, char: str, shift: int = 0, font: Any = None) -> None:
        """Exchange one character of the word last written."""
        own = ImageFont.load_default(30)
        left = box[2] - own.getlength(text) + own.getlength(text[:at])
        wide = own.getlength(text[at])
        self._pen.rectangle([left - 0.5, box[1] - 6, left + wide - 1, box[3] + 6], fill="white")
        base = box[3] + shift
        self._pen.text((left, base), char, fill=(20, 20, 20), font=font or own, anchor="ls")
        word = self.words[-1]
        word[0] = text[:at] + char + text[at + 1 :]

    @property
    def pixels(self) -> NDArray[np.uint8]:
        return np.asarray(self.picture, np.uint8)


def statement(rows: int = 14) -> Drawn:
    """Rows of a label and two figures, all in one font."""
    drawn = Drawn()
    for number in range(rows):
        base = 90 + 60 * number
        drawn.write(330, base, f"Position{number}", number)
        drawn.write(600, base, f"{1234 + 617 * number % 9000}.{(37 * number) % 100:02d}", number + 100)
        drawn.write(900, base, f"{5678 + 2931 * number % 4000}.{(73 * number) % 100:02d}", number + 200)
    return drawn
