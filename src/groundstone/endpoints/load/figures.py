"""What many requests come to: percentiles with their intervals, rates, and the share that kept a promise."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from groundstone.endpoints.load.outcomes import Outcome

PERCENTILES = (50.0, 90.0, 95.0, 99.0)
_DEVIATIONS = 1.96  # of a normal distribution, for 95 %


@dataclass(frozen=True, slots=True)
class Percentile:
    """``value`` at ``rank`` percent; the truth lies between ``low`` and ``high`` with a probability of about 95 %.

    The interval is made of order statistics, which needs no assumption on the distribution (David and Nagaraja, Order
    Statistics, 7.1); with few values it reaches to the least or the greatest of them.
    """

    rank: float
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Of ``count`` values (seconds); everything 0 when there are none."""

    count: int
    mean: float
    least: float
    greatest: float
    percentiles: tuple[Percentile, ...]

    def at(self, rank: float) -> float:
        return next((one.value for one in self.percentiles if one.rank == rank), 0.0)


@dataclass(frozen=True, slots=True)
class Promise:
    """What a request has to keep to count as good: seconds to the first token, a token after it, and in all.

    0 leaves one out.
    """

    first_token: float = 0.0
    per_token: float = 0.0
    end_to_end: float = 0.0

    def is_kept(self, one: Outcome) -> bool:
        wanted = (
            (self.first_token, one.first_token),
            (self.per_token, one.per_output_token),
            (self.end_to_end, one.end_to_end),
        )
        return one.is_good and all(not most or found <= most for most, found in wanted)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one level of load. Latencies are of good requests only; ``problems`` counts the others by kind,
    ``codes`` by status or by name of the exception; ``doubts`` counts good ones of which something is odd.

    ``first_token``, ``end_to_end``: from sending; ``first_token_due``, ``end_to_end_due``: from the scheduled time;
    ``per_token``: of each request, after its first token; ``between_tokens``: of each token, a piece of several tokens
    shared among them; ``between_pieces``: of pieces as they came. ``tokens_per_second``: written, of good requests,
    within ``seconds``; ``goodput``: good requests a second that kept the promise.
    """

    requests: int
    good: int
    seconds: float
    tokens_in: int
    tokens_out: int
    tokens_per_second: float
    requests_per_second: float
    goodput: float
    first_token: Spread
    first_token_due: Spread
    end_to_end: Spread
    end_to_end_due: Spread
    waited: Spread
    per_token: Spread
    between_tokens: Spread
    between_pieces: Spread
    problems: tuple[tuple[str, int], ...]
    counted_by: tuple[str, ...]
    retry_after: Spread = Spread(0, 0.0, 0.0, 0.0, ())
    codes: tuple[tuple[str, int], ...] = ()
    doubts: tuple[tuple[str, int], ...] = ()


def figures(
    outcomes: Sequence[Outcome], seconds: float = 0.0, promise: Promise | None = None,
    window: tuple[float, float] | None = None,
) -> Figures:  # fmt: skip
    """``seconds``: how long the level lasted; by default from the first request sent to the last one ended.

    ``window``: only requests sent between these seconds count, and throughput is that of the tokens that came between.
    """
    if window is not None:
        inside = [one for one in outcomes if window[0] <= one.sent < window[1]]
        rate = sum(_between(one, window) for one in outcomes if one.is_good) / max(window[1] - window[0], 1e-9)
        return replace(figures(inside, window[1] - window[0], promise), tokens_per_second=rate)
    good = [one for one in outcomes if one.is_good]
    if not seconds and outcomes:
        seconds = max(one.ended for one in outcomes) - min(one.sent for one in outcomes)
    seconds = max(seconds, 1e-9)
    written = sum(one.tokens_out for one in good)
    kept = sum((promise or Promise()).is_kept(one) for one in outcomes)
    gaps = [(gap, tokens) for one in good for gap, tokens in one.gaps if tokens]
    return Figures(
        requests=len(outcomes),
        good=len(good),
        seconds=seconds,
        tokens_in=sum(one.tokens_in for one in good),
        tokens_out=written,
        tokens_per_second=written / seconds,
        requests_per_second=len(good) / seconds,
        goodput=kept / seconds,
        first_token=spread(one.first_token for one in good),
        first_token_due=spread(one.first - one.scheduled for one in good),
        end_to_end=spread(one.end_to_end for one in good),
        end_to_end_due=spread(one.ended - one.scheduled for one in good),
        waited=spread(one.waited for one in outcomes),
        per_token=spread(one.per_output_token for one in good if one.tokens_out > 1),
        between_tokens=weighted([(gap / tokens, tokens) for gap, tokens in gaps]),
        between_pieces=spread(gap for one in good for gap, _ in one.gaps),
        problems=tuple(sorted(Counter(one.problem for one in outcomes if one.problem).items())),
        counted_by=tuple(sorted({one.counted_by for one in good})),
        retry_after=spread(one.retry_after for one in outcomes if one.retry_after),
        codes=tuple(sorted(Counter(one.code for one in outcomes if one.code).items())),
        doubts=tuple(sorted(Counter(one.doubt for one in good if one.doubt).items())),
    )


def _between(one: Outcome, window: tuple[float, float]) -> int:
    """Tokens of a reply that came in a window: those of its first piece, then those after each gap."""
    begin, end = window
    now, found = one.first, 0
    rest = sum(tokens for _, tokens in one.gaps)
    if begin <= now < end:
        found += one.tokens_out - rest
    for gap, tokens in one.gaps:
        now += gap
        if now >= end:
            break
        if now >= begin:
            found += tokens
    return found


def spread(values: Iterable[float]) -> Spread:
    return weighted([(value, 1) for value in values])


def weighted(values: Sequence[tuple[float, int]]) -> Spread:
    """Of values that stand for so many each."""
    ordered = sorted(values)
    count = sum(weight for _, weight in ordered)
    if not count:
        return Spread(0, 0.0, 0.0, 0.0, ())
    ends, total = [], 0
    for _, weight in ordered:
        total += weight
        ends.append(total)
    found = tuple(_percentile(rank, ordered, ends, count) for rank in PERCENTILES)
    mean = sum(value * weight for value, weight in ordered) / count
    return Spread(count, mean, ordered[0][0], ordered[-1][0], found)


def _percentile(rank: float, ordered: Sequence[tuple[float, int]], ends: Sequence[int], count: int) -> Percentile:
    """The nearest rank, and the ranks around it between which the true one lies."""
    share = rank / 100
    away = _DEVIATIONS * math.sqrt(count * share * (1 - share))
    places = (math.ceil(count * share), math.floor(count * share - away), math.ceil(count * share + away) + 1)
    value, low, high = (_at(min(max(place, 1), count), ordered, ends) for place in places)
    return Percentile(rank, value, low, high)


def _at(place: int, ordered: Sequence[tuple[float, int]], ends: Sequence[int]) -> float:
    from bisect import bisect_left

    return ordered[bisect_left(ends, place)][0]
