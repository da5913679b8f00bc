"""Tables of DrawingML to grids, merged cells repeated."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from groundstone.documents.decks.base import Grid
from groundstone.documents.decks.pptx_text import paragraphs
from groundstone.documents.decks.xml import Node, flag, number, q
from groundstone.records import Box

MAX_CELLS = 20_000
_MOST_SPANS = 1000
_NUMBER = re.compile(r"^[^\w]{0,3}[\d.,' ]*\d[\d.,' ]*\s*[^\w]{0,2}\s*[\w%€$£¥]{0,4}$")
_YEAR = re.compile(r"^(?:FY|CY|Q[1-4])?\s?'?(?:19|20)\d\d[A-Za-z]{0,2}$")

Spans = Sequence[tuple[int, int, int, int]]  # row, column, rows, columns of cells that are merged


def grid(table: Node, frame: Box | None) -> Grid | None:
    """The grid of an a:tbl in its frame; None for one without a word."""
    texts, spans = _cells(table)
    if not any(any(row) for row in texts):
        return None
    widths = [max(number(column, "w"), 1.0) for column in table.iterfind(f"{q('a:tblGrid')}/{q('a:gridCol')}")]
    heights = [max(number(row, "h"), 1.0) for row in table.iterfind(q("a:tr"))]
    return made(texts, spans, widths, heights, frame, *_flags(table, texts, spans))


def made(
    texts: list[list[str]],
    spans: Spans,
    widths: list[float],
    heights: list[float],
    frame: Box | None,
    header_rows: int,
    header_columns: int,
) -> Grid:
    """A grid of rows of any length: filled up, merged texts repeated, with the place of every cell in the frame."""
    across = max(len(row) for row in texts)
    rows = [[*row, *[""] * (across - len(row))] for row in texts]
    boxes = _boxes(_shares(widths, across), _shares(heights, len(rows)), frame) if frame else []
    for row, column, down, wide in spans:
        for y in range(row, min(row + down, len(rows))):
            for x in range(column, min(column + wide, across)):
                rows[y][x] = rows[row][column]
        if boxes:
            _merge(boxes, row, column, min(row + down, len(rows)), min(column + wide, across))
    return Grid(
        tuple(tuple(row) for row in rows),
        min(header_rows, len(rows)),
        min(header_columns, across),
        tuple(tuple(row) for row in boxes),
    )


def _cells(table: Node) -> tuple[list[list[str]], Spans]:
    texts: list[list[str]] = []
    spans: list[tuple[int, int, int, int]] = []
    for y, row in enumerate(table.iterfind(q("a:tr"))):
        texts.append([])
        for x, cell in enumerate(row.iterfind(q("a:tc"))):
            covered = flag(cell, "hMerge") or flag(cell, "vMerge")
            texts[-1].append("" if covered else _text(cell))
            down, wide = int(number(cell, "rowSpan", 1)), int(number(cell, "gridSpan", 1))
            if not covered and (down > 1 or wide > 1) and len(spans) < _MOST_SPANS:
                spans.append((y, x, min(down, MAX_CELLS), min(wide, MAX_CELLS)))
            if y * max(1, len(texts[0])) + x > MAX_CELLS:
                return texts, spans
    return texts, spans


def _text(cell: Node) -> str:
    """Paragraphs of a cell in one line: bullets behind one another with semicolons."""
    body = cell.find(q("a:txBody"))
    found = [] if body is None else [one for one, _ in paragraphs(body)]
    listed = len(found) > 1 and all(one.bullet for one in found)
    return ("; " if listed else " ").join(one.text.replace("\n", " ") for one in found)


def _flags(table: Node, texts: list[list[str]], spans: Spans) -> tuple[int, int]:
    properties = table.find(q("a:tblPr"))
    first_row = properties is not None and flag(properties, "firstRow")
    first_column = properties is not None and flag(properties, "firstCol")
    rows, columns = headers(texts, spans)
    first_row = first_row and len(texts) > 1 and not _is_facts(texts)  # programs set the mark by themselves
    return (max(rows, 1) if first_row else rows), (1 if first_column else columns)


def headers(texts: list[list[str]], spans: Spans = ()) -> tuple[int, int]:
    """How many rows and columns of a table name the others, by what stands in them."""
    if len(texts) < 2 or max(len(row) for row in texts) < 2:
        return (1 if len(texts) > 1 else 0), 0
    body = [row for row in texts[1:] if any(row)]
    figures = sum(is_figure(cell) for row in body for cell in row[1:])
    filled = sum(bool(cell) for row in body for cell in row[1:])
    first_figures = any(is_figure(cell) for cell in texts[0][1:])
    rows = 0 if first_figures or _is_facts(texts) else 1
    if rows and len(texts) > 2 and _is_second(texts, spans):
        rows = 2
    labels = [row[0] for row in texts[rows:] if row]
    named = sum(bool(label) and not is_figure(label) for label in labels) >= 0.6 * max(1, len(labels))
    return rows, 1 if named and (figures or filled) else 0


def _is_facts(texts: list[list[str]]) -> bool:
    """Whether a table of two columns is a list of facts ("Founded", "1998"): its second column is of no one kind."""
    if any(len(row) != 2 for row in texts) or not any(map(str.isdigit, texts[0][1])):
        return False
    return not all(is_figure(row[1]) for row in texts[1:] if row[1])


def _is_second(texts: list[list[str]], spans: Spans) -> bool:
    """Whether the second row names columns as well: the first has cells over several of them."""
    above = any(row == 0 and wide > 1 and wide < len(texts[0]) for row, _, _, wide in spans)
    return above and not any(is_figure(cell) for cell in texts[1][1:]) and len(texts) > 2


def is_figure(text: str) -> bool:
    """Whether a cell holds an amount, not a year or a name.

    >>> is_figure("12.5 %"), is_figure("$1,200"), is_figure("2023"), is_figure("Cloud")
    (True, True, False, False)
    """
    return bool(_NUMBER.match(text.strip())) and not _YEAR.match(text.strip())


def _shares(sizes: list[float], count: int) -> list[float]:
    """Where each column begins, and where the last ends, as fractions."""
    mean = sum(sizes) / len(sizes) if sizes else 1.0
    sizes = [*sizes[:count], *[mean] * (count - len(sizes))]
    total, at, edges = sum(sizes) or 1.0, 0.0, [0.0]
    for size in sizes:
        at += size
        edges.append(at / total)
    return edges


def _boxes(columns: list[float], rows: list[float], frame: Box) -> list[list[Box]]:
    def box(top: float, bottom: float, left: float, right: float) -> Box:
        return Box(
            round(frame.left + left * frame.width, 5),
            round(frame.top + top * frame.height, 5),
            round((right - left) * frame.width, 5),
            round((bottom - top) * frame.height, 5),
            frame.page,
        )

    return [[box(top, bottom, left, right) for left, right in pairwise(columns)] for top, bottom in pairwise(rows)]


def _merge(boxes: list[list[Box]], top: int, left: int, bottom: int, right: int) -> None:
    if top >= len(boxes) or left >= len(boxes[0]):
        return
    first, last = boxes[top][left], boxes[bottom - 1][right - 1]
    wide, high = last.left + last.width - first.left, last.top + last.height - first.top
    whole = Box(first.left, first.top, round(wide, 5), round(high, 5), first.page)
    for y in range(top, bottom):
        for x in range(left, right):
            boxes[y][x] = whole
