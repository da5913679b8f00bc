"""Words of a bare picture, cheaply: edges, joined across to words, and what is connected."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_EDGE = 40  # grey levels within 3 x 3 pixels that make an edge of ink
_LEAST, _HIGHEST = 6, 90  # pixels of the height of a word


def find_words(pixels: NDArray[np.uint8]) -> list[tuple[int, int, int, int]]:
    """Boxes (left, top, right, bottom; pixels) of what looks like words on an RGB picture (H, W, 3), top to bottom.

    Rulings, pictures and specks are left out; words that stand close together may come as one.
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    ink = (cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > _EDGE).astype(np.uint8)
    ink = _without_rulings(ink)
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, 7), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found = []
    for left, top, wide, high, area in stats[1:count].tolist():
        dense = area / (wide * high) > 0.2 and not (high > 40 and area > 0.9 * wide * high)
        if _LEAST <= high <= _HIGHEST and wide >= 0.5 * high and wide <= 30 * high and dense:
            found.append((left, top, left + wide, top + high))
    return sorted(found, key=lambda rect: (rect[1], rect[0]))


def _without_rulings(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    across = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, 45), np.uint8))
    down = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((60, 1), np.uint8))
    return np.asarray(cv2.subtract(ink, cv2.max(across, down)), np.uint8)
