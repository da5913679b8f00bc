"""Documents that arrive in a folder: each counts once it has stopped changing, and once only."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from groundstone.errors import GroundstoneError, InvalidInput, LimitExceeded, StoreError
from groundstone.verification.travellers import SIDE, TABLE

log = logging.getLogger(__name__)

FOLDER_ITSELF = "."  # among the problems
POLL = 1.0  # seconds between two looks
SETTLED = 1.5  # seconds since its last change before a file counts
UNFINISHED = (".part", ".tmp", ".crdownload", ".partial", ".filepart")
MANIFEST = ".json"
LONGEST_MANIFEST = 2**20


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that has stopped changing. ``name`` is its path below the folder.

    ``stamp`` is the state of the file, a colon, and the state of its side file.
    """

    path: Path
    name: str
    stamp: str


class Folder:
    """A folder that is looked at again and again. Hidden files, links, side files and unfinished ones do not count.

    Args:
        take: what to do with an arrival; raises LimitExceeded when there is no room, then it is offered again.
        knows: whether an arrival was taken before, also before a restart.
        without: names of subfolders that are left alone.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        folder: Path,
        take: Callable[[Arrival], None],
        knows: Callable[[Arrival], bool],
        without: tuple[str, ...] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.folder, self._take, self._knows, self._without, self._now = folder, take, knows, without, clock
        self._seen: dict[str, str] = {}
        self._taken: dict[str, str] = {}
        self.problems: dict[str, str] = {}  # file names, and why they cannot be taken as they are

    def watch(self, stop: Event, every: float = POLL) -> None:
        """Look until told to stop."""
        while not stop.is_set():
            try:
                self.look()
                self.problems.pop(FOLDER_ITSELF, None)
            except (StoreError, OSError) as error:  # it may be gone now and there again later
                self.problems[FOLDER_ITSELF] = str(error)
                log.warning("the watched folder cannot be looked at: %s", error)
            stop.wait(every)

    def look(self) -> int:
        """Look once; how many documents were taken. A file counts when two looks saw it alike."""
        seen: dict[str, str] = {}
        count, has_room = 0, True
        for arrival in self._files():
            seen[arrival.name] = arrival.stamp
            same = self._seen.get(arrival.name) == arrival.stamp
            if not same or not has_room or self._taken.get(arrival.name) == arrival.stamp:
                continue
            try:
                count += self._offered(arrival)
            except LimitExceeded as error:  # back-pressure: it stays where it is
                self.problems[arrival.name], has_room = str(error), False
        self._seen = seen
        self._taken = {name: stamp for name, stamp in self._taken.items() if name in seen}
        self.problems = {name: why for name, why in self.problems.items() if name in seen or name == FOLDER_ITSELF}
        return count

    def _offered(self, arrival: Arrival) -> bool:
        if not self._knows(arrival):
            try:
                self._take(arrival)
            except LimitExceeded:
                raise
            except GroundstoneError as error:
                self.problems[arrival.name] = str(error)
                if not isinstance(error, InvalidInput):
                    return False  # offered again at the next look
                self._taken[arrival.name] = arrival.stamp
                return False
            self._remember(arrival)
            return True
        self._remember(arrival)
        return False

    def _remember(self, arrival: Arrival) -> None:
        self._taken[arrival.name] = arrival.stamp
        self.problems.pop(arrival.name, None)

    def _files(self) -> Iterator[Arrival]:
        for path in documents_in(self.folder, self._without):
            try:
                known = path.stat(follow_symlinks=False)
            except OSError:
                continue  # it went away between two looks
            stamp = f"{known.st_size}-{known.st_mtime_ns}:{_side(path)}"
            if self._now() - known.st_mtime >= SETTLED or known.st_mtime > self._now() + SETTLED:
                yield Arrival(path, path.relative_to(self.folder).as_posix(), stamp)


def documents_in(folder: Path, without: tuple[str, ...] = ()) -> Iterator[Path]:
    """The files of a folder and its subfolders that count as documents, by name. Raises OSError."""
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.name.startswith(".") or entry.is_symlink():
            continue
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in without:
                yield from documents_in(Path(entry.path))
        elif entry.is_file(follow_symlinks=False) and _counts(entry.name):
            yield Path(entry.path)


def _counts(name: str) -> bool:
    return not name.endswith((SIDE, *UNFINISHED)) and name != TABLE


def arrival_of(path: Path, folder: Path) -> Arrival:
    """A file of the folder as it is now."""
    return Arrival(path, path.relative_to(folder).as_posix(), f"{stamp_of(path)}:{_side(path)}")


def stamp_of(path: Path) -> str:
    """The state of a file: its size and the time of its last change. Raises OSError."""
    known = path.stat()
    return f"{known.st_size}-{known.st_mtime_ns}"


def _side(path: Path) -> str:
    """The state of the side file belongs to that of the file: when it comes later, the file is looked at again."""
    try:
        return stamp_of(path.with_name(path.name + SIDE))
    except OSError:
        return ""


def read_file(path: Path, limit: int) -> bytes:
    """Raises StoreError when it cannot be read now, InvalidInput when it is larger than ``limit`` bytes."""
    try:
        if path.stat().st_size > limit:
            raise InvalidInput(f"{path.name} is larger than the {limit // 2**20} MB that are read")
        return path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from None


def manifest_in(path: Path) -> Mapping[str, Any] | None:
    """The manifest that a file holds, or None when it is none. Raises InvalidInput, StoreError."""
    if path.suffix.lower() != MANIFEST:
        return None
    try:
        data = json.loads(read_file(path, LONGEST_MANIFEST))
    except (InvalidInput, ValueError, RecursionError):  # too large, or no JSON
        return None
    return data if isinstance(data, dict) and "s3Path" in data else None
