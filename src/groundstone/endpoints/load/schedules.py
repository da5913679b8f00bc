"""When requests begin: at a steady rate, by chance, in bursts, faster and faster, or as a trace says."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import count, pairwise

from groundstone.errors import InvalidInput

FASTEST = 100_000.0  # requests a second


def constant(rate: float) -> Iterator[float]:
    """Seconds from the begin, without end. Raises InvalidInput."""
    _check(rate)
    return (number / rate for number in count())


def poisson(rate: float, seed: int = 0, burstiness: float = 1.0) -> Iterator[float]:
    """Intervals by chance with a mean of 1 / ``rate``: of a gamma distribution of shape ``burstiness``.

    1 gives a Poisson process, less comes in clusters, more is steadier.
    """
    _check(rate)
    if not 0.01 <= burstiness <= 1000:
        raise InvalidInput("burstiness lies between 0.01 (clusters) and 1000 (steady); 1 is a Poisson process")

    def times() -> Iterator[float]:
        drawn, now = random.Random(seed), 0.0
        while True:
            yield now
            now += drawn.gammavariate(burstiness, 1 / (rate * burstiness))

    return times()


def bursts(size: int, every: float) -> Iterator[float]:
    """``size`` requests at once, every so many seconds."""
    if size < 1 or every <= 0:
        raise InvalidInput("a burst has at least one request, and bursts are some time apart")
    return (number // size * every for number in count())


def pulses(rate: float, on: float, off: float) -> Iterator[float]:
    """``rate`` requests a second for ``on`` seconds, then none for ``off`` seconds, over and over."""
    _check(rate)
    if on <= 0 or off <= 0 or rate * on < 1:
        raise InvalidInput("load and silence last some time each, and at least one request comes while it is on")
    many = max(1, round(rate * on))
    return (number // many * (on + off) + number % many / rate for number in count())


def ramp(first: float, last: float, seconds: float) -> Iterator[float]:
    """From ``first`` to ``last`` requests a second over ``seconds``, then no more.

    The number of requests until t is first x t + (last - first) t^2 / (2 seconds); it is solved for t.
    """
    if first < 0 or not 0 < last <= FASTEST or seconds <= 0:
        raise InvalidInput("a ramp goes from a rate to a rate above 0, over some seconds")

    def times() -> Iterator[float]:
        slope = (last - first) / seconds
        for number in count():
            if abs(slope) < 1e-12:
                now = number / first
            else:
                inside = first * first + 2 * slope * number
                if inside < 0:
                    return
                now = (inside**0.5 - first) / slope
            if now > seconds:
                return
            yield now

    return times()


def replay(times: Sequence[float], speed: float = 1.0) -> Iterator[float]:
    """As they were, from 0 on, ``speed`` times as fast. Raises InvalidInput for times out of order."""
    if speed <= 0:
        raise InvalidInput("a trace is replayed at a speed above 0")
    if any(after < before for before, after in pairwise(times)):
        raise InvalidInput("the times of a trace rise")
    begin = times[0] if times else 0.0
    return ((time - begin) / speed for time in times)


def _check(rate: float) -> None:
    if not 0 < rate <= FASTEST:
        raise InvalidInput(f"a rate lies above 0 and is at most {FASTEST:g} requests a second")
