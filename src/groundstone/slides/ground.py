"""What a follow-up can refer to: the labels of the slides that were shown last, the deck, and the answers before."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property

from groundstone.slides import lexis, mentioned
from groundstone.slides.base import DeckInfo, Turn
from groundstone.slides.desk import Desk, names
from groundstone.slides.mentioned import Axis, Mention
from groundstone.slides.reply import Reply
from groundstone.slides.seen import Sheet

SHOWN = 4  # slides of a turn that are looked through for labels
_WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")
_TELLING = 0.5  # of a deck's words: the share that other decks may have too


class Ground:
    """The last turns of a conversation. ``again``: answers a question anew without the turns, as it was understood."""

    def __init__(self, desk: Desk, again: Callable[[str], Reply]) -> None:
        self.desk, self._again = desk, again
        self._replies: dict[int, Reply] = {}

    @property
    def history(self) -> Sequence[Turn]:
        return self.desk.history

    @cached_property
    def last(self) -> str:
        """The question before, as it was understood."""
        return self.asked(-1)

    def asked(self, place: int) -> str:
        turn = self.history[place]
        return turn.understood or turn.question

    def reply(self, place: int = -1) -> Reply:
        """What one of the last questions was answered."""
        if place not in self._replies:
            self._replies[place] = self._again(self.asked(place))
        return self._replies[place]

    @cached_property
    def deck(self) -> DeckInfo | None:
        """The deck that was shown last, if it is among those asked."""
        shown = self.history[-1].shown
        return next((info for info in self.desk.infos() if shown and info.id == shown[0][0]), None)

    @property
    def decks(self) -> Sequence[DeckInfo]:
        return self.desk.infos()

    @cached_property
    def sheets(self) -> list[Sheet]:
        """The slides shown last, of the deck that was shown first."""
        if self.deck is None:
            return []
        numbers = [number for deck, number in self.history[-1].shown if deck == self.deck.id]
        found = [self.desk.sheet(self.deck.id, number) for number in numbers[:SHOWN]]
        return [sheet for sheet in found if sheet is not None]

    @cached_property
    def axes(self) -> list[Axis]:
        return mentioned.axes(self.sheets)

    def far(self, text: str) -> list[Axis]:
        """Axes of other slides of the same deck: its titles, and those of slides that a text finds."""
        if self.deck is None:
            return []
        desk = self.desk.within(self.deck.id)
        return [*mentioned.titles(desk.sheets(self.deck.id)), *mentioned.axes(desk.found(text))]

    @cached_property
    def naming(self) -> frozenset[str]:
        """Roots of the words that the deck shown last is called by, without those that its tables and lists use too."""
        used = {word for axis in self.axes for label in axis.labels for word in lexis.content(label)}
        return names(self.deck) - used if self.deck else frozenset()

    def deck_phrase(self) -> str:
        """ "in Ellow": how the last question named its deck; empty when it did not, or there is only one."""
        spans = self.deck_spans(self.last)
        if not spans or len(self.decks) < 2:
            return ""
        start, end = spans[0][0], spans[-1][1]
        lead = re.search(r"\b(?:(?:in|at|of|for|from|by|on)\s+(?:the\s+|our\s+)?)$", self.last[:start], re.I)
        return self.last[lead.start() if lead else start : end] if lead else ""

    def deck_spans(self, text: str) -> list[tuple[int, int]]:
        """Where the last words of a text name the deck: words of its name, after a preposition or with a capital."""
        own = self.naming | {word for word in names(self.deck) if self._tells(word)} if self.deck else frozenset()
        return [
            match.span() for match in _WORD.finditer(text)
            if match.start() and lexis.content(match[0]) and set(lexis.content(match[0])) <= own
        ]  # fmt: skip

    def _tells(self, word: str) -> bool:
        """Whether a word names few decks."""
        count = sum(word in names(info) for info in self.decks)
        return word.isalpha() and count <= max(1, _TELLING * len(self.decks)) and not self._is_label(word)

    def _is_label(self, word: str) -> bool:
        return any(word in lexis.content(label) for axis in self.axes for label in axis.labels)

    def named(self, text: str, kinds: Sequence[str] = ()) -> list[Mention]:
        """Labels of the slides shown that a text names in full, the longest first, each once."""
        found: dict[str, Mention] = {}
        for axis in self.axes:
            if not kinds or axis.kind in kinds:
                for one in mentioned.named(axis, text, self.naming):
                    found.setdefault(one.label, one)
        if not found:
            near = [labels for axis in self.axes if (labels := mentioned.mention(axis, text, self.naming)) is not None]
            found = {
                one.label: one for one in near if one.score >= mentioned.ALMOST and one.axis.kind in ("rows", "items")
            }
        return sorted(found.values(), key=lambda one: (-one.score, -len(one.label)))
