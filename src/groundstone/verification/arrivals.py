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
from groundstone.verification.files import read_file
from groundstone.verification.travellers import SIDE, TABLE, tables_state

log = logging.getLogger(__name__)

FOLDER_ITSELF = "."  # among the problems
NAME_SHOWN = 300  # characters of a name among the problems
POLL = 1.0  # seconds between two looks
SETTLED = 1.5  # seconds since its last change before a file counts
UNFINISHED = (".part", ".tmp", ".crdownload", ".partial", ".filepart")
MANIFEST = ".json"
LONGEST_MANIFEST = 2**20
DEEPEST = 30  # folders inside each other that are looked into
LeftOut = Callable[[Path, str], None]  # a file or folder that is left out, and why


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
        self._refused: dict[str, tuple[str, str]] = {}  # stamps, and the states of the tables of travellers then
        self._left_out: dict[str, str] = {}
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
        self._left_out = {}
        count, has_room = 0, True
        for arrival in self._files():
            seen[arrival.name] = arrival.stamp
            same = self._seen.get(arrival.name) == arrival.stamp
            if not same or not has_room or self._is_settled(arrival):
                continue
            try:
                count += self._offered(arrival)
            except LimitExceeded as error:  # back-pressure: it stays where it is
                self.problems[arrival.name], has_room = str(error), False
        self._seen = seen
        self._taken = {name: stamp for name, stamp in self._taken.items() if name in seen}
        self._refused = {name: state for name, state in self._refused.items() if name in seen}
        problems = {name: why for name, why in self.problems.items() if name in seen or name == FOLDER_ITSELF}
        self.problems = problems | self._left_out
        return count

    def _is_settled(self, arrival: Arrival) -> bool:
        """It was taken, or it was refused and nothing has changed since."""
        if self._taken.get(arrival.name) == arrival.stamp:
            return True
        refused = self._refused.get(arrival.name)
        return refused is not None and refused == (arrival.stamp, tables_state(arrival.path, self.folder))

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
                self._refused[arrival.name] = (arrival.stamp, tables_state(arrival.path, self.folder))
                return False
            self._remember(arrival)
            return True
        self._remember(arrival)
        return False

    def _remember(self, arrival: Arrival) -> None:
        self._taken[arrival.name] = arrival.stamp
        self.problems.pop(arrival.name, None)

    def _files(self) -> Iterator[Arrival]:
        for path in documents_in(self.folder, self._without, self._leave_out):
            try:
                known = path.stat(follow_symlinks=False)
            except OSError:
                continue  # it went away between two looks
            stamp = f"{known.st_size}-{known.st_mtime_ns}:{_side(path)}"
            if self._now() - known.st_mtime >= SETTLED or known.st_mtime > self._now() + SETTLED:
                yield Arrival(path, path.relative_to(self.folder).as_posix(), stamp)

    def _leave_out(self, path: Path, why: str) -> None:
        name = path.relative_to(self.folder).as_posix()
        self._left_out[name.encode("utf-8", "backslashreplace").decode()[:NAME_SHOWN]] = why


def _nobody(path: Path, why: str) -> None:
    pass


def documents_in(
    folder: Path, without: tuple[str, ...] = (), leave_out: LeftOut = _nobody, depth: int = 0
) -> Iterator[Path]:
    """The files of a folder and its subfolders that count as documents, by name. Raises OSError for the folder itself.

    ``leave_out`` is told of subfolders that cannot be looked into, and of names that nobody could write down.
    """
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.name.startswith(".") or entry.is_symlink():
            continue
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in without:
                yield from _below(Path(entry.path), leave_out, depth + 1)
        elif entry.is_file(follow_symlinks=False) and _counts(entry.name):
            if _is_text(entry.path):
                yield Path(entry.path)
            else:
                leave_out(Path(entry.path), "its name is not UTF-8; rename it")


def _below(folder: Path, leave_out: LeftOut, depth: int) -> Iterator[Path]:
    """A subfolder; one that cannot be looked into does not stop the others."""
    if depth > DEEPEST:
        leave_out(folder, f"it lies too deep: {DEEPEST} folders inside each other are looked into")
        return
    try:
        yield from documents_in(folder, (), leave_out, depth)
    except OSError as error:
        leave_out(folder, f"it cannot be looked into: {error.strerror}")


def _is_text(name: str) -> bool:
    """Whether a name can be written down: Python stands for bytes that are no UTF-8 with lone surrogates."""
    return not any("\ud800" <= sign <= "\udfff" for sign in name)


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


def manifest_in(path: Path) -> Mapping[str, Any] | None:
    """The manifest that a file holds, or None when it is none. Raises InvalidInput, StoreError."""
    if path.suffix.lower() != MANIFEST:
        return None
    try:
        data = json.loads(read_file(path, LONGEST_MANIFEST))
    except (InvalidInput, ValueError, RecursionError):  # too large, or no JSON
        return None
    return data if isinstance(data, dict) and "s3Path" in data else None
