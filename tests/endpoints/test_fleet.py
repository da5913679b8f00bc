"""Several instances behind one address: one is killed and it goes on, all end together, what cannot start is told."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable

import pytest

from groundstone.endpoints.fleet import Fleet
from groundstone.endpoints.load.client import Address, Client
from groundstone.errors import InvalidInput, ModelError

from .looped import run

ENGINE = ["simulate", "--model", "smollm2-135m", "--accelerator", "t4", "--speed", "1000"]


async def asked(port: int) -> int:
    """The status of a request to the one address."""
    client = Client(Address.of(f"http://127.0.0.1:{port}"), 10)
    body = json.dumps({"inputs": "Hello", "parameters": {"max_new_tokens": 3}}).encode()
    exchange = await client.send(client.request("/generate", body))
    await client.close()
    return exchange.reply.status


async def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        await asyncio.sleep(0.05)


def test_a_killed_instance_is_started_again_and_requests_go_on() -> None:
    run(_killed())


async def _killed() -> None:
    told: list[str] = []
    fleet = Fleet(ENGINE, 2, told=told.append)
    port = await fleet.start()
    try:
        assert {await asked(port) for _ in range(4)} == {200}
        assert [one.served for one in fleet.balancer.instances] == [2, 2]
        first = fleet.members[0].process
        assert first is not None
        os.kill(first.pid, signal.SIGKILL)
        await first.wait()
        assert {await asked(port) for _ in range(4)} == {200}
        await until(lambda: fleet.members[0].is_running and fleet.members[0].process is not first)
        await until(lambda: all(one.healthy for one in fleet.balancer.instances))
        assert "started again" in told[0]
        assert await asked(port) == 200
    finally:
        await fleet.close()
    assert not any(member.is_running for member in fleet.members)


def test_an_instance_that_cannot_start_is_told_in_its_own_words() -> None:
    async def started() -> None:
        fleet = Fleet(["simulate", "--model", "nothing-1b"], 1)
        with pytest.raises(ModelError, match="no model 'nothing-1b'"):
            await fleet.start()
        assert not any(member.is_running for member in fleet.members)

    run(started())


def test_an_instance_ends_with_whoever_started_it() -> None:
    async def orphaned() -> None:
        fleet = Fleet(ENGINE, 1)
        await fleet.start()
        process = fleet.members[0].process
        assert process is not None
        assert process.stdin is not None
        try:
            process.stdin.close()  # as when the process that holds the other end is killed
            await asyncio.wait_for(process.wait(), 20)
        finally:
            await fleet.close()

    run(orphaned())


def test_a_fleet_has_instances() -> None:
    with pytest.raises(InvalidInput, match="from 1 to"):
        Fleet(ENGINE, 0)
