"""One page made ready to be asked: its pieces, its labels, and what of them is worth weighing for a question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from groundstone.documents.base import Layout, Page, Region
from groundstone.documents.queries import match
from groundstone.documents.queries.asked import Wanted
from groundstone.documents.queries.bound import Bound
from groundstone.documents.queries.features import Describer, Floats
from groundstone.documents.queries.labels import labels, words_of
from groundstone.documents.queries.located import Located
from groundstone.documents.queries.match import Match
from groundstone.documents.queries.meaning import Meanings
from groundstone.documents.queries.propose import Claim, Proposer
from groundstone.documents.queries.sheet import Sheet, region
from groundstone.documents.queries.vocabulary import Words
from groundstone.documents.queries.wording import joined
from groundstone.documents.values import Order, date_order
from groundstone.models.base import ReadPage

MOST = 400  # claims that a question weighs on one page


@dataclass(frozen=True, slots=True)
class Seen:
    """A claim with its features, the words of its label, and another field that these name, if any.

    ``order`` is how the page writes dates of figures alone, None where nothing tells.
    """

    claim: Claim
    row: Floats
    label: Region | None = None
    other: str | None = None
    order: Order | None = None

    @property
    def key(self) -> str:
        """The text in a form in which claims of one answer are alike."""
        return joined(self.claim.value.text) or self.claim.value.text

    @property
    def source(self) -> tuple[str, int | None]:
        return self.claim.way, self.claim.label


class Desk:
    """``page`` is its number."""

    def __init__(
        self,
        page: Page,
        layout: Layout,
        words: Words,
        meanings: Meanings,
        reader: Callable[[], ReadPage | None] = lambda: None,
    ) -> None:
        self.page = page.number
        self._sheet = Sheet(page)
        self._words, self._meanings = words, meanings
        self._labels = labels(self._sheet)
        bound = Bound(layout, self._sheet)
        self._proposer = Proposer(self._sheet, self._labels, bound)
        self._located = Located(self._sheet, reader)
        self._describer = Describer(self._sheet, self._labels, words, bound, self._located)
        self._matches: dict[Wanted, list[Match]] = {}

    def ask(self, questions: Sequence[str]) -> None:
        """Has the page read for several questions at once; without it each is read for when its claims are made."""
        self._located.ask(questions)

    def claims(self, wanted: Wanted) -> list[Seen]:
        """What may answer, described."""
        found = {one.index: one for one in self._matched(wanted)}
        made = [claim for index in found for claim in self._proposer.of_label(index, wanted.kind)]
        there = {claim.value.words for claim in made}
        read = [claim for claim in self._located.spans(wanted.text, wanted.kind) if claim.value.words not in there]
        made = [*read, *made, *self._proposer.free(wanted.kind)][:MOST]
        rows = self._describer.rows(wanted, made, found)
        return [self._seen(claim, row, found) for claim, row in zip(made, rows, strict=True)]

    def best_match(self, wanted: Wanted) -> float:
        return max((one.score for one in self._matched(wanted)), default=0.0)

    def _seen(self, claim: Claim, row: Floats, found: dict[int, Match]) -> Seen:
        if claim.label is None:
            return Seen(claim, row, order=self._order)
        return Seen(claim, row, self._region(claim.label), found[claim.label].other, self._order)

    def _region(self, index: int) -> Region:
        return region(words_of(self._sheet, self._labels[index]))

    def _matched(self, wanted: Wanted) -> list[Match]:
        if wanted not in self._matches:
            self._matches[wanted] = match.matches(wanted, self._texts, self._words, self._meanings.near)
        return self._matches[wanted]

    @cached_property
    def _order(self) -> Order | None:
        return date_order(piece.text for piece in self._sheet.pieces)

    @cached_property
    def _texts(self) -> Sequence[str]:
        return [label.text for label in self._labels]
