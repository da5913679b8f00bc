"""A blocking iterator behind an asynchronous route: one worker thread runs it all and posts what comes in batches."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from functools import cache
from typing import Generic, TypeVar

from starlette.types import Receive

from groundstone.server.stream import MODEL_CALLS

T = TypeVar("T")
WAITING = 256  # items that a slow reader may leave in memory


class Pump(Generic[T]):
    """Runs an iterator to its end, or until ``stop``.

    Args:
        start: makes the iterator; it is called, advanced and closed in the worker thread, so it may block.
        receive: of the request, whose body was read: when it reports that the caller went away, the pump stops.
        cut: frees the worker thread from whatever it waits for; called, in another thread, when it stops early.
        after: called on the event loop when the worker thread is done.
    """

    def __init__(
        self,
        start: Callable[[], Iterator[T]],
        receive: Receive,
        cut: Callable[[], None] | None = None,
        after: Callable[[], None] | None = None,
    ) -> None:
        self._start, self._cut, self._after = start, cut, after
        self._items: list[T] = []
        self._room = threading.Condition()
        self.stopped = self.gone = False  # gone: because the caller went away
        self._loop = asyncio.get_running_loop()
        self._ready = asyncio.Event()
        self._done = self._loop.run_in_executor(_threads(), copy_context().run, self._run)
        self._done.add_done_callback(self._ended)
        self._watch = self._loop.create_task(self._watched(receive))

    async def batch(self) -> list[T]:
        """All items since the last call, at least one; none at the end. Raises what the iterator raises."""
        while not (items := self._taken()):
            if self._done.done():
                self._done.result()
                break
            await self._ready.wait()
            self._ready.clear()
        return items

    async def all(self) -> list[T]:
        """Every item. Raises what the iterator raises."""
        items: list[T] = []
        while batch := await self.batch():
            items += batch
        return items

    def stop(self) -> None:
        """Close the iterator as soon as it lets go of its thread. Does not wait; may be called twice."""
        self._watch.cancel()
        self._let_go()
        # Nobody reads the end of a stopped pump; without this an error there would be reported as unhandled.
        self._done.add_done_callback(lambda done: done.cancelled() or done.exception())

    def _let_go(self) -> None:
        if self.stopped or self._done.done():
            return
        with self._room:
            self.stopped = True
            self._room.notify()
        if self._cut is not None:
            self._loop.run_in_executor(_threads(), self._cut)

    def _ended(self, _: object) -> None:
        self._ready.set()
        if self._after is not None:
            self._after()

    async def _watched(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        self._let_go()

    def _taken(self) -> list[T]:
        with self._room:
            items, self._items = self._items, []
            self._room.notify()
        return items

    def _run(self) -> None:
        source = self._start()
        with closing(source):  # type: ignore[type-var]  # every iterator that comes here is a generator
            for item in source:
                if not self._offered(item):
                    return

    def _offered(self, item: T) -> bool:
        with self._room:
            while len(self._items) >= WAITING and not self.stopped:
                self._room.wait()
            if self.stopped:
                return False
            self._items.append(item)
            first = len(self._items) == 1
        if first:
            self._loop.call_soon_threadsafe(self._ready.set)
        return True


@cache
def _threads() -> ThreadPoolExecutor:
    # Twice: every reply may have to be cut. A thread is idle while it waits, and made only when it is needed.
    return ThreadPoolExecutor(2 * MODEL_CALLS, thread_name_prefix="reply")
