"""The bodies of Cohere's Command and Command R."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from groundstone.models.base import ChatOptions, Delta, ModelInfo, StopReason, Tool
from groundstone.server.aws.converse import top_k
from groundstone.server.aws.documents import shown
from groundstone.server.aws.forms import ChatForm, Json, fresh
from groundstone.server.aws.members import Members, malformed
from groundstone.server.aws.prompts import Asked, Reply, Turn, arguments, collected, merged, messages, room

STOPS: dict[StopReason, str] = {
    "stop": "COMPLETE",
    "length": "MAX_TOKENS",
    "tool_calls": "COMPLETE",
    "filtered": "ERROR_TOXIC",
}
_ONE = "one reply is written for each request; send several requests"
_NO_PENALTY = "penalties are not passed on to the models here; leave them out"

# -- command ----------------------------------------------------------------------------------------------


def parse(body: Members, info: ModelInfo) -> Asked:
    body.only("num_generations", 1, why=_ONE)
    body.only("return_likelihoods", "NONE", why="likelihoods are not known here")
    body.only("truncate", "NONE", "END", "START", why="it is NONE, START or END")
    body.only("logit_bias", {}, why="the models here do not take it")
    body.flag("stream", None)  # the operation says whether the reply is streamed
    prompt = body.text("prompt")
    return Asked(messages([], [Turn("user", "prompt", [prompt])]), _options(body, 20), {"prompt": prompt})


def _options(body: Members, tokens: int) -> ChatOptions:
    temperature = body.number("temperature", None, 0, 5)
    chosen = top_k(body, "k", temperature)
    return ChatOptions(
        max_tokens=body.whole("max_tokens", tokens, low=1),
        temperature=temperature,
        top_p=body.number("p", None, 0, 1),
        stop=body.texts("stop_sequences", ()),
        seed=body.whole("seed", None, low=0),
        top_k=chosen,
    )


def render(asked: Asked, reply: Reply) -> Json:
    generation = {"finish_reason": STOPS[reply.stop], "id": fresh(), "text": reply.text}
    return {"generations": [generation], "id": fresh(), "prompt": asked.extra["prompt"]}


def stream(asked: Asked, deltas: Iterator[Delta]) -> Iterator[Json]:
    stop = "COMPLETE"
    for delta in deltas:
        if delta.text:
            yield {"text": delta.text, "is_finished": False, "index": 0}
        stop = STOPS[delta.stop_reason] if delta.stop_reason else stop
    yield {"text": "", "is_finished": True, "finish_reason": stop, "index": 0}


# -- command r --------------------------------------------------------------------------------------------

_ROLES = {"USER": "user", "CHATBOT": "assistant", "SYSTEM": "system"}
_REFUSED = {
    "raw_prompting": "the models here have chat forms of their own",
    "tool_results": "continue a conversation with tools through Converse",
    "force_single_step": "every reply is a single step here",
}
_TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "dict": "object", "list": "array"}


def parse_r(body: Members, info: ModelInfo) -> Asked:
    body.refuse(_REFUSED)
    body.only("search_queries_only", False, why="queries for a search are not written here")
    body.only("prompt_truncation", "OFF", "AUTO_PRESERVE_ORDER", why="it is OFF or AUTO_PRESERVE_ORDER")
    body.only("return_prompt", False, why="the prompt in the model's own form is not known here")
    body.only("citation_quality", "fast", "accurate", why="it is fast or accurate")
    for name in ("frequency_penalty", "presence_penalty"):
        body.only(name, 0, 0.0, why=_NO_PENALTY)
    body.flag("stream", None)
    documents = [_document(item, index) for index, item in enumerate(body.objects("documents", []))]
    history = [_said(item) for item in body.objects("chat_history", [])]
    system = [body.text("preamble")] if "preamble" in body else []
    system += [text for turn in history if turn.role == "system" for text in turn.texts]
    told = [shown(title, text, where) for where, title, text in documents]
    message = body.text("message")
    turns = [*(turn for turn in history if turn.role != "system"), Turn("user", "message", [*told, message])]
    tools = tuple(_tool(item) for item in body.objects("tools", []))
    extra = {"message": message, "documents": [(where, text) for where, _, text in documents]}
    return Asked(messages(system, merged(turns)), replace(_options(body, room(info)), tools=tools), extra)


def _said(item: Members) -> Turn:
    role: Any = _ROLES[item.choice("role", tuple(_ROLES))]
    item.refuse({"tool_calls": "continue a conversation with tools through Converse"})
    return Turn(role, item.where, [item.text("message")])


def _document(item: Members, index: int) -> tuple[str, str, str]:
    """Its id, its title, and the text of all its other members."""
    fields = item.rest()
    identity, title = fields.pop("id", f"doc_{index}"), fields.pop("title", None)
    if not isinstance(identity, str) or not all(isinstance(value, str) for value in (title or "", *fields.values())):
        raise malformed(item.where, "a document has texts as members only")
    text = "\n".join(value for value in fields.values() if value.strip())
    if not text:
        raise malformed(item.where, "the document has no text")
    return identity, title or identity, text


def _tool(item: Members) -> Tool:
    properties, needed = {}, []
    definitions = item.object("parameter_definitions")
    for name in definitions.rest():
        one = definitions.object(name)
        kind = one.text("type")
        if kind not in _TYPES and kind not in _TYPES.values():
            raise malformed(one.place("type"), f"{kind!r} is not one of: {', '.join(_TYPES)}")
        properties[name] = {"type": _TYPES.get(kind, kind), "description": one.text("description", "", blank=True)}
        needed += [name] if one.flag("required", False) else []
    schema = {"type": "object", "properties": properties, "required": needed}
    return Tool(item.text("name"), item.text("description", "", blank=True), schema)


def render_r(asked: Asked, reply: Reply) -> Json:
    calls = [{"name": call.name, "parameters": arguments(call)} for call in reply.tool_calls]
    answer: Json = {
        "response_id": fresh(),
        "generation_id": fresh(),
        "text": reply.text,
        "finish_reason": STOPS[reply.stop],
        "chat_history": [
            {"role": "USER", "message": asked.extra["message"]},
            {"role": "CHATBOT", "message": reply.text},
        ],
        "is_search_required": False,
    }
    if calls:
        answer["tool_calls"] = calls
    if asked.extra["documents"]:
        answer["citations"] = citations(reply.text, asked.extra["documents"])
    return answer


def stream_r(asked: Asked, deltas: Iterator[Delta]) -> Iterator[Json]:
    yield {"event_type": "stream-start", "generation_id": fresh(), "is_finished": False}
    seen: list[Delta] = []
    for delta in deltas:
        seen.append(delta)
        if delta.text:
            yield {"event_type": "text-generation", "text": delta.text, "is_finished": False}
    whole = render_r(asked, collected(iter(seen)))
    for name, kind in (("tool_calls", "tool-calls-generation"), ("citations", "citation-generation")):
        if whole.get(name):
            yield {"event_type": kind, name: whole[name], "is_finished": False}
    reason = whole["finish_reason"]
    yield {"event_type": "stream-end", "is_finished": True, "finish_reason": reason, "response": whole}


SHORTEST = 4  # words that a run has at least to count as taken from a document
_WORD = re.compile(r"\w+")


def citations(text: str, documents: list[tuple[str, str]]) -> list[Json]:
    """The runs of words in a reply that stand in the documents as they are: found by comparing, not by the model."""
    words = [(match.start(), match.end(), match.group().casefold()) for match in _WORD.finditer(text)]
    sources = [(name, [match.group().casefold() for match in _WORD.finditer(source)]) for name, source in documents]
    runs = {name: {tuple(said[i : i + SHORTEST]) for i in range(len(said) - SHORTEST + 1)} for name, said in sources}
    found: list[Json] = []
    start = 0
    while start + SHORTEST <= len(words):
        held, end = _run(words, start, runs)
        if held:
            first, last = words[start][0], words[end - 1][1]
            found.append({"start": first, "end": last, "text": text[first:last], "document_ids": held})
        start = end if held else start + 1
    return found


def _run(words: list[tuple[int, int, str]], start: int, runs: dict[str, set[tuple[str, ...]]]) -> tuple[list[str], int]:
    """The documents that hold the words from ``start`` on, and the word after the last that they hold."""
    held, end = list(runs), start + SHORTEST
    here: list[str] = []
    while end <= len(words):
        gram = tuple(word for _, _, word in words[end - SHORTEST : end])
        held = [name for name in held if gram in runs[name]]
        if not held:
            break
        here, end = held, end + 1
    return here, end - 1


COMMAND = ChatForm("Cohere Command", parse, render, stream)
COMMAND_R = ChatForm("Cohere Command R", parse_r, render_r, stream_r)
