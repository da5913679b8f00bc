"""The tables of the work queue, and its rows as values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

WAITING, WORKING, DONE, DEAD, DROPPED, CANCELLED, DELETED = (
    "waiting", "working", "done", "dead", "dropped", "cancelled", "deleted",
)  # fmt: skip
OPEN = (WAITING, WORKING)

meta = sa.MetaData()
items = sa.Table(
    "items",
    meta,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("tenant", sa.String, nullable=False),
    sa.Column("queue", sa.String, nullable=False),
    sa.Column("id", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("step", sa.String, nullable=False),  # the one that comes next
    sa.Column("lane", sa.Integer, nullable=False),
    sa.Column("label", sa.String, nullable=False),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("stamp", sa.String, nullable=False),
    sa.Column("body", sa.String, nullable=False),
    sa.Column("failure", sa.String, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),  # beginnings of this step
    sa.Column("claim", sa.Integer, nullable=False),  # how often it was claimed: fences off who held it before
    sa.Column("owner", sa.String, nullable=False),
    sa.Column("lease", sa.Float, nullable=False),  # times are seconds since 1970
    sa.Column("not_before", sa.Float, nullable=False),
    sa.Column("expires", sa.Float),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("updated", sa.Float, nullable=False),
    sa.Column("ended", sa.Float),
    sa.UniqueConstraint("tenant", "queue", "id"),
    sa.Index("items_to_do", "queue", "state", "lane", "number"),
    sa.Index("items_of", "queue", "tenant", "state", "label", "number"),
    sa.Index("items_from", "queue", "tenant", "source"),
    sa.Index("items_over", "queue", "expires"),
    sa.Index("items_ended", "queue", "ended"),
    sqlite_autoincrement=True,  # a number is never used again, so that cursors stay true
)
notes = sa.Table(
    "notes",
    meta,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("item", sa.Integer, nullable=False, index=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("by", sa.String, nullable=False),
    sa.Column("what", sa.String, nullable=False),
    sa.Column("data", sa.String, nullable=False),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of work. ``step`` comes next; ``body`` is JSON: what earlier steps found.

    ``state``: "waiting", "working", "done", "dead" (given up, see ``failure``), "dropped", "cancelled" or "deleted".
    ``label`` is a word to list and count by. ``source`` and ``stamp`` say where it came from and in which state that
    was. ``attempts`` counts beginnings of the present step, ``revision`` every change, from 1.
    """

    number: int
    tenant: str
    queue: str
    id: str
    state: str
    step: str
    lane: int
    label: str
    source: str
    stamp: str
    body: Mapping[str, Any]
    failure: str
    attempts: int
    claim: int
    owner: str
    not_before: float
    expires: float | None
    revision: int
    created: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """A line of an item's history: who did what, when. ``data`` is JSON."""

    at: datetime
    by: str
    what: str
    data: Mapping[str, Any]


COLUMNS = [items.c[name] for name in Item.__slots__]


def item_of(row: Any) -> Item:
    values = dict(row._mapping)
    values["body"] = json.loads(values["body"])
    for name in ("created", "updated"):
        values[name] = moment(values[name])
    return Item(**values)


def note_of(row: Any) -> Note:
    return Note(moment(row.at), row.by, row.what, json.loads(row.data))


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def encoded(data: Mapping[str, Any]) -> str:
    """As JSON. Text that no file can hold, half of a surrogate pair, is escaped."""
    return json.dumps(data, ensure_ascii=True, separators=(",", ":"))
