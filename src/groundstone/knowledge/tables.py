"""Tables of records as a source: CSV, JSON, JSONL and Parquet; every row is one document."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import Any

from groundstone.errors import SourceError
from groundstone.knowledge import lists
from groundstone.knowledge.folder import files_below
from groundstone.knowledge.rows import SUFFIXES, Row, count_rows, read_rows
from groundstone.knowledge.source import SIDE_SUFFIX, Failure, Item, bad_id
from groundstone.schema import Schema

SAMPLE = 500  # rows that decide how a column separates its lists


class TableSource:
    """The rows of one table file, or of every table below a folder.

    A row's id is its value of the schema's id field; without one, a hash of the row. The first row with
    an id wins, later ones are reported.
    """

    def __init__(self, path: Path, mapping: Mapping[str, str], schema: Schema) -> None:
        unknown = sorted(set(mapping) - {spec.name for spec in schema.fields})
        if unknown:
            raise SourceError(f"source.mapping names {unknown[0]!r}, which is no field of the schema")
        self.root = path
        self.mapping = mapping
        self.schema = schema
        self.files = table_files(path)

    def estimate(self) -> int | None:
        return self._count

    @cached_property
    def _count(self) -> int | None:
        counts = [count_rows(file) for file in self.files]
        return None if None in counts else sum(count or 0 for count in counts)

    def items(self) -> Iterator[Item | Failure]:
        seen: dict[str, str] = {}
        for file in self.files:
            for item in self._items_of(file):
                if isinstance(item, Item):
                    first = seen.setdefault(item.id, item.name)
                    if first != item.name:
                        yield Failure(item.name, f"the id {item.id!r} is already that of {first}", id=item.id)
                        continue
                yield item

    def _items_of(self, file: Path) -> Iterator[Item | Failure]:
        label = file.relative_to(self.root).as_posix() if self.root.is_dir() else file.name
        rows = read_rows(file)
        sample = list(islice(rows, SAMPLE))
        is_csv = file.suffix.lower() in (".csv", ".tsv")
        splitter = lists.Splitter(self._list_columns(), [row.values for row in sample], csv=is_csv)
        for row in chain(sample, rows):
            yield self._item(f"{label}:{row.line}" if row.line else label, label, row, splitter)

    def _list_columns(self) -> dict[str, str]:
        return {spec.name: self._column(spec.name) for spec in self.schema.fields if spec.many}

    def _column(self, field: str) -> str:
        return self.mapping.get(field, field)

    def _item(self, name: str, label: str, row: Row, splitter: lists.Splitter) -> Item | Failure:
        id_field = self.schema.id_field
        known = str(row.values.get(self._column(id_field)) or "").strip() if id_field else ""
        if row.error:
            return Failure(name, row.error, id=known or None, container=None if known else label)
        record = {spec.name: _present(row.values.get(self._column(spec.name))) for spec in self.schema.fields}
        record |= splitter.split(row.values)
        content = row_hash(record)
        document_id = known if id_field else content[:24]
        if reason := bad_id(document_id):
            return Failure(
                name, f"{reason} (column {self._column(id_field)!r})" if id_field else reason, container=label
            )
        return Item(document_id, name, content, read=lambda: record)


def table_files(path: Path) -> list[Path]:
    """The table files at or below ``path``. Raises SourceError when there is none."""
    if path.is_file():
        files = [path] if path.suffix.lower() in SUFFIXES else []
    else:
        found = files_below(path.resolve())
        files = [file for file in found if isinstance(file, Path) and file.suffix.lower() in SUFFIXES]
        files = [path / file.relative_to(path.resolve()) for file in files if not file.name.endswith(SIDE_SUFFIX)]
    if not files:
        raise SourceError(f"{path} has no tables; known kinds: {', '.join(sorted(SUFFIXES))}")
    return files


def _present(value: Any) -> Any:
    """The value; None for the "not a number" that tables of numbers hold where a value is missing."""
    return None if isinstance(value, float) and value != value else value


def row_hash(record: Mapping[str, Any]) -> str:
    canonical = json.dumps(record, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode("utf-8", "backslashreplace")).hexdigest()
