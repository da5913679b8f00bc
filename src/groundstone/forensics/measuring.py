"""What the network measures on a file, without any judgement: what a calibration is learned from."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from groundstone.forensics.base import Evidence, Report
from groundstone.forensics.calibration import Calibration
from groundstone.forensics.join import Weigh


class Checks(Protocol):
    """service.Forensics, as far as training and evaluation need it."""

    def check(self, data: bytes, name: str = "", *, words: bool = True) -> Report: ...


class Measuring:
    """Checks files with a ``weigh`` that only notes what it is given. Safe to use from several threads.

    ``make`` gives the Forensics that judges by the function it is handed; ``calibration`` says which page of several
    is the most suspicious.
    """

    def __init__(self, make: Callable[[Weigh], Checks], calibration: Calibration) -> None:
        self._noted, self._calibration = threading.local(), calibration
        self._checks = make(self._note)

    def __call__(self, data: bytes, name: str) -> dict[str, float]:
        """Measures of the file's most suspicious page; none when no page can be judged. Raises what check() does."""
        self._noted.pages = []
        self._checks.check(data, name, words=False)
        pages: list[dict[str, float]] = [one for one in self._noted.pages if one]
        return max(pages, key=lambda one: self._calibration.odds(one)[0], default={})

    def _note(self, found: Mapping[str, Any], evidence: tuple[Evidence, ...]) -> Mapping[str, Any]:
        self._noted.pages.append({name: float(value) for name, value in (found.get("measures") or {}).items()})
        return {"verdict": "cannot tell", "basis": "", "probability": None, "interval": None}
