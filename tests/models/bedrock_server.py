"""A real HTTP server that answers in the wire form of Bedrock's runtime, its event stream included."""

from __future__ import annotations

import json
import struct
import threading
import zlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import unquote

Json = dict[str, Any]
Step = tuple[str, Json] | bytes | Callable[["Handler"], None]  # an event, raw bytes, or something to do


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        model, operation = unquote(self.path).removeprefix("/model/").rsplit("/", 1)
        said = self.server.owner.take(model, operation, body, dict(self.headers))
        if isinstance(said, list):
            self._stream(said)
        else:
            self._whole(*said)

    def _whole(self, status: int, body: Json | bytes, headers: dict[str, str]) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, steps: list[Step]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.amazon.eventstream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for step in steps:
                if callable(step):
                    step(self)
                else:
                    self._chunk(step if isinstance(step, bytes) else message(*step))
            self._chunk(b"")
        except OSError:
            self.server.owner.hung_up.set()
            self.close_connection = True

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests' output stays clean."""


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    owner: BedrockServer

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: clients that hang up are part of the tests."""


class BedrockServer:
    """``replies`` are used one for each request; the last one again and again."""

    def __init__(self) -> None:
        self.replies: list[Any] = []
        self.requests: list[tuple[str, str, Json]] = []  # model, operation, body
        self.headers: list[dict[str, str]] = []
        self.hung_up = threading.Event()
        self._lock = threading.Lock()
        self._http = _Http(("127.0.0.1", 0), Handler)
        self._http.owner = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def say(self, *replies: Any) -> None:
        """New replies, and nothing remembered: ``whole`` answers or lists of steps."""
        self.replies, self.requests, self.headers = list(replies), [], []
        self.hung_up.clear()

    def take(self, model: str, operation: str, body: Json, headers: dict[str, str]) -> Any:
        with self._lock:
            self.requests.append((model, operation, body))
            self.headers.append(headers)
            said = self.replies[min(len(self.requests), len(self.replies)) - 1]
        return said(body) if callable(said) else said

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


def whole(body: Json | bytes, status: int = 200, **headers: str) -> Any:
    return status, body, {name.replace("_", "-"): value for name, value in headers.items()}


def error(kind: str, words: str, status: int = 400) -> Any:
    return whole({"message": words}, status, x_amzn_errortype=f"{kind}:http://internal.amazon.com/")


def until_gone(handler: Handler) -> None:
    handler.wfile.flush()
    handler.connection.settimeout(5)
    if not handler.connection.recv(1):
        raise ConnectionError("the client is gone")


def message(kind: str, payload: Json) -> bytes:
    """One message of the event stream; ``kind`` that ends with Exception is an error in mid-stream."""
    bad = kind.endswith("Exception")
    headers = {
        ":message-type": "exception" if bad else "event",
        ":exception-type" if bad else ":event-type": kind,
        ":content-type": "application/json",
    }
    head = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for name, value in headers.items()
    )
    body = json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(head) + len(body), len(head))
    rest = struct.pack(">I", zlib.crc32(prelude)) + head + body
    return prelude + rest + struct.pack(">I", zlib.crc32(prelude + rest))
