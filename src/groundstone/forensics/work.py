"""The pages of one document on their way: pixels, words and the file itself are looked at side by side."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from threading import Event, Lock
from typing import Any

from groundstone.documents.base import Reading, reading_json
from groundstone.errors import Conflict, UnreadableDocument

Progress = Callable[[int, int], None]  # pages examined, pages in all
Run = Callable[[str, dict[str, Any]], dict[str, Any]]  # the kind of child, its options
Read = Callable[[Event], Reading]  # gives the words of the pages, unless the event is set before


@dataclass(slots=True)
class Pieces:
    """What the children found, as they said it. ``pixels`` and ``words`` by number of the page.

    ``unread``: why the words are missing, "" when they are there or were not wanted.
    """

    file: dict[str, Any] = field(default_factory=dict)
    pixels: dict[int, dict[str, Any]] = field(default_factory=dict)
    words: dict[int, dict[str, Any]] = field(default_factory=dict)
    unread: str = ""


class Over(Event):
    """Set once it is set itself, or ``other`` is."""

    def __init__(self, other: Event) -> None:
        super().__init__()
        self._other = other

    def is_set(self) -> bool:
        return super().is_set() or self._other.is_set()


class Work:
    """One check. ``done`` gives all pieces; the first error ends the work on the rest."""

    def __init__(self, run: Run, numbers: list[int], progress: Progress | None, stop: Event) -> None:
        self._run, self._numbers, self._progress, self._stop = run, numbers, progress, stop
        self._found = Pieces()
        self._over = Over(stop)
        self._lock = Lock()

    def done(self, at_once: int, read: Read | None) -> Pieces:
        """``read`` gives the words, if wanted. Raises what a child raised, and Conflict when ``stop`` was set."""
        with ThreadPoolExecutor(at_once + 2, thread_name_prefix="forensics") as threads:
            open_: set[Future[None]] = {threads.submit(self._file)}
            open_ |= {threads.submit(self._read_words, read, threads)} if read else set()
            open_ |= {threads.submit(self._pixels, number) for number in self._numbers}
            try:
                finished, _ = wait(open_, return_when=FIRST_EXCEPTION)
                for future in finished:
                    future.result()
            finally:
                self._over.set()
                threads.shutdown(wait=True, cancel_futures=True)
        return self._found

    def _file(self) -> None:
        self._check()
        self._found.file = self._run("file", {})

    def _pixels(self, number: int) -> None:
        self._check()
        try:
            self._found.pixels[number] = self._run("pixels", {"page": number})
        except UnreadableDocument as error:
            if len(self._numbers) == 1:
                raise
            raise type(error)(f"page {number}: {error}") from error
        with self._lock:
            if self._progress:
                self._progress(len(self._found.pixels), len(self._numbers))

    def _read_words(self, read: Read, threads: ThreadPoolExecutor) -> None:
        """What the words tell is worth less than the rest: where they cannot be read, that is said and no more."""
        self._check()
        try:
            reading = read(self._over)
            pages = [page for page in reading.pages if page.number in self._numbers]
            list(threads.map(self._words, (replace(reading, pages=(page,)) for page in pages)))
        except UnreadableDocument as error:
            self._found.unread = str(error)

    def _words(self, reading: Reading) -> None:
        """Of a reading with one page."""
        self._check()
        number = reading.pages[0].number
        self._found.words[number] = self._run("words", {"page": number, "reading": reading_json(reading)})

    def _check(self) -> None:
        if self._stop.is_set():
            raise Conflict("the check was stopped")
        if self._over.is_set():
            raise Conflict("the check of another page failed")
