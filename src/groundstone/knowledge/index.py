"""Bring a collection up to its source: store what is new or changed, delete what is gone."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Collection as AnyOf
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from groundstone.errors import InvalidInput, SourceError
from groundstone.identity import Principal
from groundstone.knowledge.chunk import CountTokens, approximate_tokens
from groundstone.knowledge.embedding import Vectorizer, no_vectors
from groundstone.knowledge.parse import Parser
from groundstone.knowledge.prepare import Prepared, Preparer
from groundstone.knowledge.readers import Readers
from groundstone.knowledge.source import Failure, Item, Source, open_source, renamed
from groundstone.knowledge.spec import KnowledgeSpec, SourceSpec
from groundstone.models.base import Embed
from groundstone.stores.base import Collection, Entry, Writer

__all__ = ["Failure", "Progress", "SyncReport", "sync"]

BATCH_DOCUMENTS = 256
BATCH_CHUNKS = 1024
RECIPE = 2  # raise it when the same content would give other documents or chunks than before
FLUSH_EVERY = 10.0  # seconds; scans are slow, and what is not put yet is read again after an interruption
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
    sides: int = 0  # metadata files seen
    sides_changed: int = 0  # of those, beside a new or changed document
    notes: tuple[Failure, ...] = ()  # what could not be read of documents that are there all the same


def sync(
    principal: Principal,
    collection: Collection,
    spec: KnowledgeSpec,
    embed: Embed,
    progress: Callable[[Progress], None] | None = None,
    *,
    base: Path | None = None,
    s3_endpoint: str = "",
    buckets: Path | None = None,
    count_tokens: CountTokens | None = None,
    only: str | None = None,
    documents: AnyOf[str] | None = None,
    readers: Readers | None = None,
) -> SyncReport:
    """Make the collection's next version equal to its sources.

    Documents are put in durable batches: interrupted at any point, the next sync goes on where this one
    stopped, and readers see the earlier version until the last step. Something that cannot be read is
    reported and never ends the sync. Raises SourceError when a source as a whole cannot be listed, Busy
    when another process writes, ModelError when embedding fails, NotFound for a source that is not there.

    Args:
        base: folder that the relative path of a source starts from.
        s3_endpoint: address of an S3-compatible store; empty means the one of the AWS SDK.
        buckets: folder whose subfolders stand for buckets.
        count_tokens: tokens of a text for the embedding model; by default its own ``count_tokens``, if any.
        only: name of the one source to read; documents of the others stay as they are.
        documents: with ``only``: ids within that source to which everything is confined.
        readers: what reads decks, pictures and scanned PDFs; without them these are failures.
    """
    started = time.monotonic()
    count = count_tokens or getattr(embed, "count_tokens", None) or approximate_tokens
    chosen = spec.every_source() if only is None else (spec.source_named(only),)
    places: dict[str, Any] = {"s3_endpoint": s3_endpoint, "buckets": buckets, "only": documents}
    opened = [(one, open_source(one, base, schema=spec.schema, **places)) for one in chosen]
    meter, runs, vectors = _Meter(progress), [], Vectorizer(embed)
    with collection.writer(principal) as writer, Parser(readers=readers) as parser:
        known = writer.known()
        for one, source in opened:
            cut = replace(spec, chunking=one.chunking or spec.chunking)
            preparer = Preparer(cut, collection.settings.schema, parser, embed, count)
            part = _Part(spec, one, documents)
            run = _Sync(
                principal, collection, writer, preparer, embed, vectors, recipe(cut, embed), part.known(known), part,
                meter,
            )  # fmt: skip
            run.read(source)
            runs.append(run)
        meter.finish(sum(run.total for run in runs))
        version = writer.finish(_note(runs))
        _keep_failures(principal, collection, runs)
    return _report(runs, version.number, time.monotonic() - started)


@dataclass(frozen=True, slots=True)
class _Part:
    """What a run may touch: the documents of one source, or only some of them."""

    spec: KnowledgeSpec
    source: SourceSpec
    documents: AnyOf[str] | None = None

    def known(self, known: Mapping[str, str]) -> dict[str, str]:
        return {document_id: mark for document_id, mark in known.items() if self.holds(document_id)}

    def holds(self, document_id: str) -> bool:
        own = self.spec.source_of(document_id) == self.source.name
        return own and (self.documents is None or _within(document_id[len(self.source.prefix) :]) in self.documents)

    def items(self, source: Source) -> Iterator[Item | Failure]:
        """The items of the source with ids that are unique in the knowledge base."""
        for one in source.items():
            if self.documents is not None and (one.id is None or _within(one.id) not in self.documents):
                continue
            document_id = None if one.id is None else self.source.prefix + one.id
            if document_id is not None and self.spec.source_of(document_id) != self.source.name:
                yield Failure(one.name, f"the id {document_id!r} begins like those of another source")
            else:
                yield renamed(one, id=document_id)


_ROW = re.compile(r"#[0-9a-f]{16}$")


def _within(document_id: str) -> str:
    """The id of what a source holds; the rows of a table have that of the table with a hash behind."""
    return _ROW.sub("", document_id)


def drop(
    principal: Principal,
    collection: Collection,
    spec: KnowledgeSpec,
    only: str,
    documents: AnyOf[str] | None = None,
) -> int:
    """Delete the documents of a named source, all or only these, and forget its failures; how many they were.

    Raises NotFound, Busy.
    """
    part = _Part(spec, spec.source_named(only), documents)
    with collection.writer(principal) as writer:
        gone = sorted(part.known(writer.known()))
        if gone:
            writer.delete(gone)
            writer.finish(f"source {only}: {len(gone)} deleted")
    _forget(principal, collection, part)
    return len(gone)


def _forget(principal: Principal, collection: Collection, part: _Part) -> None:
    settings = collection.settings
    failed = settings.extra.get("failed", [])
    stays = [one for one in failed if not _concerns(part, one)]
    if len(stays) != len(failed):
        extra = {**settings.extra, "failed": stays, "failures": len(stays)}
        collection.update_settings(principal, replace(settings, extra=extra))


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
    vectors: Vectorizer
    recipe: str
    known: dict[str, str]
    part: _Part
    meter: _Meter
    seen: set[str] = field(default_factory=set)
    waiting: list[Entry] = field(default_factory=list)
    waiting_chunks: int = 0
    failed: list[Failure] = field(default_factory=list)
    notes: list[Failure] = field(default_factory=list)
    flushed: float = field(default_factory=time.monotonic)
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    kept: int = 0
    sides: int = 0
    sides_changed: int = 0

    @property
    def total(self) -> int:
        return self.new + self.changed + self.unchanged + len(self.failed)

    def read(self, source: Source) -> None:
        """Everything that the source has, and what it has no longer."""
        for item in self.part.items(source):
            self.take(item, source)
            self.meter.step(source.estimate(), item.name)
        self.flush()
        self.delete_missing()

    def take(self, item: Item | Failure, source: Source) -> None:
        if isinstance(item, Failure):
            self.failed.append(item)
            return
        self.seen.add(item.id)
        self.sides += item.side is not None
        content_hash = self._hash(item)
        if self.known.get(item.id) == content_hash:
            self.unchanged += 1
            return
        try:
            prepared = self.preparer.prepare(item, partial(self.meter.within, source.estimate(), item.name))
        except (InvalidInput, SourceError) as error:
            self.failed.append(Failure(item.name, str(error), id=item.id))
            return
        self.sides_changed += item.side is not None
        self.notes += (Failure(item.name, note, id=item.id) for note in prepared.notes)
        self._add(prepared, content_hash)

    def _hash(self, item: Item) -> str:
        """Of everything that decides what is stored of an item."""
        own = self.preparer.recipe(item)
        parts = [self.recipe, own, item.fingerprint] if own else [self.recipe, item.fingerprint]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _add(self, prepared: Prepared, content_hash: str) -> None:
        document_id = prepared.document.id
        self.new += document_id not in self.known
        self.changed += document_id in self.known
        # Vectors follow in flush(), for many documents in one call.
        self.waiting.append(Entry(prepared.document, content_hash, prepared.chunks, no_vectors(self.embed)))
        self.waiting_chunks += len(prepared.chunks)
        late = time.monotonic() - self.flushed >= FLUSH_EVERY
        if late or len(self.waiting) >= BATCH_DOCUMENTS or self.waiting_chunks >= BATCH_CHUNKS:
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
        self.waiting, self.waiting_chunks, self.flushed = [], 0, time.monotonic()

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
        files = {name: {found.source, found.source.rpartition(":")[0]} for name, found in documents.items()}
        return {document_id for document_id in missing if not broken.isdisjoint(files.get(document_id, broken))}


def _keep_failures(principal: Principal, collection: Collection, runs: Sequence[_Sync]) -> None:
    """Note what could not be read beside the settings, where ``failures`` finds it."""
    settings = collection.settings
    earlier = settings.extra.get("failed", [])
    stays = [one for one in earlier if not any(_concerns(run.part, one) for run in runs)]
    failed = [(run.part.source.name, one) for run in runs for one in run.failed]
    noted = [_noted(name, one) for name, one in failed[:FAILURES_KEPT]]
    kept = (noted + stays)[:FAILURES_KEPT]
    if earlier != kept:
        extra = {**settings.extra, "failed": kept, "failures": len(failed) + len(stays)}
        collection.update_settings(principal, replace(settings, extra=extra))


def _noted(source: str, failure: Failure) -> dict[str, str]:
    plain = {"name": failure.name, "reason": failure.reason[:REASON_KEPT]}
    return plain | ({"source": source} if source else {}) | ({"id": failure.id} if source and failure.id else {})


def _concerns(part: _Part, noted: Mapping[str, str]) -> bool:
    """Whether a run read what failed before again."""
    if noted.get("source", "") != part.source.name:
        return False
    return part.documents is None or ("id" in noted and part.holds(noted["id"]))


def _note(runs: Sequence[_Sync]) -> str:
    new, changed, deleted = (sum(getattr(run, name) for run in runs) for name in ("new", "changed", "deleted"))
    return f"sync: {new} new, {changed} changed, {deleted} deleted"


def _report(runs: Sequence[_Sync], version: int, seconds: float) -> SyncReport:
    def total(name: str) -> int:
        return sum(getattr(run, name) for run in runs)

    return SyncReport(
        total("new"),
        total("changed"),
        total("deleted"),
        total("unchanged"),
        tuple(failure for run in runs for failure in run.failed),
        version,
        seconds,
        total("kept"),
        total("sides"),
        total("sides_changed"),
        tuple(note for run in runs for note in run.notes),
    )


def failures(collection: Collection) -> tuple[int, list[tuple[str, str]]]:
    """What the last sync could not read: how many, and the name and reason of the first ``FAILURES_KEPT``."""
    extra = collection.settings.extra
    kept = [(str(one["name"]), str(one["reason"])) for one in extra.get("failed", [])]
    return int(extra.get("failures", len(kept))), kept


class _Meter:
    """Tells ``progress`` how far things are, at most every tenth of a second."""

    def __init__(self, progress: Callable[[Progress], None] | None) -> None:
        self._progress = progress
        self._started = time.monotonic()
        self._told = 0.0
        self._done = 0

    def step(self, total: int | None, current: str) -> None:
        """One more item is done."""
        self._done += 1
        self._now_and_then(total, current)

    def within(self, total: int | None, name: str, done: int, pages: int) -> None:
        """``done`` pages of a long item are."""
        if done < pages:
            self._now_and_then(total, f"{name}: {done} of {pages} pages")

    def _now_and_then(self, total: int | None, current: str) -> None:
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
