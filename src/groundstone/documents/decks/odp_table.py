"""Tables of OpenDocument to grids, merged cells repeated."""

from __future__ import annotations

from groundstone.documents.decks.base import Grid
from groundstone.documents.decks.odp_text import length, paragraphs
from groundstone.documents.decks.pptx_table import MAX_CELLS, headers, made
from groundstone.documents.decks.xml import Node, local, number, q
from groundstone.records import Box

_MOST_REPEATS = 100


def grid(table: Node, frame: Box | None, styles: dict[str, Node]) -> Grid | None:
    """The grid of a table:table in its frame; None for one without a word."""
    rows = list(table.iter(q("table:table-row")))
    texts: list[list[str]] = []
    spans: list[tuple[int, int, int, int]] = []
    for y, row in enumerate(rows):
        texts.append([])
        for cell in row:
            if local(cell) not in ("table-cell", "covered-table-cell"):
                continue
            down, wide = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
            if (down > 1 or wide > 1) and local(cell) == "table-cell":
                spans.append((y, len(texts[-1]), down, wide))
            texts[-1] += [text_of(cell)] * _count(cell, "number-columns-repeated")
        if sum(map(len, texts)) > MAX_CELLS:
            break
    if not any(any(row) for row in texts):
        return None
    widths = [
        _size(column, styles, "column")
        for column in table.iter(q("table:table-column"))
        for _ in range(_count(column, "number-columns-repeated"))
    ]
    heights = [_size(row, styles, "row") for row in rows]
    first_row = table.get(q("table:use-first-row-styles")) == "true" or any(table.iter(q("table:table-header-rows")))
    header_rows, header_columns = headers(texts, spans)
    return made(texts, spans, widths, heights, frame, max(header_rows, int(first_row)), header_columns)


def text_of(cell: Node) -> str:
    """The words of a cell in one line."""
    found = paragraphs(cell)
    listed = len(found) > 1 and all(one.bullet for one in found)
    return ("; " if listed else " ").join(one.text.replace("\n", " ") for one in found)


def _count(node: Node, name: str) -> int:
    return int(min(max(number(node, q(f"table:{name}"), 1), 1), _MOST_REPEATS))


def _size(node: Node, styles: dict[str, Node], what: str) -> float:
    """Centimetres of a column or row."""
    style = styles.get(node.get(q("table:style-name"), ""))
    properties = None if style is None else style.find(q(f"style:table-{what}-properties"))
    if properties is None:
        return 1.0
    names = ("style:column-width",) if what == "column" else ("style:row-height", "style:min-row-height")
    return next((size for name in names if (size := length(properties.get(q(name))))), 1.0)
