"""Whether the heat of a page is where the page was changed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundstone.forensics.base import Heat
from groundstone.forensics.rates import area
from groundstone.records import Box

SIDE = 3  # cells of a window


def hit_and_area(heat: Heat, changed: bytes, first: Box | None) -> tuple[bool | None, float | None]:
    """Whether the hottest window holds a changed cell, and the area under the ROC curve of all windows.

    A window is 3 x 3 cells. ``changed``: 1 for each cell of the heat that was changed. ``first``: the place that the
    report names first; where several windows are equally hot, one in it is taken. For the area, windows count that
    have any heat: of white paper nobody wonders whether it was changed. None where nothing was changed.
    """
    cells = np.frombuffer(heat.cells, np.uint8).reshape(heat.rows, heat.columns)
    truth = np.frombuffer(changed, np.uint8).reshape(heat.rows, heat.columns) > 0
    if not truth.any():
        return None, None
    hot, near = windows(cells), windows(truth.astype(np.float64)) > 0
    order = hot + _inside(heat, first) * 1e-3
    hit = bool(near.flat[int(order.argmax())])
    seen = (hot > 0) | truth
    labels = truth[seen].astype(np.int64)
    return hit, area(hot[seen], labels) if 0 < labels.sum() < len(labels) else None


def windows(cells: NDArray[np.float64] | NDArray[np.uint8]) -> NDArray[np.float64]:
    """Mean of each cell and its neighbours; beyond the edge there is nothing."""
    wide = np.pad(cells.astype(np.float64), SIDE // 2)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(wide, (SIDE, SIDE)).mean(axis=(2, 3)))


def _inside(heat: Heat, box: Box | None) -> NDArray[np.float64]:
    found = np.zeros((heat.rows, heat.columns))
    if box is not None:
        top, left = int(box.top * heat.rows), int(box.left * heat.columns)
        bottom, right = (box.top + box.height) * heat.rows, (box.left + box.width) * heat.columns
        found[top : max(top + 1, round(bottom)), left : max(left + 1, round(right))] = 1
    return found
