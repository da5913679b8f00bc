"""Files that commands read and pictures that they write beside each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from groundstone.documents.examine import MAX_BYTES
from groundstone.errors import DocumentTooLarge, SourceError

LARGEST = MAX_BYTES >> 20  # MB of a file


def read_bytes(path: Path) -> bytes:
    """Raises SourceError and DocumentTooLarge."""
    try:
        with path.open("rb") as file:  # or a pipe or a device, whose size nobody knows before
            data = file.read(LARGEST * 2**20 + 1)
    except OSError as error:
        raise SourceError(f"the file cannot be read: {error.strerror}") from None
    if len(data) > LARGEST * 2**20:
        raise DocumentTooLarge(f"the file is larger than {LARGEST} MB; split it")
    return data


def write_bytes(path: Path, data: bytes) -> None:
    """Raises SourceError."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise SourceError(f"{path} cannot be written: {error.strerror}") from None


def check_picture(option: str, path: Path, files: Sequence[Path]) -> None:
    """Refuse a name that promises another format, and pictures that would replace a document or each other."""
    if path.suffix.lower() != ".png":
        raise click.UsageError(f"{option} writes PNG; name the picture {path.stem}.png")
    if any(file.resolve() == path.resolve() for file in files):
        raise click.UsageError(f"{option} {path} would take the place of the document; choose another name")
    if len(set(names(files).values())) < len(names(files)):
        raise click.UsageError(f"{option}: documents of the same name in different folders; take them one by one")


def names(files: Sequence[Path]) -> Mapping[Path, str]:
    """Of several documents, the stem of each; the whole name where stems are the same (``card.png``, ``card.jpg``)."""
    if len(files) < 2:
        return {}
    stems = Counter(file.stem for file in set(files))
    return {file: file.name if stems[file.stem] > 1 else file.stem for file in files}


def page_picture(path: Path, name: str, page: int, pages: int) -> Path:
    """``out.png``, or ``out-1.png``, ``out-2.png`` for ``pages`` pages; with ``name``, ``out-name.png``."""
    stem = f"{path.stem}-{name}" if name else path.stem
    return path.with_name(f"{stem}-{page}.png" if pages > 1 else f"{stem}.png")
