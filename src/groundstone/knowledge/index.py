"""Bring a collection up to its source: store what is new or changed, delete what is gone."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from groundstone.errors import InvalidInput, SourceError
from groundstone.identity import Principal
from groundstone.knowledge.chunk import CountTokens, approximate_tokens
from groundstone.knowledge.parse import Parser
from groundstone.knowledge.prepare import Prepared, Preparer
from groundstone.knowledge.source import Failure, Item, open_source
from groundstone.knowledge.spec import KnowledgeSpec
from groundstone.models.base import Embed, Vectors
from groundstone.stores.base import Collection, Entry, Writer

__all__ = ["Failure", "Progress", "SyncReport", "sync"]

BATCH_DOCUMENTS = 256
BATCH_CHUNKS = 1024
RECIPE = 2  # raise it when the same content would give other documents or chunks than before
REPORT_EVERY = 0.1  # seconds
FAILURES_KEPT = 50  # of a sync, for those who ask later
REASON_KEPT = 200  # characters of each


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync is. ``total`` is an estimate where rows are counted; ``rate`` is documents a second."""

    done: int
    total: int | None
    rate: float
    seconds_left: float | None
    current: str


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did, in documents. Failed ones keep their earlier version where they had one."""

    new: int
    changed: int
    deleted: int
    unchanged: int
    failed: tuple[Failure, ...]
    version: int
    seconds: float
    kept: int = 0  # not found, but not deleted either because part of their file could not be read


def sync(
    principal: Principal,
    collection: Collection,
    spec: KnowledgeSpec,
    embed: Embed,
    progress: Callable[[Progress], None] | None = None,
    *,
    base: Path | None = None,
    s3_endpoint: str = "",
    count_tokens: CountTokens | None = None,
) -> SyncReport:
    """Make the collection's next version equal to its source.

    Documents are put in durable batches: interrupted at any point, the next sync goes on where this one
    stopped, and readers see the earlier version until the last step. Something that cannot be read is
    reported and never ends the sync. Raises SourceError when the source as a whole cannot be listed, Busy
    when another process writes, ModelError when embedding fails.

    Args:
        base: folder that a relative ``spec.source.path`` starts from.
        s3_endpoint: address of an S3-compatible store; empty means the one of the AWS SDK.
        count_tokens: tokens of a text for the embedding model; by default its own ``count_tokens``, if any.
    """
    started = time.monotonic()
    count = count_tokens or getattr(embed, "count_tokens", None) or approximate_tokens
    source = open_source(spec.source, base, schema=spec.schema, s3_endpoint=s3_endpoint)
    with collection.writer(principal) as writer, Parser() as parser:
        preparer = Preparer(spec, collection.settings.schema, parser, embed, count)
        run = _Sync(
            principal, collection, writer, preparer, embed, _Vectors(embed), recipe(spec, embed), dict(writer.known())
        )
        meter = _Meter(progress)
        for item in source.items():
            run.take(item)
            meter.step(source.estimate(), item.name)
        run.flush()
        run.delete_missing()
        meter.finish(run.total)
        version = writer.finish(run.note())
        run.keep_failures()
    return run.report(version.number, time.monotonic() - started)


def recipe(spec: KnowledgeSpec, embed: Embed) -> str:
    """A hash of everything besides the content that decides what is stored of a document."""
    parts = [RECIPE, spec.schema.to_json(), asdict(spec.chunking), embed.name, embed.dimensions]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@dataclass
class _Sync:
    """The state of one run."""

    principal: Principal
    collection: Collection
    writer: Writer
    preparer: Preparer
    embed: Embed
    vectors: _Vectors
    recipe: str
    known: dict[str, str]
    seen: set[str] = field(default_factory=set)
    waiting: list[Entry] = field(default_factory=list)
    waiting_chunks: int = 0
    failed: list[Failure] = field(default_factory=list)
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    kept: int = 0

    @property
    def total(self) -> int:
        return self.new + self.changed + self.unchanged + len(self.failed)

    def take(self, item: Item | Failure) -> None:
        if isinstance(item, Failure):
            self.failed.append(item)
            return
        self.seen.add(item.id)
        content_hash = hashlib.sha256(f"{self.recipe}\n{item.fingerprint}".encode()).hexdigest()
        if self.known.get(item.id) == content_hash:
            self.unchanged += 1
            return
        try:
            prepared = self.preparer.prepare(item)
        except (InvalidInput, SourceError) as error:
            self.failed.append(Failure(item.name, str(error), id=item.id))
            return
        self._add(prepared, content_hash)

    def _add(self, prepared: Prepared, content_hash: str) -> None:
        document_id = prepared.document.id
        self.new += document_id not in self.known
        self.changed += document_id in self.known
        # Vectors follow in flush(), for many documents in one call.
        self.waiting.append(Entry(prepared.document, content_hash, prepared.chunks, _no_vectors(self.embed)))
        self.waiting_chunks += len(prepared.chunks)
        if len(self.waiting) >= BATCH_DOCUMENTS or self.waiting_chunks >= BATCH_CHUNKS:
            self.flush()

    def flush(self) -> None:
        """Embed and put what waits."""
        if not self.waiting:
            return
        texts = [chunk.embedded for entry in self.waiting for chunk in entry.chunks]
        vectors = self.vectors.of(texts)
        entries, row = [], 0
        for entry in self.waiting:
            entries.append(replace(entry, vectors=vectors[row : row + len(entry.chunks)]))
            row += len(entry.chunks)
        self._extend_schema()
        self.writer.put(entries)
        self.waiting, self.waiting_chunks = [], 0

    def _extend_schema(self) -> None:
        settings = self.collection.settings
        if settings.schema != self.preparer.schema:
            self.collection.update_settings(self.principal, replace(settings, schema=self.preparer.schema))

    def delete_missing(self) -> None:
        """Delete what the source no longer has, but nothing that merely could not be read this time."""
        protected = {failure.id for failure in self.failed}
        missing = sorted(set(self.known) - self.seen - protected)
        spared = self._spared(missing)
        gone = [document_id for document_id in missing if document_id not in spared]
        self.kept, self.deleted = len(spared), len(gone)
        if gone:
            self.writer.delete(gone)

    def _spared(self, missing: Sequence[str]) -> set[str]:
        """Those that may be rows of a file with unreadable rows, whose ids nobody knows."""
        broken = {failure.container for failure in self.failed if failure.container}
        if not broken:
            return set()
        documents = self.collection.documents(self.principal, missing)
        files = {document_id: document.source.rpartition(":")[0] for document_id, document in documents.items()}
        return {document_id for document_id in missing if files.get(document_id) in broken | {None}}

    def keep_failures(self) -> None:
        """Note what could not be read beside the settings, where ``failures`` finds it."""
        kept = [{"name": one.name, "reason": one.reason[:REASON_KEPT]} for one in self.failed[:FAILURES_KEPT]]
        settings = self.collection.settings
        if settings.extra.get("failed", []) != kept:
            extra = {**settings.extra, "failed": kept, "failures": len(self.failed)}
            self.collection.update_settings(self.principal, replace(settings, extra=extra))

    def note(self) -> str:
        return f"sync: {self.new} new, {self.changed} changed, {self.deleted} deleted"

    def report(self, version: int, seconds: float) -> SyncReport:
        return SyncReport(
            self.new,
            self.changed,
            self.deleted,
            self.unchanged,
            tuple(self.failed),
            version,
            seconds,
            self.kept,
        )


def failures(collection: Collection) -> tuple[int, list[tuple[str, str]]]:
    """What the last sync could not read: how many, and the name and reason of the first ``FAILURES_KEPT``."""
    extra = collection.settings.extra
    kept = [(str(one["name"]), str(one["reason"])) for one in extra.get("failed", [])]
    return int(extra.get("failures", len(kept))), kept


class _Vectors:
    """Vectors of texts; a text that occurs again is embedded once, as far as ``ROOM`` texts go."""

    ROOM = 20_000

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._known: dict[bytes, Vectors] = {}

    def of(self, texts: Sequence[str]) -> Vectors:
        """As ``embed_texts``."""
        marks = [hashlib.blake2b(text.encode(), digest_size=16).digest() for text in texts]
        new = {mark: text for mark, text in zip(marks, texts, strict=True) if mark not in self._known}
        found = dict(zip(new, embed_texts(self._embed, list(new.values())), strict=True))
        everything = {**self._known, **found}
        vectors = [everything[mark] for mark in marks]
        self._known = found if len(everything) > self.ROOM else everything
        return np.stack(vectors) if vectors else _no_vectors(self._embed)


def embed_texts(embed: Embed, texts: Sequence[str]) -> Vectors:
    """A row for each text; zeros for an empty one, which search then never finds."""
    vectors = np.zeros((len(texts), embed.dimensions), dtype=np.float32)
    rows = [row for row, text in enumerate(texts) if text]
    for start in range(0, len(rows), BATCH_CHUNKS):
        some = rows[start : start + BATCH_CHUNKS]
        vectors[some] = embed.embed([texts[row] for row in some])
    return vectors


def _no_vectors(embed: Embed) -> Vectors:
    return np.zeros((0, embed.dimensions), dtype=np.float32)


class _Meter:
    """Tells ``progress`` how far things are, at most every tenth of a second."""

    def __init__(self, progress: Callable[[Progress], None] | None) -> None:
        self._progress = progress
        self._started = time.monotonic()
        self._told = 0.0
        self._done = 0

    def step(self, total: int | None, current: str) -> None:
        self._done += 1
        now = time.monotonic()
        if now - self._told >= REPORT_EVERY:
            self._told = now
            self._tell(total, current)

    def finish(self, total: int) -> None:
        self._done = total
        self._tell(total, "")

    def _tell(self, total: int | None, current: str) -> None:
        if self._progress is None:
            return
        rate = self._done / max(time.monotonic() - self._started, 1e-6)
        total = None if total is None else max(total, self._done)
        left = None if total is None else (total - self._done) / rate if rate else None
        self._progress(Progress(self._done, total, rate, left, current))
