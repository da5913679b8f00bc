"""The ledger: every use of a model, written once and never changed, in one SQLite file."""

from __future__ import annotations

import logging
import secrets
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from math import ceil
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from groundstone.errors import StoreError
from groundstone.records import Call, Window
from groundstone.stores._sqlite import file

log = logging.getLogger(__name__)
Grouping = Literal["model", "key", "user", "task", "day", "outcome"]
DELAY = 0.15  # seconds that calls wait for others, to be written together
PATIENCE = 2.0  # seconds before a write that failed is tried again
LATENCY_OF = 20_000  # the newest calls whose times are ranked
LONGEST_NAME = 200  # characters of a model's name that are kept as it was asked for

_meta = sa.MetaData()
_calls = sa.Table(
    "calls",
    _meta,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("writer", sa.Integer, nullable=False),  # which process wrote it
    sa.Column("time", sa.Float, nullable=False),  # seconds since 1970
    sa.Column("tenant", sa.String, nullable=False),
    sa.Column("user", sa.String, nullable=False),
    sa.Column("key", sa.String, nullable=False),
    sa.Column("task", sa.String, nullable=False),
    sa.Column("asked", sa.String, nullable=False),
    sa.Column("model", sa.String, nullable=False),
    sa.Column("input_tokens", sa.Integer, nullable=False),
    sa.Column("output_tokens", sa.Integer, nullable=False),
    sa.Column("cost", sa.Float, nullable=False),
    sa.Column("first", sa.Float),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("outcome", sa.String, nullable=False),
    sa.Column("error", sa.String, nullable=False),
    sa.Column("estimated", sa.Boolean, nullable=False),
    sa.Index("calls_of_tenant", "tenant", "time"),
    sa.Index("calls_by_time", "time"),
)
_NAMES = tuple(spec.name for spec in fields(Call))
_values = attrgetter(*_NAMES)


@dataclass(frozen=True, slots=True)
class Total:
    """Sums over the calls that share ``name``: a model, a key, a user, a task, an outcome or a day (2026-02-28)."""

    name: str
    calls: int
    failed: int  # also those that were refused
    input_tokens: int
    output_tokens: int
    cost: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds that half, and that 95 of 100 successful calls of a model took at most; ``first``: to the first piece."""

    model: str
    calls: int
    p50: float
    p95: float
    first_p50: float | None = None
    first_p95: float | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """Money and tokens under each key, and the last row that was read."""

    money: Mapping[str, float]
    tokens: Mapping[str, int]
    last: int


class Ledger:
    """All calls of an installation. Safe to share between threads and processes.

    ``record`` only remembers a call; a thread writes what came in the last moments together. Every query and
    ``close`` write first, so that this process always reads what it recorded. A crash loses at most the calls of
    the last 0.2 seconds.

    Args:
        keep_days: calls that are older are removed, when the file is opened and once a day; 0 keeps all.
    """

    def __init__(self, path: Path, keep_days: int = 0) -> None:
        self._path = path
        self._engine = file.opened(path)
        with self._failing():
            _meta.create_all(self._engine)
        self._writer = secrets.randbits(62)
        self._keep = timedelta(days=keep_days)
        self._waiting: deque[Call] = deque()
        self._some, self._end = threading.Event(), threading.Event()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._forgotten: datetime | None = None

    def record(self, call: Call) -> None:
        """Remember a call. Takes microseconds and never fails; see the class for when it is safe on disk."""
        self._waiting.append(call)
        if not self._some.is_set():
            self._some.set()
            if self._thread is None:
                self._start()

    def flush(self) -> None:
        """Write what is waiting. Raises StoreError."""
        with self._writing:
            rows = self._taken()
            if rows:
                self._insert(rows)

    def close(self) -> None:
        """Write what is waiting and release the file. Raises StoreError."""
        self._end.set()
        self._some.set()
        if self._thread is not None:
            self._thread.join()
        try:
            self.flush()
        finally:
            self._engine.dispose()

    def totals(self, wanted: Window, by: Grouping = "model") -> list[Total]:
        """Sums of each group; days in their order, others with the most calls first."""
        column = sa.func.date(_calls.c.time, "unixepoch") if by == "day" else _calls.c[by]
        name, count = column.label("name"), sa.func.count().label("calls")
        sums = (_calls.c.input_tokens, _calls.c.output_tokens, _calls.c.cost, _calls.c.seconds)
        failed = sa.func.sum(sa.case((_calls.c.outcome.in_(("failed", "refused")), 1), else_=0))
        query = sa.select(name, count, failed, *[sa.func.sum(column) for column in sums])
        query = query.where(_within(wanted)).group_by(name)
        query = query.order_by(name) if by == "day" else query.order_by(count.desc(), name)
        return [Total(*row) for row in self._read(query)]

    def calls(self, wanted: Window, limit: int = 100) -> list[Call]:
        """The newest calls first."""
        columns = [_calls.c[name] for name in _NAMES]
        query = sa.select(*columns).where(_within(wanted)).order_by(_calls.c.time.desc(), _calls.c.id.desc())
        return [Call(datetime.fromtimestamp(row[0], UTC), *row[1:]) for row in self._read(query.limit(limit))]

    def latency(self, wanted: Window) -> list[Latency]:
        """Of the newest 20,000 successful calls, by model."""
        columns = (_calls.c.model, _calls.c.seconds, _calls.c.first)
        query = sa.select(*columns).where(_within(wanted), _calls.c.outcome == "ok", _calls.c.task != "count")
        query = query.order_by(_calls.c.time.desc()).limit(LATENCY_OF)
        models: dict[str, list[tuple[float, float | None]]] = {}
        for model, seconds, first in self._read(query):
            models.setdefault(model, []).append((seconds, first))
        return [_latency(model, times) for model, times in sorted(models.items())]

    def spent(self, month: datetime, day: datetime, after: int | None = None) -> Spent:
        """Money since ``month`` and tokens since ``day`` under each key.

        With ``after``, the ``last`` of an earlier call: only rows that other processes wrote since.
        """
        since, today = _calls.c.time >= month.timestamp(), _calls.c.time >= day.timestamp()
        tokens = sa.case((today, _calls.c.input_tokens + _calls.c.output_tokens), else_=0)
        money = sa.case((since, _calls.c.cost), else_=0.0)
        query = sa.select(_calls.c.key, sa.func.sum(money), sa.func.sum(tokens), sa.func.max(_calls.c.id))
        # By id where that is enough: it reads the few new rows, not the whole month again.
        rows = since if after is None else sa.and_(_calls.c.id > after, _calls.c.writer != self._writer)
        found = self._read(query.where(rows, _calls.c.key != "").group_by(_calls.c.key))
        last = max((row[3] for row in found), default=after or 0)
        return Spent({row[0]: row[1] for row in found}, {row[0]: row[2] for row in found}, last)

    def forget(self, before: datetime) -> int:
        """Remove the calls before a time, of all tenants; how many there were."""
        self.flush()
        with self._writing, self._failing(), self._engine.begin() as connection:
            return connection.execute(_calls.delete().where(_calls.c.time < before.timestamp())).rowcount

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Turns what the database raises into StoreError."""
        try:
            yield
        except sa.exc.SQLAlchemyError as error:
            reason = getattr(error, "orig", None) or error
            raise StoreError(f"the ledger {self._path} cannot be used: {reason}") from error

    def _read(self, query: sa.Select[Any]) -> Sequence[Any]:
        self.flush()
        with self._failing(), self._engine.connect() as connection:
            return connection.execute(query).all()

    def _start(self) -> None:
        with self._writing:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_on, name="ledger", daemon=True)
                self._thread.start()

    def _write_on(self) -> None:
        while not self._end.is_set():
            self._some.wait()
            self._end.wait(DELAY)
            self._some.clear()  # before taking: what is recorded from here on sets it again
            try:
                self.flush()
                self._forget_old()
            except StoreError as error:
                log.error("%s; %d calls wait to be written", error, len(self._waiting))
                self._end.wait(PATIENCE)
                self._some.set()

    def _forget_old(self) -> None:
        now = datetime.now(UTC)
        if self._keep and (self._forgotten is None or now - self._forgotten > timedelta(days=1)):
            self._forgotten = now
            self.forget(now - self._keep)

    def _taken(self) -> list[Call]:
        return [self._waiting.popleft() for _ in range(len(self._waiting))]

    def _insert(self, calls: list[Call]) -> None:
        rows = [_row(call, self._writer) for call in calls]
        try:
            with self._failing(), self._engine.begin() as connection:
                connection.execute(_calls.insert(), rows)
        except StoreError:
            self._waiting.extendleft(reversed(calls))
            raise


def _row(call: Call, writer: int) -> dict[str, Any]:
    row: dict[str, Any] = dict(zip(_NAMES, _values(call), strict=True))
    row["asked"] = call.asked[:LONGEST_NAME].encode("utf-8", "replace").decode()  # as some caller typed it
    row["time"], row["writer"] = call.time.timestamp(), writer
    return row


def _within(wanted: Window) -> sa.ColumnElement[bool]:
    columns = _calls.c
    rows = sa.and_(
        columns.tenant == wanted.tenant,
        columns.time >= wanted.since.timestamp(),
        columns.time < wanted.until.timestamp(),
    )
    return rows if wanted.user is None else sa.and_(rows, columns.user == wanted.user)


def _latency(model: str, times: Sequence[tuple[float, float | None]]) -> Latency:
    whole = sorted(seconds for seconds, _ in times)
    first = sorted(first for _, first in times if first is not None)
    beginnings = (_rank(first, 0.5), _rank(first, 0.95)) if first else (None, None)
    return Latency(model, len(times), _rank(whole, 0.5), _rank(whole, 0.95), *beginnings)


def _rank(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values do not exceed."""
    return ordered[max(0, ceil(len(ordered) * share) - 1)]
