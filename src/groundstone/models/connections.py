"""Connections to one HTTP server, kept open between requests; each can be cut from another thread.

The standard library reads the answers. General clients do the same for several times the processor time, which a
gateway would spend on every call, and none of them lets a waiting thread be freed by another.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from base64 import b64encode
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import SplitResult, unquote, urlsplit

from groundstone.errors import ConfigError
from groundstone.models.answers import Answer

PIECE = 65536  # bytes read at once
IDLE = 64  # connections kept open while nobody uses them
LAST_WORD = 0.05  # seconds that the end of a finished stream may take before its connection is given up
TROUBLE = (OSError, http.client.HTTPException)  # what a failing connection raises


class Line:
    """What one request hangs on. ``cut`` frees whoever waits for its reply, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._event = threading.Event()
        self._socket: socket.socket | None = None

    @property
    def is_cut(self) -> bool:
        return self._event.is_set()

    def hold(self, connection: socket.socket | None) -> None:
        with self._lock:
            self._socket = connection
            if connection is not None and self._event.is_set():
                _shut(connection)

    def cut(self) -> None:
        with self._lock:
            self._event.set()
            if self._socket is not None:
                _shut(self._socket)

    def wait(self, seconds: float) -> None:
        """Sleep, but not longer than until the line is cut."""
        self._event.wait(seconds)


class Reply:
    """An answer whose head has arrived. Close it; a body that was read to its end leaves the connection usable."""

    def __init__(self, pool: Connections, connection: socket.socket, response: Answer, line: Line) -> None:
        self._pool, self._connection, self._response, self._line = pool, connection, response, line
        self.status = response.status

    def header(self, name: str) -> str:
        return self._response.fields.get(name.lower(), "")

    def pieces(self) -> Iterator[bytes]:
        """The body as it arrives. Raises one of TROUBLE when it breaks off."""
        while piece := self._response.read1(PIECE):
            yield piece
        if self._response.length:
            raise http.client.IncompleteRead(b"", self._response.length)

    def read(self, limit: int) -> bytes:
        """The body, or somewhat more than its first ``limit`` bytes."""
        body = bytearray()
        for piece in self.pieces():
            body += piece
            if len(body) > limit:
                break
        return bytes(body)

    def finish(self) -> None:
        """Read what little is left after the last event of a stream, so that the connection can serve again."""
        try:
            self._connection.settimeout(LAST_WORD)
            self._response.read1(PIECE)
        except TROUBLE:
            self._response.will_close = True

    def close(self) -> None:
        self._line.hold(None)
        left = self._response.length  # None where the server does not tell it beforehand
        whole = left == 0 or (left is None and self._response.isclosed())
        self._response.close()
        if whole and not self._response.will_close and not self._line.is_cut:
            self._pool.keep(self._connection)
        else:
            self._connection.close()


@dataclass(frozen=True)
class Connections:
    """A pool for one server, which ``url`` names up to the path. Proxies are those of the environment."""

    url: SplitResult
    timeout: float

    def send(self, message: bytes, line: Line) -> Reply:
        """Send one request; its answer's head has arrived. Raises one of TROUBLE, ConfigError for an odd proxy."""
        kept = self._kept()
        if kept is not None:
            try:
                return self._exchange(kept, message, line)
            except (ConnectionError, ssl.SSLError):
                if line.is_cut:
                    raise
                self.close()  # the server hung up just now: those that lie idle are as old
        return self._exchange(self._open(), message, line)

    def keep(self, connection: socket.socket) -> None:
        if len(self._idle) < IDLE:
            self._idle.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Close what lies idle."""
        while self._idle:
            try:
                self._idle.pop().close()
            except IndexError:  # another thread took the last one
                return

    @property
    def target(self) -> str:
        """What stands before the path in a request: nothing, or the whole address for a proxy that reads along."""
        return f"http://{self.url.netloc.rpartition('@')[2]}" if self._proxy and self.url.scheme == "http" else ""

    @property
    def proxy_headers(self) -> dict[str, str]:
        """For requests without TLS; otherwise the proxy sees them when a tunnel is opened, and the server never."""
        return _authorization(self._proxy) if self._proxy and self.url.scheme == "http" else {}

    @cached_property
    def _idle(self) -> deque[socket.socket]:
        return deque()

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    @cached_property
    def _proxy(self) -> SplitResult | None:
        from urllib.request import getproxies, proxy_bypass

        known = getproxies()
        address = known.get(self.url.scheme) or known.get("all")
        if not address or proxy_bypass(self.url.netloc.rpartition("@")[2]):
            return None
        proxy = urlsplit(address if "://" in address else f"http://{address}")
        if proxy.scheme != "http" or not proxy.hostname:
            raise ConfigError(f"proxies of kind {proxy.scheme}:// are not supported; name an http:// proxy or NO_PROXY")
        return proxy

    def _kept(self) -> socket.socket | None:
        """An idle connection that the server has not closed meanwhile."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if _is_quiet(connection):
                connection.settimeout(self.timeout)
                return connection
            connection.close()
        return None

    def _open(self) -> socket.socket:
        host, secure = self.url.hostname or "", self.url.scheme == "https"
        at = self._proxy or self.url
        where = (at.hostname or "", at.port or (443 if at.scheme == "https" else 80))
        maker = http.client.HTTPConnection(*where, timeout=self.timeout)
        if secure:
            maker = http.client.HTTPSConnection(*where, timeout=self.timeout, context=self._tls)
            if self._proxy:
                maker.set_tunnel(host, self.url.port or 443, _authorization(self._proxy))
        try:
            maker.connect()
        except TROUBLE:
            maker.close()
            raise
        connection: socket.socket = maker.sock
        return connection

    def _exchange(self, connection: socket.socket, message: bytes, line: Line) -> Reply:
        response: Answer | None = None
        try:
            line.hold(connection)
            connection.sendall(message)
            response = Answer(connection)
            response.begin()
        except TROUBLE:
            line.hold(None)
            if response is not None:
                response.close()
            connection.close()
            raise
        return Reply(self, connection, response, line)


def _authorization(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    return {"Proxy-Authorization": basic(proxy)}


def basic(address: SplitResult) -> str:
    """The header's value for the user and password in an address."""
    words = f"{unquote(address.username or '')}:{unquote(address.password or '')}"
    return "Basic " + b64encode(words.encode()).decode()


def _is_quiet(connection: socket.socket) -> bool:
    """Nothing waits to be read: on an idle connection that would be the server's farewell."""
    connection.settimeout(0)
    try:
        socket.socket.recv(connection, 1, socket.MSG_PEEK)  # of the bare connection, below TLS
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):  # it is closed already
        socket.socket.shutdown(connection, socket.SHUT_RDWR)  # wakes a thread that reads; close() would not
