"""How good scores are at telling forged from genuine: figures with their intervals. Labels are 0 genuine, 1 forged.

Files of one source are alike, so all intervals of areas come from drawing whole sources again (a grouped bootstrap),
not files. Shares of things that are counted have Wilson's interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Labels = NDArray[np.int64]
Z = 1.959964  # of 95 %
DRAWS = 1000
BINS = 10  # of probability, for the reliability curve


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and where it lies with 95 % confidence."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Files whose probability is about ``said``: how many, and the share that is forged."""

    said: float
    count: int
    forged: Figure


def area(scores: Scores, labels: Labels) -> float:
    """Area under the ROC curve: how often a forged file scores above a genuine one, ties half (Mann and Whitney)."""
    return float(_area(scores, labels, np.ones((1, len(scores))))[0])


def area_figure(scores: Scores, labels: Labels, sources: Sequence[str], seed: int = 0) -> Figure | None:
    """The area with the middle 95 % of DRAWS drawings of sources; None unless both classes are there.

    Of one source nothing is known about others: the interval then is from 0 to 1. Where every pair is right, drawing
    again shows no doubt; the bound is then Wilson's for as many right answers as the class of fewer sources has.
    """
    if not 0 < labels.sum() < len(labels):
        return None
    value, groups = area(scores, labels), np.unique(np.asarray(sources), return_inverse=True)[1]
    if value in (0.0, 1.0):
        fewest = min(len(np.unique(groups[labels == each])) for each in (0, 1))
        low, high = wilson(fewest, fewest)
        return Figure(1.0, low, high) if value else Figure(0.0, 1 - high, 1 - low)
    if groups.max() == 0:
        return Figure(value, 0.0, 1.0)
    drawn = np.random.default_rng(seed).multinomial(groups.max() + 1, _even(groups.max() + 1), DRAWS)
    found = _area(scores, labels, drawn[:, groups].astype(np.float64))
    low, high = np.nanquantile(found, [0.025, 0.975])
    return Figure(value, float(low), float(high))


def _even(count: int) -> Scores:
    return np.full(count, 1 / count)


def _area(scores: Scores, labels: Labels, weights: Scores) -> Scores:
    """For each row of ``weights`` (rows, files) the area of files that count so often; not a number without a class."""
    order = np.argsort(scores, kind="stable")
    ties = np.flatnonzero(np.r_[True, np.diff(scores[order]) > 0])
    genuine = np.add.reduceat(weights[:, order] * (labels[order] == 0), ties, axis=1)
    forged = np.add.reduceat(weights[:, order] * (labels[order] == 1), ties, axis=1)
    below = np.cumsum(genuine, axis=1) - genuine / 2
    pairs = genuine.sum(axis=1) * forged.sum(axis=1)
    found: Scores = np.divide((forged * below).sum(axis=1), pairs, out=np.full(len(weights), np.nan), where=pairs > 0)
    return found


def roc(scores: Scores, labels: Labels) -> list[tuple[float, float]]:
    """Points of the curve, (false alarms, recall) from (0, 0) to (1, 1)."""
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.r_[np.diff(scores[order]) < 0, True])
    right = np.cumsum(labels[order])[ends] / max(labels.sum(), 1)
    wrong = np.cumsum(1 - labels[order])[ends] / max((1 - labels).sum(), 1)
    return [(0.0, 0.0), *zip(wrong.tolist(), right.tolist(), strict=True)]


def threshold(genuine: Scores, alarms: float) -> float:
    """The lowest score at which at most the share ``alarms`` of genuine files gives an alarm (score at or above)."""
    ordered = np.sort(genuine)[::-1]
    allowed = math.floor(alarms * len(ordered))
    return float(np.nextafter(ordered[allowed], np.inf)) if allowed < len(ordered) else float(ordered[-1])


def recall_at(scores: Scores, labels: Labels, alarms: float) -> Figure | None:
    """The share of forged files found when at most ``alarms`` of the genuine ones give an alarm."""
    genuine, forged = scores[labels == 0], scores[labels == 1]
    if not len(genuine) or not len(forged):
        return None
    return share(int((forged >= threshold(genuine, alarms)).sum()), len(forged))


def share(hits: int, count: int) -> Figure:
    low, high = wilson(hits, count)
    return Figure(hits / count, low, high)


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Where a share lies with 95 % confidence when ``hits`` of ``count`` were seen (Wilson, 1927)."""
    part, room = hits / count, Z * Z / count
    middle = (part + room / 2) / (1 + room)
    half = Z * math.sqrt(part * (1 - part) / count + room / (4 * count)) / (1 + room)
    return (0.0 if not hits else max(0.0, middle - half)), (1.0 if hits == count else min(1.0, middle + half))


def brier(probabilities: Scores, labels: Labels) -> float:
    """Mean squared distance of probability and truth (Brier, 1950); 0 is perfect, always saying 1/2 gives 0.25."""
    return float(np.mean((probabilities - labels) ** 2))


def log_loss(probabilities: Scores, labels: Labels) -> float:
    chosen = np.where(labels == 1, probabilities, 1 - probabilities)
    return float(-np.log(np.maximum(chosen, 1e-12)).mean())


def reliability(probabilities: Scores, labels: Labels) -> list[Bin]:
    """The bins that hold files, of equal width."""
    at = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    found = []
    for each in np.unique(at):
        inside = at == each
        said = float(probabilities[inside].mean())
        found.append(Bin(said, int(inside.sum()), share(int(labels[inside].sum()), int(inside.sum()))))
    return found


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: mean distance of said and true shares, each bin by its files."""
    total = sum(one.count for one in bins)
    return sum(one.count * abs(one.said - one.forged.value) for one in bins) / total if total else 0.0
