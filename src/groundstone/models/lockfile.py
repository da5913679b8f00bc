"""A lock between processes, held through an open file; the system lets go of it when the process dies."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Waits until no other process (or thread) holds ``path``, and holds it for the block."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        _hold(file)
        yield  # closing the file lets go


if sys.platform == "win32":
    import msvcrt
    import time

    def _hold(file: IO[bytes]) -> None:
        file.seek(0)
        while True:
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                return
            except OSError:  # held by another process; there is no waiting call here
                time.sleep(0.1)
else:
    import fcntl

    def _hold(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)
