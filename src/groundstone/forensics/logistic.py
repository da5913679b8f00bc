"""Logistic regression with a penalty, by Newton's method: a few dozen features and thousands of files at most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Labels = NDArray[np.int64]
MOST_STEPS = 50
SMALL = 1e-8  # a fall of the mean loss below which the solver ends
Note = Callable[[Numbers, float], None]  # weights and bias after a step


@dataclass(frozen=True, slots=True)
class Line:
    """Log odds = ``weights`` . features + ``bias``."""

    weights: Numbers
    bias: float

    def odds(self, rows: Numbers) -> Numbers:
        """Natural logarithms of the odds, one a row of ``rows`` (files, features)."""
        return np.asarray(rows @ self.weights + self.bias)


def fitted(rows: Numbers, labels: Labels, penalty: float, note: Note | None = None) -> Line:
    """Least mean log loss plus ``penalty / 2`` times the squared weights; the bias goes free.

    Each step halves until the loss falls, so that files which a line separates cannot make it run away.
    """
    data = np.hstack([rows, np.ones((len(rows), 1))])
    shrink = np.full(data.shape[1], penalty)
    shrink[-1] = 1e-9  # none, but the system of equations must have a solution
    point, value = np.zeros(data.shape[1]), np.inf
    for _ in range(MOST_STEPS):
        found = probabilities(data @ point)
        value = _loss(data, labels, point, shrink)
        slope = data.T @ (found - labels) / len(data) + shrink * point
        curved = (data.T * (found * (1 - found))) @ data / len(data) + np.diag(shrink)
        way, length = np.linalg.solve(curved + 1e-12 * np.eye(len(point)), slope), 1.0
        while (lower := _loss(data, labels, point - length * way, shrink)) > value and length > 1e-6:
            length /= 2
        if lower >= value:
            break
        point = point - length * way
        if note is not None:
            note(point[:-1], float(point[-1]))
        if value - lower < SMALL:
            break
    return Line(point[:-1], float(point[-1]))


def calibrated(odds: Numbers, labels: Labels) -> tuple[float, float]:
    """Slope and shift that make log odds of held-out files probabilities (Platt, 1999); the slope is at least 0."""
    few = 1 / (len(labels) + 2)  # so few of them are taken to be wrong that certainty is never proven
    line = fitted(odds[:, None], labels, few)
    if line.weights[0] > 0:
        return float(line.weights[0]), line.bias
    known = float(labels.mean())
    return 0.0, float(np.log(known / (1 - known)))


def probabilities(odds: Numbers) -> Numbers:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -500, 500))))


def _loss(data: Numbers, labels: Labels, point: Numbers, shrink: Numbers) -> float:
    odds = data @ point
    return float((np.logaddexp(0, odds) - labels * odds).mean() + np.sum(shrink * point * point) / 2)
