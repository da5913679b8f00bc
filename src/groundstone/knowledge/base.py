"""A knowledge base: sync documents in, ask cited answers out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Collection as AnyOf
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict, Unpack

from groundstone.documents.decks.base import Drawing
from groundstone.errors import NotFound
from groundstone.filters import Filter, Sort, check
from groundstone.identity import Principal
from groundstone.knowledge import index, read, retrieve
from groundstone.knowledge.answer import Answer, Event
from groundstone.knowledge.bucket import read_object
from groundstone.knowledge.generate import Manner
from groundstone.knowledge.original import original
from groundstone.knowledge.readers import Readers
from groundstone.knowledge.scope import Scoped
from groundstone.knowledge.source import most_bytes
from groundstone.knowledge.spec import KnowledgeSpec
from groundstone.models.base import Chat, ChatOptions, Embed
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


class How(TypedDict, total=False):
    """How a question is asked.

    where: only documents that match exist for this answer, however it is found.
    limit: how many passages are read for a free question; a chat model is then given them whole.
    chat: who words the answer; None for exact quotes. Without it, the knowledge base's own.
    template: prompt of a chat model, with ``$search_results$`` and, if wanted, ``$query$``,
        ``$output_format_instructions$`` and ``$current_time$``.
    options: how the chat model replies.
    """

    where: Filter | None
    limit: int | None
    chat: Chat | None
    template: str
    options: ChatOptions | None


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
        buckets: Path | None = None,
        base: Path | None = None,
        readers: Readers | None = None,
    ) -> None:
        self.principal = principal
        self.collection = collection
        self.spec = spec
        self.embed = embed
        self.chat = chat
        self.manner = Manner()
        self._vocabularies = vocabularies or Vocabularies()
        self._places: dict[str, Any] = {"s3_endpoint": s3_endpoint, "buckets": buckets, "base": base}
        self._readers = readers
        self._read: tuple[Settings, Lexicon] | None = None
        self._everything = collection

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
        return self._vocabularies.get(self.principal, self._everything, self.lexicon)

    @property
    def card_fields(self) -> list[str]:
        """The fields that a card shows."""
        return list(self.spec.display.get("card", [spec.name for spec in self.schema.fields if spec.filterable][:6]))

    @property
    def name(self) -> str:
        return self.collection.name

    def sync(
        self,
        progress: Callable[[index.Progress], None] | None = None,
        *,
        only: str | None = None,
        documents: AnyOf[str] | None = None,
    ) -> index.SyncReport:
        """Bring the collection up to its sources: new, changed and deleted documents. A new version results.

        Args:
            only: the name of one source; documents of the others stay as they are.
            documents: with ``only``: the ids within it to which everything is confined.
        """
        chosen: dict[str, Any] = {"only": only, "documents": documents, "readers": self._readers}
        try:
            return index.sync(
                self.principal, self.collection, self.spec, self.embed, progress, **self._places, **chosen
            )
        finally:
            self._read = None

    def drop(self, only: str, documents: AnyOf[str] | None = None) -> int:
        """Delete the documents of a named source from the index, all or only these; how many they were."""
        try:
            return index.drop(self.principal, self.collection, self.spec, only, documents)
        finally:
            self._read = None

    def object(self, uri: str) -> bytes:
        """The bytes of ``s3://bucket/key``, from where its sources would take them. Raises SourceError."""
        return read_object(uri, self._places["buckets"], self._fetch)

    def _fetch(self, uri: str) -> bytes:
        from groundstone.knowledge.s3 import fetch_object

        return fetch_object(uri, self._places["s3_endpoint"], most_bytes(uri))

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
        words: bool = True,
    ) -> list[Hit]:
        """Passages for a text, by meaning and by words together; without ``words``, by meaning alone."""
        wanted = retrieve.Request(text, where, tuple(sort), limit, offset, min_score, explain, words=words)
        return retrieve.search(self.principal, self.collection, self.embed, wanted)

    def ask(
        self, question: str, *, history: Sequence[Turn] = (), query: Query | None = None, **how: Unpack[How]
    ) -> Answer:
        """Answer a question with citations. ``query`` replaces the understanding (after a user edited it)."""
        return read.answer(self.asked(**how), question, history, query)

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), query: Query | None = None, **how: Unpack[How]
    ) -> Iterator[Event]:
        """The same, as events while they come."""
        return read.stream(self.asked(**how), question, history, query)

    def asked(self, **how: Unpack[How]) -> KnowledgeBase:
        """This knowledge base as one caller wants to ask it. Raises InvalidFilter, InvalidInput."""
        if not how:
            return self
        made = copy(self)
        if "chat" in how:
            made.chat = how["chat"]
        made.manner = Manner.of(how.get("template", ""), how.get("options"), how.get("limit"))
        if where := check(how.get("where"), self.schema):
            made.collection = Scoped(self._everything, where)
        return made

    def document(self, document_id: str) -> Document:
        found = self.collection.documents(self.principal, [document_id])
        if document_id not in found:
            raise NotFound(f"no document {document_id!r} in {self.name}")
        return found[document_id]

    def picture(self, document_id: str, page: int = 1, width: int = 1000) -> Drawing:
        """A page, or slide, of a document, drawn from its file as the source has it now.

        Raises NotFound when there is no such file, or it has no pages; InvalidInput for a page that there is not.
        """
        found = self.document(document_id)
        if self._readers is None:
            raise NotFound(f"{self.name} shows no pages")
        data = original(self.spec, found, self._places["base"], self._places["buckets"], self._fetch)
        return self._readers.drawn(found.source.rpartition("/")[2], found.media_type, data, page, width)

    def versions(self) -> list[Version]:
        return self.collection.versions(self.principal)

    def rollback(self, number: int) -> Version:
        return self.collection.rollback(self.principal, number)
