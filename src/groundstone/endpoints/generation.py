"""Bodies of text models in the form of text-generation-inference and of Hugging Face's containers.

{"inputs": ..., "parameters": {...}} gives [{"generated_text": ...}]; see
https://huggingface.co/docs/text-generation-inference for the members.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from groundstone.errors import InvalidInput
from groundstone.models.base import ChatOptions, Delta, Message, StopReason
from groundstone.records import Usage

NEW_TOKENS = 100  # when the caller does not say
HOTTEST = 2.0  # engines take no more; higher temperatures count as this one
MOST_STOPS = 4
_ROLES = ("system", "user", "assistant")
_IGNORED = ("watermark", "decoder_input_details", "truncate", "typical_p", "return_tensors", "num_return_sequences")
_KNOWN = (
    "max_new_tokens", "max_length", "temperature", "top_p", "top_k", "do_sample", "stop", "seed", "return_full_text",
    "details", "top_n_tokens", "best_of", "repetition_penalty", "frequency_penalty", *_IGNORED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for text. ``as_chat``: the inputs were turns, and the reply is one."""

    messages: tuple[Message, ...]
    options: ChatOptions
    prefix: str = ""
    details: bool = False
    as_chat: bool = False


def sent(body: bytes) -> dict[str, Any]:
    """The body as a JSON object. Raises InvalidInput."""
    try:
        value = json.loads(body, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"the body is not valid JSON ({str(error)[:200]})") from None
    if not isinstance(value, dict):
        raise InvalidInput('the body is a JSON object: {"inputs": ..., "parameters": {...}}')
    return value


def only(value: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    """Raises InvalidInput for members that are not known, as TGI passes over them in silence and this does not."""
    unknown = sorted(set(value) - set(known))
    if unknown:
        raise InvalidInput(f"{where} has an unknown member {unknown[0][:60]!r}; known are {', '.join(known)}")


def parse(value: Mapping[str, Any], *, stream: bool = False) -> Asked:
    """Raises InvalidInput."""
    only(value, ("inputs", "parameters", "stream", "options"), "the body")
    told = value.get("parameters") or {}
    if not isinstance(told, dict):
        raise InvalidInput('"parameters" is an object')
    only(told, _KNOWN, '"parameters"')
    messages, as_chat = _messages(value.get("inputs"))
    full = _flag(told, "return_full_text")
    prefix = messages[-1].content if full and not as_chat else ""
    return Asked(messages, _options(told, stream), prefix, _flag(told, "details"), as_chat)


def _messages(inputs: Any) -> tuple[tuple[Message, ...], bool]:
    if isinstance(inputs, str) and inputs.strip():
        return (Message("user", inputs),), False
    turns = inputs[0] if isinstance(inputs, list) and len(inputs) == 1 else None
    if not isinstance(turns, list) or not turns:
        raise InvalidInput('"inputs" is a text, or a list with one conversation: [[{"role": "user", "content": "Hi"}]]')
    for turn in turns:
        if not isinstance(turn, dict) or turn.get("role") not in _ROLES or not isinstance(turn.get("content"), str):
            raise InvalidInput(f'each turn of a conversation has a "role" of {", ".join(_ROLES)} and a text "content"')
    if turns[-1]["role"] != "user" or not turns[-1]["content"].strip():
        raise InvalidInput('the last turn of a conversation is of the role "user" and holds words')
    return tuple(Message(turn["role"], turn["content"]) for turn in turns), True


def _options(told: Mapping[str, Any], stream: bool) -> ChatOptions:
    for name in ("repetition_penalty", "frequency_penalty", "best_of", "top_n_tokens"):
        neutral = {"repetition_penalty": 1.0, "best_of": 1}.get(name, 0)
        if told.get(name) not in (None, neutral):
            raise InvalidInput(f'"{name}" is not supported by the engines here; leave it out')
    most = _number(told, "max_new_tokens", 1, 10**6, int) or _number(told, "max_length", 1, 10**6, int) or NEW_TOKENS
    heat = _number(told, "temperature", 0, 10**6, float)
    sampled = told.get("do_sample")
    if sampled not in (None, True, False):
        raise InvalidInput('"do_sample" is true or false')
    stop = told.get("stop") or ()
    if not isinstance(stop, list | tuple) or len(stop) > MOST_STOPS or not all(isinstance(s, str) and s for s in stop):
        raise InvalidInput(f'"stop" is a list of at most {MOST_STOPS} texts')
    warm = min(heat if heat is not None else (1.0 if sampled else 0.0), HOTTEST)
    return ChatOptions(
        max_tokens=int(most),
        temperature=0.0 if sampled is False else warm,
        top_p=_number(told, "top_p", 0, 1, float),
        top_k=_number(told, "top_k", 0, 10**6, int),
        stop=tuple(stop),
        seed=_number(told, "seed", 0, 2**63 - 1, int),
        stream=stream,
    )


def _flag(told: Mapping[str, Any], name: str) -> bool:
    value = told.get(name)
    if value not in (None, True, False):
        raise InvalidInput(f'"{name}" is true or false')
    return bool(value)


def _number(told: Mapping[str, Any], name: str, low: float, high: float, kind: type) -> Any:
    value = told.get(name)
    if value is None:
        return None
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float if kind is float else int)
        or not low <= value <= high
    ):
        raise InvalidInput(f'"{name}" is a {"whole " if kind is int else ""}number from {low} to {high}')
    return kind(value)


def _refused(word: str) -> float:
    raise ValueError(f"{word} is no number of JSON")


@dataclass(slots=True)
class Told:
    """A reply while it grows."""

    asked: Asked
    text: str = ""
    usage: Usage = field(default_factory=Usage)
    stop: StopReason = "stop"
    stopped_by: str | None = None

    def take(self, delta: Delta) -> None:
        self.text += delta.text
        self.usage, self.stop = delta.usage or self.usage, delta.stop_reason or self.stop
        self.stopped_by = delta.stopped_by or self.stopped_by

    def whole(self) -> list[dict[str, Any]]:
        if self.asked.as_chat:
            return [{"generation": {"role": "assistant", "content": self.text}}]
        shown: dict[str, Any] = {"generated_text": self.asked.prefix + self.text}
        return [shown | ({"details": self._details()} if self.asked.details else {})]

    def _details(self) -> dict[str, Any]:
        reason = "length" if self.stop == "length" else "stop_sequence" if self.stopped_by else "eos_token"
        tokens = {"generated_tokens": self.usage.output_tokens, "input_length": self.usage.input_tokens}
        return {"finish_reason": reason, "seed": self.asked.options.seed, **tokens}

    def events(self, deltas: Iterator[Delta]) -> Generator[bytes, None, None]:
        """Server-sent events as TGI streams them; the last one has the whole text and the counts."""
        index = 0
        try:
            for delta in deltas:
                self.take(delta)
                if delta.text:
                    index += 1
                    yield _event({"index": index, "token": _token(delta.text), "generated_text": None, "details": None})
        finally:
            close = getattr(deltas, "close", None)
            if close is not None:
                close()
        whole = {"generated_text": self.asked.prefix + self.text, "details": self._details()}
        yield _event({"index": index + 1, "token": _token("", special=True), **whole})


def _token(text: str, special: bool = False) -> dict[str, Any]:
    """Engines tell neither numbers nor probabilities of tokens; a piece may hold several."""
    return {"id": 0, "text": text, "logprob": None, "special": special}


def _event(value: Mapping[str, Any]) -> bytes:
    return b"data:" + json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n\n"
