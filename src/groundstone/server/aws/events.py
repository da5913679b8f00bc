"""The response of an operation whose output is an event stream: each event is sent when the handler yields it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import ExitStack
from itertools import chain, islice
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from groundstone.server import stream
from groundstone.server.aws import errors, eventstream, serialise
from groundstone.server.aws.shapes import Operation
from groundstone.server.line import Line
from groundstone.server.pump import Pump

T = TypeVar("T")
Made = serialise.Reply | bytes


class EventStream(Response):
    """Events out of a worker thread. The handler's iterator is closed when the reader goes away.

    What fails before the first event is an ordinary error with its status; later it is the stream's last event.
    """

    def __init__(self, operation: Operation, first: list[Made], pump: Pump[Made], until: ExitStack) -> None:
        head = first[0]
        assert isinstance(head, serialise.Reply)  # frames() says so
        super().__init__(None, head.status, dict(head.headers), media_type=eventstream.MEDIA_TYPE)
        del self.headers["content-length"]
        self._operation, self._first, self._pump, self._until = operation, first[1:], pump, until

    @classmethod
    async def started(
        cls, request: Request, operation: Operation, begin: Callable[[], Mapping[str, Any]], line: Line
    ) -> EventStream:
        """Runs the handler up to its first event. Raises what it raises there, and RateLimited."""
        pump = _pump(request, lambda: frames(operation, begin), line)
        with ExitStack() as until:
            until.callback(pump.stop)
            return cls(operation, await pump.batch(), pump, until.pop_all())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._until:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async for body in stream.to_the_end(self._bodies(), lambda e: errors.in_stream(e, self._operation)):
                await send({"type": "http.response.body", "body": body, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _bodies(self) -> AsyncGenerator[bytes, None]:
        batch = self._first or await self._pump.batch()
        while batch:
            yield b"".join(part for part in batch if isinstance(part, bytes))
            batch = await self._pump.batch()


def frames(operation: Operation, begin: Callable[[], Mapping[str, Any]]) -> Iterator[Made]:
    """The reply without its events, then each event encoded. The first event is there before anything is yielded."""
    reply = serialise.reply(operation, begin())
    events = iter(reply.events or ())
    try:
        first = list(islice(events, 1))
        yield reply
        if reply.body:
            yield eventstream.initial_response(reply.body, operation.media_type)
        for event in chain(first, events):
            yield eventstream.event(operation, event)
    finally:
        close = getattr(events, "close", None)
        if close is not None:
            close()


async def waited(request: Request, work: Callable[[], T], line: Line) -> T:
    """The result of a call that waits for a model. Raises what it raises, RateLimited, and ClientDisconnect."""
    pump = _pump(request, lambda: (work() for _ in range(1)), line, whole=True)
    try:
        done = await pump.all()
    finally:
        pump.stop()
    if not done:
        raise ClientDisconnect
    return done[0]


def _pump(request: Request, start: Callable[[], Iterator[T]], line: Line, *, whole: bool = False) -> Pump[T]:
    place = ExitStack()  # kept until the thread is free again, which may be after the response
    place.enter_context(stream.admitted(request))
    return Pump(start, request.receive, line.cut, place.close, whole)
