"""A classifier head: multinomial logistic regression with an L2 penalty on the vectors of an embedding model."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundstone.models.base import Vectors
from groundstone.models.descent import least
from groundstone.models.examples import folds

PENALTIES = (1e-1, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 1e-5)
USUAL = 1e-3  # where there is too little to choose by
SMALL = 1e-5  # the slope at which the solver ends
PARTS = 5  # of cross-validation
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Head:
    """``weights`` (dimensions, labels), ``bias`` (labels,), and the temperature that makes scores probabilities."""

    weights: Vectors
    bias: Vectors
    temperature: float = 1.0
    penalty: float = USUAL

    def probabilities(self, vectors: Vectors) -> Numbers:
        """Shape (len(vectors), labels); every row adds up to 1."""
        return softmax((vectors @ self.weights + self.bias) / self.temperature)


def train_head(vectors: Vectors, labels: Sequence[int], count: int, tick: Callable[[int, int], None]) -> Head:
    """The head for ``count`` labels with the penalty, and then the temperature, that cross-validation finds best.

    ``tick`` is told the solutions done and those to do; what it raises ends the training.
    """
    rows = np.asarray(labels)
    least = int(np.bincount(rows, minlength=count).min())
    parts = folds(labels, min(PARTS, least)) if least >= 2 else []
    total = len(PENALTIES) * len(parts) + 1
    penalty, temperature, best = USUAL, 1.0, math.inf
    for number, candidate in enumerate(PENALTIES if parts else ()):
        scores = np.zeros((len(rows), count))
        for step, part in enumerate(parts):
            tick(number * len(parts) + step, total)
            kept = np.setdiff1d(np.arange(len(rows)), part)
            weights, bias = solve(vectors[kept], rows[kept], count, candidate)
            scores[part] = vectors[part] @ weights + bias
        found = best_temperature(scores, rows)
        if (loss := log_loss(softmax(scores / found), rows)) < best - 1e-6:
            penalty, temperature, best = candidate, found, loss
    tick(total - 1, total)
    weights, bias = solve(vectors, rows, count, penalty)
    return Head(weights, bias, temperature, penalty)


def solve(vectors: Vectors, labels: NDArray[np.int64], count: int, penalty: float) -> tuple[Vectors, Vectors]:
    """Least mean log loss plus ``penalty / 2`` times the squared weights; the bias goes free."""
    data = np.hstack([vectors, np.ones((len(vectors), 1), np.float32)]).astype(np.float64)
    wanted = np.eye(count)[labels]
    shrink = np.full((data.shape[1], 1), penalty)
    shrink[-1] = 0

    def loss(point: Numbers) -> tuple[float, Numbers]:
        scores = data @ point
        top = scores.max(axis=1, keepdims=True)
        lifted = np.exp(scores - top)
        sums = lifted.sum(axis=1, keepdims=True)
        lost = np.log(sums) + top - np.sum(scores * wanted, axis=1, keepdims=True)
        slope = data.T @ (lifted / sums - wanted) / len(data) + shrink * point
        return float(lost.mean() + np.sum(shrink * point * point) / 2), slope

    found = least(loss, np.zeros((data.shape[1], count)), SMALL)
    return found[:-1].astype(np.float32), found[-1].astype(np.float32)


def best_temperature(scores: Numbers, labels: NDArray[np.int64]) -> float:
    """The divisor of the scores with the least log loss, between 0.05 and 20, by golden section.

    As Platt does, one of every n + 2 answers is taken to be wrong: a few that were all right prove no certainty.
    """
    count = scores.shape[1]
    doubt = 1 / (len(labels) + 2)
    wanted = np.eye(count)[labels] * (1 - doubt) + doubt / count

    def loss(log_divisor: float) -> float:
        found = softmax(scores / math.exp(log_divisor))
        return float(-(wanted * np.log(np.maximum(found, 1e-300))).sum())

    ratio = (math.sqrt(5) - 1) / 2
    low, high = math.log(0.05), math.log(20)
    for _ in range(40):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return math.exp((low + high) / 2)


def log_loss(probabilities: Numbers, labels: NDArray[np.int64]) -> float:
    right = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(right, 1e-12)).mean())


def softmax(scores: NDArray[np.floating]) -> Numbers:
    lifted = np.exp(scores.astype(np.float64) - scores.max(axis=1, keepdims=True))
    return np.asarray(lifted / lifted.sum(axis=1, keepdims=True))
