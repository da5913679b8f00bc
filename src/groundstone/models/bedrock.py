"""Amazon Bedrock itself: chat by Converse; vectors, relevance and pictures are in the files beside this one."""

from __future__ import annotations

import os
import socket
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import Any, TypeVar

from groundstone.models import bedrock_body, openai_body
from groundstone.models.base import DEFAULTS, ChatOptions, Delta, Message, StopReason, ToolCall
from groundstone.models.bedrock_client import BedrockClient
from groundstone.models.bedrock_draw import BedrockDraw
from groundstone.models.bedrock_embed import BedrockEmbed, BedrockRerank
from groundstone.models.connections import Line
from groundstone.models.stream import Stream
from groundstone.records import Usage

__all__ = ["BedrockChat", "BedrockDraw", "BedrockEmbed", "BedrockRerank"]

T = TypeVar("T")
STOP_REASONS: dict[str, StopReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "guardrail_intervened": "filtered",
    "content_filtered": "filtered",
}


class BedrockChat:
    """Chat by ConverseStream.

    A schema is imposed by a tool that the model is forced to call; what it passes to the tool is the reply. The
    service promises the form only as far as the model keeps to it. Closing the iterator closes the connection; while
    the service has not yet begun to reply, that happens when it begins.
    """

    def __init__(
        self,
        model: str,
        region: str = "",
        endpoint: str = "",
        profile: str = "",
        timeout: float = 60.0,
        retries: int = 2,
    ) -> None:
        self.name, self._client = model, BedrockClient(region, endpoint, profile, timeout, retries)

    def chat(self, messages: Sequence[Message], options: ChatOptions = DEFAULTS) -> Iterator[Delta]:
        """Stream the reply. Raises InvalidInput, WrongModel at once; ContextTooLong, ModelError while it is read."""
        openai_body.check(messages, options)
        body = {
            "modelId": self.name,
            **bedrock_body.conversation(messages),
            **bedrock_body.settings(self.name, options, messages),
        }
        return Stream(lambda line: self._replied(body, options, line))

    def count_chat(self, messages: Sequence[Message]) -> int:
        """Tokens of the conversation as a prompt, by CountTokens. Raises what ``chat`` does."""
        openai_body.check(messages, DEFAULTS)
        said = self._client.call(
            "count_tokens", modelId=self.name, input={"converse": bedrock_body.conversation(messages)}
        )
        count = said.get("inputTokens")
        if not isinstance(count, int):
            raise self._client.unavailable("it sent no count of tokens")
        return count

    def close(self) -> None:
        self._client.close()

    def _replied(self, body: dict[str, Any], options: ChatOptions, line: Line) -> Generator[Delta]:
        stream = self._client.call("converse_stream", **body)["stream"]
        with self._client.trouble():
            # The stream cannot be closed while it is read; a second handle on its socket can be shut.
            handle = socket.socket(fileno=os.dup(stream._raw_stream.fileno()))
        with closing(stream), handle:
            line.hold(handle)
            try:
                yield from self._read(stream, options)
            finally:
                line.hold(None)

    def _read(self, stream: Any, options: ChatOptions) -> Iterator[Delta]:
        with_schema = options.schema is not None
        reading = _Reading(with_schema)
        with self._client.trouble():
            for event in stream:
                yield from reading.deltas(event)
        if reading.stop_reason not in STOP_REASONS:
            reason = reading.stop_reason or "the stream broke off before the reply was complete"
            raise self._client.unavailable(f"{reason}; ask again")
        ended = STOP_REASONS[reading.stop_reason]
        if with_schema and ended == "tool_calls":
            ended = "stop"
        stopped_by = reading.stopped_by(options.stop)
        yield Delta(usage=reading.usage, stop_reason=ended, model=self.name, stopped_by=stopped_by)


class _Reading:
    """One reply: its events in turn."""

    def __init__(self, with_schema: bool) -> None:
        self._with_schema = with_schema
        self._calls: dict[int, ToolCall] = {}
        self.stop_reason = ""
        self.usage: Usage | None = None
        self._named: Any = None  # the stop sequence, from models that name it

    def deltas(self, event: dict[str, Any]) -> Iterator[Delta]:
        """Events of other kinds, such as reasoning, are no part of the reply."""
        (kind, said), *_ = event.items()
        if kind == "contentBlockStart":
            self._start(said)
        elif kind == "contentBlockDelta":
            yield from self._grow(said)
        elif kind == "contentBlockStop":
            call = self._calls.pop(said["contentBlockIndex"], None)
            if call is not None:
                yield Delta(tool_call=call)
        elif kind == "messageStop":
            self.stop_reason = _of(str, said["stopReason"])
            self._named = _of(dict, said.get("additionalModelResponseFields", {})).get("stop_sequence")
        elif kind == "metadata":
            self.usage = Usage(*(_of(int, said["usage"][name]) for name in ("inputTokens", "outputTokens")))

    def stopped_by(self, stops: Sequence[str]) -> str | None:
        """Which of ``stops`` ended the reply, if that can be told."""
        if self.stop_reason != "stop_sequence":
            return None
        return self._named if self._named in stops else stops[0] if len(stops) == 1 else None

    def _start(self, start: dict[str, Any]) -> None:
        tool = start["start"].get("toolUse")
        if tool is not None and not self._with_schema:
            self._calls[start["contentBlockIndex"]] = ToolCall(_of(str, tool["toolUseId"]), _of(str, tool["name"]), "")

    def _grow(self, piece: dict[str, Any]) -> Iterator[Delta]:
        delta, index = piece["delta"], piece["contentBlockIndex"]
        text, more = _of(str, delta.get("text", "")), _of(str, delta.get("toolUse", {}).get("input", ""))
        if self._with_schema:
            text, more = more, ""  # words around the forced tool are no part of the answer
        if more and (call := self._calls.get(index)) is not None:
            self._calls[index] = ToolCall(call.id, call.name, call.arguments + more)
        if text:
            yield Delta(text)


def _of(kind: type[T], value: Any) -> T:
    """botocore passes on whatever type the service sent. Raises TypeError."""
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} in place of {kind.__name__}")
    return value
