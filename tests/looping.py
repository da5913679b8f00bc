"""Coroutines in tests: run in a thread of their own, where no event loop of a browser's driver stands in the way."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T], limit: float = 30.0) -> T:
    """The result; TimeoutError after ``limit`` seconds."""

    async def limited() -> T:
        return await asyncio.wait_for(work, limit)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, limited()).result()
