"""The one place that decides how many processor threads the embedded models use."""

from __future__ import annotations

import os

from groundstone.errors import ConfigError

DEFAULT_LIMIT = 2
_chosen: int | None = None


def cores() -> int:
    """Processor cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def thread_count(wanted: int | None = None) -> int:
    """Threads for one model: ``wanted``, else what ``set_threads`` said, else min(2, cores)."""
    return _checked(wanted) or _chosen or min(DEFAULT_LIMIT, cores())


def set_threads(count: int | None) -> None:
    """Use this many threads wherever a model is not told otherwise; None brings the default back."""
    global _chosen
    _chosen = _checked(count)


def _checked(count: int | None) -> int | None:
    if count is not None and not 1 <= count <= 1024:
        raise ConfigError(f"threads must be between 1 and 1024, not {count}")
    return count
