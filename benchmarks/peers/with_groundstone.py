"""Groundstone as it is used: the importer, the knowledge base's sync, the knowledge base's search."""

from __future__ import annotations

from pathlib import Path

import worker


class Groundstone:
    """The store is a home folder of its own; the settings come from the environment."""

    def __init__(self, store: Path, model: Path) -> None:
        self.store = store

    def load(self) -> None:
        from groundstone import Platform

        self.platform = Platform()
        self.platform.embed.embed(["first"])

    def build(self, films: Path, catalogue: Path, limit: int) -> None:
        from groundstone.apps.movies.library import build

        build(self.platform, catalogue, "films", "joined", limit)
        self.platform.close()

    def open(self) -> None:
        self.kb = self.platform.kb("films")

    def search(self, text: str, years: worker.Years | None) -> list[str]:
        from groundstone import And, Compare

        where = And((Compare("year", "ge", years[0]), Compare("year", "le", years[1]))) if years else None
        return [hit.document.id for hit in self.kb.search(text, where=where, limit=10)]


if __name__ == "__main__":
    worker.run(Groundstone)
