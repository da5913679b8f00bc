"""Child processes with limits, in which foreign formats are parsed.

One long-living child, the server, imports the parsers and forks for every request, so that limits and memory are fresh
for every file while what was loaded once (models, libraries) is shared. Parent and fork talk over a socket of their
own: a header line (JSON: kind, size, options, limits) and the bytes go down; a header line (JSON: size) and that many
bytes of JSON come back. Nothing else is exchanged: no pickles, no file names, no environment but what Python needs.

Beside it runs a second socket, the lifeline, held by the server: it tells how the fork ended, and when the parent
closes it, in whatever way the parent ends, the fork is killed.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from threading import BoundedSemaphore, Lock
from typing import Any

from groundstone import errors
from groundstone.errors import GroundstoneError, LimitExceeded, UnreadableDocument

BLOCK = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """For one file: seconds of processor and of wall clock, bytes of address space and of answer."""

    cpu: int = 30
    wall: float = 60.0
    memory: int = 1536 * 2**20
    output: int = 96 * 2**20


class Sandbox:
    """A server that is started when first needed and replaced when it ends. Safe to use from several threads.

    Args:
        parsers: the modules by kind; each has ``parse(data: bytes, **options) -> dict``, whose result is JSON.
        limits: of every file.
        preload: modules whose ``prepare()`` the server calls once, before it forks.
        at_once: how many files are parsed at the same time; further ones wait.
    """

    def __init__(
        self,
        parsers: Mapping[str, str],
        limits: Limits | None = None,
        *,
        preload: Sequence[str] = (),
        at_once: int = 1,
    ) -> None:
        self.limits = limits or Limits()
        self._task = json.dumps({"parsers": dict(parsers), "preload": list(preload)})
        self._places = BoundedSemaphore(at_once)
        self._guard = Lock()
        self._server: _Server | None = None

    def run(self, kind: str, data: bytes, options: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What the parser ``kind`` makes of the bytes.

        Raises UnreadableDocument with the reason, or the error of ours that the parser raised for the document.
        """
        header = {"kind": kind, "size": len(data), "options": dict(options or {}), **asdict(self.limits)}
        with self._places:
            answer = self._exchange(json.dumps(header).encode() + b"\n", data)
        if "error" in answer:
            raise _raised(answer)
        return answer

    def start(self) -> None:
        """Start the server now, so that the first file does not wait for it."""
        with self._guard:
            if self._server is not None and not self._server.is_alive:
                self._server.close()
                self._server = None
            if self._server is None:
                self._server = _Server(self._task)

    def close(self) -> None:
        """End the server and whatever it still parses."""
        with self._guard:
            server, self._server = self._server, None
        if server is not None:
            server.close()

    def _exchange(self, header: bytes, data: bytes) -> dict[str, Any]:
        ours, lifeline = self._fork()
        with ours, lifeline:  # closing the lifeline ends the fork, whatever happened here
            try:
                return _Exchange(ours, header, data, self.limits).answer()
            except (ConnectionError, EOFError):
                raise UnreadableDocument(self._autopsy(lifeline)) from None
            except TimeoutError:
                raise UnreadableDocument(f"it took longer than {self.limits.wall:g} seconds to read") from None
            except ValueError as error:
                raise UnreadableDocument(f"its parser gave no usable answer: {error}") from None

    def _fork(self) -> tuple[socket.socket, socket.socket]:
        for _ in range(2):  # the server may have ended since it was last used
            self.start()
            with self._guard:
                if self._server is None:  # closed at this moment by another thread
                    break
                with suppress(ConnectionError):
                    return self._server.fork()
                self._server.close()
                self._server = None
        raise UnreadableDocument("its parser cannot be started")

    def _autopsy(self, lifeline: socket.socket) -> str:
        lifeline.settimeout(5)
        with suppress(OSError, ValueError):
            status = int(lifeline.recv(16))
            if status == -signal.SIGXCPU:
                return f"it needs more than {self.limits.cpu} seconds of processor time to read"
            most = self.limits.memory // 2**20
            return f"its parser crashed (status {status}): the file is damaged, or needs more than {most} MB of memory"
        return "its parser ended"


class _Server:
    """The process that forks. ``fork`` gives the socket of a new fork and its lifeline."""

    def __init__(self, task: str) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-s", "-B", "-m", "groundstone.sandbox.server", task],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,
            )

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def fork(self) -> tuple[socket.socket, socket.socket]:
        """Raises ConnectionError when the server is gone."""
        ours, theirs = socket.socketpair()
        lifeline, held = socket.socketpair()
        try:
            with theirs, held:
                socket.send_fds(self._control, [b"f"], [theirs.fileno(), held.fileno()])
        except BaseException:
            ours.close()
            lifeline.close()
            raise
        return ours, lifeline

    def close(self) -> None:
        self._control.close()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # the group: its forks must go as well
        self._process.wait()


def _environment() -> dict[str, str]:
    """One thread for each library: the parent decides how many files are parsed at once."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONUTF8": "1", **threads}


def _raised(answer: Mapping[str, Any]) -> GroundstoneError:
    """The error of ours with the code in the answer; only those that may be said of a document."""
    wanted = answer.get("code")
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, (UnreadableDocument, LimitExceeded)) and kind.code == wanted:
            return kind(str(answer["error"]))
    return UnreadableDocument(str(answer["error"]))


class _Exchange:
    """One request and its answer over a socket, against a deadline, never blocking on either side."""

    def __init__(self, connection: socket.socket, header: bytes, data: bytes, limits: Limits) -> None:
        connection.setblocking(False)
        self._connection = connection
        self._unsent = [memoryview(header), memoryview(data)]
        self._received = bytearray()
        self._limits = limits
        self._deadline = time.monotonic() + limits.wall

    def answer(self) -> dict[str, Any]:
        """Raises EOFError, ConnectionError, TimeoutError, or ValueError for nonsense."""
        self._pump(selectors.EVENT_WRITE, self._send, lambda: not self._unsent)
        self._pump(selectors.EVENT_READ, self._receive, lambda: b"\n" in self._received)
        header, _, rest = bytes(self._received).partition(b"\n")
        size = int(json.loads(header)["size"])
        if not 0 <= size <= self._limits.output:
            raise ValueError(f"it is larger than {self._limits.output // 2**20} MB")
        self._received = bytearray(rest)
        self._pump(selectors.EVENT_READ, self._receive, lambda: len(self._received) >= size)
        answer = json.loads(self._received)
        if not isinstance(answer, dict):
            raise ValueError("it is no JSON object")
        return answer

    def _pump(self, event: int, move: Callable[[], None], finished: Callable[[], bool]) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._connection, event)
            while not finished():
                if not selector.select(max(self._deadline - time.monotonic(), 0)):
                    raise TimeoutError
                move()

    def _send(self) -> None:
        self._unsent[0] = self._unsent[0][self._connection.send(self._unsent[0][:BLOCK]) :]
        self._unsent = [block for block in self._unsent if block]

    def _receive(self) -> None:
        block = self._connection.recv(BLOCK)
        if not block:
            raise EOFError
        self._received += block
