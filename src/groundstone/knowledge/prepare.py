"""One item of a source made into a document and its chunks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from groundstone.errors import UnreadableDocument
from groundstone.identity import EVERYONE
from groundstone.knowledge import sidefile
from groundstone.knowledge.chunk import CountTokens, chunk
from groundstone.knowledge.parse import Parser
from groundstone.knowledge.parsed import Step
from groundstone.knowledge.records_text import embedded_text, record_document, render
from groundstone.knowledge.source import Item
from groundstone.knowledge.spec import KnowledgeSpec
from groundstone.models.base import Embed
from groundstone.records import NO_FIELDS, Chunk, Document
from groundstone.schema import Schema

MAX_CHUNKS = 10_000  # of one document: about 8 MB of prose, or as many rows of a table


@dataclass(frozen=True, slots=True)
class Prepared:
    """``notes``: what of its file the document does not hold, in words."""

    document: Document
    chunks: tuple[Chunk, ...]
    notes: tuple[str, ...] = ()


class Preparer:
    """Makes documents by one spec. ``schema`` grows by the fields that side files bring."""

    def __init__(
        self, spec: KnowledgeSpec, stored: Schema, parser: Parser, embed: Embed, count_tokens: CountTokens
    ) -> None:
        self.spec = spec
        self.schema = spec.schema.with_fields(stored.fields)
        self._parser = parser
        self._embed = embed
        self._count = count_tokens

    def recipe(self, item: Item) -> str:
        """What decides, besides the spec and the content, what is stored of an item."""
        return self._parser.recipe(item.parse_as or item.name)

    def prepare(self, item: Item, step: Step | None = None) -> Prepared:
        """Raises UnreadableDocument or InvalidInput, with the reason for people.

        ``step`` is told how many pages of a long file are read.
        """
        content = item.read()
        if isinstance(content, bytes):
            return self._file(item, content, step)
        document = record_document(item.id, content, self.spec.schema, item.name)
        if self.spec.chunking.method == "none":
            return self._cut(document, embedded_text(document, self.spec.schema))
        return self._cut(document)

    def _file(self, item: Item, data: bytes, step: Step | None) -> Prepared:
        parsed = self._parser.parse(item.parse_as or item.name, data, step)
        attributes = sidefile.read(item.side()) if item.side else sidefile.NOTHING
        self.schema = self.schema.with_fields(attributes.specs)
        fields = attributes.typed(self.schema) or NO_FIELDS
        stem = item.name.rpartition("/")[2].rpartition(".")[0] or item.name
        title = self._title(fields) or parsed.title or item.title or stem
        document = Document(
            item.id,
            title,
            parsed.text,
            fields,
            parsed.parts,
            item.name,
            parsed.media_type,
            attributes.readers or (EVERYONE,),
            parsed.regions,
        )
        return replace(self._with_attributes(self._cut(document)), notes=parsed.notes)

    def _title(self, fields: Any) -> str:
        name = self.schema.title_field or "title"
        value = fields.get(name, "")
        return value if isinstance(value, str) else ""

    def _cut(self, document: Document, embedded: str | None = None) -> Prepared:
        chunks = chunk(document, self.spec.chunking, self._count, self._embed, embedded)
        if not chunks:
            raise UnreadableDocument("it holds no text")
        if len(chunks) > MAX_CHUNKS:
            raise UnreadableDocument(
                f"it makes {len(chunks):,} passages, and a document may have {MAX_CHUNKS:,}; split it, "
                "choose larger chunks, or read a table as records (--kind records)"
            )
        return Prepared(document, chunks)

    def _with_attributes(self, prepared: Prepared) -> Prepared:
        """The chunks with the document's embedded fields behind what search sees of them."""
        fields = prepared.document.fields
        specs = [spec for spec in self.schema.fields if spec.embedded and spec.name in fields]
        extra = " ".join(f"{spec.heading}: {render(fields[spec.name], spec)}." for spec in specs)
        if not extra:
            return prepared
        chunks = (replace(one, embedded=f"{one.embedded} {extra}") if one.embedded else one for one in prepared.chunks)
        return replace(prepared, chunks=tuple(chunks))
