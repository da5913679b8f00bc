"""The records of one deck on disk: a line for each slide, added while the deck is read and found by every process.

Of a slide that was added again the last line counts. A line that the end of a process cut off is passed over: each
addition begins on a line of its own. Several writers may add at once, as systems append whole writes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from groundstone.errors import StoreError
from groundstone.slides.records import Record, of_line, to_line


class RecordFile:
    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, records: Iterable[Record]) -> None:
        """Raises StoreError."""
        block = b"\n" + b"".join(map(to_line, records))
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab", buffering=0) as file:
                file.write(block)
        except OSError as error:
            raise StoreError(f"{self.path} cannot be written: {error.strerror}; free some space there") from None

    def replace(self, records: Iterable[Record]) -> None:
        """Exactly these from now on, in one step. Raises StoreError."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self.path.parent, prefix=".draft-", delete=False) as file:
                file.writelines(map(to_line, records))
            os.replace(file.name, self.path)
        except OSError as error:
            raise StoreError(f"{self.path} cannot be written: {error.strerror}; free some space there") from None

    def remove(self) -> None:
        """Raises StoreError when it stays."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"{self.path} cannot be deleted: {error.strerror}") from None


class Follower:
    """The records of a file as they are now; only what was added since the last look is read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._inode, self._read = -1, 0
        self.records: dict[int, Record] = {}

    def look(self) -> bool:
        """Whether anything is another than at the last look. Raises StoreError."""
        try:
            with self._path.open("rb") as file:
                state = os.fstat(file.fileno())
                fresh = state.st_ino != self._inode or state.st_size < self._read
                if not fresh and state.st_size == self._read:
                    return False
                if fresh:
                    self._inode, self._read, self.records = state.st_ino, 0, {}
                file.seek(self._read)
                return self._take(file.read()) or fresh
        except (FileNotFoundError, NotADirectoryError):
            gone = bool(self.records)
            self._inode, self._read, self.records = -1, 0, {}
            return gone
        except OSError as error:
            raise StoreError(f"{self._path} cannot be read: {error.strerror}") from None

    def unchanged(self) -> bool:
        """Whether the file is as it was at the last look, without opening it."""
        with suppress(OSError):
            state = self._path.stat()
            return state.st_ino == self._inode and state.st_size == self._read
        return self._inode == -1

    def _take(self, data: bytes) -> bool:
        whole, end, _ = data.rpartition(b"\n")
        self._read += len(whole) + len(end)
        found = [record for line in whole.split(b"\n") if line and (record := of_line(line)) is not None]
        self.records.update((record.slide, record) for record in found)
        return bool(found)
