"""Several instances of an engine, each a process of its own, behind one address; one that ends is started again."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

from groundstone.endpoints.balance import Balancer
from groundstone.errors import InvalidInput, ModelError

MODULE = "groundstone.cli.instance"  # it serves HTTP, which is of a higher floor
MOST = 64
STARTING = 120.0  # seconds until all are healthy
EVERY = 1.0  # seconds between looks at the instances
LOOK, LONGEST = 0.2, 30.0  # seconds between looks at processes; the longest wait before one is started again
STEADY = 60.0  # seconds after which a process that ended had been well
ENDING = 10.0  # seconds between asking a process to end and ending it
LAST_WORDS = 2000  # characters of what a process wrote that are told


@dataclass(slots=True, eq=False)
class Member:
    """One instance: the arguments of its program, and its port, which it keeps when it is started again."""

    arguments: tuple[str, ...]
    port: int
    log: IO[bytes]
    process: asyncio.subprocess.Process | None = None
    began: float = 0.0
    failures: int = 0  # in a row
    again: float = 0.0  # when it is to be started again

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.returncode is None

    def last_words(self) -> str:
        self.log.seek(0)
        lines = self.log.read().decode(errors="replace")[-LAST_WORDS:].strip().splitlines()
        return lines[-1] if lines else "it said nothing"


@dataclass(slots=True, eq=False)
class Fleet:
    """``count`` instances of a program, each with ``--port`` and its port behind ``arguments``.

    ``health``: the path that a healthy one answers. ``environment``: more variables for them. ``told``: hears what
    happens, a line each. Raises InvalidInput.
    """

    arguments: Sequence[str]
    count: int = 1
    health: str = "/health"
    environment: Mapping[str, str] = field(default_factory=dict)
    told: Callable[[str], None] = lambda line: None
    members: list[Member] = field(default_factory=list)
    balancer: Balancer = field(init=False)
    _watch: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MOST:
            raise InvalidInput(f"{self.count} instances cannot be started here; from 1 to {MOST}")
        ports = _free_ports(self.count)
        self.members = [Member(tuple(self.arguments), port, tempfile.TemporaryFile()) for port in ports]  # noqa: SIM115
        self.balancer = Balancer([member.url for member in self.members], self.health, EVERY)

    async def start(self, host: str = "127.0.0.1", port: int = 0, patience: float = STARTING) -> int:
        """Start all, wait until all are healthy, then listen; the port.

        Raises ModelError with what an instance said, when one ends or is not healthy in time; nothing is left then.
        OSError when the port is taken.
        """
        try:
            for member in self.members:
                await self._begin(member)
            await self._healthy(time.monotonic() + patience)
            found = await self.balancer.start(host, port)
        except BaseException:
            await self.close()
            raise
        self._watch = asyncio.create_task(self._keep())
        return found

    async def close(self) -> None:
        """Take no more connections, and end all instances: asked first, made to after some seconds."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        await self.balancer.close()
        await asyncio.gather(*(_ended(member) for member in self.members))
        for member in self.members:
            member.log.close()

    async def _begin(self, member: Member) -> None:
        member.log.seek(0)
        member.log.truncate()
        member.began = time.monotonic()
        member.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", MODULE, *member.arguments, "--port", str(member.port),
            stdin=asyncio.subprocess.PIPE,  # it ends when this is closed, so that it outlives nobody
            stdout=member.log, stderr=member.log, env={**os.environ, **self.environment},
        )  # fmt: skip

    async def _healthy(self, until: float) -> None:
        while True:
            await self.balancer.look()
            for member in self.members:
                if not member.is_running:
                    raise ModelError(f"an instance did not start: {member.last_words()}")
            sick = [one for one in self.balancer.instances if not one.healthy]
            if not sick:
                return
            if time.monotonic() > until:
                raise ModelError(f"{len(sick)} of {self.count} instances were not healthy in time: {sick[0].why}")
            await asyncio.sleep(LOOK)

    async def _keep(self) -> None:
        """Start again what has ended, at once the first time, later and later when it ends soon again and again."""
        while True:
            await asyncio.sleep(LOOK)
            for member in self.members:
                if not member.is_running:
                    await self._again(member)

    async def _again(self, member: Member) -> None:
        now = time.monotonic()
        if not member.again:
            steady = now - member.began > STEADY
            member.failures = 1 if steady else member.failures + 1
            wait = min(2.0 ** (member.failures - 1) - 1, LONGEST)
            member.again = now + wait
            code = member.process.returncode if member.process else None
            self.told(f"{member.url} ended (status {code}): {member.last_words()}; started again in {wait:g} s")
        if now >= member.again:
            member.again = 0.0
            await self._begin(member)


async def _ended(member: Member) -> None:
    process = member.process
    if process is None or process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), ENDING)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _free_ports(count: int) -> list[int]:
    """Ports that are free now, all different. Another program may take one meanwhile; its instance then says so."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()
