"""Several instances behind one address: each connection goes to the healthy instance with the fewest.

Bytes are passed on as they are, in both directions, so that every wire works and streams are not held up. A connection
keeps its instance; clients that open one for each request under way are spread evenly.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from groundstone.endpoints.load.client import Address, Client
from groundstone.errors import InvalidInput

BLOCK = 64 * 2**10
EVERY, PATIENCE = 5.0, 3.0  # seconds between looks at an instance, and for its answer
FAILED = (OSError, TimeoutError, ssl.SSLError)
_BODY = b'{"error": {"message": "no instance is healthy; try later"}}'
NOBODY = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nretry-after: 5\r\nconnection: close\r\n"
    b"content-length: %d\r\n\r\n%s" % (len(_BODY), _BODY)
)


@dataclass(slots=True, eq=False)
class Instance:
    """One of the servers. ``open``: connections that go there now; ``served``: all so far."""

    address: Address
    healthy: bool = True
    open: int = 0
    served: int = 0
    why: str = ""  # it is not healthy

    @property
    def name(self) -> str:
        return self.address.authority


class Balancer:
    """One address for several instances. ``health``: the path that a healthy one answers with a status below 400.

    Raises InvalidInput for no instances, or the same twice.
    """

    def __init__(self, urls: Sequence[str], health: str = "/health", every: float = EVERY) -> None:
        self.instances = [Instance(Address.of(url)) for url in urls]
        if not urls or len({one.name for one in self.instances}) < len(urls):
            raise InvalidInput("name at least one instance, and none of them twice")
        self._health, self._every = health, every
        self._server: asyncio.Server | None = None
        self._watch: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Look at all instances once, then listen; the port."""
        await self.look()
        self._server = await asyncio.start_server(self._taken, host, port, backlog=1024)
        self._watch = asyncio.create_task(self._looks())
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Take no more connections and end those there are."""
        if self._server is not None:
            self._server.close()
        for task in (*self._tasks, *([self._watch] if self._watch else [])):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def look(self) -> None:
        """Ask every instance how it is."""
        await asyncio.gather(*(self._look(one) for one in self.instances))

    def choose(self) -> Instance | None:
        """The healthy one with the fewest connections, among equals the one that served least."""
        healthy = [one for one in self.instances if one.healthy]
        return min(healthy, key=lambda one: (one.open, one.served), default=None)

    async def _looks(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            await self.look()

    async def _look(self, one: Instance) -> None:
        client = Client(one.address, PATIENCE)
        exchange = await client.send(client.request(self._health, b"").replace(b"POST ", b"GET ", 1))
        await client.close()
        status = exchange.reply.status
        one.healthy = not exchange.failure and 0 < status < 400
        one.why = "" if one.healthy else exchange.why or f"it answers {self._health} with status {status}"

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._pass_on(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """To the first instance that takes the connection; one that does not is left out until the next look."""
        while (one := self.choose()) is not None:
            one.open += 1  # before it is waited for: others choose meanwhile
            try:
                if await self._served(one, reader, writer):
                    return
            finally:
                one.open -= 1
        with suppress(*FAILED):
            await asyncio.wait_for(reader.read(BLOCK), PATIENCE)  # unread bytes would reset the connection
        writer.write(NOBODY)
        with suppress(*FAILED):
            await writer.drain()

    async def _served(self, one: Instance, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Whether the instance took the connection; True once it has ended."""
        try:
            secure = ssl.create_default_context() if one.address.secure else None
            opening = asyncio.open_connection(one.address.host, one.address.port, ssl=secure)
            theirs, there = await asyncio.wait_for(opening, PATIENCE)
        except FAILED as error:
            one.healthy, one.why = False, str(error) or "it does not answer"
            return False
        one.served += 1
        try:
            await _both_ways(reader, writer, theirs, there)
        finally:
            there.close()
        return True


async def _both_ways(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    theirs: asyncio.StreamReader,
    there: asyncio.StreamWriter,
) -> None:
    """Until the instance ends the connection, or the client left."""
    up = asyncio.create_task(_copy(reader, there))
    down = asyncio.create_task(_copy(theirs, writer))
    try:
        await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
        if up.done() and not down.done() and not reader.at_eof():
            await down
    finally:
        up.cancel()
        down.cancel()
        await asyncio.gather(up, down, return_exceptions=True)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(*FAILED):
        while data := await reader.read(BLOCK):
            writer.write(data)
            await writer.drain()
