"""``python -m groundstone.endpoints.runs.child``: a load run in a process of its own; nothing disturbs its clock.

A task on standard input, one line of JSON; the id of the run, or why there is none, on standard output. Everything else
goes into the history. When the input is closed, the run ends and what it has measured is kept.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from groundstone.endpoints.load.measure import measure, setting
from groundstone.endpoints.load.plan import Plan
from groundstone.endpoints.load.report import Report, Row
from groundstone.endpoints.runs.history import History
from groundstone.endpoints.runs.keeping import keeping
from groundstone.endpoints.runs.order import Order, order_of
from groundstone.endpoints.runs.recorder import Recorder
from groundstone.endpoints.runs.simulation import simulated
from groundstone.endpoints.runs.theory import beside, predicted
from groundstone.errors import GroundstoneError
from groundstone.identity import Principal


async def run(order: Order, recorder: Recorder, url: str, key_env: str) -> None:
    """The whole run; it is ended in the history whatever happens."""
    stop = asyncio.Event()
    async with keeping(recorder, stop) as kept, _asked(order, url, key_env) as plan:

        def lose() -> None:
            kept.lost = True
            stop.set()

        watching = asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
        watching.add_done_callback(lambda _: lose())
        theory, told = predicted(beside(order.json())), {**setting(plan), **order.told}
        rows: list[Row] = []

        def ended(row: Row) -> None:
            rows.append(row)
            kept.level(Report(recorder.run.title, told, tuple(rows), order.price, theory))

        await measure(plan, stop, watch=kept.watch, ended=ended)


@asynccontextmanager
async def _asked(order: Order, url: str, key_env: str) -> AsyncIterator[Plan]:
    """The plan with its address; an engine that is simulated lives as long."""
    if order.simulation is None:
        yield order.at(url, key_env)
        return
    async with simulated(order.simulation) as address:
        yield order.at(address)


def main() -> None:
    """Read a task (root, tenant, user, title, target, order, url, key_env), tell the id, run."""
    task = json.loads(sys.stdin.buffer.readline())
    caller = Principal(task["user"], task["tenant"])
    try:
        order = order_of(task["order"])
        recorder = History(Path(task["root"])).begin(caller, task["title"], task["target"], order=order.json())
    except GroundstoneError as error:
        _say({"problem": str(error)})
        return
    _say({"id": recorder.run.id})
    status = 0
    try:
        asyncio.new_event_loop().run_until_complete(run(order, recorder, task["url"], task["key_env"]))
    except GroundstoneError:
        status = 1  # the history has its words
    sys.stderr.flush()
    os._exit(status)  # a thread still waits for the input


def _say(told: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
