"""Whether the client itself was the bottleneck: how late its event loop woke up, how much of a processor it took."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

EVERY = 0.02  # seconds between looks
LATE = 0.025  # seconds of lag at the 99th percentile from which times cannot be trusted
BUSY = 0.9  # of one processor


@dataclass(frozen=True, slots=True)
class Health:
    """``lag``: seconds that the loop woke up late, 99th percentile; ``worst``: at most; ``processor``: share of one."""

    lag: float
    worst: float
    processor: float

    @property
    def problem(self) -> str:
        """Why figures of this run are not to be trusted; "" when they are."""
        if self.processor > BUSY:
            return f"the client took {100 * self.processor:.0f} % of a processor: use more processes"
        if self.lag > LATE:
            return f"the client was {1000 * self.lag:.0f} ms late in one of a hundred looks: the machine is too busy"
        return ""


class Watch:
    """Looks on while a run goes; ``async with`` it."""

    def __init__(self) -> None:
        self._lags: list[float] = []
        self._began = self._processor = 0.0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Watch:
        self._began, self._processor = time.perf_counter(), time.process_time()
        self._task = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *exception: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    @property
    def health(self) -> Health:
        """So far."""
        passed = max(time.perf_counter() - self._began, 1e-9)
        lags = sorted(self._lags) or [0.0]
        return Health(
            lags[min(len(lags) - 1, int(0.99 * len(lags)))], lags[-1], (time.process_time() - self._processor) / passed
        )

    async def _look(self) -> None:
        while True:
            due = time.perf_counter() + EVERY
            await asyncio.sleep(EVERY)
            self._lags.append(max(0.0, time.perf_counter() - due))
