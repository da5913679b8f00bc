"""Load as it runs: closed loops of clients, or an open schedule; stopped at any time with what there is.

What comes back is kept as bytes while the clock runs and read afterwards, so that reading delays nobody.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from groundstone.endpoints.load.client import Client, Exchange
from groundstone.endpoints.load.health import Health, Watch
from groundstone.endpoints.load.outcomes import CROWDED, CountTokens, Outcome, outcome, retry_after
from groundstone.endpoints.load.progress import EVERY, Looks, Watching
from groundstone.endpoints.load.sign import Signer
from groundstone.endpoints.load.stable import EVERY as SAMPLED
from groundstone.endpoints.load.stable import Verdict, verdict
from groundstone.endpoints.load.wires import Ask, Wire
from groundstone.errors import InvalidInput

MOST_OPEN = 20_000  # requests under way at the same time


@dataclass(frozen=True, slots=True)
class Extent:
    """How long a level lasts: so many requests, or so many seconds of new ones, whichever is over first. 0: no limit.

    Requests under way are waited for. ``warm``: requests before, which are not counted. ``stable``: over as well once
    throughput and the slowest tenth are known within this share (0.05 is 5 %); what came before is cut off.
    ``obey``: a client that is told to wait (Retry-After) waits so long before its next request.
    """

    requests: int = 0
    seconds: float = 0.0
    warm: int = 0
    stable: float = 0.0
    obey: bool = False

    def __post_init__(self) -> None:
        if self.requests <= 0 and self.seconds <= 0:
            raise InvalidInput("a level of load lasts for some requests or some seconds")


@dataclass(frozen=True, slots=True)
class Target:
    """Who is asked, and how. ``signer``: for wires of AWS, where there are keys."""

    client: Client
    wire: Wire
    model: str = ""
    headers: dict[str, str] | None = None
    tokens: CountTokens | None = None
    signer: Signer | None = None

    def request(self, ask: Ask) -> bytes:
        """Signed when it is made: it has to be sent at once."""
        return self.post(self.wire.place(self.model), self.wire.body(ask, self.model))

    def post(self, path: str, body: bytes) -> bytes:
        headers, address = {**(self.headers or {}), "accept": self.wire.accept}, self.client.address
        if path.startswith("/v1/") and address.path.endswith("/v1"):
            path = path.removeprefix("/v1")  # addresses of OpenAI's clients end so
        if self.signer is not None:
            fields = {"content-type": "application/json"}
            headers |= self.signer.headers(address.authority, address.path + path, body, fields)
        return self.client.request(path, body, headers)


@dataclass(frozen=True, slots=True)
class Level:
    """One level of load as it went. ``seconds``: from its begin to its last reply. ``stopped``: before its time.

    ``window``: seconds between which it is measured, where its begin and end do not count. ``told``: what came of it.
    """

    name: str
    outcomes: tuple[Outcome, ...]
    seconds: float
    health: Health
    stopped: bool = False
    window: tuple[float, float] | None = None
    told: str = ""


async def closed(
    target: Target, asks: Iterator[Ask], concurrency: int, extent: Extent, stop: asyncio.Event,
    watch: Watching | None = None,
) -> Level:  # fmt: skip
    """``concurrency`` clients, each of which sends its next request when the last one has been answered.

    ``watch`` is told once a second how far it is, and once when it is over; ``stop``, set from the same event loop
    (from another thread: ``loop.call_soon_threadsafe(stop.set)``), ends the level with what it has.
    """
    if not 1 <= concurrency <= MOST_OPEN:
        raise InvalidInput(f"from 1 to {MOST_OPEN} requests are under way at the same time, not {concurrency}")
    await _warm(target, asks, extent, concurrency, stop)
    run = _Run(target, extent, stop, f"{concurrency} at once", concurrency, watch)

    async def client() -> None:
        while run.goes_on():
            await run.one(next(asks))

    async with Watch() as health, run.watched():
        await run.all_of(asyncio.create_task(client()) for _ in range(concurrency))
    return run.level(health.health)


async def opened(
    target: Target, asks: Iterator[Ask], times: Iterator[float], extent: Extent, stop: asyncio.Event, name: str,
    watch: Watching | None = None,
) -> Level:  # fmt: skip
    """Requests when the schedule says, whether earlier ones have been answered or not.

    ``watch`` and ``stop``: as for ``closed``.
    """
    await _warm(target, asks, extent, 1, stop)
    run = _Run(target, extent, stop, name, 0, watch)
    async with Watch() as health, run.watched():
        sent: list[asyncio.Task[None]] = []
        for offset in times:
            due = run.began + offset
            if not await run.until(due) or not run.goes_on(len(sent)):
                break
            if run.under_way >= MOST_OPEN:
                raise InvalidInput(f"{MOST_OPEN} requests are under way: the server is far too slow for this schedule")
            sent.append(asyncio.create_task(run.one(next(asks), due)))
        await run.all_of(sent)
    return run.level(health.health)


async def _warm(target: Target, asks: Iterator[Ask], extent: Extent, concurrency: int, stop: asyncio.Event) -> None:
    """Connections are opened and caches filled before the clock runs."""
    for start in range(0, extent.warm, concurrency):
        many = range(min(concurrency, extent.warm - start))
        await _unless(stop, [asyncio.create_task(target.client.send(target.request(next(asks)))) for _ in many])


async def _unless(stop: asyncio.Event, tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Until all tasks have ended, or somebody says stop: then those under way are left."""
    waiting = asyncio.ensure_future(asyncio.gather(*tasks))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((waiting, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not waiting.done():
        waiting.cancel()
    try:
        await waiting
    except asyncio.CancelledError:
        if not stop.is_set():
            raise


class _Run:
    """A level while it runs."""

    def __init__(
        self, target: Target, extent: Extent, stop: asyncio.Event, name: str, concurrency: int, watch: Watching | None
    ) -> None:
        self._target, self._extent, self._stop, self._name, self._watch = target, extent, stop, name, watch
        self._exchanges: list[Exchange] = []
        self._live: dict[int, Exchange] = {}
        self._begun = 0
        self.began = time.perf_counter()
        self._looks = Looks(name, concurrency, target.wire, self.began)
        self._samples: list[int] = []
        self._verdict: Verdict | None = None
        self._steady_at = 0.0

    @property
    def under_way(self) -> int:
        return len(self._live)

    def goes_on(self, begun: int | None = None) -> bool:
        """Whether another request may begin."""
        begun = self._begun if begun is None else begun
        over = bool(self._extent.seconds) and time.perf_counter() - self.began >= self._extent.seconds
        full = bool(self._extent.requests) and begun >= self._extent.requests
        return not (over or full or self._steady_at or self._stop.is_set())

    async def until(self, due: float) -> bool:
        """Wait for a time; False when the level was stopped before."""
        wait = due - time.perf_counter()
        if wait > 0:
            try:
                await asyncio.wait_for(self._stop.wait(), wait)
            except TimeoutError:
                return True
        return not self._stop.is_set()

    async def one(self, ask: Ask, due: float | None = None) -> None:
        data = self._target.request(ask)
        number, exchange = self._begun, Exchange(due or time.perf_counter(), most_tokens=ask.output_tokens)
        self._begun += 1
        self._live[number] = exchange
        try:
            await self._target.client.send(data, exchange=exchange)
        finally:
            del self._live[number]
        self._exchanges.append(exchange)
        if self._extent.obey and due is None and exchange.reply.status in CROWDED:
            await self.until(time.perf_counter() + retry_after(exchange.reply))

    async def all_of(self, tasks: Iterable[asyncio.Task[None]]) -> None:
        await _unless(self._stop, tasks)

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Tells whoever watches, once a second and in the end."""
        tasks = [asyncio.create_task(self._tell(self._watch))] if self._watch is not None else []
        if self._extent.stable:
            tasks.append(asyncio.create_task(self._judge()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if self._watch is not None:
            self._watch(self._looks.look(self._exchanges, (), over=True))

    async def _tell(self, watch: Watching) -> None:
        while True:
            await asyncio.sleep(EVERY)
            watch(self._looks.look(self._exchanges, tuple(self._live.values())))

    async def _judge(self) -> None:
        """Samples the pieces that have come, and looks once a second whether they tell enough."""
        seen = past = 0
        while not self._steady_at:
            past += sum(len(one.reply.pieces) for one in self._exchanges[seen:])
            seen = len(self._exchanges)
            self._samples.append(past + sum(len(one.reply.pieces) for one in self._live.values()))
            if len(self._samples) % 5 == 0:
                good = [one for one in self._exchanges if not one.failure and 200 <= one.reply.status < 300]
                self._verdict = verdict(self._samples, [(one.sent - self.began, one.ended - one.sent) for one in good])
                if self._verdict.is_within(self._extent.stable):
                    self._steady_at = time.perf_counter()
            due = self.began + len(self._samples) * SAMPLED
            await asyncio.sleep(max(0.0, due - time.perf_counter()))

    def _steady(self) -> tuple[tuple[float, float] | None, str]:
        """Between which seconds the level counts, and how well it is known."""
        found = self._verdict
        if found is None:
            return None, ""
        end = (self._steady_at or time.perf_counter()) - self.began
        known = f"throughput within {100 * found.rate:.1f} %, its slowest tenth within {100 * found.slowest:.1f} %"
        if self._steady_at:
            return (found.begin, end), f"stable from {found.begin:.1f} s to {end:.1f} s: {known}"
        return (found.begin, min(end, self._extent.seconds or end)), f"not stable after {end:.1f} s: {known}"

    def level(self, health: Health) -> Level:
        seconds = max((one.ended for one in self._exchanges), default=self.began) - self.began
        target = self._target
        found = [outcome(one, target.wire, self.began, target.tokens) for one in self._exchanges]
        ordered = tuple(sorted(found, key=lambda one: one.scheduled))
        return Level(self._name, ordered, seconds, health, self._stop.is_set(), *self._steady())
