"""Haystack with its in-memory document store, saved as JSON; vectors only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import worker


class Haystack:
    def __init__(self, store: Path, model: Path) -> None:
        self.store, self.model = store, model

    def load(self) -> None:
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersDocumentEmbedder,
            SentenceTransformersTextEmbedder,
        )

        self.query = SentenceTransformersTextEmbedder(model=str(self.model), progress_bar=False)
        self.documents = SentenceTransformersDocumentEmbedder(model=str(self.model), progress_bar=False)
        for part in (self.query, self.documents):
            part.warm_up()
        self.query.run(text="first")

    def build(self, films: Path, catalogue: Path, limit: int) -> None:
        from haystack import Document
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        documents = InMemoryDocumentStore(embedding_similarity_function="cosine")
        for batch in worker.batches(films):
            made = [Document(id=film["id"], content=film["text"], meta=worker.fields(film)) for film in batch]
            documents.write_documents(self.documents.run(documents=made)["documents"])
        documents.save_to_disk(str(self.store))

    def open(self) -> None:
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        self.kept = InMemoryDocumentStore.load_from_disk(str(self.store))

    def search(self, text: str, years: worker.Years | None) -> list[str]:
        vector = self.query.run(text=text)["embedding"]
        found = self.kept.embedding_retrieval(vector, filters=_where(years) if years else None, top_k=10)
        return [document.id for document in found]


def _where(years: worker.Years) -> dict[str, Any]:
    first = {"field": "meta.year", "operator": ">=", "value": years[0]}
    last = {"field": "meta.year", "operator": "<=", "value": years[1]}
    return {"operator": "AND", "conditions": [first, last]}


if __name__ == "__main__":
    worker.run(Haystack)
