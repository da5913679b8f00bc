"""A table in a bucket whose metadata file says that each row is a document: what its columns are for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from groundstone.errors import SourceError, UnreadableDocument
from groundstone.knowledge import encoding
from groundstone.knowledge.infer import column_type
from groundstone.knowledge.rows import rows_of_text
from groundstone.knowledge.source import Failure, Item, Source

RECORDS = "RECORD_BASED_STRUCTURE_METADATA"


class Unfolded:
    """A source in which such a table is replaced by its rows, each an item of its own.

    A row's id is the table's with a hash of the row, so that a new row in front changes no other.
    """

    def __init__(self, source: Source) -> None:
        self.source = source

    def estimate(self) -> int | None:
        return self.source.estimate()

    def items(self) -> Iterator[Item | Failure]:
        for item in self.source.items():
            if isinstance(item, Failure) or item.side is None or not item.name.lower().endswith(".csv"):
                yield item
                continue
            try:
                yield from _rows(item)
            except (UnreadableDocument, SourceError) as error:
                yield Failure(item.name, str(error), id=item.id, container=item.name)


@dataclass(frozen=True, slots=True)
class Layout:
    """The column that holds the text, and those that become fields; None for all others."""

    content: str
    include: tuple[str, ...] | None
    exclude: frozenset[str]

    def fields(self, columns: Sequence[str]) -> list[str]:
        wanted = self.include or columns
        return [name for name in wanted if name != self.content and name not in self.exclude]


def layout(side: Mapping[str, Any]) -> Layout | None:
    """What a metadata file says of the table's columns; None when it says nothing. Raises UnreadableDocument."""
    given = side.get("documentStructureConfiguration")
    if given is None:
        return None
    try:
        if given["type"] != RECORDS:
            raise UnreadableDocument(f"its metadata file: documentStructureConfiguration.type is {RECORDS!r}")
        records = given["recordBasedStructureMetadata"]
        content = _names(records["contentFields"])
        fields = records.get("metadataFieldsSpecification", {})
        include, exclude = _names(fields.get("fieldsToInclude", ())), _names(fields.get("fieldsToExclude", ()))
    except (KeyError, TypeError, AttributeError):
        raise UnreadableDocument("its metadata file: documentStructureConfiguration is not well-formed") from None
    if len(content) != 1:
        raise UnreadableDocument("its metadata file: recordBasedStructureMetadata has exactly one content field")
    return Layout(content[0], tuple(include) or None, frozenset(exclude))


def _names(fields: Sequence[Mapping[str, str]]) -> list[str]:
    return [str(one["fieldName"]) for one in fields]


def _rows(item: Item) -> Iterator[Item | Failure]:
    assert item.side is not None
    side = _side(item.side())
    found = layout(side)
    if found is None:
        yield item
        return
    data = item.read()
    assert isinstance(data, bytes)
    try:
        text = encoding.decode(data)[0]
    except ValueError as error:
        raise UnreadableDocument(str(error)) from None
    rows = list(rows_of_text(".csv", text))
    for row in rows:
        if row.error:
            yield Failure(f"{item.name}:{row.line}", row.error, container=item.name)
    yield from _items(item, side, found, [row.values for row in rows if not row.error])


def _side(data: bytes) -> dict[str, Any]:
    """The metadata file as a JSON object; what is wrong with it otherwise is said where its attributes are read."""
    try:
        content = json.loads(encoding.decode(data)[0])
    except (ValueError, RecursionError) as error:
        raise UnreadableDocument(f"its metadata file is not valid JSON: {error}") from None
    return content if isinstance(content, dict) else {}


def _items(item: Item, side: Mapping[str, Any], found: Layout, rows: list[Mapping[str, Any]]) -> Iterator[Item]:
    columns = list(rows[0]) if rows else []
    missing = [name for name in (found.content, *(found.include or ())) if name not in columns]
    if rows and missing:
        raise UnreadableDocument(f"its metadata file names the column {missing[0]!r}, which the table does not have")
    names = found.fields(columns)
    kinds = {name: column_type([row[name] for row in rows if row[name] not in (None, "")]) for name in names}
    seen: set[str] = set()
    for row in rows:
        fields = {name: _typed(row[name], kinds[name]) for name in names if row[name] not in (None, "")}
        content = str(row[found.content] or "")
        attributes = json.dumps({**side, "metadataAttributes": {**side.get("metadataAttributes", {}), **fields}})
        mark = hashlib.sha256(json.dumps([content, attributes]).encode()).hexdigest()
        if mark not in seen and content.strip():
            seen.add(mark)
            yield _item(item, mark, content.encode(), attributes.encode())


def _item(item: Item, mark: str, content: bytes, attributes: bytes) -> Item:
    return Item(
        f"{item.id}#{mark[:16]}",
        item.name,
        mark,
        read=partial(_given, content),
        side=partial(_given, attributes),
        parse_as="row.txt",
    )


def _given(data: bytes) -> bytes:
    return data


def _typed(cell: Any, kind: str) -> Any:
    """A cell in the type of its column, so that numbers can be compared; dates stay text."""
    if kind in ("integer", "number"):
        return float(cell)
    if kind == "boolean":
        return str(cell).strip().lower() in ("true", "yes")
    return cell if isinstance(cell, str) else str(cell)
