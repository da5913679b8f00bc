"""A simulated engine in a process of its own, for as long as a run lasts."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict

from groundstone.endpoints.runs.order import Simulation
from groundstone.errors import ModelError

MODULE = "groundstone.cli.simulated_process"  # it serves HTTP, which is of a higher floor
STARTING = 60.0  # seconds, on a machine that is busy


@asynccontextmanager
async def simulated(wanted: Simulation) -> AsyncIterator[str]:
    """Its address. It ends when its standard input is closed, so that it outlives nobody. Raises ModelError."""
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", MODULE, stdin=pipe, stdout=pipe)
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(json.dumps(asdict(wanted)).encode() + b"\n")
        address = await asyncio.wait_for(child.stdout.readline(), STARTING)
        if not address:
            raise ModelError("the simulated engine did not start; the log of the server has its words")
        yield address.decode().strip()
    except TimeoutError:
        raise ModelError(f"the simulated engine did not start within {STARTING:g} s") from None
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
