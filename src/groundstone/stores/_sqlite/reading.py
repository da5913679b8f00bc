"""Reads of documents, chunks and values. ``allowed`` is the guarded condition on rows of ``documents``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select
from sqlalchemy.sql.elements import ColumnElement

from groundstone.filters import Sort
from groundstone.records import Chunk, Document, Scalar
from groundstone.stores import _records
from groundstone.stores._sqlite.filters import field_number
from groundstone.stores._sqlite.tables import chunk_contents, chunks, contents, documents, field_values
from groundstone.stores._sqlite.writer import parts
from groundstone.stores.base import Aggregate

Allowed = ColumnElement[bool]
Statement = Select[*tuple[Any, ...]]
_whole = select(documents.c.id, contents).join(contents, contents.c.row == documents.c.row)
_whole_chunk = (
    select(chunks, chunk_contents, documents.c.id.label("document_id"))
    .join(documents, documents.c.row == chunks.c.doc)
    .join(chunk_contents, chunk_contents.c.row == chunks.c.row)
)


def page(connection: Connection, allowed: Allowed, sort: Sequence[Sort], limit: int, offset: int) -> list[Document]:
    rows = _sorted(select(documents.c.row).where(allowed), sort).limit(limit).offset(offset)
    chosen = list(connection.scalars(rows))
    found = {row.row: _document(row) for some in parts(chosen) for row in _rows(connection, some)}
    return [found[row] for row in chosen]


def _rows(connection: Connection, rows: Sequence[int]) -> Any:
    return connection.execute(_whole.where(documents.c.row.in_(rows)))


def _sorted(statement: Statement, sort: Sequence[Sort]) -> Statement:
    for item in sort:
        values = field_values.alias()
        belongs = and_(
            values.c.doc == documents.c.row,
            values.c.field == field_number(item.field),
            values.c.position == 0,
        )
        value = values.c.value.desc() if item.descending else values.c.value.asc()
        statement = statement.outerjoin(values, belongs).order_by(value.nulls_last())
    return statement.order_by(documents.c.id)


def ids(connection: Connection, allowed: Allowed) -> list[str]:
    return list(connection.scalars(select(documents.c.id).where(allowed).order_by(documents.c.id)))


def count(connection: Connection, allowed: Allowed) -> int:
    return connection.scalar(select(func.count()).select_from(documents).where(allowed)) or 0


def aggregate(connection: Connection, allowed: Allowed, field: str) -> Aggregate:
    value = field_values.c.value
    holders = func.count(field_values.c.doc.distinct())
    measures = select(
        field_values.c.kind, holders, func.min(value), func.max(value), func.avg(value), func.total(value)
    )
    kinds = connection.execute(_values_of(measures, field, allowed).group_by(field_values.c.kind)).all()
    if len(kinds) != 1:
        total = connection.scalar(_values_of(select(holders), field, allowed)) or 0
        return Aggregate(total, None, None, None, None)
    kind, number, least, most, mean, total = kinds[0]
    if kind == _records.NUMBER:
        return Aggregate(number, least, most, mean, total)
    if kind == _records.DATE:
        return Aggregate(number, _records.scalar_of(kind, least), _records.scalar_of(kind, most), None, None)
    return Aggregate(number, None, None, None, None)


def values(
    connection: Connection, allowed: Allowed, field: str, limit: int | None, *, few: bool
) -> list[tuple[Scalar, int]]:
    """Text is grouped as it is compared, and shown in one of its spellings, always the same one.

    ``few``: a filter leaves few documents, so SQLite is made to start from them and not from the field.
    """
    kind, value = field_values.c.kind, field_values.c.value
    number = func.count()
    shown = func.min(func.coalesce(field_values.c.original, value))
    statement = (
        _values_of(select(kind, value, number, shown), field, allowed, few)
        .group_by(kind, value)
        .order_by(number.desc(), kind, value)
        .limit(limit)
    )
    return [
        (spelling if kind == _records.TEXT else _records.scalar_of(kind, value), number)
        for kind, value, number, spelling in connection.execute(statement)
    ]


def _values_of(statement: Statement, field: str, allowed: Allowed, few: bool = False) -> Statement:
    of_field = field_values.c.field + 0 if few else field_values.c.field  # a sum cannot use the index
    return (
        statement.select_from(field_values)
        .join(documents, documents.c.row == field_values.c.doc)
        .where(of_field == field_number(field), allowed)
    )


def documents_by_id(connection: Connection, allowed: Allowed, wanted: Sequence[str]) -> dict[str, Document]:
    rows = _by_id(connection, _whole.where(allowed), documents.c.id, wanted)
    found = {row.id: _document(row) for row in rows}
    return {id_: found[id_] for id_ in wanted if id_ in found}


def chunks_by_id(connection: Connection, allowed: Allowed, wanted: Sequence[str]) -> dict[str, Chunk]:
    rows = _by_id(connection, _whole_chunk.where(allowed), chunks.c.id, wanted)
    found = {row.id: _chunk(row) for row in rows}
    return {id_: found[id_] for id_ in wanted if id_ in found}


def chunks_of(connection: Connection, allowed: Allowed, document_ids: Sequence[str]) -> list[Chunk]:
    """In the order of ``document_ids``, then by start."""
    order = {id_: place for place, id_ in reversed(list(enumerate(document_ids)))}
    rows = _by_id(connection, _whole_chunk.where(allowed), documents.c.id, list(order))
    ordered = sorted(rows, key=lambda row: (order[row.document_id], row.start, row.row))
    return [_chunk(row) for row in ordered]


def _by_id(connection: Connection, statement: Statement, column: Any, wanted: Sequence[str]) -> Iterator[Any]:
    for some in parts(list(dict.fromkeys(wanted))):
        yield from connection.execute(statement.where(column.in_(some)))


def _document(row: Any) -> Document:
    spans, regions = _records.parts_from_json(row.parts)
    return Document(
        row.id,
        row.title,
        row.text,
        _records.fields_from_json(row.fields),
        spans,
        row.source,
        row.media_type,
        _records.names_from_json(row.readers),
        regions,
    )


def _chunk(row: Any) -> Chunk:
    return Chunk(
        row.id,
        row.document_id,
        row.text,
        row.start,
        row.stop,
        row.embedded,
        row.page,
        row.heading,
        row.parent,
    )
