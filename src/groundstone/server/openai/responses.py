"""/v1/responses: make a response, whole or as events; find it again, go on from it, delete it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from fastapi import Request
from starlette.responses import Response

from groundstone.errors import GroundstoneError
from groundstone.identity import Principal
from groundstone.models.base import Message
from groundstone.server.line import Line
from groundstone.server.openai import door, flow, items, kept, members, replies, responses_request
from groundstone.server.openai.errors import Refused
from groundstone.server.openai.responses_request import Wanted
from groundstone.server.openai.responses_writer import Event, Writer, frame
from groundstone.server.stream import work

if TYPE_CHECKING:
    from groundstone.platform import Platform
    from groundstone.server.openai.replies import Piece


async def create(request: Request) -> Response:
    """Reply to a text or to a list of items, going on from an earlier response if one is named."""
    caller, platform = await door.caller(request), door.platform(request)
    wanted = responses_request.read(await members.body(request))
    line = Line()
    pieces = partial(_pieces, platform, caller, wanted, str(request.base_url), line)
    if wanted.asked.stream:
        return await flow.streamed(request, lambda: _frames(_events(platform, caller, wanted, pieces)), line.cut)
    start = partial(_events, platform, caller, wanted, pieces, raises=True)
    return await flow.gathered(request, start, lambda events: events[-1]["response"], line.cut)


async def show(request: Request) -> Response:
    """A response that was kept."""
    caller, platform = await door.caller(request), door.platform(request)
    if request.query_params.get("stream", "false") != "false":
        raise Refused("A kept response is not streamed again.", "stream", "unsupported_value")
    id = request.path_params["response"]
    found = await work(request, lambda: kept.find(platform.resources, caller, id))
    return flow.as_json(found["response"])


async def delete(request: Request) -> Response:
    """Forget a response. Those that went on from it cannot be gone on from any more."""
    caller, platform = await door.caller(request), door.platform(request)
    id = request.path_params["response"]
    await work(request, lambda: kept.forget(platform.resources, caller, id))
    return flow.as_json({"id": id, "object": "response", "deleted": True})


def _pieces(platform: Platform, caller: Principal, wanted: Wanted, base_url: str, line: Line) -> Iterator[Piece]:
    earlier = kept.conversation(platform.resources, caller, wanted.previous) if wanted.previous else []
    messages = items.messages([*earlier, *wanted.input])
    if wanted.instructions:
        messages.insert(0, Message("system", wanted.instructions))
    yield from replies.pieces(platform, caller, replace(wanted.asked, messages=tuple(messages)), base_url, line)


def _events(
    platform: Platform,
    caller: Principal,
    wanted: Wanted,
    pieces: Callable[[], Iterator[Piece]],
    raises: bool = False,
) -> Iterator[Event]:
    """The reply as events. What fails before the first is raised; later only if the caller says so."""
    writer = Writer(wanted.asked.model, wanted.echo, wanted.store)
    with closing(pieces()) as source:  # type: ignore[type-var]
        first = next(source, None)
        try:
            yield from writer.begin()
            if first is not None:
                yield from writer.piece(first)
                for piece in source:
                    yield from writer.piece(piece)
            yield from writer.end()
            if wanted.store:
                kept.keep(platform.resources, caller, writer.response, wanted.input)
            yield writer.last()
        except GroundstoneError as error:
            if raises:
                raise
            yield writer.failed(error)
        except Exception as error:
            if not raises:
                yield writer.failed(error)
            raise


def _frames(events: Iterator[Event]) -> Iterator[bytes]:
    with closing(events):  # type: ignore[type-var]
        for event in events:
            yield frame(event)
