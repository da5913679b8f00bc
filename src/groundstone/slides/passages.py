"""Which words of the slides at hand answer a question best: every line weighed by its words and its meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from groundstone.models.base import Embed
from groundstone.slides import amounts, lexis
from groundstone.slides.asks import Ask
from groundstone.slides.seen import Line, Sheet

PREFILTER = 8  # lines embedded for a question
MEANING = 0.5  # share of the cosine in a score; the rest is the share of covered words
PRIOR = 0.25  # what the search's own score of a slide counts beside that
TITLE = 0.85  # what a word of the question counts that stands in the title of the slide or above the line
ELSEWHERE = 0.45  # ... or only somewhere else on the slide
DECK = 0.75  # ... or in the title of the deck
SOFT = 0.3  # what a word weighs that is often said otherwise on a slide
NAMED = 0.15  # for a line that has the names and numbers of the question, itself or above it
HEADER = 0.3  # taken from the names of columns
ECHO = 0.12  # taken from a line that says nothing beyond the question


@dataclass(frozen=True, slots=True)
class Ranked:
    """A line with how well it answers. ``covered``: share of the question's words, with where they stand counted."""

    sheet: Sheet
    line: Line
    score: float
    covered: float
    cosine: float


class Weights:
    """How telling each word of a question is among these slides: inverse frequency over their lines."""

    def __init__(self, words: Sequence[str], sheets: Sequence[Sheet], soft: frozenset[str] = lexis.SOFT) -> None:
        bags = [lexis.bag(line.text) for sheet in sheets for line in sheet.lines]
        total = len(bags) + 1
        self.weight = {}
        for word in words:
            seen = sum(lexis.meets(word, bag) > 0 for bag in bags)
            self.weight[word] = log(1 + total / (1 + seen)) * (SOFT if word in soft else 1.0)
        self.total = sum(self.weight.values())

    def share(self, found: dict[str, float]) -> float:
        """The weighed share of the words that were found, each by what it was found with."""
        if not self.total:
            return 0.0
        return sum(self.weight[word] * min(value, 1.0) for word, value in found.items()) / self.total

    def covered(self, sheet: Sheet, own: frozenset[str], near: frozenset[str]) -> float:
        return self.share({word: met(word, sheet, own, near) for word in self.weight})


def met(word: str, sheet: Sheet, own: frozenset[str], near: frozenset[str]) -> float:
    """How far a word is there: in the words themselves, above them, in the deck's title, or elsewhere on the slide."""
    best = lexis.meets(word, own)
    if best < 1:
        best = max(best, TITLE * lexis.meets(word, near), DECK * lexis.meets(word, sheet.deck_words))
        if best < ELSEWHERE:
            best = max(best, ELSEWHERE * lexis.meets(word, sheet.words))
    return best


def ranked(ask: Ask, sheets: Sequence[Sheet], embed: Embed | None) -> list[Ranked]:
    """The lines of slides, best first; only the most likely ones are embedded, which bounds the time."""
    weights = Weights(ask.words, sheets, lexis.SOFT | ask.heads)
    top = max((sheet.score for sheet in sheets), default=0.0) or 1.0
    rough: list[tuple[float, float, Sheet, Line]] = []
    for sheet in sheets:
        for line in sheet.lines:
            own = lexis.bag(line.text)
            near = lexis.bag(f"{sheet.title} {' '.join(line.above)}")
            covered = weights.covered(sheet, own, near)
            value = covered + PRIOR * sheet.score / top + _suits(ask, line, sheet)
            rough.append((value, covered, sheet, line))
    rough.sort(key=lambda item: -item[0])
    kept = rough[:PREFILTER]
    if not kept:
        return []
    cosines = _cosines(ask, kept, embed)
    found = []
    for (_, covered, sheet, line), cosine in zip(kept, cosines, strict=True):
        meaning = covered if cosine is None else max(cosine, 0.0)
        score = MEANING * meaning + (1 - MEANING) * covered + PRIOR * sheet.score / top + _suits(ask, line, sheet)
        found.append(Ranked(sheet, line, score, covered, meaning))
    return sorted(found, key=lambda item: -item.score)


def _cosines(ask: Ask, kept: Sequence[tuple[float, float, Sheet, Line]], embed: Embed | None) -> Sequence[float | None]:
    if embed is None:
        return [None] * len(kept)
    texts = [
        ": ".join(dict.fromkeys(part[:200] for part in (sheet.title, *line.above[-1:], line.text) if part))
        for _, _, sheet, line in kept
    ]
    vectors = embed.embed([ask.text or ask.asked, *texts])
    return [float(value) for value in vectors[1:] @ vectors[0]]


def _suits(ask: Ask, line: Line, sheet: Sheet) -> float:
    """What speaks for or against a line by its kind and by the kind of answer that is asked for."""
    value = 0.0
    if line.kind == "title":
        value -= 0.12
    elif line.kind == "footer":
        value -= 0.2
    elif line.kind == "notes":
        value -= 0.0 if "note" in ask.bag or "speaker" in ask.bag else 0.03
    if line.kind == "table" and ": " not in line.text:
        value -= HEADER
    if set(lexis.content(line.text)) <= ask.bag and not sheet.below(line):
        value -= ECHO
    if ask.names:
        there = lexis.bag(f"{line.text} {' '.join(line.above)}")
        value += NAMED * sum(name in there for name in ask.names) / len(ask.names)
    wants = ask.wants
    if (wants == "number" and amounts.of_text(line.text)) or (wants == "when" and is_dated(line.text)):
        value += 0.12
    elif wants == "who" and is_named(line.text):
        value += 0.08
    return value


def is_dated(text: str) -> bool:
    return bool(set(lexis.tokens(text)) & _DATES) or any(
        word[:2] == "20" and len(word) == 4 for word in lexis.tokens(text)
    )


_DATES = frozenset(
    "january february march april may june july august september october november december q1 q2 q3 q4 monday tuesday "
    "wednesday thursday friday saturday sunday week today tomorrow h1 h2 spring summer autumn winter".split()
)


def is_named(text: str) -> bool:
    words = text.split()
    return sum(word[:1].isupper() for word in words) >= 2
