"""The runner of foreign ONNX models: each in limited child processes of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Mapping
from typing import Any

from groundstone.endpoints.base import Answer, Call, Given
from groundstone.endpoints.worker import MEMORY, Pool
from groundstone.errors import InvalidInput, NotFound, WrongModel

CHILD = "groundstone.endpoints.child_onnx"


class OnnxModel:
    """A loaded network. ``ready``: its inputs and outputs."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.ready: Mapping[str, Any] = pool.ready

    def predict(self, call: Call) -> Answer:
        return Answer(self._pool.ask(call.media_type, call.body))

    def stream(self, call: Call) -> Generator[bytes, None, None]:
        raise WrongModel("this model answers whole; call InvokeEndpoint, not InvokeEndpointWithResponseStream")

    def close(self) -> None:
        self._pool.close()


class OnnxRunner:
    """Instances of an endpoint are processes here, at most one for each processor.

    Args:
        memory: bytes of address space that a process may have.
    """

    def __init__(self, memory: int = MEMORY) -> None:
        self._memory = memory

    def load(self, given: Given) -> OnnxModel:
        """Raises InvalidInput for a graph that cannot be loaded, EngineTimeout, ModelError."""
        if given.folder is None:
            raise NotFound("a model of the kind onnx needs a package")
        task = {"folder": str(given.folder), "file": given.file, "memory": self._memory}
        try:
            return OnnxModel(Pool(CHILD, task, min(given.at_once, processors())))
        except InvalidInput as error:
            raise InvalidInput(f"{given.file}: {error}") from None


def processors() -> int:
    """Those that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
