"""The seam between knowledge bases and storage engines.

A *collection* belongs to one tenant and is a line of numbered versions; readers see the newest finished
one. A writer stages batches durably, invisible to readers, and makes them the next version in one step:
killed in between, nothing is half visible, and the next writer finds what was staged.

Every call carries the principal. An engine obtains the filter that it evaluates from ``access.guarded``
and from nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from groundstone.filters import Filter, Sort
from groundstone.identity import Principal
from groundstone.models.base import Vectors
from groundstone.records import Chunk, Document, Scalar
from groundstone.schema import Schema


@dataclass(frozen=True, slots=True)
class Settings:
    """What a collection was created with. ``extra`` is kept verbatim for the knowledge base above."""

    schema: Schema
    dimensions: int
    embedding_model: str
    extra: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    number: int  # from 1
    created: datetime  # UTC
    documents: int
    chunks: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document ready to be written: its chunks and one vector a chunk, shape (len(chunks), dimensions)."""

    document: Document
    content_hash: str
    chunks: tuple[Chunk, ...]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Scored:
    chunk_id: str
    document_id: str
    score: float  # nearest: cosine in [-1, 1]; match: BM25, larger is better


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Over the matching documents that have the field: how many, and of numbers the extremes and the mean."""

    count: int
    minimum: Scalar | None
    maximum: Scalar | None
    mean: float | None
    total: float | None


class Writer(Protocol):
    """Stages the next version. Only one exists at a time for a collection (else Busy is raised)."""

    def known(self) -> Mapping[str, str]:
        """Document id -> content hash of what the next version would hold now, staged work included."""
        ...

    def put(self, entries: Sequence[Entry]) -> None:
        """Add or replace documents, durably; staged, not visible yet."""
        ...

    def delete(self, document_ids: Sequence[str]) -> None: ...

    def finish(self, note: str = "") -> Version:
        """Make what is staged the newest version. With nothing staged, the current version is returned."""
        ...

    def abandon(self) -> None:
        """Throw away everything staged."""
        ...

    def close(self) -> None:
        """Release the collection; what is staged stays for the next writer."""
        ...

    def __enter__(self) -> Writer: ...

    def __exit__(self, *exception: object) -> None: ...


class Collection(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def settings(self) -> Settings: ...

    def update_settings(self, principal: Principal, settings: Settings) -> None:
        """Replace schema and extra; dimensions and embedding model must stay."""
        ...

    def version(self, principal: Principal) -> int:
        """Number of the newest finished version; 0 when there is none."""
        ...

    def versions(self, principal: Principal) -> list[Version]:
        """All versions, oldest first."""
        ...

    def writer(self, principal: Principal) -> Writer: ...

    def rollback(self, principal: Principal, number: int) -> Version:
        """A new version whose content equals version ``number`` exactly. Raises NotFound."""
        ...

    def nearest(
        self, principal: Principal, vector: Vectors, *, limit: int, where: Filter | None = None
    ) -> list[Scored]:
        """Chunks by cosine to ``vector`` (shape (dimensions,)), best first."""
        ...

    def match(
        self, principal: Principal, words: Sequence[str], *, limit: int, where: Filter | None = None
    ) -> list[Scored]:
        """Chunks that contain any of the words, by BM25, best first. Words are plain text, never syntax."""
        ...

    def select(
        self,
        principal: Principal,
        *,
        where: Filter | None = None,
        sort: Sequence[Sort] = (),
        limit: int = 20,
        offset: int = 0,
    ) -> list[Document]:
        """Documents that match, in the order of ``sort``, then of their ids."""
        ...

    def ids(self, principal: Principal, where: Filter | None = None) -> list[str]:
        """Ids of all documents that match, ascending."""
        ...

    def count(self, principal: Principal, where: Filter | None = None) -> int: ...

    def aggregate(self, principal: Principal, field: str, where: Filter | None = None) -> Aggregate: ...

    def values(
        self, principal: Principal, field: str, *, where: Filter | None = None, limit: int | None = None
    ) -> list[tuple[Scalar, int]]:
        """Distinct values with the number of documents that hold each; most frequent first, then by value."""
        ...

    def documents(self, principal: Principal, ids: Sequence[str]) -> dict[str, Document]:
        """Those that exist and that the principal may read; others are simply absent."""
        ...

    def chunks(self, principal: Principal, ids: Sequence[str]) -> dict[str, Chunk]: ...

    def chunks_of(self, principal: Principal, document_ids: Sequence[str]) -> list[Chunk]:
        """All chunks of these documents, in document order, then by start."""
        ...

    def vectors(self, principal: Principal, chunk_ids: Sequence[str]) -> Vectors:
        """Rows for the chunks, in their order. Raises NotFound if one is absent."""
        ...

    def close(self) -> None: ...


class Store(Protocol):
    def create(self, principal: Principal, name: str, settings: Settings) -> Collection:
        """Raises Conflict if it exists, InvalidInput for a name that is not ``[a-z0-9][a-z0-9-]{0,62}``."""
        ...

    def open(self, principal: Principal, name: str) -> Collection:
        """Raises NotFound, also when it belongs to another tenant."""
        ...

    def names(self, principal: Principal) -> list[str]: ...

    def drop(self, principal: Principal, name: str) -> None: ...

    def close(self) -> None: ...
