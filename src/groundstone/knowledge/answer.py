"""An answer: sentences, each with its citations, and how the question was understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from groundstone.questions import query as queries
from groundstone.questions.query import Query
from groundstone.records import Box, Card, Citation, Hit, Sentence, Usage, Value

Mode = Literal["extractive", "generative"]
Strength = Literal["exact", "high", "medium", "low", "none"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform says, and what it rests on.

    strength:
        exact         computed from fields (a fact, filter, count, average)
        high .. low   how well the cited passages fit the question
        none          declined: off topic, no such field, nothing found
    ``closest`` is true when the passages are the nearest ones, shown as such and not as an answer.
    ``total`` is the number of documents that match the question when more exist than are shown.
    """

    question: str
    sentences: tuple[Sentence, ...]
    query: Query
    citations: tuple[Citation, ...] = ()
    cards: tuple[Card, ...] = ()
    mode: Mode = "extractive"
    strength: Strength = "none"
    closest: bool = False
    total: int | None = None
    hits: tuple[Hit, ...] = ()
    model: str | None = None  # the chat model of a generative answer
    usage: Usage | None = None

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def declined(self) -> bool:
        return self.strength == "none"


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a streamed answer; ``kind`` says which member of ``data`` to expect.

    understood  {"query": Query as JSON}
    cards       {"cards": [...], "total": int | None}
    sentence    {"index": int, "text": str, "citations": [int], "supported": bool}
    delta       {"index": int, "text": str}: a piece of the sentence ``index`` of a generative answer
    citations   {"citations": [...]}: all of them, before the first sentence that uses one
    done        {"answer": Answer as JSON}
    error       {"code": str, "message": str}
    """

    kind: Literal["understood", "cards", "sentence", "delta", "citations", "done", "error"]
    data: dict[str, Any]


def to_json(answer: Answer) -> dict[str, Any]:
    return {
        "question": answer.question,
        "text": answer.text,
        "sentences": [asdict(sentence) for sentence in answer.sentences],
        "citations": [asdict(citation) for citation in answer.citations],
        "cards": [card_json(card) for card in answer.cards],
        "query": queries.to_json(answer.query),
        "mode": answer.mode,
        "strength": answer.strength,
        "closest": answer.closest,
        "total": answer.total,
        "model": answer.model,
        "usage": asdict(answer.usage) if answer.usage else None,
    }


def citation_of(data: Mapping[str, Any]) -> Citation:
    """A citation out of the JSON of an answer."""
    boxes = tuple(Box(**box) for box in data.get("boxes", ()))
    return Citation(**{**data, "boxes": boxes})


def card_json(card: Card) -> dict[str, Any]:
    return {
        "document_id": card.document_id,
        "title": card.title,
        "fields": {name: value_json(value) for name, value in card.fields.items()},
        "citation": card.citation,
    }


def value_json(value: Value) -> Any:
    if isinstance(value, tuple):
        return [value_json(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def events(answer: Answer) -> Iterator[Event]:
    """A finished answer as the events of a stream."""
    data = to_json(answer)
    yield Event("understood", {"query": data["query"]})
    yield Event("citations", {"citations": data["citations"]})
    if answer.cards:
        yield Event("cards", {"cards": data["cards"], "total": answer.total})
    for index, sentence in enumerate(data["sentences"]):
        yield Event("sentence", {"index": index, **sentence})
    yield Event("done", {"answer": data})
