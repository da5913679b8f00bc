"""Going back to an earlier version, and forgetting the old ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import Connection, Table, and_, bindparam, delete, insert, literal, not_, select, update

from groundstone.errors import NotFound
from groundstone.stores._sqlite.database import Database, alive
from groundstone.stores._sqlite.tables import (
    chunk_contents,
    chunks,
    contents,
    documents,
    field_values,
    readers,
    segments,
    state,
    versions,
)
from groundstone.stores._sqlite.vectors import VectorFile
from groundstone.stores._sqlite.writer import erase, publish
from groundstone.stores.base import Version

WASTE = 0.25  # share of the vector file that nothing points at before it is rewritten
BLOCK = 65_536  # vectors copied at a time


def restore(connection: Connection, head: int, number: int) -> Version:
    """A new version that holds what version ``number`` held: its rows are copied, its vectors shared."""
    if connection.execute(select(versions.c.number).where(versions.c.number == number)).first() is None:
        raise NotFound(f"there is no version {number}")
    following = head + 1
    was, is_now = alive(number), alive(head)
    # Those that leave go first: an id may be alive only once.
    connection.execute(update(documents).where(is_now, not_(was)).values(died=following))
    _copy_documents(connection, and_(was, not_(is_now)), following)
    _copy_parts(connection, following)
    return publish(connection, following, f"rollback to version {number}")


def _copy_documents(connection: Connection, which: Any, version: int) -> None:
    kept = [documents.c.id, documents.c.hash, documents.c.restricted]
    copied = select(*kept, literal(version), documents.c.row).where(which).order_by(documents.c.row)
    names = [column.name for column in kept]
    connection.execute(insert(documents).from_select([*names, "born", "copy_of"], copied))


def _copy_parts(connection: Connection, version: int) -> None:
    for table, key in ((contents, "row"), (field_values, "doc"), (readers, "doc")):
        _copy(connection, table, key, version)
    _copy_chunks(connection, version)


def _copy(connection: Connection, table: Table, key: str, version: int) -> None:
    """The rows of ``table`` that belong to copied documents, once more for the copies."""
    others = [column for column in table.c if column.name != key]
    rows = (
        select(documents.c.row, *others)
        .join(table, table.c[key] == documents.c.copy_of)
        .where(documents.c.born == version)
    )
    connection.execute(insert(table).from_select([key, *(column.name for column in others)], rows))


def _copy_chunks(connection: Connection, version: int) -> None:
    old, new = chunks.alias("old"), chunks.alias("new")
    others = [column.name for column in chunks.c if column.name not in ("row", "doc")]
    rows = (
        select(documents.c.row, *(old.c[name] for name in others))
        .join(old, old.c.doc == documents.c.copy_of)
        .where(documents.c.born == version)
        .order_by(old.c.row)
    )
    connection.execute(insert(chunks).from_select(["doc", *others], rows))
    texts = [column.name for column in chunk_contents.c if column.name != "row"]
    same = and_(old.c.doc == documents.c.copy_of, old.c.slot == new.c.slot)
    rows = (
        select(new.c.row, *(chunk_contents.c[name] for name in texts))
        .select_from(documents)
        .join(new, new.c.doc == documents.c.row)
        .join(old, same)
        .join(chunk_contents, chunk_contents.c.row == old.c.row)
        .where(documents.c.born == version)
    )
    connection.execute(insert(chunk_contents).from_select(["row", *texts], rows))


def forget(connection: Connection, head: int, keep: int) -> None:
    """Delete what only versions before the last ``keep`` held."""
    oldest = head - keep + 1
    erase(connection, documents.c.died <= oldest)
    connection.execute(delete(versions).where(versions.c.number < oldest))


def compact(connection: Connection, database: Database, now: Any, dimensions: int) -> None:
    """Rewrite the vector file without the rows that nothing points at, if they are many."""
    used = np.array(connection.scalars(select(chunks.c.slot).distinct().order_by(chunks.c.slot)).all(), np.int64)
    if len(used) >= (1 - WASTE) * now.slots:
        return
    old = VectorFile(database.folder, now.epoch, dimensions).open(now.slots)
    file = VectorFile(database.folder, now.epoch + 1, dimensions)
    connection.execute(delete(segments))
    for first in range(0, len(used), BLOCK):
        rows = old[used[first : first + BLOCK]]
        connection.execute(insert(segments).values(first=first, count=len(rows), crc=file.write(first, rows)))
    moved = [{"old": int(slot), "new": place} for place, slot in enumerate(used) if slot != place]
    if moved:
        # Ascending, and never upwards: a new place is always free by the time it is taken.
        move = update(chunks).where(chunks.c.slot == bindparam("old")).values(slot=bindparam("new"))
        connection.execute(move, moved)
    connection.execute(update(state).values(epoch=now.epoch + 1, slots=len(used), published=len(used)))


def sweep(database: Database, epoch: int) -> None:
    """Remove the vector files that earlier compactions left for readers of their time."""
    current = VectorFile(database.folder, epoch, 1).path
    for path in database.folder.glob("vectors-*.f32"):
        if path != current:
            path.unlink(missing_ok=True)
