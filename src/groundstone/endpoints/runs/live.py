"""A run looked at while it goes: how far it is, how quick the server is by now, and whether the client itself lags."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from groundstone.endpoints.load.progress import Progress
from groundstone.endpoints.runs.recorder import Recorder

TICK = 0.025  # seconds between two looks at the client itself
ASKED = 0.5  # seconds between two looks at whether somebody wants the end
MOST = 2000  # looks at one run, about: one that lasts is looked at less often


class Live:
    """Writes looks at a run into the history. Used from one event loop: give ``watch`` to the run, await ``guard``."""

    def __init__(self, recorder: Recorder, stop: asyncio.Event) -> None:
        self._recorder, self._stop = recorder, stop
        self._began = self._looked = time.perf_counter()
        self._spent = time.process_time()
        self._lag = 0.0

    def watch(self, found: Progress) -> None:
        """One look, with the client's own state since the look before."""
        now, passed = time.perf_counter(), time.perf_counter() - self._looked
        if passed < (now - self._began) / MOST and not found.over:
            return
        processor = time.process_time()
        told = {
            **found.json(), "at": now - self._began, "lag": self._lag,
            "processor": (processor - self._spent) / max(passed, 1e-9),
        }  # fmt: skip
        self._recorder.point({name: _short(value) for name, value in told.items()})
        self._looked, self._spent, self._lag = now, processor, 0.0

    async def guard(self) -> None:
        """Until cancelled: see how late this loop wakes up, and end the run when somebody asked for that."""
        asked = time.perf_counter()
        while True:
            due = time.perf_counter() + TICK
            await asyncio.sleep(TICK)
            now = time.perf_counter()
            self._lag = max(self._lag, now - due)
            if now - asked >= ASKED:
                asked = now
                if self._recorder.should_stop:
                    self._stop.set()


def _short(value: Any) -> Any:
    return round(value, 5) if isinstance(value, float) else value
