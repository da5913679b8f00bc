"""Blocking work behind asynchronous routes: a bounded pool of threads, and server-sent events out of it."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

import anyio
from anyio import CapacityLimiter, WouldBlock, to_thread
from fastapi import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from groundstone.errors import RateLimited
from groundstone.server import errors

T = TypeVar("T")
THREADS = 16
MODEL_CALLS = 256  # requests that wait for a model at the same time; a waiting thread costs little
_END = object()


async def work(request: Request, call: Callable[..., T], *args: Any, **options: Any) -> T:
    """Run a blocking call in the pool of this server."""
    return await to_thread.run_sync(partial(call, *args, **options), limiter=request.app.state.limiter)


async def model_work(request: Request, call: Callable[..., T], *args: Any, **options: Any) -> T:
    """Run a call that mostly waits for a model, in a larger pool of its own. Raises RateLimited when that is full."""
    limiter: CapacityLimiter = request.app.state.model_limiter
    if limiter.available_tokens < 1:
        raise _crowded(limiter)
    return await to_thread.run_sync(partial(call, *args, **options), limiter=limiter)


@contextmanager
def admitted(request: Request) -> Iterator[None]:
    """A place among the calls that wait for a model, for as long as the block runs. Raises RateLimited."""
    limiter: CapacityLimiter = request.app.state.model_limiter
    ticket = object()
    try:
        limiter.acquire_on_behalf_of_nowait(ticket)
    except WouldBlock:
        raise _crowded(limiter) from None
    try:
        yield
    finally:
        limiter.release_on_behalf_of(ticket)


def _crowded(limiter: CapacityLimiter) -> RateLimited:
    return RateLimited(
        f"This server is waiting for {limiter.total_tokens:g} replies of models already; try again soon."
    )


async def to_the_end(
    bodies: AsyncGenerator[bytes, None], failed: Callable[[Exception], bytes]
) -> AsyncGenerator[bytes, None]:
    """The same; when they fail, what ``failed`` says is the last one, for it is too late for a status."""
    try:
        async for body in bodies:
            yield body
    except Exception as error:
        yield failed(error)


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
