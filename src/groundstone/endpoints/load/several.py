"""A level of load spread over several processes, for servers that outrun one; each is told its share as JSON.

``python -m groundstone.endpoints.load.several`` is such a process: an order on its standard input, the level on its
standard output, in JSON. All begin at the same moment of the wall clock, so that their times count from one begin.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any

from groundstone.endpoints.load.counting import WAYS, of_file
from groundstone.endpoints.load.health import Health
from groundstone.endpoints.load.outcomes import Outcome
from groundstone.endpoints.load.payloads import Payloads, as_told, of_told
from groundstone.endpoints.load.plan import Plan
from groundstone.endpoints.load.progress import Progress, Watching
from groundstone.endpoints.load.progress import together as merged
from groundstone.endpoints.load.runner import Extent, Level, closed
from groundstone.endpoints.load.target import target_of
from groundstone.endpoints.load.vocabulary import PLAIN, Vocabulary
from groundstone.errors import InvalidInput, ModelError

STARTING = 2.0  # seconds until all processes are there


@dataclass(frozen=True, slots=True)
class Order:
    """What one process is to do. ``environment``, with its keys, goes over the pipe, never into arguments."""

    plan: Plan
    concurrency: int
    extent: Extent
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    seed: int = 0
    form: int = 0
    words: Vocabulary = PLAIN

    def share(self, number: int, of: int) -> dict[str, Any]:
        """The part of one process; clients and requests are shared out to the last one."""
        extent = replace(self.extent, requests=_part(self.extent.requests, number, of), warm=1)
        return {
            "plan": self.plan.json(), "concurrency": _part(self.concurrency, number, of), "extent": asdict(extent),
            "environment": dict(self.environment), "seed": self.seed * 1000 + number,
            "form": self.form, "words": as_told(self.words), "number": number, "of": of,
        }  # fmt: skip


async def together(order: Order, processes: int, stop: asyncio.Event, watch: Watching | None = None) -> Level:
    """The level as all processes saw it. Raises InvalidInput, and ModelError when a process fails."""
    if not 1 <= processes <= order.concurrency:
        raise InvalidInput(f"{order.concurrency} clients are too few for {processes} processes; each has one at least")
    processes = min(processes, order.extent.requests or processes)
    name, begin = f"{order.concurrency} at once", time.time() + STARTING
    last: dict[int, Progress] = {}

    def heard(number: int, progress: Progress) -> None:
        last[number] = progress
        if watch is not None and (number == min(last) or progress.over):
            watch(merged(list(last.values()), name, order.concurrency))

    levels = await asyncio.gather(
        *(
            _run({**order.share(number, processes), "begin": begin}, stop, partial(heard, number))
            for number in range(processes)
        )
    )
    outcomes = sorted((one for level in levels for one in level.outcomes), key=lambda one: one.scheduled)
    health = Health(
        max(level.health.lag for level in levels), max(level.health.worst for level in levels),
        max(level.health.processor for level in levels),
    )  # fmt: skip
    seconds = max(level.seconds for level in levels)
    return Level(name, tuple(outcomes), seconds, health, stop.is_set())


async def _run(share: dict[str, Any], stop: asyncio.Event, heard: Callable[[Progress], None]) -> Level:
    """A process of its own, in a session of its own: Ctrl-C is for its parent, which tells it to end."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "groundstone.endpoints.load.several", start_new_session=True,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**30,
    )  # fmt: skip
    assert child.stdin is not None
    data = b""
    try:
        child.stdin.write(json.dumps(share).encode() + b"\n")
        answer = asyncio.create_task(_heard(child, heard))
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


async def _heard(child: asyncio.subprocess.Process, heard: Callable[[Progress], None]) -> bytes:
    """The last line, which is the level; those before it tell how far it is."""
    assert child.stdout is not None
    last = b""
    async for line in child.stdout:
        if line.startswith(b'{"level": "'):  # a Progress; the level itself begins with its name
            heard(Progress(**json.loads(line)))
        else:
            last = line
    return last


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
    plan, extent = Plan.of(share["plan"]), Extent(**share["extent"])
    target = target_of(plan, share["environment"])
    local = of_file(plan.tokenizer) if plan.tokenizer not in WAYS else None
    target = replace(target, wire=target.wire.form(share["form"]), tokens=local)
    asks = Payloads.of(plan, of_told(share["words"])).asks(share["seed"], share["number"], share["of"])
    stop = asyncio.Event()
    watching = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
    watching.add_done_callback(lambda _: stop.set())
    await asyncio.sleep(max(0.0, share["begin"] - time.time()))
    level = await closed(target, asks, share["concurrency"], extent, stop, _tell)
    await target.client.close()
    return {
        "name": level.name, "seconds": level.seconds, "health": asdict(level.health), "stopped": level.stopped,
        "outcomes": [one.json() for one in level.outcomes],
    }  # fmt: skip


def _tell(progress: Progress) -> None:
    sys.stdout.write(json.dumps(progress.json()) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read an order, run it, write the level; a closed input ends it early."""
    import os

    told = asyncio.new_event_loop().run_until_complete(_work(json.loads(sys.stdin.readline())))
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    os._exit(0)  # a thread still waits for the input


if __name__ == "__main__":
    main()
