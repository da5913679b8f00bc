"""POST /v1/chat/completions."""

from __future__ import annotations

from functools import partial

from fastapi import Request
from starlette.responses import Response

from groundstone.server.line import Line
from groundstone.server.openai import chat_reply, chat_request, door, flow, members, replies


async def complete(request: Request) -> Response:
    """Reply to a conversation. Models named ``kb/NAME`` are knowledge bases: they answer with citations."""
    caller = await door.caller(request)
    asked = chat_request.read(await members.body(request))
    line = Line()
    base_url = str(request.base_url) if asked.model.startswith(door.BASES) else ""  # only sources have addresses
    start = partial(replies.pieces, door.platform(request), caller, asked, base_url, line)
    if asked.stream:
        return await flow.streamed(
            request, lambda: chat_reply.frames(start(), asked.model, asked.usage_chunk), line.cut
        )
    return await flow.gathered(request, start, lambda pieces: chat_reply.whole(pieces, asked.model), line.cut)
