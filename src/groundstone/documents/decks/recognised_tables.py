"""Tables without rulings, and labels of charts, among the lines of a page: words that stand in rows and columns.

What rulings show is found by ``documents.layout``; this is for what is left. It is careful: prose in two columns,
cards and timelines stand in rows as well, and stay texts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from groundstone.documents.decks.pptx_table import is_figure
from groundstone.documents.decks.recognised_blocks import Strip

_LEVEL = 0.45  # of the size of letters, that middles of one row may differ
_ALIKE = 1.3  # times that letters of a table may differ in size
_REGULAR = 2.2  # times the usual distance that two rows of a table may be apart
_WRAPPED = 0.55  # sizes between two lines of one cell
_FIGURES = 0.4  # share of the cells right of the first column that are figures
_SHORT, _VERY_SHORT = 26.0, 15.0  # mean characters of a cell beside figures, and without
_LABEL = 24  # characters of a category at most
_UNDER = 0.35  # of the distance between categories, that a value may stand beside its bar's middle
VALUE = re.compile(
    r"^[~≈<>]?\s*[-+−]?\s*[$€£¥]?\s*\d[\d.,' ]*\s*(%|[xX×]|[kKmMbB]n?|[a-zA-Zµ]{1,6}(/[a-z]{1,4})?|[$€£¥])?$"
)

_YEAR = re.compile(r"^(?:FY|CY)?\s?(?:19|20)\d\d[EFAP]?$")

Cell = list[Strip]


@dataclass(frozen=True, slots=True)
class Tabled:
    """Rows of cells, each of no, one or several lines; ``is_chart`` for labels with the values above them."""

    rows: tuple[tuple[tuple[Strip, ...], ...], ...]
    is_chart: bool = False

    @property
    def strips(self) -> list[Strip]:
        return [strip for row in self.rows for cell in row for strip in cell]

    @property
    def texts(self) -> list[list[str]]:
        return [[" ".join(strip.text for strip in cell) for cell in row] for row in self.rows]


def find(found: Sequence[Strip]) -> list[Tabled]:
    """What stands in rows and columns; no line belongs to two of them."""
    tables = _aligned(found)
    used = {id(strip) for table in tables for strip in table.strips}
    rest = [strip for strip in found if id(strip) not in used]
    return [*tables, *(_columns_of_a_chart(rest) or _bars_of_a_chart(rest))]


def _aligned(found: Sequence[Strip]) -> list[Tabled]:
    tables: list[Tabled] = []
    run: list[list[Strip]] = []
    for row in [*levels(found), []]:
        if row and _follows(run, row):
            run.append(row)
            continue
        table = _table(run)
        if table:
            tables.append(table)
        run = [row] if len(row) > 1 else []
    return tables


def levels(found: Sequence[Strip]) -> list[list[Strip]]:
    """Lines at one height, from the top, each row from the left."""
    rows: list[list[Strip]] = []
    for strip in sorted(found, key=lambda one: one.middle):
        if rows and abs(strip.middle - median(one.middle for one in rows[-1])) < _LEVEL * strip.size:
            rows[-1].append(strip)
        else:
            rows.append([strip])
    return [sorted(row, key=lambda one: one.left) for row in rows]


def _follows(run: Sequence[Sequence[Strip]], row: Sequence[Strip]) -> bool:
    """Whether a row can go on with a table: letters alike, the distance usual, under what stands above."""
    if not run:
        return False
    sizes = [strip.size for above in run for strip in above]
    heights = [strip.bottom - strip.top for above in run for strip in above]
    own = [strip.bottom - strip.top for strip in row]  # the size by width says little of short figures
    if max(own) > _ALIKE * median(heights) or min(own) * _ALIKE < median(heights):
        return False
    middles = [above[0].middle for above in run if len(above) > 1]
    steps = [after - before for before, after in pairwise(middles)]
    step = row[0].middle - run[-1][0].middle
    if step > (_REGULAR * median(steps) if steps else 7 * median(sizes)):
        return False
    left, right = min(strip.left for strip in run[0]), max(strip.right for above in run for strip in above)
    return row[0].right > left - row[0].size and row[0].left < right


def _table(run: Sequence[Sequence[Strip]]) -> Tabled | None:
    full = [row for row in run if len(row) > 1]
    if len(full) < 2:
        return None
    columns = _stretches(full)
    if len(columns) < 2:
        return None
    rows: list[list[Cell]] = []
    for row in run:
        cells = _placed(row, columns) if row is not run[0] else _head(row, columns)
        if cells is None:
            return None
        if len(row) > 1:
            rows.append(cells)
        elif rows and _wraps(rows[-1], cells):
            rows[-1] = [above + below for above, below in zip(rows[-1], cells, strict=True)]
        elif rows and row is not run[-1]:
            rows.append(cells)
    table = Tabled(tuple(tuple(tuple(cell) for cell in row) for row in rows))
    return table if _is_table(table.texts) else None


def _head(row: Sequence[Strip], columns: Sequence[tuple[float, float]]) -> list[Cell] | None:
    """The cells of the first row: names may stand at the other side of their columns, but stand in their order."""
    missing = len(columns) - len(row)
    if missing not in (0, 1) or any(VALUE.match(strip.text) and not _YEAR.match(strip.text) for strip in row):
        return _placed(row, columns)
    corner: list[Cell] = [[] for _ in range(missing)]
    return [*corner, *([strip] for strip in row)] if missing == 0 or _is_right_of(row[0], columns[0]) else (
        _placed(row, columns)
    )  # fmt: skip


def _is_right_of(strip: Strip, column: tuple[float, float]) -> bool:
    return strip.centre > column[1]


def _stretches(rows: Sequence[Sequence[Strip]]) -> list[tuple[float, float]]:
    """Where columns stand: stretches that lines of at least two rows cover together."""
    below = rows[1:] if len(rows) > 2 else rows  # the first may have its names elsewhere in their columns
    most = max(len(row) for row in below)
    typical = [row for row in below if len(row) >= max(2, most - 1)]
    found: list[tuple[float, float]] = []
    for strip in sorted((strip for row in typical for strip in row), key=lambda one: one.left):
        if found and strip.left < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], strip.right))
        else:
            found.append((strip.left, strip.right))
    return found


def _placed(row: Sequence[Strip], columns: Sequence[tuple[float, float]]) -> list[Cell] | None:
    """The cells of a row; None when two lines of it stand in one column."""
    cells: list[Cell] = [[] for _ in columns]
    for strip in row:
        index = min(
            range(len(columns)), key=lambda at: abs(sum(columns[at]) / 2 - strip.centre) - _within(strip, columns[at])
        )
        if cells[index]:
            return None
        cells[index].append(strip)
    return cells


def _within(strip: Strip, column: tuple[float, float]) -> float:
    return max(0.0, min(strip.right, column[1]) - max(strip.left, column[0])) * 10


def _wraps(above: Sequence[Cell], below: Sequence[Cell]) -> bool:
    """Whether a lone line is the second of the cell above it."""
    for cell, more in zip(above, below, strict=True):
        if more:
            return bool(cell) and more[0].top - cell[-1].bottom < _WRAPPED * more[0].size
    return False


def _is_table(texts: Sequence[Sequence[str]]) -> bool:
    cells = [cell for row in texts for cell in row]
    filled = [cell for cell in cells if cell]
    few = len(texts) < 3 and any(VALUE.match(row[0]) for row in texts)
    if len(filled) < 0.7 * len(cells) or len(texts) * len(texts[0]) < 6 or few:
        return False
    body = [cell for row in texts for cell in row[1:] if cell]
    figures = sum(is_figure(cell) or bool(VALUE.match(cell)) for cell in body)
    length = sum(map(len, filled)) / len(filled)
    if figures >= _FIGURES * len(body):
        return length <= _SHORT and any(not VALUE.match(row[0]) for row in texts)
    return len(texts) >= 3 and len(texts[0]) >= 3 and len(filled) == len(cells) and length <= _VERY_SHORT


def _columns_of_a_chart(found: Sequence[Strip]) -> list[Tabled]:
    """Categories in a row, with one value above each, at different heights: the labels of a column chart."""
    held = levels(found)
    for place, row in enumerate(held):
        if len(row) < 3 or any(len(strip.text) > _LABEL for strip in row):
            continue
        pairs = [(strip, value) for strip in row if (value := _above(strip, row, found))]
        values = [value for _, value in pairs]
        heights = [value.middle for value in values]
        if len(pairs) < 3 or len(pairs) < len(row) or len({id(value) for value in values}) < len(values):
            continue
        if max(heights) - min(heights) > median(strip.size for strip in row):
            more = held[place + 1 :][:1]
            below = more if more and _beneath(row, more[0]) else []
            extra = [tuple((other[index],) for other in below) for index in range(len(row))]
            return [Tabled(tuple(((name,), (value,), *extra[at]) for at, (name, value) in enumerate(pairs)), True)]
    return []


def _bars_of_a_chart(found: Sequence[Strip]) -> list[Tabled]:
    """Categories below each other, with one value right of each at different distances: the labels of a bar chart."""
    pairs = [(row[0], row[1]) for row in levels(found) if len(row) == 2 and _is_bar(*row)]
    for edge in ("right", "left"):
        for first, _ in pairs:
            own = [pair for pair in pairs if abs(getattr(pair[0], edge) - getattr(first, edge)) < 0.6 * first.size]
            ends = [value.left for _, value in own]
            if len(own) >= 3 and max(ends) - min(ends) > first.size and _evenly(own):
                return [Tabled(tuple(((name,), (value,)) for name, value in own), True)]
    return []


def _is_bar(name: Strip, value: Strip) -> bool:
    return len(name.text) <= 2 * _LABEL and not VALUE.match(name.text) and bool(VALUE.match(value.text))


def _evenly(pairs: Sequence[tuple[Strip, Strip]]) -> bool:
    steps = [after.middle - before.middle for (before, _), (after, _) in pairwise(pairs)]
    return max(steps) < 1.5 * min(steps)


def _beneath(row: Sequence[Strip], other: Sequence[Strip]) -> bool:
    """Whether a second row says more of each category, right below it."""
    if len(other) != len(row) or other[0].middle - row[0].middle > 3 * row[0].size:
        return False
    return all(abs(below.centre - strip.centre) < strip.size for strip, below in zip(row, other, strict=True))


def _above(strip: Strip, row: Sequence[Strip], found: Sequence[Strip]) -> Strip | None:
    """The only figure above a category; None for none or several."""
    slot = (row[-1].centre - row[0].centre) / (len(row) - 1)
    over = [
        other for other in found
        if other.middle < strip.middle - strip.size and abs(other.centre - strip.centre) < _UNDER * slot
        and VALUE.match(other.text)
    ]  # fmt: skip
    return over[0] if len(over) == 1 else None
