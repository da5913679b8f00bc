"""Conversations in the form of Bedrock's Converse."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from groundstone.errors import InvalidInput, WrongModel
from groundstone.models.base import ChatOptions, Message, Picture, ToolCall

ANSWER = "answer"  # the tool by which a schema is imposed
Json = dict[str, Any]


def conversation(messages: Sequence[Message]) -> Json:
    """``messages`` and ``system``. Turns of one side in a row are joined, since Converse wants them to alternate."""
    turns: list[Json] = []
    system = [{"text": message.content} for message in messages if message.role == "system" and message.content]
    for message in messages:
        if message.role == "system":
            continue
        role = "assistant" if message.role == "assistant" else "user"
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += _blocks(message)
        else:
            turns.append({"role": role, "content": _blocks(message)})
    if not turns or not all(turn["content"] for turn in turns):
        raise InvalidInput("Bedrock needs a message of the user, and takes no empty ones")
    return {"messages": turns} | ({"system": system} if system else {})


def settings(model: str, options: ChatOptions, messages: Sequence[Message]) -> Json:
    """``inferenceConfig``, ``toolConfig`` and more. Raises InvalidInput, WrongModel for what Converse lacks."""
    if options.seed is not None:
        raise WrongModel("Bedrock's Converse takes no seed; leave it out")
    limits: Json = {"maxTokens": options.max_tokens}
    if options.temperature is not None:
        limits["temperature"] = options.temperature
    if options.top_p is not None:
        limits["topP"] = options.top_p
    if options.stop:
        limits["stopSequences"] = list(options.stop)
    tools = _schema_tool(options) if options.schema is not None else _tools(options, messages)
    made: Json = {"inferenceConfig": limits} | ({"toolConfig": tools} if tools else {})
    if options.stop:
        made["additionalModelResponseFieldPaths"] = ["/stop_sequence"]  # Claude's own reply names it
    return made | _top_k(model, options.top_k)


def _top_k(model: str, value: int | None) -> Json:
    """A setting that each family has under its own name."""
    if value is None:
        return {}
    families: dict[str, Json] = {
        "anthropic.": {"top_k": value},
        "amazon.nova": {"inferenceConfig": {"topK": value}},
        "cohere.": {"k": value},
    }
    for family, fields in families.items():
        if family in model:
            return {"additionalModelRequestFields": fields}
    raise WrongModel(f"{model} takes no top_k on Bedrock; leave it out")


def _schema_tool(options: ChatOptions) -> Json:
    schema = dict(options.schema or {})
    if options.tools:
        raise WrongModel("on Bedrock a reply follows either a schema or tools, not both; leave one out")
    if schema.get("type") != "object":
        raise InvalidInput('Bedrock takes a schema of "type": "object" only')
    spec = {"name": ANSWER, "description": "Give the answer in this form.", "inputSchema": {"json": schema}}
    return {"tools": [{"toolSpec": spec}], "toolChoice": {"tool": {"name": ANSWER}}}


def _tools(options: ChatOptions, messages: Sequence[Message]) -> Json:
    if not options.tools:
        return {}
    if options.tool_choice == "none":
        if any(message.tool_calls or message.role == "tool" for message in messages):
            raise WrongModel('Bedrock has no tool_choice "none" for a conversation with tool calls; use "auto"')
        return {}
    choices: dict[str, Json] = {"auto": {"auto": {}}, "required": {"any": {}}}
    choice = choices.get(options.tool_choice, {"tool": {"name": options.tool_choice}})
    specs: list[Json] = []
    for tool in options.tools:
        described = {"description": tool.description} if tool.description else {}
        specs.append({"name": tool.name, **described, "inputSchema": {"json": dict(tool.parameters)}})
    return {"tools": [{"toolSpec": spec} for spec in specs], "toolChoice": choice}


def _blocks(message: Message) -> list[Json]:
    if message.role == "tool":
        content = [{"text": message.content or "(nothing)"}]
        return [{"toolResult": {"toolUseId": message.tool_call_id, "content": content}}]
    text: list[Json] = [{"text": message.content}] if message.content.strip() else []
    return text + [_picture(picture) for picture in message.pictures] + [_call(call) for call in message.tool_calls]


def _picture(picture: Picture) -> Json:
    kind = picture.media_type.removeprefix("image/")
    if kind not in ("png", "jpeg", "gif", "webp"):
        raise InvalidInput(f"Bedrock takes PNG, JPEG, GIF and WebP pictures, not {picture.media_type}")
    return {"image": {"format": kind, "source": {"bytes": picture.data}}}


def _call(call: ToolCall) -> Json:
    try:
        arguments = json.loads(call.arguments or "{}")
    except ValueError:
        arguments = None
    if not isinstance(arguments, dict):
        raise InvalidInput(
            f"the arguments of the tool call {call.id} are no JSON object, and Bedrock takes nothing else"
        )
    return {"toolUse": {"toolUseId": call.id, "name": call.name, "input": arguments}}
