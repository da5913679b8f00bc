"""The simulated engine over HTTP: OpenAI's completions and chat, and Text Generation Inference's generate.

    POST /v1/completions, /v1/chat/completions      GET /v1/models
    POST /generate, /generate_stream, /, /invocations      GET /info, /health, /metrics

A token is a word. Replies have exactly the number of tokens that was asked for: nothing here decides to stop.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from groundstone.endpoints.simulate import words
from groundstone.endpoints.simulate.batching import SimulatedEngine
from groundstone.errors import GroundstoneError, InvalidInput, RateLimited

DEFAULT_TOKENS = 100  # written when nothing is said
MOST_BYTES = 16 * 2**20  # of a request


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A request, whatever wire it came by."""

    prompt: str
    tokens: int
    stream: bool
    seed: int = 0
    usage: bool = False  # OpenAI: a last chunk that counts
    details: bool = False  # TGI: figures beside the text


def create_simulation(engine: SimulatedEngine) -> Starlette:
    """The application around one engine."""
    wire = _Wire(engine)
    posts = {
        "/v1/completions": wire.completions, "/v1/chat/completions": wire.chat, "/generate": wire.generate,
        "/generate_stream": wire.generate_stream, "/": wire.either, "/invocations": wire.either,
    }  # fmt: skip
    gets = {"/v1/models": wire.models, "/info": wire.info, "/health": wire.health, "/metrics": wire.metrics}
    routes = [Route(path, call, methods=["POST"]) for path, call in posts.items()]
    routes += [Route(path, call, methods=["GET"]) for path, call in gets.items()]
    return Starlette(routes=routes, exception_handlers={GroundstoneError: _refused})


class _Wire:
    def __init__(self, engine: SimulatedEngine) -> None:
        self._engine, self._name = engine, engine.deployment.model.name

    async def completions(self, request: Request) -> Response:
        body = await _body(request)
        wanted = _openai(body, _text(body.get("prompt"), "prompt"))
        return await self._openai_reply(wanted, "cmpl", "text_completion", chat=False)

    async def chat(self, request: Request) -> Response:
        body = await _body(request)
        return await self._openai_reply(_openai(body, _messages(body)), "chatcmpl", "chat.completion", chat=True)

    async def generate(self, request: Request) -> Response:
        return await self._tgi_whole(_tgi(await _body(request)))

    async def generate_stream(self, request: Request) -> Response:
        return await self._tgi_stream(_tgi(await _body(request)))

    async def either(self, request: Request) -> Response:
        """Whole or streamed, as ``stream`` says; a list of one, as SageMaker's container answers."""
        wanted = _tgi(await _body(request))
        return await (self._tgi_stream(wanted) if wanted.stream else self._tgi_whole(wanted, listed=True))

    async def models(self, request: Request) -> Response:
        return JSONResponse(
            {"object": "list", "data": [{"id": self._name, "object": "model", "created": 0, "owned_by": "simulation"}]}
        )

    async def info(self, request: Request) -> Response:
        limits = self._engine.settings
        return JSONResponse(
            {
                "model_id": self._name,
                "max_concurrent_requests": limits.max_concurrent_requests,
                "max_input_tokens": limits.max_input_tokens,
                "max_total_tokens": limits.max_total_tokens,
                "max_batch_prefill_tokens": limits.max_batch_prefill_tokens,
                "max_batch_total_tokens": self._engine.room,
                "version": "simulation",
            }
        )

    async def health(self, request: Request) -> Response:
        return PlainTextResponse("")

    async def metrics(self, request: Request) -> Response:
        load = self._engine.load
        return PlainTextResponse(
            f"tgi_queue_size {load.waiting}\ntgi_batch_current_size {load.running}\n"
            f"tgi_generated_tokens_total {load.written}\n"
        )

    async def _openai_reply(self, wanted: _Wanted, prefix: str, kind: str, *, chat: bool) -> Response:
        head = {"id": f"{prefix}-{uuid.uuid4().hex[:24]}", "created": int(time.time()), "model": self._name}
        pieces = await self._started(wanted)
        if wanted.stream:
            return _events(_openai_chunks(pieces, wanted, head, chat))
        text = "".join([piece async for piece in pieces])
        said = {"message": {"role": "assistant", "content": text}} if chat else {"text": text}
        choice = {"index": 0, **said, "logprobs": None, "finish_reason": "length"}
        return JSONResponse({**head, "object": kind, "choices": [choice], "usage": _usage(wanted)})

    async def _tgi_whole(self, wanted: _Wanted, *, listed: bool = False) -> Response:
        text = "".join([piece async for piece in await self._started(wanted)])
        told: dict[str, Any] = {"generated_text": text}
        if wanted.details:
            told["details"] = _details(wanted)
        return JSONResponse([told] if listed else told)

    async def _tgi_stream(self, wanted: _Wanted) -> Response:
        return _events(_tgi_chunks(await self._started(wanted), wanted), end="")

    async def _started(self, wanted: _Wanted) -> AsyncIterator[str]:
        """The pieces of a reply, the first of which is there: what is refused is refused before the answer begins."""
        pieces = self._pieces(wanted)
        first = await anext(pieces)

        async def all_of_them() -> AsyncIterator[str]:
            yield first
            async for piece in pieces:
                yield piece

        return all_of_them()

    async def _pieces(self, wanted: _Wanted) -> AsyncIterator[str]:
        drawn = words.reply(wanted.prompt, wanted.seed)
        async with aclosing(self._engine.generate(words.count(wanted.prompt), wanted.tokens)) as numbers:
            async for number in numbers:
                yield words.word(drawn, number == 0)


def _events(chunks: AsyncIterator[str], end: str = "[DONE]") -> StreamingResponse:
    async def lines() -> AsyncIterator[bytes]:
        async for chunk in chunks:
            yield f"data: {chunk}\n\n".encode()
        if end:
            yield f"data: {end}\n\n".encode()

    return StreamingResponse(lines(), media_type="text/event-stream")


async def _openai_chunks(
    pieces: AsyncIterator[str], wanted: _Wanted, head: Mapping[str, Any], chat: bool
) -> AsyncIterator[str]:
    head = {**head, "object": "chat.completion.chunk" if chat else "text_completion"}

    def chunk(said: Any, reason: str | None) -> str:
        choice = {"index": 0, **({"delta": said} if chat else {"text": said}), "finish_reason": reason}
        return json.dumps({**head, "choices": [choice]})

    if chat:
        yield chunk({"role": "assistant", "content": ""}, None)
    async for piece in pieces:
        yield chunk({"content": piece} if chat else piece, None)
    yield chunk({} if chat else "", "length")
    if wanted.usage:
        yield json.dumps({**head, "choices": [], "usage": _usage(wanted)})


async def _tgi_chunks(pieces: AsyncIterator[str], wanted: _Wanted) -> AsyncIterator[str]:
    text, number = "", 0
    async for piece in pieces:
        text, number = text + piece, number + 1
        token = {"id": number, "text": piece, "logprob": -1.0, "special": False}
        last = number == wanted.tokens
        yield json.dumps(
            {
                "index": number,
                "token": token,
                "generated_text": text if last else None,
                "details": _details(wanted) if last else None,
            }
        )


def _usage(wanted: _Wanted) -> dict[str, int]:
    read = words.count(wanted.prompt)
    return {"prompt_tokens": read, "completion_tokens": wanted.tokens, "total_tokens": read + wanted.tokens}


def _details(wanted: _Wanted) -> dict[str, Any]:
    return {
        "finish_reason": "length", "generated_tokens": wanted.tokens, "seed": wanted.seed,
        "input_length": words.count(wanted.prompt),
    }  # fmt: skip


async def _body(request: Request) -> dict[str, Any]:
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > MOST_BYTES:
            raise InvalidInput(f"a request has at most {MOST_BYTES >> 20} MB")
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        raise InvalidInput("the request is no JSON") from None
    if not isinstance(body, dict):
        raise InvalidInput("the request is no JSON object")
    return body


def _openai(body: Mapping[str, Any], prompt: str) -> _Wanted:
    options = body.get("stream_options")
    counted = isinstance(options, Mapping) and options.get("include_usage") is True
    most = body.get("max_completion_tokens", body.get("max_tokens"))
    return _Wanted(
        prompt, _whole(most, "max_tokens"), body.get("stream") is True, _whole(body.get("seed"), "seed", 0), counted
    )


def _tgi(body: Mapping[str, Any]) -> _Wanted:
    given = body.get("parameters") or {}
    if not isinstance(given, Mapping):
        raise InvalidInput("parameters is no JSON object")
    tokens = _whole(given.get("max_new_tokens"), "max_new_tokens")
    seed = _whole(given.get("seed"), "seed", 0)
    prompt = _text(body.get("inputs"), "inputs")
    return _Wanted(prompt, tokens, body.get("stream") is True, seed, details=given.get("details") is True)


def _messages(body: Mapping[str, Any]) -> str:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise InvalidInput("messages is a list with at least one message")
    texts = []
    for message in messages:
        content = message.get("content") if isinstance(message, Mapping) else None
        parts = content if isinstance(content, list) else [{"text": content}]
        texts += [_text(part.get("text") if isinstance(part, Mapping) else None, "content") for part in parts]
    return " ".join(texts)


def _text(value: Any, name: str) -> str:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        raise InvalidInput(f"{name} is one text")
    return value


def _whole(value: Any, name: str, default: int = DEFAULT_TOKENS) -> int:
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidInput(f"{name} is a whole number")
    return value


def _refused(request: Request, error: Exception) -> Response:
    """In both forms at once: OpenAI's clients read the object, TGI's the text beside it."""
    crowded = isinstance(error, RateLimited)
    kind = "overloaded" if crowded else "validation"
    told = {"error": {"message": str(error), "type": kind, "code": 429 if crowded else 422}, "error_type": kind}
    headers = {"retry-after": "1"} if crowded else None
    return JSONResponse(told, 429 if crowded else 422, headers)
