"""The side of the measured process: takes orders as lines of JSON, carries them out, answers with times.

Runs in the environment of each system, so it imports nothing but the standard library.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

BATCH = 1000  # films, for systems that want to be given batches
Film = dict[str, Any]  # id, text, and the fields to store and filter by
Years = tuple[int, int]  # first and last year, both included


class System(Protocol):
    """One system under test. ``load`` comes first, then either ``build`` or ``open``, then ``search``."""

    def __init__(self, store: Path, model: Path) -> None: ...

    def load(self) -> None:
        """Import the system and load the weights in the folder ``model``."""
        ...

    def build(self, films: Path, catalogue: Path, limit: int) -> None:
        """Make the store with its indices, durably. ``films`` holds the texts, ``catalogue`` the raw records."""
        ...

    def open(self) -> None: ...

    def search(self, text: str, years: Years | None) -> list[str]:
        """Ids of at most ten films, best first."""
        ...


def read(films: Path) -> Iterator[Film]:
    with films.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def batches(films: Path) -> Iterator[list[Film]]:
    waiting: list[Film] = []
    for film in read(films):
        waiting.append(film)
        if len(waiting) == BATCH:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def fields(film: Film) -> dict[str, Any]:
    """What is stored beside the text."""
    return {name: value for name, value in film.items() if name not in ("id", "text")}


def run(kind: type[System]) -> None:
    """Serve orders until the input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("store", type=Path)
    parser.add_argument("model", type=Path)
    options = parser.parse_args()
    # Libraries print; the answers must stay alone on their own channel.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    system = kind(options.store, options.model)
    for line in sys.stdin:
        print(json.dumps(_carried_out(system, json.loads(line))), file=answers, flush=True)


def _carried_out(system: System, order: dict[str, Any]) -> dict[str, Any]:
    cpu, started = time.process_time(), time.perf_counter()
    found = _do(system, order.pop("do"), order)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "cpu": time.process_time() - cpu, "peak": peak_memory(), "ids": found}


def _do(system: System, what: str, order: dict[str, Any]) -> list[str] | None:
    if what == "search":
        years = order["years"]
        return system.search(order["text"], (years[0], years[1]) if years else None)
    if what == "build":
        system.build(Path(order["films"]), Path(order["catalogue"]), order["limit"])
    else:
        {"load": system.load, "open": system.open}[what]()
    return None


def peak_memory() -> float:
    """Largest resident memory of this process so far, in MB (10**6 bytes)."""
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss would include what the parent held when it started us
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # bytes on macOS
