"""Characters of a line to words with places: blanks that were read, and gaps in the ink where a blank was missed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from groundstone.documents.ocr_detect import Picture, Quad
from groundstone.documents.ocr_read import HEIGHT, Characters, Strip

_GAP = 0.2 * HEIGHT  # pixels without ink that part two words, in a line whose letters stand closely
_GAPS = 3.0  # and they are this many times the usual gap between letters of the line
_AFTER_LABEL = 0.15 * HEIGHT  # the same behind the colon of a label
_THIN = 0.36 * HEIGHT  # and beside characters with much room around them
_DIGITS = 0.5 * HEIGHT  # and between digits
_STEP = 1.2  # and they stand this much further apart than letters of the line do
_SPELLED = 7  # letters of a word in capitals that make a zero in it unlikely: codes of bookings have six
_ZERO = re.compile(r"(?<=([^\W\d_]))0(?=[^\W\d_])|(?<=[a-zà-ÿ]{3}([a-zà-ÿ]))0$")
_ROOMY = frozenset("1lIij|.,'`-!/\\")
_BOXES = frozenset("□☐■☑☒○●◯")  # a character of its own, never part of a word
_APART = 1.6 * HEIGHT  # a gap that parts two lines, such as a label and its value


@dataclass(frozen=True, slots=True)
class Piece:
    """A word of a strip: from ``left`` to ``right`` in pixels of the strip."""

    text: str
    confidence: float
    left: float
    right: float


def lines_of(strip: Strip, said: Characters) -> list[list[Piece]]:
    """The words of a strip, in one list for each line: a wide gap parts what the detector took for one line."""
    pieces = words(strip.pixels, said)
    lines: list[list[Piece]] = []
    for piece in pieces:
        if lines and piece.left - lines[-1][-1].right < _APART:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return lines


def words(pixels: Picture, said: Characters) -> list[Piece]:
    """The words of a strip that shows one line."""
    wide = pixels.shape[1]
    centers = [place * wide for place in said.places]
    ink = _ink(pixels)
    gaps, pitch = _gaps(said.text, centers, ink), _pitch(said.text, centers, wide)
    usual = float(np.median(list(gaps.values()))) if gaps else 0.0
    groups: list[list[int]] = [[]]
    for index, character in enumerate(said.text):
        gap = gaps.get(index)
        step = (centers[index] - centers[index - 1]) / pitch
        if character.isspace() or (gap is not None and _parted(said.text, index, gap, usual, step)):
            groups.append([])
        if not character.isspace():
            groups[-1].append(index)
    return _placed([group for group in groups if group], said, centers, ink, pitch)


def quad_of(strip: Strip, left: float, right: float) -> Quad:
    """Where a part of a strip is on the page."""
    wide = strip.pixels.shape[1]
    start, end = left / wide, right / wide
    top_left, top_right, bottom_right, bottom_left = strip.quad
    top, bottom = top_right - top_left, bottom_right - bottom_left
    corners = [top_left + top * start, top_left + top * end, bottom_left + bottom * end, bottom_left + bottom * start]
    return np.array(corners, np.float32)


def _ink(pixels: Picture) -> NDArray[np.bool_]:
    """For each column whether it holds ink: pixels that differ from the ground, away from the upper and lower edge."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    _, dark = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    if dark.mean() > 0.5:
        dark = 1 - dark
    edge = HEIGHT // 8
    return np.asarray(dark[edge:-edge].sum(0) > 1, bool)


def _pitch(text: str, centers: Sequence[float], wide: int) -> float:
    """How far apart neighbouring characters stand."""
    steps = [b - a for (a, b), pair in zip(pairwise(centers), pairwise(text), strict=True) if " " not in pair]
    return float(np.median(steps)) if steps else min(wide, HEIGHT / 2)


def _gaps(text: str, centers: Sequence[float], ink: NDArray[np.bool_]) -> dict[int, int]:
    """For each character that follows another without a blank: the pixels without ink between the two."""
    return {
        index: _widest_gap(ink, centers[index - 1], centers[index])
        for index in range(1, len(text))
        if not (text[index].isspace() or text[index - 1].isspace())
    }


def _parted(text: str, index: int, gap: int, usual: float, step: float) -> bool:
    """Whether a word begins at ``index``, though no blank was read before it; ``step`` is in usual ones."""
    left, right = text[index - 1], text[index]
    if left in _BOXES or right in _BOXES:
        return True
    if left == ":" and not text[index - 2 : index - 1].isdigit() and right != ":":
        return gap >= _AFTER_LABEL
    least = _DIGITS if left.isdigit() and right.isdigit() else _THIN if {left, right} & _ROOMY else _GAP
    return gap >= max(least, _GAPS * usual) and step > _STEP


def _widest_gap(ink: NDArray[np.bool_], start: float, end: float) -> int:
    part = ink[int(start) : int(end) + 1]
    edges = np.flatnonzero(np.concatenate(([True], part, [True])))
    return int(np.diff(edges).max()) - 1


def _placed(
    groups: list[list[int]], said: Characters, centers: Sequence[float], ink: NDArray[np.bool_], pitch: float
) -> list[Piece]:
    """Words with their edges, which lie in the middle of the gaps and are then drawn in to the ink."""
    bounds = [0.0, *((centers[a[-1]] + centers[b[0]]) / 2 for a, b in pairwise(groups)), float(len(ink))]
    pieces = []
    for group, (start, end) in zip(groups, pairwise(bounds), strict=True):
        left = _drawn_in(ink, centers[group[0]], start, -1, pitch)
        right = _drawn_in(ink, centers[group[-1]], end, 1, pitch)
        chance = sum(said.chances[index] for index in group) / len(group)
        text = _spelled("".join(said.text[index] for index in group))
        pieces.append(Piece(text, chance, left, max(right, left + 1)))
    return pieces


def _spelled(word: str) -> str:
    """A zero among letters is an O: the two look alike, and no other digit in the word speaks for a number.

    >>> _spelled("BJ0RNSTAD"), _spelled("firmad0"), _spelled("X0Y"), _spelled("AB0C12")
    ('BJORNSTAD', 'firmado', 'X0Y', 'AB0C12')
    """
    letters = sum(character.isalpha() for character in word)
    few = 5 if word[1:] != word[1:].upper() else _SPELLED
    if "0" not in word or letters < few or any(character in "123456789" for character in word):
        return word
    return _ZERO.sub(lambda found: "o" if (found[1] or found[2]).islower() else "O", word)


def _drawn_in(ink: NDArray[np.bool_], center: float, bound: float, way: int, pitch: float) -> float:
    """The last column of ink on the way from a character's centre to the bound of its word."""
    a, b = sorted((int(center), int(bound)))
    filled = np.flatnonzero(ink[a:b])
    if not len(filled):
        near = center + way * pitch / 2
        return max(near, bound) if way < 0 else min(near, bound)
    gaps = np.flatnonzero(np.diff(filled) > HEIGHT * 0.8)  # ink beyond a wide gap is a neighbour's or a frame's
    if way < 0:
        return float(a + filled[gaps[-1] + 1 if len(gaps) else 0])
    return float(a + filled[gaps[0] if len(gaps) else -1] + 1)
