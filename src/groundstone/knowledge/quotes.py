"""Citations: the exact words of a stored document that a sentence of an answer rests on."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import numpy as np

from groundstone import text as texts
from groundstone.models.base import Embed
from groundstone.questions.words import STOP, keys, stem
from groundstone.records import Card, Chunk, Citation, Document, Span, Value

Passage = tuple[Document, int, int, str]  # document, start, end, heading: a sentence to choose from


class Evidence:
    """Collects the citations of one answer; the same words are cited once."""

    def __init__(self) -> None:
        self.citations: list[Citation] = []
        self._known: dict[tuple[str, int, int], int] = {}

    def cite(self, document: Document, start: int, end: int) -> int:
        """Index of the citation of ``document.text[start:end]``."""
        key = (document.id, start, end)
        if key not in self._known:
            part = document.part_at(start)
            self._known[key] = len(self.citations)
            self.citations.append(
                Citation(
                    document.id,
                    document.title,
                    start,
                    end,
                    document.text[start:end],
                    part.field if part else None,
                    part.page if part else None,
                    document.source,
                )
            )
        return self._known[key]

    def field(self, document: Document, name: str | None) -> int:
        """Cites one field of a record; the title line, or the first line, if it has no such field in its text."""
        part = part_of(document, name) or part_of(document, "title") or _first_line(document)
        return self.cite(document, part.start, part.end)


def part_of(document: Document, name: str | None) -> Span | None:
    return next((part for part in document.parts if part.field == name), None) if name else None


def _first_line(document: Document) -> Span:
    first = next(iter(document.parts), None)
    end = document.text.find("\n")
    return first or Span(0, len(document.text) if end <= 0 else end)


def card(document: Document, fields: Sequence[str], citation: int | None = None) -> Card:
    shown: dict[str, Value] = {name: document.fields[name] for name in fields if name in document.fields}
    return Card(document.id, document.title, shown, citation)


def sentences_of(document: Document, start: int, end: int, heading: str = "") -> list[Passage]:
    """The sentences of a stretch of a document, without blank ones."""
    ranges = texts.sentences(document.text[start:end])
    return [(document, start + first, start + last, heading) for first, last in ranges if last > first]


def passages_of(document: Document, chunk: Chunk, body: str | None) -> list[Passage]:
    """What may be quoted of a chunk: the sentences of the body field of a record, else all its sentences."""
    part = part_of(document, body)
    if part:
        return sentences_of(document, part.start, part.end)
    return sentences_of(document, chunk.start, chunk.end, chunk.heading or "")


class Weights:
    """How telling each word of a question is, within the passages at hand: inverse document frequency."""

    def __init__(self, question: str, passages: Sequence[Passage]) -> None:
        self.words = [stem(word) for word in dict.fromkeys(keys(question)) if word not in STOP]
        self._sets = [{stem(word) for word in keys(f"{item[3]} {quote(item)}")} for item in passages]
        total = len(passages) + 1
        self._weight = {
            word: log(1 + total / (1 + sum(word in words for words in self._sets))) for word in self.words
        }

    def coverage(self, index: int) -> float:
        """Share of the question's weight that passage ``index`` covers, from 0 to 1."""
        total = sum(self._weight.values())
        return sum(self._weight[word] for word in self.words if word in self._sets[index]) / total if total else 0.0


def quote(passage: Passage) -> str:
    document, start, end, _ = passage
    return document.text[start:end]


def best(
    embed: Embed, question: str, passages: Sequence[Passage], *, prior: Sequence[float] = (), prefilter: int = 12
) -> list[tuple[float, Passage]]:
    """Passages by how well they answer, best first: half meaning, half covered words, plus the prior.

    Only the ``prefilter`` passages that look best by words and prior are embedded, which bounds the time.
    """
    if not passages:
        return []
    weights = Weights(question, passages)
    priors = list(prior) or [0.0] * len(passages)
    rough = [weights.coverage(index) + priors[index] for index in range(len(passages))]
    kept = sorted(range(len(passages)), key=lambda index: (-rough[index], index))[:prefilter]
    texts_ = [f"{passages[index][0].title}: {quote(passages[index])}" for index in kept]
    vectors = embed.embed([question, *texts_])
    cosines = np.asarray(vectors[1:] @ vectors[0])
    scored = [
        (float(0.5 * cosine + 0.5 * weights.coverage(index) + priors[index]), index)
        for cosine, index in zip(cosines, kept, strict=True)
    ]
    return [(score, passages[index]) for score, index in sorted(scored, key=lambda item: (-item[0], item[1]))]
