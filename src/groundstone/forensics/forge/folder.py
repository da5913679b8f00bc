"""The folder of a data set: what was written stays, and is gone on with after an interruption.

forge.json       how it is made: seed, settings, source files
manifest.jsonl   two lines a pair, written after its files: one of the genuine, one of the forged file
genuine/, forged/, masks/   000000.jpg ...
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstone.errors import Busy, Conflict, StoreError

if TYPE_CHECKING:
    from groundstone.forensics.forge.pair import Pair

SETTINGS, MANIFEST, LOCK = "forge.json", "manifest.jsonl", ".lock"
_PARTS = ("genuine", "forged", "masks")


class Folder:
    """Held by one process at a time. Use as a context.

    Args:
        settings: of the data set; one that is there already must have been made with the same.

    Raises Conflict when the folder holds another data set or other files, Busy when another process writes to it,
    StoreError when it cannot be written.
    """

    def __init__(self, path: Path, settings: Mapping[str, Any]) -> None:
        self.path, self._settings = path, dict(settings)
        self._lock = -1

    def __enter__(self) -> Folder:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if not (self.path / SETTINGS).is_file() and any(one.name != LOCK for one in self.path.iterdir()):
                raise Conflict(f"{self.path} holds other files; name an empty folder")
            self._lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            _hold(self._lock, self.path)
            self._check()
            for part in _PARTS:
                (self.path / part).mkdir(exist_ok=True)
        except OSError as error:
            self.__exit__()
            raise _unwritable(self.path, error) from error
        except (Conflict, Busy):
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _check(self) -> None:
        file = self.path / SETTINGS
        if not file.is_file():
            self._write(file, (json.dumps(self._settings, indent=1) + "\n").encode())
            return
        try:
            kept = json.loads(file.read_text("utf-8"))
        except ValueError as error:
            raise Conflict(f"{file} is damaged; name another folder") from error
        told = [key for key in self._settings if not isinstance(kept, dict) or kept.get(key) != self._settings[key]]
        if told:
            raise Conflict(
                f"{self.path} holds another data set: it was made with other {', '.join(told)}; "
                "name another folder, or give the same"
            )

    def written(self) -> int:
        """Pairs that are whole; what is left of one that is not is cut off the manifest."""
        file = self.path / MANIFEST
        lines = file.read_bytes().splitlines(keepends=True) if file.is_file() else []
        count = 0
        while 2 * count + 1 < len(lines) and all(self._is_whole(lines[2 * count + one], count) for one in (0, 1)):
            count += 1
        if 2 * count < len(lines):
            self._write(file, b"".join(lines[: 2 * count]))
        return count

    def add(self, number: int, pair: Pair, mask: bytes, facts: Mapping[str, Any]) -> None:
        """A pair's files, then its two lines. Raises StoreError."""
        name = f"{number:06}"
        files = {"genuine": pair.genuine, "forged": pair.forged}
        lines = []
        self._write(self.path / "masks" / f"{name}.png", mask)
        for label, data in files.items():
            self._write(self.path / label / f"{name}{pair.suffix}", data)
            lines.append(json.dumps(_line(label, f"{name}{pair.suffix}", number, pair, facts)) + "\n")
        try:
            with (self.path / MANIFEST).open("ab") as manifest:
                manifest.write("".join(lines).encode())
                manifest.flush()
                os.fsync(manifest.fileno())
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def _is_whole(self, line: bytes, number: int) -> bool:
        try:
            told = json.loads(line)
            named = [told["file"], *([told["mask"]] if told["mask"] else [])]
            there = all((self.path / str(name)).is_file() for name in named)
            return line.endswith(b"\n") and told["pair"] == number and there
        except (ValueError, KeyError, TypeError):
            return False

    def _write(self, file: Path, data: bytes) -> None:
        draft = file.with_name(f".{file.name}.draft")
        try:
            draft.write_bytes(data)
            draft.replace(file)
        except OSError as error:
            raise _unwritable(self.path, error) from error


def _line(label: str, name: str, number: int, pair: Pair, facts: Mapping[str, Any]) -> dict[str, Any]:
    forged = label == "forged"
    return {
        "file": f"{label}/{name}",
        "label": label,
        "forged": forged,
        "pair": number,
        **facts,
        "kind": pair.kind if forged else None,
        "last": pair.last,
        "boxes": [list(box) for box in pair.boxes] if forged else [],
        "mask": f"masks/{number:06}.png" if forged else None,
    }


def _unwritable(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{path} cannot be written: {error.strerror}; what was written before is kept")


if sys.platform == "win32":
    import msvcrt

    def _hold(file: int, path: Path) -> None:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise _busy(path) from error
else:
    import fcntl

    def _hold(file: int, path: Path) -> None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise _busy(path) from error


def _busy(path: Path) -> Busy:
    return Busy(f"another process writes to {path}; wait until it has finished")
