"""What the tests of all engines share: things to store, and the meaning of filters written the plain way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from groundstone.filters import And, Compare, Filter, Not, Or, fold
from groundstone.identity import LOCAL, Principal
from groundstone.models.base import Vectors
from groundstone.records import Chunk, Document, Scalar, Span, Value
from groundstone.schema import FieldSpec, Schema
from groundstone.stores.base import Collection, Entry, Settings, Store

DIMENSIONS = 8
SCHEMA = Schema(
    (
        FieldSpec("title"),
        FieldSpec("genres", many=True),
        FieldSpec("year", "integer"),
        FieldSpec("rating", "number"),
        FieldSpec("released", "date"),
        FieldSpec("colour", "boolean"),
    )
)
SETTINGS = Settings(SCHEMA, DIMENSIONS, "test-model", {"note": "kept", "nested": {"a": [1, 2]}})
ANN = Principal("ann", "local", frozenset({"staff"}))
BOB = Principal("bob", "local")
STRANGER = Principal("local", "elsewhere", frozenset({"staff"}))


def unit(seed: int) -> Vectors:
    """A vector of length 1, always the same for a seed."""
    vector = np.random.default_rng(seed).standard_normal(DIMENSIONS).astype(np.float32)
    return vector / np.linalg.norm(vector)


def entry(
    id_: str,
    text: str = "",
    *,
    fields: dict[str, Value] | None = None,
    readers: tuple[str, ...] = ("*",),
    seed: int | None = None,
    pieces: Sequence[str] | None = None,
    content_hash: str = "",
) -> Entry:
    """A document with a chunk for each of ``pieces`` (default: the whole text)."""
    text = text or f"text of {id_}"
    pieces = [text] if pieces is None else pieces
    parts = (Span(0, len(text), field="title", page=1, label="a heading"),)
    document = Document(id_, f"title of {id_}", text, fields or {}, parts, f"{id_}.txt", "text/plain", readers)
    chunks = tuple(
        Chunk(
            f"{id_}#{number}",
            id_,
            piece,
            text.find(piece),
            text.find(piece) + len(piece),
            piece,
            1,
            "a heading",
        )
        for number, piece in enumerate(pieces)
    )
    first = sum(map(ord, id_)) if seed is None else seed
    vectors = np.array([unit(first + number) for number in range(len(pieces))], np.float32)
    return Entry(document, content_hash or f"hash of {text}", chunks, vectors.reshape(-1, DIMENSIONS))


def collection_of(store: Store, *entries: Entry, name: str = "films", principal: Principal = LOCAL) -> Collection:
    """A new collection whose first version holds ``entries``."""
    collection = store.create(principal, name, SETTINGS)
    if entries:
        write(collection, *entries, principal=principal)
    return collection


def write(collection: Collection, *entries: Entry, principal: Principal = LOCAL, delete: Sequence[str] = ()) -> int:
    """The number of a new version with ``entries`` and without ``delete``."""
    with collection.writer(principal) as writer:
        writer.put(entries)
        writer.delete(delete)
        return writer.finish().number


def everything(collection: Collection, principal: Principal = LOCAL) -> dict[str, Any]:
    """All that a reader can see, for exact comparison."""
    ids = collection.ids(principal)
    chunks = collection.chunks_of(principal, ids)
    chunk_ids = [chunk.id for chunk in chunks]
    return {
        "documents": collection.documents(principal, ids),
        "chunks": chunks,
        "by id": collection.chunks(principal, chunk_ids),
        "vectors": collection.vectors(principal, chunk_ids).tobytes(),
        "values": {name: collection.values(principal, name) for name in ("title", "genres", "year", "released")},
        "aggregate": collection.aggregate(principal, "rating"),
        "nearest": collection.nearest(principal, unit(1), limit=1000),
        "match": collection.match(principal, ["text", "of"], limit=1000),
        "count": collection.count(principal),
    }


def matches(where: Filter, fields: dict[str, Value]) -> bool:
    """The meaning of ``groundstone.filters``, word for word."""
    match where:
        case And(items):
            return all(matches(item, fields) for item in items)
        case Or(items):
            return any(matches(item, fields) for item in items)
        case Not(item):
            return not matches(item, fields)
        case Compare(field, op, value):
            held = fields.get(field, ())
            return _holds(held if isinstance(held, tuple) else (held,), op, value)
    raise AssertionError(where)


def _holds(held: tuple[Scalar, ...], op: str, value: Any) -> bool:
    match op:
        case "exists":
            return bool(held) == bool(value)
        case "ne":
            return not _holds(held, "eq", value)
        case "not_in":
            return not _holds(held, "in", value)
        case "in":
            return any(_holds(held, "eq", item) for item in value)
    return any(_compare(op, item, value) for item in held)


def kind(value: Scalar) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else type(value).__name__


def _compare(op: str, held: Any, value: Any) -> Any:
    if kind(held) != kind(value):
        return False
    if isinstance(held, str):
        held, value = fold(held), fold(value)
    match op:
        case "eq":
            return held == value
        case "lt":
            return held < value
        case "le":
            return held <= value
        case "gt":
            return held > value
        case "ge":
            return held >= value
        case "contains":
            return value in held
        case "starts_with":
            return held.startswith(value)
    raise AssertionError(op)


def day(text: str) -> date:
    return date.fromisoformat(text)
