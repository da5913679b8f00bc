"""One file that was judged: what it is, what was said, and whether the place is right."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

import cv2
import numpy as np
from benchmarks.judgement.forgery.figures import auc
from benchmarks.judgement.forgery.page import Area
from numpy.typing import NDArray
from PIL import Image

from groundstone.forensics.base import Heat, Report

NEAR = 8  # pixels beside a changed region that still count as a hit
INKED = 20.0  # levels between the lightest and the darkest pixel from which a cell holds something
UNKNOWN = 0.5  # stands for the probability where none was given


@dataclass(frozen=True, slots=True)
class Judged:
    """``hit``: the centre of the first box lies in the changed region; ``hot``: that of the hottest cell (a share if
    several are as hot); ``windows`` and ``inked``: AUC of the cells within the page, all and those that are not blank.
    None where the page is genuine or there is nothing to measure.
    """

    key: str
    source: str
    part: str
    page: str
    seen: bool
    condition: str
    kind: str
    before: str
    after: str
    last: str
    aligned: bool
    forged: bool
    verdict: str
    probability: float | None
    low: float | None
    high: float | None
    evidence: tuple[str, ...]
    boxes: int
    hit: float | None
    hot: float | None
    windows: float | None
    inked: float | None
    seconds: float
    pixels: int
    error: str = ""
    changed: float = 0.0  # share of the page's pixels in changed places

    @property
    def score(self) -> float:
        return UNKNOWN if self.probability is None else self.probability

    def json(self) -> dict[str, Any]:
        return asdict(self)


def judged_of(told: dict[str, Any]) -> Judged:
    known = {field.name for field in fields(Judged)}
    return Judged(
        **{**{key: value for key, value in told.items() if key in known}, "evidence": tuple(told["evidence"])}
    )


def hits(report: Report, size: tuple[int, int], places: tuple[Area, ...]) -> tuple[float, float | None]:
    """``hit`` and ``hot`` of a forged page. ``size``: width and height in pixels. No box is a miss."""
    width, height = size
    hit = 0.0
    if report.boxes:
        first = report.boxes[0]
        across, down = (first.left + first.width / 2) * width, (first.top + first.height / 2) * height
        hit = float(any(place.holds(across, down, NEAR) for place in places))
    heat = _heat(report)
    return hit, None if heat is None else _hottest(heat, size, places)


def window_aucs(
    report: Report, pixels: NDArray[np.uint8], places: tuple[Area, ...]
) -> tuple[float | None, float | None]:
    """AUC of the cells of the heat-map: those that overlap a changed place by a quarter or more of the smaller of
    both against those that touch none; of all cells, and of those that are not blank paper."""
    heat = _heat(report)
    if heat is None:
        return None, None
    height, width = pixels.shape[:2]
    cells = _cells(heat)
    inside, touched = _labels(heat, (width, height), places)
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    blank = ~_written(grey, heat)
    return (
        auc(cells[inside], cells[~touched]),
        auc(cells[inside], cells[~touched & ~blank]),
    )


def size_of(data: NDArray[np.uint8]) -> tuple[int, int]:
    return int(data.shape[1]), int(data.shape[0])


def pixels_of(path: Any) -> NDArray[np.uint8]:
    with Image.open(path) as picture:
        return np.array(picture.convert("RGB"))


def _heat(report: Report) -> Heat | None:
    return report.pages[0].heat if report.pages else None


def _cells(heat: Heat) -> NDArray[np.uint8]:
    return np.frombuffer(heat.cells, np.uint8).reshape(heat.rows, heat.columns)


def _hottest(heat: Heat, size: tuple[int, int], places: tuple[Area, ...]) -> float:
    cells = _cells(heat)
    rows, columns = np.nonzero(cells == cells.max())
    across, down = (columns + 0.5) * size[0] / heat.columns, (rows + 0.5) * size[1] / heat.rows
    inside = [
        any(place.holds(x, y, NEAR) for place in places) for x, y in zip(across.tolist(), down.tolist(), strict=True)
    ]
    return float(np.mean(inside))


def _labels(heat: Heat, size: tuple[int, int], places: tuple[Area, ...]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    inside = np.zeros((heat.rows, heat.columns), bool)
    touched = inside.copy()
    wide, high = size[0] / heat.columns, size[1] / heat.rows
    lefts, tops = np.arange(heat.columns) * wide, np.arange(heat.rows) * high
    for place in places:
        across = np.clip(np.minimum(lefts + wide, place.right) - np.maximum(lefts, place.left), 0, None)
        down = np.clip(np.minimum(tops + high, place.bottom) - np.maximum(tops, place.top), 0, None)
        shared = np.outer(down, across)
        inside |= shared >= 0.25 * min(wide * high, max(1, place.width * place.height))
        touched |= shared > 0
    return inside, touched


def _written(grey: NDArray[np.uint8], heat: Heat) -> NDArray[np.bool_]:
    """Which cells hold something: their darkest pixel is far below their lightest one."""
    kernel = np.ones((max(1, grey.shape[0] // heat.rows), max(1, grey.shape[1] // heat.columns)), np.uint8)
    spread = cv2.dilate(grey, kernel).astype(np.int16) - cv2.erode(grey, kernel)
    rows = ((np.arange(heat.rows) + 0.5) * grey.shape[0] / heat.rows).astype(int)
    columns = ((np.arange(heat.columns) + 0.5) * grey.shape[1] / heat.columns).astype(int)
    return np.asarray(spread[np.ix_(rows, columns)] > INKED)
