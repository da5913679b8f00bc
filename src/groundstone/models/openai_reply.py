"""Replies in the form of OpenAI's API, streamed or whole, as pieces of ours."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from groundstone.models.base import Delta, StopReason, ToolCall
from groundstone.models.endpoint import BODY_SHOWN, Endpoint
from groundstone.records import Usage

STOP_REASONS: dict[str, StopReason] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "filtered",
}  # servers have other words for "stop", such as "eos_token"
BROKEN_OFF = ("abort", "error")  # vLLM and others: the engine gave up


@dataclass(slots=True)
class _Growing:
    """A tool call whose arguments still arrive."""

    id: str
    name: str
    arguments: str


class Reading:
    """One reply: takes its chunks in turn, then tells how it ended.

    Args:
        stops: the stop sequences that were sent.
    """

    def __init__(self, endpoint: Endpoint, model: str, stops: Sequence[str] = ()) -> None:
        self._endpoint, self._model, self._stops = endpoint, model, stops
        self._usage: Usage | None = None
        self._reason: str | None = None
        self._stopped_by: str | None = None
        self._refused = False
        self._calls: list[_Growing] = []
        self._at: dict[int, _Growing] = {}  # the call that grows at an index

    @property
    def is_complete(self) -> bool:
        return self._reason is not None

    def text_of(self, chunk: Any) -> str:
        """The words in a chunk of a stream, or in a whole reply; the rest is kept. Raises EngineUnavailable."""
        if not isinstance(chunk, dict):
            raise self._endpoint.unavailable(f"it sent an unknown kind of event: {str(chunk)[:BODY_SHOWN]!r}")
        if chunk.get("error"):
            raise self._reported(chunk)
        choices = chunk.get("choices")
        self._usage = _usage(chunk.get("usage")) or self._usage
        if isinstance(model := chunk.get("model"), str) and model:
            self._model = model
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, dict):
            return ""  # chunks that carry other things
        if isinstance(reason := choice.get("finish_reason"), str) and reason:
            self._reason = reason
            if (stop := choice.get("stop_reason")) in self._stops:  # vLLM, SGLang; it may also be a token's number
                self._stopped_by = stop
        piece = choice.get("delta") or choice.get("message")
        return self._text(piece) if isinstance(piece, dict) else ""

    def ending(self) -> Iterator[Delta]:
        """The tool calls, whole, and the last piece. Raises EngineUnavailable for a call without a name."""
        if self._reason in BROKEN_OFF:
            raise self._endpoint.unavailable("it gave up in the middle of the reply; ask again")
        for call in self._calls:
            if not call.name:
                raise self._endpoint.unavailable("it asks for a tool without naming it")
            yield Delta(tool_call=ToolCall(call.id or f"call_{secrets.token_hex(8)}", call.name, call.arguments))
        yield Delta(usage=self._usage, stop_reason=self._stop_reason(), model=self._model, stopped_by=self._stopped_by)

    def _stop_reason(self) -> StopReason:
        reason = STOP_REASONS.get(self._reason or "", "stop")
        if self._calls and reason == "stop":
            return "tool_calls"  # what some servers say when a tool was prescribed
        return "filtered" if self._refused and reason == "stop" else reason

    def _text(self, piece: dict[str, Any]) -> str:
        calls = piece.get("tool_calls")
        if isinstance(calls, list):
            for part in calls:
                self._grow(part)
        text, refusal = piece.get("content"), piece.get("refusal")
        if isinstance(refusal, str) and refusal:
            self._refused = True
            return refusal
        return text if isinstance(text, str) else ""

    def _grow(self, part: Any) -> None:
        function = part.get("function") if isinstance(part, dict) else None
        if not isinstance(function, dict):
            raise self._endpoint.unavailable("it sent a tool call of an unknown form")
        made = _Growing(*(_word(value) for value in (part.get("id"), function.get("name"), function.get("arguments"))))
        index = part.get("index")
        known = self._known(index, made)
        if known is None:
            known = made
            self._calls.append(made)
        else:
            known.id, known.name = known.id or made.id, known.name or made.name
            known.arguments += made.arguments
        if isinstance(index, int):
            self._at[index] = known

    def _known(self, index: Any, made: _Growing) -> _Growing | None:
        """The call that a part continues. Servers tell calls apart by index, by id, or begin each with its name."""
        known = self._at.get(index) if isinstance(index, int) else self._calls[-1] if self._calls else None
        if known is None or (made.id and known.id and made.id != known.id):
            return None
        begins = bool(made.name) and not made.id and not isinstance(index, int)
        return None if begins else known

    def _reported(self, chunk: dict[str, Any]) -> Exception:
        error = chunk["error"]
        code = error.get("code") if isinstance(error, dict) else None
        return self._endpoint.refused(code if isinstance(code, int) else 500, json.dumps(chunk))


def _word(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _usage(counts: Any) -> Usage | None:
    if not isinstance(counts, dict):
        return None
    found = [counts.get(key) for key in ("prompt_tokens", "completion_tokens")]
    return Usage(*(count if isinstance(count, int) and count > 0 else 0 for count in found))
