"""Replies on their way out: one JSON object, or server-sent events; either stops when the caller goes away."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, TypeVar

from fastapi import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from groundstone.server.openai.door import GONE
from groundstone.server.pump import Pump
from groundstone.server.stream import admitted

T = TypeVar("T")
written = json.JSONEncoder(separators=(",", ":")).encode  # json.dumps() would make an encoder each time


async def gathered(
    request: Request, start: Callable[[], Iterator[T]], finish: Callable[[list[T]], Any], cut: Callable[[], None]
) -> Response:
    """All items of a blocking iterator as one JSON reply. Raises RateLimited when too many wait already."""
    pump = _pump(request, start, cut, whole=True)
    try:
        items = await pump.all()
    finally:
        pump.stop()
    return Response(status_code=GONE) if pump.gone else as_json(finish(items))


async def streamed(request: Request, start: Callable[[], Iterator[bytes]], cut: Callable[[], None]) -> Response:
    """Frames of a blocking iterator as they come. What fails before the first is raised here, in time for a status."""
    pump = _pump(request, start, cut)
    try:
        first = await pump.batch()
    except BaseException:
        pump.stop()
        raise
    return _Frames(pump, first)


def _pump(
    request: Request, start: Callable[[], Iterator[T]], cut: Callable[[], None], *, whole: bool = False
) -> Pump[T]:
    place = ExitStack()
    place.enter_context(admitted(request))
    return Pump(start, request.receive, cut, place.close, whole)


def as_json(data: Any) -> Response:
    return Response(written(data).encode(), media_type="application/json")


class _Frames(Response):
    """One send for all frames that are there: an engine that is faster than the network costs few of them."""

    media_type = "text/event-stream"

    def __init__(self, pump: Pump[bytes], first: list[bytes]) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._pump, self._first = pump, first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            batch = self._first
            while batch and not self._pump.gone:
                await send({"type": "http.response.body", "body": b"".join(batch), "more_body": True})
                batch = await self._pump.batch()
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._pump.stop()
