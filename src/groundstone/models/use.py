"""One use of a model, from the moment it is asked for until its line stands in the ledger."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from time import perf_counter
from types import TracebackType

from groundstone.errors import GroundstoneError
from groundstone.identity import Principal
from groundstone.models.base import ModelInfo
from groundstone.models.meter import Meter
from groundstone.records import Call, Usage

MOST = 2**40  # tokens; an engine that says more is wrong, and the sums have to bear it
NOTHING = Usage()


class Use:
    """As a context: an error inside ends it, "refused" before an engine was asked and "failed" after that."""

    __slots__ = ("_asked_for", "_caller", "_ended", "_lock", "_meter", "_started", "_task", "_time", "engine_asked")

    def __init__(self, meter: Meter, caller: Principal, task: str, asked_for: str) -> None:
        self._meter, self._caller, self._task, self._asked_for = meter, caller, task, asked_for
        self._time, self._started = datetime.now(UTC), perf_counter()
        self._lock, self._ended = threading.Lock(), False
        self.engine_asked = False

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return perf_counter() - self._started

    def end(
        self,
        info: ModelInfo | None = None,
        usage: Usage = NOTHING,
        *,
        outcome: str = "ok",
        error: str = "",
        first: float | None = None,
        estimated: bool = False,
    ) -> None:
        """Record the call; only the first end counts. ``info`` is the model that replied."""
        with self._lock:
            if self._ended:
                return
            self._ended = True
        caller, tokens = self._caller, (_sane(usage.input_tokens), _sane(usage.output_tokens))
        cost = 0.0 if info is None else (tokens[0] * info.price_input + tokens[1] * info.price_output) / 1e6
        self._meter.record(
            Call(
                self._time,
                caller.tenant,
                caller.user,
                caller.key,
                self._task,
                self._asked_for,
                "" if info is None else info.name,
                *tokens,
                cost,
                first,
                self.seconds,
                outcome,
                error,
                estimated,
            )
        )

    def fail(
        self,
        error: BaseException,
        info: ModelInfo | None = None,
        usage: Usage = NOTHING,
        *,
        first: float | None = None,
        estimated: bool = False,
    ) -> None:
        """End with an error of whatever kind."""
        outcome = "failed" if self.engine_asked else "refused"
        code = error.code if isinstance(error, GroundstoneError) else "internal"
        self.end(info, usage, outcome=outcome, error=code, first=first, estimated=estimated)

    def __enter__(self) -> Use:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.fail(error)


def _sane(tokens: int) -> int:
    return max(0, min(int(tokens), MOST))


def guessed(characters: int) -> int:
    """Tokens of that many characters, where the engine does not count."""
    return -(-characters // 4)
