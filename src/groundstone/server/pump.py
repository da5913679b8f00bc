"""A blocking iterator behind an asynchronous route: one worker thread runs it all and posts what comes in batches."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from contextvars import copy_context
from functools import cache
from typing import Generic, TypeVar

from starlette.types import Receive

from groundstone.server.stream import MODEL_CALLS

T = TypeVar("T")
WAITING = 256  # items that a slow reader may leave in memory
GLANCE = 0.02  # seconds until the caller is watched; most short replies are there before, and a watch costs more


class Pump(Generic[T]):
    """Runs an iterator to its end, or until ``stop``.

    Args:
        start: makes the iterator; it is called, advanced and closed in the worker thread, so it may block.
        receive: of the request, whose body was read: when it reports that the caller went away, the pump stops.
        cut: frees the worker thread from whatever it waits for; called, in another thread, when it stops early.
        after: called on the event loop when the worker thread is done.
        whole: nothing is wanted before the end: the event loop is woken once, however many items there are.
    """

    def __init__(
        self,
        start: Callable[[], Iterator[T]],
        receive: Receive,
        cut: Callable[[], None] | None = None,
        after: Callable[[], None] | None = None,
        whole: bool = False,
    ) -> None:
        self._start, self._cut, self._after, self._whole = start, cut, after, whole
        self._items: list[T] = []
        self._room = threading.Condition(threading.Lock())
        self.stopped = self.gone = self._over = False  # gone: because the caller went away
        self._loop = asyncio.get_running_loop()
        self._ready = asyncio.Event()
        self._watch: asyncio.TimerHandle | asyncio.Task[None]
        self._watch = self._loop.call_later(GLANCE, self._begin_watch, receive)
        self._work = _threads().submit(copy_context().run, self._run)
        self._work.add_done_callback(lambda _: self._post(self._ended))

    async def batch(self) -> list[T]:
        """All items since the last call, at least one; none at the end. Raises what the iterator raises."""
        while not (items := self._taken()):
            if self._over:
                self._work.result()
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

    def _let_go(self) -> None:
        if self.stopped or self._over:
            return
        with self._room:
            self.stopped = True
            self._room.notify()
        if self._cut is not None:
            self._loop.run_in_executor(_threads(), self._cut)

    def _post(self, call: Callable[[], None]) -> None:
        """Have the event loop call this; from the worker thread, which may outlive the loop."""
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(call)

    def _ended(self) -> None:
        self._over = True
        self._ready.set()
        if self._after is not None:
            self._after()

    def _begin_watch(self, receive: Receive) -> None:
        self._watch = self._loop.create_task(self._watched(receive))

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
            while len(self._items) >= WAITING and not self._whole and not self.stopped:
                self._room.wait()
            if self.stopped:
                return False
            self._items.append(item)
            first = len(self._items) == 1
        if first and not self._whole:
            self._post(self._ready.set)
        return True


@cache
def _threads() -> ThreadPoolExecutor:
    # Twice: every reply may have to be cut. A thread is idle while it waits, and made only when it is needed.
    return ThreadPoolExecutor(2 * MODEL_CALLS, thread_name_prefix="reply")
