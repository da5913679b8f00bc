"""Citations: the exact words of a stored document that a sentence of an answer rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from groundstone import text as texts
from groundstone.filters import fold
from groundstone.models.base import Embed
from groundstone.questions.words import STOP, keys, stem
from groundstone.records import Card, Chunk, Citation, Document, Hit, Span, Value

Passage = tuple[Document, int, int, str]  # document, start, end, heading: a sentence to choose from

MEANING = 0.6  # share of the cosine in how well a passage answers; the rest is the share of covered words
PRIOR = 0.5  # how much the score of the chunk that a sentence stands in counts beside that
PREFILTER = 8  # sentences embedded for a question: nearly all of its time
ROOT = 6  # letters by which words are compared, so that "conquered" and "conquest" are alike
LONGEST = 350  # characters of a quote that neighbouring sentences make together


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
                    document.regions.boxes(start, end),
                    document.page_noun,
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
    """What may be quoted of a chunk: its sentences; of a record those of its body, all of them if it has none.

    Headings and other bare lines come only where there is nothing else.
    """
    part = part_of(document, body)
    if part is None:
        found = sentences_of(document, chunk.start, chunk.end, chunk.heading or "")
        heads = [_is_head(quote(item), quote(following)) for item, following in pairwise(found)]
        kept = [item for item, is_head in zip(found, [*heads, False], strict=False) if not is_head and _says(item)]
        return kept or found
    every = sentences_of(document, part.start, part.end)
    return [item for item in every if item[1] < chunk.end and item[2] > chunk.start] or every


def passages_in(hits: Sequence[Hit], body: str | None) -> tuple[list[Passage], list[float]]:
    """The sentences of the hits, each once, and for each the score of the best hit that it stands in.

    The same words in two places are one sentence, but two records may say the same of themselves.
    """
    found: dict[tuple[str, str], tuple[Passage, float]] = {}
    for hit in hits:
        for passage in passages_of(hit.document, hit.chunk, body):
            owner = passage[0].id if part_of(passage[0], body) else ""
            found.setdefault((owner, _same(quote(passage))), (passage, hit.score))
    if body is None:
        found = {key: item for key, item in found.items() if _says(item[0])} or found
    return [passage for passage, _ in found.values()], [score for _, score in found.values()]


def _says(passage: Passage) -> bool:
    """Whether a passage says something, and is not the heading that it stands under. A slide says it in few words."""
    words = quote(passage)
    if is_on_slide(passage):
        return " " in words.strip() and words != passage[3]
    return texts.is_sentence(words) and words != passage[3].rpartition(" > ")[2]


def _is_head(row: str, following: str) -> bool:
    """Whether a row of a slide's table only names the columns of the row that follows."""
    return " | " in row and ": " not in row and " | " in following and ": " in following


def is_on_slide(passage: Passage) -> bool:
    """Whether it stands on a slide, or on a page that was read like one: with a title, and places of its words."""
    document, _, _, heading = passage
    return document.page_noun == "slide" or bool(heading and document.regions.packed)


def _same(words: str) -> str:
    """What sentences are compared by: their letters and digits."""
    return " ".join(keys(words)) or fold(words)


class Weights:
    """How telling each word of a question is, within the passages at hand: inverse document frequency."""

    def __init__(self, question: str, passages: Sequence[Passage]) -> None:
        self.words = list(dict.fromkeys(root(word) for word in keys(question) if word not in STOP))
        self._sets = [{root(word) for word in keys(f"{item[3]} {quote(item)}")} for item in passages]
        total = len(passages) + 1
        self._unseen = log(1 + total)
        self._weight = {word: log(1 + total / (1 + sum(word in words for words in self._sets))) for word in self.words}

    def coverage(self, index: int, unseen: int = 0) -> float:
        """Share of the question's weight that passage ``index`` covers, from 0 to 1.

        ``unseen``: as if the question had this many more words, which no passage has; so one common word
        that is found does not count as much as five.
        """
        total = sum(self._weight.values()) + unseen * self._unseen
        return sum(self._weight[word] for word in self.words if word in self._sets[index]) / total if total else 0.0


def root(word: str) -> str:
    """What words are compared by: the first letters of the singular. Crude, quick, and the same in any language."""
    return stem(word)[:ROOT]


def quote(passage: Passage) -> str:
    document, start, end, _ = passage
    return document.text[start:end]


def best(
    embed: Embed, question: str, passages: Sequence[Passage], *, prior: Sequence[float] = (), prefilter: int = PREFILTER
) -> list[tuple[float, Passage]]:
    """Passages with how well they answer, from 0 to 1, best first: ``ranked`` without its parts."""
    found = ranked(embed, question, passages, prior=prior, prefilter=prefilter)
    return [(item.score, item.passage) for item in found]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage, how well it answers, and the two parts of that: the cosine and the share of covered words."""

    score: float
    passage: Passage
    cosine: float
    covered: float


def ranked(
    embed: Embed, question: str, passages: Sequence[Passage], *, prior: Sequence[float] = (), prefilter: int = PREFILTER
) -> list[Ranked]:
    """Passages with how well they answer, best first.

    The score is ``MEANING * cosine + (1 - MEANING) * covered words``; the order also counts ``PRIOR`` times the prior,
    one for each passage. Only the ``prefilter`` passages that look best by words and prior are embedded and
    returned, which bounds the time.
    """
    if not passages:
        return []
    weights = Weights(question, passages)
    lifts = [PRIOR * value for value in prior] or [0.0] * len(passages)
    covered = [weights.coverage(index) for index in range(len(passages))]
    kept = sorted(range(len(passages)), key=lambda index: (-covered[index] - lifts[index], index))[:prefilter]
    titled = [_titled(passages[index]) for index in kept]
    cosines = (embed.embed(titled) @ embed.embed([question])[0]).tolist()
    found = {
        index: Ranked(
            MEANING * max(cosine, 0.0) + (1 - MEANING) * covered[index], passages[index], cosine, covered[index]
        )
        for cosine, index in zip(cosines, kept, strict=True)
    }
    return [found[index] for index in sorted(kept, key=lambda index: (-found[index].score - lifts[index], index))]


def _titled(passage: Passage) -> str:
    """A passage with what it belongs to; the lines of a slide make sense only under its title."""
    title = (is_on_slide(passage) and passage[3]) or passage[0].title
    return f"{title}: {quote(passage)}"


def joined(ranked: Sequence[tuple[float, Passage]], count: int, longest: int = LONGEST) -> list[tuple[float, Passage]]:
    """The first ``count`` quotes. A sentence next to one of them joins it, while they have ``longest`` characters."""
    kept: list[tuple[float, Passage]] = []
    for score, passage in ranked:
        spans = [_span(other, passage, longest) for _, other in kept]
        place = next((place for place, span in enumerate(spans) if span), None)
        if place is not None:
            kept[place] = (kept[place][0], spans[place] or passage)
        elif len(kept) < count:
            kept.append((score, passage))
        else:
            break
    return kept


def _span(one: Passage, other: Passage, longest: int) -> Passage | None:
    """Both as one passage, if they stand in one line of a document, one right after the other."""
    document, (first, last) = one[0], sorted((one[1:3], other[1:3]))
    between = document.text[first[1] : last[0]]
    near = document.id == other[0].id and first[1] <= last[0] and not between.strip() and "\n" not in between
    return (document, first[0], last[1], one[3]) if near and last[1] - first[0] <= longest else None
