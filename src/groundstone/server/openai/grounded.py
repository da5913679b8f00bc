"""Answers of knowledge bases as replies of a model: sentences as text, what they rest on as evidence behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from groundstone.errors import InvalidQuestion, NotFound
from groundstone.identity import Principal
from groundstone.knowledge.answer import Event, to_json
from groundstone.models.base import Delta, Message
from groundstone.records import Usage
from groundstone.server import memory
from groundstone.server.openai.chat_request import Asked
from groundstone.server.openai.door import BASES
from groundstone.server.openai.errors import ModelNotFound, Refused

if TYPE_CHECKING:
    from groundstone.knowledge.base import KnowledgeBase, Turn
    from groundstone.platform import Platform

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
REMEMBERED = 6  # earlier questions that a follow-up may lean on; each is understood anew
DETAILS = ("citations", "cards", "mode", "strength", "closest", "total", "query", "model")


@dataclass(frozen=True, slots=True)
class Note:
    """Characters ``[start, end)`` of the reply rest on this document."""

    start: int
    end: int
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a reply rests on. ``details``: the answer's citations, cards and interpretation, as our own API has them."""

    notes: tuple[Note, ...]
    details: dict[str, Any]


def replies(platform: Platform, caller: Principal, asked: Asked, base_url: str) -> Iterator[Delta | Evidence]:
    """The answer to the last question: a delta a sentence, the evidence, and the end.

    Raises ModelNotFound, Refused and InvalidQuestion before the first delta.
    """
    name = asked.model.removeprefix(BASES)
    kb = opened(platform, caller, name)
    question, earlier = _questions(asked.messages)
    _check(asked)
    text = _Text()
    with closing(kb.stream(question, history=_history(kb, earlier))) as events:  # type: ignore[type-var]
        for event in events:
            if piece := text.add(event):
                yield Delta(piece)
    assert text.answer is not None
    if rest := text.rest():
        yield Delta(rest)
    address = f"{base_url.rstrip('/')}/api/knowledge-bases/{name}/documents/"
    yield Evidence(_notes(text, address), _details(text.answer, asked))
    used = text.answer["usage"] or {}
    yield Delta(usage=Usage(**used), stop_reason="stop", model=asked.model)


def opened(platform: Platform, caller: Principal, name: str) -> KnowledgeBase:
    """A knowledge base that the caller may ask. Raises ModelNotFound."""
    try:
        if NAME.fullmatch(name):
            return platform.kb(name, caller)
    except NotFound:
        pass
    raise ModelNotFound(BASES + name)


def _questions(messages: Sequence[Message]) -> tuple[str, list[str]]:
    """The question, and those before it."""
    if messages[-1].role != "user":
        raise Refused("messages: the last message to a knowledge base is a question of the user", "messages")
    asked = [message.content for message in messages if message.role == "user"]
    return asked[-1], asked[:-1][-REMEMBERED:]


def _check(asked: Asked) -> None:
    """What a knowledge base cannot do is refused."""
    if asked.options.tools:
        raise Refused("tools: a knowledge base calls no tools", "tools", "unsupported_parameter")
    if asked.options.schema is not None:
        raise Refused("A knowledge base replies in sentences, not in JSON.", "response_format", "unsupported_parameter")
    if any(message.pictures for message in asked.messages):
        raise Refused("A knowledge base reads no pictures in questions.", "messages", "unsupported_value")


def _history(kb: KnowledgeBase, questions: Sequence[str]) -> list[Turn]:
    """Earlier questions, understood again. Only what was understood and shown matters, so no model words them."""
    from groundstone.knowledge.base import Turn
    from groundstone.knowledge.read import extract

    turns: list[Turn] = []
    for question in questions:
        try:
            answer = extract(kb, question, turns, None)
        except InvalidQuestion:
            continue  # it was refused when it was asked, too
        turns.append(Turn(question, answer.query, memory.shown(to_json(answer))))
    return turns


class _Text:
    """The text of a streamed answer. Nothing is shown that the finished answer could take back.

    Sentences that a model wrote wait until one of them is borne out: without any, the passages are the answer.
    """

    def __init__(self) -> None:
        self.answer: dict[str, Any] | None = None
        self.offset = 0  # where the finished answer begins
        self._sent = ""
        self._held: list[str] = []
        self._written = self._sure = False

    def add(self, event: Event) -> str:
        """What can be shown after this event."""
        if event.kind == "understood":
            self._held, self._written, self._sure = [], False, False
        elif event.kind == "delta":
            self._written = True
        elif event.kind == "done":
            self.answer = event.data["answer"]
        elif event.kind == "sentence":
            return self._sentence(event.data)
        return ""

    def _sentence(self, data: dict[str, Any]) -> str:
        if self._written and not data["citations"]:
            return ""  # the finished answer leaves it out
        self._held.append(data["text"])
        self._sure = self._sure or not self._written or data["supported"]
        if not self._sure or (data["index"] == 0 and self._sent):
            return ""
        ready, self._held = self._held, []
        return self._put("".join(f" {text}" if self._sent or number else text for number, text in enumerate(ready)))

    def rest(self) -> str:
        """What is missing at the end; after a model broke off, the whole answer of passages, as a new paragraph."""
        assert self.answer is not None
        whole: str = self.answer["text"]
        if whole.startswith(self._sent):
            return self._put(whole[len(self._sent) :])
        self.offset = len(self._sent) + 2
        return self._put(f"\n\n{whole}")

    def _put(self, text: str) -> str:
        self._sent += text
        return text


def _notes(text: _Text, address: str) -> tuple[Note, ...]:
    assert text.answer is not None
    citations, notes, start = text.answer["citations"], [], text.offset
    for sentence in text.answer["sentences"]:
        end = start + len(sentence["text"])
        for index in sentence["citations"]:
            cited = citations[index]
            notes.append(_note(start, end, cited, address))
        start = end + 1
    return tuple(dict.fromkeys(notes))  # a sentence may quote one document twice


def _note(start: int, end: int, cited: dict[str, Any], address: str) -> Note:
    """The page, or slide, stands behind the title and in the address, as browsers know it of PDF files."""
    url = address + quote(cited["document_id"], safe="")
    if cited["page"] is None:
        return Note(start, end, cited["title"], url)
    return Note(start, end, f"{cited['title']}, {cited['page_noun']} {cited['page']}", f"{url}#page={cited['page']}")


def _details(answer: dict[str, Any], asked: Asked) -> dict[str, Any]:
    """``unused``: what the caller sent that plays no part, since the answer is not sampled."""
    unused = [*asked.given, *(["system"] if any(item.role == "system" for item in asked.messages) else [])]
    return {name: answer[name] for name in DETAILS} | {"unused": unused}


def chat_note(note: Note) -> dict[str, Any]:
    """As chat completions have it; responses have the same members without the inner object."""
    return {"type": "url_citation", "url_citation": _inner(note)}


def response_note(note: Note) -> dict[str, Any]:
    return {"type": "url_citation"} | _inner(note)


def _inner(note: Note) -> dict[str, Any]:
    return {"start_index": note.start, "end_index": note.end, "title": note.title, "url": note.url}
