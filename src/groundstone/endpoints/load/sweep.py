"""More and more clients until it stops paying: the curve of latency against throughput, and its knee."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

from groundstone.endpoints.load.figures import figures
from groundstone.endpoints.load.progress import Watching
from groundstone.endpoints.load.runner import Extent, Level, Target, closed
from groundstone.endpoints.load.wires import Ask
from groundstone.errors import InvalidInput

PAYS = 1.05  # throughput of a level against the best before it, from which more clients pay
PATIENCE = 2  # levels in a row that may not pay
FAILING = 0.1  # share of requests with a problem at which a sweep ends


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a sweep goes: at most so many clients, and so long as a token takes no more seconds (0: no limit).

    A level has ``rounds`` requests for each client, and no new ones after ``seconds``.
    """

    most: int = 512
    latency: float = 0.0
    rounds: int = 3
    seconds: float = 60.0

    def __post_init__(self) -> None:
        if self.most < 1 or self.rounds < 1 or self.seconds <= 0 or self.latency < 0:
            raise InvalidInput("a sweep has at least one client, one round and some seconds for each level")


async def sweep(
    target: Target, asks: Callable[[int], Iterator[Ask]], bounds: Bounds, stop: asyncio.Event,
    watch: Watching | None = None,
) -> AsyncIterator[Level]:  # fmt: skip
    """Levels of 1, 2, 4, ... clients, each when it has ended.

    ``asks`` gives the requests of a level; ``watch`` and ``stop`` are those of ``runner.closed``.
    """
    best, idle, concurrency = 0.0, 0, 1
    while concurrency <= bounds.most and not stop.is_set():
        extent = Extent(bounds.rounds * concurrency, bounds.seconds, warm=min(concurrency, 2))
        level = await closed(target, asks(concurrency), concurrency, extent, stop, watch)
        yield level
        found = figures(level.outcomes, level.seconds)
        idle = 0 if found.tokens_per_second > PAYS * best else idle + 1
        best = max(best, found.tokens_per_second)
        failing = found.requests and (found.requests - found.good) / found.requests > FAILING
        slow = bounds.latency and found.good and _per_token(level) > bounds.latency
        if idle >= PATIENCE or failing or slow:
            return
        concurrency *= 2


def _per_token(level: Level) -> float:
    """Seconds of a request for each token that it wrote, the median."""
    shares = sorted(one.end_to_end / one.tokens_out for one in level.outcomes if one.is_good and one.tokens_out)
    return shares[len(shares) // 2] if shares else 0.0
