"""What a process keeps in memory of one version, so that a search reads nothing but the vectors."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from groundstone.filters import Filter
from groundstone.models.base import Vectors
from groundstone.stores._sqlite.database import Database, alive
from groundstone.stores._sqlite.filters import compiled
from groundstone.stores._sqlite.index import Searcher, VectorIndex
from groundstone.stores._sqlite.tables import chunks, documents, segments
from groundstone.stores._sqlite.vectors import VectorFile
from groundstone.stores.base import Scored

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]
MASKS = 32  # remembered results of filters, a byte a document each
GATHER = 0.3  # below this share of rows, copying them out is faster than multiplying all
PROPOSE = 0.3  # below this share of allowed rows, exact search beats asking an index for many more
MARGIN = 2
SAME = 1e-6  # scores closer than this are a tie; the last bits differ between ways to multiply


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The living documents and chunks of a version, both ascending by row."""

    version: int
    epoch: int
    tenant: str
    document_rows: Rows
    document_ids: Sequence[str]
    chunk_rows: Rows
    chunk_ids: Sequence[str]
    chunk_documents: Rows  # index into document_rows
    slots: Rows
    matrix: Vectors  # the published vector file, shape (>= max(slots) + 1, dimensions)
    searcher: Searcher | None = None  # proposes rows of the matrix when there are very many
    frequencies: dict[str, int] = field(default_factory=dict)  # of words, filled by use
    _masks: OrderedDict[str, Mask | None] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def mask(self, connection: Connection, where: Filter) -> Mask | None:
        """For each chunk, whether its document matches; None when all do."""
        key = repr(where)  # not the filter itself: 1 == True in Python
        with self._lock:
            if key in self._masks:
                self._masks.move_to_end(key)
                return self._masks[key]
        mask = self._evaluated(connection, where)
        with self._lock:
            self._masks[key] = mask
            while len(self._masks) > MASKS:
                self._masks.popitem(last=False)
        return mask

    def _evaluated(self, connection: Connection, where: Filter) -> Mask | None:
        # One text instead of thousands of result rows: ten times faster.
        statement = select(func.group_concat(documents.c.row)).where(alive(self.version), compiled(where, self.tenant))
        found = np.fromstring(connection.scalar(statement) or "", dtype=np.int64, sep=",")
        if len(found) == len(self.document_rows):
            return None
        matching = np.zeros(len(self.document_rows), dtype=np.bool_)
        matching[np.searchsorted(self.document_rows, found)] = True
        return matching[self.chunk_documents]

    def nearest(self, vector: Vectors, limit: int, mask: Mask | None) -> list[Scored]:
        """Exact search: every vector that the mask allows is compared."""
        allowed = None if mask is None else np.flatnonzero(mask)
        slots = self.slots if allowed is None else self.slots[allowed]
        if not len(slots) or not limit:
            return []
        if self.searcher is not None and limit < len(slots) >= PROPOSE * self.searcher.rows:
            proposed = self._proposed(self.searcher, vector, limit, len(slots), mask)
            if len(proposed) >= limit:
                allowed, slots = proposed, self.slots[proposed]
        scores = self._products(slots, vector)
        picked = _highest(scores, limit)
        positions = picked if allowed is None else allowed[picked]
        return self.ranked(positions, np.clip(scores[picked], -1.0, 1.0), limit)

    def _proposed(self, searcher: Searcher, vector: Vectors, limit: int, share: int, mask: Mask | None) -> Rows:
        """Positions of chunks that are likely the nearest, and of all that the index does not know yet."""
        # The index also knows chunks that are gone or not allowed: ask for so many more.
        count = int(MARGIN * limit * searcher.rows / share) + 50
        order = self.by_slot
        found = np.sort(searcher.search(vector, count))
        at = np.minimum(np.searchsorted(self.slots[order], found), len(order) - 1)
        known = order[at][self.slots[order[at]] == found]
        proposed = np.concatenate([known, np.flatnonzero(self.slots >= searcher.rows)])
        return proposed if mask is None else proposed[mask[proposed]]

    @cached_property
    def position_of(self) -> dict[str, int]:
        """Chunk id -> position."""
        return {chunk_id: position for position, chunk_id in enumerate(self.chunk_ids)}

    @cached_property
    def by_slot(self) -> Rows:
        """Positions in the order of their slots."""
        return np.argsort(self.slots, kind="stable")

    def _products(self, slots: Rows, vector: Vectors) -> Vectors:
        if len(slots) < GATHER * len(self.matrix):
            return _dot(self.matrix[slots], vector)
        return _dot(self.matrix, vector)[slots]

    def ranked(self, positions: Rows, scores: NDArray[np.floating], limit: int) -> list[Scored]:
        """The chunks at ``positions``, best first, equal ones by id."""
        found = [self.scored(at, score) for at, score in zip(positions.tolist(), scores.tolist(), strict=True)]
        found.sort(key=lambda item: (-round(item.score, 6), item.chunk_id))
        return found[:limit]

    def scored(self, position: int, score: float) -> Scored:
        document = self.document_ids[int(self.chunk_documents[position])]
        return Scored(self.chunk_ids[position], document, score)


def _dot(rows: Vectors, vector: Vectors) -> Vectors:
    # Not ``rows @ vector``: that splits each product among BLAS threads, which wait for one another: on
    # a busy machine 10,000 rows then take 8 ms instead of 0.3. Here every request has a thread of its own anyway.
    products: Vectors = np.einsum("ij,j->i", rows, vector)
    return products


def _highest(scores: Vectors, limit: int) -> Rows:
    """Positions of the ``limit`` highest scores and of all that tie with the last of them, in any order."""
    if limit >= len(scores):
        return np.arange(len(scores))
    last = np.partition(scores, len(scores) - limit)[len(scores) - limit]
    return np.flatnonzero(scores >= last - SAME)


class Snapshots:
    """The newest snapshot of a collection, loaded when a read finds a newer version."""

    def __init__(self, database: Database, tenant: str, dimensions: int, index: VectorIndex | None) -> None:
        self._database = database
        self._tenant = tenant
        self._dimensions = dimensions
        self._index = index
        self._current: Snapshot | None = None
        self._verified = (0, 0)  # epoch, rows of its file whose checksums were compared
        self._lock = Lock()

    def of(self, connection: Connection, version: int, epoch: int, published: int) -> Snapshot:
        current = self._current
        if current is not None and (current.version, current.epoch) == (version, epoch):
            return current
        with self._lock:
            loaded = self._load(connection, version, epoch, published)
            if self._current is None or (self._current.epoch, self._current.version) < (epoch, version):
                self._current = loaded
            return loaded

    def forget(self) -> None:
        """Load anew on the next search, because there is a newer index."""
        with self._lock:
            self._current = None

    def _load(self, connection: Connection, version: int, epoch: int, published: int) -> Snapshot:
        matrix = self._matrix(connection, epoch, published)
        document_rows, document_ids = _columns(
            connection.execute(
                select(documents.c.row, documents.c.id).where(alive(version)).order_by(documents.c.row)
            ).all(),
            2,
        )
        statement = (
            select(chunks.c.row, chunks.c.id, chunks.c.doc, chunks.c.slot)
            .join(documents, documents.c.row == chunks.c.doc)
            .where(alive(version))
            .order_by(chunks.c.row)
        )
        chunk_rows, chunk_ids, chunk_documents, slots = _columns(connection.execute(statement).all(), 4)
        rows = np.array(document_rows, dtype=np.int64)
        return Snapshot(
            version,
            epoch,
            self._tenant,
            rows,
            document_ids,
            np.array(chunk_rows, dtype=np.int64),
            chunk_ids,
            np.searchsorted(rows, np.array(chunk_documents, dtype=np.int64)),
            np.array(slots, dtype=np.int64),
            matrix,
            None if self._index is None else self._index.open(self._database.folder, epoch),
        )

    def _matrix(self, connection: Connection, epoch: int, published: int) -> Vectors:
        file = VectorFile(self._database.folder, epoch, self._dimensions)
        matrix = file.open(published)
        start = self._verified[1] if self._verified[0] == epoch else 0
        fresh = (
            select(segments.c.first, segments.c.count, segments.c.crc)
            .where(segments.c.first >= start, segments.c.first < published)
            .order_by(segments.c.first)
        )
        file.verify(matrix, [tuple(row) for row in connection.execute(fresh)])
        self._verified = (epoch, published)
        return matrix


def _columns(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
