"""Threads that take work from the queue, and what keeps the queue moving: signs of life, and taking over."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

from groundstone.errors import StoreError
from groundstone.jobs import Workers
from groundstone.verification.work import LONG, SHORT

if TYPE_CHECKING:
    from groundstone.stores.queue import Item, Queue

log = logging.getLogger(__name__)

LOOK_EVERY = 0.5  # seconds between two looks for work that other processes put
RECOVER_EVERY = 1.0


class Pool:
    """Workers for one queue in this process.

    Args:
        run: does the work on one item until it is out of our hands.
        threads: how many items are worked on at the same time, at most half of them long ones.
    """

    def __init__(self, queue: Queue, name: str, run: Callable[[Item, Event], None], threads: int) -> None:
        self._queue, self._name, self._run = queue, name, run
        self._threads, self._long = threads, max(1, threads // 2)
        self._workers = Workers(f"{name}-worker")
        self._held: dict[int, Item] = {}
        self._guard = threading.Lock()
        self._wake = Event()
        self._conductor: threading.Thread | None = None
        self._beaten = self._recovered = 0.0

    @property
    def is_running(self) -> bool:
        return self._conductor is not None

    def start(self) -> None:
        """Begin to work; what dead processes left is taken over first."""
        if self._conductor is None:
            self._conductor = threading.Thread(target=self._conduct, name=f"{self._name}-queue", daemon=True)
            self._conductor.start()

    def wake(self) -> None:
        """There is new work."""
        self._wake.set()

    def now(self, item: Item) -> None:
        """Work on an item that the caller claimed, while the caller waits; what goes wrong is saved with the item."""
        done = Event()

        def work(stop: Event) -> None:
            try:
                self._work(item, stop)
            finally:
                done.set()

        self._keep(item)
        self._workers.start(f"{item.number}-{item.claim}", work)
        while not done.wait(self._queue.lease / 4):
            if self._conductor is None:  # nobody else gives signs of life
                self._beat()

    def stop(self) -> None:
        """Give back what is worked on, at the end of each present step; another process may go on with it."""
        self._workers.stop_all()
        self._wake.set()
        if self._conductor is not None:
            self._conductor.join()
        self._workers.wait()

    def _conduct(self) -> None:
        while not self._workers.is_closing:
            self._wake.clear()
            try:
                self.keep_up()
                while self._take():
                    pass
            except StoreError as error:  # the disk may be full now and not later
                log.warning("the queue stands still: %s", error)
            self._wake.wait(LOOK_EVERY)

    def keep_up(self) -> None:
        """Give signs of life, and take over from the dead, when it is time for either."""
        now = time.monotonic()
        if now - self._beaten >= self._queue.lease / 4:
            self._beaten = now
            self._beat()
        if now - self._recovered >= RECOVER_EVERY:
            self._recovered = now
            self._queue.recover(self._name)

    def _beat(self) -> None:
        with self._guard:
            held = list(self._held.values())
        if held:
            self._queue.beat(held)

    def _take(self) -> bool:
        with self._guard:
            free = self._threads - len(self._held)
            long = sum(1 for item in self._held.values() if item.lane == LONG)
        if free <= 0 or self._workers.is_closing:
            return False
        item = self._queue.claim(self._name, (SHORT, LONG) if long < self._long else (SHORT,))
        if item is None:
            return False
        self._keep(item)
        self._workers.start(f"{item.number}-{item.claim}", partial(self._work, item))
        return True

    def _work(self, item: Item, stop: Event) -> None:
        try:
            self._run(item, stop)
        except StoreError as error:  # it is taken over when its lease is over; what was saved before counts
            log.warning("what became of %s could not be saved: %s", item.id, error)
        finally:
            self._let_go(item)
            self._wake.set()

    def _keep(self, item: Item) -> None:
        with self._guard:
            self._held[item.number] = item

    def _let_go(self, item: Item) -> None:
        with self._guard:
            self._held.pop(item.number, None)
