"""A data set of genuine and forged files, in any of the three forms that are taken.

- what ``groundstone forensics forge`` writes: a folder with manifest.jsonl, one line a file;
- two folders below one: original (or genuine) and forged;
- a CSV file of two columns, path and label (0 genuine, 1 forged), as the article makes it; a third column names the
  document that each file comes from. Paths are relative to the CSV file, or to the folder that one is in.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from groundstone.errors import InvalidInput

MANIFEST = "manifest.jsonl"
GENUINE_FOLDERS, FORGED_FOLDERS = ("original", "genuine"), ("forged", "tampered")
ENDINGS = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp", ".gif", ".heic", ".pdf")
_LABELS = {"0": False, "1": True, "genuine": False, "original": False, "forged": True, "tampered": True}


@dataclass(frozen=True)
class Item:
    """One file. Empty words are not known.

    ``name``: its path within the data set. ``source``: the document it comes from. ``kind``: of forgery. ``history``:
    whether the page was a JPEG before, "with" or "without". ``last``: the last step, such as "jpeg 90". ``mask``: a
    picture of what was changed (above 0).
    """

    path: Path
    name: str
    forged: bool
    source: str = ""
    kind: str = ""
    history: str = ""
    last: str = ""
    mask: Path | None = None

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.data()).hexdigest()

    def data(self) -> bytes:
        """Raises InvalidInput when it cannot be read."""
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise InvalidInput(f"{self.path} cannot be read: {error.strerror}; restore it, or leave it out") from error


@dataclass(frozen=True)
class Collection:
    """``place``: the folder or CSV file. ``items`` in the order of the data set."""

    place: Path
    items: tuple[Item, ...]

    @property
    def knows_sources(self) -> bool:
        return all(item.source for item in self.items)

    @cached_property
    def digest(self) -> str:
        """Of all files and labels, whatever their order: two data sets of one digest are the same."""
        lines = sorted(f"{item.digest} {int(item.forged)}" for item in self.items)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def read(place: Path) -> Collection:
    """Raises InvalidInput, which says what is wrong and in which line."""
    if place.is_file():
        items = tuple(_of_csv(place))
    elif (place / MANIFEST).is_file():
        items = tuple(_of_manifest(place))
    elif place.is_dir():
        items = tuple(_of_folders(place))
    else:
        raise InvalidInput(f"there is no data set at {place}; name a folder or a CSV file of path,label")
    for path in (path for item in items for path in (item.path, item.mask) if path is not None):
        if not path.is_file():
            raise InvalidInput(f"{path} is not there, though {place} names it; restore it, or leave it out")
    if {item.forged for item in items} != {False, True}:
        raise InvalidInput(f"{place} needs genuine and forged files; it has {len(items)} of one kind")
    return Collection(place, items)


def _of_folders(place: Path) -> Iterator[Item]:
    genuine = [place / name for name in GENUINE_FOLDERS if (place / name).is_dir()]
    forged = [place / name for name in FORGED_FOLDERS if (place / name).is_dir()]
    if not genuine or not forged:
        raise InvalidInput(
            f"{place} has neither {MANIFEST} nor the folders original and forged; make one with: "
            "groundstone forensics forge"
        )
    for folder, label in ((genuine[0], False), (forged[0], True)):
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in ENDINGS and path.is_file():
                yield Item(path, path.relative_to(place).as_posix(), label)


def _of_csv(place: Path) -> Iterator[Item]:
    try:
        rows = list(csv.reader(place.read_text("utf-8-sig").splitlines()))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"{place} is no CSV file in UTF-8: {error}") from error
    for number, row in enumerate(rows, 1):
        if not any(cell.strip() for cell in row):
            continue
        label = row[1].strip().lower() if len(row) > 1 else ""
        if label not in _LABELS:
            if number == 1:  # the names of the columns
                continue
            raise InvalidInput(f"{place}, line {number}: a path and a label, 0 or 1, were expected, not {row[:3]}")
        path = _beside(place, row[0].strip())
        yield Item(path, row[0].strip(), _LABELS[label], row[2].strip() if len(row) > 2 else "")


def _beside(place: Path, name: str) -> Path:
    below = place.parent / name
    return below if below.is_file() else place.parent.parent / name


def _of_manifest(place: Path) -> Iterator[Item]:
    lines = (place / MANIFEST).read_text("utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield _item(place, json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidInput(f"{place / MANIFEST}, line {number}, is damaged ({error}); make the set anew") from error


def _item(place: Path, data: dict[str, Any]) -> Item:
    return Item(
        path=place / str(data["file"]),
        name=str(data["file"]),
        forged=bool(data["forged"]),
        source=str(data["source"]),
        kind=str(data.get("kind") or ""),
        history="with" if data.get("history") else "without",
        last=str(data.get("last") or ""),
        mask=place / str(data["mask"]) if data.get("mask") else None,
    )
