"""Conversations in the form of OpenAI's API."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from groundstone.errors import InvalidInput
from groundstone.models.base import ChatOptions, Message, Picture

Json = dict[str, Any]


def body(model: str, messages: Sequence[Message], options: ChatOptions) -> Json:
    """Of ``POST /chat/completions``; what is None or empty is left out. Raises InvalidInput."""
    made: Json = {"model": model, "messages": [message_json(message) for message in messages]}
    made["max_tokens"] = options.max_tokens
    if options.temperature is not None:
        made["temperature"] = options.temperature
    if options.top_p is not None:
        made["top_p"] = options.top_p
    if options.top_k is not None:
        made["top_k"] = options.top_k  # not OpenAI's own, but known to vLLM, SGLang, llama.cpp and LM Studio
    if options.stop:
        made["stop"] = list(options.stop)
    if options.seed is not None:
        made["seed"] = options.seed
    if options.schema is not None:
        wanted = {"name": "answer", "strict": True, "schema": dict(options.schema)}
        made["response_format"] = {"type": "json_schema", "json_schema": wanted}
    if options.tools or options.tool_choice not in ("auto", "none"):
        made |= _tools(options)
    if options.stream:
        made |= {"stream": True, "stream_options": {"include_usage": True}}
    return made


def _tools(options: ChatOptions) -> Json:
    described = [
        {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
        for tool in options.tools
    ]
    choice: str | Json = options.tool_choice
    if choice not in ("auto", "none", "required"):
        choice = {"type": "function", "function": {"name": choice}}
    tools = [{"type": "function", "function": function} for function in described]
    return {"tools": tools, "tool_choice": choice}


def check(messages: Sequence[Message], options: ChatOptions) -> None:
    """What no engine could make sense of. Raises InvalidInput."""
    if not messages:
        raise InvalidInput("chat needs at least one message")
    for message in messages:
        if message.role == "tool" and not message.tool_call_id:
            raise InvalidInput('a message of role "tool" needs the id of the tool call that it replies to')
        if message.tool_calls and message.role != "assistant":
            raise InvalidInput(f"tool calls belong to the assistant, not to the role {message.role}")
        if message.pictures and message.role != "user":
            raise InvalidInput(f"pictures belong to messages of the user, not to the role {message.role}")
    if options.tool_choice not in ("auto", "none"):
        names = {tool.name for tool in options.tools}
        if not names or options.tool_choice not in names | {"required"}:
            raise InvalidInput(f"tool_choice {options.tool_choice!r} names no tool; there are: {sorted(names)}")


def message_json(message: Message) -> Json:
    if message.role == "tool":
        return {"role": "tool", "tool_call_id": message.tool_call_id, "content": message.content}
    made: Json = {"role": message.role, "content": message.content}
    if message.pictures:
        text: list[Json] = [{"type": "text", "text": message.content}] if message.content else []
        made["content"] = text + [picture_json(picture) for picture in message.pictures]
    if message.tool_calls:
        made["content"] = message.content or None
        made["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    return made


def picture_json(picture: Picture) -> Json:
    return {"type": "image_url", "image_url": {"url": data_url(picture)}}


def data_url(picture: Picture) -> str:
    return f"data:{picture.media_type};base64,{b64encode(picture.data).decode('ascii')}"
