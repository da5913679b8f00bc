"""A collection in SQLite, as readers and writers see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, select, update
from sqlalchemy.sql.elements import ColumnElement

from groundstone.errors import Conflict, InvalidInput, NotFound
from groundstone.filters import And, Filter, Sort
from groundstone.identity import Principal
from groundstone.models.base import Vectors
from groundstone.records import Chunk, Document, Scalar
from groundstone.stores import _records
from groundstone.stores._sqlite import history, reading
from groundstone.stores._sqlite import words as full_text
from groundstone.stores._sqlite.database import Database, alive
from groundstone.stores._sqlite.filters import compiled
from groundstone.stores._sqlite.index import VectorIndex
from groundstone.stores._sqlite.lock import FileLock
from groundstone.stores._sqlite.snapshot import Snapshot, Snapshots
from groundstone.stores._sqlite.tables import state, versions
from groundstone.stores._sqlite.vectors import VectorFile
from groundstone.stores._sqlite.writer import SqliteWriter, at_length_one, staged, version_of
from groundstone.stores.access import guarded
from groundstone.stores.base import Aggregate, Scored, Settings, Version


@dataclass(frozen=True, slots=True)
class _View:
    """One transaction's view of the newest version, as far as the principal may read it."""

    connection: Connection
    state: Any
    where: And  # what was asked for and the rights of the principal

    @property
    def condition(self) -> ColumnElement[bool]:
        """Of the rows of ``documents``."""
        return alive(self.state.head) & compiled(self.where, self.state.tenant)


class SqliteCollection:
    """See ``stores.base.Collection``. Safe to use from several threads."""

    def __init__(self, folder: Path, tenant: str, index: VectorIndex | None = None) -> None:
        self._database = Database(folder)
        self._tenant = tenant
        with self._database.read() as connection:
            now = self._database.state(connection)
        if now.tenant != tenant:
            raise NotFound(f"there is no knowledge base {folder.name!r}")
        self._name: str = now.name
        self._dimensions = _records.settings_from_json(now.settings).dimensions
        self._index = index
        self._settings: tuple[str, Settings] | None = None  # as written, and parsed
        self._snapshots = Snapshots(self._database, tenant, self._dimensions, index)

    @property
    def name(self) -> str:
        return self._name

    @property
    def settings(self) -> Settings:
        with self._database.read() as connection:
            written = self._database.state(connection).settings
        if self._settings is None or self._settings[0] != written:
            self._settings = written, _records.settings_from_json(written)
        return self._settings[1]

    def is_current(self) -> bool:
        """Whether it is still the collection of its name, not one that was dropped."""
        return self._database.is_present()

    def update_settings(self, principal: Principal, settings: Settings) -> None:
        self._admit(principal)
        with self._database.write() as connection:
            now = _records.settings_from_json(self._database.state(connection).settings)
            if (now.dimensions, now.embedding_model) != (settings.dimensions, settings.embedding_model):
                raise Conflict("dimensions and embedding model of a collection stay; make a new collection")
            connection.execute(update(state).values(settings=_records.settings_to_json(settings)))

    def version(self, principal: Principal) -> int:
        with self._view(principal) as view:
            return int(view.state.head)

    def versions(self, principal: Principal) -> list[Version]:
        with self._view(principal) as view:
            rows = view.connection.execute(select(versions).order_by(versions.c.number))
            return [version_of(row) for row in rows]

    def writer(self, principal: Principal) -> SqliteWriter:
        self._admit(principal)
        lock = self._locked()
        try:
            with self._database.read() as connection:
                self._sweep(self._database.state(connection).epoch)
        except BaseException:
            lock.release()
            raise
        return SqliteWriter(self._database, lock, self._extend_index)

    def rollback(self, principal: Principal, number: int) -> Version:
        with self._changing(principal) as (connection, now):
            return history.restore(connection, now.head, number)

    def prune(self, principal: Principal, keep: int) -> None:
        """Forget all but the last ``keep`` versions, and free what only they held."""
        if keep < 1:
            raise InvalidInput("at least one version must be kept")
        with self._changing(principal) as (connection, now):
            self._sweep(now.epoch)
            history.forget(connection, now.head, keep)
            history.compact(connection, self._database, now, self._dimensions)
        self._extend_index()

    def nearest(
        self, principal: Principal, vector: Vectors, *, limit: int, where: Filter | None = None
    ) -> list[Scored]:
        _check_bounds(limit)
        query = np.asarray(vector, dtype=np.float32)
        if query.shape != (self._dimensions,):
            raise InvalidInput(f"the vector has the shape {query.shape}, this collection needs {(self._dimensions,)}")
        with self._view(principal, where) as view:
            snapshot = self._snapshot(view)
            mask = snapshot.mask(view.connection, view.where)
        return snapshot.nearest(at_length_one(query, "the query"), limit, mask)

    def match(
        self, principal: Principal, words: Sequence[str], *, limit: int, where: Filter | None = None
    ) -> list[Scored]:
        _check_bounds(limit)
        with self._view(principal, where) as view:
            snapshot = self._snapshot(view)
            mask = snapshot.mask(view.connection, view.where)
            return full_text.match(view.connection, snapshot, words, limit, mask)

    def select(
        self,
        principal: Principal,
        *,
        where: Filter | None = None,
        sort: Sequence[Sort] = (),
        limit: int = 20,
        offset: int = 0,
    ) -> list[Document]:
        _check_bounds(limit, offset)
        with self._view(principal, where) as view:
            return reading.page(view.connection, view.condition, sort, limit, offset)

    def ids(self, principal: Principal, where: Filter | None = None) -> list[str]:
        with self._view(principal, where) as view:
            return reading.ids(view.connection, view.condition)

    def count(self, principal: Principal, where: Filter | None = None) -> int:
        with self._view(principal, where) as view:
            return reading.count(view.connection, view.condition)

    def aggregate(self, principal: Principal, field: str, where: Filter | None = None) -> Aggregate:
        with self._view(principal, where) as view:
            return reading.aggregate(view.connection, view.condition, field)

    def values(
        self, principal: Principal, field: str, *, where: Filter | None = None, limit: int | None = None
    ) -> list[tuple[Scalar, int]]:
        _check_bounds(limit or 0)
        with self._view(principal, where) as view:
            return reading.values(view.connection, view.condition, field, limit, few=where is not None)

    def documents(self, principal: Principal, ids: Sequence[str]) -> dict[str, Document]:
        with self._view(principal) as view:
            return reading.documents_by_id(view.connection, view.condition, ids)

    def chunks(self, principal: Principal, ids: Sequence[str]) -> dict[str, Chunk]:
        with self._view(principal) as view:
            return reading.chunks_by_id(view.connection, view.condition, ids)

    def chunks_of(self, principal: Principal, document_ids: Sequence[str]) -> list[Chunk]:
        with self._view(principal) as view:
            return reading.chunks_of(view.connection, view.condition, document_ids)

    def vectors(self, principal: Principal, chunk_ids: Sequence[str]) -> Vectors:
        with self._view(principal) as view:
            snapshot = self._snapshot(view)
            mask = snapshot.mask(view.connection, view.where)
        positions = [snapshot.position_of.get(id_, -1) for id_ in chunk_ids]
        for id_, position in zip(chunk_ids, positions, strict=True):
            if position < 0 or (mask is not None and not mask[position]):
                raise NotFound(f"there is no chunk {id_!r}")
        return snapshot.matrix[snapshot.slots[positions]].reshape(-1, self._dimensions)

    def close(self) -> None:
        self._database.close()

    @contextmanager
    def _view(self, principal: Principal, where: Filter | None = None) -> Iterator[_View]:
        self._admit(principal)
        with self._database.read() as connection:
            yield _View(connection, self._database.state(connection), guarded(principal, where))

    @contextmanager
    def _changing(self, principal: Principal) -> Iterator[tuple[Connection, Any]]:
        """A transaction of the only writer, with nothing staged."""
        self._admit(principal)
        lock = self._locked()
        try:
            with self._database.write() as connection:
                now = self._database.state(connection)
                if staged(connection, now.head + 1):
                    raise Conflict("an unfinished version is staged; finish or abandon it first")
                yield connection, now
        finally:
            lock.release()

    def _sweep(self, epoch: int) -> None:
        """Remove the files that earlier compactions left for readers of their time."""
        history.sweep(self._database, epoch)
        if self._index is not None:
            self._index.sweep(self._database.folder, epoch)

    def _extend_index(self) -> None:
        if self._index is None:
            return
        with self._database.read() as connection:
            now = self._database.state(connection)
        vectors = VectorFile(self._database.folder, now.epoch, self._dimensions).open(now.published)
        self._index.extend(self._database.folder, now.epoch, vectors)
        self._snapshots.forget()

    def _locked(self) -> FileLock:
        return FileLock(self._database.folder / "lock", f"the collection {self._name!r}")

    def _snapshot(self, view: _View) -> Snapshot:
        now = view.state
        return self._snapshots.of(view.connection, now.head, now.epoch, now.published)

    def _admit(self, principal: Principal) -> None:
        if principal.tenant != self._tenant:
            raise NotFound(f"there is no knowledge base {self._name!r}")


def _check_bounds(limit: int, offset: int = 0) -> None:
    if limit < 0 or offset < 0:
        raise InvalidInput(f"limit and offset cannot be negative, got {limit} and {offset}")
