"""Resources: the small things that a control plane makes and lists, such as data sources and jobs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from groundstone.errors import Conflict, NotFound
from groundstone.identity import Principal
from groundstone.stores._sqlite import file
from groundstone.stores._sqlite.owners import Owners

MAX_LIST = 1000

_meta = sa.MetaData()
_resources = sa.Table(
    "resources",
    _meta,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("tenant", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("id", sa.String, nullable=False),
    sa.Column("parent", sa.String, nullable=False),
    sa.Column("name", sa.String),  # null: unnamed, so that the constraint below does not hold it
    sa.Column("token", sa.String),
    sa.Column("body", sa.String, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("created", sa.String, nullable=False),
    sa.Column("updated", sa.String, nullable=False),
    sa.UniqueConstraint("tenant", "kind", "id"),
    sa.UniqueConstraint("tenant", "kind", "parent", "name"),
    sa.UniqueConstraint("tenant", "kind", "token"),
    sa.Index("resources_of", "tenant", "kind", "parent", "number"),
    sqlite_autoincrement=True,  # a number is never used again, so that cursors stay true
)


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing. ``body`` is JSON; ``parent`` is the id of what it belongs to, or "".

    ``number`` grows with every new resource and is its cursor in a listing; ``revision`` counts from 1.
    """

    kind: str
    id: str
    body: Mapping[str, Any]
    name: str
    parent: str
    revision: int
    number: int
    created: datetime
    updated: datetime


class Resources:
    """All resources of an installation, each of one tenant. Safe to share between threads and processes."""

    def __init__(self, path: Path) -> None:
        self._owners = Owners(path.with_name(path.name + ".owners"))
        self._engine = file.opened(path)
        self._writing = file.writing(self._engine)
        with self._writing.begin() as connection:
            _meta.create_all(connection)

    def close(self) -> None:
        self._engine.dispose()
        self._owners.close()

    @property
    def owner(self) -> str:
        """A name for this object in the bodies of what it works on; see ``alive``."""
        return self._owners.name

    def alive(self, owner: str) -> bool:
        """Whether the process of that owner still runs; it is not once it ended, however it ended."""
        return self._owners.alive(owner)

    def put(
        self,
        principal: Principal,
        kind: str,
        id: str,
        body: Mapping[str, Any],
        *,
        name: str = "",
        parent: str = "",
        client_token: str = "",
    ) -> Resource:
        """A new resource; the existing one when this tenant used the token for this kind before.

        Raises Conflict when the id, or the name within ``parent``, is taken.
        """
        now = _now()
        row = {
            "tenant": principal.tenant,
            "kind": kind,
            "id": id,
            "parent": parent,
            "name": name or None,
            "token": client_token or None,
            "body": json.dumps(body),
            "revision": 1,
            "created": now,
            "updated": now,
        }
        with self._writing.begin() as connection:
            same = _of(principal, kind, _resources.c.token == client_token) if client_token else None
            known = connection.execute(sa.select(_resources).where(same)).first() if same is not None else None
            if known is not None:
                return _resource(known)
            _insert(connection, row, f"there is already a {kind} {name or id!r}")
        return self.get(principal, kind, id)

    def get(self, principal: Principal, kind: str, id: str) -> Resource:
        """Raises NotFound, also for what belongs to another tenant."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(_resources).where(_one(principal, kind, id))).first()
        if row is None:
            raise NotFound(f"no {kind} {id!r}")
        return _resource(row)

    def named(self, principal: Principal, kind: str, name: str, *, parent: str = "") -> Resource | None:
        """The resource of that name, if there is one."""
        wanted = _of(principal, kind, _resources.c.parent == parent, _resources.c.name == name)
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(_resources).where(wanted)).first()
        return None if row is None else _resource(row)

    def list(
        self, principal: Principal, kind: str, *, parent: str | None = None, limit: int = 100, after: int = 0
    ) -> list[Resource]:
        """Oldest first, those after the cursor ``after`` (the ``number`` of the last one seen).

        Args:
            parent: only what belongs to it; None for all.
        """
        wanted = sa.select(_resources).where(_of(principal, kind, _resources.c.number > after))
        if parent is not None:
            wanted = wanted.where(_resources.c.parent == parent)
        wanted = wanted.order_by(_resources.c.number).limit(min(max(limit, 1), MAX_LIST))
        with self._engine.connect() as connection:
            return [_resource(row) for row in connection.execute(wanted)]

    def all(self, principal: Principal, kind: str, *, parent: str | None = None) -> Sequence[Resource]:
        """Every one of a kind, or of those that belong to ``parent``, oldest first."""
        found = self.list(principal, kind, parent=parent, limit=MAX_LIST)
        while page := found and self.list(principal, kind, parent=parent, limit=MAX_LIST, after=found[-1].number):
            found += page
        return found

    def update(
        self,
        principal: Principal,
        kind: str,
        id: str,
        body: Mapping[str, Any],
        *,
        revision: int | None = None,
        name: str | None = None,
    ) -> Resource:
        """Replace the body, and the name if one is given.

        Args:
            revision: the one that the change was made from; None replaces whatever is there.

        Raises NotFound, and Conflict when somebody else changed it meanwhile or the name is taken.
        """
        changes: dict[str, Any] = {"body": json.dumps(body), "updated": _now()}
        changes |= {"revision": _resources.c.revision + 1} | ({} if name is None else {"name": name or None})
        wanted = _one(principal, kind, id)
        if revision is not None:
            wanted = sa.and_(wanted, _resources.c.revision == revision)
        try:
            with self._writing.begin() as connection:
                done = connection.execute(_resources.update().where(wanted).values(**changes)).rowcount
        except sa.exc.IntegrityError:
            raise Conflict(f"there is already a {kind} {name!r}") from None
        found = self.get(principal, kind, id)
        if not done:
            raise Conflict(f"{kind} {id!r} was changed by somebody else meanwhile; read it again")
        return found

    def delete(self, principal: Principal, kind: str, id: str) -> None:
        """Raises NotFound. What belongs to it stays; delete that first."""
        with self._writing.begin() as connection:
            done = connection.execute(_resources.delete().where(_one(principal, kind, id))).rowcount
        if not done:
            raise NotFound(f"no {kind} {id!r}")


def _insert(connection: sa.Connection, row: Mapping[str, Any], taken: str) -> None:
    try:
        connection.execute(_resources.insert(), row)
    except sa.exc.IntegrityError:
        raise Conflict(taken) from None


def _of(principal: Principal, kind: str, *more: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.and_(_resources.c.tenant == principal.tenant, _resources.c.kind == kind, *more)


def _one(principal: Principal, kind: str, id: str) -> sa.ColumnElement[bool]:
    return _of(principal, kind, _resources.c.id == id)


def _resource(row: Any) -> Resource:
    return Resource(
        row.kind,
        row.id,
        json.loads(row.body),
        row.name or "",
        row.parent,
        row.revision,
        row.number,
        datetime.fromisoformat(row.created),
        datetime.fromisoformat(row.updated),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
