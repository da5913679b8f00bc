"""Tables of DrawingML drawn: rows, columns, merged cells, shades and rulings."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from groundstone.documents.decks.pptx_styles import Styles
from groundstone.documents.decks.pptx_text import NO_STYLES
from groundstone.documents.decks.sketch_canvas import BLACK, Area, Canvas, Colour
from groundstone.documents.decks.sketch_colours import WHITE, Theme
from groundstone.documents.decks.sketch_text import Hand, write
from groundstone.documents.decks.xml import Node, flag, number, q

_MOST = 1500  # cells that are drawn
_RULING: Colour = (255, 255, 255, 255)
_PLAIN: Colour = (190, 196, 204, 255)
_INSETS = (("marL", "lIns", 91440), ("marT", "tIns", 45720), ("marR", "rIns", 91440), ("marB", "bIns", 45720))


@dataclass(frozen=True, slots=True)
class _Look:
    """What the table's style shows."""

    header: bool
    first: bool
    banded: bool
    styled: bool


def draw(canvas: Canvas, table: Node, area: Area, theme: Theme, unit: float) -> None:
    """The table in its frame; rows that a program made higher for their text fit again here, in smaller letters."""
    widths = [max(number(column, "w"), 1.0) for column in table.iterfind(f"{q('a:tblGrid')}/{q('a:gridCol')}")]
    rows = table.findall(q("a:tr"))
    heights = [max(number(row, "h"), 1.0) for row in rows]
    if not widths or not rows:
        return
    across = _edges(widths, area.left, area.width)
    down = _edges(heights, area.top, max(area.height, sum(heights) * unit))
    look = _look(table)
    for y, row in enumerate(rows):
        for x, cell in enumerate(row.findall(q("a:tc"))[: len(widths)]):
            if y * len(widths) + x > _MOST:
                return
            if flag(cell, "hMerge") or flag(cell, "vMerge"):
                continue
            right = min(x + max(1, int(number(cell, "gridSpan", 1))), len(widths))
            bottom = min(y + max(1, int(number(cell, "rowSpan", 1))), len(rows))
            box = Area(across[x], down[y], across[right] - across[x], down[bottom] - down[y])
            _cell(canvas, cell, box, theme, unit, look, y, x)


def _edges(sizes: list[float], start: float, whole: float) -> list[float]:
    total = sum(sizes)
    return [start, *(start + whole * end / total for end in accumulate(sizes))]


def _look(table: Node) -> _Look:
    properties = table.find(q("a:tblPr"))
    if properties is None:
        return _Look(False, False, False, False)
    style = properties.findtext(q("a:tableStyleId")) or ""
    plain = style.startswith(("{2D5ABB26", "{5940675A"))  # "no style" with and without a grid
    return _Look(flag(properties, "firstRow"), flag(properties, "firstCol"), flag(properties, "bandRow"), not plain)


def _cell(canvas: Canvas, cell: Node, box: Area, theme: Theme, unit: float, look: _Look, row: int, column: int) -> None:
    accent = theme.named("accent1") or BLACK
    heading = look.styled and ((look.header and row == 0) or (look.first and column == 0))
    band = look.styled and look.banded and (row + look.header) % 2 == 0
    ground = accent if heading else _tinted(accent, 0.24 if band else 0.12) if look.styled else None
    properties = cell.find(q("a:tcPr"))
    said = theme.fill(properties)
    own = said or None
    fill = None if said is False else own or ground
    canvas.rectangle(box, fill, _RULING if look.styled and fill else _PLAIN, max(canvas.scale, 9525 * unit))
    body = cell.find(q("a:txBody"))
    if body is None:
        return
    ink = WHITE if heading and not own else theme.named("tx1") or BLACK
    insets = {name: number(properties, side, default) if properties is not None else default
              for side, name, default in _INSETS}  # fmt: skip
    hand = Hand(theme, _with_insets(body, insets), unit, ink, bold=heading)
    anchor = "t" if properties is None else properties.get("anchor", "t")
    write(canvas, body, hand, box, anchor=anchor)


def _with_insets(body: Node, insets: dict[str, float]) -> Styles:
    """Cells keep their margins beside their text."""
    beside = body.makeelement(q("a:bodyPr"), {name: str(round(value)) for name, value in insets.items()})
    return Styles(NO_STYLES.lists, (beside,))


def _tinted(colour: Colour, share: float) -> Colour:
    red, green, blue = (round(255 - (255 - part) * share) for part in colour[:3])
    return red, green, blue, 255
