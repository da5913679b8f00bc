"""Files of a kept load run, in a folder of its own: each is replaced as a whole, so that no crash leaves half of one.

``run.json`` is the run, ``label.json`` the name and tags that people gave it since, ``report.json`` its levels so far,
``points.jsonl`` a line for every look at it while it went. ``lock`` is held by the process that runs it, and freed by
the system however that process ends; ``stop`` asks it to end.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from groundstone.errors import NotFound, StoreError

RUN, LABEL, REPORT, POINTS, LOCK, STOP = "run.json", "label.json", "report.json", "points.jsonl", "lock", "stop"
MOST_BYTES = 64 * 2**20  # of one file that is read


def write(path: Path, data: bytes) -> None:
    """Replace a file as a whole. Raises StoreError, and NotFound when the run was deleted meanwhile."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
    except FileNotFoundError:
        raise NotFound(f"the load run {path.parent.name} was deleted") from None
    except OSError as error:
        with suppress(OSError):  # nothing of it stays on a full disk
            draft.unlink()
        raise StoreError(f"{path} cannot be written: {error.strerror}; free some space there") from None


def write_json(path: Path, told: Any) -> None:
    write(path, json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=str).encode())


def read_json(path: Path) -> Any:
    """None where there is no such file. Raises StoreError for a damaged one."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise StoreError(f"{path} is larger than the {MOST_BYTES >> 20} MB that are read")
        return json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise StoreError(f"{path} is damaged; delete its folder") from None


class Held:
    """A lock on a file, held until it is released or the process ends."""

    def __init__(self, path: Path) -> None:
        """Raises OSError while another one holds it."""
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _take(self._file)
        except OSError:
            os.close(self._file)
            raise

    def release(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def is_held(path: Path) -> bool:
    """Whether a process that lives holds the lock."""
    if not path.exists():
        return False
    try:
        Held(path).release()
    except OSError:
        return True
    return False


if sys.platform == "win32":
    import msvcrt

    def _take(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
