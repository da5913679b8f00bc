"""Regions that stand twice on a scanned page: the same ink and the same noise.

Two genuine prints of a letter differ: each meets the scanner's pixels in another place, and each has noise of its own.
A copy has neither difference, and what a later save as JPEG adds is small. So a pair of letters counts as a copy only
where it differs far less than its page's other pairs of like letters do, and where the page has noise at all: on a page
that was drawn by a program, equal letters are equal pixels, and nothing can be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from groundstone.forensics.copies_exact import exact_copies
from groundstone.forensics.copies_letters import letter_copies
from groundstone.forensics.picture import Loaded

Grey = NDArray[np.uint8]

LEAST_NOISE = 0.3  # levels, standard deviation within blocks of blank paper
MAX_COPIES = 24
_ODDS_EXACT, _ODDS_ALIKE = 3.5, 2.0  # natural logarithms: hardly any genuine page has the first, few have the second
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
    if exact is None:
        return []
    letters = letter_copies(grey, words)
    found = [Copy(Area(*source), Area(*target), likeness) for source, target, likeness in (*exact, *letters)]
    kept: list[Copy] = []
    for one in sorted(found, key=lambda copy: (-copy.similarity, -copy.source.width * copy.source.height)):
        if not any(_same(one, other) for other in kept):
            kept.append(one)
    return kept[:MAX_COPIES]


def evidence(loaded: Loaded) -> list[dict[str, Any]]:
    """What copies on a page tell, as evidence in JSON; boxes are fractions of the page."""
    grey = np.asarray(cv2.cvtColor(loaded.rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    why = blind(grey)
    if why:
        return [{"kind": "copied", "text": f"{why[:1].upper()}{why[1:]}.", "odds": 0.0, "boxes": []}]
    found = find(grey)
    if not found:
        return []
    exact = any(one.similarity == 1 for one in found)
    places = "One region stands" if len(found) == 1 else f"{len(found)} regions stand"
    how = "the same in every pixel" if exact else "with the same ink and the same noise"
    areas = [area for one in found for area in (one.target, one.source)]
    return [
        {
            "kind": "copied",
            "text": f"{places} twice on the page, {how}.",
            "odds": _ODDS_EXACT if exact else _ODDS_ALIKE,
            "boxes": [_fractions(area, loaded) for area in areas],
        }
    ]


def _fractions(area: Area, loaded: Loaded) -> dict[str, float]:
    height, width = loaded.rgb.shape[:2]
    return {
        "left": area.left / width,
        "top": area.top / height,
        "width": area.width / width,
        "height": area.height / height,
    }


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
