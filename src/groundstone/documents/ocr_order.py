"""Lines in the order in which a person reads them: rows from the top, each from the left; columns of prose in turn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from groundstone.documents.ocr_detect import Quad

_PROSE = 12.0  # lines of prose are this much longer than high
_FILLED = 0.6  # and fill this much of their column
_LINES = 4  # a column of prose has at least this many


@dataclass(frozen=True, slots=True)
class _Box:
    """A line on the page turned upright."""

    index: int
    left: float
    right: float
    top: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def reading_order(quads: Sequence[Quad], angle: float) -> list[int]:
    """Places in ``quads``, in reading order, for text that runs at ``angle`` degrees."""
    return [box.index for box in _ordered(_boxes(quads, angle), 0)]


def _boxes(quads: Sequence[Quad], angle: float) -> list[_Box]:
    turn = math.radians(angle)
    axes = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    boxes = []
    for index, quad in enumerate(quads):
        flat = quad @ axes.T
        # along the middle of the line, so that a slanted line does not look higher than it is
        height = min(float(np.ptp(flat[:, 1])), float(np.hypot(*(quad[3] - quad[0]))))
        middle = float(flat[:, 1].mean())
        boxes.append(
            _Box(index, float(flat[:, 0].min()), float(flat[:, 0].max()), middle - height / 2, middle + height / 2)
        )
    return boxes


def _ordered(boxes: list[_Box], depth: int) -> list[_Box]:
    if depth < 4 and (parts := _columns(boxes)):
        return [box for part in parts for box in _ordered(part, depth + 1)]
    return [box for row in _rows(boxes) for box in sorted(row, key=lambda box: (box.left, box.top))]


def _rows(boxes: list[_Box]) -> list[list[_Box]]:
    """Lines that stand beside each other: the middle of one is within the upper and lower edge of the row's last."""
    rows: list[list[_Box]] = []
    for box in sorted(boxes, key=lambda box: (box.middle, box.left)):
        row = next((row for row in rows[-3:] if _beside(row, box)), None)
        if row is None:
            rows.append([box])
        else:
            row.append(box)
    return rows


def _beside(row: list[_Box], box: _Box) -> bool:
    near = min(row, key=lambda other: max(other.left - box.right, box.left - other.right))
    overlap = min(near.bottom, box.bottom) - max(near.top, box.top)
    if any(
        min(o.right, box.right) - max(o.left, box.left) > 0.5 * min(o.right - o.left, box.right - box.left) for o in row
    ):
        return False  # one above the other
    return overlap > 0.5 * min(near.height, box.height)


def _columns(boxes: list[_Box]) -> list[list[_Box]]:
    """The parts above, left of, right of and below a gutter between two columns of prose; none where there is no such.

    A form's labels and values stand in columns as well, but they are short and belong together by rows.
    """
    if len(boxes) < 2 * _LINES:
        return []
    for gutter in _gutters(boxes):
        crossing = [box for box in boxes if box.left < gutter < box.right]
        for top, bottom in _bands(boxes, crossing):
            inside = [box for box in boxes if top < box.middle < bottom and box not in crossing]
            left, right = ([b for b in inside if b.right <= gutter], [b for b in inside if b.left >= gutter])
            if _prose(left) and _prose(right):
                above = [box for box in boxes if box not in inside and box.middle <= top]
                below = [box for box in boxes if box not in inside and box.middle > top]
                return [part for part in (above, left, right, below) if part]
    return []


def _gutters(boxes: list[_Box]) -> list[float]:
    """Places between left edges of lines and the right edges before them, the emptiest first; at most a few."""
    edges = np.array([[box.left, box.right] for box in boxes])
    places = {round(box.left, 1) - 1 for box in boxes}
    crossed = sorted((int(((edges[:, 0] < place) & (edges[:, 1] > place)).sum()), place) for place in places)
    sides = (edges[:, 0].min() + 1, edges[:, 0].max())
    return [place for count, place in crossed if sides[0] < place <= sides[1] and count <= len(boxes) / 3][:8]


def _bands(boxes: list[_Box], crossing: list[_Box]) -> list[tuple[float, float]]:
    """The stretches of the page between lines that cross the gutter."""
    cuts = [-math.inf, *sorted(box.middle for box in crossing), math.inf]
    return list(pairwise(cuts))


def _prose(column: list[_Box]) -> bool:
    if len(column) < _LINES:
        return False
    width = max(box.right for box in column) - min(box.left for box in column)
    full = [box for box in column if box.right - box.left > _FILLED * width]
    long = [box for box in column if box.right - box.left > _PROSE * box.height]
    return len(full) >= 0.6 * len(column) and len(long) >= 0.6 * len(column)
