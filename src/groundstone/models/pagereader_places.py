"""Where the words of a page stand to each other, in steps that a network can learn from.

What the page reader sees of a page besides its words: for every two words how far the second one stands above or below
and left or right of the first, whether their left and right edges line up, and whether they run on in one line; and of
every word where it stands on the page, how high it is, and whether a box beside it is ticked. Edges are in heights of a
line of text, so that all of it is the same however large a page was photographed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundstone.models.base import PageWords

Ints = NDArray[np.int64]
_ASIDE = np.array([-30, -18, -10, -6, -3.5, -2, -1, -0.3, 0.3, 1, 2, 3.5, 6, 10, 18, 30])  # gap between two words
_DOWN = np.array([-12, -7, -4.5, -3, -2.2, -1.6, -1.1, -0.6, -0.25, 0.25, 0.6, 1.1, 1.6, 2.2, 3, 4.5, 7, 12])
_EDGES = np.array([-10, -3, -1, -0.35, 0.35, 1, 3, 10])  # from one left (or right) edge to the other
OVERLAP = 0.1  # heights that two words must share to stand above each other
ACROSS, DOWN, ALONG = len(_ASIDE) + 2, len(_DOWN) + 1, len(_EDGES) + 1
SIZES = {"joint": ACROSS * DOWN + 1, "left": 2 * ALONG + 1, "right": ALONG + 1}  # the last step: no word at all
STEPS = 16  # of the places on the page, and of heights
_LOWEST, _STEP = 0.4, 0.2  # of the heights of words


def relations(page: PageWords) -> dict[str, Ints]:
    """Steps for every two words: arrays (words, words), rows see columns; keys and numbers of steps as in SIZES."""
    left, top, right, bottom = page.boxes.T.astype(np.float64)
    middle = (top + bottom) / 2
    down = _steps(_DOWN, middle[None, :] - middle[:, None])
    shared = np.minimum(right[None], right[:, None]) - np.maximum(left[None], left[:, None])
    after = left[None, :] >= right[:, None] - OVERLAP
    gap = np.where(after, left[None, :] - right[:, None], right[None, :] - left[:, None])
    aside = np.where(shared > OVERLAP, ACROSS - 1, _steps(_ASIDE, gap))
    one_line = page.lines[None] == page.lines[:, None]
    return {
        "joint": down * ACROSS + aside,
        "left": _steps(_EDGES, left[None] - left[:, None]) * 2 + one_line,
        "right": _steps(_EDGES, right[None] - right[:, None]),
    }


def _steps(edges: NDArray[np.float64], distances: NDArray[np.float64]) -> Ints:
    """Rounded, so that a page that lies a little elsewhere gives the same steps."""
    return np.asarray(np.searchsorted(edges, np.round(distances, 3)), np.int64)


def places(page: PageWords) -> Ints:
    """Steps across and down the page and of height: an array (words, 3)."""
    left, top, right, bottom = page.boxes.T.astype(np.float64)
    wide, high = max(right.max() - left.min(), 1.0), max(bottom.max() - top.min(), 1.0)
    across, down = (left - left.min()) / wide * (STEPS - 1), (top - top.min()) / high * (STEPS - 1)
    tall = (bottom - top - _LOWEST) / _STEP
    steps = np.round(np.stack([across, down, tall], axis=1), 3)
    return np.asarray(np.clip(steps, 0, STEPS - 1), np.int64)
