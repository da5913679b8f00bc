"""POST /v1/completions: a prompt and its continuation, for clients from before chat; sent on as one message."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import partial
from typing import Any

from fastapi import Request
from starlette.responses import Response

from groundstone.errors import GroundstoneError
from groundstone.models.base import ChatOptions, Message
from groundstone.server.line import Line
from groundstone.server.openai import chat_reply, chat_request, door, errors, flow, members, replies
from groundstone.server.openai.chat_request import Asked
from groundstone.server.openai.grounded import Evidence
from groundstone.server.openai.members import Members
from groundstone.server.openai.replies import Piece

OLD_DEFAULT = 16  # tokens: what this call always meant when nothing was said
ONLY: dict[str, tuple[Any, ...]] = {
    "n": (1,),
    "best_of": (1,),
    "echo": (False,),
    "logprobs": (0,),
    "logit_bias": ({},),
    "suffix": ("",),
    "frequency_penalty": (0, 0.0),
    "presence_penalty": (0, 0.0),
}


async def complete(request: Request) -> Response:
    """Continue a prompt."""
    caller = await door.caller(request)
    asked = read(await members.body(request))
    line = Line()
    start = partial(replies.pieces, door.platform(request), caller, asked, str(request.base_url), line)
    if asked.stream:
        return await flow.streamed(request, lambda: _frames(start(), asked), line.cut)
    return await flow.gathered(request, start, lambda pieces: _reply(pieces, asked.model), line.cut)


def read(data: dict[str, Any]) -> Asked:
    given = Members(data)
    model, prompts = given.name("model"), given.needed("prompt")
    prompt = prompts[0] if isinstance(prompts, list) and len(prompts) == 1 else prompts
    if not isinstance(prompt, str):
        given.refuse("prompt", "must be one text; send several prompts in several requests", "unsupported_value")
    given.only(ONLY)
    given.drop("user")
    limit, stream = given.whole("max_tokens", 1, chat_request.MOST_TOKENS) or OLD_DEFAULT, given.flag("stream")
    options = ChatOptions(
        limit,
        given.number("temperature", 0, 2),
        given.number("top_p", 0, 1),
        chat_request.stop_words(given),
        given.whole("seed", -chat_request.SEEDS, chat_request.SEEDS - 1),
        stream=stream,
    )
    usage_chunk = chat_request.usage_chunk(given, stream)
    given.finish()
    return Asked(model, (Message("user", prompt),), options, limit, stream=stream, usage_chunk=usage_chunk)


def _reply(pieces: Iterable[Piece], model: str) -> dict[str, Any]:
    """A chat completion in the older form."""
    whole = chat_reply.whole(pieces, model)
    (choice,) = whole["choices"]
    message = choice["message"]
    extra = {"groundstone": message["groundstone"]} if "groundstone" in message else {}
    choices = [_choice(message["content"] or "", choice["finish_reason"]) | extra]
    return _head(whole) | {"choices": choices, "usage": whole["usage"]}


def _frames(pieces: Iterator[Piece], asked: Asked) -> Iterator[bytes]:
    with closing(pieces):  # type: ignore[type-var]
        first = next(pieces, None)
        head = _head({"id": door.new_id("cmpl-"), "created": int(time.time()), "model": asked.model})
        end = chat_reply.End(asked.model)
        try:
            piece = first
            while piece is not None:
                yield from _chunks(piece, head, end)
                piece = next(pieces, None)
            yield chat_reply.frame({**head, "model": end.model, "choices": [_choice("", end.reason)]})
            if asked.usage_chunk:
                yield chat_reply.frame({**head, "choices": [], "usage": chat_reply.usage(end.usage)})
            yield chat_reply.DONE
        except GroundstoneError as error:
            yield chat_reply.frame({"error": errors.described(error)})
        except Exception as error:
            yield chat_reply.frame({"error": errors.described(error)})
            raise


def _chunks(piece: Piece, head: dict[str, Any], end: chat_reply.End) -> Iterator[bytes]:
    if isinstance(piece, Evidence):
        yield chat_reply.frame({**head, "choices": [_choice("", None) | {"groundstone": piece.details}]})
        return
    end.note(piece)
    if piece.text:
        yield chat_reply.frame({**head, "choices": [_choice(piece.text, None)]})


def _head(chat: dict[str, Any]) -> dict[str, Any]:
    return {"id": chat["id"], "object": "text_completion", "created": chat["created"], "model": chat["model"]}


def _choice(text: str, reason: str | None) -> dict[str, Any]:
    return {"text": text, "index": 0, "logprobs": None, "finish_reason": reason}
