"""A reply as it is made, which can be stopped from any thread."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress

from groundstone.errors import EngineUnavailable
from groundstone.models.base import Delta
from groundstone.models.connections import Line


class Stream:
    """An iterator of pieces. Nothing is sent to the engine before the first one is asked for.

    ``close`` may be called by another thread while ``next`` waits: the connection is shut, at once, even when not a
    byte has arrived, and the waiting thread finds the iteration ended, without a last piece.
    """

    def __init__(self, run: Callable[[Line], Generator[Delta]]) -> None:
        self._line = Line()
        self._pieces = run(self._line)

    def __iter__(self) -> Iterator[Delta]:
        return self

    def __next__(self) -> Delta:
        if self._line.is_cut:
            raise StopIteration
        try:
            return next(self._pieces)
        except EngineUnavailable:
            if self._line.is_cut:
                raise StopIteration from None
            raise

    def close(self) -> None:
        self._line.cut()
        with suppress(ValueError):  # it runs in another thread, which the cut has woken
            self._pieces.close()
