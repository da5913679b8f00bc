"""The nouns of Groundstone: frozen, plain, and free of any engine. All offsets count Unicode code points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from groundstone.identity import EVERYONE

Scalar = str | int | float | bool | date
Value = Scalar | tuple[Scalar, ...]  # a field holds one scalar or several
NO_FIELDS: Mapping[str, Value] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range ``[start, end)`` of characters in a document's text, with the field or page it lies in."""

    start: int
    end: int
    field: str | None = None
    page: int | None = None  # first page is 1
    label: str | None = None  # e.g. a heading


@dataclass(frozen=True, slots=True)
class Document:
    """One stored source: a file, or one record of a table rendered as text.

    ``text`` is the canonical text that every quote is a substring of. ``parts`` are the spans of
    that text which belong to one field (records) or one page (files), in order.
    """

    id: str
    title: str
    text: str
    fields: Mapping[str, Value] = field(default_factory=lambda: NO_FIELDS)
    parts: tuple[Span, ...] = ()
    source: str = ""  # where it came from: a path, an s3:// address, "movies.jsonl:17"
    media_type: str = "text/plain"
    readers: tuple[str, ...] = (EVERYONE,)

    def part_at(self, offset: int) -> Span | None:
        """The part that holds this character offset, or None."""
        return next((part for part in self.parts if part.start <= offset < part.end), None)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document that is embedded and indexed on its own.

    ``text == document.text[start:end]``; ``embedded`` is what the embedding model and the full-text
    index see (for example with the title in front). ``parent`` names the larger chunk that is shown
    to a reader instead of this one in hierarchical chunking.
    """

    id: str
    document_id: str
    text: str
    start: int
    end: int
    embedded: str
    page: int | None = None
    heading: str | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved chunk with its document, a score in [0, 1], and, on request, the reasons of its rank."""

    chunk: Chunk
    document: Document
    score: float
    reasons: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Citation:
    """Points at words of a stored document: ``document.text[start:end] == quote``, always."""

    document_id: str
    title: str
    start: int
    end: int
    quote: str
    field: str | None = None
    page: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer and the indexes (from 0) into ``Answer.citations`` that support it."""

    text: str
    citations: tuple[int, ...] = ()
    supported: bool = True  # False: a generated sentence that its citations do not bear out


@dataclass(frozen=True, slots=True)
class Card:
    """A document shown as a card beside an answer: its display fields, in order."""

    document_id: str
    title: str
    fields: Mapping[str, Value]
    citation: int | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that one call used."""

    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a model, as the ledger keeps it.

    ``asked`` is the name that the caller used, ``model`` the one that replied. ``cost`` is money in the
    catalogue's currency. ``first`` is seconds to the first piece of a stream. ``outcome``: "ok", "failed",
    "cancelled" by the caller, or "refused" before an engine was asked; ``error`` is the code of the error.
    ``estimated`` marks tokens that the engine did not count.
    """

    time: datetime
    tenant: str
    user: str
    key: str
    task: str
    asked: str
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    first: float | None = None
    seconds: float = 0.0
    outcome: str = "ok"
    error: str = ""
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """Which calls of the ledger: those of a tenant in ``[since, until)``, of one user where one is named."""

    tenant: str
    since: datetime
    until: datetime
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """Axis-aligned rectangle on a page; fractions of the page's width and height, origin top left."""

    left: float
    top: float
    width: float
    height: float
    page: int = 1
