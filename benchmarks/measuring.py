"""What the benchmarks of whole processes share: child processes on a leash, percentiles, tables, the machine."""

from __future__ import annotations

import json
import os
import platform
import select
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any


class Child:
    """A process that answers lines of JSON with lines of JSON. Use it as a context manager: it is killed then.

    ``clock`` counts the seconds in which it was allowed to run since the last ``order``.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], log: Path) -> None:
        self.started = time.perf_counter()
        self._log = log.open("ab")
        self.log = log
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={**os.environ, **environ},
            start_new_session=True,  # so that its own children can be stopped and ended with it
        )
        self.clock = 0.0

    def order(self, **order: Any) -> None:
        assert self._process.stdin  # a pipe
        self.clock = 0.0
        try:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise ChildFailed(f"it ended early; see {self.log}") from None

    def answer(self, patience: float | None = None) -> dict[str, Any] | None:
        """The next answer, or None when it did not come within ``patience`` seconds. Raises ChildFailed."""
        assert self._process.stdout  # a pipe
        began = time.perf_counter()
        ready, _, _ = select.select([self._process.stdout], [], [], patience)
        line = self._process.stdout.readline() if ready else b""
        self.clock += time.perf_counter() - began
        if ready and not line:
            raise ChildFailed(f"it ended early; see {self.log}")
        return json.loads(line) if line else None

    def ask(self, **order: Any) -> dict[str, Any]:
        self.order(**order)
        answered = self.answer()
        assert answered is not None  # it waited for as long as it took
        return answered

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *exception: object) -> None:
        self._signal(signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._log):
            if pipe:
                pipe.close()

    def _signal(self, number: int) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, number)


class ChildFailed(Exception):
    """A measured process ended before it answered."""


def take_turns(children: Mapping[str, Child], turn: float) -> dict[str, dict[str, Any] | ChildFailed]:
    """Let children that have an order work one at a time, ``turn`` seconds each, until all have answered.

    So whatever else the machine does falls on all alike. Each answer gets ``clock``, the seconds it ran.
    """
    waiting, answers = dict(children), dict[str, dict[str, Any] | ChildFailed]()
    for child in waiting.values():
        child.pause()
    while waiting:
        for name, child in list(waiting.items()):
            child.resume()
            try:
                answered = child.answer(turn if len(waiting) > 1 else None)
            except ChildFailed as error:
                answers[name] = error
                del waiting[name]
                continue
            if answered is None:
                child.pause()
                continue
            answers[name] = {**answered, "clock": child.clock}
            del waiting[name]
    return answers


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that is at least as large as ``share`` (0 to 1) of the values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))]


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def machine() -> dict[str, Any]:
    """What the figures were measured on, and how busy it was."""
    load = [round(value, 1) for value in os.getloadavg()]
    return {"processor": _processor(), "cores": os.cpu_count(), "python": platform.python_version(), "load": load}


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())
