"""A run that is kept while it goes, whether a command or a process of the server makes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from groundstone.endpoints.load.progress import Progress
from groundstone.endpoints.load.report import Report
from groundstone.endpoints.runs.live import Live
from groundstone.endpoints.runs.recorder import Recorder

ABANDONED = "the server that ran it ended; what had been measured is kept"


class Keeping:
    """Give ``watch`` to the run, and ``level`` the report so far whenever a level has ended.

    Without a recorder both do nothing. ``lost``: set it where nobody is there any more who wants the run.
    """

    def __init__(self, recorder: Recorder | None, live: Live | None) -> None:
        self._recorder, self._live = recorder, live
        self._report: Report | None = None
        self.lost = False

    def watch(self, found: Progress) -> None:
        if self._live is not None:
            self._live.watch(found)

    def level(self, report: Report) -> None:
        """What has been measured so far; a level that was stopped before its first request had ended is none."""
        rows = tuple(row for row in report.rows if row.figures.requests or not row.stopped)
        self._report = report = replace(report, rows=rows)
        if self._recorder is not None:
            self._recorder.level(report)

    def end(self, stopped: bool) -> None:
        """Say in the history how it ended."""
        if self._recorder is None:
            return
        rows = self._report.rows if self._report else ()
        if self.lost:
            self._recorder.end("interrupted", ABANDONED)
        elif any(row.figures.good for row in rows):
            self._recorder.end("stopped" if stopped else "done")
        else:
            said = next((why for row in rows for why in row.why), "")
            self._recorder.end("stopped" if stopped else "failed", f"not one request was answered. {said}".strip())


@asynccontextmanager
async def keeping(recorder: Recorder | None, stop: asyncio.Event) -> AsyncIterator[Keeping]:
    """For as long as a run goes. ``stop`` is set when somebody asks for its end; an error is kept as such."""
    if recorder is None:
        yield Keeping(None, None)
        return
    live = Live(recorder, stop)
    kept = Keeping(recorder, live)
    with recorder:
        guard = asyncio.create_task(live.guard())
        try:
            yield kept
        finally:
            guard.cancel()
        kept.end(stop.is_set())
