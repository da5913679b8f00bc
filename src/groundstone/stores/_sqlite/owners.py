"""Owners of work: which process a note in a database speaks of, and whether that process still runs."""

from __future__ import annotations

import secrets
from pathlib import Path
from threading import Lock

from groundstone.errors import Busy
from groundstone.stores._sqlite.lock import FileLock

PURPOSE = "owned work"


class Owners:
    """Names of processes, each held by a lock that the operating system releases however the process ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mine: tuple[str, FileLock] | None = None
        self._guard = Lock()

    @property
    def name(self) -> str:
        """The name of this object, to be written down beside what it works on."""
        with self._guard:
            if self._mine is None:
                self._folder.mkdir(parents=True, exist_ok=True)
                name = secrets.token_hex(8)
                self._mine = name, FileLock(self._folder / name, PURPOSE)
            return self._mine[0]

    def alive(self, name: str) -> bool:
        """Whether the owner of that name still runs; a name counts only once its lock is held."""
        path = self._folder / name
        if not path.is_file():
            return False
        try:
            FileLock(path, PURPOSE).release()
        except Busy:
            return True
        path.unlink(missing_ok=True)
        return False

    def close(self) -> None:
        """Give up the name; what it worked on belongs to nobody now."""
        with self._guard:
            if self._mine is not None:
                name, lock = self._mine
                lock.release()
                (self._folder / name).unlink(missing_ok=True)
                self._mine = None
