"""Where more concurrency stops to pay."""

from __future__ import annotations

from collections.abc import Sequence

from groundstone.errors import InvalidInput


def knee(concurrencies: Sequence[int], latencies: Sequence[float], factor: float = 2.0) -> int:
    """The half-latency rule: the largest concurrency whose latency is at most ``factor`` times that of the smallest.

    The rule of capacity planning by which a system is full when a request waits as long as it is served. A curve is
    followed only as far as it keeps the rule. Raises InvalidInput for an empty or unordered curve.
    """
    if not concurrencies or len(concurrencies) != len(latencies) or list(concurrencies) != sorted(set(concurrencies)):
        raise InvalidInput("a curve has rising concurrencies, and one latency for each")
    found = concurrencies[0]
    for count, latency in zip(concurrencies, latencies, strict=True):
        if latency > factor * latencies[0]:
            break
        found = count
    return found


def cost_per_million(price: float, throughput: float) -> float:
    """Money for a million written tokens at so many a second, where an hour costs ``price``."""
    if throughput <= 0:
        raise InvalidInput("a throughput is above zero")
    return price / 3600 * 1e6 / throughput
