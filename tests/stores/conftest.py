from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from groundstone.stores.base import Store


def _sqlite(root: Path) -> Store:
    from groundstone.stores.sqlite import SqliteStore

    return SqliteStore(root)


def _lance(root: Path) -> Store:
    if importlib.util.find_spec("lancedb") is None:
        pytest.skip("lancedb is not installed")
    from groundstone.stores.lance import LanceStore

    return LanceStore(root, index_from=10)  # so small that the tests use the index


ENGINES: dict[str, Callable[[Path], Store]] = {"sqlite": _sqlite, "lance": _lance}


@pytest.fixture(params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "stores"


@pytest.fixture
def open_store(engine: str, root: Path) -> Iterator[Callable[[], Store]]:
    """Opens the same store again, as another process would."""
    opened: list[Store] = []

    def open_it() -> Store:
        opened.append(ENGINES[engine](root))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Store:
    return open_store()
