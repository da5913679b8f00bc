"""The chat bodies that OpenAI's open models, Mistral's newer ones, Jamba and others share."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from groundstone.models.base import Delta, ModelInfo, ToolCall
from groundstone.records import Usage
from groundstone.server.aws.converse import tool_id, top_k
from groundstone.server.aws.forms import ChatForm, Json, fresh
from groundstone.server.aws.members import Members
from groundstone.server.aws.prompts import Asked, Reply, arguments, room
from groundstone.server.openai import chat_request

_STOPS = {"filtered": "content_filter"}


def parse(body: Members, info: ModelInfo) -> Asked:
    """Read by the same code as /v1/chat/completions; the model is the one of the address."""
    temperature = body.number("temperature", None)
    chosen = top_k(body, "top_k", temperature)
    sent = {name: value for name, value in body.rest().items() if name != "top_k"}
    read = chat_request.read(sent | {"model": info.name, "stream_options": None})
    options = replace(read.options, max_tokens=read.limit or room(info), top_k=chosen)
    return Asked(read.messages, options, {"model": info.name})


def render(asked: Asked, reply: Reply) -> Json:
    message: Json = {"role": "assistant", "content": reply.text or None}
    if reply.tool_calls:
        message["tool_calls"] = [_call(call) for call in reply.tool_calls]
    choice = {"index": 0, "message": message} | _stop(reply.stop)
    return _head("chat.completion", reply.model) | {"choices": [choice], "usage": _usage(reply.usage)}


def stream(asked: Asked, deltas: Iterator[Delta]) -> Iterator[Json]:
    head = _head("chat.completion.chunk", asked.extra["model"])
    yield head | {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]}
    used, stop, calls = Usage(), "stop", 0
    for delta in deltas:
        said: Json = {"content": delta.text} if delta.text else {}
        if delta.tool_call:
            said["tool_calls"] = [{"index": calls} | _call(delta.tool_call)]
            calls += 1
        if said:
            yield head | {"choices": [{"index": 0, "delta": said, "finish_reason": None}]}
        used, stop = delta.usage or used, delta.stop_reason or stop
    last = {"index": 0, "delta": {}} | _stop("tool_calls" if calls and stop == "stop" else stop)
    yield head | {"choices": [last], "usage": _usage(used)}


def _head(kind: str, model: str) -> Json:
    return {"id": fresh("chatcmpl-"), "object": kind, "created": int(time.time()), "model": model}


def _stop(stop: Any) -> Json:
    """Under both names: OpenAI's, and the one that Mistral's bodies have on Bedrock."""
    reason = _STOPS.get(stop, stop)
    return {"finish_reason": reason, "stop_reason": reason}


def _call(call: ToolCall) -> Json:
    said = json.dumps(arguments(call), ensure_ascii=False)
    return {"id": tool_id(call), "type": "function", "function": {"name": call.name, "arguments": said}}


def _usage(used: Usage) -> Json:
    total = used.input_tokens + used.output_tokens
    return {"prompt_tokens": used.input_tokens, "completion_tokens": used.output_tokens, "total_tokens": total}


CHAT = ChatForm("OpenAI chat", parse, render, stream)
