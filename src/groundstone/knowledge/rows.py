"""Rows of a table file, one at a time; a malformed row is reported and never ends the reading."""

from __future__ import annotations

import csv
import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, TextIO

from groundstone.errors import MissingExtra
from groundstone.knowledge import encoding

SUFFIXES = frozenset({".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet"})
MAX_JSON_BYTES = 512 * 2**20
MAX_LINE = 8 * 2**20  # characters of one JSON row
MAX_CELL = 2**20  # characters of one CSV cell
DELIMITERS = ",;\t|"
_PAIR = re.compile(r'"((?:[^"\\]|\\.){1,64})"\s*:\s*("(?:[^"\\]|\\.){0,1024}"|-?\d{1,18})')


@dataclass(frozen=True, slots=True)
class Row:
    """Column -> cell. With an ``error``, ``values`` is what could still be made out. Lines count from 1."""

    line: int
    values: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None


def read_rows(path: Path) -> Iterator[Row]:
    """All rows of a CSV, TSV, JSON, JSONL or Parquet file."""
    try:
        yield from _READERS[path.suffix.lower()](path)
    except OSError as error:
        yield Row(0, error=f"cannot be read: {error.strerror or error}")
    except UnicodeError:
        yield Row(0, error="is neither UTF-8 nor marked as another encoding; save it as UTF-8")


def count_rows(path: Path) -> int | None:
    """About how many rows a file has; None when that would mean reading all of it."""
    if path.suffix.lower() in (".jsonl", ".ndjson", ".csv", ".tsv"):
        with path.open("rb") as file:
            lines = sum(block.count(b"\n") for block in iter(lambda: file.read(2**20), b""))
        return lines - (path.suffix.lower() in (".csv", ".tsv"))
    return None


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        found = encoding.detect(file.read(4))
        file.seek(0)
        if found != "utf-8":
            return found
        try:
            for line in file:
                line.decode("utf-8")
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def rows_of_text(suffix: str, text: str) -> Iterator[Row]:
    """The rows of a table that is at hand as text; ``suffix`` is one of ``SUFFIXES`` but not ``.parquet``."""
    if suffix in (".jsonl", ".ndjson"):
        yield from _json_lines(StringIO(text))
    elif suffix == ".json":
        yield from _json_text(text)
    else:
        yield from _csv_table(StringIO(text, newline=""), tabs=suffix == ".tsv")


def _jsonl(path: Path) -> Iterator[Row]:
    with path.open(encoding=_encoding(path), newline="\n") as file:
        yield from _json_lines(file)


def _json_lines(file: TextIO) -> Iterator[Row]:
    number = 0
    while line := file.readline(MAX_LINE):
        number += 1
        if line.strip():
            yield _json_row(number, line)


def _json_row(number: int, line: str) -> Row:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Row(number, _salvaged(line), f"is not valid JSON: {error}")
    return _object_row(number, value)


def _object_row(number: int, value: Any) -> Row:
    if isinstance(value, dict):
        return Row(number, value)
    return Row(number, error=f"is a JSON {type(value).__name__}, not an object of columns")


def _salvaged(line: str) -> dict[str, Any]:
    """Simple columns of a broken JSON line, so that its id may still be known."""
    found: dict[str, Any] = {}
    for name, value in _PAIR.findall(line):
        try:
            found.setdefault(json.loads(f'"{name}"'), json.loads(value))
        except ValueError:
            continue
    return found


def _json(path: Path) -> Iterator[Row]:
    if path.stat().st_size > MAX_JSON_BYTES:
        yield Row(
            0,
            error=f"is larger than {MAX_JSON_BYTES // 2**20} MB; convert it to JSONL",
        )
        return
    try:
        text = encoding.decode(path.read_bytes())[0]
    except ValueError as error:
        yield Row(0, error=str(error))
        return
    yield from _json_text(text)


def _json_text(text: str) -> Iterator[Row]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield Row(0, error=f"is not valid JSON: {error}")
        return
    yield from _json_table(data)


def _json_table(data: Any) -> Iterator[Row]:
    """Rows of an array of objects, of an object of equally long arrays, or of ``{"name": [objects]}``."""
    if isinstance(data, dict) and len(data) == 1 and _is_objects(only := next(iter(data.values()))):
        data = only
    if isinstance(data, list):
        for number, value in enumerate(data, 1):
            yield _object_row(number, value)
    elif isinstance(data, dict) and data and all(isinstance(column, list) for column in data.values()):
        yield from _columns(data)
    else:
        yield Row(0, error="holds no table: expected an array of objects, or an object of arrays")


def _is_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _columns(data: dict[str, list[Any]]) -> Iterator[Row]:
    lengths = {len(column) for column in data.values()}
    if len(lengths) != 1:
        yield Row(0, error=f"its columns have different lengths: {min(lengths)} to {max(lengths)}")
        return
    for number, cells in enumerate(zip(*data.values(), strict=True), 1):
        yield Row(number, dict(zip(data, cells, strict=True)))


class _Lines:
    """Physical lines of a file for the CSV reader; those of a broken row can be given back."""

    def __init__(self, file: Iterator[str]) -> None:
        self._file = file
        self._waiting: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._file)
        self.number += 1
        self.taken.append(line)
        return line

    def give_back_all_but_first(self) -> None:
        self._waiting.extendleft(reversed(self.taken[1:]))
        self.number -= len(self.taken) - 1


def _csv(path: Path) -> Iterator[Row]:
    with path.open(encoding=_encoding(path), newline="") as file:
        yield from _csv_table(file, tabs=path.suffix.lower() == ".tsv")


def _csv_table(file: TextIO, *, tabs: bool) -> Iterator[Row]:
    csv.field_size_limit(MAX_CELL)
    delimiter = "\t" if tabs else _delimiter(file.read(65536))
    file.seek(0)
    lines = _Lines(file)
    try:
        header = [name.strip() for name in next(csv.reader(lines, delimiter=delimiter), [])]
        problem = _bad_header(header)
    except csv.Error as error:
        header, problem = [], f"is not valid CSV: {error}"
    if problem:
        yield Row(1, error=problem)
        return
    yield from _csv_rows(lines, header, delimiter)


def _csv_rows(lines: _Lines, header: list[str], delimiter: str) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        lines.taken = []
        line = lines.number + 1
        try:
            cells = next(reader)
            error = _bad_cells(cells, header, lines.taken)
        except StopIteration:
            return
        except csv.Error as problem:
            cells, error = [], f"is not valid CSV: {problem}"
        if error and len(lines.taken) > 1:
            # Most likely a quote that is never closed swallowed the rows below: give them another chance.
            cells = _cells(lines.taken[0], delimiter)
            lines.give_back_all_but_first()
            reader = csv.reader(lines, delimiter=delimiter)
        if error or any(cell.strip() for cell in cells):
            yield Row(line, dict(zip(header, cells, strict=False)), error)


def _cells(line: str, delimiter: str) -> list[str]:
    """The cells of one line; none when it is not CSV."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _bad_cells(cells: list[str], header: list[str], taken: list[str]) -> str | None:
    if len(taken) > 1 and sum(line.count('"') for line in taken) % 2:
        return "has a quote that is never closed"
    return None if len(cells) == len(header) else f"has {len(cells)} cells, the header has {len(header)}"


def _bad_header(header: list[str]) -> str | None:
    if not header or not any(header):
        return "has no header line"
    twice = sorted({name for name in header if header.count(name) > 1})
    return f"the header names the column {twice[0]!r} twice" if twice else None


def _delimiter(head: str) -> str:
    """The candidate that splits the first line into most cells (quotes respected); a comma if none does."""
    line = re.split(r"[\r\n]", head.lstrip("\r\n"), maxsplit=1)[0]

    return max(DELIMITERS, key=lambda delimiter: len(_cells(line, delimiter)))


def _parquet(path: Path) -> Iterator[Row]:
    try:
        import pyarrow as arrow
        import pyarrow.parquet as parquet
    except ImportError:
        raise MissingExtra("pyarrow, which reads Parquet,", "parquet") from None
    try:
        with parquet.ParquetFile(path) as file:
            number = 0
            for batch in file.iter_batches(batch_size=1024):
                for values in batch.to_pylist():
                    number += 1
                    yield Row(number, values)
    except arrow.ArrowException as error:
        yield Row(0, error=f"is not a readable Parquet file: {str(error).splitlines()[0]}")


_READERS = {
    ".csv": _csv,
    ".tsv": _csv,
    ".json": _json,
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
    ".parquet": _parquet,
}
