"""Forensics as everything else sees it: is a document forged, and where. Whatever asks, the answer is made here.

Pictures and PDF are parsed in limited child processes, pages in parallel. What people read on a page is looked at too:
``documents`` recognises the words while the pixels are examined. ``joined`` puts the pieces together.
"""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from threading import Event
from typing import TYPE_CHECKING, Any

from groundstone.documents.examine import MAX_BYTES, Examined, media_type
from groundstone.documents.ranges import pages_of
from groundstone.documents.turns import Turns
from groundstone.errors import DocumentTooLarge, InvalidInput
from groundstone.forensics.base import LAYERS, Heat, Layer, Report
from groundstone.forensics.join import Weigh, joined
from groundstone.forensics.work import Progress, Read, Work
from groundstone.sandbox import Limits, Sandbox

if TYPE_CHECKING:
    from groundstone.documents.base import Reading
    from groundstone.documents.service import Documents

KINDS = {
    "examine": "groundstone.documents.child_examine",
    "pixels": "groundstone.forensics.child_pixels",
    "file": "groundstone.forensics.child_file",
    "words": "groundstone.forensics.words.child_words",
    "layer": "groundstone.forensics.child_layer",
}
PRELOAD = ("groundstone.forensics.child_pixels",)  # its ``prepare`` loads the network once for all pages
LIMITS = Limits(cpu=90, wall=180.0, memory=3 * 2**30)
WIDEST = 4000  # pixels
_MANY_PAGES = ("application/pdf", "image/tiff")  # types of files that may have more than one


class Forensics:
    """Checks documents for forgery. Safe to share between threads; documents take turns page by page.

    >>> from groundstone import Platform                                      # doctest: +SKIP
    >>> forensics = Platform().forensics                                      # doctest: +SKIP
    >>> report = forensics.check(open("payslip.jpg", "rb").read(), "payslip.jpg")    # doctest: +SKIP
    >>> report.verdict, report.probability                                    # doctest: +SKIP
    ('forged', 0.97)

    Args:
        documents: what reads words; asked for when it is first needed.
        at_once: how many pages are examined at a time, each by one processor; 0 for as many as there are processors.
        weigh: turns evidence into a probability, its interval and a verdict; that of ``weigh.py`` unless told.
        kinds: the parsers of the child processes by name, and ``preload`` those that are prepared once; for tests.
    """

    def __init__(
        self,
        documents: Callable[[], Documents],
        at_once: int = 0,
        *,
        limits: Limits = LIMITS,
        max_bytes: int = MAX_BYTES,
        weigh: Weigh | None = None,
        kinds: Mapping[str, str] = KINDS,
        preload: Sequence[str] = PRELOAD,
    ) -> None:
        if at_once < 0:
            raise InvalidInput("at_once counts processes; it cannot be negative")
        self._documents, self._max_bytes, self._weigh = documents, max_bytes, weigh
        self._at_once = at_once or _processors()
        self._turns = Turns(self._at_once)
        self._sandbox = Sandbox(kinds, limits, preload=preload, at_once=self._at_once)

    def check(
        self,
        data: bytes,
        name: str = "",
        *,
        pages: Sequence[str] = ("*",),
        words: bool = True,
        reading: Read | None = None,
        progress: Progress | None = None,
        stop: Event | None = None,
        background: bool = False,
    ) -> Report:
        """What a file shows of changes made to it.

        ``pages``: "3", "2-4", "4-*" or "*". ``words`` False leaves out what the words tell (fonts, lines, sums), which
        takes the recognition of the text; ``reading`` gives them where they are read anyway. ``progress`` is told how
        many of how many pages are done. ``background``: nobody waits for it, so that others go first.

        Raises UnreadableDocument, UnsupportedDocument, DocumentTooLarge, InvalidInput (pages), WeightsMissing, and
        Conflict when ``stop`` was set before the end. A picture that can be read and gives nothing to judge by is no
        error: its report says "cannot tell", and why.
        """
        kind = self._kind(data, name)
        count = self._page_count(data, kind)
        numbers = pages_of(pages, count)

        def run(asked: str, options: dict[str, Any]) -> dict[str, Any]:
            return self._run(asked, data, {"media_type": kind, **options}, background)

        def read(over: Event) -> Reading:
            wanted = [str(number) for number in numbers]
            return self._documents().read(data, name, pages=wanted, stop=over, background=background)

        work = Work(run, numbers, progress, stop or Event())
        return joined(name, kind, count, work.done(self._at_once, (reading or read) if words else None), self._weigh)

    def examine(self, data: bytes, name: str = "") -> Examined:
        """What a file is, by its content. Raises UnreadableDocument, UnsupportedDocument, DocumentTooLarge."""
        kind = self._kind(data, name)
        found = self._run("examine", data, {"media_type": kind})
        return Examined(kind, found["page_count"], found["width"], found["height"], len(data))

    def layer(
        self, data: bytes, page: int = 1, layer: Layer = "heat", width: int = 1200, *, heat: Heat | None = None
    ) -> bytes:
        """A page in one of its layers as PNG, ``width`` pixels wide.

        "picture" is the page itself, "heat" what the network suspects (over a faint page), "errors" the error levels,
        "noise" what is left of the picture without its content, "history" where it does not share the page's history
        of compression, "copies" regions that stand there twice. ``heat``: that of an earlier report, which saves time.

        Raises InvalidInput (page, layer, width), UnreadableDocument, UnsupportedDocument, DocumentTooLarge.
        """
        if layer not in LAYERS:
            raise InvalidInput(f"no layer {str(layer)[:40]!r}; there are {', '.join(LAYERS)}")
        if not 1 <= width <= WIDEST:
            raise InvalidInput(f"a picture is from 1 to {WIDEST} pixels wide")
        kind = self._kind(data, "")
        count = self._page_count(data, kind)
        if not 1 <= page <= count:
            raise InvalidInput(f"there is no page {page}; the document has {count}")
        options: dict[str, Any] = {"media_type": kind, "page": page}
        if layer == "heat":
            found = _heat_json(heat) if heat else self._run("pixels", data, options).get("heat")
            options |= {"heat": found}
        return base64.b64decode(self._run("layer", data, {**options, "layer": layer, "width": width})["png"])

    def close(self) -> None:
        """End the child processes."""
        self._sandbox.close()

    def _kind(self, data: bytes, name: str) -> str:
        if len(data) > self._max_bytes:
            raise DocumentTooLarge(
                f"{name or 'the file'} has {len(data) >> 20} MB; at most {self._max_bytes >> 20} MB are checked"
            )
        return media_type(data)

    def _page_count(self, data: bytes, kind: str) -> int:
        if kind not in _MANY_PAGES:
            return 1
        return self.examine(data).page_count

    def _run(self, kind: str, data: bytes, options: dict[str, Any], background: bool = False) -> dict[str, Any]:
        with self._turns.one(background):
            return self._sandbox.run(kind, data, options)


def _heat_json(heat: Heat) -> dict[str, Any]:
    return {"rows": heat.rows, "columns": heat.columns, "cells": base64.b64encode(heat.cells).decode()}


def _processors() -> int:
    """Those that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
