"""Documents cut into the pieces that are embedded and searched."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from groundstone.errors import ConfigError
from groundstone.knowledge.spec import Chunking
from groundstone.models.base import Embed
from groundstone.records import Chunk, Document
from groundstone.text import Range, is_row, paragraphs, sentences, trim

CountTokens = Callable[[str], int]
_WORD = re.compile(r"\S+\s*")


def approximate_tokens(text: str) -> int:
    """Tokens of an English text, guessed: 1.3 a word, and no fewer than one for 8 characters."""
    return max(int(len(text.split()) * 1.3 + 0.999), len(text) // 8)


def chunk(
    document: Document,
    chunking: Chunking,
    count_tokens: CountTokens = approximate_tokens,
    embed: Embed | None = None,
    embedded: str | None = None,
) -> tuple[Chunk, ...]:
    """The document's chunks, in order of their start; together they hold every non-blank character.

    Args:
        count_tokens: tokens of a text for the embedding model.
        embed: needed for semantic chunking. Raises ConfigError when it is missing then.
        embedded: what search sees of a document that stays whole (method "none").

    In hierarchical chunking, the larger chunks that are only shown have an empty ``embedded`` and come
    right before their children, whose ``parent`` names them. Of chunks that say the same, only the first
    has an ``embedded``, so that repetitions are neither embedded nor found.
    """
    if trim(document.text, 0, len(document.text)) is None:
        return ()
    if chunking.method == "none":
        whole = _Piece(0, len(document.text))
        return (_chunk(document, 0, whole, embedded),)
    pieces = _pieces(document, chunking, count_tokens, embed)
    return tuple(_once(_chunk(document, number, piece) for number, piece in enumerate(pieces)))


def _once(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The chunks, with what is embedded of them blanked where an earlier one had the same."""
    seen: set[bytes] = set()
    for one in chunks:
        mark = hashlib.blake2b(one.embedded.encode(), digest_size=16).digest()
        yield replace(one, embedded="") if mark in seen else one
        seen.add(mark)


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    heading: str | None = None
    page: int | None = None
    shown_only: bool = False
    parent: int | None = None  # number of another piece


@dataclass(frozen=True, slots=True)
class _Section:
    start: int
    end: int
    heading: str | None
    page: int | None


def _chunk(document: Document, number: int, piece: _Piece, embedded: str | None = None) -> Chunk:
    text = document.text[piece.start : piece.end]
    if embedded is None:
        embedded = "" if piece.shown_only else _with_context(document.title, piece.heading, text)
    parent = None if piece.parent is None else f"{document.id}#{piece.parent}"
    return Chunk(
        f"{document.id}#{number}",
        document.id,
        text,
        piece.start,
        piece.end,
        embedded,
        piece.page,
        piece.heading,
        parent,
    )


def _with_context(title: str, heading: str | None, text: str) -> str:
    """The title and the headings above a piece, then the piece; neither is said twice."""
    names = [title, *(heading.split(" > ") if heading else [])]
    lead = [name for name in dict.fromkeys(names) if name and not text.startswith(name)]
    return ". ".join([*lead, text])


def _pieces(document: Document, chunking: Chunking, count_tokens: CountTokens, embed: Embed | None) -> Iterator[_Piece]:
    text = document.text
    sections = list(_with_titles(text, list(_sections(document))))
    if chunking.method == "hierarchical":
        yield from _hierarchy(text, sections, chunking, count_tokens)
        return
    for section in sections:
        if chunking.method == "fixed":
            ranges = _windows(text, section, chunking, count_tokens)
        elif chunking.method == "semantic":
            ranges = _meanings(text, section, chunking, count_tokens, embed)
        else:
            ranges = _structure(text, section, chunking.size, count_tokens)
        for start, end in ranges:
            yield _Piece(start, end, section.heading, section.page)


def _sections(document: Document) -> Iterator[_Section]:
    """The pages or headed sections of a file, with whatever lies between them; a record is one section."""
    cut = 0
    for part in document.parts:
        if part.field is None and part.start >= cut:
            yield from _section(document.text, cut, part.start, None, None)
            yield from _section(document.text, part.start, part.end, part.label, part.page)
            cut = part.end
    yield from _section(document.text, cut, len(document.text), None, None)


def _with_titles(text: str, sections: Sequence[_Section]) -> Iterator[_Section]:
    """The sections, without any that is a heading and nothing else: it opens the section below it."""
    start: int | None = None
    for number, section in enumerate(sections):
        begin = section.start if start is None else start
        last = (section.heading or "").rpartition(" > ")[2]
        start = None
        alone = section.page is None and number + 1 < len(sections)  # a slide is never part of the next
        if last and alone and text[section.start : section.end] == last:
            start = begin
        else:
            yield replace(section, start=begin)


def _section(text: str, start: int, end: int, heading: str | None, page: int | None) -> Iterator[_Section]:
    if (span := trim(text, start, end)) is not None:
        yield _Section(*span, heading, page)


def _structure(text: str, section: _Section, size: int, count_tokens: CountTokens) -> list[Range]:
    """Paragraphs packed up to ``size``; a longer one is cut between sentences, the row of a table stands alone."""
    found: list[Range] = []
    units: list[Range] = []
    for start, end in paragraphs(text[section.start : section.end]):
        span = (section.start + start, section.start + end)
        if is_row(text[slice(*span)]):
            found += [*_packed(text, units, size, count_tokens), span]
            units = []
        elif count_tokens(text[slice(*span)]) <= size:
            units.append(span)
        else:
            units += _packed(text, _sentences(text, *span, size, count_tokens), size, count_tokens)
    return found + _packed(text, units, size, count_tokens)


def _sentences(text: str, start: int, end: int, size: int, count_tokens: CountTokens) -> list[Range]:
    """Sentences; one of more than ``size`` tokens is cut between words, or inside a word if it must be."""
    found: list[Range] = []
    for begin, stop in sentences(text[start:end]):
        span = (start + begin, start + stop)
        if count_tokens(text[slice(*span)]) <= size:
            found.append(span)
        else:
            found += _packed(text, list(_words(text, *span, size)), size, count_tokens)
    return found


def _words(text: str, start: int, end: int, size: int) -> Iterator[Range]:
    # A "word" may be a megabyte of base64: no token has fewer than one character.
    for match in _WORD.finditer(text, start, end):
        begin, stop = match.start(), match.start() + len(match.group().rstrip())
        for cut in range(begin, stop, size):
            yield cut, min(cut + size, stop)


def _packed(text: str, units: Sequence[Range], size: int, count_tokens: CountTokens) -> list[Range]:
    """Neighbouring units joined while together they have at most ``size`` tokens."""
    packed: list[Range] = []
    used = 0
    for start, end in units:
        tokens = count_tokens(text[start:end])
        if packed and used + tokens <= size:
            packed[-1] = (packed[-1][0], end)
            used += tokens
        else:
            packed.append((start, end))
            used = tokens
    return packed


def _windows(text: str, section: _Section, chunking: Chunking, count_tokens: CountTokens) -> list[Range]:
    """Windows of whole sentences up to ``size`` tokens; each repeats up to ``overlap`` of the one before."""
    units = _sentences(text, section.start, section.end, chunking.size, count_tokens)
    tokens = [count_tokens(text[start:end]) for start, end in units]
    windows: list[Range] = []
    first = 0
    while first < len(units):
        last, used = first, tokens[first]
        while last + 1 < len(units) and used + tokens[last + 1] <= chunking.size:
            last += 1
            used += tokens[last]
        windows.append((units[first][0], units[last][1]))
        if last + 1 == len(units):
            break
        first = _overlap_start(tokens, first, last, chunking)
    return windows


def _overlap_start(tokens: Sequence[int], first: int, last: int, chunking: Chunking) -> int:
    """Index of the sentence that the window after ``first..last`` begins with; the new one must fit too."""
    start, shared = last + 1, 0
    room = min(chunking.overlap, chunking.size - tokens[last + 1])
    while start - 1 > first and shared + tokens[start - 1] <= room:
        start -= 1
        shared += tokens[start]
    return start


def _hierarchy(
    text: str, sections: Sequence[_Section], chunking: Chunking, count_tokens: CountTokens
) -> Iterator[_Piece]:
    number = 0
    for section in sections:
        for start, end in _structure(text, section, chunking.size, count_tokens):
            parent = number
            yield _Piece(start, end, section.heading, section.page, shown_only=True)
            units = _sentences(text, start, end, chunking.child, count_tokens)
            for child in _packed(text, units, chunking.child, count_tokens):
                number += 1
                yield _Piece(*child, section.heading, section.page, parent=parent)
            number += 1


def _meanings(
    text: str, section: _Section, chunking: Chunking, count_tokens: CountTokens, embed: Embed | None
) -> list[Range]:
    """Sentences packed up to ``size``, never across the places where neighbours are least alike."""
    if embed is None:
        raise ConfigError("semantic chunking needs an embedding model; pass embed, or use method 'structure'")
    units = _sentences(text, section.start, section.end, chunking.size, count_tokens)
    if len(units) < 3:
        return _packed(text, units, chunking.size, count_tokens)
    vectors = embed.embed([text[start:end] for start, end in units])
    likeness = np.sum(vectors[:-1] * vectors[1:], axis=1)
    cuts = np.flatnonzero(likeness <= np.percentile(likeness, chunking.percentile)) + 1
    bounds = [0, *cuts.tolist(), len(units)]
    groups = [units[begin:stop] for begin, stop in pairwise(bounds)]
    return [span for group in groups for span in _packed(text, group, chunking.size, count_tokens)]
