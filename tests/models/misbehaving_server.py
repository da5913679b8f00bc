"""A real HTTP server in a thread that answers each request with exactly the bytes that it is told to."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, BinaryIO, Self

STREAM = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
Reply = str | bytes | float | Callable[[socket.socket], None]  # bytes to send, or seconds to wait


def answer(status: int, body: str, *headers: str, kind: str = "application/json", close: bool = True) -> list[Reply]:
    """A complete answer with its length. Without ``close`` the connection stays open for the next request."""
    lines = [f"HTTP/1.1 {status} Status", f"Content-Type: {kind}", f"Content-Length: {len(body.encode())}"]
    return ["\r\n".join([*lines, *(["Connection: close"] if close else []), *headers, "", ""]) + body]


def chunked(*events: str) -> list[Reply]:
    """A stream whose connection stays open."""
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    return [head, *(f"{len(data.encode()):x}\r\n{data}\r\n" for data in events), "0\r\n\r\n"]


def until_gone(connection: socket.socket) -> None:
    """Wait for the client to hang up, which counts as such."""
    connection.settimeout(5)
    while connection.recv(4096):
        pass
    raise ConnectionError("the client is gone")


def event(**chunk: Any) -> str:
    return f"data: {json.dumps(chunk)}\n\n"


def word(text: str, reason: str | None = None) -> str:
    return event(choices=[{"index": 0, "delta": {"content": text}, "finish_reason": reason}])


class MisbehavingServer:
    """``replies`` are used one for each request; the last one again and again."""

    def __init__(self, *replies: Sequence[Reply], tls: ssl.SSLContext | None = None) -> None:
        self.replies, self._tls = list(replies), tls
        self.requests: list[tuple[str, dict[str, Any]]] = []  # head and JSON body
        self.connections = 0
        self.hung_up = threading.Event()  # a client closed before it had everything
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self._listener.getsockname()[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        if self._tls is not None:
            try:
                connection = self._tls.wrap_socket(connection, server_side=True)
            except OSError:  # a client that does not trust the certificate
                connection.close()
                return
        with connection, connection.makefile("rb") as stream, suppress(ConnectionError):
            while self._answered(connection, stream):
                pass

    def _answered(self, connection: socket.socket, stream: BinaryIO) -> bool:
        """One request. Whether the connection can take another."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = stream.readline()
            if not line:
                return False
            head += line
        length = next(int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length"))
        self.requests.append((head.decode(), json.loads(stream.read(length))))
        parts = self.replies[min(len(self.requests), len(self.replies)) - 1]
        try:
            for part in parts:
                self._do(connection, part)
        except OSError:
            self.hung_up.set()
            return False
        return not any(isinstance(part, str) and "Connection: close" in part for part in parts)

    def _do(self, connection: socket.socket, part: Reply) -> None:
        if isinstance(part, str | bytes):
            connection.sendall(part.encode() if isinstance(part, str) else part)
        elif isinstance(part, float):
            time.sleep(part)
        else:
            part(connection)
