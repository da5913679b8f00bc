"""What is known of travellers: beside a file, or in a table for a whole folder."""

from __future__ import annotations

import csv
import io
import json
import stat
from functools import lru_cache
from pathlib import Path

from groundstone.errors import InvalidInput, StoreError
from groundstone.verification.case import checked_traveller
from groundstone.verification.files import read_file, write

SIDE = ".metadata.json"
TABLE = "travellers.csv"
LARGEST = 20 * 2**20


def traveller_of(path: Path, folder: Path) -> dict[str, str]:
    """Of ``<file>.metadata.json``, else of the file's line in travellers.csv beside it or in ``folder``.

    Links and pipes are left alone. Raises InvalidInput when they cannot be read, or tell of two travellers.
    """
    side = path.with_name(path.name + SIDE)
    if _is_plain(side):
        return _beside(side)
    for place in dict.fromkeys((path.parent, folder)):
        table = place / TABLE
        if _is_plain(table):
            known = table.stat()
            facts = _kept(table, known.st_size, known.st_mtime_ns).get(path.name, {})
            if facts is None:
                raise InvalidInput(f"{TABLE} tells of two travellers for {path.name}; leave one of the lines")
            return facts
    return {}


def tables_state(path: Path, folder: Path) -> str:
    """The state of the tables that may tell of a file: it changes when one of them does."""
    return " ".join(_state(place / TABLE) for place in dict.fromkeys((path.parent, folder)))


def _state(table: Path) -> str:
    try:
        known = table.stat(follow_symlinks=False)
    except OSError:
        return ""
    return f"{known.st_size}-{known.st_mtime_ns}"


def _is_plain(path: Path) -> bool:
    """Whether there is such a file, and no link or pipe of that name."""
    try:
        return stat.S_ISREG(path.stat(follow_symlinks=False).st_mode)
    except (OSError, ValueError):  # also for a name that is too long
        return False


def forget_traveller(path: Path, folder: Path) -> None:
    """Take the line of a file out of the tables that tell of it. Raises StoreError."""
    for place in dict.fromkeys((path.parent, folder)):
        table = place / TABLE
        if _is_plain(table):
            lines = list(csv.reader(io.StringIO(_text(table), newline="")))
            names = [column.strip() for column in lines[0]] if lines else []
            at = names.index("file") if "file" in names else len(names)
            left = [line for line in lines if len(line) <= at or line[at].strip() != path.name]
            if left != lines:
                out = io.StringIO(newline="")
                csv.writer(out).writerows(left)
                write(table, out.getvalue().encode())


@lru_cache(maxsize=4)
def _kept(table: Path, size: int, changed: int) -> dict[str, dict[str, str] | None]:
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


def table_of(text: str, name: str) -> dict[str, dict[str, str] | None]:
    """Travellers by file name; None where lines of one file differ.

    The first line names the columns, among them ``file``. Raises InvalidInput.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    columns = [column.strip() for column in reader.fieldnames or ()]
    if "file" not in columns:
        raise InvalidInput(f"{name}: the first line must name the columns: file,name,date_of_birth,...")
    reader.fieldnames = columns
    found: dict[str, dict[str, str] | None] = {}
    try:
        for row in reader:
            file = (row.pop("file") or "").strip()
            facts = {key: value for key, value in row.items() if isinstance(key, str) and isinstance(value, str)}
            if file:
                told = checked_traveller(facts)
                found[file] = told if found.get(file, told) == told else None
    except csv.Error as error:
        raise InvalidInput(f"{name}, line {reader.line_num}: {error}") from None
    return found


def _text(path: Path) -> str:
    try:
        return read_file(path, LARGEST).decode("utf-8-sig")
    except (StoreError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path.name} cannot be read: {error}") from None
