"""Characters that a PDF page holds itself, put together to words and lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from groundstone.documents.decode_pdf import Letter
from groundstone.documents.ocr import ReadLine, ReadPage
from groundstone.documents.ocr_detect import Quad
from groundstone.documents.ocr_order import reading_order

_APART = 1.2  # heights of a letter between two words that are not in one line
_LIGATURES = range(0xFB00, 0xFB07)


@dataclass
class _Group:
    """Letters of a word, or words of a line."""

    parts: list[Letter] = field(default_factory=list)

    @property
    def box(self) -> tuple[float, float, float, float]:
        boxes = np.array([part.box for part in self.parts])
        return (*boxes[:, :2].min(0), *boxes[:, 2:].max(0))


def garbage(letters: Iterable[Letter]) -> float:
    """The share of characters without a meaning: a font that names none, or a private area of Unicode."""
    texts = [letter.text for letter in letters if not letter.text.isspace()]
    bad = sum(text == "\ufffd" or unicodedata.category(text) in ("Co", "Cn", "Cc") for text in texts)
    return bad / len(texts) if texts else 0.0


def read_letters(letters: list[Letter], width: float, height: float) -> ReadPage:
    """Words and lines of a page of ``width`` x ``height`` points; places are points."""
    angle = _main_angle(letters)
    lines = [line for words in _lines(letters, width, height) if (line := _line(words, width, height))]
    order = reading_order([line.quad for line in lines], angle)
    return ReadPage(tuple(lines[index] for index in order), round(angle % 360, 1) % 360)


def _main_angle(letters: list[Letter]) -> float:
    angles = [round(letter.angle) % 360 for letter in letters if not letter.text.isspace()]
    return float(max(set(angles), key=angles.count)) if angles else 0.0


def _lines(letters: list[Letter], width: float, height: float) -> list[list[list[Letter]]]:
    lines: list[list[list[Letter]]] = [[[]]]
    last: Letter | None = None
    for letter in letters:
        if letter.text == "\n":
            lines.append([[]])
            last = None
        elif letter.text.isspace():
            lines[-1].append([])
        else:
            if last and _breaks(last, letter, width, height):
                lines.append([[]])
            lines[-1][-1].append(letter)
            last = letter
    return [[word for word in line if word] for line in lines if any(line)]


def _breaks(last: Letter, letter: Letter, width: float, height: float) -> bool:
    """Whether two letters that follow each other in the file are too far apart for one line."""
    if abs((letter.angle - last.angle + 180) % 360 - 180) > 2:
        return True
    scale = np.array([width, height, width, height])
    a, b = np.array(last.box) * scale, np.array(letter.box) * scale
    turn = np.radians(letter.angle)
    step = (b[:2] + b[2:] - a[:2] - a[2:]) / 2
    along, across = step @ (np.cos(turn), np.sin(turn)), step @ (-np.sin(turn), np.cos(turn))
    upright = round(letter.angle / 90) % 2 == 0
    high = max(a[3] - a[1], b[3] - b[1]) if upright else max(a[2] - a[0], b[2] - b[0])
    wide = (a[2] - a[0] + b[2] - b[0]) / 2 if upright else (a[3] - a[1] + b[3] - b[1]) / 2
    return bool(abs(across) > 0.6 * high or along - wide > _APART * high or along < -0.5 * high - wide)


def _line(words: list[list[Letter]], width: float, height: float) -> ReadLine | None:
    read = [(text, 1.0, _quad(word, width, height)) for word in words if (text := _text(word))]
    if not read:
        return None
    letters = [letter for word in words for letter in word]
    return ReadLine(_quad(letters, width, height), tuple(read))


def _text(word: list[Letter]) -> str:
    text = "".join(
        unicodedata.normalize("NFKC", part.text) if ord(part.text) in _LIGATURES else part.text for part in word
    )
    return "".join(part for part in text if part.isprintable() and not part.isspace())


def _quad(letters: list[Letter], width: float, height: float) -> Quad:
    """The box around letters, its corners from the text's own top left on."""
    left, top, right, bottom = _Group(letters).box
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    corners = np.clip(corners, 0, 1) * np.array([width, height], np.float32)
    return np.roll(corners, -(round(letters[0].angle / 90) % 4), axis=0)
