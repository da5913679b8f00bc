"""What is known of travellers: beside a file, or in a table for a whole folder."""

from __future__ import annotations

import csv
import io
import json
from functools import lru_cache
from pathlib import Path

from groundstone.errors import InvalidInput
from groundstone.verification.case import checked_traveller
from groundstone.verification.files import write

SIDE = ".metadata.json"
TABLE = "travellers.csv"
LARGEST = 20 * 2**20


def traveller_of(path: Path, folder: Path) -> dict[str, str]:
    """Of ``<file>.metadata.json``, else of the file's line in travellers.csv beside it or in ``folder``.

    Raises InvalidInput when they cannot be read.
    """
    side = path.with_name(path.name + SIDE)
    if side.is_file():
        return _beside(side)
    for place in dict.fromkeys((path.parent, folder)):
        table = place / TABLE
        if table.is_file():
            known = table.stat()
            return _kept(table, known.st_size, known.st_mtime_ns).get(path.name, {})
    return {}


def forget_traveller(path: Path, folder: Path) -> None:
    """Take the line of a file out of the tables that tell of it. Raises StoreError."""
    for place in dict.fromkeys((path.parent, folder)):
        table = place / TABLE
        if table.is_file():
            lines = list(csv.reader(io.StringIO(_text(table), newline="")))
            names = [column.strip() for column in lines[0]] if lines else []
            at = names.index("file") if "file" in names else len(names)
            left = [line for line in lines if len(line) <= at or line[at].strip() != path.name]
            if left != lines:
                out = io.StringIO(newline="")
                csv.writer(out).writerows(left)
                write(table, out.getvalue().encode())


@lru_cache(maxsize=4)
def _kept(table: Path, size: int, changed: int) -> dict[str, dict[str, str]]:
    """The table in one state; hundreds of files may ask for it."""
    return table_of(_text(table), table.name)


def _beside(side: Path) -> dict[str, str]:
    try:
        data = json.loads(_text(side))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{side.name} is no JSON: {error}") from None
    facts = data.get("metadataAttributes", data.get("traveller", data)) if isinstance(data, dict) else None
    if not isinstance(facts, dict):
        raise InvalidInput(f'{side.name} must be an object such as {{"name": "...", "date_of_birth": "1980-12-31"}}')
    return checked_traveller(facts)


def table_of(text: str, name: str) -> dict[str, dict[str, str]]:
    """Travellers by file name. The first line names the columns, among them ``file``. Raises InvalidInput."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    columns = [column.strip() for column in reader.fieldnames or ()]
    if "file" not in columns:
        raise InvalidInput(f"{name}: the first line must name the columns: file,name,date_of_birth,...")
    reader.fieldnames = columns
    found: dict[str, dict[str, str]] = {}
    try:
        for row in reader:
            file = (row.pop("file") or "").strip()
            facts = {key: value for key, value in row.items() if isinstance(key, str) and isinstance(value, str)}
            if file:
                found[file] = checked_traveller(facts)
    except csv.Error as error:
        raise InvalidInput(f"{name}, line {reader.line_num}: {error}") from None
    return found


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise InvalidInput(f"{path.name} is larger than {LARGEST // 2**20} MB")
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path.name} cannot be read: {error}") from None
