"""Checks of kept documents: begun when first asked for, in the background; the report is kept beside the document."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from groundstone.documents.base import Reading
from groundstone.documents.kept import BROKEN, FAILED, READING_NOW, Kept, KeptDocument
from groundstone.errors import Conflict, GroundstoneError, UnreadableDocument
from groundstone.forensics.base import Layer
from groundstone.forensics.result import report_json, report_of
from groundstone.identity import Principal
from groundstone.jobs import Workers

if TYPE_CHECKING:
    from groundstone.forensics.service import Forensics

NAME = "forensics"  # of the file beside the document
LOOK_EVERY = 0.1  # seconds between two looks whether the words are read


@dataclass(slots=True)
class Check:
    """A check on its way or ended. ``report``: as ``report_json`` gives it, with its heat-maps, once it is ready."""

    pages_done: int = 0
    pages_wanted: int = 0
    report: dict[str, Any] | None = None
    failure: tuple[str, str] | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def status(self) -> Literal["checking", "ready", "failed"]:
        if self.report is not None:
            return "ready"
        return "failed" if self.failure else "checking"


class KeptChecks:
    """The checks of this process. Safe to use from several threads.

    A check that failed is told once; whoever asks after that begins another one.
    """

    def __init__(self, kept: Callable[[], Kept], forensics: Callable[[], Forensics]) -> None:
        self._kept, self._forensics = kept, forensics
        self._workers = Workers("forensics")
        self._running: dict[str, Check] = {}
        self._guard = threading.Lock()

    def state(self, caller: Principal, id: str) -> Check:
        """How far the check of a document is; it is begun if it was not. Raises NotFound."""
        document = self._kept().find(caller, id)
        noted = self._kept().noted(caller, id, NAME)
        if noted is not None:
            pages = len(noted["pages"])
            return Check(pages, pages, noted)
        with self._guard:
            check = self._running.get(id)
            if check is not None:
                if check.failure:
                    del self._running[id]
                return check
            check = self._running[id] = Check(pages_wanted=document.pages_wanted)
        self._workers.start(id, partial(self._run, caller, document, check))
        return check

    def layer(self, caller: Principal, id: str, page: int, layer: Layer, width: int) -> bytes:
        """A page of a document in one of its layers, as PNG. Raises NotFound, InvalidInput."""
        data = self._kept().data(caller, id)
        noted = self._kept().noted(caller, id, NAME) if layer == "heat" else None
        pages = report_of(noted).pages if noted else ()
        heat = next((one.heat for one in pages if one.number == page), None)
        return self._forensics().layer(data, page, layer, width, heat=heat)

    def close(self) -> None:
        """End the checks of this process."""
        self._workers.stop_all()
        self._workers.wait()

    def _run(self, caller: Principal, document: KeptDocument, check: Check, stop: threading.Event) -> None:
        failure: tuple[str, str] | None = ("internal", BROKEN)
        try:
            self._check(caller, document, check, stop)
            failure = None
        except GroundstoneError as error:
            failure = (error.code, str(error))
        finally:
            check.failure = failure
            if failure is None:
                with self._guard:
                    self._running.pop(document.id, None)
            check.ended.set()

    def _check(self, caller: Principal, document: KeptDocument, check: Check, stop: threading.Event) -> None:
        def progress(done: int, total: int) -> None:
            check.pages_done, check.pages_wanted = done, total

        data = self._kept().data(caller, document.id)
        report = self._forensics().check(
            data,
            document.name,
            pages=document.pages,
            reading=lambda over: self._reading(caller, document.id, over),
            progress=progress,
            stop=stop,
        )
        told = report_json(report, heat=True)
        self._kept().note(caller, document.id, NAME, told)
        check.report = told

    def _reading(self, caller: Principal, id: str, over: threading.Event) -> Reading:
        """The words, which are being read since the document was sent."""
        while (document := self._kept().find(caller, id)).status == READING_NOW:
            if over.is_set():
                raise Conflict("the check was stopped")
            time.sleep(LOOK_EVERY)
        if document.status == FAILED and document.failure:
            raise UnreadableDocument(document.failure[1])
        return self._kept().reading(caller, id)
