"""The time that one invocation takes: in the model, and around it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from groundstone.endpoints.metrics import Metrics
from groundstone.errors import InvalidInput, LimitExceeded


class Watch:
    """Runs from when it is made. ``seconds``: those that the model took, once it has answered."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self.seconds = 0.0

    @contextmanager
    def model(self) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds = time.perf_counter() - began

    @contextmanager
    def counted(self, metrics: Metrics, tenant: str, endpoint: str, variant: str) -> Iterator[None]:
        """Count what happens in the block. A reader who goes away is neither an answer nor a failure."""
        try:
            yield
        except Exception as error:
            kind = "4XX" if isinstance(error, InvalidInput | LimitExceeded) else "5XX"
            metrics.failed(tenant, endpoint, variant, kind)
            raise
        around = time.perf_counter() - self._began - self.seconds
        metrics.answered(tenant, endpoint, variant, self.seconds, max(around, 0.0))
