"""A deck on the shelf, as its item in the queue and its files tell. Where decks come from, and which counts.

The id of a deck is made of its bytes: the same deck is there once, however often it comes. Each of its ``places`` is
somewhere that it came from. When other bytes come to a place that is taken, the older deck answers until the newer one
can; then the place is the newer one's, and a deck without places goes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from groundstone.slides.base import DeckInfo
from groundstone.slides.deck_files import State

if TYPE_CHECKING:
    from groundstone.stores.queue import Item

UPLOAD = "upload"
FOLDER = "folder"  # the watched one; the name of a place there is the path below it
READING = ("waiting", "working")
MOST_PLACES = 50  # of one deck


@dataclass(frozen=True, slots=True)
class Place:
    """Where a deck came from: ``origin`` and ``name`` together. ``stamp``: the state of a file. ``at``: ISO 8601."""

    origin: str
    name: str
    at: str
    stamp: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.origin, self.name

    @property
    def shown(self) -> str:
        """The last part of a path."""
        return self.name.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Entry:
    """One deck: the item of its reading, and how far that is. The last of the ``places`` names it."""

    item: Item
    state: State
    places: tuple[Place, ...]

    @property
    def id(self) -> str:
        return self.item.id

    @property
    def name(self) -> str:
        return self.places[-1].shown if self.places else self.item.id

    @property
    def is_reading(self) -> bool:
        return self.item.state in READING

    @property
    def is_done(self) -> bool:
        """Everything was read that can be."""
        return self.item.state == "done"

    @property
    def phase(self) -> Literal["reading", "ready", "partial", "failed"]:
        if self.is_reading:
            return "reading"
        if self.is_done and self.state.ready >= self.state.slides:
            return "ready"
        return "partial" if self.state.ready else "failed"

    @property
    def info(self) -> DeckInfo:
        failure = (self.item.failure,) if self.item.failure else ()
        place = self.places[-1] if self.places else None
        origin = "" if place is None else place.origin if place.origin != FOLDER else f"{FOLDER}: {place.name}"
        return DeckInfo(
            id=self.id,
            name=self.name,
            title=self.state.title or self.name,
            media_type=self.state.media_type,
            slides=self.state.slides,
            ready=self.state.ready,
            state=self.phase,
            origin=origin,
            added=self.item.created.isoformat(timespec="milliseconds"),
            problems=tuple(dict.fromkeys((*failure, *self.state.problems))),
        )


def entry_of(item: Item, state: State) -> Entry:
    return Entry(item, state, places_of(item.body))


def deck_id(tenant: str, data: bytes) -> str:
    """The same bytes are the same deck of a tenant; decks of different tenants never share an id."""
    digest = hashlib.sha256(data).hexdigest()
    return f"deck-{hashlib.sha256(f'{tenant}/{digest}'.encode()).hexdigest()[:24]}"


def places_of(body: Mapping[str, Any]) -> tuple[Place, ...]:
    return tuple(Place(**one) for one in body["places"])


def with_place(body: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """The body with a place as its last; of one origin and name there is only one, and the oldest go."""
    others = [one for one in places_of(body) if one.key != place.key]
    return {**body, "places": [asdict(one) for one in (*others, place)[-MOST_PLACES:]]}


def without_places(body: Mapping[str, Any], keys: Iterable[tuple[str, str]]) -> dict[str, Any]:
    gone = set(keys)
    return {**body, "places": [asdict(one) for one in places_of(body) if one.key not in gone]}


def owners(entries: Sequence[Entry]) -> dict[tuple[str, str], Entry]:
    """Which deck each place belongs to: the one that came last of those that are done; without such, the last."""
    found: dict[tuple[str, str], tuple[tuple[bool, str], Entry]] = {}
    for entry in entries:
        for place in entry.places:
            rank = (entry.is_done, place.at)
            if place.key not in found or rank > found[place.key][0]:
                found[place.key] = rank, entry
    return {key: entry for key, (_, entry) in found.items()}


def superseded(entries: Sequence[Entry]) -> dict[str, list[tuple[str, str]]]:
    """Places that belong to newer decks now, by the id of the deck that holds them still."""
    owned = owners(entries)
    lost: dict[str, list[tuple[str, str]]] = {}
    for entry in entries:
        for place in entry.places:
            owner = owned[place.key]
            if owner.id != entry.id and owner.is_done and _at(owner, place.key) > place.at:
                lost.setdefault(entry.id, []).append(place.key)
    return lost


def answering(entries: Sequence[Entry]) -> list[Entry]:
    """The decks that can be asked: some of each is read, and no finished one holds all its places."""
    owned = owners(entries)
    return [
        entry
        for entry in entries
        if entry.state.ready and any(owned[place.key].id == entry.id for place in entry.places)
    ]


def _at(entry: Entry, key: tuple[str, str]) -> str:
    return next(place.at for place in entry.places if place.key == key)
