"""Load as it runs: closed loops of clients, or an open schedule; stopped at any time with what there is.

What comes back is kept as bytes while the clock runs and read afterwards, so that reading delays nobody.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from groundstone.endpoints.load.client import Client, Exchange
from groundstone.endpoints.load.health import Health, Watch
from groundstone.endpoints.load.outcomes import CountTokens, Outcome, outcome
from groundstone.endpoints.load.wires import Ask, Wire
from groundstone.errors import InvalidInput

MOST_OPEN = 20_000  # requests under way at the same time


@dataclass(frozen=True, slots=True)
class Extent:
    """How long a level lasts: so many requests, or so many seconds of new ones, whichever is over first. 0: no limit.

    Requests under way are waited for. ``warm``: requests before, which are not counted.
    """

    requests: int = 0
    seconds: float = 0.0
    warm: int = 0

    def __post_init__(self) -> None:
        if self.requests <= 0 and self.seconds <= 0:
            raise InvalidInput("a level of load lasts for some requests or some seconds")


@dataclass(frozen=True, slots=True)
class Target:
    """Who is asked, and how."""

    client: Client
    wire: Wire
    model: str = ""
    headers: dict[str, str] | None = None
    tokens: CountTokens | None = None

    def request(self, ask: Ask) -> bytes:
        return self.client.request(self.wire.path, self.wire.body(ask, self.model), self.headers)


@dataclass(frozen=True, slots=True)
class Level:
    """One level of load as it went. ``seconds``: from its begin to its last reply. ``stopped``: before its time."""

    name: str
    outcomes: tuple[Outcome, ...]
    seconds: float
    health: Health
    stopped: bool = False


Done = Callable[[int], None]  # how many requests have ended


async def closed(
    target: Target, asks: Iterator[Ask], concurrency: int, extent: Extent, stop: asyncio.Event, done: Done | None = None
) -> Level:
    """``concurrency`` clients, each of which sends its next request when the last one has been answered."""
    if not 1 <= concurrency <= MOST_OPEN:
        raise InvalidInput(f"from 1 to {MOST_OPEN} requests are under way at the same time, not {concurrency}")
    await _warm(target, asks, extent, concurrency)
    run = _Run(target, extent, stop, done)

    async def client() -> None:
        while run.goes_on():
            await run.one(target.request(next(asks)))

    async with Watch() as watch:
        await run.all_of(asyncio.create_task(client()) for _ in range(concurrency))
        return run.level(f"{concurrency} at once", watch.health)


async def opened(
    target: Target, asks: Iterator[Ask], times: Iterator[float], extent: Extent, stop: asyncio.Event, name: str,
    done: Done | None = None,
) -> Level:  # fmt: skip
    """Requests when the schedule says, whether earlier ones have been answered or not."""
    await _warm(target, asks, extent, 1)
    run = _Run(target, extent, stop, done)
    async with Watch() as watch:
        sent: list[asyncio.Task[None]] = []
        for offset in times:
            due = run.began + offset
            if not await run.until(due) or not run.goes_on(len(sent)):
                break
            if run.under_way >= MOST_OPEN:
                raise InvalidInput(f"{MOST_OPEN} requests are under way: the server is far too slow for this schedule")
            sent.append(asyncio.create_task(run.one(target.request(next(asks)), due)))
        await run.all_of(sent)
        return run.level(name, watch.health)


async def _warm(target: Target, asks: Iterator[Ask], extent: Extent, concurrency: int) -> None:
    """Connections are opened and caches filled before the clock runs."""
    for start in range(0, extent.warm, concurrency):
        many = range(min(concurrency, extent.warm - start))
        await asyncio.gather(*(target.client.send(target.request(next(asks))) for _ in many))


class _Run:
    """A level while it runs."""

    def __init__(self, target: Target, extent: Extent, stop: asyncio.Event, done: Done | None) -> None:
        self._target, self._extent, self._stop, self._done = target, extent, stop, done
        self._exchanges: list[Exchange] = []
        self._begun = 0
        self.began = time.perf_counter()
        self.under_way = 0

    def goes_on(self, begun: int | None = None) -> bool:
        """Whether another request may begin."""
        begun = self._begun if begun is None else begun
        over = bool(self._extent.seconds) and time.perf_counter() - self.began >= self._extent.seconds
        full = bool(self._extent.requests) and begun >= self._extent.requests
        return not (over or full or self._stop.is_set())

    async def until(self, due: float) -> bool:
        """Wait for a time; False when the level was stopped before."""
        wait = due - time.perf_counter()
        if wait > 0:
            try:
                await asyncio.wait_for(self._stop.wait(), wait)
            except TimeoutError:
                return True
        return not self._stop.is_set()

    async def one(self, data: bytes, due: float | None = None) -> None:
        self._begun += 1
        self.under_way += 1
        try:
            exchange = await self._target.client.send(data, due)
        finally:
            self.under_way -= 1
        self._exchanges.append(exchange)
        if self._done is not None:
            self._done(len(self._exchanges))

    async def all_of(self, tasks: Iterator[asyncio.Task[None]] | list[asyncio.Task[None]]) -> None:
        """Until all have ended, or the level was stopped: then those under way are left."""
        waiting = asyncio.ensure_future(asyncio.gather(*tasks))
        stopping = asyncio.create_task(self._stop.wait())
        await asyncio.wait((waiting, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not waiting.done():
            waiting.cancel()
        try:
            await waiting
        except asyncio.CancelledError:
            if not self._stop.is_set():
                raise

    def level(self, name: str, health: Health) -> Level:
        seconds = max((one.ended for one in self._exchanges), default=self.began) - self.began
        target = self._target
        found = [outcome(one, target.wire, self.began, target.tokens) for one in self._exchanges]
        return Level(name, tuple(sorted(found, key=lambda one: one.scheduled)), seconds, health, self._stop.is_set())
