"""The simulated engine: who is served, who waits, who is refused. Times are those of the theory, hurried on."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from groundstone.endpoints.capacity.accelerators import instance
from groundstone.endpoints.capacity.architectures import catalogue
from groundstone.endpoints.capacity.predict import Deployment
from groundstone.endpoints.simulate import words
from groundstone.endpoints.simulate.batching import Settings, SimulatedEngine
from groundstone.errors import InvalidInput, RateLimited

from . import looped

FAST = 1e5


def engine(replicas: int = 1, **settings: Any) -> SimulatedEngine:
    deployment = Deployment(catalogue()["llama-2-7b"], instance("ml.g5.2xlarge"), 1, replicas)
    return SimulatedEngine(deployment, Settings(**{"speed": FAST, **settings}))


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return looped.run(_soon(work))


async def _soon(work: Coroutine[Any, Any, Any]) -> Any:
    return await asyncio.wait_for(work, 20)


async def served(one: SimulatedEngine, read: int = 8, wanted: int = 5) -> list[int]:
    return [number async for number in one.generate(read, wanted)]


def test_every_request_gets_the_tokens_it_asked_for() -> None:
    async def many() -> list[list[int]]:
        one = engine()
        return await asyncio.gather(*(served(one, wanted=number) for number in range(1, 40)))

    assert [len(tokens) for tokens in run(many())] == list(range(1, 40))


def test_requests_are_decoded_together() -> None:
    async def together() -> int:
        one = engine(speed=20)
        work = [asyncio.create_task(served(one, 8, 200)) for _ in range(10)]
        await asyncio.sleep(0.05)
        running = one.load.running
        for task in work:
            task.cancel()
        await one.close()
        return running

    assert run(together()) == 10


def test_what_does_not_fit_into_memory_waits() -> None:
    async def crowded() -> tuple[int, int]:
        one = engine(speed=20, max_batch_total_tokens=1000)
        work = [asyncio.create_task(served(one, 100, 400)) for _ in range(5)]
        await asyncio.sleep(0.05)
        found = one.load.running, one.load.waiting
        for task in work:
            task.cancel()
        await one.close()
        return found

    assert run(crowded()) == (2, 3)


def test_more_requests_than_allowed_are_refused_at_once() -> None:
    async def crowd() -> list[Any]:
        one = engine(max_concurrent_requests=3)
        return await asyncio.gather(*(served(one, wanted=50) for _ in range(5)), return_exceptions=True)

    found = run(crowd())
    assert sum(isinstance(one, RateLimited) for one in found) == 2
    assert sum(isinstance(one, list) for one in found) == 3


def test_a_caller_who_leaves_gives_the_place_back() -> None:
    async def left() -> list[int]:
        one = engine(max_concurrent_requests=1, speed=200)
        stream = one.generate(8, 1000)
        await anext(stream)
        await stream.aclose()
        while one.load.running:
            await asyncio.sleep(0.001)
        return await served(one)

    assert len(run(left())) == 5


def test_copies_share_the_requests() -> None:
    async def shared() -> list[int]:
        one = engine(replicas=3, speed=20)
        work = [asyncio.create_task(served(one, 8, 200)) for _ in range(9)]
        await asyncio.sleep(0.05)
        found = [len(copy.running) for copy in one._copies]
        for task in work:
            task.cancel()
        await one.close()
        return found

    assert run(shared()) == [3, 3, 3]


@pytest.mark.parametrize(
    ("read", "wanted", "said"), [(5000, 1, "at most"), (10, 5000, "one request"), (1, 0, "least 1")]
)
def test_what_can_never_be_served_is_refused(read: int, wanted: int, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        run(served(engine(), read, wanted))


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InvalidInput):
        Settings(max_input_tokens=10, max_total_tokens=10)
    with pytest.raises(InvalidInput):
        Settings(speed=0)
    with pytest.raises(InvalidInput, match="does not fit"):
        SimulatedEngine(Deployment(catalogue()["llama-2-70b"], instance("ml.g5.2xlarge")))


def test_the_same_prompt_gets_the_same_words() -> None:
    def text(seed: int) -> str:
        drawn = words.reply("why", seed)
        return "".join(words.word(drawn, number == 0) for number in range(20))

    assert text(1) == text(1) != text(2)
    assert words.count(text(1)) == 20
