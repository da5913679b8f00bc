"""What speaks for words of a slide as the answer to a question, in numbers: the features that ``scorer`` weighs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from groundstone.slides import amounts, lexis, passages
from groundstone.slides.asks import Ask
from groundstone.slides.candidates import Candidate
from groundstone.slides.passages import Weights
from groundstone.slides.seen import Sheet

NAMES = (
    "own", "headed", "titled", "decked", "anywhere", "missing", "names missing", "names near", "new", "label",
    "begins", "cosine", "nearest", "number", "no number", "who", "no who", "when", "no when", "list", "no list",
    "list unasked", "tile", "title", "footer", "notes", "notes asked", "figure", "heads", "picture", "length", "score",
    "first", "top", "covers title", "yes", "who of list", "list long", "list titled",
    "hard missing", "hard far",
)  # fmt: skip
LONG = 40  # words
_NOTED = frozenset({"note", "speaker", "presenter", "mention"})
_COUNTS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve half double twice no none all".split()
)


class Clues:
    """The features of candidates for one question. ``of`` gives a value for each of ``NAMES``, mostly from 0 to 1."""

    def __init__(self, ask: Ask, sheets: Sequence[Sheet]) -> None:
        self.ask = ask
        weights = Weights(ask.words, sheets, lexis.SOFT | ask.heads)
        total = weights.total or 1.0
        self.weights = {word: weight / total for word, weight in weights.weight.items()}
        self._met: dict[tuple[str, frozenset[str]], float] = {}
        scores = [sheet.score for sheet in sheets]
        self._top = max(scores, default=0.0) or 1.0

    def of(self, one: Candidate, cosine: float, nearest: float) -> list[float]:
        """``cosine``: to the question; ``nearest``: the highest one of all candidates."""
        sheet = one.sheet
        places = (one.own, one.under, sheet.heading, sheet.deck_words, sheet.words)
        shares, heavy = [0.0] * len(places), 0.0
        for word, weight in self.weights.items():
            best = 0.0
            for at, words in enumerate(places):
                best = max(best, self._meets(word, words))
                shares[at] += weight * best
            if not best:
                heavy = max(heavy, weight)
        return [
            *shares, heavy, *self._names(one), self._new(one), *self._label(one), cosine, cosine - nearest,
            *self._kind_of_answer(one), *self._make(one), sheet.score / self._top, float(sheet.score >= self._top),
            self._top, self._covered_title(one), self._yes(one),
            float(one.what == "list" and self.ask.wants in ("who", "when", "number") and not self.ask.several),
            len(one.items) / 16,
            float(one.what == "list" and self.ask.several) * max(self._covered_title(one), shares[2]),
            *self._hard(one),
        ]  # fmt: skip

    def _meets(self, word: str, words: frozenset[str]) -> float:
        key = (word, words)
        if key not in self._met:
            self._met[key] = lexis.meets(word, words)
        return self._met[key]

    def _names(self, one: Candidate) -> tuple[float, float]:
        """The share of the question's names that the slide lacks, and of those that are near."""
        names = self.ask.names
        if not names:
            return 0.0, 0.0
        near = one.own | one.under | one.sheet.heading
        lacking = sum(not lexis.is_there(name, one.sheet.words) for name in names)
        return lacking / len(names), sum(name in near for name in names) / len(names)

    def _hard(self, one: Candidate) -> tuple[float, float]:
        """The shares of the words that an answer has to go with that the slide lacks, and that are not near."""
        hard = self.ask.hard
        near = (one.own, one.under, one.sheet.heading, one.sheet.deck_words)
        lacking = sum(not self._meets(word, one.sheet.words) for word in hard)
        far = sum(not any(self._meets(word, words) for words in near) for word in hard)
        return min(lacking, 2) / 2, far / max(len(hard), 1)

    def _new(self, one: Candidate) -> float:
        """The share of its words that the question does not say."""
        words = lexis.content(one.text)
        return sum(word not in self.ask.bag for word in words) / len(words) if words else 0.0

    def _label(self, one: Candidate) -> tuple[float, float]:
        """How far the question says its label (before a colon, of a row), and the word that it begins with."""
        match = re.match(r"(.{2,60}?)(?:: | \| | [–—-] )", one.text)
        label = lexis.content(match[1]) if match else ()
        said = sum(self._meets(word, self.ask.bag) for word in label) / len(label) if label else 0.0
        first = lexis.content(one.text)[:1]
        return said, float(bool(first) and self._meets(first[0], self.ask.bag) > 0)

    def _kind_of_answer(self, one: Candidate) -> tuple[float, ...]:
        wants, text = self.ask.wants, one.text
        number = any(map(str.isdigit, text)) or bool(set(lexis.tokens(text)) & _COUNTS)
        who = passages.is_named(text)
        when = passages.is_dated(text) or (wants == "when" and bool(amounts.of_text(text)))
        many = one.what == "list" or text.count(",") > 1
        asked = self.ask.several
        found: list[float] = []
        for is_asked, there in ((wants == "number", number), (wants == "who", who), (wants == "when", when)):
            found += [float(is_asked and there), float(is_asked and not there)]
        return (*found, float(asked and many), float(asked and not many), float(one.what == "list" and not asked))

    def _make(self, one: Candidate) -> tuple[float, ...]:
        kind, noted = one.kind, bool(_NOTED & self.ask.bag)
        heads = kind in ("table", "chart") and one.what == "line" and ": " not in one.text
        return (
            float(one.what == "tile"),
            float(kind == "title"),
            float(kind == "footer"),
            float(kind == "notes" and not noted),
            float(kind == "notes" and noted),
            float(kind in ("table", "chart")),
            float(heads),
            float(kind in ("picture", "diagram")),
            min(len(one.text.split()), LONG) / LONG,
        )

    def _covered_title(self, one: Candidate) -> float:
        """How far the question says what a list stands under."""
        words = lexis.content(one.head) if one.what == "list" else ()
        return sum(self._meets(word, self.ask.bag) for word in words) / len(words) if words else 0.0

    def _yes(self, one: Candidate) -> float:
        return float(self.ask.wants == "yesno")
