"""Staging of the next version."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from operator import itemgetter
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import Connection, Table, delete, func, insert, select, update
from sqlalchemy.dialects import sqlite

from groundstone.errors import Conflict, InvalidInput
from groundstone.identity import EVERYONE
from groundstone.models.base import Vectors
from groundstone.records import Chunk, Document, Scalar
from groundstone.schema import Schema
from groundstone.stores import _records
from groundstone.stores._sqlite.database import Database, alive
from groundstone.stores._sqlite.lock import FileLock
from groundstone.stores._sqlite.tables import (
    chunk_contents,
    chunks,
    contents,
    documents,
    field_names,
    field_values,
    readers,
    segments,
    state,
    versions,
    words,
)
from groundstone.stores._sqlite.vectors import VectorFile
from groundstone.stores.base import Entry, Settings, Version

MANY = 500  # values in one IN list
Item = TypeVar("Item")


class SqliteWriter:
    """Holds the collection's lock until it is closed."""

    def __init__(self, database: Database, lock: FileLock, after_finish: Callable[[], None]) -> None:
        self._database = database
        self._lock = lock
        self._after_finish = after_finish
        self._open = True

    def known(self) -> dict[str, str]:
        with self._database.read() as connection:
            following = self._head(connection) + 1
            rows = connection.execute(select(documents.c.id, documents.c.hash).where(alive(following)))
            return {row.id: row.hash for row in rows}

    def put(self, entries: Sequence[Entry]) -> None:
        latest = {entry.document.id: entry for entry in entries}
        if not latest:
            return
        with self._write() as connection:
            now = self._database.state(connection)
            settings = _records.settings_from_json(now.settings)
            vectors = np.concatenate([_checked(entry, settings.dimensions) for entry in latest.values()])
            retire(connection, list(latest), now.head + 1)
            self._store_vectors(connection, now, vectors, settings)
            _Rows(connection, settings.schema, now.head + 1, now.slots).add(latest.values())

    def delete(self, document_ids: Sequence[str]) -> None:
        with self._write() as connection:
            retire(connection, document_ids, self._head(connection) + 1)

    def finish(self, note: str = "") -> Version:
        with self._write() as connection:
            head = self._head(connection)
            if not staged(connection, head + 1):
                return newest(connection, head)
            version = publish(connection, head + 1, note)
        self._after_finish()
        return version

    def abandon(self) -> None:
        with self._write() as connection:
            now = self._database.state(connection)
            erase(connection, documents.c.born == now.head + 1)
            connection.execute(update(documents).where(documents.c.died == now.head + 1).values(died=None))
            connection.execute(delete(segments).where(segments.c.first >= now.published))
            connection.execute(update(state).values(slots=state.c.published))

    def close(self) -> None:
        self._open = False
        self._database.end_writing()
        self._lock.release()

    def __enter__(self) -> SqliteWriter:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _write(self) -> Any:
        if not self._open:
            raise Conflict("this writer is closed; ask the collection for a new one")
        return self._database.write()

    def _head(self, connection: Connection) -> int:
        return int(self._database.state(connection).head)

    def _store_vectors(self, connection: Connection, now: Any, vectors: Vectors, settings: Settings) -> None:
        if not len(vectors):
            return
        # On disk before the rows that point at it are; beyond ``slots`` nobody looks.
        crc = VectorFile(self._database.folder, now.epoch, settings.dimensions).write(now.slots, vectors)
        connection.execute(insert(segments).values(first=now.slots, count=len(vectors), crc=crc))
        connection.execute(update(state).values(slots=now.slots + len(vectors)))


class _Rows:
    """Adds documents, with chunks whose vectors begin at ``slot``, as born in ``version``."""

    def __init__(self, connection: Connection, schema: Schema, version: int, slot: int) -> None:
        self._connection = connection
        self._schema = schema
        self._version = version
        self._slot = slot

    def add(self, entries: Iterable[Entry]) -> None:
        first = _next(self._connection, documents.c.row)
        numbered = [(first + offset, entry) for offset, entry in enumerate(entries)]
        self._insert(documents, (self._document(row, entry) for row, entry in numbered))
        self._insert(contents, (_content(row, entry.document) for row, entry in numbered))
        self._insert(readers, (name for row, entry in numbered for name in _readers(row, entry.document)))
        self._insert(field_values, self._values(numbered))
        self._add_chunks([(row, chunk) for row, entry in numbered for chunk in entry.chunks])

    def _insert(self, table: Any, rows: Iterable[dict[str, Any]]) -> None:
        if batch := list(rows):
            statement, values = _insertion(table, tuple(batch[0]))
            self._connection.exec_driver_sql(statement, list(map(values, batch)))

    def _document(self, row: int, entry: Entry) -> dict[str, Any]:
        restricted = EVERYONE not in entry.document.readers
        return {
            "row": row,
            "id": entry.document.id,
            "hash": entry.content_hash,
            "restricted": int(restricted),
            "born": self._version,
        }

    def _values(self, numbered: Sequence[tuple[int, Entry]]) -> Iterator[dict[str, Any]]:
        fields = [(row, _records.indexed(entry.document.fields, self._schema)) for row, entry in numbered]
        names = self._field_numbers({name for _, values in fields for name in values})
        for row, values in fields:
            for name, scalars in values.items():
                distinct: dict[_records.Key, Scalar] = {}
                for scalar in scalars:
                    distinct.setdefault(_records.key_of(scalar), scalar)
                for position, (key, scalar) in enumerate(distinct.items()):
                    yield _value(row, names[name], position, key, scalar)

    def _field_numbers(self, names: set[str]) -> dict[str, int]:
        if names:
            missing = sqlite.insert(field_names).on_conflict_do_nothing()
            self._connection.execute(missing, [{"name": name} for name in sorted(names)])
        return {row.name: row.id for row in self._connection.execute(select(field_names))}

    def _add_chunks(self, numbered: Sequence[tuple[int, Chunk]]) -> None:
        first = _next(self._connection, chunks.c.row)
        self._insert(
            chunks,
            (
                {
                    "row": first + offset,
                    "id": chunk.id,
                    "doc": row,
                    "slot": self._slot + offset,
                    "start": chunk.start,
                    "stop": chunk.end,
                    "page": chunk.page,
                }
                for offset, (row, chunk) in enumerate(numbered)
            ),
        )
        self._insert(chunk_contents, (_chunk(first + offset, chunk) for offset, (_, chunk) in enumerate(numbered)))
        self._check_unique([chunk.id for _, chunk in numbered])

    def _check_unique(self, ids: Sequence[str]) -> None:
        twice = (
            select(chunks.c.id)
            .join(documents, documents.c.row == chunks.c.doc)
            .where(alive(self._version))
            .group_by(chunks.c.id)
            .having(func.count() > 1)
        )
        for some in parts(ids):
            if found := self._connection.scalar(twice.where(chunks.c.id.in_(some)).limit(1)):
                raise InvalidInput(f"two chunks have the id {found!r}; give each its own")


def parts(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """``items`` in pieces that fit in one IN list."""
    return (items[start : start + MANY] for start in range(0, len(items), MANY))


def retire(connection: Connection, ids: Sequence[str], version: int) -> None:
    """Let documents end with ``version``; those that were staged for it vanish."""
    for some in parts(ids):
        # "+ 0" so that SQLite looks the ids up, and does not walk all that is staged.
        mine = select(documents.c.row).where(documents.c.born + 0 == version, documents.c.id.in_(some))
        if rows := connection.scalars(mine).all():
            erase(connection, documents.c.row.in_(rows))
        dying = documents.c.id.in_(some) & documents.c.died.is_(None)
        connection.execute(update(documents).where(dying).values(died=version))


def erase(connection: Connection, which: Any) -> None:
    """Delete the rows of documents, with all that belongs to them, for good."""
    rows = select(documents.c.row).where(which)
    chunk_rows = select(chunks.c.row).where(chunks.c.doc.in_(rows))
    connection.execute(delete(chunk_contents).where(chunk_contents.c.row.in_(chunk_rows)))
    connection.execute(delete(chunks).where(chunks.c.doc.in_(rows)))
    for table in (field_values, readers):
        connection.execute(delete(table).where(table.c.doc.in_(rows)))
    connection.execute(delete(contents).where(contents.c.row.in_(rows)))
    connection.execute(delete(documents).where(which))


def staged(connection: Connection, version: int) -> bool:
    changed = select(documents.c.row).where((documents.c.born == version) | (documents.c.died == version))
    return connection.execute(changed.limit(1)).first() is not None


def publish(connection: Connection, version: int, note: str) -> Version:
    """Make what is staged as ``version`` the newest version."""
    rows = select(chunks.c.row).join(documents, documents.c.row == chunks.c.doc)
    gone = rows.where(documents.c.died == version)
    added = (
        select(chunk_contents.c.row, chunk_contents.c.embedded)
        .where(chunk_contents.c.row.in_(rows.where(documents.c.born == version)))
        .order_by(chunk_contents.c.row)
    )
    connection.execute(delete(words).where(words.c.rowid.in_(gone)))
    connection.execute(insert(words).from_select(["rowid", "embedded"], added))
    connection.execute(insert(versions).values(number=version, note=note, **_totals(connection, version)))
    connection.execute(update(state).values(head=version, published=state.c.slots))
    return newest(connection, version)


def newest(connection: Connection, head: int) -> Version:
    row = connection.execute(select(versions).where(versions.c.number == head)).one_or_none()
    return Version(0, datetime.now(UTC), 0, 0) if row is None else version_of(row)


def version_of(row: Any) -> Version:
    return Version(row.number, datetime.fromisoformat(row.created), row.documents, row.chunks, row.note)


def _totals(connection: Connection, version: int) -> dict[str, Any]:
    of_chunks = select(func.count()).select_from(chunks).join(documents, documents.c.row == chunks.c.doc)
    return {
        "created": datetime.now(UTC).isoformat(),
        "documents": connection.scalar(select(func.count()).select_from(documents).where(alive(version))),
        "chunks": connection.scalar(of_chunks.where(alive(version))),
    }


@cache
def _insertion(table: Table, names: tuple[str, ...]) -> tuple[str, Callable[[dict[str, Any]], Any]]:
    """The INSERT that SQLAlchemy makes, and what brings a row into its order.

    Compiled once: for thousands of rows SQLAlchemy's own handling of parameters is half of the time.
    """
    compiled = insert(table).compile(dialect=sqlite.dialect(), column_keys=names)
    return str(compiled), itemgetter(*compiled.positiontup or ())


def _next(connection: Connection, column: Any) -> int:
    return (connection.scalar(select(func.max(column))) or 0) + 1


def _checked(entry: Entry, dimensions: int) -> Vectors:
    """The vectors at length 1, as cosines need them. Raises InvalidInput."""
    about = f"document {entry.document.id!r}"
    vectors = np.asarray(entry.vectors, dtype=np.float32)
    if vectors.size == 0 and not entry.chunks:
        return np.zeros((0, dimensions), dtype=np.float32)
    if vectors.shape != (len(entry.chunks), dimensions):
        raise InvalidInput(f"{about}: vectors have the shape {vectors.shape}, not {(len(entry.chunks), dimensions)}")
    if any(chunk.document_id != entry.document.id for chunk in entry.chunks):
        raise InvalidInput(f"{about} has a chunk that names another document")
    return at_length_one(vectors, about)


def at_length_one(vectors: Vectors, about: str) -> Vectors:
    """Rows that are off by more than rounding are scaled; zeros stay zeros. Raises InvalidInput."""
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=-1, keepdims=True)
    if not np.isfinite(lengths).all():
        raise InvalidInput(f"{about}: a vector holds numbers that are not finite")
    off = (np.abs(lengths - 1.0) > 1e-4) & (lengths > 0)
    return (vectors / np.where(off, lengths, 1.0)).astype(np.float32) if off.any() else vectors


def _content(row: int, document: Document) -> dict[str, Any]:
    return {
        "row": row,
        "title": document.title,
        "text": document.text,
        "fields": _records.fields_to_json(document.fields),
        "parts": _records.parts_to_json(document.parts, document.regions),
        "source": document.source,
        "media_type": document.media_type,
        "readers": _records.names_to_json(document.readers),
    }


def _readers(row: int, document: Document) -> Iterator[dict[str, Any]]:
    # "Everyone" is a flag of the document, so that open collections have no rows here at all.
    return ({"doc": row, "name": name} for name in dict.fromkeys(document.readers) if name != EVERYONE)


def _value(row: int, field: int, position: int, key: _records.Key, scalar: Scalar) -> dict[str, Any]:
    original = scalar if key.kind == _records.TEXT and scalar != key.value else None
    return {
        "doc": row,
        "field": field,
        "position": position,
        "kind": key.kind,
        "value": key.value,
        "original": original,
    }


def _chunk(row: int, chunk: Chunk) -> dict[str, Any]:
    return {
        "row": row,
        "text": chunk.text,
        "embedded": chunk.embedded,
        "heading": chunk.heading,
        "parent": chunk.parent,
    }
