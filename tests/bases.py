"""Knowledge bases for tests: the shipped films, houses without any table of words, and a staff handbook."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from groundstone.identity import LOCAL
from groundstone.knowledge.base import KnowledgeBase
from groundstone.knowledge.spec import Chunking, KnowledgeSpec, SourceSpec
from groundstone.models.base import Chat, Embed
from groundstone.models.fakes import FakeEmbed
from groundstone.schema import FieldSpec, Schema
from groundstone.stores.base import Settings
from groundstone.stores.sqlite import SqliteStore

MOVIES = files("groundstone.apps") / "movies"
Row = Mapping[str, Any]

HOUSES: list[Row] = [
    {
        "id": "h1", "title": "Mill Cottage", "price": 420_000, "rooms": 4, "area": 96.5, "garden": True,
        "town": "Orford", "built": "1908-05-01", "agents": ["Ana Sørensen"], "features": ["fireplace", "cellar"],
        "description": "A brick cottage beside the old mill. The kitchen looks out on the river.",
    },
    {
        "id": "h2", "title": "Harbour Loft", "price": 615_000, "rooms": 3, "area": 120.0, "garden": False,
        "town": "Kingsport", "built": "1999-09-15", "agents": ["Paweł Nowak"], "features": ["lift", "balcony"],
        "description": "A bright loft above the harbour. Large windows face the docks.",
    },
    {
        "id": "h3", "title": "Orchard House", "price": 980_000, "rooms": 7, "area": 240.0, "garden": True,
        "town": "Orford", "built": "1875-01-01", "agents": ["Ana Sørensen", "Paweł Nowak"],
        "features": ["fireplace", "orchard"], "description": "A family house among apple trees. The barn is listed.",
    },
    {
        "id": "h4", "title": "Station Flat", "price": 198_000, "rooms": 2, "area": 51.0, "garden": False,
        "town": "Bad Münster", "built": "2011-03-20", "agents": ["Lise Vogt"], "features": ["lift"],
        "description": "A small flat near the station. The rent of the cellar is separate.",
    },
    {
        "id": "h5", "title": "Ridge Bungalow", "price": 615_000, "rooms": 5, "area": 150.0, "garden": True,
        "town": "Kingsport", "built": "1962-07-30", "agents": ["Lise Vogt"], "features": ["solar roof"],
        "description": "A bungalow on the ridge with a view of the sea. Solar cells cover the roof.",
    },
]  # fmt: skip

HANDBOOK = {
    "leave.md": "# Annual leave\n\nEvery employee has 28 days of annual leave. Up to five unused days may be carried "
    "over to the next year.\n\n# Sick leave\n\nA doctor's note is needed from the fourth day of an illness.\n",
    "travel.md": "# Travel\n\nTrains are booked in second class. Flights need the approval of a manager. Receipts are "
    "handed in within thirty days.\n",
    "security.md": "# Passwords\n\nA password has at least fourteen characters. Lost laptops are reported to the "
    "service desk within one hour.\n",
}


def house_spec() -> KnowledgeSpec:
    fields = (
        FieldSpec("id", in_text=False, embedded=False),
        FieldSpec("title"),
        FieldSpec("price", "integer", unit="EUR"),
        FieldSpec("rooms", "integer"),
        FieldSpec("area", "number", unit="sqm"),
        FieldSpec("garden", "boolean"),
        FieldSpec("town"),
        FieldSpec("built", "date"),
        FieldSpec("agents", many=True),
        FieldSpec("features", many=True),
        FieldSpec("description", filterable=False),
    )
    schema = Schema(fields, "id", "title", "description")
    return KnowledgeSpec("houses", "Houses", "houses for sale", chunking=Chunking("none"), schema=schema)


@cache
def film_spec() -> KnowledgeSpec:
    return KnowledgeSpec.from_json(tomllib.loads((MOVIES / "app.toml").read_text(encoding="utf-8")))


@cache
def film_rows() -> list[Row]:
    found = sorted((item for item in (MOVIES / "catalogue").iterdir()), key=lambda item: item.name)
    return [json.loads(line) for item in found for line in item.read_text(encoding="utf-8").splitlines() if line]


@contextmanager
def built(
    folder: Path, spec: KnowledgeSpec, rows: Sequence[Row], embed: Embed | None = None, chat: Chat | None = None
) -> Iterator[KnowledgeBase]:
    """A synced knowledge base of records in ``folder``."""
    source = folder / "rows.jsonl"
    source.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    spec = replace(spec, source=SourceSpec("records", str(source)))
    with opened(folder, spec, embed, chat) as kb:
        report = kb.sync()
        assert not report.failed
        yield kb


@contextmanager
def built_from_files(folder: Path, texts: Mapping[str, str], chat: Chat | None = None) -> Iterator[KnowledgeBase]:
    """A synced knowledge base of files."""
    inside = folder / "files"
    inside.mkdir()
    for name, text in texts.items():
        (inside / name).write_text(text, encoding="utf-8")
    spec = KnowledgeSpec("handbook", about="the staff handbook", source=SourceSpec("folder", str(inside)))
    with opened(folder, spec, None, chat) as kb:
        report = kb.sync()
        assert not report.failed
        yield kb


@contextmanager
def opened(
    folder: Path, spec: KnowledgeSpec, embed: Embed | None = None, chat: Chat | None = None
) -> Iterator[KnowledgeBase]:
    """An empty knowledge base in a store below ``folder``."""
    embed = embed or FakeEmbed(384)
    store = SqliteStore(folder / "store")
    try:
        settings = Settings(spec.schema, embed.dimensions, embed.name, {"spec": spec.to_json()})
        yield KnowledgeBase(LOCAL, store.create(LOCAL, spec.name, settings), spec, embed, chat)
    finally:
        store.close()
