"""Regions whose every pixel stands twice: pasted, and saved without loss or not at all.

Each window of 8 x 8 pixels is given a number by its content. Of all windows those are kept whose number ends in zeros,
so that a region and its copy keep the same ones (the sampling of "content-defined chunking", Muthitacharoen and others
2001). Equal numbers vote for the way from one to the other; where enough agree, the pixels are compared.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Rect = tuple[int, int, int, int]  # left, top, width, height

_SIDE = 8
_KEPT = 16  # one window in this many is looked at
_RANGE = 4  # levels that a window must span
_OFTEN = 4  # times that a window may come up; more often it is a pattern
_PATTERN = 0.5  # share of windows that come up more often, from which the paper is a pattern
_VOTES = 5
_WAYS = 40  # ways between regions that are followed
_EVERYWHERE = 0.02  # share of windows with an equal, from which the page is a pattern
_AREA = 250  # equal pixels, with more than a smooth ground among them
_ALIVE = 0.5  # share of the equal pixels that differ from a neighbour
_MANY_BLOCKS, _INK = 2500, 40  # strong JPEG compression makes some blocks of paper equal, not of ink, and not many


def exact_copies(grey: Grey) -> list[tuple[Rect, Rect, float]] | None:
    """Source, target and 1.0 of regions that are equal pixel by pixel.

    None where the paper is a pattern that repeats itself all over, so that equal regions mean nothing.
    """
    numbers, places = _windows(grey)
    if _is_pattern(numbers):
        return None
    first, second = _equal(numbers, places)
    if len(first) < _VOTES or len(first) > _EVERYWHERE * len(places):
        return []
    found = []
    for way, starts in _ways(first, second):
        for start in _groups(starts):
            rect = _grown(grey, start, way)
            if rect:
                left, top, wide, high = rect
                found.append((rect, (left + way[0], top + way[1], wide, high), 1.0))
    return found


def _windows(grey: Grey) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of the windows kept (N) and their x, y (N, 2)."""
    chance = np.random.default_rng(20)
    across, down = (chance.integers(2**10, 2**19, _SIDE).astype(np.float64) for _ in range(2))
    corner = (0, 0)
    sums = cv2.sepFilter2D(grey, cv2.CV_64F, across, down, anchor=corner, borderType=cv2.BORDER_REFLECT)
    numbers = sums[: -_SIDE + 1, : -_SIDE + 1].astype(np.int64)  # below 2**53: sums are exact
    block = np.ones((_SIDE, _SIDE), np.uint8)
    spread = cv2.dilate(grey, block, anchor=corner) - cv2.erode(grey, block, anchor=corner)
    mixed = (numbers ^ (numbers >> 21)) % 1021 < 1021 // _KEPT
    y, x = np.nonzero(mixed & (spread[: -_SIDE + 1, : -_SIDE + 1] >= _RANGE))
    return numbers[y, x], np.stack([x, y], axis=1)


def _is_pattern(numbers: NDArray[np.int64]) -> bool:
    _, counts = np.unique(numbers, return_counts=True)
    return bool(counts[counts > _OFTEN].sum() > _PATTERN * len(numbers))


def _equal(numbers: NDArray[np.int64], places: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of equal windows, side by side, the upper or left one first; those of patterns left out."""
    if not len(numbers):
        return places, places
    order = np.argsort(numbers, kind="stable")
    sorted_ = numbers[order]
    edges = np.flatnonzero(np.diff(sorted_)) + 1
    sizes = np.diff(np.concatenate([[0], edges, [len(sorted_)]]))
    often = np.repeat(sizes, sizes)
    first, second = [], []
    for step in range(1, _OFTEN):
        same = (sorted_[step:] == sorted_[:-step]) & (often[step:] <= _OFTEN)
        first.append(order[:-step][same])
        second.append(order[step:][same])
    one, other = places[np.concatenate(first)], places[np.concatenate(second)]
    apart = np.abs(one - other).max(axis=1) >= _SIDE
    one, other = one[apart], other[apart]
    swap = (one[:, 1] > other[:, 1]) | ((one[:, 1] == other[:, 1]) & (one[:, 0] > other[:, 0]))
    return np.where(swap[:, None], other, one), np.where(swap[:, None], one, other)


def _ways(first: NDArray[np.int64], second: NDArray[np.int64]) -> Iterator[tuple[tuple[int, int], NDArray[np.int64]]]:
    """Ways that several pairs share, and where they start, the most frequent first."""
    ways, at, counts = np.unique(second - first, axis=0, return_inverse=True, return_counts=True)
    for number in np.argsort(-counts, kind="stable")[:_WAYS]:
        if counts[number] < _VOTES:
            return
        yield (int(ways[number, 0]), int(ways[number, 1])), first[at.ravel() == number]


def _groups(starts: NDArray[np.int64]) -> Iterator[Rect]:
    """Boxes around starts that lie close together."""
    low = starts.min(axis=0)
    cells = (starts - low) // 16
    mask = np.zeros(cells.max(axis=0)[::-1] + 1, np.uint8)
    mask[cells[:, 1], cells[:, 0]] = 1
    _, labels = cv2.connectedComponents(mask, connectivity=8)
    groups = labels[cells[:, 1], cells[:, 0]]
    for label in np.unique(groups):
        here = starts[groups == label]
        if len(here) >= _VOTES:
            (left, top), (right, bottom) = here.min(axis=0), here.max(axis=0) + _SIDE
            yield int(left), int(top), int(right - left), int(bottom - top)


def _grown(grey: Grey, rect: Rect, way: tuple[int, int]) -> Rect | None:
    """The whole region of equal pixels around a box; None where it is small or smooth."""
    height, width = grey.shape
    margin = 24
    left, top = max(0, rect[0] - margin, -way[0]), max(0, rect[1] - margin, -way[1])
    right = min(width, rect[0] + rect[2] + margin, width - way[0])
    bottom = min(height, rect[1] + rect[3] + margin, height - way[1])
    one = grey[top:bottom, left:right]
    other = grey[top + way[1] : bottom + way[1], left + way[0] : right + way[0]]
    equal = cv2.morphologyEx((one == other).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(equal, connectivity=4)
    middle = labels[rect[1] - top : rect[1] - top + rect[3], rect[0] - left : rect[0] - left + rect[2]]
    sizes = np.bincount(middle[middle > 0].ravel(), minlength=1)
    if not sizes.any():
        return None
    x, y, wide, high, area = (int(value) for value in stats[int(sizes.argmax())])
    inside = labels == int(sizes.argmax())
    lively = np.zeros_like(inside)
    lively[:, 1:] = one[:, 1:] != one[:, :-1]
    if (inside & lively).sum() < _AREA * _ALIVE or area < _AREA or min(wide, high) < _SIDE:
        return None
    if way[0] % 8 == 0 == way[1] % 8 and area < _MANY_BLOCKS and np.ptp(one[inside]) < _INK:
        return None
    return left + x, top + y, wide, high
