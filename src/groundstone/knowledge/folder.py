"""A folder of files as a source."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from groundstone.errors import SourceError, UnreadableDocument
from groundstone.knowledge.source import MAX_FILE_BYTES, SIDE_SUFFIX, Failure, Item, bad_id, lone_side, most_bytes


class FolderSource:
    """Every regular file below ``root``; a document's id is its path relative to it.

    Hidden files and folders are skipped, linked folders are not entered, and linked files are read only
    when what they point to lies below ``root`` too.
    """

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise SourceError(f"the source {root} is not a folder")
        self.root = root.resolve()
        self._estimate: int | None = None

    def estimate(self) -> int | None:
        return self._estimate

    def items(self) -> Iterator[Item | Failure]:
        found = list(files_below(self.root))
        names = {file.relative_to(self.root).as_posix() if isinstance(file, Path) else "" for file in found}
        kept = [file for file in found if isinstance(file, Failure) or not _is_side(file, self.root, names)]
        self._estimate = len(kept)
        for file in kept:
            yield file if isinstance(file, Failure) else self._item(file, names)

    def content(self, id: str) -> bytes:
        """The bytes of one file. Raises SourceError when it is not there, UnreadableDocument."""
        path = self.root / id
        if bad_id(id) or not path.is_file() or not path.resolve().is_relative_to(self.root):
            raise SourceError(f"the folder {self.root} has no file {id!r}")
        return read_limited(path, most_bytes(id))

    def _item(self, path: Path, names: set[str]) -> Item | Failure:
        relative = path.relative_to(self.root).as_posix()
        if reason := bad_id(relative):
            return Failure(repr(relative), reason)
        if relative.endswith(SIDE_SUFFIX):
            return lone_side(relative, relative)
        side = path.with_name(path.name + SIDE_SUFFIX) if relative + SIDE_SUFFIX in names else None
        try:
            fingerprint = file_hash(path) + (file_hash(side) if side else "")
        except OSError as error:
            return Failure(relative, f"cannot be read: {error.strerror}", id=relative)
        return Item(
            relative,
            relative,
            fingerprint,
            read=lambda: read_limited(path, most_bytes(relative)),
            side=(lambda: read_limited(side)) if side else None,
        )


def files_below(root: Path) -> Iterator[Path | Failure]:
    """Regular files below a folder, sorted by path; a folder that cannot be listed is a SourceError."""

    def stop(error: OSError) -> None:
        # A folder that is skipped would look like a folder whose documents were all deleted.
        raise SourceError(f"cannot list {error.filename}: {error.strerror}") from None

    for folder, folders, names in os.walk(root, onerror=stop):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if not name.startswith("."):
                yield from _usable(path, root)


def _usable(path: Path, root: Path) -> Iterator[Path | Failure]:
    relative = path.relative_to(root).as_posix()
    try:
        if path.is_symlink() and not path.resolve(strict=True).is_relative_to(root):
            yield Failure(relative, "is a link to a place outside the source folder", id=relative)
        elif stat.S_ISREG(path.stat().st_mode):
            yield path
    except (OSError, RuntimeError):
        yield Failure(relative, "is a link that leads nowhere", id=relative)


def _is_side(path: Path, root: Path, names: set[str]) -> bool:
    relative = path.relative_to(root).as_posix()
    return relative.endswith(SIDE_SUFFIX) and relative.removesuffix(SIDE_SUFFIX) in names


def file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_limited(path: Path, most: int = MAX_FILE_BYTES) -> bytes:
    """All bytes of a file. Raises UnreadableDocument when it is too large or cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise UnreadableDocument(f"{path.name} cannot be read: {error.strerror}") from None
    if len(data) > most:
        raise UnreadableDocument(f"{path.name} is larger than {most // 2**20} MB; split it")
    return data
