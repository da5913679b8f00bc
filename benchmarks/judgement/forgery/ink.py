"""What the pixels around a word tell: paper, ink, where its letters stand, and paper to cover it with."""

from __future__ import annotations

import cv2
import numpy as np
from benchmarks.judgement.forgery.page import Area, Dice, Pixels
from numpy.typing import NDArray

CONTRAST = 55  # levels between paper and ink from which a word is clear enough to be forged


def grey(pixels: Pixels) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def paper(pixels: Pixels, area: Area) -> NDArray[np.float64]:
    """The colour of the paper around a place: the median of the brighter half."""
    around = area.grown(3, pixels).of(pixels).reshape(-1, 3)
    light = around.sum(axis=1)
    return np.asarray(np.median(around[light >= np.median(light)], axis=0), np.float64)


def ink(pixels: Pixels, area: Area) -> NDArray[np.float64]:
    """The colour of the ink in a place: the median of the darkest eighth."""
    inside = area.of(pixels).reshape(-1, 3)
    light = inside.sum(axis=1)
    return np.asarray(np.median(inside[light <= np.quantile(light, 0.125)], axis=0), np.float64)


def inked(pixels: Pixels, area: Area) -> NDArray[np.bool_]:
    """Which pixels of a place are ink: darker than the middle between paper and ink."""
    middle = (paper(pixels, area).mean() + ink(pixels, area).mean()) / 2
    return np.asarray(area.of(pixels).mean(axis=2) < middle)


def clear(pixels: Pixels, area: Area) -> bool:
    """Dark letters on light paper, large enough to read, and no solid bar."""
    if area.width < 5 or area.height < 7:
        return False
    if paper(pixels, area).mean() - ink(pixels, area).mean() < CONTRAST:
        return False
    return bool(0.04 < inked(pixels, area).mean() < 0.65)


def tight(pixels: Pixels, area: Area) -> Area:
    """The smallest rectangle around the ink of a place; the place itself where there is none."""
    dark = inked(pixels, area)
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    if not rows.size:
        return area
    return Area(
        area.left + int(columns[0]), area.top + int(rows[0]), area.left + int(columns[-1]) + 1,
        area.top + int(rows[-1]) + 1,
    )  # fmt: skip


def runs(pixels: Pixels, area: Area, gap: int = 1) -> list[Area]:
    """Ink that hangs together across, left to right: letters with ``gap`` 1, words with a wider one."""
    columns = np.flatnonzero(inked(pixels, area).any(axis=0))
    if not columns.size:
        return []
    cuts = np.flatnonzero(np.diff(columns) > gap)
    firsts, lasts = columns[np.r_[0, cuts + 1]], columns[np.r_[cuts, columns.size - 1]]
    edges = zip(firsts.tolist(), lasts.tolist(), strict=True)
    return [Area(area.left + first, area.top, area.left + last + 1, area.bottom) for first, last in edges]


def empty(pixels: Pixels, area: Area) -> bool:
    """Whether a place lies on the page and is nothing but paper."""
    height, width = pixels.shape[:2]
    if area.left < 0 or area.top < 0 or area.right > width or area.bottom > height or not area.width * area.height:
        return False
    levels = area.of(pixels).mean(axis=2)
    return bool(levels.mean() > 120 and levels.min() > levels.mean() - 35)


def cover(pixels: Pixels, area: Area, dice: Dice, way: str) -> None:
    """Hide what stands in a place: ``clone`` of blank paper nearby, ``flat`` colour, ``telea`` or ``ns`` inpainting."""
    if way == "clone" and (blank := _blank(pixels, area, dice)):
        area.of(pixels)[:] = blank.of(pixels).copy()
    elif way == "flat":
        area.of(pixels)[:] = np.round(paper(pixels, area)).astype(np.uint8)
    else:
        _inpaint(pixels, area, cv2.INPAINT_NS if way == "ns" else cv2.INPAINT_TELEA, dice.random.randint(3, 6))


def _blank(pixels: Pixels, area: Area, dice: Dice) -> Area | None:
    ways = [(0, down) for down in (-1, 1, -2, 2)] + [(across, 0) for across in (1, -1)]
    dice.random.shuffle(ways)
    steps = [
        (across * (area.width + dice.random.randint(1, 9)), down * (area.height + dice.random.randint(0, 9)))
        for across, down in ways
    ]
    here = paper(pixels, area)
    blanks = (found for step in steps if empty(pixels, found := area.moved(*step)))
    return next((blank for blank in blanks if np.abs(paper(pixels, blank) - here).max() < 12), None)


def _inpaint(pixels: Pixels, area: Area, method: int, radius: int) -> None:
    around = area.grown(4 * radius, pixels)
    mask = np.zeros((around.height, around.width), np.uint8)
    inside = area.moved(-around.left, -around.top)
    mask[inside.top : inside.bottom, inside.left : inside.right] = 255
    around.of(pixels)[:] = cv2.inpaint(np.ascontiguousarray(around.of(pixels)), mask, radius, method)
