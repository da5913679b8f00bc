"""Work on items of the queue: step by step until nothing is left to do, or until something goes wrong."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING

from groundstone import errors
from groundstone.errors import Conflict, GroundstoneError, NotFound, UnreadableDocument, UnsupportedDocument
from groundstone.verification.steps import READ, Found, Steps

if TYPE_CHECKING:
    from groundstone.stores.queue import Item, Queue

SHORT, LONG = 0, 1  # lanes: what is answered at once goes before what takes its time
MOST_TRIES = 5
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 600.0  # seconds
BROKEN = "it ended in an unexpected error; the log has it. Retry it when that is mended"
FINAL = (
    errors.InvalidInput, errors.NotFound, errors.NotSupported, errors.Forbidden, errors.ConfigError,
    errors.DocumentTooLarge,
)  # fmt: skip
SECOND_TRY = 2  # a document that could be examined and then not read: its reader may have been killed


def pause(attempt: int) -> float:
    """Seconds before another try, after so many."""
    return float(min(LONGEST_PAUSE, FIRST_PAUSE * 4 ** (attempt - 1)))


class Work:
    """Does the steps. Safe to use from several threads.

    Args:
        lost: told of an item that was taken away or deleted while it was worked on.
        pause: seconds before another try, by the number of tries.
    """

    def __init__(
        self, queue: Queue, steps: Steps, lost: Callable[[Item], None], pause: Callable[[int], float] = pause
    ) -> None:
        self._queue, self._steps, self._lost, self._pause = queue, steps, lost, pause

    def run(self, item: Item, stop: Event) -> None:
        """From the item's next step on, until it ends, fails, or ``stop`` is set; what becomes of it is saved."""
        held: Item | None = item
        try:
            while held is not None:
                held = self._next(item := held, stop)
        except Conflict:
            self._lost(item)
            held = None
        finally:
            if held is not None:  # an error that nobody foresaw is on its way up
                self._failed(held, BROKEN, is_final=False, most=MOST_TRIES)

    def _next(self, item: Item, stop: Event) -> Item | None:
        """Do one step; the item with the next one, or None when it is out of our hands."""
        if stop.is_set():
            self._queue.release(item)
            return None
        if item.body.get("route", ("",))[0] == "async" and item.lane == SHORT:
            self._queue.release(item, lane=LONG)
            return None
        began = time.monotonic()
        try:
            found = self._steps.run(item, stop)
        except GroundstoneError as error:
            self._went_wrong(item, error, stop)
            return None
        return self._saved(item, found, time.monotonic() - began)

    def _saved(self, item: Item, found: Found, seconds: float) -> Item | None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        body = {**found.body, "steps": [*found.body["steps"], [item.step, at, round(seconds, 3)]]}
        entry: tuple[str, str, dict[str, str]] = ("workflow", item.step, {})
        following = self._steps.after(item)
        if following:
            return self._queue.advance(item, following, body, label=found.label, entry=entry, forget=found.forget)
        self._queue.finish(item, body, label=found.label, entry=entry, forget=found.forget)
        return None

    def _went_wrong(self, item: Item, error: GroundstoneError, stop: Event) -> None:
        if stop.is_set():  # the step was interrupted
            self._queue.release(item)
            return
        unsure = item.step == READ and isinstance(error, UnreadableDocument)
        unsure = unsure and not isinstance(error, UnsupportedDocument)
        is_final = isinstance(error, FINAL) or (
            isinstance(error, errors.LimitExceeded) and not isinstance(error, errors.RateLimited)
        )
        if isinstance(error, NotFound):
            self._check_held(item)
        self._failed(item, str(error), is_final=is_final and not unsure, most=SECOND_TRY if unsure else MOST_TRIES)

    def _check_held(self, item: Item) -> None:
        """Files are missing: were they deleted with the whole item? Raises Conflict then."""
        if not self._queue.beat([item]):
            raise Conflict(f"{item.id} was deleted while it was worked on")

    def _failed(self, item: Item, failure: str, *, is_final: bool, most: int) -> None:
        if is_final or item.attempts >= most:
            self._queue.give_up(item, failure, ("workflow", "failed", {"step": item.step, "failure": failure}))
        else:
            entry = ("workflow", "will be tried again", {"step": item.step, "failure": failure})
            self._queue.retry_later(item, failure, self._pause(item.attempts), entry)
