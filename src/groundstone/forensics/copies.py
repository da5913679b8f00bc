"""Regions that stand twice on a scanned page: the same ink and the same noise.

Two genuine prints of a letter differ: each meets the scanner's pixels in another place, and each has noise of its own.
A copy has neither difference, and what a later save as JPEG adds is small. So a pair of letters counts as a copy only
where it differs far less than its page's other pairs of like letters do, and where the page has noise at all: on a page
that was drawn by a program, equal letters are equal pixels, and nothing can be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from groundstone.forensics.copies_exact import exact_copies
from groundstone.forensics.copies_letters import letter_copies

Grey = NDArray[np.uint8]

LEAST_NOISE = 0.3  # levels, standard deviation within blocks of blank paper
MAX_COPIES = 24
_BLANK = 14  # levels between the darkest and the lightest pixel of a block of blank paper, noise averaged away


class Area(NamedTuple):
    """A rectangle in pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Copy:
    """A region that stands twice; which of the two came first, pixels do not tell.

    ``similarity``: 1 where every pixel is equal, else by how much less the two differ than like letters on this page.
    """

    source: Area
    target: Area
    similarity: float


def find(grey: Grey, words: NDArray[np.int64] | None = None) -> list[Copy]:
    """Copies on a page of 0 to 255 (H, W), the surest first; none where the page cannot tell (see ``blind``).

    ``words``: left, top, width, height of words in pixels (N, 4), if known; letters outside of them are left out.
    """
    if blind(grey):
        return []
    exact = exact_copies(grey)
    letters = letter_copies(grey, words)
    found = [Copy(Area(*source), Area(*target), likeness) for source, target, likeness in (*exact, *letters)]
    kept: list[Copy] = []
    for one in sorted(found, key=lambda copy: (-copy.similarity, -copy.source.width * copy.source.height)):
        if not any(_same(one, other) for other in kept):
            kept.append(one)
    return kept[:MAX_COPIES]


def blind(grey: Grey) -> str:
    """Why copies cannot be told from genuine repetitions on this page; "" where they can."""
    if min(grey.shape) < 64:
        return "the picture is too small to look for copied regions"
    if noise(grey) < LEAST_NOISE:
        return (
            "the paper shows no noise (a page drawn by a program, or cleaned by the scanner), so that equal letters "
            "may be equal pixels: copied regions cannot be told from repeated ones"
        )
    return ""


def noise(grey: Grey) -> float:
    """The median standard deviation within blocks of blank paper, in levels; 0 where there is hardly any paper."""
    rows, columns = (side // 8 * 8 for side in grey.shape)
    smooth = cv2.blur(grey, (5, 5))
    block, corner = np.ones((8, 8), np.uint8), (0, 0)
    high = cv2.dilate(smooth, block, anchor=corner)[:rows:8, :columns:8].astype(np.int16)
    low = cv2.erode(smooth, block, anchor=corner)[:rows:8, :columns:8]
    blank = (high - low <= _BLANK) & (low > 128)
    if blank.sum() < 50:
        return 0.0
    values = grey[:rows, :columns].astype(np.float32)
    mean = cv2.resize(values, (columns // 8, rows // 8), interpolation=cv2.INTER_AREA)
    square = cv2.resize(values * values, (columns // 8, rows // 8), interpolation=cv2.INTER_AREA)
    return float(np.sqrt(np.maximum(np.median((square - mean * mean)[blank]), 0)))


def _same(one: Copy, other: Copy) -> bool:
    return (_overlap(one.source, other.source) and _overlap(one.target, other.target)) or (
        _overlap(one.source, other.target) and _overlap(one.target, other.source)
    )


def _overlap(one: Area, other: Area) -> bool:
    across = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    down = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    return across > 0 and down > 0
