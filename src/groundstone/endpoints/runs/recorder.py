"""A load run while it is made: what there is by now is on the disk, whatever happens next."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from groundstone.endpoints.runs import files
from groundstone.endpoints.runs.base import Run, State, Summary
from groundstone.endpoints.runs.files import LOCK, POINTS, REPORT, RUN, STOP, Held
from groundstone.errors import GroundstoneError

if TYPE_CHECKING:
    from groundstone.endpoints.load.report import Report


class Recorder:
    """Writes one run. Made by ``History.begin``; ``with`` it: leaving ends the run, an error ends it as failed."""

    def __init__(self, folder: Path, run: Run) -> None:
        self._folder, self.run = folder, run
        self._lock = Held(folder / LOCK)  # before the run can be seen, so that nobody takes it for interrupted
        self._ended = False
        files.write_json(folder / RUN, run.json())

    def level(self, report: Report) -> None:
        """Keep everything measured so far."""
        from groundstone.endpoints.load.report import as_json

        files.write_json(self._folder / REPORT, as_json(replace(report, theory=None)))
        self._put(summary=summary(report))

    def point(self, told: dict[str, Any]) -> None:
        """Add a look at the run while it goes. It may be lost in a crash."""
        line = json.dumps(told, separators=(",", ":")) + "\n"
        with suppress(OSError), (self._folder / POINTS).open("a", encoding="utf-8") as file:
            file.write(line)

    @property
    def should_stop(self) -> bool:
        """Whether somebody asked for its end, or deleted it."""
        return (self._folder / STOP).exists() or not self._folder.exists()

    def end(self, state: State, why: str = "") -> None:
        """The first call counts. A run that was deleted meanwhile stays deleted."""
        if self._ended:
            return
        self._ended = True
        with suppress(GroundstoneError):
            self._put(state=state, why=why[:1000], ended=now())
        self._lock.release()

    def _put(self, **changes: Any) -> None:
        self.run = replace(self.run, **changes)
        files.write_json(self._folder / RUN, self.run.json())

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.end("done")
        elif isinstance(error, KeyboardInterrupt):
            self.end("stopped")
        else:
            known = isinstance(error, GroundstoneError)
            self.end("failed", str(error) if known else "an unexpected error; the log has it")


def summary(report: Report) -> Summary:
    rows = [row for row in report.rows if row.figures.good]
    best = max(rows, key=lambda row: row.figures.tokens_per_second, default=None)
    first = min(rows, key=lambda row: row.concurrency, default=None)
    return Summary(
        levels=len(report.rows),
        requests=sum(row.figures.requests for row in report.rows),
        good=sum(row.figures.good for row in report.rows),
        best=best.figures.tokens_per_second if best else 0.0,
        best_at=best.concurrency if best else 0,
        alone=first.per_token if first else 0.0,
        knee=report.knee or 0,
        valid=report.is_valid,
    )


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
