"""A durable queue of work, in steps, for several processes over one file. Nothing is lost and no step is done twice.

A worker claims an item and advances it from step to step; what a step found is saved in the transaction that advances.
When the process of a worker ends, however it ends, the next ``recover`` anywhere gives its items back, at the step that
was not finished. A lease covers what a lock cannot: a process that still runs but was stopped for a long time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from groundstone.errors import Conflict, LimitExceeded, NotFound
from groundstone.identity import Principal
from groundstone.stores._sqlite.owners import Owners
from groundstone.stores._sqlite.work import (
    CANCELLED,
    COLUMNS,
    DEAD,
    DELETED,
    DONE,
    DROPPED,
    OPEN,
    WAITING,
    WORKING,
    encoded,
    item_of,
    items,
    note_of,
    notes,
)
from groundstone.stores._sqlite.work import Item as Item
from groundstone.stores._sqlite.work import Note as Note
from groundstone.stores._sqlite.work_file import WorkFile

MAX_LIST = 1000
BACKLOG = 10_000  # items of a tenant in one queue that have not ended
LEASE = 60.0  # seconds
MOST_CLAIMS = 5  # beginnings of one step that a process did not survive
TOMBSTONE = 86_400.0  # seconds that the empty row of a deleted item stays
KILLED = "the process ended {} times while it worked on this step"
Listed = list[Item]  # in the class below, "list" is a method
Entry = tuple[str, str, Mapping[str, Any]]  # a line of an item's history: who, did what, with what


class Queue:
    """All queues of an installation, each of them shared by tenants. Safe between threads and processes.

    Everything raises StoreError when the file cannot be used now.

    Args:
        backlog: how many items of a tenant may wait in one queue.
        lease: seconds after which an item is taken from a worker that gives no sign of life.
        clock: seconds since 1970.
    """

    def __init__(
        self, path: Path, *, backlog: int = BACKLOG, lease: float = LEASE, clock: Callable[[], float] = time.time
    ) -> None:
        self._backlog, self.lease, self._now = backlog, lease, clock
        self._owners = Owners(path.with_name(path.name + ".owners"))
        self._served: dict[str, float] = {}  # when each tenant had its last turn
        self._file = WorkFile(path)

    def close(self) -> None:
        self._file.close()
        self._owners.close()

    # -- putting ---------------------------------------------------------------------------------------

    def put(
        self,
        principal: Principal,
        queue: str,
        id: str,
        body: Mapping[str, Any],
        *,
        step: str,
        source: str = "",
        stamp: str = "",
        expires: float | None = None,
        entry: Entry | None = None,
    ) -> tuple[Item, bool]:
        """An item that waits for its first step, and whether it is new: of one id there is only one.

        Raises LimitExceeded when too many of this tenant wait already.
        """
        now = self._now()
        row = {
            "tenant": principal.tenant, "queue": queue, "id": id, "state": WAITING, "step": step, "lane": 0,
            "label": "", "source": source, "stamp": stamp, "body": encoded(body), "failure": "", "attempts": 0,
            "claim": 0, "owner": "", "lease": 0.0, "not_before": 0.0, "expires": expires, "revision": 1,
            "created": now, "updated": now,
        }  # fmt: skip
        one = _one(principal, queue, id)
        with self._file.write() as connection:
            known = connection.execute(sa.select(*COLUMNS).where(one)).first()
            if known is not None and known.state != DELETED:
                if source and known.source == source and known.stamp != stamp:
                    connection.execute(items.update().where(one).values(stamp=stamp))
                return item_of(known), False
            self._check_room(connection, principal, queue)
            connection.execute(items.delete().where(one))
            connection.execute(items.insert(), row)
            self._note(connection, connection.execute(sa.select(items.c.number).where(one)).scalar_one(), entry)
        return self.get(principal, queue, id), True

    def _check_room(self, connection: sa.Connection, principal: Principal, queue: str) -> None:
        waiting = connection.scalar(
            sa.select(sa.func.count()).where(_of(principal, queue), items.c.state.in_(OPEN)).select_from(items)
        )
        if (waiting or 0) >= self._backlog:
            raise LimitExceeded(f"{waiting} documents wait already, the most that may; send more when some are done")

    def room(self, principal: Principal, queue: str) -> int:
        """How many more can be put before LimitExceeded."""
        counts = self.counts(principal, queue)
        return max(0, self._backlog - sum(count for (state, _), count in counts.items() if state in OPEN))

    # -- working ---------------------------------------------------------------------------------------

    def claim(self, queue: str, lanes: Sequence[int] = (0, 1)) -> Item | None:
        """The next item that is due, now this process's; None when there is none.

        Tenants take turns, so that one with very many documents does not hold up the others. Lower lanes go first.
        """
        now = self._now()
        due = sa.and_(
            items.c.queue == queue,
            items.c.state == WAITING,
            items.c.lane.in_(lanes),
            sa.or_(items.c.not_before <= now, items.c.updated > now + self.lease),  # or the clock went back
        )
        with self._file.read() as connection:
            tenants = connection.execute(sa.select(items.c.tenant).where(due).distinct()).scalars().all()
        if not tenants:
            return None
        first = min(tenants, key=lambda tenant: self._served.get(tenant, 0.0))
        self._served[first] = time.monotonic()
        mine = sa.select(items.c.number).where(due, items.c.tenant == first)
        with self._file.write() as connection:
            number = connection.scalar(mine.order_by(items.c.lane, items.c.number).limit(1))
            return None if number is None else self._claimed(connection, number)

    def claim_one(self, principal: Principal, queue: str, id: str) -> Item | None:
        """This item; None when somebody else works on it, or nothing is left to do."""
        wanted = sa.and_(_one(principal, queue, id), items.c.state == WAITING)
        with self._file.write() as connection:
            number = connection.scalar(sa.select(items.c.number).where(wanted))
            return None if number is None else self._claimed(connection, number)

    def _claimed(self, connection: sa.Connection, number: int) -> Item:
        now = self._now()
        taken = {
            "state": WORKING, "owner": self._owners.name, "lease": now + self.lease, "updated": now,
            "claim": items.c.claim + 1, "attempts": items.c.attempts + 1, "revision": items.c.revision + 1,
        }  # fmt: skip
        connection.execute(items.update().where(items.c.number == number).values(**taken))
        return item_of(connection.execute(sa.select(*COLUMNS).where(items.c.number == number)).one())

    def beat(self, held: Iterable[Item]) -> int:
        """A sign of life: the leases of these items begin anew. How many of them are still this worker's."""
        until = {"lease": self._now() + self.lease}
        with self._file.write() as connection:
            return sum(connection.execute(items.update().where(_held(item)).values(**until)).rowcount for item in held)

    def advance(
        self,
        item: Item,
        step: str,
        body: Mapping[str, Any],
        *,
        label: str | None = None,
        entry: Entry | None = None,
        forget: bool = False,
    ) -> Item:
        """Save what a step found and come to the next, in one transaction; the item stays claimed.

        ``forget`` empties what earlier lines of the history say beside who, what and when. Raises Conflict when the
        item is no longer this worker's.
        """
        return self._moved(item, {"step": step, "attempts": 1}, body, label, entry, forget)

    def finish(
        self,
        item: Item,
        body: Mapping[str, Any],
        *,
        label: str | None = None,
        entry: Entry | None = None,
        forget: bool = False,
    ) -> Item:
        """Nothing is left to do. Otherwise as ``advance``."""
        ended = {"state": DONE, "step": "", "owner": "", "attempts": 0, "failure": "", "ended": self._now()}
        return self._moved(item, ended, body, label, entry, forget)

    def release(self, item: Item, *, lane: int | None = None) -> Item:
        """Give it back as it is, for another lane or for another worker. Raises Conflict."""
        back = {"state": WAITING, "owner": "", "attempts": 0, "lane": item.lane if lane is None else lane}
        return self._moved(item, back, item.body)

    def retry_later(self, item: Item, failure: str, delay: float, entry: Entry | None = None) -> Item:
        """It failed, but that may pass: another try after ``delay`` seconds. Raises Conflict."""
        waiting = {"state": WAITING, "owner": "", "failure": failure, "not_before": self._now() + delay}
        return self._moved(item, waiting, item.body, entry=entry)

    def give_up(self, item: Item, failure: str, entry: Entry | None = None) -> Item:
        """It failed for good: a dead letter. Raises Conflict."""
        ended = {"state": DEAD, "owner": "", "failure": failure, "ended": self._now()}
        return self._moved(item, ended, item.body, entry=entry)

    def _moved(
        self,
        item: Item,
        changes: Mapping[str, Any],
        body: Mapping[str, Any],
        label: str | None = None,
        entry: Entry | None = None,
        forget: bool = False,
    ) -> Item:
        values = {**changes, "updated": self._now(), "revision": items.c.revision + 1}
        values |= {"body": encoded(body)} if body is not item.body else {}
        values |= {} if label is None else {"label": label}
        with self._file.write() as connection:
            if not connection.execute(items.update().where(_held(item)).values(**values)).rowcount:
                raise Conflict(f"{item.id} is no longer worked on here")
            if forget:
                connection.execute(notes.update().where(notes.c.item == item.number).values(data="{}"))
                self._file.deleted(connection)
            self._note(connection, item.number, entry)
            return item_of(connection.execute(sa.select(*COLUMNS).where(items.c.number == item.number)).one())

    def recover(self, queue: str) -> int:
        """Give back what dead processes worked on, and what leases ended for; how many items."""
        working = sa.and_(items.c.queue == queue, items.c.state == WORKING)
        with self._file.read() as connection:
            owners = connection.execute(sa.select(items.c.owner).where(working).distinct()).scalars().all()
        dead = [owner for owner in owners if owner != self._owners.name and not self._owners.alive(owner)]
        lost = sa.and_(working, sa.or_(items.c.owner.in_(dead), items.c.lease < self._now()))
        back: dict[str, Any] = {"owner": "", "updated": self._now(), "revision": items.c.revision + 1}
        with self._file.read() as connection:
            if connection.scalar(sa.select(items.c.number).where(lost).limit(1)) is None:
                return 0
        with self._file.write() as connection:
            often = sa.and_(lost, items.c.attempts >= MOST_CLAIMS)
            given_up = {"state": DEAD, "failure": KILLED.format(MOST_CLAIMS), "ended": self._now()}
            many = connection.execute(items.update().where(often).values(**back, **given_up)).rowcount
            return many + connection.execute(items.update().where(lost).values(**back, state=WAITING)).rowcount

    # -- looking ---------------------------------------------------------------------------------------

    def get(self, principal: Principal, queue: str, id: str) -> Item:
        """Raises NotFound, also for what belongs to another tenant."""
        with self._file.read() as connection:
            row = connection.execute(sa.select(*COLUMNS).where(_one(principal, queue, id))).first()
        if row is None or row.state == DELETED:
            raise NotFound(f"no document {id!r} in {queue}")
        return item_of(row)

    def list(
        self,
        principal: Principal,
        queue: str,
        *,
        states: Sequence[str] = (),
        label: str | None = None,
        limit: int = 100,
        after: int = 0,
        newest: bool = False,
    ) -> Listed:
        """Oldest first, those after the cursor ``after`` (the ``number`` of the last one seen); or newest first."""
        wanted = sa.select(*COLUMNS).where(_of(principal, queue), items.c.state != DELETED)
        if states:
            wanted = wanted.where(items.c.state.in_(states))
        if label is not None:
            wanted = wanted.where(items.c.label == label)
        if after:
            wanted = wanted.where(items.c.number < after if newest else items.c.number > after)
        order = items.c.number.desc() if newest else items.c.number
        with self._file.read() as connection:
            found = connection.execute(wanted.order_by(order).limit(min(max(limit, 1), MAX_LIST)))
            return [item_of(row) for row in found]

    def history(self, principal: Principal, queue: str, id: str) -> Sequence[Note]:
        """What was noted of an item, oldest first. Raises NotFound."""
        item = self.get(principal, queue, id)
        wanted = sa.select(notes).where(notes.c.item == item.number).order_by(notes.c.number)
        with self._file.read() as connection:
            return [note_of(row) for row in connection.execute(wanted)]

    def counts(self, principal: Principal, queue: str) -> dict[tuple[str, str], int]:
        """How many items there are, by state and label."""
        by = (items.c.state, items.c.label)
        wanted = sa.select(*by, sa.func.count()).where(_of(principal, queue), items.c.state != DELETED).group_by(*by)
        with self._file.read() as connection:
            return {(state, label): count for state, label, count in connection.execute(wanted)}

    def ended_since(self, principal: Principal, queue: str, seconds: float) -> int:
        """How many items ended, well or not, in the last seconds."""
        wanted = sa.select(sa.func.count()).where(_of(principal, queue), items.c.ended >= self._now() - seconds)
        with self._file.read() as connection:
            return connection.scalar(wanted.select_from(items)) or 0

    def knows(self, principal: Principal, queue: str, source: str, stamp: str) -> bool:
        """Whether this state of a source was put already."""
        same = sa.and_(items.c.source == source, items.c.stamp == stamp, items.c.state != DELETED)
        with self._file.read() as connection:
            return connection.scalar(sa.select(items.c.number).where(_of(principal, queue), same).limit(1)) is not None

    # -- by people -------------------------------------------------------------------------------------

    def change(
        self,
        item: Item,
        *,
        states: Sequence[str],
        body: Mapping[str, Any] | None = None,
        step: str | None = None,
        label: str | None = None,
        state: str | None = None,
        entry: Entry | None = None,
        anyhow: bool = False,
    ) -> Item:
        """Change what nobody works on, from the revision in hand; with a ``step`` it goes back to the workers.

        Raises Conflict when it was changed meanwhile (never mind that with ``anyhow``), or is in none of ``states``.
        """
        values: dict[str, Any] = {"updated": self._now(), "revision": items.c.revision + 1}
        values |= {} if body is None else {"body": encoded(body)}
        values |= {} if label is None else {"label": label}
        values |= {} if state is None else {"state": state, "owner": ""}
        if step is not None:
            values |= {"step": step, "state": WAITING, "attempts": 0, "failure": "", "not_before": 0.0, "ended": None}
        same = sa.and_(items.c.number == item.number, items.c.state.in_(states))
        if not anyhow:
            same = sa.and_(same, items.c.revision == item.revision)
        with self._file.write() as connection:
            if not connection.execute(items.update().where(same).values(**values)).rowcount:
                raise Conflict(f"{item.id} was changed by somebody else meanwhile, or is at work; look at it again")
            self._note(connection, item.number, entry)
            return item_of(connection.execute(sa.select(*COLUMNS).where(items.c.number == item.number)).one())

    def retry(self, item: Item, step: str = "", entry: Entry | None = None) -> Item:
        """A dead letter goes back to the step that failed, or to another. Raises Conflict when it is none."""
        return self.change(item, states=(DEAD, DROPPED, CANCELLED), step=step or item.step, entry=entry)

    def drop(self, item: Item, entry: Entry | None = None) -> Item:
        """Nobody will look at this dead letter again; it stays known until its time is over. Raises Conflict."""
        return self.change(item, states=(DEAD, CANCELLED), state=DROPPED, entry=entry)

    def cancel(self, item: Item, entry: Entry | None = None) -> Item:
        """End it now, also while somebody works on it: that worker cannot save anything more. Raises Conflict."""
        return self.change(item, states=OPEN, state=CANCELLED, entry=entry, anyhow=True)

    # -- for certain -----------------------------------------------------------------------------------

    def shorten(self, queue: str, seconds: float) -> None:
        """Let no item stay longer than this after it came, also those that came while a longer time held, or none."""
        end = items.c.created + seconds
        longer = sa.or_(items.c.expires.is_(None), items.c.expires > end)
        same = sa.and_(items.c.queue == queue, items.c.state != DELETED, longer)
        with self._file.write() as connection:
            connection.execute(items.update().where(same).values(expires=end))

    def over(self, queue: str) -> Listed:
        """Items whose time is over, and tombstones of deleted ones, of all tenants."""
        wanted = sa.select(*COLUMNS).where(items.c.queue == queue, items.c.expires <= self._now())
        with self._file.read() as connection:
            return [item_of(row) for row in connection.execute(wanted)]

    def stop(self, item: Item) -> None:
        """Take it from everybody, before its files are deleted."""
        with self._file.write() as connection:
            values = {"state": CANCELLED, "owner": "", "claim": items.c.claim + 1, "revision": items.c.revision + 1}
            same = sa.and_(items.c.number == item.number, items.c.state != DELETED)
            connection.execute(items.update().where(same).values(**values, expires=self._now()))

    def ids(self, queue: str) -> set[str]:
        """The ids of all items of all tenants, deleted ones among them until their tombstones go."""
        with self._file.read() as connection:
            return set(connection.execute(sa.select(items.c.id).where(items.c.queue == queue)).scalars())

    def bury(self, item: Item) -> None:
        """Delete everything of an item but a tombstone that says only that it was; call ``scrub`` afterwards."""
        empty = {"body": "{}", "source": "", "stamp": "", "label": "", "failure": "", "owner": "", "step": ""}
        with self._file.write() as connection:
            connection.execute(notes.delete().where(notes.c.item == item.number))
            if item.state == DELETED:
                connection.execute(items.delete().where(items.c.number == item.number))
            else:
                gone = {"state": DELETED, "expires": self._now() + TOMBSTONE}
                connection.execute(items.update().where(items.c.number == item.number).values(**empty, **gone))
                self._file.deleted(connection)

    @property
    def needs_scrub(self) -> bool:
        """Whether something was deleted or forgotten since the last ``scrub``, also before a crash."""
        return self._file.needs_scrub

    def scrub(self) -> bool:
        """Leave no trace of what was deleted; False when others use the file just now."""
        return self._file.scrub()

    def _note(self, connection: sa.Connection, number: int, entry: Entry | None) -> None:
        if entry is not None:
            by, what, data = entry
            row = {"item": number, "at": self._now(), "by": by, "what": what, "data": encoded(data)}
            connection.execute(notes.insert(), row)


def _of(principal: Principal, queue: str) -> sa.ColumnElement[bool]:
    return sa.and_(items.c.queue == queue, items.c.tenant == principal.tenant)


def _one(principal: Principal, queue: str, id: str) -> sa.ColumnElement[bool]:
    return sa.and_(_of(principal, queue), items.c.id == id)


def _held(item: Item) -> sa.ColumnElement[bool]:
    """Still worked on under the claim in hand."""
    return sa.and_(items.c.number == item.number, items.c.state == WORKING, items.c.claim == item.claim)
