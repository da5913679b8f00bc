"""A blocking iterator behind an asynchronous reader."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from groundstone.server.pump import WAITING, Pump
from tests import looping


async def never() -> Any:
    await asyncio.Event().wait()


def driven(start: Callable[[], Iterator[int]], **options: Any) -> list[int]:
    async def run() -> list[int]:
        pump = Pump(start, never, **options)
        try:
            return await pump.all()
        finally:
            pump.stop()

    return looping.run(run())


@pytest.mark.parametrize("count", [0, 1, WAITING, 10 * WAITING])
def test_every_item_comes_in_order(count: int) -> None:
    assert driven(lambda: (number for number in range(count))) == list(range(count))


def test_what_the_iterator_raises_is_raised_after_its_items() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise LookupError("gone")

    async def run() -> list[int]:
        pump = Pump(items, never)
        seen: list[int] = []
        while not seen:
            seen += await pump.batch()
        with pytest.raises(LookupError, match="gone"):
            await pump.batch()
        pump.stop()
        return seen

    assert looping.run(run()) == [1]


def test_a_slow_reader_holds_the_iterator_back() -> None:
    made = 0

    def items() -> Iterator[int]:
        nonlocal made
        while True:
            made += 1
            yield made

    async def run() -> int:
        pump = Pump(items, never)
        await asyncio.sleep(0.2)
        held = made
        pump.stop()
        return held

    assert looping.run(run()) == WAITING + 1


def test_stopping_closes_the_iterator_and_tells_when_it_is_done() -> None:
    closed, after = threading.Event(), threading.Event()

    def items() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.set()

    async def run() -> None:
        pump = Pump(items, never, after=after.set)
        await pump.batch()
        pump.stop()
        pump.stop()
        while not after.is_set():
            await asyncio.sleep(0.01)

    looping.run(run(), 5)
    assert closed.is_set()


def test_a_caller_who_goes_away_frees_a_thread_that_waits() -> None:
    freed, gone = threading.Event(), asyncio.Event()

    def items() -> Iterator[int]:
        yield 1
        freed.wait()

    async def receive() -> Any:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def run() -> bool:
        pump = Pump(items, receive, cut=freed.set)
        assert await pump.batch() == [1]
        gone.set()
        assert await pump.batch() == []
        pump.stop()
        return pump.gone

    assert looping.run(run(), 5)


def test_a_whole_reply_is_not_held_back_and_wakes_its_reader_once() -> None:
    async def run() -> tuple[list[int], int]:
        woken = 0
        pump = Pump(lambda: (number for number in range(3 * WAITING)), never, whole=True)
        wake = pump._loop.call_soon_threadsafe

        def counted(*args: Any, **options: Any) -> Any:
            nonlocal woken
            woken += 1
            return wake(*args, **options)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pump._loop, "call_soon_threadsafe", counted)
            items = await pump.all()
        pump.stop()
        return items, woken

    items, woken = looping.run(run())
    assert items == list(range(3 * WAITING))
    assert woken <= 1


def test_a_caller_who_waits_for_a_whole_reply_and_goes_away_frees_the_thread() -> None:
    freed, gone = threading.Event(), asyncio.Event()

    def items() -> Iterator[int]:
        freed.wait()
        yield 1

    async def receive() -> Any:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def run() -> tuple[list[int], bool]:
        pump = Pump(items, receive, cut=freed.set, whole=True)
        asyncio.get_running_loop().call_later(0.05, gone.set)
        found = await pump.all()
        pump.stop()
        return found, pump.gone

    assert looping.run(run(), 5) == ([], True)
