"""Unpacks a model package into a folder: plain files below it, of bounded number and size, and nothing else."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from groundstone.endpoints.tar import Archive, Entry
from groundstone.errors import DocumentTooLarge, InvalidInput

PART = 2**20


@dataclass(frozen=True, slots=True)
class Sizes:
    """Limits of a package: files, bytes unpacked, characters of a name, folders within each other."""

    files: int = 1000
    bytes: int = 2 * 2**30
    name: int = 200
    depth: int = 8


@dataclass(slots=True)
class Unpacking:
    """One package on its way. ``files``: SHA-256 by name, with "/" between the parts."""

    folder: Path
    sizes: Sizes = Sizes()
    files: dict[str, str] = field(default_factory=dict)
    seen: int = 0
    unpacked: int = 0

    def all(self, file: BinaryIO) -> dict[str, str]:
        """Raises UnreadableDocument, InvalidInput and DocumentTooLarge with the name of the entry."""
        archive = Archive(file)
        for entry in archive:
            self._count()
            if entry.kind == "folder":
                continue
            name = self._checked(entry)
            self.files[name] = self._written(archive, name)
        if not self.files:
            raise InvalidInput("the package is empty; it needs a model, see docs/endpoints.md")
        return self.files

    def _count(self) -> None:
        self.seen += 1
        if self.seen > 2 * self.sizes.files or len(self.files) >= self.sizes.files:
            raise DocumentTooLarge(f"the package holds more than {self.sizes.files} files; pack the model alone")

    def _checked(self, entry: Entry) -> str:
        """The entry's name, brought to one form. Raises InvalidInput for what does not belong into a package."""
        shown = repr(entry.name[:100])
        if entry.kind != "file":
            raise InvalidInput(f"the package holds {entry.kind}, {shown}; only plain files and folders are unpacked")
        parts = [part for part in entry.name.split("/") if part != "."]
        name = "/".join(parts)
        odd = any(not sign.isprintable() or sign in '\\:*?"<>|' for sign in name)
        if not name or "" in parts or ".." in parts or odd:
            raise InvalidInput(f"the package names a file {shown}, which could lie outside its folder; it is refused")
        if len(name) > self.sizes.name or len(parts) > self.sizes.depth:
            raise InvalidInput(f"the name {shown} in the package is too long or lies too deep; shorten it")
        if self._is_taken(name):
            raise InvalidInput(f"the package holds {shown} twice; which one is meant cannot be told")
        if entry.size > self.sizes.bytes - self.unpacked:
            raise DocumentTooLarge(
                f"the package has more than {self.sizes.bytes >> 20} MB unpacked, the most there may be"
            )
        return name

    def _is_taken(self, name: str) -> bool:
        """Also by a name that differs in capitals only, or by a file where a folder would be."""
        low = name.casefold()
        known = [other.casefold() for other in self.files]
        return any(low == other or other.startswith(low + "/") or low.startswith(other + "/") for other in known)

    def _written(self, archive: Archive, name: str) -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        found = hashlib.sha256()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # EXCL: follows no link
        with open(descriptor, "wb") as out:
            while part := archive.read(PART):
                out.write(part)
                found.update(part)
                self.unpacked += len(part)
        return found.hexdigest()


def unpack(file: BinaryIO, folder: Path, sizes: Sizes | None = None) -> dict[str, str]:
    """Unpack a tar archive, compressed by gzip or not, into an empty folder. The files' SHA-256 by their names."""
    return Unpacking(folder, sizes or Sizes()).all(file)
