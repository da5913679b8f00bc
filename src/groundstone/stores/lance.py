"""A store for a million chunks and more on one machine: SQLite as ever, with a LanceDB index of the vectors.

Records, fields, words, versions and the exact vectors are those of ``SqliteStore``, in the same files, so
that everything but ``nearest`` is the same. Lance gets no filter, no text and no rights: it proposes rows,
which are then checked and scored here.
"""

from __future__ import annotations

import importlib.util
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstone.errors import MissingExtra, StoreError
from groundstone.models.base import Vectors
from groundstone.stores._sqlite.index import Searcher
from groundstone.stores.sqlite import SqliteStore

INDEX_FROM = 100_000  # rows; below, comparing all of them is as fast
BLOCK = 65_536  # rows appended at a time
COMPACT_EVERY = 50  # commits; each leaves a small file that slows searches
LEAST_PROBES = 20  # of the index's partitions that a search reads,
PROBES_SHARE = 0.05  # or this share of them
TABLE = "vectors"


class LanceStore(SqliteStore):
    """Raises MissingExtra when LanceDB is not installed."""

    def __init__(self, root: Path, *, index_from: int = INDEX_FROM) -> None:
        if importlib.util.find_spec("lancedb") is None:
            raise MissingExtra("LanceDB", "lance")
        super().__init__(root, LanceIndex(index_from))


class LanceIndex:
    """IVF_FLAT in ``<folder>/index-<epoch>/``: vectors whole, grouped around centres."""

    def __init__(self, index_from: int) -> None:
        self._index_from = index_from

    def extend(self, folder: Path, epoch: int, vectors: Vectors) -> None:
        if len(vectors) < self._index_from:
            return
        try:
            _extend(_table(folder, epoch, vectors.shape[1]), vectors)
        except (RuntimeError, ValueError, OSError) as error:
            path = _path(folder, epoch)
            raise StoreError(f"{path}: {error}; delete this folder, the next version makes it anew") from error

    def open(self, folder: Path, epoch: int) -> Searcher | None:
        path = _path(folder, epoch)
        if not path.is_dir():
            return None
        try:
            table = _connect(path).open_table(TABLE)
            return LanceSearcher(table) if table.list_indices() else None
        except (RuntimeError, ValueError, OSError):
            return None  # not made completely, or damaged: exact search needs no index

    def sweep(self, folder: Path, epoch: int) -> None:
        for path in folder.glob("index-*"):
            if path != _path(folder, epoch):
                shutil.rmtree(path)


class LanceSearcher:
    """The table at the version at which it was opened."""

    def __init__(self, table: Any) -> None:
        self._table = table
        self.rows: int = table.count_rows()
        self._probes = max(LEAST_PROBES, math.ceil(PROBES_SHARE * _partitions(self.rows)))

    def search(self, vector: Vectors, count: int) -> NDArray[np.int64]:
        query = self._table.search(vector).distance_type("dot").nprobes(self._probes).limit(count)
        found: NDArray[np.int64] = query.select(["slot", "_distance"]).to_arrow()["slot"].to_numpy()
        return found


def _path(folder: Path, epoch: int) -> Path:
    return folder / f"index-{epoch}"


def _partitions(rows: int) -> int:
    return max(1, math.isqrt(rows))


def _connect(path: Path) -> Any:
    import lancedb

    return lancedb.connect(str(path))


def _table(folder: Path, epoch: int, dimensions: int) -> Any:
    import pyarrow as pa

    vector = pa.list_(pa.float32(), dimensions)
    schema = pa.schema([pa.field("slot", pa.int64()), pa.field("vector", vector)])
    return _connect(_path(folder, epoch)).create_table(TABLE, schema=schema, exist_ok=True)


def _extend(table: Any, vectors: Vectors) -> None:
    # Rows are appended in order: their number is where an extension that was cut off goes on.
    for first in range(table.count_rows(), len(vectors), BLOCK):
        table.add(_batch(first, vectors[first : first + BLOCK], table.schema))
    if not table.list_indices():
        from lancedb.index import IvfFlat

        config = IvfFlat(distance_type="dot", num_partitions=_partitions(len(vectors)))
        table.create_index("vector", config=config)
    elif table.version % COMPACT_EVERY == 0:
        table.optimize()


def _batch(first: int, rows: Vectors, schema: Any) -> Any:
    import pyarrow as pa

    slots = pa.array(np.arange(first, first + len(rows)))
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.reshape(-1)), rows.shape[1])
    return pa.table([slots, vectors], schema=schema)
