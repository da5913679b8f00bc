"""The statistics: AUC, recall at a rate of false alarms, bootstrap by source, calibration. Plain numpy.

AUC by ranks (Mann-Whitney), ties count half. Intervals are the 2.5 and 97.5 percentiles of the bootstrap over sources:
the files that come from one page err alike, so they are drawn together. Wilson's interval for shares without groups.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

DRAWS = 500
Values = NDArray[Any]


def auc(positive: Values, negative: Values) -> float | None:
    """The chance that a positive ranks above a negative; None where there is none of one."""
    if not len(positive) or not len(negative):
        return None
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, "left") + np.searchsorted(ordered, positive, "right")
    return float(below.mean() / 2 / len(negative))


def recall_at(positive: Values, negative: Values, share: float) -> float | None:
    """Share of positives above the score that at most ``share`` of the negatives reach."""
    if not len(positive) or not len(negative):
        return None
    allowed = math.floor(share * len(negative))
    limit = np.sort(negative)[::-1][allowed]
    return float((positive > limit).mean())


def mean(values: Values) -> float | None:
    return float(np.mean(values)) if len(values) else None


def bootstrap(
    sources: Sequence[str], figure: Callable[[NDArray[np.intp]], float | None], seed: int = 0, draws: int = DRAWS
) -> tuple[float, float] | None:
    """The 95 % interval of ``figure`` (a function of the numbers of the rows that are drawn), drawn by source."""
    groups = [np.flatnonzero(np.asarray(sources) == name) for name in sorted(set(sources))]
    if len(groups) < 2:
        return None
    dice = np.random.default_rng(seed)
    drawn = (np.concatenate([groups[at] for at in dice.integers(0, len(groups), len(groups))]) for _ in range(draws))
    found = [value for rows in drawn if (value := figure(rows)) is not None]
    if not found:
        return None
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


def wilson(right: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share of independent trials (Wilson 1927)."""
    if not count:
        return 0.0, 1.0
    z, share = 1.96, right / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def brier(probabilities: Values, truths: Values) -> float | None:
    return mean((np.asarray(probabilities) - np.asarray(truths)) ** 2)


def reliability(probabilities: Values, truths: Values, bins: int = 10) -> list[dict[str, float]]:
    """Equal bins of probability that hold anything: edges, how many, mean probability, share that is forged."""
    probabilities, truths = np.asarray(probabilities, float), np.asarray(truths, float)
    at = np.minimum((probabilities * bins).astype(int), bins - 1)
    return [
        {
            "low": number / bins,
            "high": (number + 1) / bins,
            "count": int((at == number).sum()),
            "said": float(probabilities[at == number].mean()),
            "forged": float(truths[at == number].mean()),
        }
        for number in range(bins)
        if (at == number).any()
    ]


def calibration_error(table: Sequence[dict[str, float]]) -> float | None:
    """The expected calibration error: how far bins are off, weighted by what they hold."""
    total = sum(row["count"] for row in table)
    return sum(row["count"] * abs(row["said"] - row["forged"]) for row in table) / total if total else None
