"""A knowledge base: sync documents in, ask cited answers out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from groundstone.errors import NotFound
from groundstone.filters import Filter, Sort
from groundstone.identity import Principal
from groundstone.knowledge import index, read, retrieve
from groundstone.knowledge.answer import Answer, Event
from groundstone.knowledge.spec import KnowledgeSpec
from groundstone.models.base import Chat, Embed
from groundstone.questions.common import NOUNS, noun
from groundstone.questions.lexicon import Lexicon
from groundstone.questions.query import Query
from groundstone.questions.vocabulary import Vocabularies, Vocabulary
from groundstone.records import Document, Hit
from groundstone.schema import Schema
from groundstone.stores.base import Collection, Settings, Version

PLAIN_NOUNS = ("document", "documents")


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange of a conversation: what was asked, how it was understood, which documents were shown."""

    question: str
    query: Query
    shown: tuple[str, ...] = ()  # document ids of the answer, in order


class KnowledgeBase:
    """Everything one principal can do with one collection. Cheap to make: what is costly is in ``vocabularies``."""

    def __init__(
        self,
        principal: Principal,
        collection: Collection,
        spec: KnowledgeSpec,
        embed: Embed,
        chat: Chat | None = None,
        vocabularies: Vocabularies | None = None,
        *,
        s3_endpoint: str = "",
    ) -> None:
        self.principal = principal
        self.collection = collection
        self.spec = spec
        self.embed = embed
        self.chat = chat
        self._vocabularies = vocabularies or Vocabularies()
        self._s3_endpoint = s3_endpoint
        self._read: tuple[Settings, Lexicon] | None = None

    @property
    def schema(self) -> Schema:
        """The fields, with those that side files added."""
        return self._settings_and_lexicon()[0].schema

    @property
    def lexicon(self) -> Lexicon:
        """The words of its questions."""
        return self._settings_and_lexicon()[1]

    def _settings_and_lexicon(self) -> tuple[Settings, Lexicon]:
        """Read once, and again after a sync: only that changes them."""
        if self._read is None:
            settings = self.collection.settings
            plain = {"noun": noun(self.name), "also": (*PLAIN_NOUNS, *NOUNS)} if settings.schema.fields else {}
            tables = self.spec.lexicon or plain
            self._read = settings, self._vocabularies.lexicon(settings.schema, tables)
        return self._read

    @property
    def vocabulary(self) -> Vocabulary:
        """The names and ranges that its newest version holds."""
        return self._vocabularies.get(self.principal, self.collection, self.lexicon)

    @property
    def card_fields(self) -> list[str]:
        """The fields that a card shows."""
        return list(self.spec.display.get("card", [spec.name for spec in self.schema.fields if spec.filterable][:6]))

    @property
    def name(self) -> str:
        return self.collection.name

    def sync(self, progress: Callable[[index.Progress], None] | None = None) -> index.SyncReport:
        """Bring the collection up to its source: new, changed and deleted documents. A new version results."""
        try:
            return index.sync(
                self.principal, self.collection, self.spec, self.embed, progress, s3_endpoint=self._s3_endpoint
            )
        finally:
            self._read = None

    def search(
        self,
        text: str,
        *,
        where: Filter | None = None,
        sort: Sequence[Sort] = (),
        limit: int = 10,
        offset: int = 0,
        min_score: float = 0.0,
        explain: bool = False,
    ) -> list[Hit]:
        """Passages for a text, by meaning and by words together."""
        wanted = retrieve.Request(text, where, tuple(sort), limit, offset, min_score, explain)
        return retrieve.search(self.principal, self.collection, self.embed, wanted)

    def ask(self, question: str, *, history: Sequence[Turn] = (), query: Query | None = None) -> Answer:
        """Answer a question with citations. ``query`` replaces the understanding (after a user edited it)."""
        return read.answer(self, question, history, query)

    def stream(self, question: str, *, history: Sequence[Turn] = (), query: Query | None = None) -> Iterator[Event]:
        """The same, as events while they come."""
        return read.stream(self, question, history, query)

    def document(self, document_id: str) -> Document:
        found = self.collection.documents(self.principal, [document_id])
        if document_id not in found:
            raise NotFound(f"no document {document_id!r} in {self.name}")
        return found[document_id]

    def versions(self) -> list[Version]:
        return self.collection.versions(self.principal)

    def rollback(self, number: int) -> Version:
        return self.collection.rollback(self.principal, number)
