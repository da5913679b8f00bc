"""What a knowledge base is made of: its source, chunking, schema and the words of its questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

from groundstone.errors import ConfigError
from groundstone.schema import Schema

NO_SCHEMA = Schema()
SourceKind = Literal["folder", "s3", "records"]
ChunkMethod = Literal["none", "fixed", "structure", "hierarchical", "semantic"]


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """Where documents come from.

    kind "folder": every readable file below ``path``. "s3": every object below ``path``
    (``s3://bucket/prefix``). "records": tables (CSV, JSON, JSONL, Parquet; one file or a folder of them),
    each row a document, its columns renamed by ``mapping`` (our field -> their column).
    """

    kind: SourceKind = "folder"
    path: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in get_args(SourceKind):
            raise ConfigError(f"source kind {self.kind!r} is none of {', '.join(get_args(SourceKind))}")


@dataclass(frozen=True, slots=True)
class Chunking:
    """How documents are cut. Sizes count tokens of the embedding model.

    none: one document, one chunk. fixed: windows of ``size`` with ``overlap``, ends moved to sentence ends.
    structure: sections and paragraphs, packed up to ``size``. hierarchical: sentence groups of ``child``
    tokens are searched, their section of up to ``size`` is shown. semantic: cut where neighbouring
    sentences are least alike (the lowest ``percentile`` of similarities).
    """

    method: ChunkMethod = "structure"
    size: int = 220
    overlap: int = 30
    child: int = 80
    percentile: int = 10

    def __post_init__(self) -> None:
        if self.method not in get_args(ChunkMethod):
            raise ConfigError(f"chunking method {self.method!r} is none of {', '.join(get_args(ChunkMethod))}")
        if not (16 <= self.size <= 8192 and 0 <= self.overlap < self.size and 8 <= self.child <= self.size):
            raise ConfigError("chunking: size is 16 to 8192 tokens, overlap and child are smaller than size")
        if not 1 <= self.percentile <= 50:
            raise ConfigError("chunking: percentile is 1 to 50")


@dataclass(frozen=True, slots=True)
class KnowledgeSpec:
    """One knowledge base, as written in app.toml or made by ``kb create``.

    Args:
        name: ``[a-z0-9][a-z0-9-]{0,62}``.
        about: what the documents are about, in one phrase; used when an off-topic question is declined.
        display: ``{"card": [field, ...]}``, what a card shows.
        lexicon: the ``[questions]`` tables: words that mean fields, values and filters.
    """

    name: str
    title: str = ""
    about: str = ""
    welcome: str = ""
    examples: tuple[str, ...] = ()
    source: SourceSpec = SourceSpec()
    chunking: Chunking = Chunking()
    schema: Schema = NO_SCHEMA
    display: Mapping[str, Any] = field(default_factory=dict)
    lexicon: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": self.title,
            "about": self.about,
            "welcome": self.welcome,
            "examples": list(self.examples),
            "source": asdict(self.source) | {"mapping": dict(self.source.mapping)},
            "chunking": asdict(self.chunking),
            "schema": self.schema.to_json(),
            "display": dict(self.display),
            "questions": dict(self.lexicon),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> KnowledgeSpec:
        """Inverse of ``to_json``; also reads a parsed app.toml. Raises ConfigError."""
        known = {spec.name for spec in fields(cls)} | {"questions"}
        unknown = set(data) - known
        if unknown or "name" not in data:
            raise ConfigError(f"knowledge base: unknown or missing entry {sorted(unknown) or ['name']}")
        try:
            return cls(
                name=data["name"],
                title=data.get("title") or data["name"].capitalize(),
                about=data.get("about", ""),
                welcome=data.get("welcome", ""),
                examples=tuple(data.get("examples", ())),
                source=SourceSpec(**data.get("source", {})),
                chunking=Chunking(**data.get("chunking", {})),
                schema=Schema.from_json(data.get("schema", {})),
                display=data.get("display", {}),
                lexicon=data.get("questions", {}),
            )
        except TypeError as error:
            raise ConfigError(f"knowledge base {data['name']!r}: {error}") from None
