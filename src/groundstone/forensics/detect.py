"""The pixels of one page: how suspicious each place is, the worst places, and what the page lets one tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from groundstone.forensics.dct import Floats, Table
from groundstone.forensics.features import TEXT, Features, features
from groundstone.forensics.history import History
from groundstone.forensics.network import Network

Bytes = NDArray[np.uint8]
TOP = 4  # windows that speak for the page, as in training
MOST_BOXES = 12
COLD, HOT = -4.0, 12.0  # logarithms of odds that are drawn as 0 and 255
NARROW = 2.0  # below the hottest window, as far as its place goes
AROUND = 5  # cells around a place that belong to it
APART = 2  # cells between places that are taken for one
SUSPECT = 0.0  # a window from here on is a place of its own
NEVER = -20.0
FEW = 0.05  # of what a cell can tell of its history (Features.maps) from which it tells something


@dataclass(frozen=True, slots=True)
class Spot:
    """A suspicious place in pixels, and the logarithm of the odds of its hottest window."""

    left: int
    top: int
    right: int
    bottom: int
    odds: float


@dataclass(frozen=True, slots=True)
class Found:
    """``measures`` are what the probability of the page is made of (weigh.py, and what users train).

    ``heat``: (rows, columns) of 8 x 8 pixels, logarithms of odds. ``spots``: the hottest first, at least one if the
    page has ink.
    """

    measures: dict[str, float]
    heat: Floats
    spots: tuple[Spot, ...]
    past: tuple[History, ...]


def detect(network: Network, rgb: Bytes, last: Table | None = None) -> Found:
    """What a picture (H, W, 3) shows. ``last``: the luminance table of its file, if it is a JPEG."""
    seen = features(rgb, last)
    near = cv2.dilate(seen.maps[..., TEXT], np.ones((3, 3), np.uint8)) > 0
    heat = network.heat(seen)
    windows = np.where(near, cv2.blur(heat, (3, 3)), NEVER).astype(np.float32)
    return Found(_measures(windows, near, seen), np.where(near, heat, NEVER), _spots(windows), seen.past)


def _measures(windows: Floats, near: NDArray[np.bool_], seen: Features) -> dict[str, float]:
    """Numbers of about the same size for every page, whatever its extent."""
    inked = windows[near]
    if inked.size < TOP:
        return {}
    ordered = np.sort(inked)[::-1]
    usual, high = float(np.median(inked)), float(np.quantile(inked, 0.99))
    first, second = (seen.past[k].strength if k < len(seen.past) else 0.0 for k in (0, 1))
    whole = seen.maps[0, 0, TEXT + 5 :]
    return {
        "hottest": float(ordered[0]),
        "top": float(ordered[:TOP].mean()),
        "top16": float(ordered[:16].mean()),
        "fifth": _peak(windows, 5),
        "usual": usual,
        "high": high,
        "cells": float(np.log(inked.size)),
        "past": first / 100,
        "past2": second / 100,
        "jpeg": float(whole[0]),
        "quality": float(whole[1]),
    }


def _peak(windows: Floats, number: int) -> float:
    """The odds of a place by its rank. Changes are few: where many places are hot, the page is only unusual."""
    left = windows.copy()
    for _ in range(number - 1):
        row, column = divmod(int(left.argmax()), left.shape[1])
        left[max(0, row - AROUND) : row + AROUND + 1, max(0, column - AROUND) : column + AROUND + 1] = NEVER
    return max(float(left.max()), COLD)


def _spots(windows: Floats) -> tuple[Spot, ...]:
    """The hottest place, as small as it is hot, then others above SUSPECT; none overlap."""
    most = float(windows.max())
    if most <= NEVER:
        return ()
    found: list[Spot] = []
    for limit in (most - NARROW, SUSPECT):
        for spot in _places(windows, limit):
            if not any(_meet(spot, other) for other in found):
                found.append(spot)
    return tuple(sorted(found, key=lambda spot: -spot.odds)[:MOST_BOXES])


def _places(windows: Floats, limit: float) -> list[Spot]:
    """Windows from a limit on, those of a word taken together, hottest first."""
    hot = windows >= limit
    joined = cv2.dilate(hot.astype(np.uint8), np.ones((1, 2 * APART + 1), np.uint8))
    count, labels = cv2.connectedComponents(joined, connectivity=8)
    rows, columns = np.nonzero(hot)
    which = np.asarray(labels, np.int64)[rows, columns]
    odds = np.full(count, NEVER, np.float32)
    np.maximum.at(odds, which, windows[rows, columns])
    order = sorted(range(1, count), key=lambda label: -odds[label])[:MOST_BOXES]
    return [_spot(rows[which == label], columns[which == label], float(odds[label])) for label in order]


def _meet(one: Spot, other: Spot) -> bool:
    across = min(one.right, other.right) - max(one.left, other.left)
    return across > 0 and min(one.bottom, other.bottom) > max(one.top, other.top)


def _spot(rows: NDArray[np.int64], columns: NDArray[np.int64], odds: float) -> Spot:
    left, top, right, bottom = (
        int(value) * 8 for value in (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    )
    return Spot(left, top, right, bottom, odds)


def as_bytes(heat: Floats) -> Bytes:
    """Heat to be drawn: 0 to 255."""
    drawn: Bytes = np.rint(np.clip((heat - COLD) / (HOT - COLD), 0, 1) * 255).astype(np.uint8)
    return drawn


def history_heat(rgb: Bytes, last: Table | None = None) -> Floats:
    """Where a page does not follow its clearest history, (rows, columns), 0 to 1; all 0 without a history."""
    seen = features(rgb, last)
    if not seen.past:
        return np.zeros(seen.maps.shape[:2], np.float32)
    told = seen.maps[..., :2]
    number = cv2.blur(told[..., 1], (3, 3))
    mean = cv2.blur(told[..., 0] * told[..., 1], (3, 3)) / np.maximum(number, 1e-3)
    known = number > FEW
    usual = float(np.median(mean[known])) if known.any() else 1.0
    away: Any = np.clip((usual - mean) / max(usual, 0.2), 0, 1) * np.minimum(number / (2 * FEW), 1)
    result: Floats = away.astype(np.float32)
    return result
