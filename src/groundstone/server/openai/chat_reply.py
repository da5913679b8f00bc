"""Chat completions as they are written: whole, or as chunks of a stream."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from groundstone.errors import GroundstoneError
from groundstone.models.base import Delta, StopReason, ToolCall
from groundstone.records import Usage
from groundstone.server.openai import errors
from groundstone.server.openai.door import new_id
from groundstone.server.openai.flow import written
from groundstone.server.openai.grounded import Evidence, chat_note
from groundstone.server.openai.replies import Piece

DONE = b"data: [DONE]\n\n"
ENDS: dict[StopReason, str] = {"filtered": "content_filter"}  # the others are called the same


def whole(pieces: Iterable[Piece], asked_model: str) -> dict[str, Any]:
    """The reply in one object."""
    texts: list[str] = []
    calls: list[dict[str, Any]] = []
    extra: dict[str, Any] = {}
    end = End(asked_model)
    for piece in pieces:
        if isinstance(piece, Evidence):
            extra = _evidence(piece)
            continue
        end.note(piece)
        if piece.text:
            texts.append(piece.text)
        if piece.tool_call is not None:
            calls.append(_call(piece.tool_call))
    message: dict[str, Any] = {"role": "assistant", "content": "".join(texts) or (None if calls else ""), **extra}
    message["refusal"] = None
    if calls:
        message["tool_calls"] = calls
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": end.reason}
    return _head("chat.completion", end.model) | {"choices": [choice], "usage": usage(end.usage)}


def frames(pieces: Iterator[Piece], asked_model: str, usage_chunk: bool) -> Iterator[bytes]:
    """The reply as server-sent events. An error before the first piece is raised, a later one becomes an event."""
    with closing(pieces):  # type: ignore[type-var]
        first = next(pieces, None)
        head = _head("chat.completion.chunk", asked_model)
        writer = _Writer(head, {"usage": None} if usage_chunk else {})
        try:
            yield writer.chunk({"role": "assistant", "content": "", "refusal": None})
            if first is not None:
                yield from writer.pieces(first)
                for piece in pieces:
                    yield from writer.pieces(piece)
            yield writer.chunk({}, writer.end.reason)
            if usage_chunk:
                yield frame(writer.head | {"choices": [], "usage": usage(writer.end.usage)})
            yield DONE
        except GroundstoneError as error:
            yield frame({"error": errors.described(error)})
        except Exception as error:
            yield frame({"error": errors.described(error)})
            raise


@dataclass(slots=True)
class End:
    """What the last pieces of a reply say."""

    model: str
    usage: Usage | None = None
    called: bool = False
    stop: StopReason | None = None

    def note(self, delta: Delta) -> None:
        self.model = delta.model or self.model
        self.usage = delta.usage or self.usage
        self.stop = delta.stop_reason or self.stop
        self.called = self.called or delta.tool_call is not None

    @property
    def reason(self) -> str:
        stop: StopReason = self.stop or "stop"
        return "tool_calls" if self.called and stop == "stop" else ENDS.get(stop, stop)


@dataclass(slots=True)
class _Writer:
    head: dict[str, Any]
    tail: dict[str, Any]
    calls: int = 0
    end: End = field(init=False)
    mould: tuple[str, bytes, bytes] = ("", b"", b"")  # a chunk of words around its words, for a model

    def __post_init__(self) -> None:
        self.end = End(self.head["model"])

    def pieces(self, piece: Piece) -> Iterator[bytes]:
        if isinstance(piece, Evidence):
            yield self.chunk(_evidence(piece))
            return
        self.end.note(piece)
        self.head["model"] = self.end.model
        if piece.text:
            yield self.words(piece.text)
        if piece.tool_call is not None:
            yield self.chunk({"tool_calls": [{"index": self.calls, **_call(piece.tool_call)}]})
            self.calls += 1

    def words(self, text: str) -> bytes:
        """What ``chunk`` makes of them, without writing again what is the same in all chunks."""
        model, before, after = self.mould
        if model != self.head["model"]:
            before, _, after = self.chunk({"content": ""}).partition(b'"content":""')
            self.mould = self.head["model"], before, after
        return b'%s"content":%s%s' % (before, written(text).encode(), after)

    def chunk(self, delta: dict[str, Any], reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return frame({**self.head, "choices": [choice], **self.tail})


def frame(data: dict[str, Any]) -> bytes:
    return b"data: %s\n\n" % written(data).encode()


def usage(used: Usage | None) -> dict[str, Any]:
    used = used or Usage()
    return {
        "prompt_tokens": used.input_tokens,
        "completion_tokens": used.output_tokens,
        "total_tokens": used.input_tokens + used.output_tokens,
    }


def _head(object: str, model: str) -> dict[str, Any]:
    return {"id": new_id("chatcmpl-"), "object": object, "created": int(time.time()), "model": model}


def _call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def _evidence(found: Evidence) -> dict[str, Any]:
    return {"annotations": [chat_note(note) for note in found.notes], "groundstone": found.details}
