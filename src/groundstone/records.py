"""The nouns of Groundstone: frozen, plain, and free of any engine. All offsets count Unicode code points."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
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
class Box:
    """Axis-aligned rectangle on a page; fractions of the page's width and height, origin top left."""

    left: float
    top: float
    width: float
    height: float
    page: int = 1


@dataclass(frozen=True, slots=True)
class Regions:
    """Where the words of a text stand on its pages: ranges of characters in order, each with a place.

    Packed, because a long scan has a hundred thousand of them: start, end and page of each, and its place in steps of
    1/65,535 of the page.
    """

    packed: bytes = b""

    @classmethod
    def of(cls, placed: Iterable[tuple[int, int, Box]]) -> Regions:
        """``placed``: start, end and place of each range; one of a longer quote may have several places."""
        rows = sorted(placed, key=lambda row: row[:2])
        return cls(b"".join(_REGION.pack(start, end, box.page, *_steps(box)) for start, end, box in rows))

    def boxes(self, start: int, end: int) -> tuple[Box, ...]:
        """The places of the words in ``[start, end)``, each once."""
        count = len(self.packed) // _REGION.size
        first, last = 0, count
        while first < last:  # the ranges do not overlap, so their ends are in order as well
            middle = (first + last) // 2
            first, last = (first, middle) if self._at(middle)[1] > start else (middle + 1, last)
        found: dict[Box, None] = {}
        while first < count and (row := self._at(first))[0] < end:
            left, top, width, height = (round(step / _FINE, 4) for step in row[3:])
            found[Box(left, top, width, height, row[2])] = None
            first += 1
        return tuple(found)

    def _at(self, number: int) -> tuple[int, ...]:
        return _REGION.unpack_from(self.packed, number * _REGION.size)


NO_REGIONS = Regions()
_FINE = 65_535
_REGION = struct.Struct("<IIHHHHH")  # start, end, page, left, top, width, height


def _steps(box: Box) -> Iterable[int]:
    """A place in steps; what lies beyond the page is cut off."""
    left, top = min(max(box.left, 0.0), 1.0), min(max(box.top, 0.0), 1.0)
    right, bottom = min(max(box.left + box.width, left), 1.0), min(max(box.top + box.height, top), 1.0)
    return (round(value * _FINE) for value in (left, top, right - left, bottom - top))


@dataclass(frozen=True, slots=True)
class Document:
    """One stored source: a file, or one record of a table rendered as text.

    ``text`` is the canonical text that every quote is a substring of. ``parts`` are the spans of
    that text which belong to one field (records) or one page (files), in order; ``regions`` tell where on a page its
    words stand, as far as that is known.
    """

    id: str
    title: str
    text: str
    fields: Mapping[str, Value] = field(default_factory=lambda: NO_FIELDS)
    parts: tuple[Span, ...] = ()
    source: str = ""  # where it came from: a path, an s3:// address, "movies.jsonl:17"
    media_type: str = "text/plain"
    readers: tuple[str, ...] = (EVERYONE,)
    regions: Regions = NO_REGIONS

    def part_at(self, offset: int) -> Span | None:
        """The part that holds this character offset, or None."""
        return next((part for part in self.parts if part.start <= offset < part.end), None)

    @property
    def page_noun(self) -> str:
        """What people call a page of it."""
        return "slide" if is_deck(self.media_type) else "page"


def is_deck(media_type: str) -> bool:
    """Whether a file of this type has slides."""
    return "presentation" in media_type or "powerpoint" in media_type


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
    """Points at words of a stored document: ``document.text[start:end] == quote``, always.

    ``boxes`` are the places of these words on the page, or slide, as far as they are known; ``page_noun`` says which.
    """

    document_id: str
    title: str
    start: int
    end: int
    quote: str
    field: str | None = None
    page: int | None = None
    source: str = ""
    boxes: tuple[Box, ...] = ()
    page_noun: str = "page"


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
