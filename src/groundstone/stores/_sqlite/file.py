"""A SQLite file of records: how every small store opens its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

DURABLE = "synchronous=FULL"  # every commit reaches the disk; else the last ones before a power cut may be lost


def opened(path: Path, *settings: str, wait: float = 30) -> sa.Engine:
    """The file, made with its folder when it is absent. Readers never wait for the one writer.

    Args:
        settings: pragmas, such as "foreign_keys=ON".
        wait: seconds for another writer to end.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)), connect_args={"timeout": wait, "check_same_thread": False}
    )

    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for setting in ("journal_mode=WAL", "synchronous=NORMAL", *settings):
            cursor.execute(f"PRAGMA {setting}")
        cursor.close()

    event.listen(engine, "connect", prepare)
    return engine


def writing(engine: sa.Engine) -> sa.Engine:
    """The same file for transactions that take the write lock as they begin.

    The driver would begin one only at its first write, so that two writers could read the same state before.
    """
    event.listen(engine, "connect", _leave_to_us)
    event.listen(engine, "begin", _begin)
    return engine.execution_options(writes=True)


def _leave_to_us(connection: Any, _record: object) -> None:
    connection.isolation_level = None


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
