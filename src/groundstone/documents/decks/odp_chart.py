"""Charts of OpenDocument: an object of their own with a table of the values."""

from __future__ import annotations

import math
import re

from groundstone.documents.decks.base import Chart, Series
from groundstone.documents.decks.odp_text import plain
from groundstone.documents.decks.xml import Node, local, number, q

_KINDS = {
    "bar": "column", "line": "line", "circle": "pie", "ring": "doughnut", "area": "area", "scatter": "scatter",
    "bubble": "bubble", "radar": "radar", "filled-radar": "radar", "stock": "line",
}  # fmt: skip
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,6})")
_MOST = 20_000  # cells
_MOST_REPEATS = 100
_NAN = math.nan
_NUMBERS = ("float", "percentage", "currency")

Cells = list[list[tuple[str, float | None, bool]]]  # text, value, whether it is a percentage


def chart(root: Node) -> Chart | None:
    """The chart in an object; None when there is none, or no values."""
    node = next(root.iter(q("chart:chart")), None)
    if node is None:
        return None
    cells = _cells(node)
    names = _names(cells)
    categories = tuple(row[0][0] or str(index) for index, row in enumerate(cells[1:], start=1) if row)
    series = []
    listed = list(node.iter(q("chart:series")))
    columns = [_column(one.get(q("chart:values-cell-range-address"), "")) for one in listed]
    if not columns or any(column is None or column >= len(names) for column in columns):
        columns = list(range(1, len(names)))
    for column in columns:
        own = [row[column] if column is not None and column < len(row) else ("", None, False) for row in cells[1:]]
        if any(value is not None for _, value, _ in own):
            percent = any(percentage for _, _, percentage in own)
            name = names[column] if column is not None else ""
            series.append(Series(name, tuple(value for _, value, _ in own), "0.##%" if percent else ""))
    if not series:
        return None
    return Chart(_kind(root, node), plain(node.find(q("chart:title"))), categories, tuple(series), *_axes(node))


def _kind(root: Node, node: Node) -> str:
    kind = _KINDS.get(node.get(q("chart:class"), "").rpartition(":")[2], "other")
    lying = any(one.get(q("chart:vertical")) == "true" for one in root.iter(q("style:chart-properties")))
    return "bar" if kind == "column" and lying else kind


def _axes(node: Node) -> tuple[str, str]:
    found = {"x": "", "y": ""}
    for axis in node.iter(q("chart:axis")):
        dimension = axis.get(q("chart:dimension"), "")
        found[dimension] = found.get(dimension) or plain(axis.find(q("chart:title")))
    return found["x"], found["y"]


def _cells(node: Node) -> Cells:
    """The table of the values, its header row first."""
    rows: Cells = []
    for row in node.iter(q("table:table-row")):
        rows.append([])
        for cell in row:
            if local(cell) != "table-cell":
                continue
            times = int(min(max(number(cell, q("table:number-columns-repeated"), 1), 1), _MOST_REPEATS))
            rows[-1] += [_cell(cell)] * times
        if sum(map(len, rows)) > _MOST:
            break
    return rows


def _cell(cell: Node) -> tuple[str, float | None, bool]:
    kind = cell.get(q("office:value-type"), "")
    is_number = kind in _NUMBERS and cell.get(q("office:value")) is not None
    value = number(cell, q("office:value"), _NAN) if is_number else _NAN
    return plain(cell), value if math.isfinite(value) else None, kind == "percentage"


def _names(cells: Cells) -> list[str]:
    return [text for text, _, _ in cells[0]] if cells else []


def _column(address: str) -> int | None:
    """The column of a range such as local-table.$B$2:.$B$5, the first being 0."""
    match = _CELL.search(address.rpartition("table.")[2])
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return column - 1
