"""What stands before each engine: how many may be inside, and whether it is worth asking at all."""

from __future__ import annotations

import threading
import time

from groundstone.errors import EngineTimeout, EngineUnavailable

FAILURES = 5  # in a row, after which an engine is left alone
PAUSE = 10.0  # seconds until one call tries it again
WAIT = 30.0  # seconds that a call waits for its turn


class Gate:
    """Before one engine. ``enter`` before it is asked; then ``leave`` exactly once, saying how it went.

    Args:
        concurrency: calls that may be inside at once; None for any number.
        wait: seconds that further ones wait for a place.
    """

    def __init__(self, engine: str, concurrency: int | None = None, wait: float = WAIT) -> None:
        self._engine, self._wait, self._concurrency = engine, wait, concurrency
        self._places = threading.BoundedSemaphore(concurrency) if concurrency else None
        self._lock = threading.Lock()
        self._failures = 0
        self._shut_until = 0.0

    def enter(self) -> None:
        """Raises EngineUnavailable while the engine is left alone, EngineTimeout when no place became free."""
        if self._failures >= FAILURES:
            self._probe()
        if self._places is not None and not self._places.acquire(timeout=self._wait):
            raise EngineTimeout(
                f"engine {self._engine!r} was busy with {self._concurrency} calls for {self._wait:g} s; try again"
            )

    def leave(self, failed: bool | None) -> None:
        """``failed``: whether the engine could not be used; None when this call tells nothing about it."""
        if self._places is not None:
            self._places.release()
        if failed:
            with self._lock:
                self._failures += 1
                self._shut_until = time.monotonic() + PAUSE
        elif failed is False and self._failures:
            self._failures = 0

    def _probe(self) -> None:
        """Lets one call through when the pause is over; its end decides for the others."""
        with self._lock:
            left = self._shut_until - time.monotonic()
            if left <= 0:
                self._shut_until = time.monotonic() + PAUSE
                return
        raise EngineUnavailable(
            f"engine {self._engine!r} failed {self._failures} times in a row; it is asked again in {left:.0f} s"
        )
