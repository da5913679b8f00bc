"""Lists inside one cell of a table: JSON, a Python list, or values with a separator between them."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from typing import Any

SEPARATORS = ("|", ";", ", ")


class Splitter:
    """Splits the cells of list columns.

    A column has one separator: the first of ``|``, ``;`` and, in CSV, ``, `` that occurs in a sample of its
    cells. So "Burgos, Spain" stays whole in a column that also holds "Rome, Italy|Burgos, Spain".
    """

    def __init__(self, columns: Mapping[str, str], sample: Sequence[Mapping[str, Any]], *, csv: bool) -> None:
        usable = SEPARATORS if csv else SEPARATORS[:2]
        self.columns = columns
        self.separators = {column: _separator(column, sample, usable) for column in columns.values()}

    def split(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Our field -> its list, for every list field; cells that hold no text are returned as they are."""
        return {
            field: split_cell(values.get(column), self.separators[column]) for field, column in self.columns.items()
        }


def split_cell(cell: Any, separator: str | None) -> Any:
    if not isinstance(cell, str):
        return cell
    if cell.strip().startswith("["):
        literal = _literal(cell.strip())
        if isinstance(literal, list):
            return literal
    parts = cell.split(separator) if separator else [cell]
    return [part.strip() for part in parts if part.strip()]


def _separator(column: str, sample: Sequence[Mapping[str, Any]], usable: Sequence[str]) -> str | None:
    cells = [cell for row in sample if isinstance(cell := row.get(column), str) and not cell.startswith("[")]
    return next((separator for separator in usable if any(separator in cell for cell in cells)), None)


def _literal(cell: str) -> Any:
    """The value of a JSON or Python list; None when it is neither. Evaluates literals only, never code."""
    for read in (json.loads, ast.literal_eval):
        try:
            return read(cell)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    return None
