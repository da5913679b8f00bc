"""LangChain with Chroma: vectors only, for Chroma has no BM25; less work than the hybrid systems do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import worker


class LangChain:
    def __init__(self, store: Path, model: Path) -> None:
        self.store, self.model = store, model

    def load(self) -> None:
        from langchain_huggingface import HuggingFaceEmbeddings

        self.embed = HuggingFaceEmbeddings(model_name=str(self.model))
        self.embed.embed_query("first")

    def build(self, films: Path, catalogue: Path, limit: int) -> None:
        self.open()
        for batch in worker.batches(films):
            texts, ids = [film["text"] for film in batch], [film["id"] for film in batch]
            self.chroma.add_texts(texts, [worker.fields(film) for film in batch], ids)

    def open(self) -> None:
        from langchain_chroma import Chroma

        cosine = {"hnsw:space": "cosine"}
        self.chroma = Chroma("films", self.embed, str(self.store), collection_metadata=cosine)

    def search(self, text: str, years: worker.Years | None) -> list[str]:
        found = self.chroma.similarity_search(text, 10, filter=_where(years) if years else None)
        return [str(document.id) for document in found]


def _where(years: worker.Years) -> dict[str, Any]:
    return {"$and": [{"year": {"$gte": years[0]}}, {"year": {"$lte": years[1]}}]}


if __name__ == "__main__":
    worker.run(LangChain)
