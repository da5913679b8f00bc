"""Passages and citations as Bedrock Knowledge Bases describe them: content, location, metadata, score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from groundstone.knowledge.answer import value_json
from groundstone.records import Box, Chunk, Citation, Document, Hit, Sentence
from groundstone.server.aws import knowledge_sources as sources
from groundstone.server.aws.knowledge_bases import Base

if TYPE_CHECKING:
    from groundstone.knowledge.base import KnowledgeBase

SOURCE_URI = "x-amz-bedrock-kb-source-uri"
CHUNK_ID = "x-amz-bedrock-kb-chunk-id"
SOURCE_ID = "x-amz-bedrock-kb-data-source-id"
PAGE_NUMBER = "x-amz-bedrock-kb-document-page-number"
QUOTES = "groundstone-quotes"  # the words of the passage that the sentence rests on
REGIONS = "groundstone-regions"  # where on the page, or slide, these words stand, as far as that is known


@dataclass(frozen=True, slots=True)
class Describer:
    """Describes what one knowledge base holds. ``source_ids``: name of a source -> its id in this API."""

    kb: KnowledgeBase
    source_ids: Mapping[str, str]

    @classmethod
    def of(cls, base: Base) -> Describer:
        return cls(base.kb(), {one.name: one.id for _, one in sources.every(base)})

    def result(self, hit: Hit, score: float | None = None) -> dict[str, Any]:
        """A hit as a retrieval result."""
        described = self._passage(hit.document, hit.chunk, hit.chunk.text)
        _add_regions(described["metadata"], hit.document.regions.boxes(hit.chunk.start, hit.chunk.end))
        return described | {"documentId": self._key(hit.document), "score": hit.score if score is None else score}

    def references(self, citations: Sequence[Citation]) -> list[dict[str, Any]]:
        """The passages that hold the words of these citations, each once, with these words."""
        kb = self.kb
        ids = list(dict.fromkeys(citation.document_id for citation in citations))
        documents = kb.collection.documents(kb.principal, ids)
        chunks = kb.collection.chunks_of(kb.principal, ids)
        made: dict[tuple[str, str], dict[str, Any]] = {}
        for citation in citations:
            if citation.document_id in documents:
                described = self._reference(documents[citation.document_id], citation, chunks)
                same = citation.document_id, described["content"]["text"]
                metadata = made.setdefault(same, described)["metadata"]
                metadata[QUOTES].append(citation.quote)
                _add_regions(metadata, citation.boxes)
        return list(made.values())

    def _reference(self, document: Document, citation: Citation, chunks: Sequence[Chunk]) -> dict[str, Any]:
        held = (one for one in chunks if one.document_id == document.id and one.start <= citation.start < one.end)
        chunk = min(held, key=lambda one: (citation.end > one.end, one.end - one.start), default=None)
        whole = chunk is not None and citation.end <= chunk.end
        described = self._passage(document, chunk, chunk.text if chunk and whole else citation.quote)
        described["metadata"][QUOTES] = []
        if citation.page is not None:
            described["metadata"][PAGE_NUMBER] = citation.page
        return described

    def _passage(self, document: Document, chunk: Chunk | None, text: str) -> dict[str, Any]:
        return {
            "content": {"type": "TEXT", "text": text},
            "location": self._location(document),
            "metadata": self._metadata(document, chunk),
        }

    def _location(self, document: Document) -> dict[str, Any]:
        if document.source.startswith("s3://"):
            return {"type": "S3", "s3Location": {"uri": document.source}}
        return {"type": "CUSTOM", "customDocumentLocation": {"id": self._key(document)}}

    def _key(self, document: Document) -> str:
        """The document's id as its source gave it."""
        name = self.kb.spec.source_of(document.id)
        return document.id.removeprefix(f"@{name}/") if name else document.id

    def _metadata(self, document: Document, chunk: Chunk | None) -> dict[str, Any]:
        made = {name: value_json(value) for name, value in document.fields.items()}
        made[SOURCE_URI] = document.source if document.source.startswith("s3://") else self._key(document)
        if source := self.source_ids.get(self.kb.spec.source_of(document.id)):
            made[SOURCE_ID] = source
        if chunk is not None:
            made[CHUNK_ID] = chunk.id
            if chunk.page is not None:
                made[PAGE_NUMBER] = chunk.page
        return made


def _add_regions(metadata: dict[str, Any], boxes: Sequence[Box]) -> None:
    known = metadata.get(REGIONS, [])
    if boxes:
        metadata[REGIONS] = [*known, *(box for box in map(asdict, boxes) if box not in known)]


@dataclass(slots=True)
class Cited:
    """Sentences of an answer made into citations, one by one; spans count code points, and ``end`` is the last one."""

    describer: Describer
    length: int = 0  # of the text so far

    def next(self, sentence: Sentence, citations: Sequence[Citation]) -> tuple[str, dict[str, Any]]:
        """The text that is added to the output, and the citation that covers it."""
        start = self.length + bool(self.length)  # a blank between sentences
        added = (" " if self.length else "") + sentence.text
        self.length += len(added)
        part = {"text": sentence.text, "span": {"start": start, "end": max(self.length - 1, start)}}
        cited = [citations[mark] for mark in sentence.citations]
        return added, {
            "generatedResponsePart": {"textResponsePart": part},
            "retrievedReferences": self.describer.references(cited),
        }
