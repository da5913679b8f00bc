"""Retrieval by meaning and by words together, with filters, and the reasons of the ranking on request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from groundstone import filters
from groundstone.errors import InvalidInput
from groundstone.filters import BASE_LETTERS, Filter, Sort, fold
from groundstone.identity import Principal
from groundstone.models.base import Embed, Vectors
from groundstone.questions.words import STOP, keys
from groundstone.records import Chunk, Document, Hit
from groundstone.stores.base import Collection, Scored

CANDIDATES = 40  # from each of the two searches, before they are joined
MEANING = 0.6  # share of the cosine in the joint score; measured by benchmarks/squad.py
MAX_LIMIT = 1000
MAX_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Request:
    """What to search for. ``one_each``: at most one hit a document. Without ``words``, by meaning alone."""

    text: str
    where: Filter | None = None
    sort: tuple[Sort, ...] = ()
    limit: int = 10
    offset: int = 0
    min_score: float = 0.0
    explain: bool = False
    one_each: bool = False
    words: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk with the parts of its score; ranks count from 1, None where a search did not find it."""

    chunk_id: str
    document_id: str
    cosine: float
    bm25: float
    near_rank: int | None
    word_rank: int | None
    score: float

    def reasons(self) -> Mapping[str, Any]:
        return {
            "cosine": round(self.cosine, 4),
            "meaning_rank": self.near_rank,
            "bm25": float(f"{self.bm25:.4g}"),  # it may be tiny: a word that half of all chunks hold
            "words_rank": self.word_rank,
            "formula": f"{MEANING} * max(cosine, 0) + {round(1 - MEANING, 2)} * bm25 / best bm25",
        }


def search(principal: Principal, collection: Collection, embed: Embed, wanted: Request) -> list[Hit]:
    """Hits in order of score (or of ``sort``). Raises InvalidInput, InvalidFilter."""
    _check(wanted)
    where = _typed(wanted, collection)
    depth = max(CANDIDATES, 3 * (wanted.offset + wanted.limit))
    vector = embed.embed([wanted.text])[0]
    every = (
        candidates(principal, collection, vector, words(wanted.text), where, depth)
        if wanted.words
        else _nearest(collection.nearest(principal, vector, limit=depth, where=where))
    )
    found = [candidate for candidate in every if candidate.score >= wanted.min_score]
    return _page(_hits(principal, collection, found, wanted), wanted)


def _typed(wanted: Request, collection: Collection) -> Filter | None:
    """The filter with its values in the types of the schema; raises InvalidFilter for it or the sort."""
    if wanted.where is None and not wanted.sort:
        return None
    schema = collection.settings.schema
    filters.check_sort(wanted.sort, schema)
    return filters.check(wanted.where, schema)


def _check(wanted: Request) -> None:
    if not wanted.text.strip():
        raise InvalidInput("the text to search for is empty")
    if len(wanted.text) > MAX_TEXT:
        raise InvalidInput(f"the text to search for is longer than {MAX_TEXT} characters")
    if not 1 <= wanted.limit <= MAX_LIMIT or not 0 <= wanted.offset <= 100_000:
        raise InvalidInput(f"limit is 1 to {MAX_LIMIT}, offset 0 to 100000")


def words(text: str) -> list[str]:
    """The words of a text that full-text search looks for: without function words, unless nothing else is left."""
    every = list(dict.fromkeys(keys(text)))
    kept = [word for word in every if word not in STOP]
    return ((kept or every) + _as_written(text))[:64]


def _as_written(text: str) -> list[str]:
    """Words with letters like ł, which comparing replaces but the full-text index keeps."""
    found = (word.lower() for word in text.split() if not word.isascii())
    return [word for word in dict.fromkeys(found) if word.translate(BASE_LETTERS) != word]


def candidates(
    principal: Principal,
    collection: Collection,
    vector: Vectors,
    terms: Sequence[str],
    where: Filter | None,
    depth: int,
) -> list[Candidate]:
    """Both searches joined by a weighted sum; a chunk that only the words found gets its exact cosine too."""
    near = collection.nearest(principal, vector, limit=depth, where=where)
    matched = collection.match(principal, terms, limit=depth, where=where) if terms else []
    cosines = {item.chunk_id: item.score for item in near}
    owners = {item.chunk_id: item.document_id for item in (*near, *matched)}
    lacking = [item.chunk_id for item in matched if item.chunk_id not in cosines]
    if lacking:
        products = collection.vectors(principal, lacking) @ vector
        cosines.update(zip(lacking, products.tolist(), strict=True))
    near_ranks = {item.chunk_id: rank for rank, item in enumerate(near, 1)}
    word_ranks = {item.chunk_id: rank for rank, item in enumerate(matched, 1)}
    bm25 = {item.chunk_id: item.score for item in matched}
    best = max(bm25.values(), default=0.0) or 1.0
    joined = [
        Candidate(
            chunk_id,
            document_id,
            cosines[chunk_id],
            bm25.get(chunk_id, 0.0),
            near_ranks.get(chunk_id),
            word_ranks.get(chunk_id),
            _score(cosines[chunk_id], bm25.get(chunk_id, 0.0) / best),
        )
        for chunk_id, document_id in owners.items()
    ]
    return sorted(joined, key=lambda candidate: (-candidate.score, candidate.chunk_id))


def _nearest(near: Sequence[Scored]) -> list[Candidate]:
    """By meaning alone: the score is the cosine."""
    return [
        Candidate(item.chunk_id, item.document_id, item.score, 0.0, rank, None, min(max(item.score, 0.0), 1.0))
        for rank, item in enumerate(near, 1)
    ]


def _score(cosine: float, share: float) -> float:
    """``share``: of the best BM25."""
    return min(max(MEANING * max(cosine, 0.0) + (1 - MEANING) * share, 0.0), 1.0)


def _hits(principal: Principal, collection: Collection, found: Sequence[Candidate], wanted: Request) -> list[Hit]:
    """Chunks and documents of the candidates: duplicates left out, small chunks replaced by their parents."""
    enough = max(len(found), 1) if wanted.sort else wanted.offset + wanted.limit
    hits: list[Hit] = []
    seen: set[str] = set()
    for start in range(0, len(found), enough):
        for hit in _read(principal, collection, found[start : start + enough], wanted.explain):
            marks = _marks(hit.chunk, hit.document, wanted)
            if seen.isdisjoint(marks):
                seen.update(marks)
                hits.append(hit)
        if len(hits) >= enough:
            break
    return hits


def _read(principal: Principal, collection: Collection, found: Sequence[Candidate], explain: bool) -> Iterator[Hit]:
    """Those that still exist and may be read, in their order."""
    chunks = _with_parents(principal, collection, [candidate.chunk_id for candidate in found])
    documents = collection.documents(principal, list(dict.fromkeys(item.document_id for item in found)))
    for candidate in found:
        chunk, document = chunks.get(candidate.chunk_id), documents.get(candidate.document_id)
        if chunk is not None and document is not None:
            yield Hit(chunk, document, candidate.score, candidate.reasons() if explain else {})


def _marks(chunk: Chunk, document: Document, wanted: Request) -> tuple[str, ...]:
    """What makes a hit a repetition of an earlier one."""
    same_text = f"text {fold(chunk.text)} {chunk.heading or ''}" if len(chunk.text) > 20 else f"id {chunk.id}"
    return (f"id {chunk.id}", same_text, *([f"document {document.id}"] if wanted.one_each else []))


def _with_parents(principal: Principal, collection: Collection, ids: Sequence[str]) -> dict[str, Chunk]:
    chunks = collection.chunks(principal, ids)
    wanted = {chunk.parent for chunk in chunks.values() if chunk.parent}
    parents = collection.chunks(principal, sorted(wanted)) if wanted else {}
    return {key: parents.get(chunk.parent or "", chunk) for key, chunk in chunks.items()}


def _page(hits: list[Hit], wanted: Request) -> list[Hit]:
    for sort in reversed(wanted.sort):
        hits = sorted(hits, key=lambda hit: sort_key(hit.document, sort))
    return hits[wanted.offset : wanted.offset + wanted.limit]


def sort_key(document: Document, sort: Sort) -> tuple[bool, Any]:
    """Orders documents by a field: without a value last, text as it is compared."""
    value = document.fields.get(sort.field)
    if value is None:
        return (True, 0)
    if isinstance(value, str):
        return (False, _reversed(fold(value)) if sort.descending else fold(value))
    number = value.toordinal() if isinstance(value, date) else value
    return (False, -number if sort.descending else number)  # type: ignore[operator]


def _reversed(text: str) -> tuple[int, ...]:
    return (*(-ord(char) for char in text), 1)
