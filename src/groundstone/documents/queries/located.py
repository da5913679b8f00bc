"""What the page reader says of one page: for each question, where the answer may begin and where it may end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from groundstone.documents.base import Word
from groundstone.documents.queries.propose import WHOLE, Claim, Value, value_of
from groundstone.documents.queries.sheet import Sheet
from groundstone.models.base import PageWords, ReadPage

NAMES = (
    "reader_there", "reader_start", "reader_end", "reader_both", "reader_behind", "reader_share", "reader_best",
    "reader_rank",
)  # fmt: skip
MOST_WORDS = 14  # of an answer that the reader alone proposes
STARTS, SPANS, NEAR = 6, 4, 4.0  # places where one may begin; how many are proposed, and how far behind the best
SCALE = 10.0  # log odds are clipped at twice this and divided by it
Floats = NDArray[np.float64]


class Located:
    """``reader`` gives the engine, or None to do without it."""

    def __init__(self, sheet: Sheet, reader: Callable[[], ReadPage | None]) -> None:
        self._sheet, self._reader = sheet, reader
        self._odds: dict[str, Floats | None] = {}

    def ask(self, questions: Sequence[str]) -> None:
        """Has the page read for all of them at once, which takes little longer than for one."""
        fresh = [text for text in dict.fromkeys(questions) if text not in self._odds]
        engine = self._reader() if fresh else None
        if engine is None:
            self._odds |= dict.fromkeys(fresh)
            return
        found = np.clip(engine.read_page(page_words(self._sheet), fresh), -2 * SCALE, 2 * SCALE).astype(np.float64)
        self._odds |= dict(zip(fresh, found, strict=True))

    def spans(self, question: str, kind: str = "text") -> list[Claim]:
        """The likeliest stretches of words, whatever label they have."""
        odds = self._known(question)
        if odds is None:
            return []
        found: list[tuple[float, int, int]] = []
        for first in np.argsort(-odds[:, 0], kind="stable")[:STARTS].tolist():
            ends = odds[first : first + MOST_WORDS, 1]
            found += [(float(odds[first, 0] + end), first, first + k) for k, end in enumerate(ends)]
        found.sort(key=lambda span: (-span[0], span[1:]))
        best = found[0][0] if found else 0.0
        made = [self._value(first, last) for both, first, last in found[:SPANS] if both > best - NEAR]
        return [Claim(one) for one in made if one is not None and not (kind == WHOLE and self._goes_on(one))]

    def features(self, question: str, claims: Sequence[Claim]) -> Floats:
        """A row for each claim, in the order of ``NAMES``."""
        odds = self._known(question)
        if odds is None or not claims:
            return np.zeros((len(claims), len(NAMES)))
        ends = [self._ends(claim.value) for claim in claims]
        first, last = np.array(ends).T
        before = last - np.array([_in_brackets(claim.value.words) for claim in claims])
        start, end = odds[first, 0], np.maximum(odds[last, 1], odds[before, 1])
        both = start + end
        raised = {span: np.exp(min(sum_, 4 * SCALE)) for span, sum_ in zip(ends, both.tolist(), strict=True)}
        whole = 1.0 + sum(raised.values())
        ranks = {sum_: k for k, sum_ in enumerate(sorted(set(both.tolist()), reverse=True))}
        best = float(both.max())
        return np.column_stack([
            np.ones(len(claims)), start / SCALE, end / SCALE, both / SCALE, np.minimum(best - both, 2 * SCALE) / SCALE,
            [raised[span] / whole for span in ends], np.full(len(claims), best / SCALE),
            [1 / (1 + ranks[sum_]) for sum_ in both.tolist()],
        ])  # fmt: skip

    def _known(self, question: str) -> Floats | None:
        if question not in self._odds:
            self.ask([question])
        return self._odds[question]

    def _goes_on(self, one: Value) -> bool:
        """Whether words in brackets follow in the same line."""
        place = self._places[id(one.words[-1])] + 1
        at, k = self._owners[place] if place < len(self._owners) else (-1, 0)
        return at == one.pieces[-1] and self._sheet.pieces[at].words[k].text.startswith("(")

    def _ends(self, one: Value) -> tuple[int, int]:
        """Places of the first and the last word; the layout may have taken words apart that are one here."""
        first = self._places.get(id(one.words[0]), min(self._firsts[one.pieces[0]] + one.start, len(self._owners) - 1))
        last = self._places.get(id(one.words[-1]), min(first + len(one.words), len(self._owners)) - 1)
        return first, last

    def _value(self, first: int, last: int) -> Value | None:
        pieces = [self._owners[k][0] for k in range(first, last + 1)]
        words = [self._sheet.pieces[at].words[k] for at, k in self._owners[first : last + 1]]
        return value_of(words, tuple(dict.fromkeys(pieces)), self._owners[first][1], "read")

    @cached_property
    def _owners(self) -> list[tuple[int, int]]:
        """Piece and place in it of every word of the page."""
        return [(piece.index, k) for piece in self._sheet.pieces for k in range(len(piece.words))]

    @cached_property
    def _firsts(self) -> dict[int, int]:
        return {at: place for place, (at, k) in enumerate(self._owners) if k == 0}

    @cached_property
    def _places(self) -> dict[int, int]:
        return {id(self._sheet.pieces[at].words[k]): place for place, (at, k) in enumerate(self._owners)}


def _in_brackets(words: Sequence[Word]) -> int:
    """How many words at the end stand in brackets, after others.

    Where the reader ends an answer it seldom means that "(2 doses)" behind it is no part: pages disagree about that, so
    what else speaks for either decides.
    """
    if words[-1].text.endswith(")"):
        for count in range(1, len(words)):
            if words[-count].text.startswith("("):
                return count
    return 0


def page_words(sheet: Sheet) -> PageWords:
    """The page as the reader takes it."""
    texts = [word.text for piece in sheet.pieces for word in piece.words]
    boxes = [(left, piece.top, right, piece.bottom) for piece in sheet.pieces for left, right in piece.edges]
    owners = [piece.index for piece in sheet.pieces for _ in piece.words]
    marks = [{None: 0, True: 1, False: 2}[sheet.ticks.get(owner)] for owner in owners]
    return PageWords(texts, np.array(boxes, np.float32).reshape(-1, 4), np.array(owners, np.int64), np.array(marks))
