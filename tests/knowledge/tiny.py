"""What the tests of this folder share: a deterministic embedding and a collection in a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from groundstone.identity import LOCAL
from groundstone.knowledge.spec import KnowledgeSpec
from groundstone.models.base import Vectors
from groundstone.stores.base import Collection, Settings
from groundstone.stores.sqlite import SqliteStore

DIMENSIONS = 32


class TinyEmbed:
    """Counts hashed words; counts its calls too."""

    name = "tiny"
    dimensions = DIMENSIONS

    def __init__(self) -> None:
        self.batches: list[int] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.batches.append(len(texts))
        rows = np.full((len(texts), DIMENSIONS), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                rows[row, hashlib.sha256(word.encode()).digest()[0] % DIMENSIONS] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


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
