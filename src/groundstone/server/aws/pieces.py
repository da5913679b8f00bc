"""The pieces of a streamed reply, watched while they pass."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from groundstone.errors import ContextTooLong
from groundstone.models.base import Delta
from groundstone.records import Usage

METRICS = "amazon-bedrock-invocationMetrics"


class Watch:
    """``watch()`` is the time since the request came, in milliseconds."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def __call__(self) -> int:
        return round((time.perf_counter() - self._start) * 1000)


class Pieces(Iterator[Delta]):
    """A reply that has begun: what fails up to its first piece is still an error with a status."""

    def __init__(self, begin: Callable[[], Iterator[Delta]], watch: Watch) -> None:
        self.usage, self.ended = Usage(), False
        self._watch = watch
        with limits_named():
            self._deltas = begin()
            self._next = next(self._deltas, None)
        self._first = watch()

    def __next__(self) -> Delta:
        delta, self._next = self._next or next(self._deltas, None), None
        if delta is None:
            self.ended = True
            raise StopIteration
        self.usage = delta.usage or self.usage
        return delta

    def close(self) -> None:
        """Cancel the request at the engine."""
        close: Callable[[], None] | None = getattr(self._deltas, "close", None)
        if close is not None:
            close()

    def into(self, events: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The events that are made of these pieces; closing them closes the engine's stream."""
        try:
            yield from events
        finally:
            self.close()

    def measured(self, chunks: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The same chunks; the last one carries the metrics of the invocation."""
        held: dict[str, Any] | None = None
        for chunk in chunks:
            if held is not None:
                yield held
            held = chunk if self.ended else None  # only what comes after the last piece can be the last chunk
            if held is None:
                yield chunk
        yield (held or {}) | {METRICS: self._metrics()}

    def _metrics(self) -> dict[str, int]:
        return {
            "inputTokenCount": self.usage.input_tokens,
            "outputTokenCount": self.usage.output_tokens,
            "invocationLatency": self._watch(),
            "firstByteLatency": self._first,
        }


@contextmanager
def limits_named() -> Iterator[None]:
    """Bedrock's words before ours, for programs that look for them."""
    try:
        yield
    except ContextTooLong as error:
        raise ContextTooLong(f"Input is too long for requested model: {error}") from None
