"""Bytes of a document to its words. Foreign formats are parsed, and pages recognised, in limited child processes."""

from __future__ import annotations

import base64
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any

from groundstone.documents.base import Page, Place, Reading, reading_of
from groundstone.documents.examine import MAX_BYTES, Examined, media_type
from groundstone.documents.ocr_models import require
from groundstone.documents.ranges import pages_of
from groundstone.documents.shared import Shared
from groundstone.documents.turns import Turns
from groundstone.errors import Conflict, DocumentTooLarge, InvalidInput, UnreadableDocument
from groundstone.sandbox import Limits, Sandbox

Progress = Callable[[int, int], None]  # pages read, pages in all

_KINDS = {
    "examine": "groundstone.documents.child_examine",
    "read": "groundstone.documents.child_read",
    "draw": "groundstone.documents.child_draw",
}
_LIMITS = Limits(cpu=90, wall=180.0, memory=3 * 2**30)
_MANY_PAGES = ("application/pdf", "image/tiff")  # types of files that may have more than one
_TOGETHER = 16  # pages with text of their own that one child reads at a time
_SENT = 32 * 2**20  # bytes of a file that are worth sending for one page; a larger file is sent for several
_WIDEST = 4000  # pixels
_MOST_SHARES = 4  # of one page: finding its lines is not shared


class Reader:
    """Reads documents, pages in parallel. Safe to share between threads; documents take turns page by page.

    ``at_once``: how many pages are read at a time, each by one processor; 0 for as many as there are processors.
    """

    def __init__(self, at_once: int = 0, limits: Limits = _LIMITS, max_bytes: int = MAX_BYTES) -> None:
        if at_once < 0:
            raise InvalidInput("at_once counts processes; it cannot be negative")
        self._at_once = at_once or _processors()
        self._turns = Turns(self._at_once)
        self._max_bytes = max_bytes
        self._sandbox = Sandbox(_KINDS, limits, preload=("groundstone.documents.child_read",), at_once=self._at_once)

    def examine(self, data: bytes, name: str = "") -> Examined:
        """What a file is, by its content.

        Raises UnreadableDocument, UnsupportedDocument, DocumentTooLarge, and WeightsMissing when rapidocr's models are
        not installed.
        """
        kind = self._kind(data, name)
        found = self._run("examine", data, {"media_type": kind})
        return Examined(kind, found["page_count"], found["width"], found["height"], len(data))

    def read(
        self,
        data: bytes,
        name: str = "",
        *,
        pages: Sequence[str] = ("*",),
        progress: Progress | None = None,
        stop: threading.Event | None = None,
        background: bool = False,
    ) -> Reading:
        """The words of the pages asked for ("3", "2-4", "4-*", "*"). Work in the background lets others go first.

        Raises UnreadableDocument, UnsupportedDocument, DocumentTooLarge, InvalidInput (pages), and Conflict when
        ``stop`` was set before the end.
        """
        kind = self._kind(data, name)
        count = self.examine(data, name).page_count if kind in _MANY_PAGES else 1
        numbers = pages_of(pages, count)
        run = partial(self._run, background=background)
        if len(numbers) == 1 and kind != "application/pdf" and self._at_once > 1 and not background:
            page = Shared(run, data, kind, numbers[0], stop).read(min(self._at_once, _MOST_SHARES))
            if progress:
                progress(1, 1)
            return Reading(kind, (page,), count)
        work = _Work(run, data, kind, numbers, progress, stop or threading.Event())
        return Reading(kind, work.done(self._at_once), count)

    def picture(
        self,
        data: bytes,
        page: int = 1,
        *,
        width: int = 1200,
        marks: Sequence[tuple[Place, str, str]] = (),
        hide: Sequence[Place] = (),
    ) -> bytes:
        """A page as PNG, ``width`` pixels wide.

        ``marks``: place, label and kind ("answer", "label", "word", "mark" or any other) of boxes to draw. ``hide``:
        places that are painted black.
        """
        if not 1 <= width <= _WIDEST:
            raise InvalidInput(f"a picture is from 1 to {_WIDEST} pixels wide")
        count = self.examine(data).page_count
        if not 1 <= page <= count:
            raise InvalidInput(f"there is no page {page}; the document has {count}")
        options = {
            "media_type": media_type(data), "page": page, "width": width,
            "marks": [(_corners(place), label, kind) for place, label, kind in marks if place.page == page],
            "hide": [_corners(place) for place in hide if place.page == page],
        }  # fmt: skip
        return base64.b64decode(self._run("draw", data, options)["png"])

    def close(self) -> None:
        """End the child processes."""
        self._sandbox.close()

    def _kind(self, data: bytes, name: str) -> str:
        require()
        if len(data) > self._max_bytes:
            raise DocumentTooLarge(
                f"{name or 'the file'} has {len(data) >> 20} MB; at most {self._max_bytes >> 20} MB are read"
            )
        return media_type(data)

    def _run(self, kind: str, data: bytes, options: dict[str, Any], background: bool = False) -> dict[str, Any]:
        with self._turns.one(background):
            return self._sandbox.run(kind, data, options)


class _Work:
    """The pages of one document on their way."""

    def __init__(
        self,
        run: Callable[[str, bytes, dict[str, Any]], dict[str, Any]],
        data: bytes,
        media_type: str,
        numbers: list[int],
        progress: Progress | None,
        stop: threading.Event,
    ) -> None:
        self._run, self._data, self._media_type = run, data, media_type
        self._numbers, self._progress, self._stop = numbers, progress, stop
        self._found: dict[int, Page] = {}

    def done(self, at_once: int) -> tuple[Page, ...]:
        """All pages in order. The first error ends the work on the others."""
        with ThreadPoolExecutor(at_once, thread_name_prefix="reading") as threads:
            try:
                self._share(threads)
            finally:
                threads.shutdown(wait=True, cancel_futures=True)
        return tuple(self._found[number] for number in self._numbers)

    def _share(self, threads: ThreadPoolExecutor) -> None:
        """Groups of pages that may hold text of their own first; those that do not are recognised one by one."""
        open_: set[Future[list[int]]] = {threads.submit(self._read, *task) for task in self._tasks()}
        while open_:
            done, open_ = wait(open_, return_when=FIRST_COMPLETED)
            for future in done:
                open_ |= {threads.submit(self._read, group, True) for group in self._groups(future.result())}
            if self._progress:
                self._progress(len(self._found), len(self._numbers))

    def _tasks(self) -> Iterator[tuple[list[int], bool]]:
        if self._media_type != "application/pdf" or len(self._numbers) == 1:
            yield from ((group, True) for group in self._groups(self._numbers))
            return
        for start in range(0, len(self._numbers), _TOGETHER):
            yield self._numbers[start : start + _TOGETHER], False

    def _groups(self, numbers: list[int]) -> list[list[int]]:
        size = 1 + len(self._data) // _SENT
        return [numbers[start : start + size] for start in range(0, len(numbers), size)]

    def _read(self, numbers: list[int], recognise: bool) -> list[int]:
        """The pages that are left to be recognised."""
        if self._stop.is_set():
            raise Conflict("the reading was stopped")
        options = {"media_type": self._media_type, "pages": numbers, "recognise": recognise}
        try:
            answers = self._run("read", self._data, options)["pages"]
        except UnreadableDocument as error:
            raise error if len(self._numbers) == 1 else type(error)(f"{_named(numbers)}: {error}") from error
        pages = [answer for answer in answers if answer]
        for page in reading_of({"media_type": self._media_type, "page_count": 1, "pages": pages}).pages:
            self._found[page.number] = page
        return [number for number, answer in zip(numbers, answers, strict=True) if answer is None]


def _named(numbers: list[int]) -> str:
    return f"page {numbers[0]}" if len(numbers) == 1 else f"pages {numbers[0]} to {numbers[-1]}"


def _processors() -> int:
    """Those that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _corners(place: Place) -> list[float]:
    return [value for point in place.points for value in point]
