"""The files of cases: the document as it came and its reading in a folder of their own, the table where people look."""

from __future__ import annotations

import gzip
import json
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

from groundstone.documents.base import Reading, reading_json, reading_of
from groundstone.errors import InvalidInput, NotFound, StoreError
from groundstone.verification.case import plain_name

DOCUMENT, READING = "document", "reading.json.gz"
PICTURE = "page-{}.png"
DRAFT = ".part"
LONGEST_STEM = 240  # bytes; a file system takes 255 for a name
WAITING_FOR_NOBODY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class Files:
    """Every file is written beside its place, forced to the disk and renamed: it is there as a whole or not at all.

    Args:
        home: one folder a case.
        output: where the tables of the local tenant go, in a folder a case; those of others stay with the case.
    """

    def __init__(self, home: Path, output: Path | None = None) -> None:
        self.home, self.output = home, output

    @property
    def free(self) -> int:
        """Bytes that the disk has left. Raises StoreError."""
        try:
            self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
            return shutil.disk_usage(self.home).free
        except OSError as error:
            raise StoreError(f"{self.home} cannot be used: {error.strerror}") from None

    def keep(self, id: str, data: bytes) -> None:
        write(self.home / id / DOCUMENT, data)

    def document(self, id: str) -> bytes:
        """Raises NotFound when it was redacted or dropped."""
        return _read(self.home / id / DOCUMENT, "the document")

    def keep_reading(self, id: str, reading: Reading) -> None:
        packed = gzip.compress(json.dumps(reading_json(reading)).encode(), 5, mtime=0)
        write(self.home / id / READING, packed)

    def reading(self, id: str) -> Reading:
        """Raises NotFound when it was redacted or dropped, StoreError when it is damaged."""
        packed = _read(self.home / id / READING, "the reading")
        try:
            return reading_of(json.loads(gzip.decompress(packed)))
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise StoreError(f"the reading of {id} is damaged: {error}; retry the document") from None

    def keep_picture(self, id: str, page: int, png: bytes) -> None:
        write(self.home / id / PICTURE.format(page), png)

    def picture(self, id: str, page: int) -> bytes:
        """A redacted page as PNG. Raises NotFound."""
        return _read(self.home / id / PICTURE.format(page), f"page {page}")

    def table(self, id: str, name: str, *, is_local: bool) -> Path:
        """Where the table of a case lies."""
        folder = self.output if is_local and self.output is not None else self.home
        stem = PurePosixPath(plain_name(name)).stem.encode()[:LONGEST_STEM].decode(errors="ignore")
        return folder / id / f"{stem}.csv"

    def forget(self, id: str, *names: str) -> None:
        """Delete single files of a case."""
        for name in names:
            _unlink(self.home / id / name)

    def tidy(self, id: str) -> None:
        """Delete the drafts that killed writers left; only for who works on the case."""
        for folder in self._folders(id):
            for draft in folder.glob(f".*{DRAFT}"):
                _unlink(draft)

    def _folders(self, id: str) -> list[Path]:
        return [home / id for home in (self.home, self.output) if home is not None]

    def remove(self, id: str) -> None:
        """Delete every file of a case. Raises StoreError when one stays."""
        for folder in self._folders(id):
            shutil.rmtree(folder, ignore_errors=True)
            if folder.exists():
                raise StoreError(f"{folder} cannot be deleted; its owner or a program holds it")

    def all(self) -> Iterator[Path]:
        """The folders of all cases, also of those that were never put into the queue."""
        if self.home.is_dir():
            yield from (path for path in self.home.iterdir() if path.is_dir() and not path.is_symlink())


def write(path: Path, data: bytes) -> None:
    """Replace a file as a whole; what is there after a power cut is the old or the new one. Raises StoreError."""
    draft = path.with_name(f".{secrets.token_hex(8)}{DRAFT}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
        _sync(path.parent)
    except OSError as error:
        with suppress(OSError):  # on a disk that is read-only now, or below what is no folder
            draft.unlink()
        raise StoreError(f"{path} cannot be written: {error.strerror}") from None


def read_file(path: Path, limit: int) -> bytes:
    """A file that others put there; no link is followed, and nobody waits for the writer of a pipe.

    Raises StoreError when it cannot be read now, InvalidInput when it is no plain file or larger than ``limit`` bytes.
    """
    try:
        with open(os.open(path, os.O_RDONLY | WAITING_FOR_NOBODY), "rb") as file:
            known = os.fstat(file.fileno())
            if not stat.S_ISREG(known.st_mode):
                raise InvalidInput(f"{path.name} is no plain file")
            if known.st_size > limit:
                raise InvalidInput(f"{path.name} is larger than the {limit // 2**20} MB that are read")
            return file.read()
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from None


def _sync(folder: Path) -> None:
    """Force the names in a folder to the disk, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"{what} is not kept any more") from None
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from None


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{path} cannot be deleted: {error.strerror}") from None
