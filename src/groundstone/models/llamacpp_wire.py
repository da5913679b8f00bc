"""The words of llama.cpp: requests in OpenAI's form, and the pieces of a reply."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from groundstone.errors import InvalidInput, ModelError
from groundstone.models.base import ChatOptions, Delta, Message, StopReason, ToolCall
from groundstone.models.conform import conforms
from groundstone.models.llamacpp_engine import refusal
from groundstone.models.tool_prompt import chosen, parsed
from groundstone.records import Usage

STOP_REASONS: dict[str, StopReason] = {"stop": "stop", "length": "length", "tool_calls": "tool_calls"}
Body = dict[str, Any]


def check(messages: Sequence[Message], options: ChatOptions) -> None:
    """Raises InvalidInput for what the engine would take, and answer with nonsense."""
    if not messages:
        raise InvalidInput("chat needs at least one message")
    for number, message in enumerate(messages):
        if any("\ud800" <= sign <= "\udfff" for sign in message.content):
            raise InvalidInput(f"message {number} holds half of a surrogate pair, which is no character")
    if options.max_tokens < 1:
        raise InvalidInput(f"max_tokens must be at least 1, not {options.max_tokens}")
    if options.temperature is not None and not 0 <= options.temperature < math.inf:
        raise InvalidInput(f"temperature must not be negative: {options.temperature}")
    if options.top_p is not None and not 0 < options.top_p <= 1:
        raise InvalidInput(f"top_p must be above 0 and at most 1, not {options.top_p}")
    if options.schema is not None and (options.tools or options.stop):
        raise InvalidInput("a schema cannot be combined with tools or stop texts: either would break the JSON")
    if any(not text for text in options.stop):
        raise InvalidInput("a stop text may not be empty")


def settings(options: ChatOptions) -> Body:
    """Everything of a request but its messages."""
    body: Body = {
        "max_tokens": options.max_tokens,
        "stream": True,
        "stream_options": {"include_usage": True},
        "return_progress": True,  # a sign of life, and a chance to stop, while a long prompt is read
        # What is left in memory of an earlier prompt changes the last digits, and so may change the reply.
        "cache_prompt": options.seed is None,
    }
    given = {"temperature": options.temperature, "top_p": options.top_p, "top_k": options.top_k}
    body |= {key: value for key, value in given.items() if value is not None}
    if options.seed is not None:
        body["seed"] = options.seed % 2**32
    if options.stop:
        body |= {"stop": list(options.stop), "verbose": True, "response_fields": ["stopping_word"]}
    if options.schema is not None or options.tools:
        body["chat_template_kwargs"] = {"enable_thinking": False}  # thoughts before the reply would break its form
    return body


def native_tools(options: ChatOptions) -> Body:
    """The tools for a model whose chat template has a place for them."""
    tools = [
        {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
        for tool in chosen(options)
    ]
    return {"tools": [{"type": "function", "function": tool} for tool in tools], "tool_choice": "auto"}


def turns(messages: Sequence[Message], knows_system: bool, safe: Callable[[str], str]) -> list[Body]:
    """The conversation, each text made ``safe``. A system message that has no place opens the next turn."""
    made: list[Body] = []
    waiting = ""
    for message in messages:
        message = replace(message, content=safe(message.content))
        if message.role == "system" and not knows_system:
            waiting += message.content + "\n\n"
            continue
        made.append(_turn(message, waiting))
        waiting = ""
    return made if not waiting else [*made, {"role": "user", "content": waiting.strip()}]


def _turn(message: Message, before: str) -> Body:
    text = before + message.content
    turn: Body = {"role": message.role, "content": text}
    if message.pictures:
        urls = [f"data:{each.media_type};base64,{base64.b64encode(each.data).decode()}" for each in message.pictures]
        pictures = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
        turn["content"] = [*pictures, {"type": "text", "text": text}]
    if message.tool_calls:
        turn["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    if message.tool_call_id is not None:
        turn["tool_call_id"] = message.tool_call_id
    return turn


class Pieces:
    """Reads the pieces of one reply.

    Args:
        schema: what the text must satisfy unless it was cut; None for free text.
        emulated: a text that begins with a brace is a tool call.
    """

    def __init__(self, name: str, schema: Mapping[str, Any] | None, emulated: bool) -> None:
        self.name, self.schema, self.emulated = name, schema, emulated
        self._kept: list[str] = []
        self._calls: dict[int, dict[str, str]] = {}
        self._usage, self._reason, self._is_call = Usage(), "", False
        self._stopped_by: str | None = None

    def read(self, piece: Body) -> Iterator[Delta]:
        """The text in it, if any. Raises what the engine reports."""
        if "error" in piece:
            raise refusal(self.name, piece["error"])
        if usage := piece.get("usage"):
            self._usage = Usage(usage["prompt_tokens"], usage["completion_tokens"])
        for choice in piece.get("choices", ())[:1]:
            self._reason = choice.get("finish_reason") or self._reason
            self._stopped_by = piece.get("__verbose", {}).get("stopping_word") or self._stopped_by
            delta = choice.get("delta") or {}
            for call in delta.get("tool_calls") or ():
                self._add(call)
            if text := delta.get("content"):
                yield from self._text(text)

    def end(self) -> Iterator[Delta]:
        """The tool calls, then usage and stop reason. Raises ModelError for a reply that is not what was asked."""
        written = "".join(self._kept)
        reason = STOP_REASONS.get(self._reason, "stop")
        if not self._reason:
            raise ModelError(f"{self.name} broke off before its reply was complete; ask again")
        if self.schema is not None and reason == "stop" and not conforms(written, self.schema):
            raise ModelError(
                f"{self.name} wrote something else than its schema asks for; simplify its patterns, or ask again"
            )
        calls = [ToolCall(each["id"], each["name"], each["arguments"]) for each in self._calls.values()]
        if self._is_call and (call := parsed(written)):
            calls.append(call)
        for call in calls:
            yield Delta(tool_call=call)
        stop: StopReason = "tool_calls" if calls and reason == "stop" else reason
        yield Delta(usage=self._usage, stop_reason=stop, model=self.name, stopped_by=self._stopped_by)

    def _text(self, text: str) -> Iterator[Delta]:
        if self.emulated and not self._kept and not self._is_call:
            self._is_call = text.startswith("{")
            self.emulated = self._is_call
        if self.schema is not None or self._is_call:
            self._kept.append(text)
        if not self._is_call:
            yield Delta(text)

    def _add(self, piece: Body) -> None:
        """Calls come in parts: name and id first, then the arguments bit by bit."""
        call = self._calls.setdefault(piece.get("index", 0), {"id": "", "name": "", "arguments": ""})
        function = piece.get("function") or {}
        call["id"] = piece.get("id") or call["id"]
        call["name"] = function.get("name") or call["name"]
        call["arguments"] += function.get("arguments") or ""
