"""Deleting for certain: files, rows, table, and every trace of them in the database and its log."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING

from groundstone.errors import StoreError
from groundstone.verification.files import Files
from groundstone.verification.privacy import forget_source

if TYPE_CHECKING:
    from groundstone.stores.queue import Item, Queue

log = logging.getLogger(__name__)

PURGE_EVERY = 3600.0  # seconds
ORPHANED = 600.0  # seconds after which files without a row belong to nobody
DELETED = "deleted"
SCRUB_TRIES, SCRUB_PAUSE = 5, 0.2


class Retention:
    """Deletes documents of one application. What is interrupted is done again: the row goes last.

    Args:
        folder: the watched folder; the file of a deleted document is deleted there too.
        seconds: the longest time that a document stays, also one that came while a longer time held; 0: no such time.
    """

    def __init__(self, name: str, queue: Queue, files: Files, folder: Path | None, seconds: float = 0.0) -> None:
        self._name, self._queue, self._files, self._folder = name, queue, files, folder
        self._seconds = seconds

    def purge(self) -> int:
        """Delete everything whose time is over, and what a killed process left; how many documents."""
        count, changed = 0, self._sweep()
        if self._seconds:
            self._queue.shorten(self._name, self._seconds)
        for item in self._queue.over(self._name):
            try:
                self._delete(item)
            except StoreError as error:  # the others are deleted all the same
                log.error("a document that is over could not be deleted: %s", error)
                continue
            count += item.state != DELETED
            changed = True
        self._scrub(wanted=changed)
        return count

    def delete(self, *items: Item) -> None:
        """Delete documents now. Raises StoreError."""
        for item in items:
            self._delete(item)
        self._scrub(wanted=True)

    def _delete(self, item: Item) -> None:
        self._queue.stop(item)  # whoever works on it cannot save anything more
        forget_source(item.source, item.stamp, self._folder)
        self._files.remove(item.id)
        self._queue.bury(item)

    def _sweep(self) -> bool:
        """Delete the files of documents that never came into the queue: the process was killed in between."""
        known, swept = self._queue.ids(self._name), False
        for folder in self._files.all():
            if folder.name not in known and _age(folder) > ORPHANED:
                self._files.remove(folder.name)
                swept = True
        return swept

    def _scrub(self, *, wanted: bool) -> None:
        """Rewrite the database, also when an earlier purge was interrupted before it could."""
        if not wanted and not self._queue.needs_scrub:
            return
        for _ in range(SCRUB_TRIES):
            if self._queue.scrub():
                return
            time.sleep(SCRUB_PAUSE)
        log.warning("the database was in use; what was deleted is overwritten by the next purge")


def _age(folder: Path) -> float:
    try:
        return time.time() - folder.stat().st_mtime
    except OSError:
        return 0.0
