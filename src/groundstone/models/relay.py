"""Turns an engine that calls back with each piece into an iterator that the caller draws from."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from groundstone.errors import EngineTimeout, EngineUnavailable

ROOM = 64  # pieces that wait for a slow caller before the engine is held up
PATIENCE = 0.2  # seconds between two looks whether the caller has gone

Piece = dict[str, Any]
Run = Callable[[Callable[[Piece], bool]], None]  # computes; its argument takes a piece and says whether to stop


class Relay:
    """Runs ``run`` in a thread of its own and hands its pieces over, in order.

    Args:
        run: raises ValueError, TypeError or RuntimeError when the engine refuses.
        done: called once the engine has really stopped, also after ``cancel``.
        gone: whether the caller has left; looked at often.
    """

    def __init__(self, run: Run, done: Callable[[], None], gone: Callable[[], bool]) -> None:
        self._run, self._done, self._left = run, done, gone
        self._pieces: queue.Queue[Piece | Exception | None] = queue.Queue(ROOM)
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._work, name="model-reply", daemon=True)

    def pieces(self, timeout: float) -> Iterator[Piece]:
        """Every piece. Raises what ``run`` raised, or EngineTimeout when none came for ``timeout`` seconds."""
        try:
            self._thread.start()
        except RuntimeError:  # no more threads are to be had
            self._done()
            raise
        try:
            while (piece := self._next(timeout)) is not None:
                if isinstance(piece, Exception):
                    raise piece
                yield piece
        finally:
            self.cancel()

    def cancel(self) -> None:
        """The engine stops at its next piece."""
        self._cancelled.set()

    def wait(self, timeout: float) -> bool:
        """Whether the engine has stopped within ``timeout`` seconds."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _next(self, timeout: float) -> Piece | Exception | None:
        late = time.monotonic() + timeout
        while True:
            try:
                return self._pieces.get(timeout=min(PATIENCE, timeout))
            except queue.Empty:
                if self._over():
                    raise EngineUnavailable("the model was unloaded while it replied; ask again") from None
                if time.monotonic() > late:
                    raise EngineTimeout(f"the model gave no sign for {timeout:g} s; ask again, or for less") from None

    def _work(self) -> None:
        try:
            self._run(self._put)
        except (ValueError, TypeError, RuntimeError) as error:
            self._put(error)
        finally:
            self._done()
            self._put(None)

    def _put(self, piece: Piece | Exception | None) -> bool:
        """Hand over; True when nobody wants any more."""
        while not self._over():
            try:
                self._pieces.put(piece, timeout=PATIENCE)
                return self._over()
            except queue.Full:
                continue
        return True

    def _over(self) -> bool:
        return self._cancelled.is_set() or self._left()
