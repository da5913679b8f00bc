"""The index of slides: makes them findable while their deck is read, keeps that on disk, and finds them."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock

import numpy as np

from groundstone.documents.decks.base import Slide
from groundstone.errors import InvalidInput
from groundstone.models.base import Embed, Vectors
from groundstone.slides.bank import BankedDeck
from groundstone.slides.base import WAYS, DeckInfo, SlideHit, Way
from groundstone.slides.making import Engines, Maker
from groundstone.slides.named import Named, named, without
from groundstone.slides.rank import Asked, Spread, ranked
from groundstone.slides.record_file import Follower, RecordFile
from groundstone.slides.records import Record

IN_MEMORY = 200  # decks
MOST_HITS = 1000
LONGEST = 4000  # characters of a question
SURE = 0.5  # how surely a word names decks that is left out of what is meant


class SlideIndex:
    """Slides of all tenants, one file a deck. Safe between threads; several processes may share one folder.

    >>> index = SlideIndex(Path("index"), Engines(lambda: None))                      # doctest: +SKIP
    >>> index.put("local", deck, slides)                                              # doctest: +SKIP
    >>> index.search("local", "How many people work in Lyon?", [deck.id])             # doctest: +SKIP

    Args:
        home: the files lie here, one folder a tenant.
        engines: what embeds and describes slides.
    """

    def __init__(self, home: Path, engines: Engines) -> None:
        self._home, self._engines, self._maker = home, engines, Maker(engines)
        self._decks: OrderedDict[Path, tuple[Follower, BankedDeck]] = OrderedDict()
        self._guard = Lock()

    # -- keeping ---------------------------------------------------------------------------------------------

    def put(self, tenant: str, deck: DeckInfo, slides: Sequence[Slide]) -> None:
        """Make slides findable, durably; each replaces what was known of it. Raises ModelError, StoreError."""
        if slides:
            made = self._maker.made(deck, slides, self._known(tenant, deck.id))
            RecordFile(self._path(tenant, deck.id)).add(made)

    def whole(self, tenant: str, deck: DeckInfo, slides: Sequence[Slide]) -> None:
        """The deck has exactly these slides, now that all of it was read; only what is new is embedded."""
        made = self._maker.made(deck, slides, self._known(tenant, deck.id))
        RecordFile(self._path(tenant, deck.id)).replace(made)

    def take(self, tenant: str, id: str, records: Sequence[Record]) -> None:
        """The deck has exactly these imported slides (``exchange.records_of``). Raises ModelError, StoreError."""
        RecordFile(self._path(tenant, id)).replace(self._maker.embedded(records))

    def drop(self, tenant: str, id: str) -> None:
        """Delete everything of a deck. Raises StoreError when something stays."""
        path = self._path(tenant, id)
        RecordFile(path).remove()
        with self._guard:
            self._decks.pop(path, None)

    def is_current(self, tenant: str, id: str) -> bool:
        """Whether slides of a deck are there, and the models of now made their vectors."""
        records = self.records(tenant, id)
        return bool(records) and all(map(self._maker.is_current, records))

    def records(self, tenant: str, id: str) -> tuple[Record, ...]:
        """What is kept of the slides of a deck, in their order; none for a deck that nobody put."""
        return self._banked(tenant, id).records

    def count(self, tenant: str, decks: Sequence[str]) -> int:
        """How many slides of these decks can be found."""
        return sum(len(self.records(tenant, id)) for id in decks)

    def close(self) -> None:
        """Forget what is in memory; what is on disk stays."""
        with self._guard:
            self._decks.clear()

    # -- finding ---------------------------------------------------------------------------------------------

    def search(
        self, tenant: str, text: str, decks: Sequence[str], limit: int = 10, way: Way = "together"
    ) -> list[SlideHit]:
        """Slides of these decks, best first. Raises InvalidInput, ModelError."""
        if not text.strip() or len(text) > LONGEST:
            raise InvalidInput(f"the question has {len(text.strip())} characters; 1 to {LONGEST} are read")
        if not 1 <= limit <= MOST_HITS:
            raise InvalidInput(f"limit is 1 to {MOST_HITS}, not {limit}")
        if way not in WAYS:
            raise InvalidInput(f"way is {' or '.join(map(repr, WAYS))}, not {way!r}")
        found = named(text)
        spread = Spread([self._banked(tenant, id) for id in dict.fromkeys(decks)], found.words)
        return ranked(spread, self._asked(text, way, found, spread), limit) if spread.decks else []

    def _asked(self, text: str, way: Way, found: Named, spread: Spread) -> Asked:
        embed = self._engines.embed()
        engine = self._engines.slides() if way == "together" else None
        made = Asked(found, way)
        if embed is not None:
            made = replace(made, model=embed.name, vector=_meant(embed, text, spread))
        if engine is not None:
            made = replace(made, picture_model=engine.name, picture_vector=engine.embed_question(text))
        return made

    # -- memory ----------------------------------------------------------------------------------------------

    def _path(self, tenant: str, id: str) -> Path:
        folder = hashlib.sha256(tenant.encode()).hexdigest()[:24]
        return self._home / folder / f"{hashlib.sha256(id.encode()).hexdigest()[:32]}.jsonl"

    def _known(self, tenant: str, id: str) -> Mapping[int, Record]:
        return {record.slide: record for record in self.records(tenant, id)}

    def _banked(self, tenant: str, id: str) -> BankedDeck:
        path = self._path(tenant, id)
        with self._guard:
            follower, deck = self._decks.get(path) or (Follower(path), BankedDeck(id, ()))
            if not follower.unchanged() and follower.look():
                deck = BankedDeck(id, tuple(follower.records[number] for number in sorted(follower.records)))
            self._decks[path] = (follower, deck)
            self._decks.move_to_end(path)
            while len(self._decks) > IN_MEMORY:
                self._decks.popitem(last=False)
        return deck


def _meant(embed: Embed, text: str, spread: Spread) -> Vectors:
    """The direction of a question: half of it as it was asked, half without the words that name its deck."""
    names = frozenset(word for word, share in zip(spread.words, spread.naming, strict=True) if share > SURE)
    rest = without(text, names) if names else text
    if rest == text or not rest:
        return np.asarray(embed.embed([text])[0], np.float32)
    both = embed.embed([text, rest])
    total = both[0] + both[1]
    return np.asarray(total / np.linalg.norm(total), np.float32)
