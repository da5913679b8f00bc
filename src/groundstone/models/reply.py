"""A streamed reply on its way from an engine to a caller: stands in for, times, counts and ends it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from threading import Lock, Timer
from typing import Any

from groundstone.errors import (
    EngineTimeout,
    EngineUnavailable,
    GroundstoneError,
    MissingExtra,
    RateLimited,
    WeightsCorrupt,
    WeightsMissing,
)
from groundstone.models.base import Delta, ModelInfo
from groundstone.models.gate import Gate
from groundstone.models.use import Use, guessed
from groundstone.records import Usage

log = logging.getLogger(__name__)
# What says that an engine, not the caller's request, is at fault, so that another model may do.
CANNOT_BE_USED = (EngineUnavailable, WeightsMissing, WeightsCorrupt, MissingExtra, RateLimited)


class Reply:
    """The pieces of a reply; the last one names the model that gave it.

    Until the first piece has come, a model whose engine cannot be used is replaced by the next one of ``models``.
    ``close`` ends the reply and cancels it at the engine; a reply that is forgotten is closed.

    Args:
        start: begins the reply of a model.
        gate: what stands before a model's engine.
        prompt: characters that were sent, to guess the tokens of an engine that does not count.
    """

    def __init__(
        self,
        use: Use,
        models: Sequence[ModelInfo],
        start: Callable[[ModelInfo], Iterator[Delta]],
        gate: Callable[[ModelInfo], Gate],
        prompt: int,
    ) -> None:
        self._use, self._models, self._start, self._gate_of, self._prompt = use, list(models), start, gate, prompt
        self._info = self._models.pop(0)
        self._source: Any = None
        self._gate: Gate | None = None
        self._timer: Timer | None = None
        self._late = ""
        self._first: float | None = None
        self._written = 0
        self._usage: Usage | None = None
        self._complete = self._over = False
        self._lock = Lock()
        self._failures: list[str] = []

    def __iter__(self) -> Iterator[Delta]:
        return self

    def __next__(self) -> Delta:
        while not self._over:
            try:
                if self._source is None:
                    self._open()
                return self._passed_on(next(self._source))
            except StopIteration:
                if not self._late:
                    self._end("ok")
                    raise
                self._failed(EngineTimeout(self._late))
            except CANNOT_BE_USED as error:
                self._failed(EngineTimeout(self._late) if self._late else error)
            except BaseException as error:
                self._give_up(error)
                raise
        raise StopIteration

    def close(self) -> None:
        """From any thread. What was counted so far stands in the ledger, as "cancelled" unless it was complete."""
        self._end("ok" if self._complete else "cancelled")

    def __del__(self) -> None:
        if not self._over:
            self.close()

    def _open(self) -> None:
        gate = self._gate_of(self._info)
        gate.enter()
        self._gate = gate
        self._use.engine_asked = True
        self._source = self._start(self._info)
        if self._over:  # closed by another thread in this moment
            self._leave(failed=None)
            raise StopIteration
        limit = self._info.first_limit or self._info.time_limit
        if limit is not None:
            self._set_timer(limit, f"{self._info.name} began no reply within {limit:g} s")

    def _passed_on(self, delta: Delta) -> Delta:
        if self._late:
            raise EngineTimeout(self._late)
        if self._first is None and (delta.text or delta.tool_call is not None):
            self._first = self._use.seconds
            self._begun()
        self._written += len(delta.text)
        if delta.usage is not None:
            self._usage = delta.usage
        if delta.stop_reason is None:
            return delta
        self._complete = True
        return replace(delta, usage=self._counted(), model=self._info.name)

    def _begun(self) -> None:
        """From here on the whole time counts."""
        limit = self._info.time_limit
        if self._timer is not None:
            self._timer.cancel()
        if limit is not None:
            self._set_timer(max(0.0, limit - self._use.seconds), f"{self._info.name} took more than {limit:g} s")

    def _set_timer(self, seconds: float, message: str) -> None:
        self._timer = Timer(seconds, self._strike, (self._source, message))
        self._timer.daemon = True
        self._timer.start()

    def _strike(self, source: Any, message: str) -> None:
        """The time is over: whoever waits for the engine is freed, and the engine told."""
        if source is self._source:
            self._late = message
            _close(source)

    def _failed(self, error: GroundstoneError) -> None:
        """Goes on to the next model, or raises."""
        self._leave(failed=isinstance(error, EngineUnavailable))
        self._failures.append(str(error))
        if self._first is None and self._models:
            other = self._models.pop(0)
            log.warning("%s cannot be used (%s); %s stands in", self._info.name, error, other.name)
            self._info, self._late = other, ""
            return
        self._use.engine_asked = True  # a gate that is shut is a failure too, not the caller's fault
        self._give_up(error)
        raise all_failed(error, self._failures)

    def _give_up(self, error: BaseException) -> None:
        if not self._claimed():
            return
        self._leave(failed=False if isinstance(error, GroundstoneError) else None)
        begun = self._first is not None
        usage = self._counted() if begun else Usage()
        self._use.fail(error, self._info, usage, first=self._first, estimated=begun and self._usage is None)

    def _counted(self) -> Usage:
        return self._usage or Usage(guessed(self._prompt), guessed(self._written))

    def _end(self, outcome: str) -> None:
        if not self._claimed():
            return
        self._leave(failed=False if outcome == "ok" else None)
        asked = self._use.engine_asked
        self._use.end(
            self._info if asked else None,
            self._counted() if asked else Usage(),
            outcome=outcome,
            first=self._first,
            estimated=asked and self._usage is None,
        )

    def _claimed(self) -> bool:
        """Whether this is the thread that ends the reply; the first one is."""
        with self._lock:
            first, self._over = not self._over, True
        return first

    def _leave(self, *, failed: bool | None) -> None:
        with self._lock:
            timer, source, gate = self._timer, self._source, self._gate
            self._timer = self._source = self._gate = None
        if timer is not None:
            timer.cancel()
        if source is not None:
            _close(source)
        if gate is not None:
            gate.leave(failed)


def _close(source: Any) -> None:
    if hasattr(source, "close"):  # a plain iterator has nothing to cancel
        with suppress(ValueError):  # a generator that runs in another thread: it ends at its next piece
            source.close()


def all_failed(error: GroundstoneError, failures: Sequence[str]) -> GroundstoneError:
    """The error to raise when several models were tried: what each of them said, the last one's kind."""
    if len(failures) == 1:
        return error
    kind = type(error) if isinstance(error, EngineUnavailable) else EngineUnavailable
    return kind("; then ".join(failures))
