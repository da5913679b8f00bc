"""One picture read by several processors (the stages are those of child_share.py)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from groundstone.documents.base import Page, reading_of
from groundstone.errors import Conflict

Run = Callable[[str, bytes, dict[str, Any]], dict[str, Any]]


class Shared:
    """A page on its way. ``run`` runs a child; ``stop``, once set, ends the work between two stages."""

    def __init__(self, run: Run, data: bytes, media_type: str, number: int, stop: threading.Event | None) -> None:
        self._run, self._data, self._stop = run, data, stop
        self._options = {"media_type": media_type, "pages": [number]}

    def read(self, shares: int) -> Page:
        """Raises what the children raise, and Conflict when it was stopped."""
        answer = self._stage({"stage": "find"})
        if "page" not in answer:
            found = answer["found"]
            tasks = [{"stage": "lines", "found": found, "share": [number, shares]} for number in range(shares)]
            with ThreadPoolExecutor(shares, thread_name_prefix="reading") as threads:
                lines = [line for part in threads.map(self._stage, tasks) for line in part["lines"]]
            answer = self._stage({"stage": "page", "angle": found["angle"], "lines": lines})
        (page,) = reading_of({"media_type": "", "page_count": 1, "pages": [answer["page"]]}).pages
        return page

    def _stage(self, task: dict[str, Any]) -> dict[str, Any]:
        if self._stop is not None and self._stop.is_set():
            raise Conflict("the reading was stopped")
        return self._run("read", self._data, {**self._options, "shared": task})
