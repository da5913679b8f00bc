"""Blocking work behind asynchronous routes: a bounded pool of threads, and server-sent events out of it."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Iterator
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

import anyio
from anyio import to_thread
from fastapi import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from groundstone.server import errors

T = TypeVar("T")
THREADS = 16
_END = object()


async def work(request: Request, call: Callable[..., T], *args: Any, **options: Any) -> T:
    """Run a blocking call in the pool of this server."""
    return await to_thread.run_sync(partial(call, *args, **options), limiter=request.app.state.limiter)


def wants_events(request: Request) -> bool:
    return "text/event-stream" in request.headers.get("accept", "")


def encoded(name: str, data: Any) -> bytes:
    """One server-sent event. JSON has no raw line ends, so one data line is enough."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


async def pulled(request: Request, source: Iterator[T]) -> AsyncGenerator[T, None]:
    """The items of a blocking iterator, pulled one by one; it is closed when the reader goes away."""
    # One context for all pulls: a span that the iterator opens in one pull may be closed in another.
    context = copy_context()
    try:
        while (item := await work(request, context.run, next, source, _END)) is not _END:
            yield item  # the sentinel is gone here
    finally:
        close = getattr(source, "close", None)
        if close is not None:
            with anyio.CancelScope(shield=True):
                await work(request, context.run, close)


class Events(StreamingResponse):
    """A response of server-sent events. A failure in the middle becomes a last event named ``error``."""

    def __init__(self, events: AsyncGenerator[tuple[str, Any], None]) -> None:
        self.events = events
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        super().__init__(self._encoded(), headers=headers, media_type="text/event-stream")

    async def _encoded(self) -> AsyncGenerator[bytes, None]:
        try:
            async for name, data in self.events:
                yield encoded(name, data)
        except Exception as error:
            # Too late for a status: the reader learns of it in the stream, and the log has the rest.
            yield encoded("error", errors.described(error))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await self.events.aclose()
