"""What a knowledge base is made of: its source, chunking, schema and the words of its questions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

from groundstone.errors import ConfigError, NotFound
from groundstone.schema import Schema

NO_SCHEMA = Schema()
SourceKind = Literal["folder", "s3", "records", "direct", "kept"]
ChunkMethod = Literal["none", "fixed", "structure", "hierarchical", "semantic"]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")


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
class SourceSpec:
    """Where documents come from.

    kind "folder": every readable file below ``path``. "s3": every object below ``path``
    (``s3://bucket/prefix``). "records": tables (CSV, JSON, JSONL, Parquet; one file or a folder of them),
    each row a document, its columns renamed by ``mapping`` (our field -> their column). "direct": documents
    handed over one by one, kept in the folder ``path``. "kept": a source that is no more, whose documents stay.

    Args:
        name: empty for the one source of a plain knowledge base. Of several, each has its own, and the ids of its
            documents begin with ``@name/``.
        prefixes: of bucket keys; an object counts when its key begins with one of them. None means all.
        chunking: how its documents are cut; None as the knowledge base says.
    """

    kind: SourceKind = "folder"
    path: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    prefixes: tuple[str, ...] = ()
    chunking: Chunking | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(SourceKind):
            raise ConfigError(f"source kind {self.kind!r} is none of {', '.join(get_args(SourceKind))}")
        if self.name and not _NAME.fullmatch(self.name):
            raise ConfigError(f"a source's name has letters, digits, - and _, at most 63: {self.name!r}")

    @property
    def prefix(self) -> str:
        """What the ids of its documents begin with."""
        return f"@{self.name}/" if self.name else ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"mapping": dict(self.mapping), "prefixes": list(self.prefixes)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SourceSpec:
        """Inverse of ``to_json``. Raises ConfigError, TypeError for an unknown entry."""
        chunking = data.get("chunking")
        changed = {"prefixes": tuple(data.get("prefixes", ())), "chunking": Chunking(**chunking) if chunking else None}
        return cls(**{**data, **changed})


@dataclass(frozen=True, slots=True)
class KnowledgeSpec:
    """One knowledge base, as written in app.toml or made by ``kb create``.

    Args:
        name: ``[a-z0-9][a-z0-9-]{0,62}``.
        about: what the documents are about, in one phrase; used when an off-topic question is declined.
        source: its one source, or the first of several.
        sources: further ones, each with a name.
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
    sources: tuple[SourceSpec, ...] = ()

    def __post_init__(self) -> None:
        names = [one.name for one in self.sources]
        if not all(names) or len(set(names)) != len(names) or self.source.name:
            raise ConfigError(f"knowledge base {self.name!r}: every further source needs a name of its own")

    def every_source(self) -> tuple[SourceSpec, ...]:
        """All sources that documents can come from; the unnamed one first, if there is one."""
        own = () if self.sources and not self.source.path else (self.source,)
        return own + tuple(one for one in self.sources if one.kind != "kept")

    def source_named(self, name: str) -> SourceSpec:
        """Raises NotFound."""
        found = next((one for one in self.every_source() if one.name == name), None)
        if found is None:
            raise NotFound(f"{self.name} has no source {name!r}")
        return found

    def source_of(self, document_id: str) -> str:
        """Name of the source that a document belongs to; "" is the unnamed one."""
        return next((one.name for one in self.sources if document_id.startswith(one.prefix)), "")

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": self.title,
            "about": self.about,
            "welcome": self.welcome,
            "examples": list(self.examples),
            "source": self.source.to_json(),
            "chunking": asdict(self.chunking),
            "schema": self.schema.to_json(),
            "display": dict(self.display),
            "questions": dict(self.lexicon),
            "sources": [one.to_json() for one in self.sources],
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
                source=SourceSpec.from_json(data.get("source", {})),
                chunking=Chunking(**data.get("chunking", {})),
                schema=Schema.from_json(data.get("schema", {})),
                display=data.get("display", {}),
                lexicon=data.get("questions", {}),
                sources=tuple(SourceSpec.from_json(one) for one in data.get("sources", ())),
            )
        except TypeError as error:
            raise ConfigError(f"knowledge base {data['name']!r}: {error}") from None
