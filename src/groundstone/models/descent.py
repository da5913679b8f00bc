"""The least value of a smooth convex function, by L-BFGS."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Point = NDArray[np.float64]
Function = Callable[[Point], tuple[float, Point]]  # value and slope at a point
KEPT = 10  # earlier steps that the shape of the function is guessed from
MOST_STEPS = 1000
ENOUGH = 1e-4  # of the fall that the slope promises
SHORTEST = 1e-10  # a step; below it rounding decides


def least(function: Function, start: Point, small: float) -> Point:
    """A point where no entry of the slope is above ``small``, or where no step leads further down."""
    point, (value, slope) = start, function(start)
    steps: deque[tuple[Point, Point]] = deque(maxlen=KEPT)  # how the point moved, and the slope with it
    for _ in range(MOST_STEPS):
        if float(np.abs(slope).max()) < small:
            break
        way = _way(slope, steps)
        length, fall = 1.0, float(np.sum(slope * way))
        after, (lower, turned) = point - way, function(point - way)
        while lower > value - ENOUGH * length * fall and length > SHORTEST:
            length /= 2
            after = point - length * way
            lower, turned = function(after)
        if lower >= value:
            break
        if float(np.sum((after - point) * (turned - slope))) > 0:
            steps.append((after - point, turned - slope))
        point, value, slope = after, lower, turned
    return point


def _way(slope: Point, steps: deque[tuple[Point, Point]]) -> Point:
    """Where to go down: the slope, bent by what earlier steps tell of the curvature."""
    way, shares = slope.copy(), []
    for moved, turned in reversed(steps):
        shares.append(float(np.sum(moved * way) / np.sum(moved * turned)))
        way -= shares[-1] * turned
    if steps:
        moved, turned = steps[-1]
        way *= np.sum(moved * turned) / np.sum(turned * turned)
    for (moved, turned), share in zip(steps, reversed(shares), strict=True):
        way += moved * (share - float(np.sum(turned * way) / np.sum(moved * turned)))
    return way
