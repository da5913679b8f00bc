"""What every form of chat request is read into, and the rules that a conversation must keep."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Literal

from groundstone.errors import InvalidInput, ModelError
from groundstone.models.base import DEFAULTS, ChatOptions, Delta, Message, ModelInfo, Picture, StopReason, ToolCall
from groundstone.records import Usage

Role = Literal["system", "user", "assistant"]


@dataclass(slots=True)
class Turn:
    """One message as it was sent, its blocks sorted by kind. ``where`` names it in errors.

    ``results`` pairs the id of a tool call with what the tool returned, as text.
    """

    role: Role
    where: str
    texts: list[str] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)
    results: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """A chat request, ready for a model. ``extra`` is what its family needs again to write the reply."""

    messages: tuple[Message, ...]
    options: ChatOptions
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply."""

    text: str
    tool_calls: tuple[ToolCall, ...]
    usage: Usage
    stop: StopReason
    model: str
    stopped_by: str | None = None  # the stop sequence that ended it, where the engine tells


def messages(system: Sequence[str], turns: Sequence[Turn]) -> tuple[Message, ...]:
    """The conversation as engines take it. Raises InvalidInput when it is none."""
    check(turns)
    said = [Message("system", "\n\n".join(system))] if system else []
    for turn in turns:
        said += [Message("tool", text, tool_call_id=identity) for identity, text in turn.results]
        if turn.texts or turn.pictures or turn.calls:
            text = "\n\n".join(turn.texts)
            said.append(Message(turn.role, text, tuple(turn.pictures), tuple(turn.calls)))
    return tuple(said)


def check(turns: Sequence[Turn]) -> None:
    """User first, user last, in turns; every tool call answered in the next turn, and nothing else answered."""
    talk = [turn for turn in turns if turn.role != "system"]
    if not talk or talk[0].role != "user":
        raise InvalidInput("A conversation must start with a user message: put one first and try again.")
    for before, turn in pairwise(talk):
        if before.role == turn.role:
            raise InvalidInput(
                "A conversation must alternate between user and assistant roles: "
                f"{before.where} and {turn.where} are both of the {turn.role}."
            )
    if turns[-1].role != "user":
        raise InvalidInput(
            f"A conversation must end with a user message: {turns[-1].where} is of the {turns[-1].role}; "
            "a reply that is begun for the model is not supported."
        )
    for turn in turns:
        if not (turn.texts or turn.pictures or turn.calls or turn.results):
            raise InvalidInput(f"The content at {turn.where} is empty: add some and try again.")
    _check_tools(talk)


def _check_tools(talk: Sequence[Turn]) -> None:
    open_calls: set[str] = set()
    for turn in talk:
        given = [identity for identity, _ in turn.results]
        if surplus := [identity for identity in given if identity not in open_calls]:
            raise InvalidInput(f"{turn.where}: no tool use of the turn before has the id {surplus[0]!r}")
        if len(given) != len(set(given)):
            raise InvalidInput(f"{turn.where}: two tool results have the same id")
        if missing := sorted(open_calls - set(given)):
            raise InvalidInput(f"{turn.where}: expected tool results for these ids: {', '.join(missing)}")
        open_calls = {call.id for call in turn.calls}


def merged(turns: Sequence[Turn]) -> list[Turn]:
    """Neighbours of one role made into one turn, for the forms that allow them."""
    out: list[Turn] = []
    for turn in turns:
        if out and out[-1].role == turn.role:
            last = out[-1]
            last.texts += turn.texts
            last.pictures += turn.pictures
            last.calls += turn.calls
            last.results += turn.results
        else:
            out.append(turn)
    return out


def room(info: ModelInfo) -> int:
    """Tokens of a reply when the caller does not say: a quarter of the context, from 512 to 4,096."""
    if info.context is None:
        return 2 * DEFAULTS.max_tokens
    return min(4096, max(DEFAULTS.max_tokens, info.context // 4))


def fitted(options: ChatOptions, info: ModelInfo, *, stream: bool) -> ChatOptions:
    """The same for this model.

    Programs ask for as many tokens as the model takes that an id once stood for. More than the whole context of the
    one that stands behind it now means as many as it can give: half of its context.
    """
    most = options.max_tokens
    if info.context is not None and most >= info.context:
        most = max(1, info.context // 2)
    return replace(options, max_tokens=most, stream=stream)


def collected(deltas: Iterator[Delta]) -> Reply:
    """The pieces of a stream put together. Raises what the stream raises."""
    texts: list[str] = []
    calls: list[ToolCall] = []
    usage, model, stopped_by = Usage(), "", None
    stop: StopReason = "stop"
    for delta in deltas:
        texts.append(delta.text)
        calls += [delta.tool_call] if delta.tool_call else []
        usage, stop, model = delta.usage or usage, delta.stop_reason or stop, delta.model or model
        stopped_by = delta.stopped_by or stopped_by
    ended: StopReason = "tool_calls" if calls and stop == "stop" else stop
    return Reply("".join(texts), tuple(calls), usage, ended, model, stopped_by if ended == "stop" else None)


def arguments(call: ToolCall) -> Any:
    """What the model wants to call a tool with. Raises ModelError when it is not a JSON object."""
    try:
        value = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ModelError(f"the model asked for the tool {call.name!r} with arguments that are not a JSON object")
    return value
