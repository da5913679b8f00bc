"""Child processes that keep a model loaded, and answer one request at a time each."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from threading import Lock
from typing import Any

from groundstone.errors import EngineTimeout, EngineUnavailable, InvalidInput, ModelError

BLOCK = 2**20
LOAD, ANSWER = 120.0, 60.0  # seconds
MEMORY = 4 * 2**30  # bytes of address space
MOST_ANSWER = 64 * 2**20  # bytes


class Worker:
    """One process. Any failure of the exchange ends it.

    Args:
        module: is run; it reads its task from its only argument and talks over its standard input.
    """

    def __init__(self, module: str, task: Mapping[str, Any], load: float = LOAD) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-s", "-B", "-m", module, json.dumps(dict(task))],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,
            )
        try:
            self.ready: Mapping[str, Any] = self._received(time.monotonic() + load, "loading")[0]["ready"]
        except BaseException:
            self.close()
            raise

    def ask(self, media_type: str, body: bytes, limit: float = ANSWER) -> bytes:
        """Raises InvalidInput for a body that the model refuses, ModelError, EngineTimeout, EngineUnavailable."""
        deadline = time.monotonic() + limit
        head = json.dumps({"size": len(body), "media_type": media_type}).encode() + b"\n"
        try:
            self._send(head, deadline)
            self._send(body, deadline)
            return self._received(deadline, "answering")[1]
        except (TimeoutError, EngineTimeout, EngineUnavailable):
            self.close()
            raise

    @property
    def is_alive(self) -> bool:
        return self._socket.fileno() >= 0 and self._process.poll() is None

    def close(self) -> None:
        self._socket.close()
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _send(self, data: bytes, deadline: float) -> None:
        view = memoryview(data)
        while view:
            self._patient(deadline, "answering")
            try:
                view = view[self._socket.send(view[:BLOCK]) :]
            except TimeoutError:
                raise _late("answering") from None
            except OSError:
                raise self._gone() from None

    def _received(self, deadline: float, doing: str) -> tuple[dict[str, Any], bytes]:
        data = bytearray()
        while b"\n" not in data:
            data += self._part(deadline, doing)
        line, _, rest = bytes(data).partition(b"\n")
        head = json.loads(line)
        if not 0 <= head["size"] <= MOST_ANSWER:
            raise EngineUnavailable(f"the model's answer is larger than {MOST_ANSWER >> 20} MB")
        body = bytearray(rest)
        while len(body) < head["size"]:
            body += self._part(deadline, doing)
        if "error" in head:
            raise self._raised(head)
        return head, bytes(body)

    def _raised(self, head: Mapping[str, Any]) -> Exception:
        if head.get("ended"):
            self.close()
        return (
            InvalidInput(head["error"]) if head["status"] == 400 else ModelError(f"the model failed: {head['error']}")
        )

    def _part(self, deadline: float, doing: str) -> bytes:
        self._patient(deadline, doing)
        try:
            part = self._socket.recv(BLOCK)
        except TimeoutError:
            raise _late(doing) from None
        except OSError:
            part = b""
        if not part:
            raise self._gone()
        return part

    def _patient(self, deadline: float, doing: str) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise _late(doing)
        if self._socket.fileno() < 0:
            raise self._gone()
        self._socket.settimeout(left)

    def _gone(self) -> EngineUnavailable:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(2)
        return EngineUnavailable(
            f"the model's process ended (status {self._process.returncode}): it crashed, or needs more than "
            f"{MEMORY >> 30} GB of memory"
        )


class Pool:
    """So many workers of one model; one that ended is replaced when it is needed next. Safe to share by threads."""

    def __init__(self, module: str, task: Mapping[str, Any], at_once: int = 1) -> None:
        self._module, self._task = module, dict(task)
        first = Worker(module, self._task)  # fails here when the model cannot be loaded
        self.ready = first.ready
        self._free: queue.LifoQueue[Worker | None] = queue.LifoQueue()
        self._all: set[Worker] = {first}
        self._guard, self._closed = Lock(), False
        for worker in (*[None] * (at_once - 1), first):  # the loaded one is taken first, the others when needed
            self._free.put(worker)

    def ask(self, media_type: str, body: bytes, limit: float = ANSWER) -> bytes:
        """Waits for a free worker, then for its answer, both within ``limit`` seconds."""
        began = time.monotonic()
        try:
            worker = self._free.get(timeout=limit)
        except queue.Empty:
            raise EngineTimeout(f"the model is busy with other requests for {limit:g} seconds; add instances") from None
        try:
            if worker is None or not worker.is_alive:
                worker = self._started(worker)
            return worker.ask(media_type, body, max(limit - (time.monotonic() - began), 0.001))
        finally:
            self._free.put(worker)

    def close(self) -> None:
        with self._guard:
            self._closed = True
            workers, self._all = self._all, set()
        for worker in workers:
            worker.close()

    def _started(self, old: Worker | None) -> Worker:
        if old is not None:
            old.close()
        made = Worker(self._module, self._task)
        with self._guard:
            self._all = {worker for worker in self._all if worker is not old} | {made}
            if not self._closed:
                return made
        made.close()
        raise EngineUnavailable("the endpoint was taken down at this moment")


def _late(doing: str) -> EngineTimeout:
    return EngineTimeout(f"the model took too long {doing}; its process was ended")


def _environment() -> dict[str, str]:
    """One thread for each library: instances of the endpoint say how many requests are answered at once."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONUTF8": "1", **threads}
