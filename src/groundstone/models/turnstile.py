"""Shares the processor among the engines of this process: one computes at a time, and who came first goes first."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from groundstone.errors import EngineTimeout, EngineUnavailable

PATIENCE = 0.2  # seconds between two looks whether the caller has gone


class Turnstile:
    """Admits callers in the order in which they came: of one engine at a time, up to its places.

    Two engines that compute at once take the cores from each other and are many times slower than in turn.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._line: deque[object] = deque()
        self._owner: object | None = None
        self._inside = 0

    def enter(self, owner: object, places: int, timeout: float, gone: Callable[[], bool]) -> None:
        """Wait for a place; ``leave`` gives it back.

        Raises EngineTimeout after ``timeout`` seconds, EngineUnavailable when the caller is ``gone`` meanwhile.
        """
        ticket, late = object(), time.monotonic() + timeout
        with self._changed:
            self._line.append(ticket)
            try:
                while not (self._line[0] is ticket and self._free(owner, places)):
                    if gone():
                        raise EngineUnavailable("the request was given up before its turn came")
                    if time.monotonic() > late:
                        raise EngineTimeout(f"the model was busy for {timeout:g} s with earlier requests; try again")
                    self._changed.wait(min(timeout, PATIENCE))
                self._owner, self._inside = owner, self._inside + 1
            finally:
                self._line.remove(ticket)
                self._changed.notify_all()

    def leave(self) -> None:
        with self._changed:
            self._inside -= 1
            self._changed.notify_all()

    def _free(self, owner: object, places: int) -> bool:
        return self._inside == 0 or (self._owner is owner and self._inside < places)


CORES = Turnstile()  # every engine that computes in this process passes here
