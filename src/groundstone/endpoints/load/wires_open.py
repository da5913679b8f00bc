"""OpenAI's chat and completions, Text Generation Inference, containers of SageMaker: JSON and server-sent events."""

from __future__ import annotations

import json
from typing import Any

from groundstone.endpoints.load.heard import Ask, Heard, Wire, count, events, member, words
from groundstone.endpoints.load.replies import Reply

_STREAMED: dict[str, Any] = {"temperature": 0.0, "stream": True, "stream_options": {"include_usage": True}}


def chat_body(ask: Ask, model: str) -> bytes:
    messages = [{"role": role, "content": text} for role, text in ask.conversation]
    return _exactly({"model": model, "messages": messages}, ask)


def plain_chat_body(ask: Ask, model: str) -> bytes:
    """For servers that refuse what OpenAI does not have; a reply may end sooner than it was asked to."""
    messages = [{"role": role, "content": text} for role, text in ask.conversation]
    return json.dumps({"model": model, "messages": messages, "max_tokens": ask.output_tokens, **_STREAMED}).encode()


def newer_chat_body(ask: Ask, model: str) -> bytes:
    """For models that think first: they have another name for the limit, and no temperature."""
    messages = [{"role": role, "content": text} for role, text in ask.conversation]
    said = {"model": model, "messages": messages, "max_completion_tokens": ask.output_tokens}
    return json.dumps({**said, "stream": True, "stream_options": _STREAMED["stream_options"]}).encode()


def completion_body(ask: Ask, model: str) -> bytes:
    return _exactly({"model": model, "prompt": ask.whole}, ask)


def plain_completion_body(ask: Ask, model: str) -> bytes:
    said = {"model": model, "prompt": ask.whole, "max_tokens": ask.output_tokens}
    return json.dumps({**said, **_STREAMED}).encode()


def _exactly(body: dict[str, Any], ask: Ask) -> bytes:
    """``ignore_eos`` and ``min_tokens``: engines that know them write as many tokens as they are asked for."""
    tokens = ask.output_tokens
    return json.dumps({**body, "max_tokens": tokens, "min_tokens": tokens, "ignore_eos": True, **_STREAMED}).encode()


def tgi_body(ask: Ask, model: str) -> bytes:
    parameters = {"max_new_tokens": ask.output_tokens, "details": True}
    return json.dumps({"inputs": ask.whole, "parameters": parameters, "stream": True}).encode()


def tgi_whole_body(ask: Ask, model: str) -> bytes:
    parameters = {"max_new_tokens": ask.output_tokens, "details": True}
    return json.dumps({"inputs": ask.whole, "parameters": parameters}).encode()


def read_openai(reply: Reply) -> Heard:
    pieces: list[tuple[float, str, int]] = []
    read = written = 0
    refused, ended = "", False
    for now, data in events(reply):
        if data == "[DONE]":
            ended = True
            break
        event = member(data)
        if counts := event.get("usage"):
            read, written, ended = count(counts, "prompt_tokens"), count(counts, "completion_tokens"), True
        if "error" in event:
            refused = words(event["error"])
        choices = event.get("choices") or ()
        ended = ended or any(isinstance(one, dict) and one.get("finish_reason") for one in choices)
        if text := "".join(map(_choice_text, choices)):
            pieces.append((now, text, written))
    return _ended(pieces, read, written, refused, ended, "[DONE], finish_reason or usage")


def _choice_text(choice: Any) -> str:
    """What a chunk adds: content, reasoning before it, or text."""
    if not isinstance(choice, dict):
        return ""
    delta = choice.get("delta")
    found = delta if isinstance(delta, dict) else choice
    parts = (found.get(name) for name in ("reasoning_content", "content", "text"))
    return "".join(part for part in parts if isinstance(part, str))


def read_tgi(reply: Reply) -> Heard:
    pieces: list[tuple[float, str, int]] = []
    read = written = 0
    refused, ended = "", False
    for now, data in events(reply):
        event = member(data)
        token, details = event.get("token"), event.get("details")
        if isinstance(token, dict) and isinstance(token.get("text"), str) and not token.get("special"):
            pieces.append((now, token["text"], 0))
        ended = ended or bool(details) or event.get("generated_text") is not None
        if details:
            read, written = count(details, "input_length"), count(details, "generated_tokens")
        if "error" in event:
            refused = words(event["error"])
    return _ended(pieces, read, written, refused, ended, "details or generated_text")


def _ended(
    pieces: list[tuple[float, str, int]], read: int, written: int, refused: str, ended: bool, marks: str
) -> Heard:
    """A stream that just ends was cut by somebody on the way, even if its last chunk is in order."""
    if pieces and not ended and not refused:
        return Heard(tuple(pieces), read, written, f"the stream ended without {marks}", "cut")
    return Heard(tuple(pieces), read, written, refused)


def read_whole(reply: Reply) -> Heard:
    """A reply that comes at once, in any nesting of lists and objects: its only piece is there when all is."""
    try:
        told = json.loads(reply.body)
    except (ValueError, RecursionError):
        return Heard((), refused="the reply is no JSON")
    text, details = generated(told), _details(told)
    if text is None or not reply.pieces:
        return Heard((), refused="the reply has no generated_text")
    read, written = count(details, "input_length"), count(details, "generated_tokens")
    return Heard(((reply.pieces[-1][0], text, written),), read, written)


def generated(told: Any, depth: int = 0) -> str | None:
    """The first generated text in any nesting."""
    if depth > 10:
        return None
    if isinstance(told, dict):
        for name in ("generated_text", "generated_texts", "generation"):
            if isinstance(told.get(name), str):
                return str(told[name])
        inside: Any = told.values()
    else:
        inside = told if isinstance(told, list) else ()
    return next((found for part in inside if (found := generated(part, depth + 1)) is not None), None)


def _details(told: Any) -> Any:
    first = told[0] if isinstance(told, list) and told else told
    return first.get("details") if isinstance(first, dict) else None


OPEN = (
    Wire("openai-chat", "/v1/chat/completions", chat_body, read_openai, (plain_chat_body, newer_chat_body)),
    Wire("openai", "/v1/completions", completion_body, read_openai, (plain_completion_body,)),
    Wire("tgi", "/generate_stream", tgi_body, read_tgi),
    Wire("tgi-whole", "/generate", tgi_whole_body, read_whole),
    Wire("invocations", "/invocations", tgi_whole_body, read_whole),
)
