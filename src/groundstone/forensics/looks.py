"""What the files of a data set look like: their SHA-256, and prints of their pages, made in limited child processes."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from groundstone.documents.examine import MAX_BYTES, media_type
from groundstone.errors import Conflict, InvalidInput, LimitExceeded
from groundstone.sandbox import Limits, Sandbox

if TYPE_CHECKING:
    from groundstone.forensics.likeness import Print

Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all
SHOWN = 20  # files that an error names
_CHILD = "groundstone.forensics.child_print"
_LIMITS = Limits(cpu=60, wall=120.0, memory=3 * 2**30)
_BLOCK = 1000  # prints whose hashes are compared at a time


@dataclass(frozen=True)
class Looks:
    """By path: the digest of each file; by digest: the prints of its pages (none for blank ones)."""

    digests: dict[Path, str] = field(default_factory=dict)
    prints: dict[str, list[Print]] = field(default_factory=dict)

    def digest(self, path: Path) -> str:
        """SHA-256. Raises InvalidInput for a file that was not looked at."""
        if path not in self.digests:
            raise InvalidInput(f"{path} was not looked at; look at all files of the data set")
        return self.digests[path]

    def same_pages(
        self,
        paths: Sequence[Path],
        together: Callable[[int, int], bool],
        progress: Progress | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[tuple[int, int]]:
        """Pairs of positions in ``paths`` whose files share a page; those that are ``together`` are not compared."""
        from groundstone.forensics.likeness import same_page

        firsts = {self.digest(path): index for index, path in reversed(list(enumerate(paths)))}
        pages = [
            (index, page)
            for digest, index in sorted(firsts.items(), key=lambda one: one[1])
            for page in self.prints[digest]
        ]
        for number, candidates in enumerate(_alike([page for _, page in pages])):
            _tick(progress, stop, "comparing the pages", number + 1, len(pages))
            for other in candidates:
                one, two = pages[number][0], pages[other][0]
                if not together(one, two) and same_page(pages[number][1], pages[other][1]):
                    yield one, two
            pages[number][1].forget()


def look_at(
    paths: Sequence[Path],
    *,
    at_once: int = 0,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> Looks:
    """Look at files, each content once.

    Raises InvalidInput that names the files which cannot be read and says why, Conflict once ``stop`` is set.
    """
    looks = Looks()
    wrong: list[str] = []
    unread: dict[str, Path] = {}
    for path in paths:
        looks.digests[path] = _digest(path, wrong)
        unread.setdefault(looks.digests[path], path)
    if not wrong:
        workers = at_once or _processors()
        sandbox = Sandbox({"print": _CHILD}, _LIMITS, preload=(_CHILD,), at_once=workers)
        try:
            _print_all(sandbox, workers, unread, looks, wrong, progress, stop)
        finally:
            sandbox.close()
    if wrong:
        more = f"; and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        raise InvalidInput(f"{'; '.join(wrong[:SHOWN])}{more}. Save them anew, or leave them out")
    return looks


def _print_all(
    sandbox: Sandbox,
    workers: int,
    unread: dict[str, Path],
    looks: Looks,
    wrong: list[str],
    progress: Progress | None,
    stop: threading.Event | None,
) -> None:
    from groundstone.forensics.likeness import print_from

    def one(path: Path) -> list[Print] | str:
        if stop is not None and stop.is_set():
            return ""
        try:
            data = path.read_bytes()
            answer = sandbox.run("print", data, {"media_type": media_type(data)})
            return [print_from(told) for told in answer["prints"]]
        except OSError as error:
            return str(error.strerror)
        except (InvalidInput, LimitExceeded) as error:
            return str(error)

    with ThreadPoolExecutor(workers, thread_name_prefix="looks") as threads:
        results = zip(unread.items(), threads.map(one, unread.values()), strict=True)
        for number, ((digest, path), found) in enumerate(results, 1):
            if isinstance(found, str):
                _tick(None, stop, "", 0, 0)
                wrong.append(f"{path}: {found}")
            else:
                looks.prints[digest] = found
            _tick(progress, stop, "looking at the files", number, len(unread))


def _alike(prints: list[Print]) -> Iterator[list[int]]:
    """For each print, those after it whose hashes differ in few bits."""
    import numpy as np

    from groundstone.forensics.likeness import LOOKS

    words = np.frombuffer(b"".join(one.bits for one in prints), np.uint64).reshape(-1, 4)
    for start in range(0, len(words), _BLOCK):
        block = words[start : start + _BLOCK]
        differ = sum(
            np.bitwise_count(block[:, None, part] ^ words[None, :, part]).astype(np.int16) for part in range(4)
        )
        near = np.asarray(differ) <= LOOKS
        for row in range(len(block)):
            first = start + row + 1
            yield (first + np.flatnonzero(near[row, first:])).tolist()


def _digest(path: Path, wrong: list[str]) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            wrong.append(f"{path}: it is larger than {MAX_BYTES >> 20} MB")
            return ""
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        wrong.append(f"{path}: {error.strerror}")
        return ""


def _tick(progress: Progress | None, stop: threading.Event | None, what: str, done: int, total: int) -> None:
    if stop is not None and stop.is_set():
        raise Conflict("the leak check was stopped")
    if progress is not None:
        progress(what, done, total)


def _processors() -> int:
    """Those that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
