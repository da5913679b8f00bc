"""The file of the work queue: every commit reaches the disk, and what was deleted can be made to leave no trace."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from groundstone.errors import StoreError
from groundstone.stores._sqlite import file
from groundstone.stores._sqlite.work import meta

_TO_SCRUB = "PRAGMA user_version=1"  # kept with the transaction, in the head of the file


class WorkFile:
    """Safe between threads and processes. Everything raises StoreError when the file cannot be used now."""

    def __init__(self, path: Path) -> None:
        self._engine = file.opened(path, file.DURABLE, "secure_delete=ON", "temp_store=MEMORY")
        self._writing = file.writing(self._engine)
        with self.write() as connection:
            meta.create_all(connection)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        with _explained(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that takes the write lock as it begins."""
        with _explained(), self._writing.begin() as connection:
            yield connection

    def deleted(self, connection: sa.Connection) -> None:
        """Note in this transaction that it deletes what must leave no trace: ``scrub`` is needed."""
        connection.exec_driver_sql(_TO_SCRUB)

    @property
    def needs_scrub(self) -> bool:
        """Whether something was ``deleted`` since the last ``scrub``, also before a crash."""
        with self.read() as connection:
            return bool(connection.exec_driver_sql("PRAGMA user_version").scalar())

    def scrub(self) -> bool:
        """Write the file anew without what was deleted, and empty its log; False when others use it just now.

        SQLite's secure_delete leaves copies behind where pages were rebalanced; only VACUUM leaves none.
        """
        connection = self._engine.raw_connection()  # VACUUM cannot run inside a transaction
        try:
            cursor = connection.cursor()
            cursor.execute("VACUUM")
            if cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                return False
            cursor.execute("PRAGMA user_version=0")
            return True
        except sqlite3.OperationalError:
            return False
        finally:
            connection.close()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except sa.exc.DatabaseError as error:
        raise StoreError(
            f"the queue of work cannot be used: {error.orig}; is the disk full, or the file held?"
        ) from error
