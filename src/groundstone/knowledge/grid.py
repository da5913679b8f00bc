"""The rows of a table as lines that can be understood, found and quoted alone: ``Mode: Bicycle; Rate: 0.22``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

LONGEST_HEADER = 60  # characters of a cell that still heads a column
_BETWEEN = re.compile(r"[:;\s]+$")


def row_text(cells: Iterable[tuple[str, str]]) -> str:
    """One line ``header: cell; header: cell`` of the cells that are not empty; "" when there are none."""
    shown = ((_one_line(header), _one_line(cell)) for header, cell in cells)
    return "; ".join(f"{_BETWEEN.sub('', header)}: {cell}" if header else cell for header, cell in shown if cell)


def grid_text(rows: Sequence[Sequence[str]], *, headed: bool | None = None) -> str:
    """A table as one paragraph a row, each with the headers of its columns; the header row is not repeated.

    Args:
        headed: whether the first row heads the columns; judged by its cells when None.
    """
    filled = [[_one_line(cell) for cell in row] for row in rows]
    filled = [row for row in filled if any(row)]
    if headed is None:
        headed = _looks_headed(filled)
    if headed and len(filled) > 1:
        return "\n\n".join(_headed(filled))
    return "\n\n".join(" | ".join(cell for cell in row if cell) for row in filled)


def _headed(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    header = rows[0]
    for row in rows[1:]:
        padded = [*header, *[""] * (len(row) - len(header))]
        yield row_text(zip(padded, row, strict=False))


def _looks_headed(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names columns: short different cells without numbers.

    Two columns may as well be names with their values, so one of them must hold numbers all the way down.
    """
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    first, below = rows[0], rows[1:]
    named = all(cell and len(cell) <= LONGEST_HEADER and not _has_number(cell) for cell in first)
    if not named or len(set(first)) < len(first) or any(cell.endswith((".", "!", "?", ":")) for cell in first):
        return False
    columns = zip(*below, strict=False)
    return len(first) > 2 or any(all(map(_has_number, column)) for column in columns)


def _has_number(cell: str) -> bool:
    return any(map(str.isdigit, cell))


def _one_line(cell: str) -> str:
    return " ".join(cell.split())
