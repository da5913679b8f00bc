"""Decks that come into a watched folder or a bucket, change there, and go: what the shelf does about each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from groundstone.errors import GroundstoneError, InvalidInput, StoreError
from groundstone.identity import LOCAL, Principal
from groundstone.slides.base import DeckInfo
from groundstone.slides.entry import FOLDER, Entry, Place
from groundstone.slides.library import MOST_BYTES, Library, now
from groundstone.slides.removals import removals
from groundstone.verification.arrivals import FOLDER_ITSELF, POLL, Arrival, Folder, arrival_of, documents_in
from groundstone.verification.events import references
from groundstone.verification.files import read_file

BUCKET = "slides"
LOOK_BACK = 10.0  # seconds between two looks at what other processes took from the folder
Fetch = Callable[[str], bytes]  # the bytes of s3://bucket/key; raises SourceError


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of one document that a message spoke of: a deck, nothing when it went, or an error."""

    uri: str
    deck: DeckInfo | None = None
    removed: bool = False
    error: GroundstoneError | None = None


class Arrivals:
    """Takes decks from the watched folder, and those that messages speak of.

    Args:
        folder: the watched one, which stands for the bucket ``slides``.
        fetch: reads objects of S3.
        wake: called when there is something to read.
    """

    def __init__(self, library: Library, folder: Path | None, fetch: Fetch | None, wake: Callable[[], None]) -> None:
        self._library, self._folder, self._fetch, self._wake = library, folder, fetch, wake

    def arrived(self, caller: Principal, message: Any) -> list[Arrived]:
        """Do what a message of S3 says: decks that were put are taken, those that are gone are deleted.

        Raises InvalidInput for what is no such message. Errors of single documents are in the result.
        """
        gone = removals(message)
        put = [] if gone and not _speaks_of_more(message) else references(message)
        for uri in gone:
            self._library.leave(caller, [self._key(caller, uri)])
        return [*(Arrived(uri, removed=True) for uri in gone), *(self._fetched(caller, one.uri) for one in put)]

    def _fetched(self, caller: Principal, uri: str) -> Arrived:
        try:
            return Arrived(uri, self._brought(caller, uri).info)
        except GroundstoneError as error:
            return Arrived(uri, error=error)

    def _brought(self, caller: Principal, uri: str) -> Entry:
        local = self._local(uri) if caller.tenant == LOCAL.tenant else None
        if local is not None and self._folder is not None:
            return self.take(arrival_of(local, self._folder))
        if self._fetch is None:
            raise InvalidInput(f"no store is configured that {uri} could be read from")
        data = self._fetch(uri)
        found = self._library.add(caller, data, Place(*self._key(caller, uri), at=now()))
        self._wake()
        return found

    def _key(self, caller: Principal, uri: str) -> tuple[str, str]:
        """The place that an address means: of the bucket that the folder stands for, the file there."""
        inside = uri.removeprefix(f"s3://{BUCKET}/")
        if inside != uri and self._folder is not None and caller.tenant == LOCAL.tenant:
            return FOLDER, inside
        return uri, uri.rpartition("/")[2]

    def _local(self, uri: str) -> Path | None:
        """The file of the watched folder that an address means."""
        inside = uri.removeprefix(f"s3://{BUCKET}/")
        if self._folder is None or inside == uri:
            return None
        path = self._folder / inside
        is_inside = path.resolve().is_relative_to(self._folder.resolve())
        return path if is_inside and path.is_file() and not path.is_symlink() else None

    # -- the watched folder ----------------------------------------------------------------------------------

    def take(self, arrival: Arrival) -> Entry:
        """A file of the watched folder. Raises what ``Library.add`` raises."""
        data = read_file(arrival.path, MOST_BYTES)
        found = self._library.add(LOCAL, data, Place(FOLDER, arrival.name, now(), arrival.stamp))
        self._wake()
        return found

    def knows(self, arrival: Arrival) -> bool:
        """Whether this state of a file is on the shelf already."""
        places = (place for entry in self._library.entries(LOCAL) for place in entry.places)
        return any(place.key == (FOLDER, arrival.name) and place.stamp == arrival.stamp for place in places)

    def names(self) -> set[str]:
        """The files of the folder that are on the shelf."""
        entries = self._library.entries(LOCAL)
        return {place.name for entry in entries for place in entry.places if place.origin == FOLDER}

    def gone(self, names: Sequence[str]) -> None:
        """These files are not in the folder any more."""
        self._library.leave(LOCAL, [(FOLDER, name) for name in names])


class Watch:
    """Looks at the folder again and again: what settled there is taken, what is gone from it leaves the shelf.

    A file counts as gone when two looks after each other miss it. While the folder itself is not there (a disk that is
    not mounted), nothing counts as gone.
    """

    def __init__(self, folder: Path, arrivals: Arrivals, clock: Callable[[], float] = time.time) -> None:
        def take(arrival: Arrival) -> None:
            arrivals.take(arrival)

        self._root, self._arrivals = folder, arrivals
        self._folder = Folder(folder, take, arrivals.knows, clock=clock)
        self._known: set[str] = set()
        self._missed: set[str] = set()
        self._looked_back = 0.0

    @property
    def problems(self) -> dict[str, str]:
        """Files that cannot be taken, and why."""
        return dict(self._folder.problems)

    def run(self, stop: Event, every: float = POLL) -> None:
        """Look until told to stop."""
        while not stop.is_set():
            try:
                self.look()
                self._folder.problems.pop(FOLDER_ITSELF, None)
            except (StoreError, OSError) as error:  # it may be gone now and there again later
                self._folder.problems[FOLDER_ITSELF] = str(error)
            stop.wait(every)

    def look(self) -> None:
        """Look once. Raises StoreError, OSError."""
        if not self._root.is_dir():
            return
        if self._folder.look() or time.monotonic() - self._looked_back >= LOOK_BACK or not self._looked_back:
            self._known |= self._arrivals.names()
            self._looked_back = time.monotonic()
        there = {path.relative_to(self._root).as_posix() for path in documents_in(self._root)}
        missed = self._known - there
        if gone := sorted(missed & self._missed):
            self._arrivals.gone(gone)
            self._known -= set(gone)
        self._missed = missed


def _speaks_of_more(message: Any) -> bool:
    """Whether a message that tells of removals may tell of arrivals too: only one with several records may."""
    return "ObjectCreated" in str(message) or "Object Created" in str(message)
