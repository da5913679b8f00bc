"""Bedrock's runtime: Converse and InvokeModel, whole and streamed, in the bodies of the models' families."""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode
from collections.abc import Callable
from typing import Any

from groundstone.endpoints.load.event_stream import Message, fault_of, messages
from groundstone.endpoints.load.heard import Ask, Fault, Heard, Wire, count, member, words
from groundstone.endpoints.load.replies import BadReply, Reply

STREAM = "application/vnd.amazon.eventstream"
_REGIONS = re.compile(r"^(?:us|us-gov|eu|apac|jp|au|ca|sa|global)\.")
_HEADERS = ("x-amzn-bedrock-input-token-count", "x-amzn-bedrock-output-token-count")


def converse_body(ask: Ask, model: str) -> bytes:
    said: dict[str, Any] = {
        "messages": [_turn(role, text) for role, text in ask.conversation if role != "system"],
        "inferenceConfig": {"maxTokens": ask.output_tokens, "temperature": 0.0},
    }
    if system := [{"text": text} for role, text in ask.conversation if role == "system"]:
        said["system"] = system
    return json.dumps(said).encode()


def _turn(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": [{"text": text}]}


def family(model: str) -> str:
    """What an id says of the form of its bodies: without account, region and the groups of regions before it."""
    return _REGIONS.sub("", model.rpartition("/")[2])


def invoke_body(ask: Ask, model: str) -> bytes:
    """The first family that fits; models of no known one are asked as OpenAI's chat is."""
    name = family(model)
    made = next((made for begin, made in _FAMILIES if name.startswith(begin)), _messages)
    return json.dumps(made(ask)).encode()


def _claude(ask: Ask) -> dict[str, Any]:
    turns = [{"role": role, "content": text} for role, text in ask.conversation if role != "system"]
    system = "\n".join(text for role, text in ask.conversation if role == "system")
    said = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": ask.output_tokens, "messages": turns}
    return {**said, "temperature": 0.0, **({"system": system} if system else {})}


def _titan(ask: Ask) -> dict[str, Any]:
    return {"inputText": ask.whole, "textGenerationConfig": {"maxTokenCount": ask.output_tokens, "temperature": 0.0}}


def _nova(ask: Ask) -> dict[str, Any]:
    return {"schemaVersion": "messages-v1", **json.loads(converse_body(ask, ""))}


def _llama(ask: Ask) -> dict[str, Any]:
    return {"prompt": ask.whole, "max_gen_len": ask.output_tokens, "temperature": 0.0}


def _prompt(ask: Ask) -> dict[str, Any]:
    return {"prompt": ask.whole, "max_tokens": ask.output_tokens, "temperature": 0.0}


def _command_r(ask: Ask) -> dict[str, Any]:
    return {"message": ask.whole, "max_tokens": ask.output_tokens, "temperature": 0.0}


def _messages(ask: Ask) -> dict[str, Any]:
    turns = [{"role": role, "content": text} for role, text in ask.conversation]
    return {"messages": turns, "max_tokens": ask.output_tokens, "temperature": 0.0}


_FAMILIES: tuple[tuple[str, Callable[[Ask], dict[str, Any]]], ...] = (
    ("anthropic.", _claude), ("amazon.titan", _titan), ("amazon.nova", _nova), ("meta.llama", _llama),
    ("mistral.mistral-7b", _prompt), ("mistral.mixtral", _prompt), ("cohere.command-r", _command_r),
    ("cohere.command", _prompt),
)  # fmt: skip


def read_converse_stream(reply: Reply) -> Heard:
    pieces: list[tuple[float, str, int]] = []
    counts: Any = {}
    try:
        for one in messages(reply):
            if one.exception:
                return _exception(pieces, one)
            told = member(one.payload)
            if text := _delta(told.get("delta")):
                pieces.append((one.at, text, 0))
            counts = told.get("usage") or counts
    except BadReply as error:
        return _damaged(pieces, reply, error)
    return _closed(pieces, count(counts, "inputTokens"), count(counts, "outputTokens"), bool(counts))


def read_invoke_stream(reply: Reply) -> Heard:
    """Chunks hold base64 of JSON in the form of the model's family."""
    pieces: list[tuple[float, str, int]] = []
    read = written = 0
    ended = False
    try:
        for one in messages(reply):
            if one.exception:
                return _exception(pieces, one)
            told = member(_inside(one))
            read, written = _counted(told, read, written)
            ended = ended or bool(_measured(told)) or _is_last(told)
            if text := said(told):
                pieces.append((one.at, text, count(told, "generation_token_count")))
    except BadReply as error:
        return _damaged(pieces, reply, error)
    return _closed(pieces, read, written, ended)


def _inside(one: Message) -> bytes:
    told = member(one.payload)
    try:
        return b64decode(told.get("bytes") or b"", validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise BadReply("a chunk's bytes are not in base64") from None


def _counted(told: dict[str, Any], read: int, written: int) -> tuple[int, int]:
    """The last word on tokens read and written: the service's own metrics, else what the family tells."""
    for counts in (told, told.get("usage"), _nested(told, "message", "usage"), _nested(told, "metadata", "usage")):
        read = count(counts, "prompt_token_count", "inputTextTokenCount", "input_tokens", "inputTokens",
                     "prompt_tokens") or read  # fmt: skip
        written = count(counts, "generation_token_count", "totalOutputTextTokenCount", "output_tokens",
                        "outputTokens", "completion_tokens") or written  # fmt: skip
    measured = _measured(told)
    return count(measured, "inputTokenCount") or read, count(measured, "outputTokenCount") or written


def _measured(told: dict[str, Any]) -> Any:
    return told.get("amazon-bedrock-invocationMetrics")


def _nested(told: Any, *names: str) -> Any:
    for name in names:
        told = told.get(name) if isinstance(told, dict) else None
    return told


def _is_last(told: dict[str, Any]) -> bool:
    marks = (told.get(name) for name in ("stop_reason", "completionReason", "is_finished", "messageStop"))
    return any(marks) or told.get("type") == "message_stop"


def said(told: dict[str, Any]) -> str:
    """The text of a chunk, or of a whole reply, of any family."""
    for name in ("generation", "outputText", "completion", "text"):
        if isinstance(told.get(name), str):
            return str(told[name])
    if text := _delta(told.get("delta")) or _delta(_nested(told, "contentBlockDelta", "delta")):
        return text
    message = _nested(told, "output", "message", "content")
    lists = (told.get(name) for name in ("content", "results", "outputs", "generations", "choices"))
    return "".join(_part(part) for one in (message, *lists) if isinstance(one, list) for part in one)


def _delta(delta: Any) -> str:
    if not isinstance(delta, dict):
        return ""
    parts = (delta.get(name) for name in ("text", "thinking", "reasoning_content", "content"))
    text = next((part for part in parts if isinstance(part, str)), "")
    return text or str(_nested(delta, "reasoningContent", "text") or "")


def _part(part: Any) -> str:
    """A block of content, a result, a choice."""
    if not isinstance(part, dict):
        return ""
    for name in ("text", "outputText"):
        if isinstance(part.get(name), str):
            return str(part[name])
    return _delta(part.get("delta")) or _delta(part.get("message"))


def read_whole(reply: Reply) -> Heard:
    """Converse or InvokeModel in one piece; tokens stand in the reply, else in headers."""
    told = member(reply.body)
    text = said(told)
    if not text or not reply.pieces:
        return Heard((), refused=words(told) if "message" in told else "")
    read, written = _counted(told, 0, 0)
    read, written = (known or _number(reply, name) for known, name in zip((read, written), _HEADERS, strict=True))
    return Heard(((reply.pieces[-1][0], text, written),), read, written)


def _number(reply: Reply, name: str) -> int:
    value = reply.headers.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 12 else 0


def _exception(pieces: list[tuple[float, str, int]], one: Message) -> Heard:
    told = member(one.payload)
    said = words(told) if "message" in told else one.headers.get(":error-message", "no words")
    return Heard(tuple(pieces), refused=f"{one.exception}: {said}", fault=fault_of(one.exception), code=one.exception)


def _damaged(pieces: list[tuple[float, str, int]], reply: Reply, error: BadReply) -> Heard:
    if not reply.headers.get("content-type", STREAM).startswith("application/vnd.amazon"):
        return Heard(())  # a page or an object, and no stream: whoever reads further says what it is
    fault: Fault = "cut" if "within a message" in str(error) else "bad reply"
    return Heard(tuple(pieces), refused=str(error), fault=fault)


def _closed(pieces: list[tuple[float, str, int]], read: int, written: int, ended: bool) -> Heard:
    if pieces and not ended:
        return Heard(tuple(pieces), read, written, "the stream ended without its last event", "cut")
    return Heard(tuple(pieces), read, written)


INVOKE = "/model/{model}/invoke"
BEDROCK = (
    Wire("bedrock", "/model/{model}/converse-stream", converse_body, read_converse_stream, (), "bedrock", STREAM),
    Wire("bedrock-whole", "/model/{model}/converse", converse_body, read_whole, (), "bedrock"),
    Wire("bedrock-invoke", INVOKE + "-with-response-stream", invoke_body, read_invoke_stream, (), "bedrock"),
    Wire("bedrock-invoke-whole", INVOKE, invoke_body, read_whole, (), "bedrock"),
)
