"""What each access key may spend, and what it has spent: asked before every call, told after it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from groundstone.errors import BudgetExceeded, RateLimited
from groundstone.identity import Limits, Principal
from groundstone.records import Call

Number = TypeVar("Number", int, float)
FRESH = 5.0  # seconds for which limits, and what other processes spent, are taken as known


class Meter(Protocol):
    """Admits calls and takes note of them."""

    def admit(self, caller: Principal) -> None:
        """Raises RateLimited or BudgetExceeded."""
        ...

    def record(self, call: Call) -> None: ...


class Unmetered:
    """Admits everybody and forgets everything."""

    def admit(self, caller: Principal) -> None: ...

    def record(self, call: Call) -> None: ...


class Spending(Protocol):
    """What was spent under each key since some time; ``last`` is where the next reading goes on."""

    @property
    def money(self) -> Mapping[str, float]: ...
    @property
    def tokens(self) -> Mapping[str, int]: ...
    @property
    def last(self) -> int: ...


class Book(Protocol):
    """Where calls are kept, by all processes of an installation together."""

    def record(self, call: Call) -> None: ...

    def spent(self, month: datetime, day: datetime, after: int | None = None) -> Spending: ...


@dataclass(slots=True)
class _Bucket:
    """Requests that may come at once; refilled steadily, never above its size."""

    size: int
    left: float
    time: float

    def take(self, now: float) -> float:
        """0 when there was a request left, else the seconds until there is."""
        self.left = min(self.size, self.left + (now - self.time) * self.size / 60)
        self.time = now
        if self.left >= 1:
            self.left -= 1
            return 0.0
        return (1 - self.left) * 60 / self.size


@dataclass(frozen=True, slots=True)
class Used:
    """What one key has spent: money this month, tokens today (UTC)."""

    money: float
    tokens: int


@dataclass
class _Sums:
    month: datetime
    day: datetime
    money: dict[str, float] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=dict)
    last: int | None = None  # None until the book was read
    read: float = 0.0


class KeyMeter:
    """Holds keys to their limits. Safe to share between threads.

    Money and tokens are those of all processes; what others spent is known some seconds late, and calls that are
    still running do not count yet. Requests are counted by each process for itself.

    Args:
        book: gives the place where calls are kept.
        limits: those of a key, by its id; None when it has none.
    """

    def __init__(self, book: Callable[[], Book], limits: Callable[[str], Limits | None]) -> None:
        self._book, self._find = book, limits
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Limits | None]] = {}
        self._buckets: dict[str, _Bucket] = {}
        self._sums = _Sums(*_periods(datetime.now(UTC)))

    def admit(self, caller: Principal) -> None:
        """Count the request. Raises RateLimited or BudgetExceeded, with when to come back."""
        if not caller.key:
            return
        limits = self._limits(caller.key)
        if limits is None:
            return
        if limits.money_per_month is not None or limits.tokens_per_day is not None:
            _check(limits, self.used(caller.key))
        if limits.requests_per_minute is not None:
            self._count(caller.key, limits.requests_per_minute)

    def record(self, call: Call) -> None:
        with self._lock:  # the sums are read from the book under the same lock, so nothing counts twice
            self._book().record(call)
            if call.key and self._sums.last is not None and call.time >= self._sums.day:
                _add(self._sums.money, call.key, call.cost)
                _add(self._sums.tokens, call.key, call.input_tokens + call.output_tokens)

    def used(self, key: str) -> Used:
        """What was spent under a key, as far as this process knows."""
        with self._lock:
            self._refresh()
            return Used(self._sums.money.get(key, 0.0), self._sums.tokens.get(key, 0))

    def limits(self, key: str) -> Limits | None:
        return self._limits(key) if key else None

    def _limits(self, key: str) -> Limits | None:
        now = time.monotonic()
        known = self._known.get(key)
        if known is None or now - known[0] > FRESH:
            known = self._known[key] = now, self._find(key)
        return known[1]

    def _count(self, key: str, size: int) -> None:
        if size < 1:
            raise RateLimited("this key may make no requests at all", 60.0)
        now = time.monotonic()
        with self._lock:
            bucket = self._buckets.get(key)
            if bucket is None or bucket.size != size:
                bucket = self._buckets[key] = _Bucket(size, size, now)
            wait = bucket.take(now)
        if wait:
            raise RateLimited(f"this key may make {size} requests a minute; try again in {wait:.1f} s", wait)

    def _refresh(self) -> None:
        """Read all sums when a day begins, else from time to time what other processes added."""
        now, clock = datetime.now(UTC), time.monotonic()
        month, day = _periods(now)
        if self._sums.last is None or day != self._sums.day:
            spent = self._book().spent(month, day)
            self._sums = _Sums(month, day, dict(spent.money), dict(spent.tokens), spent.last, clock)
        elif clock - self._sums.read > FRESH:
            spent = self._book().spent(month, day, self._sums.last)
            for key, money in spent.money.items():
                _add(self._sums.money, key, money)
            for key, tokens in spent.tokens.items():
                _add(self._sums.tokens, key, tokens)
            self._sums.last, self._sums.read = spent.last, clock


def _add(sums: dict[str, Number], key: str, amount: Number) -> None:
    sums[key] = sums.get(key, type(amount)()) + amount


def _periods(now: datetime) -> tuple[datetime, datetime]:
    """The beginning of the month and of the day."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return day.replace(day=1), day


def _check(limits: Limits, used: Used) -> None:
    now = datetime.now(UTC)
    month, day = _periods(now)
    if limits.money_per_month is not None and used.money >= limits.money_per_month:
        raise BudgetExceeded(
            f"this key has spent {used.money:.10g} of {limits.money_per_month:g} this month; "
            f"it may go on on {(month + timedelta(days=32)).replace(day=1):%Y-%m-%d}, or when its limit is raised"
        )
    if limits.tokens_per_day is not None and used.tokens >= limits.tokens_per_day:
        raise BudgetExceeded(
            f"this key has used {used.tokens} of {limits.tokens_per_day} tokens today; "
            f"it may go on on {day + timedelta(days=1):%Y-%m-%d}, or when its limit is raised"
        )
