"""Reports of load runs, made of outcomes that nobody had to wait for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from groundstone.endpoints.load.health import Health
from groundstone.endpoints.load.outcomes import Outcome
from groundstone.endpoints.load.report import Report, row
from groundstone.endpoints.load.runner import Level

WELL = Health(0.001, 0.002, 0.1)


def level(concurrency: int, latency: float, tokens: int = 10, lag: float = 0.001) -> Level:
    """Each of ``concurrency`` clients asks twice, and waits ``latency`` seconds for its tokens."""
    starts = [(at * latency, (at + 1) * latency) for at in range(2) for _ in range(concurrency)]
    gaps = tuple((latency / tokens, 1) for _ in range(tokens - 1))
    outcomes = [
        Outcome(begin, begin, begin + latency / tokens, end, 8, tokens, "server", gaps) for begin, end in starts
    ]
    return Level(f"{concurrency} at once", tuple(outcomes), 2 * latency, Health(lag, lag, 0.1))


def report(title: str = "a run", *, slower: float = 1.0, counts: tuple[int, ...] = (1, 2, 4), **rest: Any) -> Report:
    """A curve whose latency doubles from 4 clients on."""
    times: Mapping[int, float] = {1: 0.10, 2: 0.11, 4: 0.12, 8: 0.24, 16: 0.48}
    rows = tuple(row(level(count, slower * times[count]), count) for count in counts)
    return Report(title, {"url": "http://127.0.0.1:1", "read": "8", "write": "10"}, rows, **rest)
