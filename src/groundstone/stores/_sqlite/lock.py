"""A lock on a file that the operating system releases when its process ends, however it ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from groundstone.errors import Busy


class FileLock:
    """Held from construction until ``release``. Raises Busy when somebody else holds it."""

    def __init__(self, path: Path, purpose: str) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _take(self._file)
        except OSError:
            os.close(self._file)
            raise Busy(f"another writer is at work on {purpose}; try again when it has finished") from None

    def release(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


if sys.platform == "win32":
    import msvcrt

    def _take(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
