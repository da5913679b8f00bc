"""The bodies of Meta's Llama and of Mistral's text completions: a prompt with the model family's own marks.

The marks are read into turns, so that whatever model stands behind gets the conversation in its own form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from groundstone.models.base import ChatOptions, Delta, Message, ModelInfo, StopReason
from groundstone.records import Usage
from groundstone.server.aws.converse import top_k
from groundstone.server.aws.forms import ChatForm, Json
from groundstone.server.aws.members import Members, malformed
from groundstone.server.aws.pictures import guessed
from groundstone.server.aws.prompts import Asked, Reply, Turn, merged, messages

_HEADER = re.compile(
    r"<\|start_header_id\|>\s*(\w+)\s*<\|end_header_id\|>|<\|header_start\|>\s*(\w+)\s*<\|header_end\|>"
)
_ENDS = re.compile(r"<\|(?:eot_id|eot|eom_id|begin_of_text|end_of_text)\|>|</?s>")
_INST = re.compile(r"\[INST\](.*?)\[/INST\]", re.DOTALL)
_SYSTEM = re.compile(r"\s*<<SYS>>(.*?)<</SYS>>", re.DOTALL)
_ROLES = ("system", "user", "assistant")
STOPS: dict[StopReason, str] = {"stop": "stop", "length": "length", "filtered": "stop", "tool_calls": "stop"}


def conversation(prompt: str) -> tuple[Message, ...]:
    """The turns of a prompt with marks; one message of the user when it has none."""
    if _HEADER.search(prompt):
        system, turns = _headed(prompt)
    elif "[INST]" in prompt:
        system, turns = _instructed(prompt)
    else:
        system, turns = [], [Turn("user", "prompt", [_plain(prompt)])]
    return messages(system, merged(turns))


def _headed(prompt: str) -> tuple[list[str], list[Turn]]:
    first, *rest = _HEADER.split(prompt)
    if _plain(first, ""):
        raise malformed("prompt", "there are words before the first header")
    system: list[str] = []
    turns: list[Turn] = []
    pieces = list(zip(rest[::3], rest[1::3], rest[2::3], strict=True))
    for index, (old, new, words) in enumerate(pieces):
        role, said = old or new, _plain(words, "")
        if role not in _ROLES:
            raise malformed("prompt", f"{role!r} is not one of: {', '.join(_ROLES)}")
        if role == "system":
            system.append(said)
        elif said or index < len(pieces) - 1:  # the last header is the place of the reply
            turns.append(Turn("user" if role == "user" else "assistant", f"prompt, turn {index}", [said] * bool(said)))
    return system, turns


def _instructed(prompt: str) -> tuple[list[str], list[Turn]]:
    first, *rest = _INST.split(prompt)
    turns: list[Turn] = []
    system = [_plain(first, "")] if _plain(first, "") else []
    for index, (asked, replied) in enumerate(zip(rest[::2], rest[1::2], strict=True)):
        found = _SYSTEM.match(asked)
        if found:
            system.append(found[1].strip())
            asked = asked[found.end() :]
        turns.append(Turn("user", f"prompt, turn {index}", [_plain(asked)]))
        if said := _plain(replied, ""):
            turns.append(Turn("assistant", f"prompt, reply {index}", [said]))
    if not turns:
        raise malformed("prompt", "[INST] is not closed by [/INST]")
    return system, turns


def _plain(text: str, empty: str | None = None) -> str:
    """Without the marks of beginnings and ends. Raises InvalidInput when nothing is left and ``empty`` is None."""
    said = _ENDS.sub("", text).strip()
    if not said and empty is None:
        raise malformed("prompt", "there are no words in it")
    return said


def parse(body: Members, info: ModelInfo) -> Asked:
    seen = body.texts("images", (), most=1)
    options = ChatOptions(
        max_tokens=body.whole("max_gen_len", 512, low=1),
        temperature=body.number("temperature", None, 0, 1),
        top_p=body.number("top_p", None, 0, 1),
    )
    said = conversation(body.text("prompt"))
    if seen:
        last = said[-1]
        said = (*said[:-1], Message(last.role, last.content, tuple(guessed(one, "images.0") for one in seen)))
    return Asked(said, options)


def render(asked: Asked, reply: Reply) -> Json:
    return _generation(reply.text, reply.usage.input_tokens, reply.usage.output_tokens, STOPS[reply.stop])


def stream(asked: Asked, deltas: Iterator[Delta]) -> Iterator[Json]:
    used, stop = Usage(), "stop"
    for delta in deltas:
        if delta.text:
            yield _generation(delta.text, None, None, None)
        used = delta.usage or used
        stop = STOPS[delta.stop_reason] if delta.stop_reason else stop
    yield _generation("", used.input_tokens, used.output_tokens, stop)


def _generation(text: str, read: int | None, written: int | None, stop: str | None) -> Json:
    return {"generation": text, "prompt_token_count": read, "generation_token_count": written, "stop_reason": stop}


def parse_mistral(body: Members, info: ModelInfo) -> Asked:
    temperature = body.number("temperature", None, 0, 1)
    chosen = top_k(body, "top_k", temperature, usual=50)
    options = ChatOptions(
        max_tokens=body.whole("max_tokens", 512, low=1),
        temperature=temperature,
        top_p=body.number("top_p", None, 0, 1),
        stop=body.texts("stop", (), most=10),
        top_k=chosen,
    )
    return Asked(conversation(body.text("prompt")), options)


def render_mistral(asked: Asked, reply: Reply) -> Json:
    return _output(reply.text, STOPS[reply.stop])


def stream_mistral(asked: Asked, deltas: Iterator[Delta]) -> Iterator[Json]:
    stop = "stop"
    for delta in deltas:
        if delta.text:
            yield _output(delta.text, None)
        stop = STOPS[delta.stop_reason] if delta.stop_reason else stop
    yield _output("", stop)


def _output(text: str, stop: str | None) -> Json:
    return {"outputs": [{"text": text, "stop_reason": stop}]}


LLAMA = ChatForm("Llama", parse, render, stream)
MISTRAL = ChatForm("Mistral text", parse_mistral, render_mistral, stream_mistral)
