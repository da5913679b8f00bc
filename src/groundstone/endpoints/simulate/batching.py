"""Continuous batching in simulated time: who is read, who is decoded together, who waits, who is refused.

One loop for each copy of the model. In every turn it lets in who fits (tokens in memory, tokens of one prefill), waits
as long as reading their prompts takes, then as long as one decoding step over the batch takes, and hands one token to
each request. The times are those of capacity/predict.py. Nothing is computed, so that thousands of requests fit.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from groundstone.endpoints.capacity.engine import MEASURED_2024, Engine
from groundstone.endpoints.capacity.predict import Deployment, prefill_time, step_time
from groundstone.endpoints.capacity.roofline import cache_room
from groundstone.errors import InvalidInput, RateLimited

_LATE = 1.0  # seconds behind its times after which the simulation gives up catching up


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits of the engine, named as Text Generation Inference names them; tokens and requests.

    ``max_batch_total_tokens`` 0: as many as the simulated memory holds. ``speed``: how many times faster than life.
    """

    max_concurrent_requests: int = 128
    max_input_tokens: int = 4095
    max_total_tokens: int = 4096
    max_batch_prefill_tokens: int = 4096
    max_batch_total_tokens: int = 0
    speed: float = 1.0

    def __post_init__(self) -> None:
        whole = ("max_concurrent_requests", "max_input_tokens", "max_total_tokens", "max_batch_prefill_tokens")
        for name in whole:
            if getattr(self, name) < 1:
                raise InvalidInput(f"{name} is {getattr(self, name)}; it is at least 1")
        if self.max_input_tokens >= self.max_total_tokens:
            raise InvalidInput("max_input_tokens leaves no token of max_total_tokens to be written")
        if self.max_batch_total_tokens < 0 or not 0 < self.speed <= 1e6:
            raise InvalidInput("max_batch_total_tokens is not negative, and speed lies above 0")


@dataclass(slots=True, eq=False)
class _Request:
    read: int  # tokens of the prompt
    wanted: int  # tokens to write
    written: int = 0
    gone: bool = False
    tokens: asyncio.Queue[int] = field(default_factory=asyncio.Queue)

    @property
    def reserved(self) -> int:
        return self.read + self.wanted


@dataclass(frozen=True, slots=True)
class Load:
    """How full the engine is: requests that wait, requests that are decoded, tokens written since it started."""

    waiting: int
    running: int
    written: int


class SimulatedEngine:
    """All copies of a model behind one door; a request goes to the copy with the fewest. Used from one event loop.

    Raises InvalidInput when the model does not fit.
    """

    def __init__(
        self, deployment: Deployment, settings: Settings | None = None, losses: Engine = MEASURED_2024
    ) -> None:
        self.deployment, self.settings = deployment, settings or Settings()
        model, accelerator = deployment.model, deployment.instance.accelerator
        room = int(cache_room(model, accelerator, deployment.degree, losses.reserved) // model.cache_per_token)
        if room < 2:
            raise InvalidInput(f"{model.name} does not fit on {deployment.degree} {accelerator.name}")
        self.room = min(room, self.settings.max_batch_total_tokens or room)
        self._copies = [_Copy(deployment, self.settings, losses, self.room) for _ in range(deployment.replicas)]

    @property
    def load(self) -> Load:
        return Load(
            sum(len(copy.waiting) for copy in self._copies),
            sum(len(copy.running) for copy in self._copies),
            sum(copy.written for copy in self._copies),
        )

    async def generate(self, read: int, wanted: int) -> AsyncGenerator[int, None]:
        """The numbers of its tokens, from 0, each when it is written. Leaving the iterator gives the place back.

        Raises InvalidInput (more tokens than the settings or the memory allow), RateLimited (too many requests).
        """
        self.check(read, wanted)
        load = self.load
        if load.waiting + load.running >= self.settings.max_concurrent_requests:
            raise RateLimited("the model is overloaded: as many requests are in work as it may have; try again later")
        request = _Request(max(1, read), wanted)
        min(self._copies, key=lambda copy: len(copy.waiting) + len(copy.running)).take(request)
        try:
            for _ in range(wanted):
                yield await request.tokens.get()
        finally:
            request.gone = True

    def check(self, read: int, wanted: int) -> None:
        """Raises InvalidInput for a request that can never be served."""
        limits = self.settings
        if wanted < 1:
            raise InvalidInput(f"{wanted} tokens cannot be written; ask for at least 1")
        if read > limits.max_input_tokens:
            raise InvalidInput(f"the prompt has {read} tokens; at most {limits.max_input_tokens} are read")
        most = min(limits.max_total_tokens, self.room)
        if max(1, read) + wanted > most:
            raise InvalidInput(f"{read} tokens read and {wanted} written are more than the {most} of one request")

    async def close(self) -> None:
        """End the loops."""
        for copy in self._copies:
            await copy.close()


class _Copy:
    """One copy of the model: a queue, a batch, and the loop over both."""

    def __init__(self, deployment: Deployment, settings: Settings, losses: Engine, room: int) -> None:
        self._deployment, self._settings, self._losses, self._room = deployment, settings, losses, room
        self.waiting: deque[_Request] = deque()
        self.running: list[_Request] = []
        self.written = 0
        self._work: asyncio.Task[None] | None = None
        self._now = 0.0  # in the loop's time: when what has been simulated so far ends

    def take(self, request: _Request) -> None:
        self.waiting.append(request)
        if self._work is None or self._work.done():
            self._now = asyncio.get_running_loop().time()
            self._work = asyncio.create_task(self._turns())

    async def close(self) -> None:
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    async def _turns(self) -> None:
        while self.waiting or self.running:
            self._drop_gone()
            new = self._let_in()
            if new:
                read = sum(request.read for request in new)
                await self._pass(prefill_time(self._deployment, self._losses, read))
                self._hand_out(new)
            if self.running:
                context = sum(one.read + one.written for one in self.running) / len(self.running)
                await self._pass(step_time(self._deployment, self._losses, len(self.running), context)[0])
                self._hand_out(self.running)

    def _drop_gone(self) -> None:
        """Requests whose callers left give their places back."""
        self.running = [request for request in self.running if not request.gone]
        if any(request.gone for request in self.waiting):
            self.waiting = deque(request for request in self.waiting if not request.gone)

    def _let_in(self) -> list[_Request]:
        """Who is next in the queue, as long as memory and the limit of one prefill allow; nobody overtakes."""
        used, read, new = sum(one.reserved for one in self.running), 0, list[_Request]()
        while self.waiting:
            first = self.waiting[0]
            too_long = new and read + first.read > self._settings.max_batch_prefill_tokens
            if used + first.reserved > self._room or too_long:
                break
            used, read = used + first.reserved, read + first.read
            new.append(self.waiting.popleft())
        self.running += new
        return new

    def _hand_out(self, requests: list[_Request]) -> None:
        for request in requests:
            if request.written < request.wanted:
                request.tokens.put_nowait(request.written)
                request.written += 1
                self.written += 1
        self.running = [request for request in self.running if request.written < request.wanted]

    async def _pass(self, seconds: float) -> None:
        """Wait until simulated time is here; times of turns add up, so that a late wake-up is caught up with."""
        loop = asyncio.get_running_loop()
        self._now = max(self._now + seconds / self._settings.speed, loop.time() - _LATE)
        await asyncio.sleep(max(0.0, self._now - loop.time()))
