"""A request for a response: read, checked, and turned into messages and options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from groundstone.models.base import ChatOptions
from groundstone.server.openai import chat_request, items, tools
from groundstone.server.openai.chat_request import DEFAULT_TOKENS, Asked
from groundstone.server.openai.members import Members

ONLY: dict[str, tuple[Any, ...]] = {
    "background": (False,),
    "include": ([],),
    "service_tier": ("auto", "default"),
    "top_logprobs": (0,),
    "truncation": ("disabled",),
    "reasoning": ({},),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """``asked`` without the earlier conversation, which ``previous`` names. ``echo``: what the reply repeats."""

    asked: Asked
    input: list[Any]
    instructions: str
    previous: str | None
    store: bool
    echo: dict[str, Any]


def read(data: dict[str, Any]) -> Wanted:
    """Raises Refused, naming the member."""
    given = Members(data)
    model, sent = given.name("model"), items.listed(given.needed("input"))
    instructions, previous = given.text("instructions"), given.take("previous_response_id")
    if previous is not None and (not isinstance(previous, str) or not 0 < len(previous) <= 100):
        given.refuse("previous_response_id", "must be the id of a response", "invalid_type")
    given.only(ONLY)
    given.drop(*chat_request.LABELS)
    stream = given.flag("stream")
    limit, known = given.whole("max_output_tokens", 1, chat_request.MOST_TOKENS), tools.tools(given, flat=True)
    options = ChatOptions(
        limit or DEFAULT_TOKENS,
        given.number("temperature", 0, 2),
        given.number("top_p", 0, 1),
        schema=_format(given),
        tools=known,
        tool_choice=tools.choice(given, known, flat=True),
        stream=stream,
    )
    one_call = not given.flag("parallel_tool_calls", True)
    chat_request.usage_chunk(given, stream)
    store = given.flag("store", True)
    given.finish()
    sampling = tuple(
        name for name in ("temperature", "top_p", "max_output_tokens", "instructions") if data.get(name) is not None
    )
    asked = Asked(model, (), options, limit, one_call, stream, given=sampling)
    return Wanted(asked, sent, instructions, previous, store, _echo(data))


def _format(given: Members) -> dict[str, Any] | None:
    text = given.inner("text")
    schema = tools.reply_format(text, "format", flat=True)
    text.only({"verbosity": ("medium",)})
    text.finish()
    return schema


def _echo(data: dict[str, Any]) -> dict[str, Any]:
    """What a response repeats of its request, with what was meant where nothing was said."""
    text = data.get("text") or {}
    return {
        "instructions": data.get("instructions"),
        "max_output_tokens": data.get("max_output_tokens"),
        "metadata": data.get("metadata") or {},
        "parallel_tool_calls": data.get("parallel_tool_calls") is not False,
        "previous_response_id": data.get("previous_response_id"),
        "reasoning": {"effort": None, "summary": None},
        "temperature": data.get("temperature"),
        "text": {"format": text.get("format") or {"type": "text"}},
        "tool_choice": data.get("tool_choice") or "auto",
        "tools": [{"strict": None, **tool} for tool in data.get("tools") or ()],
        "top_p": data.get("top_p"),
        "truncation": "disabled",
        "user": data.get("user"),
    }
