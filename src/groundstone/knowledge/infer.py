"""A schema proposed from sample rows: types, lists, and which field is id, title and body; for correction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from groundstone.errors import SourceError
from groundstone.knowledge.lists import split_cell
from groundstone.knowledge.rows import read_rows
from groundstone.knowledge.spec import KnowledgeSpec
from groundstone.knowledge.tables import table_files
from groundstone.schema import FieldSpec, FieldType, Schema

SAMPLE = 1000  # rows looked at
LONG = 120  # characters of a typical value that make a text prose
_NAME = re.compile(r"[^a-z0-9]+")
_ID_NAMES = ("id", "uuid", "key", "code", "sku", "isbn", "identifier")
_TITLE_NAMES = ("title", "name", "headline", "subject", "label")
_BODY_NAMES = ("body", "text", "plot", "description", "content", "summary", "abstract", "extract")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ].*)?$")


def infer_schema(rows: Iterable[Mapping[str, Any]]) -> Schema:
    """The schema of a table by its first thousand rows; one field a column, in the order of the columns.

    A column is typed by its narrowest type that fits all its values. Prose is not filterable; ids are
    neither embedded nor part of the text.
    """
    columns = _columns(rows)
    kinds = {name: _kind(values) for name, values in columns.items()}
    id_field = _id(columns)
    body_field = _body(columns, kinds, id_field)
    title_field = _title(columns, kinds, {id_field, body_field})
    specs = tuple(_spec(name, columns[name], kinds[name], id_field, body_field) for name in columns)
    return Schema(specs, id_field, title_field, body_field)


def infer_mapping(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Field -> column for the columns whose own name is no field name ("Release Year" -> release_year)."""
    names = dict.fromkeys(name for row in islice(rows, SAMPLE) for name in row)
    return {field: column for column, field in _field_names(names).items() if field != column}


def _columns(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Field name -> its values that are not empty."""
    sample = list(islice(rows, SAMPLE))
    names = _field_names(dict.fromkeys(name for row in sample for name in row))
    return {
        field: [row[column] for row in sample if row.get(column) not in (None, "", [])]
        for column, field in names.items()
    }


def _field_names(columns: Iterable[str]) -> dict[str, str]:
    """Column -> a field name like ``release_year``; equal ones are numbered."""
    names: dict[str, str] = {}
    for column in columns:
        name = base = _NAME.sub("_", str(column).lower()).strip("_") or "column"
        number = 2
        while name in names.values():
            name, number = f"{base}_{number}", number + 1
        names[column] = name
    return names


def _kind(values: Sequence[Any]) -> tuple[FieldType, bool]:
    lists = [split_cell(value, "|") if _looks_like_list(value) else value for value in values]
    if any(isinstance(value, list | tuple) for value in lists):
        flat = [item for value in lists for item in (value if isinstance(value, list | tuple) else [value])]
        return _scalar_kind(flat), True
    return _scalar_kind(values), False


def _looks_like_list(value: Any) -> bool:
    if not isinstance(value, str) or len(value) > 2000:
        return False
    return "|" in value or (value.startswith("[") and isinstance(split_cell(value, None), list))


def column_type(values: Sequence[Any]) -> FieldType:
    """The narrowest type that fits every value of a column; text for an empty one."""
    return _scalar_kind(values)


def _scalar_kind(values: Sequence[Any]) -> FieldType:
    tests: dict[FieldType, Any] = {
        "boolean": _is_boolean,
        "integer": _is_integer,
        "number": _is_number,
        "date": _is_date,
    }
    for kind, fits in tests.items():
        if values and all(fits(value) for value in values):
            return kind
    return "text"


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool) or (
        isinstance(value, str) and value.strip().lower() in ("true", "false", "yes", "no")
    )


def _is_integer(value: Any) -> bool:
    if isinstance(value, str):  # a leading zero is that of a code, not of a number
        return bool(re.fullmatch(r"-?(?:0|[1-9]\d{0,14})", value.strip(), re.ASCII))
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return bool(re.fullmatch(r"-?(?:0|[1-9]\d*)?(?:\.\d+)?(?:[eE][-+]?\d{1,2})?", value.strip(), re.ASCII)) and any(
            char.isdigit() for char in value
        )
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_date(value: Any) -> bool:
    if isinstance(value, str) and _DATE.match(value.strip()):
        try:
            date.fromisoformat(value.strip()[:10])
        except ValueError:
            return False
        return True
    return isinstance(value, date)


def _id(columns: Mapping[str, list[Any]]) -> str | None:
    """The column named like an id whose values are all there and all different."""
    rows = max((len(values) for values in columns.values()), default=0)
    named = [name for name in columns if name in _ID_NAMES] + [name for name in columns if _is_id_name(name)]
    return next((name for name in named if len(columns[name]) == rows == len(set(map(str, columns[name])))), None)


def _is_id_name(name: str) -> bool:
    return name.endswith(("_id", "_key", "_code", "titleid", "tconst", "guid"))


def _body(
    columns: Mapping[str, list[Any]], kinds: Mapping[str, tuple[FieldType, bool]], id_field: str | None
) -> str | None:
    texts = [name for name in columns if kinds[name] == ("text", False) and name != id_field]
    lengths = {name: _typical_length(columns[name]) for name in texts}
    named = [name for name in _BODY_NAMES if lengths.get(name, 0) > 40]
    longest = max(lengths, key=lengths.__getitem__, default=None)
    if named:
        return named[0]
    return longest if longest and lengths[longest] >= LONG else None


def _title(
    columns: Mapping[str, list[Any]], kinds: Mapping[str, tuple[FieldType, bool]], taken: set[str | None]
) -> str | None:
    texts = [name for name in columns if kinds[name] == ("text", False) and name not in taken]
    named = [name for name in _TITLE_NAMES if name in texts]
    named += [name for name in texts if name.endswith(("_title", "_name", "title"))]
    if named:
        return named[0]
    short = [name for name in texts if 0 < _typical_length(columns[name]) < LONG]
    return max(short, key=lambda name: len(set(columns[name])) / len(columns[name]), default=None)


def _typical_length(values: Sequence[Any]) -> int:
    lengths = sorted(len(str(value)) for value in values)
    return lengths[len(lengths) // 2] if lengths else 0


def _spec(
    name: str,
    values: Sequence[Any],
    kind: tuple[FieldType, bool],
    id_field: str | None,
    body_field: str | None,
) -> FieldSpec:
    type_, many = kind
    is_address = bool(values) and all(str(value).startswith(("http://", "https://")) for value in values)
    plain = name == id_field or is_address
    prose = name == body_field or (type_ == "text" and not many and _typical_length(values) >= LONG)
    words = type_ == "text" and not plain
    return FieldSpec(name, type_, many, in_text=not plain, embedded=words, filterable=not prose)


def completed(spec: KnowledgeSpec) -> KnowledgeSpec:
    """The spec with a schema (and column mapping) inferred from its table, when it has none.

    Raises SourceError when the table is missing or holds no rows that can be read.
    """
    if spec.source.kind != "records" or spec.schema.fields:
        return spec
    rows = [row.values for file in table_files(Path(spec.source.path)) for row in islice(read_rows(file), SAMPLE)]
    sample = [row for row in rows if row]
    if not sample:
        raise SourceError(f"{spec.source.path} holds no rows to infer a schema from")
    renamed = {column: field for field, column in spec.source.mapping.items()}
    named = [{renamed.get(column, column): value for column, value in row.items()} for row in sample]
    mapping = infer_mapping(named) | dict(spec.source.mapping)
    return replace(spec, schema=infer_schema(named), source=replace(spec.source, mapping=mapping))
