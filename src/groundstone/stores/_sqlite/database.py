"""Connections, transactions and errors of one collection's database."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import Row
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.elements import ColumnElement

from groundstone.errors import Busy, InvalidInput, NotFound, StoreError
from groundstone.stores._sqlite.tables import FORMAT, documents, state

FILE = "collection.db"
FOREVER = 2**62
READER_CACHE = "PRAGMA cache_size = -16384"  # KiB for each connection
WRITER_CACHE = "PRAGMA cache_size = -262144"  # the index of field values is written at random places
DAMAGED = ("malformed", "not a database", "no such table")  # in what SQLite says
WAIT_SECONDS = 10.0  # for another process's transaction


class Database:
    """``<folder>/collection.db``. Transactions see one state of the database from begin to end."""

    def __init__(self, folder: Path, file: str = FILE) -> None:
        self.folder = folder
        self.path = folder / file
        self._identity: tuple[int, int] | None = None
        self._reading = _engine(self.path, "BEGIN", READER_CACHE)
        self._writing = _engine(self.path, "BEGIN IMMEDIATE", WRITER_CACHE)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        self._check_present()
        with self._translated(), self._reading.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Everything inside is durable afterwards, or nothing is."""
        self._check_present()
        with self._translated(), self._writing.begin() as connection:
            yield connection

    def state(self, connection: Connection) -> Row[Any]:
        row = connection.execute(_STATE).one_or_none()
        if row is None or row.format != FORMAT:
            raise StoreError(f"{self.path} was written by another version of Groundstone, or not completely")
        return row

    def end_writing(self) -> None:
        """Give the memory of the writing connection back."""
        self._writing.dispose()

    def close(self) -> None:
        self._reading.dispose()
        self._writing.dispose()

    def is_present(self) -> bool:
        """Whether the file is still there, and still the one that was first read."""
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            return False
        identity = (found.st_dev, found.st_ino)
        if self._identity is None:
            self._identity = identity
        return identity == self._identity

    def _check_present(self) -> None:
        # A dropped collection must not live on in processes that have it open.
        if not self.is_present():
            raise NotFound(f"the collection {self.folder.name!r} was dropped")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except UnicodeEncodeError:
            raise InvalidInput("a text is not valid Unicode: it has half of a surrogate pair") from None
        except (SQLAlchemyError, sqlite3.Error) as error:
            cause = str(getattr(error, "orig", None) or error)
            if "locked" in cause:
                raise Busy(f"{self.path} is in use by another process; try again") from error
            damaged = any(word in cause for word in DAMAGED)
            raise StoreError(f"{self.path}: {cause}{'; restore it from a copy' if damaged else ''}") from error


_STATE = select(state)


def alive(version: int) -> ColumnElement[bool]:
    """Documents that version ``version`` holds."""
    # "+ 0" keeps SQLite from walking the index of births, which nearly all documents satisfy.
    return (documents.c.born + 0 <= version) & (func.coalesce(documents.c.died, FOREVER) > version)


def _engine(path: Path, begin: str, cache: str) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": WAIT_SECONDS, "isolation_level": None, "check_same_thread": False},
        pool_size=8,
        max_overflow=-1,
    )

    def configure(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 16000")
        connection.execute(cache)

    def begin_now(connection: Connection) -> None:
        # The driver would begin only before the first change, and two reads could then see two versions.
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", configure)
    event.listen(engine, "begin", begin_now)
    return engine
