"""A level of load spread over several processes, for servers that outrun one; each is told its share as JSON.

``python -m groundstone.endpoints.load.several`` is such a process: an order on its standard input, the level on its
standard output, in JSON. All begin at the same moment of the wall clock, so that their times count from one begin.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

from groundstone.endpoints.load.client import Address, Client
from groundstone.endpoints.load.health import Health
from groundstone.endpoints.load.outcomes import Outcome
from groundstone.endpoints.load.prompts import prompts
from groundstone.endpoints.load.runner import Extent, Level, Target, closed
from groundstone.endpoints.load.wires import wire
from groundstone.errors import InvalidInput, ModelError

STARTING = 2.0  # seconds until all processes are there


@dataclass(frozen=True, slots=True)
class Order:
    """What a level is, for all processes together. ``headers`` go over the pipe, never into arguments."""

    url: str
    wire: str
    model: str
    input_tokens: int
    output_tokens: int
    concurrency: int
    requests: int = 0
    seconds: float = 0.0
    timeout: float = 60.0
    shared: int = 0
    seed: int = 0
    verify: bool = True
    headers: tuple[tuple[str, str], ...] = ()

    def share(self, number: int, of: int) -> dict[str, Any]:
        """The part of one process; clients and requests are shared out to the last one."""
        return {
            **asdict(self),
            "concurrency": _part(self.concurrency, number, of),
            "requests": _part(self.requests, number, of),
            "seed": self.seed * 1000 + number,
        }


async def together(order: Order, processes: int, stop: asyncio.Event) -> Level:
    """The level as all processes saw it. Raises InvalidInput, and ModelError when a process fails."""
    if not 1 <= processes <= order.concurrency:
        raise InvalidInput(f"{order.concurrency} clients are too few for {processes} processes; each has one at least")
    begin = time.time() + STARTING
    shares = [{**order.share(number, processes), "begin": begin} for number in range(processes)]
    levels = await asyncio.gather(*(_run(share, stop) for share in shares))
    outcomes = sorted((one for level in levels for one in level.outcomes), key=lambda one: one.scheduled)
    health = Health(
        max(level.health.lag for level in levels), max(level.health.worst for level in levels),
        max(level.health.processor for level in levels),
    )  # fmt: skip
    seconds = max(level.seconds for level in levels)
    return Level(f"{order.concurrency} at once", tuple(outcomes), seconds, health, stop.is_set())


async def _run(share: dict[str, Any], stop: asyncio.Event) -> Level:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "groundstone.endpoints.load.several",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**30,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    data = b""
    try:
        child.stdin.write(json.dumps(share).encode() + b"\n")
        answer = asyncio.create_task(child.stdout.read())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((answer, stopping), return_when=asyncio.FIRST_COMPLETED)
        child.stdin.close()  # it ends its level, and tells what it has
        data = await answer
        stopping.cancel()
    finally:
        if not data and child.returncode is None:  # the process must not outlive whoever waited for it
            child.kill()
        await child.wait()
    return _level(data)


def _level(data: bytes) -> Level:
    try:
        told = json.loads(data)
        outcomes = tuple(Outcome(**{**one, "gaps": tuple(map(tuple, one["gaps"]))}) for one in told["outcomes"])
        return Level(told["name"], outcomes, told["seconds"], Health(**told["health"]), told["stopped"])
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError("a process of the load ended without a result; its words are above") from error


def _part(whole: int, number: int, of: int) -> int:
    return whole // of + (number < whole % of)


async def _work(share: dict[str, Any]) -> dict[str, Any]:
    """One process: wait for the common begin, run, tell."""
    client = Client(Address.of(share["url"]), share["timeout"], share["verify"])
    target = Target(client, wire(share["wire"]), share["model"], dict(share["headers"]))
    asks = prompts(share["input_tokens"], share["output_tokens"], seed=share["seed"], shared=share["shared"])
    stop = asyncio.Event()
    watching = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
    watching.add_done_callback(lambda _: stop.set())
    await asyncio.sleep(max(0.0, share["begin"] - time.time()))
    level = await closed(target, asks, share["concurrency"], Extent(share["requests"], share["seconds"]), stop)
    await client.close()
    return {
        "name": level.name, "seconds": level.seconds, "health": asdict(level.health), "stopped": level.stopped,
        "outcomes": [one.json() for one in level.outcomes],
    }  # fmt: skip


def main() -> None:
    """Read an order, run it, write the level; a closed input ends it early."""
    import os

    told = asyncio.new_event_loop().run_until_complete(_work(json.loads(sys.stdin.readline())))
    sys.stdout.write(json.dumps(told))
    sys.stdout.flush()
    os._exit(0)  # a thread still waits for the input


if __name__ == "__main__":
    main()
