"""Requests of one process to one server over kept connections, as many at once as wanted; each timed by one clock."""

from __future__ import annotations

import asyncio
import ssl
import time
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from groundstone.endpoints.load.replies import BadReply, Reply
from groundstone.errors import InvalidInput

Failure = Literal["", "connect", "timeout", "cut", "bad reply"]
CONNECT = 10.0  # seconds to reach the server


@dataclass(slots=True)
class Exchange:
    """One request on its way. Times are seconds of ``time.perf_counter``; ``scheduled`` is when it should have begun.

    ``most_tokens``: that were asked for. ``again``: a kept connection had ended, so that the request was sent twice.
    ``failure``: why there is no whole reply, "" when there is one. ``why``: the same in words.
    """

    scheduled: float
    sent: float = 0.0
    ended: float = 0.0
    reply: Reply = field(default_factory=Reply)
    failure: Failure = ""
    why: str = ""
    most_tokens: int = 0
    again: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    """Where requests go. ``path`` is what stands before the wire's own paths."""

    host: str
    port: int
    secure: bool
    path: str

    @classmethod
    def of(cls, url: str) -> Address:
        """Raises InvalidInput."""
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme not in ("http", "https") or not parts.hostname or port == -1:
            raise InvalidInput(f"{url[:100]!r} is no address of a server; write http://host:port")
        secure = parts.scheme == "https"
        return cls(parts.hostname, port or (443 if secure else 80), secure, parts.path.rstrip("/"))

    @property
    def authority(self) -> str:
        """As the Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


class Client:
    """Connections to one server, opened as they are needed and kept. Used from one event loop."""

    def __init__(self, address: Address, timeout: float = 60.0, verify: bool = True) -> None:
        self.address, self.timeout, self._verify = address, timeout, verify
        self._idle: list[_Connection] = []
        self._open: set[_Connection] = set()
        self._ssl: ssl.SSLContext | None = None
        if address.secure:
            self._ssl = ssl.create_default_context()
            if not verify:
                self._ssl.check_hostname, self._ssl.verify_mode = False, ssl.CERT_NONE

    def sooner(self, timeout: float) -> Client:
        """Another one to the same server, that waits no longer than so many seconds."""
        return Client(self.address, min(timeout, self.timeout), self._verify)

    def request(self, path: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
        """The bytes of a POST, to be sent as often as wanted."""
        fields = {
            "host": self.address.authority, "content-type": "application/json", "accept": "*/*",
            "content-length": str(len(body)), **(headers or {}),
        }  # fmt: skip
        if any("\r" in value or "\n" in value for value in fields.values()):
            raise InvalidInput("a header holds a line break")
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"POST {self.address.path}{path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1", "replace") + body

    async def send(self, data: bytes, scheduled: float | None = None, exchange: Exchange | None = None) -> Exchange:
        """One request and its whole reply. What goes wrong is told in the exchange; only cancelling raises.

        ``exchange``: one that is to be filled, for those who look at it meanwhile.
        """
        now = time.perf_counter()
        exchange = exchange or Exchange(now if scheduled is None else scheduled)
        exchange.sent = now
        await self._once(data, exchange)
        if exchange.again and not exchange.ended:  # nobody read it: a server may end a kept connection at any time
            await self._once(data, exchange)
        return exchange

    async def _once(self, data: bytes, exchange: Exchange) -> None:
        try:
            connection = await self._connection(fresh=exchange.again)
        except (OSError, TimeoutError, ssl.SSLError) as error:
            _failed(exchange, "connect", str(error) or "nobody answered in time")
            return
        exchange.sent = time.perf_counter()
        try:
            await asyncio.wait_for(connection.exchange(data, exchange), self.timeout)
        except TimeoutError:
            connection.close()
            _failed(exchange, "timeout", f"no whole reply within {self.timeout:g} s: {_so_far(exchange)}")
            return
        except asyncio.CancelledError:
            connection.close()
            raise
        if exchange.failure or not exchange.ended or not exchange.reply.keeps_alive:
            connection.close()
        elif connection.is_open:
            connection.used = True
            self._idle.append(connection)

    async def close(self) -> None:
        for connection in list(self._open):
            connection.close()
        self._idle.clear()
        await asyncio.sleep(0)

    async def _connection(self, fresh: bool = False) -> _Connection:
        while self._idle and not fresh:
            kept = self._idle.pop()
            if kept.is_open:
                return kept
        loop = asyncio.get_running_loop()
        opening = loop.create_connection(
            lambda: _Connection(self._open), self.address.host, self.address.port, ssl=self._ssl
        )
        _, made = await asyncio.wait_for(opening, min(CONNECT, self.timeout))
        return made


class _Connection(asyncio.Protocol):
    """One connection; at most one request at a time."""

    def __init__(self, among: set[_Connection]) -> None:
        self._among = among
        self._transport: asyncio.Transport | None = None
        self._exchange: Exchange | None = None
        self._done: asyncio.Future[None] | None = None
        self.is_open = self.used = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self.is_open = transport, True
        self._among.add(self)

    async def exchange(self, data: bytes, exchange: Exchange) -> None:
        assert self._transport is not None
        if not self.is_open:  # it ended before it could be used
            self._ended_early(exchange, "the connection ended before the request was sent")
            return
        self._exchange, self._done = exchange, asyncio.get_running_loop().create_future()
        self._transport.write(data)
        try:
            await self._done
        finally:
            self._exchange = self._done = None

    def data_received(self, data: bytes) -> None:
        now, exchange = time.perf_counter(), self._exchange
        if exchange is None:  # bytes that nobody asked for
            self.close()
            return
        try:
            if exchange.reply.feed(data, now):
                exchange.ended = now
                self._finish()
        except BadReply as error:
            _failed(exchange, "bad reply", str(error))
            self._finish()

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        self._among.discard(self)
        exchange = self._exchange
        if exchange is None:
            return
        if exchange.reply.closed():
            exchange.ended = time.perf_counter()
        elif not exchange.failure:
            self._ended_early(exchange, str(error) if error else "the connection ended before the reply did")
        self._finish()

    def _ended_early(self, exchange: Exchange, why: str) -> None:
        """A kept connection that ends before the first byte of a reply has not read the request (RFC 9112, 9.3.1)."""
        if self.used and not exchange.again and exchange.reply.is_untouched:
            exchange.again = True
        else:
            _failed(exchange, "cut", f"{why}: {_so_far(exchange)}")

    def close(self) -> None:
        self.is_open = False
        self._among.discard(self)
        if self._transport is not None:
            self._transport.abort()

    def _finish(self) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_result(None)


def _so_far(exchange: Exchange) -> str:
    """How far a reply came."""
    reply = exchange.reply
    if reply.is_untouched:
        return "not a byte came"
    if not reply.head_at:
        return "its headers did not end"
    if not reply.pieces:
        return f"status {reply.status} came, and nothing after it"
    last = reply.pieces[-1][0] - exchange.sent
    return f"{len(reply.pieces)} pieces came, the last one {last:.1f} s after sending"


def _failed(exchange: Exchange, failure: Failure, why: str) -> Exchange:
    exchange.failure, exchange.why, exchange.ended = failure, why, time.perf_counter()
    return exchange
