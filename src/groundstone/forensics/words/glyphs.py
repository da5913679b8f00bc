"""The ink of a page's words, cut into characters and measured. Loaded only where pixels are looked at.

All places are pixels of the page turned upright. ``Glyphs`` holds one row for each character that could be told apart:
a word counts only where it falls into as many pieces of ink as it has characters.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

SIDE = 20  # pixels of a patch
HIGH = 14.0  # of which a character's height fills so many
MOST_GLYPHS = 900  # of a page that are measured
LEAST_HEIGHT, MOST_HEIGHT = 8, 160  # pixels of a word
CONTRAST = 40.0  # levels of grey between ink and paper below which a word is not looked at
HALF = 0.5  # share of the ink's darkness where a stroke begins
SMALL = 0.012  # share of a word's squared height below which a piece is a speck


@dataclass(frozen=True, slots=True)
class Placed:
    """A word on the upright page: ``box`` is left, top, right, bottom in pixels; ``line`` the number of its line."""

    text: str
    confidence: float
    box: tuple[float, float, float, float]
    line: int


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Rows of characters: ``word`` is the place of the word in the list, ``at`` that of the character in the word.

    ``edges``: left, top, right, bottom to parts of a pixel. ``dark``: levels of grey below the paper. ``sharp``: the
    steepest step of the edge as a share of ``dark``. ``mass``: ink in squared heights of the character. ``patches``:
    the characters brought to one height, centred on their ink, mean 0, length 1.
    """

    text: str
    word: NDArray[np.int32]
    at: NDArray[np.int32]
    edges: Floats
    dark: Floats
    sharp: Floats
    mass: Floats
    patches: Floats

    @property
    def height(self) -> Floats:
        return np.asarray(self.edges[:, 3] - self.edges[:, 1], np.float32)


def darkness(pixels: Pixels) -> Floats:
    """How much darker than the paper around it each pixel is, in levels of grey."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    height, width = grey.shape
    small = cv2.resize(grey, (max(1, width // 4), max(1, height // 4)), interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(cv2.dilate(small, np.ones((11, 11), np.uint8)), (0, 0), 5)
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.subtract(paper, grey), np.float32)


def glyphs_of(dark: Floats, words: Sequence[Placed]) -> Glyphs:
    """The characters of all words that can be cut; words with figures first where there are too many."""
    order = sorted(range(len(words)), key=lambda n: not any(char.isdigit() for char in words[n].text))
    found: list[_Glyph] = []
    for n in order:
        if len(found) > MOST_GLYPHS:
            break
        found += _cut(dark, words[n], n)
    return _table(found)


@dataclass(frozen=True, slots=True)
class _Glyph:
    char: str
    word: int
    at: int
    edges: tuple[float, float, float, float]
    dark: float
    sharp: float
    mass: float
    patch: Floats


def _table(found: Sequence[_Glyph]) -> Glyphs:
    patches = np.array([one.patch for one in found], np.float32).reshape(len(found), SIDE * SIDE)
    patches -= patches.mean(1, keepdims=True)
    patches /= np.maximum(np.linalg.norm(patches, axis=1, keepdims=True), 1e-6)
    return Glyphs(
        "".join(one.char for one in found),
        np.array([one.word for one in found], np.int32),
        np.array([one.at for one in found], np.int32),
        np.array([one.edges for one in found], np.float32).reshape(-1, 4),
        np.array([one.dark for one in found], np.float32),
        np.array([one.sharp for one in found], np.float32),
        np.array([one.mass for one in found], np.float32),
        patches,
    )


def _cut(dark: Floats, word: Placed, number: int) -> Iterator[_Glyph]:
    left, top, right, bottom = word.box
    high = bottom - top
    if not LEAST_HEIGHT <= high <= MOST_HEIGHT or right - left < 2 or len(word.text) > 40:
        return
    x0, y0 = max(0, int(left - 0.12 * high)), max(0, int(top - 0.25 * high))
    crop = dark[y0 : int(bottom + 0.25 * high) + 2, x0 : int(right + 0.12 * high) + 2]
    if crop.size == 0:
        return
    ink = _top(crop, 0.02 if len(word.text) < 3 else 0.05)
    if ink < CONTRAST:
        return
    pieces = _pieces(crop > HALF * ink, high, (top - y0, bottom - y0), (left - x0, right - x0))
    if len(pieces) == len(word.text):
        for at, (char, piece) in enumerate(zip(word.text, pieces, strict=True)):
            yield _measured(crop, piece, ink, char, number, at, (x0, y0))


def _pieces(
    ink: NDArray[np.bool_], high: float, rows: tuple[float, float], across: tuple[float, float]
) -> list[tuple[int, int, int, int]]:
    """Boxes (left, top, right, bottom) of the pieces of ink from the left; those above each other are one."""
    count, _, stats, centres = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    boxes: list[tuple[int, int, int, int]] = []
    for (x, y, wide, tall, area), (middle, down) in zip(
        stats[1:count].tolist(), centres[1:count].tolist(), strict=True
    ):
        inside = rows[0] - 0.1 * high < down < rows[1] + 0.1 * high and across[0] - 2 < middle < across[1] + 2
        if inside and area >= SMALL * high * high * 0.3 and wide < 2.2 * high and tall < 1.3 * high:
            boxes.append((x, y, x + wide, y + tall))
    merged: list[tuple[int, int, int, int]] = []
    for box in sorted(boxes):
        if merged and _above(merged[-1], box):
            a = merged.pop()
            box = (min(a[0], box[0]), min(a[1], box[1]), max(a[2], box[2]), max(a[3], box[3]))
        merged.append(box)
    return merged


def _above(first: tuple[int, int, int, int], second: tuple[int, int, int, int]) -> bool:
    shared = min(first[2], second[2]) - max(first[0], second[0])
    return shared > 0.5 * min(first[2] - first[0], second[2] - second[0])


def _measured(
    crop: Floats, piece: tuple[int, int, int, int], ink: float, char: str, word: int, at: int, start: tuple[int, int]
) -> _Glyph:
    x0, y0, x1, y1 = max(0, piece[0] - 1), max(0, piece[1] - 1), piece[2] + 1, piece[3] + 1
    part = crop[y0:y1, x0:x1]
    level = _top(part, 0.05)
    left, right = _span(part.max(0), HALF * level)
    top, bottom = _span(part.max(1), HALF * level)
    steps = cv2.absdiff(part[:, 1:], part[:, :-1]).max(1)
    sharp = math.sqrt(float(steps @ steps) / len(steps)) / max(level, 1.0)
    high = max(bottom - top, 1.0)
    mass = float(part.sum()) / max(level, 1.0) / (high * high)
    edges = (start[0] + x0 + left, start[1] + y0 + top, start[0] + x0 + right, start[1] + y0 + bottom)
    patch = _patch(part, (left + right) / 2, (top + bottom) / 2, HIGH / high)
    return _Glyph(char, word, at, edges, level, sharp, mass, patch)


def _top(values: Floats, share: float) -> float:
    """The value that this share of the values exceeds."""
    rank = int((1 - share) * (values.size - 1))
    return float(np.partition(values, rank, axis=None)[rank])


def _span(profile: Floats, level: float) -> tuple[float, float]:
    """Where a profile first rises above a level and last falls below it, between pixels; edges of pixels count."""
    above = np.flatnonzero(profile >= level)
    if not len(above):
        return 0.0, float(len(profile))
    first, last = int(above[0]), int(above[-1])
    before = float(profile[first - 1]) if first else 0.0
    after = float(profile[last + 1]) if last + 1 < len(profile) else 0.0
    start = first + 0.5 - _share(float(profile[first]), before, level)
    return start, last + 0.5 + _share(float(profile[last]), after, level)


def _share(inside: float, outside: float, level: float) -> float:
    return min(1.0, (inside - level) / max(inside - outside, 1e-6))


def _patch(part: Floats, across: float, down: float, scale: float) -> Floats:
    """The character at ``scale``, its middle in the middle."""
    middle = (SIDE - 1) / 2
    turn: Any = np.array(
        [[scale, 0, middle - scale * (across - 0.5)], [0, scale, middle - scale * (down - 0.5)]], np.float32
    )
    source = cv2.blur(part, (2, 2)) if scale < 0.5 else part
    return np.asarray(cv2.warpAffine(source, turn, (SIDE, SIDE), flags=cv2.INTER_LINEAR).ravel(), np.float32)
