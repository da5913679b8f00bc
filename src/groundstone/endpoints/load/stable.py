"""Until when a level has to run: until its throughput and its slowest tenth are known well enough.

The begin, which is not like the rest, is cut off where that leaves the least error of the mean (MSER-5: K. P. White,
Simulation 69, 1997; K. P. White, M. J. Cobb and S. C. Spratt, Winter Simulation Conference 2000). What is left is cut
into ten batches, whose means are as good as independent once they are long (B. Schmeiser, Operations Research 30,
1982); their spread gives the interval of the mean by Student's t. The interval of the 90th percentile of latency is
that of order statistics, as everywhere here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, stdev

from groundstone.endpoints.load.figures import spread

EVERY = 0.2  # seconds between samples
GROUP = 5  # samples of which MSER-5 takes the mean
BATCHES = 10
STUDENT = 2.262  # of nine degrees of freedom, for 95 %
LEAST_REQUESTS = 30  # that have ended, for a 90th percentile


@dataclass(frozen=True, slots=True)
class Verdict:
    """``begin``: seconds that belong to warming up. ``rate``, ``slowest``: half the interval by the value, of
    throughput and of the 90th percentile of latency; infinite while there is too little to tell.
    """

    begin: float
    rate: float = math.inf
    slowest: float = math.inf

    def is_within(self, share: float) -> bool:
        return self.rate <= share and self.slowest <= share


def verdict(pieces: Sequence[int], ended: Sequence[tuple[float, float]]) -> Verdict:
    """``pieces``: how many had come at each sample. ``ended``: (seconds of sending, latency) of good requests."""
    rates = [after - before for before, after in pairwise(pieces)]
    cut = warm_up(rates)
    left, begin = rates[cut:], cut * EVERY
    latencies = [latency for sent, latency in ended if sent >= begin]
    if len(left) < BATCHES * GROUP or len(latencies) < LEAST_REQUESTS:
        return Verdict(begin)
    size = len(left) // BATCHES
    left = left[len(left) - size * BATCHES :]
    means = [fmean(left[place : place + size]) for place in range(0, len(left), size)]
    mean = fmean(means)
    rate = STUDENT * stdev(means) / math.sqrt(BATCHES) / mean if mean else math.inf
    tenth = next(one for one in spread(latencies).percentiles if one.rank == 90.0)
    return Verdict(begin, rate, (tenth.high - tenth.low) / 2 / tenth.value if tenth.value else math.inf)


def warm_up(values: Sequence[float]) -> int:
    """How many values at the begin are not like the rest; at most half of them."""
    means = [fmean(values[place : place + GROUP]) for place in range(0, len(values) - GROUP + 1, GROUP)]
    best, found = math.inf, 0
    total = squares = 0.0
    errors: list[float] = []
    for value in reversed(means):  # sums from the end, so that each cut costs no more than the last one
        total, squares = total + value, squares + value * value
        size = len(errors) + 1
        errors.append(max(0.0, squares - total * total / size) / size**2)
    for cut in range(len(means) // 2 + 1 if means else 0):
        error = errors[len(means) - cut - 1]
        if error < best:
            best, found = error, cut
    return found * GROUP
