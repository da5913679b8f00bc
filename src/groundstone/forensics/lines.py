"""What was worked out for each file, kept line by line so that long work can be interrupted and taken up."""

from __future__ import annotations

import json
import os
from pathlib import Path
from threading import Lock
from typing import Any


class Lines:
    """JSON objects by key in a file of lines, which only grows. Safe to use from several threads of one process.

    A last line that was cut off when the process ended is dropped; the work on it is done again.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, Lock()
        self._known: dict[str, dict[str, Any]] = {}
        if path.is_file():
            self._take_up()

    def __contains__(self, key: str) -> bool:
        return key in self._known

    def __getitem__(self, key: str) -> dict[str, Any]:
        return self._known[key]

    def __len__(self) -> int:
        return len(self._known)

    def add(self, key: str, value: dict[str, Any]) -> None:
        """Written before this returns."""
        line = json.dumps({"key": key, "value": value}, ensure_ascii=False) + "\n"
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line)
            self._known[key] = value

    def _take_up(self) -> None:
        whole, data = 0, self._path.read_bytes()
        for line in data.splitlines(keepends=True):
            try:
                one = json.loads(line)
                self._known[one["key"]] = one["value"]
            except (ValueError, KeyError, TypeError):
                break
            if not line.endswith(b"\n"):
                break
            whole += len(line)
        if whole < len(data):
            os.truncate(self._path, whole)
