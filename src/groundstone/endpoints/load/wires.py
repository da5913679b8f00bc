"""The forms in which servers of language models are asked, and what their replies say: pieces of text and counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from groundstone.endpoints.load.replies import Reply
from groundstone.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: a prompt, and how many tokens are to be written."""

    prompt: str
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What a reply says. ``pieces``: when each piece of text came, the text, and how many tokens the server counted in
    all until then (0: it did not say). ``tokens_in`` and ``tokens_out``: what it counted in the end; 0 for nothing.
    ``refused``: its own words of an error in a reply that began well.
    """

    pieces: tuple[tuple[float, str, int], ...]
    tokens_in: int = 0
    tokens_out: int = 0
    refused: str = ""

    @property
    def text(self) -> str:
        return "".join(text for _, text, _ in self.pieces)


@dataclass(frozen=True, slots=True)
class Wire:
    """``path`` below the server's address, ``body`` of a request for a model, and how a reply is read."""

    name: str
    path: str
    body: Callable[[Ask, str], bytes]
    read: Callable[[Reply], Heard]


def wire(name: str) -> Wire:
    """Raises InvalidInput, naming those there are."""
    if name not in WIRES:
        raise InvalidInput(f"no wire {name[:40]!r}; there are {', '.join(WIRES)}")
    return WIRES[name]


def _chat(ask: Ask, model: str) -> bytes:
    messages = [{"role": "user", "content": ask.prompt}]
    return _openai({"model": model, "messages": messages}, ask)


def _completion(ask: Ask, model: str) -> bytes:
    return _openai({"model": model, "prompt": ask.prompt}, ask)


def _openai(body: dict[str, Any], ask: Ask) -> bytes:
    """``ignore_eos`` and ``min_tokens``: engines that know them write as many tokens as they are asked for."""
    body |= {
        "max_tokens": ask.output_tokens, "min_tokens": ask.output_tokens, "ignore_eos": True, "temperature": 0.0,
        "stream": True, "stream_options": {"include_usage": True},
    }  # fmt: skip
    return json.dumps(body).encode()


def _tgi(ask: Ask, model: str) -> bytes:
    parameters = {"max_new_tokens": ask.output_tokens, "details": True}
    return json.dumps({"inputs": ask.prompt, "parameters": parameters, "stream": True}).encode()


def _tgi_whole(ask: Ask, model: str) -> bytes:
    parameters = {"max_new_tokens": ask.output_tokens, "details": True}
    return json.dumps({"inputs": ask.prompt, "parameters": parameters}).encode()


def events(reply: Reply) -> Iterator[tuple[float, str]]:
    """The data of server-sent events, each with the time of the piece in which it ended (WHATWG HTML, section 9.2)."""
    left = b""
    for now, data in reply.pieces:
        left += data
        if b"\n" not in data:
            continue
        whole, _, left = left.rpartition(b"\n")
        for line in whole.split(b"\n"):
            if line.startswith(b"data:"):
                yield now, line[5:].strip().decode("utf-8", "replace")
    if left.startswith(b"data:") and reply.pieces:
        yield reply.pieces[-1][0], left[5:].strip().decode("utf-8", "replace")


def _read_openai(reply: Reply) -> Heard:
    pieces: list[tuple[float, str, int]] = []
    read = written = 0
    refused = ""
    for now, data in events(reply):
        if data == "[DONE]":
            break
        event = _object(data)
        counts = event.get("usage")
        if isinstance(counts, dict):
            read, written = _count(counts, "prompt_tokens"), _count(counts, "completion_tokens")
        if "error" in event:
            refused = _words(event["error"])
        text = "".join(map(_choice_text, event.get("choices") or ()))
        if text:
            pieces.append((now, text, written))
    return Heard(tuple(pieces), read, written, refused)


def _choice_text(choice: Any) -> str:
    """What a chunk adds: content, reasoning before it, or text."""
    if not isinstance(choice, dict):
        return ""
    delta = choice.get("delta")
    found = delta if isinstance(delta, dict) else choice
    parts = (found.get(name) for name in ("reasoning_content", "content", "text"))
    return "".join(part for part in parts if isinstance(part, str))


def _read_tgi(reply: Reply) -> Heard:
    pieces: list[tuple[float, str, int]] = []
    read = written = 0
    refused = ""
    for now, data in events(reply):
        event = _object(data)
        token, details = event.get("token"), event.get("details")
        if isinstance(token, dict) and isinstance(token.get("text"), str) and not token.get("special"):
            pieces.append((now, token["text"], 0))
        if isinstance(details, dict):
            read, written = _count(details, "input_length"), _count(details, "generated_tokens")
        if "error" in event:
            refused = _words(event["error"])
    return Heard(tuple(pieces), read, written, refused)


def _read_whole(reply: Reply) -> Heard:
    """A reply that comes at once, in any nesting of lists and objects: its only piece is there when all is."""
    try:
        told = json.loads(reply.body)
    except (ValueError, RecursionError):
        return Heard((), refused="the reply is no JSON")
    text, details = _generated(told), _details(told)
    if text is None or not reply.pieces:
        return Heard((), refused="the reply has no generated_text")
    read, written = _count(details, "input_length"), _count(details, "generated_tokens")
    return Heard(((reply.pieces[-1][0], text, written),), read, written)


def _generated(told: Any, depth: int = 0) -> str | None:
    if depth > 10:
        return None
    if isinstance(told, dict):
        for name in ("generated_text", "generated_texts", "generation"):
            if isinstance(told.get(name), str):
                return str(told[name])
        inside: Any = told.values()
    else:
        inside = told if isinstance(told, list) else ()
    return next((found for part in inside if (found := _generated(part, depth + 1)) is not None), None)


def _details(told: Any) -> dict[str, Any]:
    first = told[0] if isinstance(told, list) and told else told
    found = first.get("details") if isinstance(first, dict) else None
    return found if isinstance(found, dict) else {}


def _object(data: str) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _count(counts: dict[str, Any], name: str) -> int:
    value = counts.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _words(error: Any) -> str:
    found = error.get("message") if isinstance(error, dict) else error
    return str(found)[:300]


WIRES = {
    one.name: one
    for one in (
        Wire("openai-chat", "/v1/chat/completions", _chat, _read_openai),
        Wire("openai", "/v1/completions", _completion, _read_openai),
        Wire("tgi", "/generate_stream", _tgi, _read_tgi),
        Wire("tgi-whole", "/generate", _tgi_whole, _read_whole),
        Wire("invocations", "/invocations", _tgi_whole, _read_whole),
    )
}
