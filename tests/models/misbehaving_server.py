"""A real HTTP server in a thread that answers each request with exactly the bytes that it is told to."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Self

STREAM = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
Reply = str | bytes | float | Callable[[socket.socket], None]  # bytes to send, or seconds to wait


def answer(status: int, body: str, *headers: str, kind: str = "application/json") -> list[Reply]:
    """A complete answer with its length."""
    lines = [f"HTTP/1.1 {status} Status", f"Content-Type: {kind}", f"Content-Length: {len(body.encode())}"]
    return ["\r\n".join([*lines, "Connection: close", *headers, "", ""]) + body]


def event(**chunk: Any) -> str:
    return f"data: {json.dumps(chunk)}\n\n"


def word(text: str, reason: str | None = None) -> str:
    return event(choices=[{"index": 0, "delta": {"content": text}, "finish_reason": reason}])


class MisbehavingServer:
    """``replies`` are used one for each request; the last one again and again."""

    def __init__(self, *replies: Sequence[Reply]) -> None:
        self.replies = list(replies)
        self.requests: list[tuple[str, dict[str, Any]]] = []  # head and JSON body
        self.hung_up = threading.Event()  # a client closed before it had everything
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"

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
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                line = stream.readline()
                if not line:
                    return
                head += line
            length = next(int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length"))
            self.requests.append((head.decode(), json.loads(stream.read(length))))
            try:
                for part in self.replies[min(len(self.requests), len(self.replies)) - 1]:
                    self._do(connection, part)
            except OSError:
                self.hung_up.set()

    def _do(self, connection: socket.socket, part: Reply) -> None:
        if isinstance(part, str | bytes):
            connection.sendall(part.encode() if isinstance(part, str) else part)
        elif isinstance(part, float):
            time.sleep(part)
        else:
            part(connection)
