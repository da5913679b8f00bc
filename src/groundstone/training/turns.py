"""Whose turn it is among jobs that wait: one works at a time, the one that came first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Safe to use from several threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[str] = []

    @contextmanager
    def turn(self, id: str, stop: threading.Event) -> Iterator[None]:
        """Wait for the first place and hold it for the block; with ``stop`` set the block begins at once."""
        with self._changed:
            self._waiting.append(id)
            self._changed.wait_for(lambda: self._waiting[0] == id or stop.is_set())
        try:
            yield
        finally:
            with self._changed:
                self._waiting.remove(id)
                self._changed.notify_all()

    def wake(self) -> None:
        """Say that a ``stop`` was set."""
        with self._changed:
            self._changed.notify_all()
