"""Damaged files are reported with their name; they never give other data than was stored."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from groundstone.errors import Conflict, NotFound, StoreError
from groundstone.identity import LOCAL
from groundstone.stores.base import Collection
from groundstone.stores.sqlite import SqliteStore
from tests.stores.conformance import collection_of, entry, everything, unit, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = SqliteStore(tmp_path)
    collection_of(store, *(entry(f"{number:03}", f"text {number} " * 50) for number in range(200)))
    store.close()
    return tmp_path / "local" / "films"


@pytest.fixture
def reopened(folder: Path) -> Iterator[Callable[[], Collection]]:
    store = SqliteStore(folder.parent.parent)
    yield lambda: store.open(LOCAL, "films")
    store.close()


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.999])
def test_a_truncated_vector_file_is_reported(folder: Path, reopened: Callable[[], Collection], keep: float) -> None:
    path = folder / "vectors-1.f32"
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    with pytest.raises(StoreError, match=r"vectors-1\.f32"):
        reopened().nearest(LOCAL, unit(1), limit=3)


def test_a_missing_vector_file_is_reported(folder: Path, reopened: Callable[[], Collection]) -> None:
    (folder / "vectors-1.f32").unlink()
    with pytest.raises(StoreError, match=r"vectors-1\.f32"):
        reopened().vectors(LOCAL, ["001#0"])


def test_changed_bytes_of_vectors_are_reported(folder: Path, reopened: Callable[[], Collection]) -> None:
    path = folder / "vectors-1.f32"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(StoreError, match=r"vectors-1\.f32"):
        reopened().nearest(LOCAL, unit(1), limit=3)


@pytest.mark.parametrize("damage", ["empty", "half", "no database", "noise"])
def test_a_damaged_database_is_reported(folder: Path, reopened: Callable[[], Collection], damage: str) -> None:
    path = folder / "collection.db"
    data = path.read_bytes()
    noise = b"\xa5" * 4096
    damaged = {
        "empty": b"",
        "half": data[: len(data) // 2],
        "no database": b"not a database" * 500,
        "noise": data[:4096] + b"".join(noise for _ in range(4096, len(data), 4096)),
    }[damage]
    path.write_bytes(damaged)
    with pytest.raises(StoreError, match=r"collection\.db"):
        everything(reopened())


def test_a_folder_that_was_moved_to_another_tenant_is_not_opened(folder: Path) -> None:
    theirs = folder.parent.parent / "elsewhere"
    theirs.mkdir()
    folder.rename(theirs / "films")
    from tests.stores.conformance import STRANGER

    with pytest.raises(NotFound):
        SqliteStore(theirs.parent).open(STRANGER, "films")


def test_threads_share_a_collection(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    collection = collection_of(store, *(entry(f"{number:02}") for number in range(20)))
    stop = threading.Event()

    def read() -> int:
        rounds = 0
        while not stop.is_set() or not rounds:
            assert len(collection.nearest(LOCAL, unit(rounds), limit=50)) >= 20
            assert len(collection.match(LOCAL, ["text"], limit=50)) >= 20
            assert collection.count(LOCAL) >= 20
            rounds += 1
        return rounds

    with ThreadPoolExecutor(6) as pool:
        readers = [pool.submit(read) for _ in range(6)]
        for number in range(15):
            write(collection, entry(f"new {number}"))
        stop.set()
        assert all(reader.result() for reader in readers)
    assert collection.count(LOCAL) == 35
    store.close()


def test_one_of_many_creators_wins(tmp_path: Path) -> None:
    def create(_: int) -> bool:
        try:
            collection_of(SqliteStore(tmp_path))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(create, range(8))) == 1


def test_open_documents_cost_no_rows_for_readers(tmp_path: Path) -> None:
    from sqlalchemy import func, select

    from groundstone.stores._sqlite.database import Database
    from groundstone.stores._sqlite.tables import readers

    store = SqliteStore(tmp_path)
    collection_of(store, entry("a"), entry("b", readers=("*", "user:ann")), entry("c", readers=("user:ann",)))
    store.close()
    with Database(tmp_path / "local" / "films").read() as connection:
        assert connection.scalar(select(func.count()).select_from(readers)) == 2
