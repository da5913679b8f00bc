"""Work in the background: threads by the id of what they work on, each of which can be told to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable

PATIENCE = 30.0  # seconds that the end of a worker is waited for


class Workers:
    """The workers of this process. Safe to use from several threads.

    Args:
        name: of the threads, before the id.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._threads: dict[str, threading.Thread] = {}
        self._stops: dict[str, threading.Event] = {}
        self.is_closing = False

    def start(self, id: str, work: Callable[[threading.Event], None]) -> None:
        """Run ``work`` in a thread; it looks at its event now and then and ends once that is set."""
        stop = self._stops[id] = threading.Event()

        def run() -> None:
            try:
                work(stop)
            finally:
                self._stops.pop(id, None)
                self._threads.pop(id, None)

        thread = self._threads[id] = threading.Thread(target=run, name=f"{self._name}-{id}", daemon=True)
        thread.start()

    def stop(self, id: str) -> None:
        """Tell the worker of ``id`` to end, if it is one of this process."""
        if (stop := self._stops.get(id)) is not None:
            stop.set()

    def stop_all(self) -> None:
        """Tell all to end, because the process does: ``is_closing`` says so."""
        self.is_closing = True
        for stop in list(self._stops.values()):
            stop.set()

    def wait(self) -> None:
        """For the ends of all, of each at most PATIENCE."""
        for thread in list(self._threads.values()):
            thread.join(PATIENCE)
