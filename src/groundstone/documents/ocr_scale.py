"""How large a picture the detector needs. Its cost grows with the pixels, and it finds letters of ten pixels well.

Before the detector looks, the size of the letters is guessed from the specks of ink; what it finds then tells the real
height of the lines, and where they are too low for its eye it looks again at a larger picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from groundstone.documents.ocr_detect import Picture

_LETTER = 13.0  # pixels that a small letter should be high in the picture that the detector sees
_LOWEST, _TYPICAL = 11.5, 15.0  # pixels of the lowest tenth of the lines, and of most, that are found well
_HUGE = 72.0  # pixels of most lines that are too high for it
_WANTED = 20.0  # pixels of most lines in a second look
_AT_FIRST = 1_600_000  # pixels of the first look
_MOST = 3_300_000  # pixels of the second: its memory grows with them
_LEAST = 320  # pixels of the shorter side, if the picture has as many
_LARGEST = 3.0  # a picture is never made larger than this
_LOOKED_AT = 4_000_000  # pixels on which specks are measured
_SPECKS = 25  # fewer say nothing


def first(picture: Picture) -> float:
    """The scale for the first look: never a larger picture than there is."""
    height, width = picture.shape[:2]
    letter = letter_height(picture)
    return _bounded(min(_LETTER / letter, 1.0) if letter else 1.0, width, height, _AT_FIRST)


def better(picture: Picture, scale: float, lines: Sequence[float]) -> float | None:
    """A scale for a second look, None when the first was enough; ``lines`` are heights as the detector saw them."""
    height, width = picture.shape[:2]
    low, typical = np.quantile(lines, (0.1, 0.5)) if lines else (_LOWEST, 0.0)
    if low >= _LOWEST and _TYPICAL <= typical <= _HUGE:
        return None
    if not lines:
        wanted = 1.0
    elif typical > _HUGE:  # edges of large letters are not seen as one line
        wanted = scale * max(_WANTED / typical, _TYPICAL / low)
    else:
        wanted = scale * _WANTED / min(typical, low * _TYPICAL / _LOWEST)
    bounded = _bounded(wanted, width, height, _MOST)
    return None if 0.8 * scale < bounded < 1.2 * scale else bounded


def letter_height(picture: Picture) -> float | None:
    """The height in pixels of a small letter among the specks of ink that look like letters; None for too few."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    part = min(1.0, math.sqrt(_LOOKED_AT / grey.size))
    if part < 1:
        grey = cv2.resize(grey, None, fx=part, fy=part, interpolation=cv2.INTER_AREA)
    around = max(15, (min(grey.shape) // 40) | 1)
    ink = cv2.adaptiveThreshold(grey, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, around, 12)
    _, _, specks, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    wide, high, area = specks[1:, cv2.CC_STAT_WIDTH], specks[1:, cv2.CC_STAT_HEIGHT], specks[1:, cv2.CC_STAT_AREA]
    like = (
        (np.minimum(wide, high) >= 3)
        & (np.maximum(wide, high) < 4 * np.minimum(wide, high))
        & (np.maximum(wide, high) >= 6)
    )
    like &= (area > 0.12 * wide * high) & (np.maximum(wide, high) < min(grey.shape) / 6)
    sides = np.maximum(wide, high)[like]
    return float(np.quantile(sides, 0.4)) / part if len(sides) >= _SPECKS else None


def _bounded(scale: float, width: int, height: int, pixels: int) -> float:
    least = min(1.0, _LEAST / min(width, height))
    most = min(_LARGEST, math.sqrt(pixels / (width * height)))
    return min(max(scale, least), most)
