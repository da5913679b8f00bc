"""A small platform with fixed answers: what the server and the page are tested against."""

from __future__ import annotations

import itertools
import json
import threading
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import groundstone
from groundstone.config import Settings
from groundstone.errors import Busy, Conflict, EngineUnavailable, InvalidQuestion, NotFound
from groundstone.filters import And, Compare, Filter, Not, Or, Sort, fold
from groundstone.identity import LOCAL, Principal
from groundstone.knowledge.answer import Answer, Event, events
from groundstone.knowledge.records_text import record_document
from groundstone.knowledge.spec import KnowledgeSpec
from groundstone.questions.query import Chip, Query
from groundstone.records import Card, Chunk, Citation, Document, Hit, Sentence
from groundstone.schema import Schema
from groundstone.stores.base import Version
from groundstone.stores.conversations import Conversations
from groundstone.stores.keys import Keys

MOVIES = Path(groundstone.__path__[0]) / "apps" / "movies"
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"
CLASSIC = Chip("filter", "classic", Compare("year", "lt", 1980), note="classic: released before 1980")


@dataclass(frozen=True)
class StandInApp:
    name: str
    title: str
    about: str
    welcome: str
    examples: tuple[str, ...]
    page: str
    knowledge_base: str


@dataclass(frozen=True)
class Progress:
    done: int
    total: int


@dataclass(frozen=True)
class Report:
    added: int
    version: int


class StandInPlatform:
    def __init__(self, home: Path, **settings: Any) -> None:
        self.settings = Settings(home=home, **settings)
        self.conversations = Conversations(home / "conversations.sqlite")
        self.keys = Keys(home / "keys.db")
        spec = movies()
        self._kbs = {"movies": StandInKnowledge(spec, films())}

    def resume_verifications(self) -> None:
        """Nothing was left."""

    def apps(self) -> list[StandInApp]:
        spec = self._kbs["movies"].spec if "movies" in self._kbs else None
        if spec is None:
            return []
        return [
            StandInApp(spec.name, spec.title, spec.about, spec.welcome, spec.examples, f"/chat/{spec.name}", spec.name)
        ]

    def knowledge_bases(self, principal: Principal) -> list[str]:
        return sorted(self._kbs)

    def kb(self, name: str, principal: Principal) -> StandInKnowledge:
        if name not in self._kbs:
            raise NotFound(f"no knowledge base {name!r}")
        return self._kbs[name]

    def create(self, spec: KnowledgeSpec, principal: Principal) -> StandInKnowledge:
        if spec.name in self._kbs:
            raise Conflict(f"the knowledge base {spec.name!r} exists already")
        self._kbs[spec.name] = StandInKnowledge(spec, [])
        return self._kbs[spec.name]

    def delete(self, name: str, principal: Principal) -> None:
        self.kb(name, principal)
        del self._kbs[name]


class StandInKnowledge:
    """Answers a handful of question shapes by rule; ``asked`` records what it was given."""

    def __init__(self, spec: KnowledgeSpec, documents: Sequence[Document]) -> None:
        self.spec = spec
        self.principal = LOCAL
        self.documents = {item.id: item for item in documents}
        self.asked: list[dict[str, Any]] = []
        self.closed = threading.Event()
        self.synced = bool(documents)
        self.pause = 0.0

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def schema(self) -> Schema:
        return self.spec.schema

    def versions(self) -> list[Version]:
        created = datetime(2025, 1, 1, tzinfo=UTC)
        return [Version(1, created, len(self.documents), len(self.documents))] if self.synced else []

    def rollback(self, number: int) -> Version:
        if number != 1:
            raise NotFound(f"no version {number}")
        return replace(self.versions()[0], number=2)

    def sync(self, progress: Callable[[Progress], None] | None = None) -> Report:
        if self.name == "busy":
            raise Busy("another process is writing; try again later")
        for done in range(1, 4):
            if progress:
                progress(Progress(done, 3))
        self.synced = True
        return Report(3, 2)

    def document(self, document_id: str) -> Document:
        if document_id not in self.documents:
            raise NotFound(f"no document {document_id!r} in {self.name}")
        return self.documents[document_id]

    def search(self, text: str, *, where: Filter | None = None, limit: int = 10, **_: Any) -> list[Hit]:
        found = [item for item in self.documents.values() if matches(item, where) and fold(text) in fold(item.text)]
        return [Hit(_chunk(item), item, 0.5) for item in found[:limit]]

    def ask(self, question: str, *, history: Sequence[Any] = (), query: Query | None = None, **how: Any) -> Answer:
        self.asked.append({"question": question, "history": list(history), "query": query, "how": how})
        if not question.strip():
            raise InvalidQuestion("the question is empty")
        if "refuse" in question:
            raise InvalidQuestion("the question cannot be read")
        if "fail" in question:
            raise EngineUnavailable("the chat model at 127.0.0.1 does not answer; is it running?")
        if "break" in question:
            raise RuntimeError("a secret detail")
        return self._listed(query) if query else self._understood(question)

    def stream(
        self, question: str, *, history: Sequence[Any] = (), query: Query | None = None, **how: Any
    ) -> Iterator[Event]:
        try:
            pause = 0.4 if "slow" in question else self.pause
            for event in events(self.ask(question, history=history, query=query, **how)):
                yield event
                time.sleep(pause)
        finally:
            self.closed.set()

    def _understood(self, question: str) -> Answer:
        words = fold(question)
        if "direct" in words:
            return self._fact(question)
        if "christmas" in words:
            meaning = (Chip("theme", "Christmas", note="films whose plot or keywords are about this"),)
            return self._listed(Query("list", question, theme="Christmas", chips=meaning, limit=10))
        if "eighties" in words:
            decade = And((Compare("year", "ge", 1980), Compare("year", "le", 1989)))
            return self._listed(Query("list", question, chips=(Chip("filter", "Year 1980 to 1989", decade),), limit=10))
        if "classic" in words or "animat" in words:
            return self._listed(Query("list", question, chips=_animated(), limit=10))
        if "weather" in words:
            return _declined(question)
        if "long" in words or "slow" in words:
            return self._told(question, 40)
        if "hostile" in words:
            return self._told(HOSTILE, 1, "hostile")
        return self._told(question, 3)

    def _fact(self, question: str) -> Answer:
        film = next(item for item in self.documents.values() if "Nightmare Before" in item.title)
        cited = _field_citation(film, "directors")
        text = f"{film.title} was directed by {cited.quote}."
        query = Query("fact", question, subjects=(film.id,), asked="directors", chips=(Chip("subject", film.title),))
        return Answer(question, (Sentence(text, (0,)),), query, (cited,), strength="exact", total=1)

    def _listed(self, query: Query) -> Answer:
        theme = fold(query.theme)
        found = [item for item in self.documents.values() if theme in fold(item.text) and matches(item, query.where)]
        for sort in query.sort:
            found.sort(key=lambda item: item.fields.get(sort.field) or 0, reverse=sort.descending)
        shown = found[query.offset : query.offset + (query.limit or 10)]
        cited = tuple(_plot_citation(item, theme) for item in shown)
        lead = Sentence(f"{len(found)} films match." if found else "No film matches all of this.")
        rest = tuple(Sentence(f"{item.title} ({item.fields['year']}).", (i,)) for i, item in enumerate(shown[:3]))
        cards = tuple(self._card(item, index) for index, item in enumerate(shown))
        strength = "high" if theme else "exact"
        return Answer(
            query.text,
            (lead, *rest),
            query,
            cited,
            cards,
            strength=strength if found else "none",
            total=len(found),
        )

    def _told(self, question: str, count: int, only: str = "") -> Answer:
        films = [item for item in self.documents.values() if (only in item.id if only else item.id != "hostile")]
        cited = tuple(_plot_citation(item, "") for item in films[: max(count // 2, 1)])
        told = tuple(Sentence(item.quote, (index,)) for index, item in enumerate(cited))
        sentences = tuple(itertools.islice(itertools.cycle(told), count))
        query = Query("passage", question, theme=question, chips=(Chip("meaning", question[:60]),))
        return Answer(question, sentences, query, cited, strength="medium", closest=True)

    def _card(self, item: Document, citation: int) -> Card:
        fields = {name: item.fields[name] for name in self.spec.display["card"] if name in item.fields}
        return Card(item.id, item.title, fields, citation)


@cache
def movies() -> KnowledgeSpec:
    return KnowledgeSpec.from_json(tomllib.loads((MOVIES / "app.toml").read_text(encoding="utf-8")))


@cache
def films() -> list[Document]:
    spec = movies()
    paths = sorted(MOVIES.glob("catalogue/*.jsonl"))
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line]
    documents = [record_document(row["id"], row, spec.schema, "movies.jsonl") for row in map(json.loads, lines)]
    hostile = {
        "id": "hostile",
        "title": HOSTILE,
        "year": 2001,
        "plot": f"A page is hurt 🎬 by {HOSTILE}. It holds.",
    }
    return [*documents, record_document("hostile", hostile, spec.schema, "movies.jsonl")]


def matches(item: Document, where: Filter | None) -> bool:
    match where:
        case None:
            return True
        case And(items):
            return all(matches(item, part) for part in items)
        case Or(items):
            return any(matches(item, part) for part in items)
        case Not(part):
            return not matches(item, part)
        case Compare(field, op, value):
            held = item.fields.get(field, ())
            return any(_holds(one, op, value) for one in (held if isinstance(held, tuple) else (held,)))


def _holds(held: Any, op: str, value: Any) -> bool:
    if isinstance(held, str):
        return fold(str(value)) in fold(held) if op == "contains" else fold(held) == fold(str(value))
    return {
        "gt": held > value,
        "ge": held >= value,
        "lt": held < value,
        "le": held <= value,
        "eq": held == value,
    }.get(op, False)


def _animated() -> tuple[Chip, ...]:
    return (
        Chip("filter", "Genres: Animation", Compare("genres", "eq", "Animation")),
        CLASSIC,
        Chip("filter", "Rating over 7", Compare("rating", "gt", 7)),
        Chip("sort", "Highest rating first", sort=Sort("rating", True)),
    )


def _field_citation(item: Document, field: str) -> Citation:
    part = next(part for part in item.parts if part.field == field)
    return Citation(
        item.id, item.title, part.start, part.end, item.text[part.start : part.end], field, source=item.source
    )


def _plot_citation(item: Document, theme: str) -> Citation:
    part = next(part for part in item.parts if part.field == "plot")
    sentences = item.text[part.start : part.end].split(". ")
    quote = next((text for text in sentences if theme and theme in fold(text)), sentences[0])
    start = item.text.index(quote, part.start)
    return Citation(item.id, item.title, start, start + len(quote), quote, "plot", source=item.source)


def _declined(question: str) -> Answer:
    text = "These documents are about films; nothing in them answers that."
    return Answer(question, (Sentence(text),), Query("off_topic", question))


def _chunk(item: Document) -> Chunk:
    return Chunk(f"{item.id}#0", item.id, item.text, 0, len(item.text), item.text)
