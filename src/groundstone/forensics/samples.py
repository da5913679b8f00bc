"""Pictures of a data set for training and cards, read in limited child processes; files in parallel."""

from __future__ import annotations

import base64
import os
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

from groundstone.errors import Conflict
from groundstone.forensics.base import Heat
from groundstone.sandbox import Limits, Sandbox

T = TypeVar("T")
Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all
_LIMITS = Limits(cpu=60, wall=120.0, memory=3 * 2**30)
_CHILD = "groundstone.forensics.child_sample"


class Samples:
    """Use as a context; it ends its processes at the end."""

    def __init__(self, at_once: int = 0) -> None:
        self.at_once = at_once or processors()
        self._sandbox = Sandbox({"sample": _CHILD}, _LIMITS, preload=(_CHILD,), at_once=self.at_once)

    def __enter__(self) -> Samples:
        return self

    def __exit__(self, *_: object) -> None:
        self._sandbox.close()

    def error_levels(self, data: bytes, quality: int, side: int) -> bytes:
        """See child_sample.ela: ``side`` x ``side`` x 3 bytes. All raise UnreadableDocument and DocumentTooLarge."""
        return base64.b64decode(self._run(data, want="ela", quality=quality, side=side)["pixels"])

    def mask(self, data: bytes, rows: int, columns: int) -> bytes:
        """1 for each cell with a changed pixel, row by row."""
        return base64.b64decode(self._run(data, want="mask", rows=rows, columns=columns)["cells"])

    def example(self, data: bytes, width: int, heat: Heat | None) -> dict[str, Any]:
        """``jpeg`` and ``heat`` in base64 ("" without one), ``width`` and ``height`` in pixels."""
        cells = {} if heat is None else {"heat": base64.b64encode(heat.cells).decode(), "rows": heat.rows}
        return self._run(data, want="example", width=width, **cells, columns=heat.columns if heat else 0)

    def _run(self, data: bytes, **options: Any) -> dict[str, Any]:
        return self._sandbox.run("sample", data, options)


def side_by_side(work: Callable[[T], None], items: Iterable[T], at_once: int, tick: Callable[[int], None]) -> None:
    """Do ``work`` on every item, ``at_once`` at a time. ``tick`` is told how many are done, and may raise to end it.

    The first error ends it: what has not begun is left, what has is waited for.
    """
    left, done = iter(items), 0
    with ThreadPoolExecutor(at_once, thread_name_prefix="samples") as threads:
        open_: set[Future[None]] = set()
        try:
            while True:
                while len(open_) < 2 * at_once and (item := next(left, None)) is not None:
                    open_.add(threads.submit(work, item))
                if not open_:
                    return
                finished, open_ = wait(open_, return_when=FIRST_COMPLETED)
                for one in finished:
                    one.result()
                done += len(finished)
                tick(done)
        finally:
            for one in open_:
                one.cancel()


def ticker(progress: Progress | None, stop: threading.Event | None) -> Progress:
    """Progress that raises Conflict once ``stop`` is set."""

    def tick(what: str, done: int, total: int) -> None:
        if stop is not None and stop.is_set():
            raise Conflict("it was stopped; what is done is kept, and the same call goes on from there")
        if progress is not None:
            progress(what, done, total)

    return tick


def processors() -> int:
    """Those that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
