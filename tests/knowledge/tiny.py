"""What the tests of this folder share: a deterministic embedding and a collection in a folder."""

from __future__ import annotations

from pathlib import Path

from groundstone.identity import LOCAL
from groundstone.knowledge.spec import KnowledgeSpec
from groundstone.models.fakes import FakeEmbed
from groundstone.stores.base import Collection, Settings
from groundstone.stores.sqlite import SqliteStore

DIMENSIONS = 32


class TinyEmbed(FakeEmbed):
    def __init__(self) -> None:
        super().__init__(DIMENSIONS, "tiny")

    @property
    def batches(self) -> list[int]:
        """How many texts each call embedded."""
        return [len(texts) for texts in self.calls]


def collection(folder: Path, spec: KnowledgeSpec) -> Collection:
    """The collection of a spec in a store at ``folder``; made when it is not there yet."""
    store = SqliteStore(folder)
    if spec.name in store.names(LOCAL):
        return store.open(LOCAL, spec.name)
    return store.create(LOCAL, spec.name, Settings(spec.schema, DIMENSIONS, "tiny", {}))


def contents(one: Collection) -> list[tuple[object, ...]]:
    """Everything that a reader can see, in a form that compares."""
    documents = one.documents(LOCAL, one.ids(LOCAL))
    chunks = one.chunks_of(LOCAL, sorted(documents))
    vectors = one.vectors(LOCAL, [chunk.id for chunk in chunks])
    seen: list[tuple[object, ...]] = [("document", documents[name]) for name in sorted(documents)]
    return seen + [("chunk", chunk, row.tobytes()) for chunk, row in zip(chunks, vectors, strict=True)]
