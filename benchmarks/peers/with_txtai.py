"""txtai: vectors (faiss) and BM25 joined, records in SQLite."""

from __future__ import annotations

from pathlib import Path

import worker

FILTERED = "select id, score from txtai where similar(:text) and year >= :first and year <= :last"


class Txtai:
    def __init__(self, store: Path, model: Path) -> None:
        self.store, self.model = store, model

    def load(self) -> None:
        from txtai import Embeddings

        self.index = Embeddings(path=str(self.model), hybrid=True, content=True)
        self.index.batchtransform(["first"])

    def build(self, films: Path, catalogue: Path, limit: int) -> None:
        self.index.index((film["id"], {"text": film["text"], **worker.fields(film)}) for film in worker.read(films))
        self.index.save(str(self.store))

    def open(self) -> None:
        self.index.load(str(self.store))

    def search(self, text: str, years: worker.Years | None) -> list[str]:
        if years is None:
            return [found["id"] for found in self.index.search(text, 10)]
        given = {"text": text, "first": years[0], "last": years[1]}
        return [found["id"] for found in self.index.search(FILTERED, 10, parameters=given)]


if __name__ == "__main__":
    worker.run(Txtai)
