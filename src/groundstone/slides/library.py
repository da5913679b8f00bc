"""The decks of each tenant: put on the shelf, listed, replaced by newer ones, and deleted for certain."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from groundstone.errors import Conflict, DocumentTooLarge, LimitExceeded, NotFound, StoreError, UnreadableDocument
from groundstone.identity import Principal
from groundstone.slides.deck_files import DeckFiles, State
from groundstone.slides.entry import (
    FOLDER,
    Entry,
    Place,
    deck_id,
    entry_of,
    places_of,
    superseded,
    with_place,
    without_places,
)
from groundstone.verification.case import plain_name
from groundstone.verification.privacy import forget_source

if TYPE_CHECKING:
    from groundstone.stores.queue import Item, Queue

QUEUE, READ = "slides", "read"  # the queue, and its one step
MOST_DECKS = 1000  # of a tenant
MOST_BYTES = 500 * 2**20  # of one deck
RESERVE = 256 * 2**20  # bytes of the disk, for what is read out of a deck
KEPT = ("waiting", "working", "done", "dead")  # states of the queue in which a deck is on the shelf
ORPHANED = 600.0  # seconds after which files without a row belong to nobody
INTERRUPTED = 30.0  # seconds after which a deletion that is not ended has no one who ends it
TRIES, TRY_AGAIN = 200, 0.02  # at what others change just then; seconds between two tries
Examine = Callable[[bytes, str], State]


class Library:
    """Safe between threads and processes: the queue is the one truth about what is there.

    Args:
        examine: what a deck is, before it is taken; raises what it cannot be read for.
        forget: told of a deck that is deleted, before its row is.
        folder: the watched one; a deck that is deleted by hand goes there too.
    """

    def __init__(
        self,
        queue: Queue,
        files: DeckFiles,
        examine: Examine,
        forget: Callable[[str, str], None],
        folder: Path | None = None,
    ) -> None:
        self._queue, self.files, self._examine = queue, files, examine
        self._forget, self._folder = forget, folder
        self._states: dict[str, tuple[int, State]] = {}  # with the revision of the item for which each holds

    # -- looking -------------------------------------------------------------------------------------------

    def entries(self, caller: Principal) -> list[Entry]:
        """The decks of the caller's tenant, newest first."""
        found = self._queue.list(caller, QUEUE, states=KEPT, limit=MOST_DECKS, newest=True)
        return [self._entry(item) for item in found]

    def entry(self, caller: Principal, id: str) -> Entry:
        """Raises NotFound, also for a deck of another tenant."""
        item = self._item(caller, id)
        if item is None or item.state not in KEPT:
            raise NotFound(f"no deck {id!r} is here; list the decks to see their ids")
        return entry_of(item, self.files.state(id))

    def _entry(self, item: Item) -> Entry:
        """A deck that nobody reads does not change before its item does, so its state is read once."""
        known = self._states.get(item.id)
        if known is not None and known[0] == item.revision:
            return entry_of(item, known[1])
        state = self.files.state(item.id)
        if item.state in ("done", "dead"):
            self._states[item.id] = item.revision, state
        return entry_of(item, state)

    def room(self, caller: Principal) -> int:
        """How many more decks may come."""
        counts = self._queue.counts(caller, QUEUE)
        return max(0, MOST_DECKS - sum(count for (state, _), count in counts.items() if state in KEPT))

    def _item(self, caller: Principal, id: str) -> Item | None:
        try:
            return self._queue.get(caller, QUEUE, id)
        except NotFound:
            return None

    # -- putting -------------------------------------------------------------------------------------------

    def add(self, caller: Principal, data: bytes, place: Place) -> Entry:
        """Take a deck; it is safe once this returns, and waits to be read. The same bytes are the deck of before.

        Raises UnreadableDocument, UnsupportedDocument, DocumentTooLarge, and LimitExceeded without room for more.
        """
        name = plain_name(place.shown)
        if not data:
            raise UnreadableDocument(f"{name} is empty; send the bytes of a deck")
        if len(data) > MOST_BYTES:
            raise DocumentTooLarge(f"{name} has {len(data) >> 20} MB; at most {MOST_BYTES >> 20} MB are read")
        id = deck_id(caller.tenant, data)
        for _ in range(TRIES):
            item = self._item(caller, id)
            try:
                if item is not None and item.state not in KEPT and _is_old(item):
                    self._deleted(item, ())  # whoever began that was killed
                return self._placed(item or self._new(caller, id, data, name, place), place)
            except Conflict:  # somebody else changes or deletes it just now
                time.sleep(TRY_AGAIN)
        raise Conflict(f"{name} is being changed by others all the time; send it again")

    def _new(self, caller: Principal, id: str, data: bytes, name: str, place: Place) -> Item:
        if not self.room(caller):
            raise LimitExceeded(f"{MOST_DECKS} decks are here already, the most that may be; delete some first")
        if self.files.free < len(data) + RESERVE:
            raise LimitExceeded("the disk is nearly full; make room before more decks are added")
        state = self._examine(data, name)
        self.files.keep(id, data)
        self.files.keep_state(id, state)
        body = with_place({"places": [], "size": len(data), "sender": [caller.user, caller.key]}, place)
        item, _ = self._queue.put(caller, QUEUE, id, body, step=READ, entry=(caller.user, "added", {}))
        return item

    def _placed(self, item: Item, place: Place) -> Entry:
        """The deck at this place too; one that could not be read is tried again. Raises Conflict."""
        known = places_of(item.body)
        if not known or known[-1] != place or item.state == "dead":
            step = READ if item.state == "dead" else None
            item = self._queue.change(item, states=KEPT, body=with_place(item.body, place), step=step)
        return entry_of(item, self.files.state(item.id))

    def retry(self, caller: Principal, id: str) -> Entry:
        """Read a deck again. Raises NotFound, and Conflict while it is being read."""
        item = self.entry(caller, id).item
        changed = self._queue.change(item, states=("done", "dead"), step=READ, entry=(caller.user, "again", {}))
        return entry_of(changed, self.files.state(id))

    # -- removing ------------------------------------------------------------------------------------------

    def leave(self, caller: Principal, keys: Sequence[tuple[str, str]]) -> None:
        """Nothing is at these places any more; decks that are nowhere now are deleted."""
        wanted = set(keys)

        def lost() -> dict[str, list[tuple[str, str]]]:
            held = {entry.id: [place.key for place in entry.places] for entry in self.entries(caller)}
            return {id: own for id, names in held.items() if (own := [key for key in names if key in wanted])}

        self._take_away(caller, lost)

    def tidy(self, caller: Principal) -> None:
        """Places of older decks that finished newer ones hold are theirs."""
        self._take_away(caller, lambda: superseded(self.entries(caller)))

    def _take_away(self, caller: Principal, lost: Callable[[], dict[str, list[tuple[str, str]]]]) -> None:
        """Until nothing is lost any more, for others change decks meanwhile."""
        for _ in range(TRIES):
            if not (now_lost := lost()):
                return
            for id, keys in now_lost.items():
                try:
                    self._without(self.entry(caller, id), keys)
                except (Conflict, NotFound):  # looked at again, as it is by then
                    time.sleep(TRY_AGAIN)

    def _without(self, entry: Entry, keys: Sequence[tuple[str, str]]) -> None:
        body = without_places(entry.item.body, keys)
        if body["places"]:
            self._queue.change(entry.item, states=KEPT, body=body)
        else:  # first marked, so that nobody adds to it what is deleted then
            self._deleted(self._queue.change(entry.item, states=KEPT, body=body, state="cancelled"), ())

    def delete(self, caller: Principal, id: str) -> None:
        """Delete a deck with all that was made of it, also its files in the watched folder. Raises NotFound."""
        entry = self.entry(caller, id)
        self._deleted(entry.item, entry.places)
        self._scrub()

    def purge(self) -> None:
        """End deletions that were interrupted, and what was written for decks that never came into the queue."""
        for item in self._queue.over(QUEUE):
            self._deleted(item, ())
        known = self._queue.ids(QUEUE)
        for folder in self.files.all():
            if folder.name not in known and time.time() - folder.stat().st_mtime > ORPHANED:
                self.files.remove(folder.name)
        if self._queue.needs_scrub:
            self._scrub()

    def _deleted(self, item: Item, places: Sequence[Place]) -> None:
        self._queue.stop(item)  # whoever reads it cannot save anything more
        for place in places:
            if place.origin == FOLDER:
                forget_source(f"folder:{place.name}", place.stamp, self._folder)
        self._forget(item.tenant, item.id)
        self._states.pop(item.id, None)
        self._remove(item.id)
        self._queue.bury(item)

    def _remove(self, id: str) -> None:
        """Delete the files; whoever was reading the deck may write one more before it learns that the deck is gone."""
        for _ in range(TRIES):
            try:
                return self.files.remove(id)
            except StoreError:
                time.sleep(TRY_AGAIN)
        self.files.remove(id)

    def _scrub(self) -> None:
        """Leave no trace in the database; when others use it just now, the next purge does."""
        self._queue.scrub()


def _is_old(item: Item) -> bool:
    return (datetime.now(UTC) - item.updated).total_seconds() > INTERRUPTED


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
