"""The items of a conversation as the responses API has them, turned into messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from groundstone.models.base import Message, ToolCall
from groundstone.server.openai import parts
from groundstone.server.openai.errors import Refused
from groundstone.server.openai.members import Members

MOST = 2048
ROLES = ("system", "developer", "user", "assistant")


def listed(given: Any) -> list[Any]:
    """The member ``input`` as items; a text is one message of the user."""
    if isinstance(given, str):
        return [{"type": "message", "role": "user", "content": given}]
    if not isinstance(given, list) or not 0 < len(given) <= MOST:
        raise Refused(f"input must be a text or a list of 1 to {MOST} items", "input", "invalid_type")
    return given


def messages(items: Sequence[Any]) -> list[Message]:
    """Raises Refused. Calls of functions become part of the assistant's message before them."""
    found: list[Message] = []
    calls: set[str] = set()
    for number, item in enumerate(items):
        read = Members(item, f"input[{number}]")
        kind = read.take("type") or "message"
        read.drop("id", "status")
        if kind == "message":
            found.append(_message(read))
        elif kind == "function_call":
            call = _call(read)
            calls.add(call.id)
            _attach(found, call)
        elif kind == "function_call_output":
            found.append(_output(read, calls))
        else:
            read.refuse("type", f"items of type {str(kind)[:60]!r} are not supported", "unsupported_value")
        read.finish()
    return found


def _message(item: Members) -> Message:
    role = item.choice("role", ROLES, "")
    item.drop("phase")
    text, pictures = parts.content(item.needed("content"), item.path("content"))
    if pictures and role != "user":
        item.refuse("content", "only messages of the user hold pictures", "unsupported_value")
    if role == "assistant":
        return Message("assistant", text)
    return Message("user" if role == "user" else "system", text, pictures)


def _call(item: Members) -> ToolCall:
    item.drop("namespace", "caller")
    return ToolCall(item.name("call_id"), item.name("name"), item.text("arguments"))


def _attach(found: list[Message], call: ToolCall) -> None:
    if found and found[-1].role == "assistant":
        found[-1] = replace(found[-1], tool_calls=(*found[-1].tool_calls, call))
    else:
        found.append(Message("assistant", "", tool_calls=(call,)))


def _output(item: Members, calls: set[str]) -> Message:
    id = item.name("call_id")
    if id not in calls:
        item.refuse("call_id", "no earlier function_call has this id")
    text, pictures = parts.content(item.needed("output"), item.path("output"))
    if pictures:
        item.refuse("output", "the output of a function is text", "unsupported_value")
    return Message("tool", text, tool_call_id=id)
