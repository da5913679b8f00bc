"""Tools for a model that was never taught any: they are described in words, and a grammar holds the reply to a call."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import replace

from groundstone.errors import InvalidInput
from groundstone.models.base import ChatOptions, Message, Tool, ToolCall


def chosen(options: ChatOptions) -> tuple[Tool, ...]:
    """The tools that this reply may call. Raises InvalidInput for a choice that is none of them."""
    names = [tool.name for tool in options.tools]
    if len(set(names)) != len(names):
        raise InvalidInput("two tools have the same name")
    if options.tool_choice == "none":
        return ()
    if options.tool_choice in ("auto", "required"):
        if options.tool_choice == "required" and not names:
            raise InvalidInput("a tool call is required, but no tools were given")
        return options.tools
    if options.tool_choice not in names:
        raise InvalidInput(f"tool_choice {options.tool_choice!r} is none of the tools: {', '.join(names) or 'none'}")
    return tuple(tool for tool in options.tools if tool.name == options.tool_choice)


def in_words(messages: Sequence[Message], tools: Sequence[Tool], may_talk: bool) -> list[Message]:
    """The conversation without tool turns: calls and results become text, the tools a system message."""
    called = {call.id: call.name for message in messages for call in message.tool_calls}
    plain = [_plain(message, called) for message in messages]
    if not tools:
        return plain
    about = _described(tools, may_talk)
    if plain and plain[0].role == "system":
        return [replace(plain[0], content=f"{plain[0].content}\n\n{about}"), *plain[1:]]
    return [Message("system", about), *plain]


def parsed(text: str) -> ToolCall | None:
    """The call that the grammar made the model write. One that was cut has only a part of its arguments, or is None."""
    name, complete, rest = text.removeprefix('{"name": "').partition('"')
    if not complete:
        return None
    return ToolCall(f"call_{uuid.uuid4().hex[:24]}", name, rest.removeprefix(', "arguments": ').removesuffix("}"))


def _plain(message: Message, called: dict[str, str]) -> Message:
    if message.role == "tool":
        name = called.get(message.tool_call_id or "", "the tool")
        return Message("user", f"Result of {name}:\n{message.content}", message.pictures)
    if not message.tool_calls:
        return message
    calls = [f'{{"name": {json.dumps(call.name)}, "arguments": {call.arguments}}}' for call in message.tool_calls]
    return Message(message.role, "\n".join([message.content, *calls] if message.content else calls))


def _described(tools: Sequence[Tool], may_talk: bool) -> str:
    lines = [f"- {tool.name}: {tool.description} Arguments: {json.dumps(dict(tool.parameters))}" for tool in tools]
    ending = " Otherwise answer in plain words." if may_talk else ""
    form = '{"name": "the tool", "arguments": {...}}'
    return "\n".join(["You have these tools:", *lines, f"To use a tool, reply only with {form}.{ending}"])
