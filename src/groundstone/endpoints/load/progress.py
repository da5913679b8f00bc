"""What is known of a level while it runs: plain numbers, for whoever watches."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from groundstone.endpoints.load.client import Exchange
from groundstone.endpoints.load.outcomes import outcome
from groundstone.endpoints.load.wires import Wire

EVERY = 1.0  # seconds between looks
LONGEST_READ = 2000  # pieces of a reply that is read while the clock runs, to learn how many tokens a piece has


@dataclass(frozen=True, slots=True)
class Progress:
    """One level so far. Nothing here enters the result, which is read when the level is over.

    ``level``: its name ("4 at once"); ``concurrency``: 0 for an open schedule; ``seconds``: since it began.
    ``begun``, ``ended``, ``under_way``: requests; ``failed``: of those that ended, without a whole good reply, and
    ``problems`` counts them by kind. ``tokens``: written so far, replies under way included, as estimated from pieces;
    ``tokens_per_second``: since the begin; ``now_per_second``: since the look before. ``first_token``, ``end_to_end``:
    seconds, medians of the requests that ended since the look before; 0 when none did. ``over``: the last word.
    """

    level: str
    concurrency: int
    seconds: float
    begun: int
    ended: int
    failed: int
    under_way: int
    tokens: int
    tokens_per_second: float
    now_per_second: float
    first_token: float = 0.0
    end_to_end: float = 0.0
    problems: dict[str, int] = field(default_factory=dict)
    over: bool = False

    def json(self) -> dict[str, Any]:
        return asdict(self)


Watching = Callable[[Progress], None]
"""Told about a level about once a second and when it is over, in the event loop of the run: it has to be quick."""


def together(parts: Sequence[Progress], name: str, concurrency: int) -> Progress:
    """One level that several processes run, from what each of them said last."""
    problems: Counter[str] = Counter()
    for part in parts:
        problems.update(part.problems)
    return Progress(
        name,
        concurrency,
        max(part.seconds for part in parts),
        sum(part.begun for part in parts),
        sum(part.ended for part in parts),
        sum(part.failed for part in parts),
        sum(part.under_way for part in parts),
        sum(part.tokens for part in parts),
        sum(part.tokens_per_second for part in parts),
        sum(part.now_per_second for part in parts),
        _median([part.first_token for part in parts if part.first_token]),
        _median([part.end_to_end for part in parts if part.end_to_end]),
        dict(problems),
        all(part.over for part in parts),
    )


class Looks:
    """Makes each Progress from the exchanges of a level; costs next to nothing between two looks."""

    def __init__(self, level: str, concurrency: int, wire: Wire, began: float) -> None:
        self._level, self._concurrency, self._wire, self._began = level, concurrency, wire, began
        self._seen = self._pieces = 0
        self._ratio = 1.0  # tokens of a piece
        self._problems: Counter[str] = Counter()
        self._before = (began, 0.0)

    def look(self, ended: Sequence[Exchange], under_way: Sequence[Exchange], over: bool = False) -> Progress:
        """``ended`` only grows from look to look."""
        now, fresh = time.perf_counter(), ended[self._seen :]
        self._seen = len(ended)
        good = [one for one in fresh if not self._is_problem(one)]
        self._pieces += sum(len(one.reply.pieces) for one in fresh)
        self._learn(good)
        tokens = self._ratio * (self._pieces + sum(len(one.reply.pieces) for one in under_way))
        then, before = self._before
        self._before = now, max(tokens, before)
        passed = max(now - self._began, 1e-9)
        return Progress(
            self._level, self._concurrency, passed, len(ended) + len(under_way), len(ended),
            self._problems.total(), len(under_way), round(tokens), tokens / passed,
            max(0.0, tokens - before) / max(now - then, 1e-9),
            _median([one.reply.pieces[0][0] - one.sent for one in good if one.reply.pieces]),
            _median([one.ended - one.sent for one in good]), dict(self._problems), over,
        )  # fmt: skip

    def _is_problem(self, one: Exchange) -> bool:
        kind = one.failure
        if not kind and not 200 <= one.reply.status < 300:
            self._problems["overloaded" if one.reply.status in (429, 503, 529) else "refused"] += 1
            return True
        if kind:
            self._problems[kind] += 1
        return bool(kind)

    def _learn(self, good: Sequence[Exchange]) -> None:
        """How many tokens a piece has, from one reply: reading more of them would make the client late."""
        for one in reversed(good):
            pieces = len(one.reply.pieces)
            if 0 < pieces <= LONGEST_READ:
                found = outcome(one, self._wire, self._began)
                if found.is_good:
                    self._ratio = found.tokens_out / pieces
                return


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0
