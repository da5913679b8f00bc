"""A child process with limits, in which foreign formats are parsed.

The parent sends a header line (JSON: kind, size, limits) and the bytes, and gets back a header line (JSON:
size) and that many bytes of JSON. Nothing else is exchanged: no pickles, no file names, no environment but
what Python needs. The child forks once for each file, so that limits and memory are fresh for every file.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from groundstone.errors import UnreadableDocument

CRASHED = 64  # exit status of the child: this plus the signal that ended the parse


@dataclass(frozen=True, slots=True)
class Limits:
    """For one file: seconds of processor and of wall clock, bytes of address space and of answer."""

    cpu: int = 30
    wall: float = 60.0
    memory: int = 1536 * 2**20
    output: int = 96 * 2**20


class Sandbox:
    """One child, started when first needed, used for many files and replaced after a crash or a time-out."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._child: subprocess.Popen[bytes] | None = None

    def run(self, kind: str, data: bytes) -> dict[str, Any]:
        """What the parser ``kind`` makes of the bytes. Raises UnreadableDocument with the reason."""
        child = self._started()
        header = json.dumps({"kind": kind, "size": len(data), **asdict(self.limits)}).encode() + b"\n"
        try:
            answer = _Exchange(child, header + data, self.limits).answer()
        except (BrokenPipeError, EOFError):
            raise UnreadableDocument(self._autopsy()) from None
        except TimeoutError:
            self._kill()
            raise UnreadableDocument(f"it took longer than {self.limits.wall:g} seconds to read") from None
        except ValueError as error:
            self._kill()
            raise UnreadableDocument(f"its parser gave no usable answer: {error}") from None
        except BaseException:  # Ctrl-C in the middle of an answer: the rest of it must not meet the next file
            self._kill()
            raise
        if "error" in answer:
            raise UnreadableDocument(str(answer["error"]))
        return answer

    def close(self) -> None:
        self._kill()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            self._child = _start()
        return self._child

    def _kill(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)  # the group: the fork that parses must go as well
        _wait_and_close(child)

    def _autopsy(self) -> str:
        child, self._child = self._child, None
        if child is None:
            return "its parser ended"
        status = _wait_and_close(child)
        if status == CRASHED + signal.SIGXCPU:
            return f"it needs more than {self.limits.cpu} seconds of processor time to read"
        return f"its parser crashed (status {status})"


def _start() -> subprocess.Popen[bytes]:
    python_path = os.pathsep.join(path for path in sys.path if path)
    return subprocess.Popen(
        [sys.executable, "-s", "-B", "-m", "groundstone.knowledge._parser_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": python_path, "PYTHONUTF8": "1"},
        start_new_session=True,
        bufsize=0,
    )


def _wait_and_close(child: subprocess.Popen[bytes]) -> int:
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
    try:
        return child.wait(timeout=5)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


class _Exchange:
    """One request and its answer over the pipes, against a deadline, never blocking on either side."""

    def __init__(self, child: subprocess.Popen[bytes], request: bytes, limits: Limits) -> None:
        assert child.stdin is not None
        assert child.stdout is not None
        self._in, self._out = child.stdin.fileno(), child.stdout.fileno()
        self._unsent = memoryview(request)
        self._received = bytearray()
        self._limits = limits
        self._deadline = time.monotonic() + limits.wall

    def answer(self) -> dict[str, Any]:
        """Raises EOFError, BrokenPipeError, TimeoutError, or ValueError for nonsense."""
        os.set_blocking(self._in, False)
        self._pump(self._in, selectors.EVENT_WRITE, self._send, lambda: not self._unsent)
        self._pump(self._out, selectors.EVENT_READ, self._receive, lambda: b"\n" in self._received)
        header, _, rest = bytes(self._received).partition(b"\n")
        size = int(json.loads(header)["size"])
        if not 0 <= size <= self._limits.output:
            raise ValueError(f"it is larger than {self._limits.output // 2**20} MB")
        self._received = bytearray(rest)
        self._pump(self._out, selectors.EVENT_READ, self._receive, lambda: len(self._received) >= size)
        answer = json.loads(self._received)
        if not isinstance(answer, dict):
            raise ValueError("it is no JSON object")
        return answer

    def _pump(self, pipe: int, event: int, move: Callable[[], None], finished: Callable[[], bool]) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, event)
            while not finished():
                if not selector.select(max(self._deadline - time.monotonic(), 0)):
                    raise TimeoutError
                move()

    def _send(self) -> None:
        self._unsent = self._unsent[os.write(self._in, self._unsent[: 2**20]) :]

    def _receive(self) -> None:
        block = os.read(self._out, 2**20)
        if not block:
            raise EOFError
        self._received += block
