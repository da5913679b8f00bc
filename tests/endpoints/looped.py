"""Asynchronous work in a thread of its own: in this one a browser test may have left its event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def apart(work: Callable[[], T]) -> T:
    """What a call gives that starts an event loop itself."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result(60)


def run(work: Coroutine[Any, Any, T]) -> T:
    return apart(lambda: asyncio.run(work))
