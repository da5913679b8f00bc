"""Converse: requests read into prompts, replies written as Converse has them, whole or as events."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from groundstone.errors import InvalidInput, NotSupported
from groundstone.models.base import ChatOptions, Delta, ModelInfo, StopReason, Tool, ToolCall
from groundstone.records import Usage
from groundstone.server.aws import blocks
from groundstone.server.aws.members import Members
from groundstone.server.aws.prompts import Asked, Reply, arguments, messages, room

Params = Mapping[str, Any]
STOPS: dict[StopReason, str] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "filtered": "content_filtered",
}
_UNSUPPORTED = {
    "guardrailConfig": "there are no guardrails here; leave guardrailConfig out",
    "promptVariables": "there is no prompt management here; send the prompt itself in messages",
}


def parse(params: Params, info: ModelInfo) -> Asked:
    """A Converse or ConverseStream request. Raises InvalidInput, NotSupported."""
    for name, why in _UNSUPPORTED.items():
        if params.get(name):
            raise NotSupported(f"{name} is not supported: {why}")
    _check_settings(params)
    system = [text for block in params.get("system", ()) for text in blocks.system_text(block)]
    turns = blocks.turns(params.get("messages") or ())
    tools, choice = tools_of(params.get("toolConfig"))
    if not tools and any(turn.calls or turn.results for turn in turns):
        raise InvalidInput("toolConfig must be defined when toolUse and toolResult blocks are used")
    options = _options(params, info, tools, choice)
    return Asked(messages(system, turns), options, {"paths": params.get("additionalModelResponseFieldPaths", ())})


def _check_settings(params: Params) -> None:
    if params.get("performanceConfig", {}).get("latency", "standard") != "standard":
        raise InvalidInput("performanceConfig.latency: this model runs with standard latency only")
    if params.get("serviceTier", {}).get("type", "default") != "default":
        raise InvalidInput("serviceTier.type: there is the default tier only")
    for path in params.get("additionalModelResponseFieldPaths", ()):
        if not path.startswith("/") or re.search(r"~(?![01])", path):
            raise InvalidInput(f"additionalModelResponseFieldPaths: {path!r} is not a JSON Pointer such as /model")


def _options(params: Params, info: ModelInfo, tools: tuple[Tool, ...], choice: str) -> ChatOptions:
    config = params.get("inferenceConfig", {})
    temperature = config.get("temperature")
    seed, chosen = _additional(params.get("additionalModelRequestFields"), temperature)
    return ChatOptions(
        max_tokens=config.get("maxTokens") or room(info),
        temperature=temperature,
        top_p=config.get("topP"),
        stop=tuple(config.get("stopSequences", ())),
        seed=seed,
        schema=_schema(params.get("outputConfig", {})),
        tools=tools,
        tool_choice=choice,
        top_k=chosen,
    )


def _additional(fields: Any, temperature: float | None) -> tuple[int | None, int | None]:
    """The seed and top_k; every other model setting is refused by its name, unless it changes nothing."""
    if fields is None:
        return None, None
    more = Members(fields, "additionalModelRequestFields")
    inside = more.object("inferenceConfig")
    places = [(more, "top_k"), (more, "topK"), (more, "k"), (inside, "topK"), (inside, "top_k")]
    found = [top_k(members, name, temperature) for members, name in places]
    thinking = more.object("thinking")
    thinking.only("type", "disabled", why="reasoning that is shown is not supported")
    seed: int | None = more.whole("seed", None)
    more.done()
    return seed, next((value for value in found if value is not None), None)


def top_k(members: Members, name: str, temperature: float | None, usual: int | None = None) -> int | None:
    """Among how many tokens to choose, 0 for all; None where that changes nothing, or is left to the engine."""
    value: int | None = members.whole(name, None, low=-1)
    return None if value is None or temperature == 0 or value == usual else max(0, value)


def _schema(config: Params) -> Mapping[str, Any] | None:
    if config.get("effort"):
        raise InvalidInput("outputConfig.effort is not supported: the models here have no levels of effort")
    if "textFormat" not in config:
        return None
    text = config["textFormat"].get("structure", {}).get("jsonSchema", {}).get("schema", "")
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"outputConfig.textFormat: the schema is not valid JSON: {error}") from None
    if not isinstance(schema, dict):
        raise InvalidInput("outputConfig.textFormat: the schema must be a JSON object")
    return schema


def tools_of(config: Params | None) -> tuple[tuple[Tool, ...], str]:
    """The tools and the choice among them, in the words of ChatOptions."""
    if not config:
        return (), "auto"
    tools = tuple(
        _tool(tool["toolSpec"], f"toolConfig.tools.{index}")
        for index, tool in enumerate(config.get("tools", ()))
        if _is_spec(tool, f"toolConfig.tools.{index}")
    )
    names = [tool.name for tool in tools]
    if not names or len(names) != len(set(names)):
        raise InvalidInput("toolConfig.tools must hold at least one tool, and each name once")
    return tools, _choice(config.get("toolChoice") or {"auto": {}}, names)


def _is_spec(tool: Params, where: str) -> bool:
    if "systemTool" in tool:
        raise InvalidInput(f"{where}.systemTool is not supported: there are no tools that run on the server here")
    return "toolSpec" in tool  # a cache point only says where a prompt may be kept


def _tool(spec: Params, where: str) -> Tool:
    if spec.get("strict"):
        raise InvalidInput(f"{where}.toolSpec.strict is not supported: the engines do not promise it")
    schema = spec["inputSchema"].get("json")
    if not isinstance(schema, dict) or schema.get("type") != "object":
        raise InvalidInput(f"{where}.toolSpec.inputSchema.json.type must be 'object'")
    return Tool(spec["name"], spec.get("description", ""), schema)


def _choice(choice: Params, names: Sequence[str]) -> str:
    if "tool" not in choice:
        return "required" if "any" in choice else "auto"
    name: str = choice["tool"].get("name", "")
    if name not in names:
        raise InvalidInput(f"toolConfig.toolChoice.tool names {name!r}, which is not among the tools")
    return name


def render(asked: Asked, reply: Reply, milliseconds: int) -> dict[str, Any]:
    """The response of Converse."""
    content: list[dict[str, Any]] = [{"text": reply.text}] if reply.text else []
    for call in reply.tool_calls:
        content.append({"toolUse": {"toolUseId": tool_id(call), "name": call.name, "input": arguments(call)}})
    response: dict[str, Any] = {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": "stop_sequence" if reply.stopped_by else STOPS[reply.stop],
        "usage": usage(reply.usage),
        "metrics": {"latencyMs": milliseconds},
    }
    return response | _extra_fields(asked, reply.model, reply.stopped_by)


def _extra_fields(asked: Asked, model: str, stopped_by: str | None) -> dict[str, Any]:
    """A pointer to what the model's own response does not have selects nothing."""
    known = {"model": model} | ({"stop_sequence": stopped_by} if stopped_by else {})
    chosen = {name: value for name, value in known.items() if f"/{name}" in asked.extra.get("paths", ())}
    return {"additionalModelResponseFields": chosen} if chosen else {}


def usage(used: Usage) -> dict[str, int]:
    total = used.input_tokens + used.output_tokens
    return {"inputTokens": used.input_tokens, "outputTokens": used.output_tokens, "totalTokens": total}


def tool_id(call: ToolCall) -> str:
    """The engine's id where it has the form that Bedrock's have."""
    return call.id if re.fullmatch(r"[a-zA-Z0-9_.:-]{1,64}", call.id) else f"tooluse_{uuid.uuid4().hex[:22]}"


class Writer:
    """The events of ConverseStream, from the pieces of a reply. ``reply`` is what has come so far."""

    def __init__(self) -> None:
        self.usage, self.stop, self.model = Usage(), "", ""
        self.stopped_by: str | None = None
        self._index, self._open, self._called = 0, False, False

    def events(self, deltas: Iterator[Delta]) -> Iterator[dict[str, Any]]:
        """From messageStart to messageStop; a tool call is a block of its own."""
        yield {"messageStart": {"role": "assistant"}}
        for delta in deltas:
            if delta.text:
                self._open = True
                yield {"contentBlockDelta": {"delta": {"text": delta.text}, "contentBlockIndex": self._index}}
            if delta.tool_call:
                yield from self._close()
                yield from self._tool(delta.tool_call)
            self.usage, self.model = delta.usage or self.usage, delta.model or self.model
            self.stop = STOPS[delta.stop_reason] if delta.stop_reason else self.stop
            self.stopped_by = delta.stopped_by or self.stopped_by
        yield from self._close()

    @property
    def stop_reason(self) -> str:
        if self.stop not in ("", "end_turn"):
            return self.stop
        return "tool_use" if self._called else "stop_sequence" if self.stopped_by else "end_turn"

    def _close(self) -> Iterator[dict[str, Any]]:
        if self._open:
            yield {"contentBlockStop": {"contentBlockIndex": self._index}}
            self._index, self._open = self._index + 1, False

    def _tool(self, call: ToolCall) -> Iterator[dict[str, Any]]:
        said = json.dumps(arguments(call), ensure_ascii=False)
        start = {"toolUse": {"toolUseId": tool_id(call), "name": call.name}}
        yield {"contentBlockStart": {"start": start, "contentBlockIndex": self._index}}
        yield {"contentBlockDelta": {"delta": {"toolUse": {"input": said}}, "contentBlockIndex": self._index}}
        self._open = self._called = True
        yield from self._close()


def stream(asked: Asked, deltas: Iterator[Delta], milliseconds: Any) -> Iterator[dict[str, Any]]:
    """Every event of ConverseStream. ``milliseconds()`` is the time since the request came."""
    writer = Writer()
    yield from writer.events(deltas)
    yield {"messageStop": {"stopReason": writer.stop_reason} | _extra_fields(asked, writer.model, writer.stopped_by)}
    yield {"metadata": {"usage": usage(writer.usage), "metrics": {"latencyMs": milliseconds()}}}
