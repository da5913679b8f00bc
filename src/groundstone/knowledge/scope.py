"""A collection seen through a filter: whatever is read of it, only documents that match exist."""

from __future__ import annotations

from collections.abc import Sequence

from groundstone.filters import Filter, Sort, both
from groundstone.identity import Principal
from groundstone.models.base import Vectors
from groundstone.records import Chunk, Document, Scalar
from groundstone.stores.base import Aggregate, Collection, Scored, Settings, Version, Writer


class Scoped:
    """A ``Collection`` whose every read is narrowed by ``where``, so that no way of answering can forget it."""

    def __init__(self, collection: Collection, where: Filter) -> None:
        self._all, self._where = collection, where

    @property
    def name(self) -> str:
        return self._all.name

    @property
    def settings(self) -> Settings:
        return self._all.settings

    def update_settings(self, principal: Principal, settings: Settings) -> None:
        self._all.update_settings(principal, settings)

    def version(self, principal: Principal) -> int:
        return self._all.version(principal)

    def versions(self, principal: Principal) -> list[Version]:
        return self._all.versions(principal)

    def writer(self, principal: Principal) -> Writer:
        return self._all.writer(principal)

    def rollback(self, principal: Principal, number: int) -> Version:
        return self._all.rollback(principal, number)

    def nearest(
        self, principal: Principal, vector: Vectors, *, limit: int, where: Filter | None = None
    ) -> list[Scored]:
        return self._all.nearest(principal, vector, limit=limit, where=both(self._where, where))

    def match(
        self, principal: Principal, words: Sequence[str], *, limit: int, where: Filter | None = None
    ) -> list[Scored]:
        return self._all.match(principal, words, limit=limit, where=both(self._where, where))

    def select(
        self,
        principal: Principal,
        *,
        where: Filter | None = None,
        sort: Sequence[Sort] = (),
        limit: int = 20,
        offset: int = 0,
    ) -> list[Document]:
        return self._all.select(principal, where=both(self._where, where), sort=sort, limit=limit, offset=offset)

    def ids(self, principal: Principal, where: Filter | None = None) -> list[str]:
        return self._all.ids(principal, both(self._where, where))

    def count(self, principal: Principal, where: Filter | None = None) -> int:
        return self._all.count(principal, both(self._where, where))

    def aggregate(self, principal: Principal, field: str, where: Filter | None = None) -> Aggregate:
        return self._all.aggregate(principal, field, both(self._where, where))

    def values(
        self, principal: Principal, field: str, *, where: Filter | None = None, limit: int | None = None
    ) -> list[tuple[Scalar, int]]:
        return self._all.values(principal, field, where=both(self._where, where), limit=limit)

    def documents(self, principal: Principal, ids: Sequence[str]) -> dict[str, Document]:
        inside = self._inside(principal, ids)
        return self._all.documents(principal, [name for name in ids if name in inside])

    def chunks(self, principal: Principal, ids: Sequence[str]) -> dict[str, Chunk]:
        found = self._all.chunks(principal, ids)
        inside = self._inside(principal, [chunk.document_id for chunk in found.values()])
        return {name: chunk for name, chunk in found.items() if chunk.document_id in inside}

    def chunks_of(self, principal: Principal, document_ids: Sequence[str]) -> list[Chunk]:
        inside = self._inside(principal, document_ids)
        return self._all.chunks_of(principal, [name for name in document_ids if name in inside])

    def vectors(self, principal: Principal, chunk_ids: Sequence[str]) -> Vectors:
        return self._all.vectors(principal, chunk_ids)

    def close(self) -> None:
        self._all.close()

    def _inside(self, principal: Principal, document_ids: Sequence[str]) -> set[str]:
        return set(self._all.ids(principal, self._where)) if document_ids else set()
