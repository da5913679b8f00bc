"""The decks that one caller may ask, as answers see them; and decks kept in memory while they are asked."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

from groundstone.documents.decks.base import Deck
from groundstone.errors import InvalidInput, NotFound
from groundstone.identity import Principal
from groundstone.slides.base import WAYS, DeckInfo, SlideHit, Way
from groundstone.slides.deck_files import DeckFiles
from groundstone.slides.entry import Entry, answering
from groundstone.slides.library import Library

IN_MEMORY = 16  # decks
Search = Callable[[str, Sequence[str], int], Sequence[SlideHit]]


class Opened:
    """Decks that were read from the disk, the last ones used, at the state in which they were read."""

    def __init__(self, files: DeckFiles, most: int = IN_MEMORY) -> None:
        self._files, self._most = files, most
        self._decks: OrderedDict[tuple[str, int, int, bool], Deck] = OrderedDict()
        self._guard = Lock()

    def deck(self, entry: Entry) -> Deck:
        """Raises NotFound before the first slide is read."""
        key = (entry.id, entry.state.log, entry.state.ready, entry.state.whole)
        with self._guard:
            if key in self._decks:
                self._decks.move_to_end(key)
                return self._decks[key]
        deck = self._files.deck(entry.id, entry.name)
        with self._guard:
            self._drop(entry.id)
            self._decks[key] = deck
            while len(self._decks) > self._most:
                self._decks.popitem(last=False)
        return deck

    def forget(self, id: str) -> None:
        with self._guard:
            self._drop(id)

    def _drop(self, id: str) -> None:
        for key in [key for key in self._decks if key[0] == id]:
            del self._decks[key]


class CallersShelf:
    """Implements ``Shelf`` for one question: what is on it does not change while that is answered.

    Args:
        search: slides for a text, of these decks.
    """

    def __init__(self, library: Library, opened: Opened, caller: Principal, search: Search) -> None:
        self._opened, self._search = opened, search
        self._entries = {entry.id: entry for entry in answering(library.entries(caller))}

    def decks(self) -> Sequence[DeckInfo]:
        """Those that can be asked, newest first."""
        return [entry.info for entry in self._entries.values()]

    def deck(self, id: str) -> Deck:
        """What is read of a deck. Raises NotFound."""
        return self._opened.deck(self.entry(id))

    def entry(self, id: str) -> Entry:
        """Raises NotFound, also for a deck of which nothing is read yet."""
        if id not in self._entries:
            raise NotFound(f"no deck {id!r} can be asked: it is not here, or none of its slides is read yet")
        return self._entries[id]

    def search(self, text: str, *, decks: Sequence[str] = (), limit: int = 10) -> Sequence[SlideHit]:
        """Slides for a text, best first, of these decks or of all. Raises NotFound."""
        wanted = [self.entry(id).id for id in decks] or list(self._entries)
        return self._search(text, wanted, limit) if wanted else ()


def checked_way(way: str, default: Way) -> Way:
    """The way that a caller named, or the default one. Raises InvalidInput."""
    found: Way | None = next((known for known in WAYS if known == (way or default)), None)
    if found is None:
        raise InvalidInput(f"way is {' or '.join(map(repr, WAYS))}, not {way!r}")
    return found
