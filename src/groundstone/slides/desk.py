"""What one question is answered with: the decks that are asked, the turns before it, and the slides that are found."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

from groundstone.documents.decks.told import told
from groundstone.errors import NotFound
from groundstone.models.base import Embed
from groundstone.slides import lexis, seen
from groundstone.slides.base import DeckInfo, Shelf, Turn
from groundstone.slides.seen import Sheet

LOOKED_AT = 8  # slides that an answer is looked for on
SHOWN = 4  # of the slides shown last
LED = 0.9  # of the best score: what a slide counts that was shown last, and that the search did not find


@dataclass(frozen=True)
class Desk:
    """``lead``: slides (deck, number) that a follow-up is about; they are looked at even where no search finds them."""

    shelf: Shelf
    decks: tuple[str, ...]
    history: tuple[Turn, ...]
    embed: Embed | None
    lead: tuple[tuple[str, int], ...] = ()

    def info(self, id: str) -> DeckInfo | None:
        return next((info for info in self.shelf.decks() if info.id == id), None)

    def infos(self) -> list[DeckInfo]:
        return [info for info in self.shelf.decks() if not self.decks or info.id in self.decks]

    def focus(self) -> list[DeckInfo]:
        """The decks asked, the one that was shown last in front."""
        last = self.history[-1].shown[0][0] if self.history and self.history[-1].shown else ""
        return sorted(self.infos(), key=lambda info: info.id != last)

    def likely(self, text: str) -> list[DeckInfo]:
        """The deck that a text names by words of its name or its first slide; empty when none or several alike."""
        infos = self.infos()
        if len(infos) < 2:
            return infos
        words = lexis.content(text)
        called = {info.id: self.called(info) for info in infos}
        scores = [
            (sum(self._telling(word, called) for word in words if word in called[info.id]), info) for info in infos
        ]
        best = max(score for score, _ in scores)
        found = [info for score, info in scores if best > 0 and score == best]
        return found if len(found) == 1 else []

    def _telling(self, word: str, called: Mapping[str, frozenset[str]]) -> float:
        return log(len(called) / sum(word in words for words in called.values()))

    def called(self, info: DeckInfo) -> frozenset[str]:
        """Roots of the words in a deck's name and on its first slide."""
        first = self.shelf.deck(info.id).slide(1)
        opening = told(first).text[: seen.OPENING] if first is not None else ""
        return names(info) | frozenset(lexis.content(opening))

    def within(self, *decks: str) -> Desk:
        """The same for some decks only."""
        return replace(self, decks=decks)

    def led(self, deck: str) -> Desk:
        """The same for the deck that was shown last, whose slides are looked at again."""
        shown = tuple(one for one in self.history[-1].shown if one[0] == deck) if self.history else ()
        return replace(self, decks=(deck,), lead=shown[:SHOWN])

    def afresh(self) -> Desk:
        """The same without the turns before."""
        return replace(self, history=(), lead=())

    def sheets(self, id: str) -> list[Sheet]:
        """All slides of a deck."""
        deck, info = self.shelf.deck(id), self.info(id)
        return [seen.sheet(info, id, deck, slide, 1.0) for slide in deck.slides]

    def sheet(self, id: str, number: int) -> Sheet | None:
        deck = self.shelf.deck(id)
        number = deck.slide_count if number == -1 else number
        slide = deck.slide(number)
        return seen.sheet(self.info(id), id, deck, slide, 1.0) if slide else None

    def found(self, text: str, limit: int = LOOKED_AT) -> list[Sheet]:
        """The slides that the search finds, best first, and those that the conversation is about."""
        sheets = []
        for hit in self.shelf.search(text, decks=self.decks, limit=limit):
            try:
                deck = self.shelf.deck(hit.deck)
            except NotFound:  # removed while it was asked
                continue
            slide = deck.slide(hit.slide)
            if slide is not None:
                sheets.append(seen.sheet(self.info(hit.deck), hit.deck, deck, slide, hit.score))
        return sheets + self._led(sheets)

    def _led(self, sheets: Sequence[Sheet]) -> list[Sheet]:
        known = {(sheet.deck, sheet.slide.number) for sheet in sheets}
        score = LED * max((sheet.score for sheet in sheets), default=1.0)
        led = (self.sheet(*one) for one in self.lead if one not in known and (not self.decks or one[0] in self.decks))
        return [replace(sheet, score=score) for sheet in led if sheet is not None]


def names(info: DeckInfo) -> frozenset[str]:
    """Roots of the words in the title and the file name of a deck."""
    stem = info.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return frozenset(lexis.content(f"{info.title} {re.sub(r'[_-]', ' ', stem)}"))
