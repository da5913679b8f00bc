"""Places at a counter: people first, then work in the background, each in the order of asking."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 4  # places given away before one goes to the background, if it waits


class Turns:
    """At most ``count`` holders at a time. A place that becomes free goes to whoever waits longest.

    Somebody who waits for a page goes before a batch of hundreds, but one place in ``PATIENCE`` is the batch's. A plain
    semaphore lets the one that gives a place back take it again at once, so that a long document would keep a short one
    waiting.
    """

    def __init__(self, count: int) -> None:
        self._lock = threading.Lock()
        self._free = count
        self._waiting: dict[bool, deque[threading.Event]] = {False: deque(), True: deque()}  # by background
        self._given = 0  # since the background had a place

    @contextmanager
    def one(self, background: bool = False) -> Iterator[None]:
        """Wait for a place and hold it."""
        self._take(background)
        try:
            yield
        finally:
            self._give_back()

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        with self._lock:
            return sum(map(len, self._waiting.values()))

    def _take(self, background: bool) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            mine = threading.Event()
            self._waiting[background].append(mine)
        mine.wait()

    def _give_back(self) -> None:
        with self._lock:
            background = bool(self._waiting[True]) and (self._given + 1 >= PATIENCE or not self._waiting[False])
            if self._waiting[background]:
                self._given = 0 if background else self._given + 1
                self._waiting[background].popleft().set()
            else:
                self._free += 1
