"""The bodies of Anthropic's Claude: messages, and the text completions of version 2."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from groundstone.errors import InvalidInput
from groundstone.models.base import ChatOptions, Delta, ModelInfo, Picture, StopReason, Tool, ToolCall
from groundstone.records import Usage
from groundstone.server.aws import documents
from groundstone.server.aws.converse import Writer, tool_id, top_k
from groundstone.server.aws.forms import ChatForm, Json, fresh
from groundstone.server.aws.members import Members, malformed
from groundstone.server.aws.pictures import from_base64, picture
from groundstone.server.aws.prompts import Asked, Reply, Turn, arguments, merged, messages

VERSION = "bedrock-2023-05-31"
STOPS: dict[StopReason, str] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "filtered": "refusal",
}
_FROM_CONVERSE = {"content_filtered": "refusal"}
_REFUSED = {
    "anthropic_beta": "there are no beta features here",
    "mcp_servers": "connect to such servers yourself and pass their tools",
    "context_management": "shorten the history yourself",
    "container": "there are no tools that run on the server here",
}


# -- messages ---------------------------------------------------------------------------------------------


def parse(body: Members, info: ModelInfo) -> Asked:
    body.choice("anthropic_version", (VERSION,))
    body.refuse(_REFUSED)
    body.object("metadata").text("user_id", None)
    body.object("thinking").only("type", "disabled", why="reasoning that is shown is not supported")
    body.only("service_tier", "auto", "standard_only", why="there is one tier only")
    system = _system(body)
    turns = merged([_turn(message) for message in body.objects("messages")])
    temperature = body.number("temperature", None, 0, 1)
    chosen = top_k(body, "top_k", temperature)
    tools, choice = _tools(body)
    options = ChatOptions(
        max_tokens=body.whole("max_tokens", low=1),
        temperature=temperature,
        top_p=body.number("top_p", None, 0, 1),
        stop=body.texts("stop_sequences", ()),
        schema=_schema(body),
        tools=tools if choice != "none" else (),
        tool_choice=choice,
        top_k=chosen,
    )
    return Asked(messages(system, turns), options, {"model": info.name})


def _system(body: Members) -> list[str]:
    if isinstance(body.any("system", None), str):
        return [body.text("system")]
    return [_text_block(block) for block in body.objects("system", [])]


def _text_block(block: Members) -> str:
    block.choice("type", ("text",))
    _cached(block)
    text: str = block.text("text")
    return text


def _cached(block: Members) -> None:
    """Nothing is kept between requests, so a cache mark changes nothing."""
    mark = block.object("cache_control")
    mark.only("type", "ephemeral", why="cache marks are of the type ephemeral")
    mark.only("ttl", "5m", "1h", why="cache marks last 5m or 1h")


def _turn(message: Members) -> Turn:
    turn = Turn(message.choice("role", ("user", "assistant")), message.where)
    if isinstance(message.any("content"), str):
        turn.texts.append(message.text("content"))
        return turn
    for block in message.objects("content"):
        _block(turn, block)
    return turn


def _block(turn: Turn, block: Members) -> None:
    kind = block.text("type")
    _cached(block)
    if kind == "text":
        block.only("citations", [], why="citations in the history are not supported; leave them out")
        turn.texts.append(block.text("text"))
    elif kind == "tool_use" and turn.role == "assistant":
        turn.calls.append(ToolCall(block.text("id"), block.text("name"), _input(block)))
    elif kind == "image" and turn.role == "user":
        turn.pictures.append(_image(block))
    elif kind == "document" and turn.role == "user":
        turn.texts.append(_document(block))
    elif kind == "tool_result" and turn.role == "user":
        turn.results.append((block.text("tool_use_id"), _result(block)))
    else:
        raise malformed(block.where, f"a {kind} block is not supported in a message of the {turn.role}")


def _input(block: Members) -> str:
    """What a tool was called with, as JSON text. Nothing inside is refused: it is the tool's own."""
    value = block.any("input")
    if not isinstance(value, dict):
        raise malformed(block.place("input"), "must be an object")
    return json.dumps(value, ensure_ascii=False)


def _image(block: Members) -> Picture:
    source = block.object("source")
    source.choice("type", ("base64",))
    where = source.place("data")
    return picture(from_base64(source.text("data"), where), source.text("media_type"), where)


def _document(block: Members) -> str:
    name, context = block.text("title", "document"), block.text("context", "")
    block.object("citations").only("enabled", False, why="citations on documents are not supported")
    source = block.object("source")
    if source.choice("type", ("base64", "text")) == "text":
        source.choice("media_type", ("text/plain",), "text/plain")
        return documents.shown(name, source.text("data"), block.where, context)
    source.choice("media_type", ("application/pdf",))
    data = from_base64(source.text("data"), source.place("data"))
    return documents.shown(name, documents.read(name, "pdf", data, block.where), block.where, context)


def _result(block: Members) -> str:
    content = block.any("content", "")
    if not isinstance(content, str):
        content = "\n\n".join(_text_block(part) for part in block.objects("content"))
    return f"error: {content}" if block.flag("is_error", False) else content


def _tools(body: Members) -> tuple[tuple[Tool, ...], str]:
    tools = tuple(_tool(tool) for tool in body.objects("tools", []))
    asked = body.object("tool_choice")
    kind = asked.choice("type", ("auto", "any", "tool", "none"), "auto")
    asked.only("disable_parallel_tool_use", False, why="the number of tools in one reply cannot be limited here")
    if kind == "tool":
        name: str = asked.text("name")
        if name not in [tool.name for tool in tools]:
            raise malformed(asked.place("name"), f"{name!r} is not among the tools")
        return tools, name
    if kind == "any" and not tools:
        raise malformed("tool_choice", "it needs tools")
    return tools, {"any": "required"}.get(kind, kind)


def _tool(tool: Members) -> Tool:
    tool.choice("type", ("custom",), "custom")
    _cached(tool)
    schema = tool.any("input_schema")
    if not isinstance(schema, dict) or schema.get("type") != "object":
        raise malformed(tool.place("input_schema"), "must be a JSON Schema of type object")
    return Tool(tool.text("name"), tool.text("description", "", blank=True), schema)


def _schema(body: Members) -> Any:
    form = body.object("output_config").object("format") if "output_config" in body else body.object("output_format")
    if form.choice("type", ("json_schema",), None) is None:
        return None
    schema = form.any("schema")
    if not isinstance(schema, dict):
        raise malformed(form.place("schema"), "must be a JSON Schema")
    return schema


def _message(model: str, content: list[Json], stop: str | None, used: Usage, stopped_by: str | None = None) -> Json:
    return {
        "id": fresh("msg_bdrk_"),
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": stop,
        "stop_sequence": stopped_by,
        "usage": {"input_tokens": used.input_tokens, "output_tokens": used.output_tokens},
    }


def render(asked: Asked, reply: Reply) -> Json:
    content: list[Json] = [{"type": "text", "text": reply.text}] if reply.text else []
    for call in reply.tool_calls:
        content.append({"type": "tool_use", "id": tool_id(call), "name": call.name, "input": arguments(call)})
    stop = "stop_sequence" if reply.stopped_by else STOPS[reply.stop]
    return _message(reply.model, content, stop, reply.usage, reply.stopped_by)


def stream(asked: Asked, deltas: Iterator[Delta]) -> Iterator[Json]:
    """The events of Converse said in Claude's words. The tokens of the prompt are known at the end only."""
    writer, open_block = Writer(), False
    for event in writer.events(deltas):
        (kind, value) = next(iter(event.items()))
        if kind == "messageStart":
            yield {"type": "message_start", "message": _message(asked.extra["model"], [], None, Usage())}
            continue
        if kind == "contentBlockDelta" and not open_block:
            yield _start(value["contentBlockIndex"], {"type": "text", "text": ""})
        open_block = kind != "contentBlockStop"
        yield _block_event(kind, value)
    reason = _FROM_CONVERSE.get(writer.stop_reason, writer.stop_reason)
    stop = {"stop_reason": reason, "stop_sequence": writer.stopped_by if reason == "stop_sequence" else None}
    used = {"input_tokens": writer.usage.input_tokens, "output_tokens": writer.usage.output_tokens}
    yield {"type": "message_delta", "delta": stop, "usage": used}
    yield {"type": "message_stop"}


def _block_event(kind: str, value: Json) -> Json:
    index = value["contentBlockIndex"]
    if kind == "contentBlockStart":
        called = value["start"]["toolUse"]
        return _start(index, {"type": "tool_use", "id": called["toolUseId"], "name": called["name"], "input": {}})
    if kind == "contentBlockStop":
        return {"type": "content_block_stop", "index": index}
    said = value["delta"]
    if "text" in said:
        delta = {"type": "text_delta", "text": said["text"]}
    else:
        delta = {"type": "input_json_delta", "partial_json": said["toolUse"]["input"]}
    return {"type": "content_block_delta", "index": index, "delta": delta}


def _start(index: int, block: Json) -> Json:
    return {"type": "content_block_start", "index": index, "content_block": block}


# -- text completions -------------------------------------------------------------------------------------

_SPEAKER = re.compile(r"(?:\A\s*|\n\n)(Human|Assistant):")
HUMAN = "\n\nHuman:"


def parse_text(body: Members, info: ModelInfo) -> Asked:
    """A prompt in turns of Human and Assistant; what stands before the first is the system prompt."""
    body.choice("anthropic_version", (VERSION,), None)
    temperature = body.number("temperature", None, 0, 1)
    chosen = top_k(body, "top_k", temperature, usual=250)
    options = ChatOptions(
        max_tokens=body.whole("max_tokens_to_sample", low=1),
        temperature=temperature,
        top_p=body.number("top_p", None, 0, 1),
        stop=body.texts("stop_sequences", ()),
        top_k=chosen,
    )
    return Asked(_dialogue(body.text("prompt")), options)


def _dialogue(prompt: str) -> Any:
    first, *rest = _SPEAKER.split(prompt)
    speakers, said = rest[::2], [text.strip() for text in rest[1::2]]
    if not speakers or speakers[0] != "Human" or speakers[-1] != "Assistant":
        raise malformed("prompt", 'it must begin with "\\n\\nHuman:" and end with "\\n\\nAssistant:"')
    if said[-1]:
        raise InvalidInput(
            'prompt: words after the last "\\n\\nAssistant:" would begin the reply for the model; that is not supported'
        )
    turns = []
    for index, (speaker, text) in enumerate(zip(speakers[:-1], said[:-1], strict=True)):
        turns.append(Turn("user" if speaker == "Human" else "assistant", f"prompt, turn {index}", [text] * bool(text)))
    return messages([first.strip()] if first.strip() else [], merged(turns))


def render_text(asked: Asked, reply: Reply) -> Json:
    return _completion(reply.text, reply.stop, reply.stopped_by)


def stream_text(asked: Asked, deltas: Iterator[Delta]) -> Iterator[Json]:
    stop, stopped_by = "stop", None
    for delta in deltas:
        if delta.text:
            yield _completion(delta.text, None)
        stop, stopped_by = delta.stop_reason or stop, delta.stopped_by or stopped_by
    yield _completion("", stop, stopped_by)


def _completion(text: str, stop: str | None, stopped_by: str | None = None) -> Json:
    """A natural end is, in this form, the model's own beginning of the next human turn."""
    reason = {"length": "max_tokens", None: None}.get(stop, "stop_sequence")
    return {
        "type": "completion",
        "completion": text,
        "stop_reason": reason,
        "stop": stopped_by or HUMAN if reason == "stop_sequence" else None,
    }


MESSAGES = ChatForm("Claude messages", parse, render, stream)
TEXT = ChatForm("Claude text completions", parse_text, render_text, stream_text)
