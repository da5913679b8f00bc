"""How often and how fast the variants of endpoints answered, minute by minute, kept on disk.

Latencies are counted in steps of 1 %, so that percentiles are right to half a percent at a constant cost; averages,
smallest and largest values are exact. What was counted is appended as lines of JSON, a file a day, every two seconds at
most: a process that is killed loses those at most. Several processes may write: lines add up.
"""

from __future__ import annotations

import json
import math
import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

STEP = math.log(1.01)
MINUTE = 60
FLUSH = 2.0  # seconds
DAYS = 15  # that are kept, as at the original for values of a minute


@dataclass(slots=True)
class Latencies:
    """Microseconds. ``steps``: how many were near 1.01 ** step."""

    count: int = 0
    sum: float = 0.0
    low: float = math.inf
    high: float = 0.0
    steps: dict[int, int] = field(default_factory=dict)

    def add(self, value: float) -> None:
        value = max(value, 1.0)
        self.count, self.sum = self.count + 1, self.sum + value
        self.low, self.high = min(self.low, value), max(self.high, value)
        step = round(math.log(value) / STEP)
        self.steps[step] = self.steps.get(step, 0) + 1

    def join(self, other: Latencies) -> None:
        self.count, self.sum = self.count + other.count, self.sum + other.sum
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)
        for step, count in other.steps.items():
            self.steps[step] = self.steps.get(step, 0) + count

    def percentile(self, part: float) -> float:
        """The value that ``part`` percent of all do not exceed (nearest rank), to half a percent."""
        wanted, seen = max(1, math.ceil(part / 100 * self.count)), 0
        for step in sorted(self.steps):
            seen += self.steps[step]
            if seen >= wanted:
                return min(max(math.exp(step * STEP), self.low), self.high)
        return 0.0

    def to_json(self) -> dict[str, Any]:
        return {"n": self.count, "sum": round(self.sum, 1), "low": self.low, "high": self.high, "steps": self.steps}

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> Latencies:
        steps = {int(step): count for step, count in entries["steps"].items()}
        return cls(entries["n"], entries["sum"], entries["low"], entries["high"], steps)


@dataclass(slots=True)
class Tally:
    """What a variant did in some time. Latencies are those of answers; failures are counted apart, by their kind."""

    model: Latencies = field(default_factory=Latencies)
    overhead: Latencies = field(default_factory=Latencies)
    errors: dict[str, int] = field(default_factory=dict)  # "4XX", "5XX"

    @property
    def invocations(self) -> int:
        return self.model.count + sum(self.errors.values())

    def join(self, other: Tally) -> None:
        self.model.join(other.model)
        self.overhead.join(other.overhead)
        for kind, count in other.errors.items():
            self.errors[kind] = self.errors.get(kind, 0) + count

    def to_json(self) -> dict[str, Any]:
        timed = {"model": self.model.to_json(), "overhead": self.overhead.to_json()} if self.model.count else {}
        return {"errors": self.errors, **timed}

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> Tally:
        if "model" not in entries:
            return cls(errors=entries["errors"])
        model, overhead = (Latencies.from_json(entries[part]) for part in ("model", "overhead"))
        return cls(model, overhead, entries["errors"])


Key = tuple[str, str, str, int]  # folder of the tenant, endpoint, variant, minute since 1970


class Metrics:
    """The tallies of an installation. Safe to share between threads and processes."""

    def __init__(self, root: Path, flush: float = FLUSH) -> None:
        self._root, self._flush = root, flush
        self._fresh: dict[Key, Tally] = {}
        self._guard = threading.Lock()
        self._writing = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def answered(self, tenant: str, endpoint: str, variant: str, model: float, overhead: float) -> None:
        """Count an answer; seconds that the model took, and that everything around it took."""
        with self._tally(tenant, endpoint, variant) as tally:
            tally.model.add(model * 1e6)
            tally.overhead.add(overhead * 1e6)

    def failed(self, tenant: str, endpoint: str, variant: str, kind: str) -> None:
        """Count a failure of the kind "4XX" or "5XX"."""
        with self._tally(tenant, endpoint, variant) as tally:
            tally.errors[kind] = tally.errors.get(kind, 0) + 1

    def minutes(
        self, tenant: str, endpoint: str, start: datetime, end: datetime, variant: str = ""
    ) -> dict[int, Tally]:
        """Tallies by minute since 1970, of those that begin in [start, end); of one variant, or of all."""
        self.flush()
        first, last = math.ceil(start.timestamp() / MINUTE), math.ceil(end.timestamp() / MINUTE)
        found: dict[int, Tally] = {}
        for minute, name, tally in self._read(self._root / tenant / endpoint, start, end):
            if first <= minute < last and variant in ("", name):
                found.setdefault(minute, Tally()).join(tally)
        return found

    def variants(self, tenant: str, endpoint: str, start: datetime, end: datetime) -> dict[str, Tally]:
        """Tallies by variant, of the minutes that overlap [start, end)."""
        self.flush()
        first, last = math.floor(start.timestamp() / MINUTE), math.ceil(end.timestamp() / MINUTE)
        found: dict[str, Tally] = {}
        for minute, name, tally in self._read(self._root / tenant / endpoint, start, end):
            if first <= minute < last:
                found.setdefault(name, Tally()).join(tally)
        return found

    def flush(self) -> None:
        """Write what was counted since the last time."""
        with self._writing:
            with self._guard:
                fresh, self._fresh = self._fresh, {}
            for (tenant, endpoint, variant, minute), tally in fresh.items():
                line = json.dumps({"m": minute, "v": variant, **tally.to_json()}, separators=(",", ":")) + "\n"
                self._append(self._root / tenant / endpoint / f"{_day(minute)}.jsonl", line)

    def close(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)
        self.flush()

    @contextmanager
    def _tally(self, tenant: str, endpoint: str, variant: str) -> Iterator[Tally]:
        key = (tenant, endpoint, variant, int(time.time() // MINUTE))
        with self._guard:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="endpoint-metrics", daemon=True)
                self._thread.start()
            yield self._fresh.setdefault(key, Tally())

    def _append(self, path: Path, line: str) -> None:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._forget(path.parent)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.encode())  # one call: lines of several processes do not mix
        finally:
            os.close(descriptor)

    def _forget(self, folder: Path) -> None:
        oldest = (datetime.now(UTC) - timedelta(days=DAYS)).date().isoformat()
        for path in folder.glob("*.jsonl"):
            if path.stem < oldest:
                path.unlink(missing_ok=True)

    def _read(self, folder: Path, start: datetime, end: datetime) -> Iterator[tuple[int, str, Tally]]:
        for path in sorted(folder.glob("*.jsonl")):
            if not _day(start.timestamp() / MINUTE) <= path.stem <= _day(end.timestamp() / MINUTE):
                continue
            with path.open(encoding="utf-8") as lines:
                yield from _tallies(lines)

    def _run(self) -> None:
        while not self._stop.wait(self._flush):
            self.flush()


def _tallies(lines: Iterable[str]) -> Iterator[tuple[int, str, Tally]]:
    """A line that was cut off when a machine stopped is passed over: nothing else can be done with it."""
    for line in lines:
        with suppress(ValueError, KeyError, TypeError):
            entries = json.loads(line)
            yield entries["m"], entries["v"], Tally.from_json(entries)


def _day(minute: float) -> str:
    return date.fromordinal(date(1970, 1, 1).toordinal() + int(minute // (24 * 60))).isoformat()
