"""Run as a process by the tests of sync: syncs a folder slowly, until it is done or killed."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from groundstone.identity import LOCAL
from groundstone.knowledge import index
from groundstone.knowledge.spec import KnowledgeSpec, SourceSpec
from groundstone.models.base import Vectors
from groundstone.schema import FieldSpec, Schema
from tests.knowledge.tiny import TinyEmbed, collection

SCHEMA = Schema((FieldSpec("id"), FieldSpec("title"), FieldSpec("n", "integer")), "id", "title")
BATCH = 8


def spec(source: Path) -> KnowledgeSpec:
    return KnowledgeSpec("rows", source=SourceSpec("records", str(source)), schema=SCHEMA)


class SlowEmbed(TinyEmbed):
    def embed(self, texts: Sequence[str]) -> Vectors:
        time.sleep(0.01)
        return super().embed(texts)


def main(store: Path, source: Path) -> None:
    index.BATCH_DOCUMENTS = BATCH
    wanted = spec(source)
    print("ready", flush=True)
    index.sync(LOCAL, collection(store, wanted), wanted, SlowEmbed())
    print("done", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
