"""Recognised lines of a page to the elements of a slide: title, texts with levels, tables, footer, in reading order.

What a picture of a slide shows is told by its geometry alone: how large letters are, where lines begin, and which
rulings are drawn.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from groundstone.documents.base import Cell, Line, Page, Reading, Region, Table
from groundstone.documents.decks import recognised_charts, recognised_tables
from groundstone.documents.decks.base import Element, Grid, Kind, Paragraph, Source
from groundstone.documents.decks.found import Found, Gathered
from groundstone.documents.decks.pptx_table import headers
from groundstone.documents.decks.recognised_blocks import Strip, blocks, in_columns, rows, split, strips
from groundstone.documents.decks.tints import Tints
from groundstone.documents.layout import understand
from groundstone.records import Box

_TITLE_BOTTOM = 0.36  # fraction of the height above which a title stands
_TITLE_LARGER = 1.2  # times that its letters are larger than those of most other lines
_COVER_BOTTOM, _COVER_LARGER = 0.7, 1.3  # the same of a page with few words, such as a cover
_LONGEST_TITLE = 150  # characters
_FOOTER_TOP = 0.91  # fraction of the height below which a footer stands
_FOOTER_SMALLER = 0.85  # times the usual height of letters
_BARE = re.compile(r"\W*(page|slide|seite|folie)?\s*\d{1,4}\W*", re.IGNORECASE)
_CLAIM = re.compile(r"©|\(c\) ?\d{4}|copyright|all rights reserved|confidential", re.IGNORECASE)
_LEVEL = 0.7  # heights of a line between the left edges of two levels
_SURE_TABLE = 0.5  # confidence of a table that is taken for one
_FULL = 0.4  # heights of a line that a full line may end before the others
_LOOSE = 0.75  # heights of a line between lines that are never of one paragraph
_ONE_SIZE = 1.15  # times that letters of one paragraph may differ in height
_ALIGNED = 0.45  # heights of a line that left edges of a paragraph may differ
_WRAPS = 0.9  # of the width of the line below, that a centred line that runs on has
_UNFINISHED = (",", "-", "&", " and", " of", " the", " to", " for", " with", " in", " a", " by")
_ENDED = (".", "!", "?", ":", ";")


def elements_of(page: Page, tints: Tints | None = None) -> tuple[Element, ...]:
    """Everything that was read on a page; boxes are places on it. With ``tints`` bars are known by their colours."""
    slide, _ = Gathered(page.number, found_on(page, tints)).finished()
    return slide.elements


def found_on(page: Page, tints: Tints | None = None) -> list[Found]:
    """The same before it is put in order."""
    page = replace(page, lines=tuple(in_columns(page.lines, page)))
    charts, left = _charts(page, tints)
    taken = [chart.box for chart in charts if chart.box]
    tables = [table for table in _tables(page) if not any(_overlap(table.place.box, box) for box in taken)]
    inside = [table.place.box for table in tables]
    lines = [line for line in left if not any(_within(line, box) for box in inside)]
    return [*charts, *(_table(table, page) for table in tables), *_unruled(strips(lines, page), page)]


def _charts(page: Page, tints: Tints | None) -> tuple[list[Found], list[Line]]:
    """Charts whose series are known by their colours, and the lines that they and their axes do not use."""
    if tints is None:
        return [], list(page.lines)
    pieces = [
        (line, part, strip) for line in page.lines for part in split(line, page) for strip in strips([part], page)
    ]
    painted = recognised_charts.Painted(page.width, page.height, tints)
    found = [strip for _, _, strip in pieces]
    tables = recognised_charts.find(found, painted)
    marks = recognised_charts.ticks(found, tables)
    own = {id(strip) for strip in (*marks, *(strip for table in tables for strip in table.strips))}
    broken = {id(line) for line, _, strip in pieces if id(strip) in own}
    whole = [line for line in page.lines if id(line) not in broken]
    rest = [part for line, part, strip in pieces if id(line) in broken and id(strip) not in own]
    return [_aligned(table, page) for table in tables], [*whole, *rest]


def _overlap(one: Box, other: Box) -> bool:
    across = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    down = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    return across > 0 and down > 0


def _unruled(found: list[Strip], page: Page) -> list[Found]:
    """Tables that stand in rows and columns without rulings, and texts."""
    aligned = recognised_tables.find(found)
    used = {id(strip) for table in aligned for strip in table.strips}
    rest = [strip for strip in found if id(strip) not in used]
    return [*(_aligned(table, page) for table in aligned), *_texts(rest, page)]


def _aligned(table: recognised_tables.Tabled, page: Page) -> Found:
    texts = table.texts
    boxes = [[union([_box(strip, page) for strip in cell]) for cell in row] for row in table.rows]
    whole = union([box for row in boxes for box in row if box])
    known = tuple(tuple(box or whole for box in row) for row in boxes) if whole else ()
    rows, columns = (int(not texts[0][0]), 1) if table.is_chart else headers(texts)
    grid = Grid(tuple(map(tuple, texts)), rows, columns, tuple(tuple(b for b in row if b) for row in known))
    return Found("chart" if table.is_chart else "table", whole, grid=grid, source=_source(page))


def lines_of(page: Page, tints: Tints | None = None) -> tuple[tuple[Paragraph, ...], Grid | None]:
    """What a picture says that is a part of a slide: paragraphs in reading order, and its table if it shows just one.

    Boxes are places on the page, which is the picture.
    """
    elements = elements_of(page, tints)
    grids = [element.grid for element in elements if element.grid]
    if len(grids) != 1:
        spread = [paragraph for element in elements for paragraph in _all(element)]
        return tuple(spread), None
    return tuple(paragraph for element in elements for paragraph in element.paragraphs), grids[0]


def _all(element: Element) -> list[Paragraph]:
    """The paragraphs of an element, and rows of its table as lines."""
    rows = element.grid.rows if element.grid else ()
    own = [Paragraph(" ".join(cell for cell in row if cell), 0, element.box) for row in rows]
    return [*(one for one in own if one.text), *element.paragraphs]


def _tables(page: Page) -> list[Table]:
    found = understand(Reading("", (page,), 1)).tables
    return [table for table in found if table.confidence >= _SURE_TABLE and _is_table(table, page)]


def _is_table(table: Table, page: Page) -> bool:
    """Whether cells are filled as a table's are; cards and columns of prose stand in rows as well."""
    filled = [cell.content.text for cell in table.cells if cell.content.text]
    if table.rows < 2 or table.columns < 2 or len(filled) < 0.5 * table.rows * table.columns:
        return False
    short = sum(len(text) <= 60 for text in filled) / len(filled)
    return short >= 0.7 and _ruled(table, page)


def _ruled(table: Table, page: Page) -> bool:
    """Whether rulings run through it, which the page shows."""
    box = table.place.box
    level = [
        ruling for ruling in page.rulings
        if abs(ruling.start[1] - ruling.end[1]) < 0.01
        and box.top - 0.01 <= ruling.start[1] <= box.top + box.height + 0.01
        and abs(ruling.end[0] - ruling.start[0]) > 0.4 * box.width
    ]  # fmt: skip
    return len(level) >= 2


def _within(line: Line, box: Box) -> bool:
    own = line.place.box
    x, y = own.left + own.width / 2, own.top + own.height / 2
    return box.left <= x <= box.left + box.width and box.top <= y <= box.top + box.height


def _table(table: Table, page: Page) -> Found:
    grid = _grid(table, page)
    head = [Paragraph(_words(table.title), 0, table.title.place.box)] if table.title and _inside(table) else []
    return Found("table", table.place.box, head, grid, source=_source(page))


def _inside(table: Table) -> bool:
    """Whether the title of a table stands within its place; elsewhere it is a text of its own."""
    box, own = table.title.place.box if table.title else table.place.box, table.place.box
    return own.top <= box.top + box.height / 2 <= own.top + own.height


def _grid(table: Table, page: Page) -> Grid:
    """Cells that span several say their words in each."""
    words = [["" for _ in range(table.columns)] for _ in range(table.rows)]
    boxes = [[table.place.box for _ in range(table.columns)] for _ in range(table.rows)]
    for cell in table.cells:
        apart = _apart(cell, table, page) if cell.columns > 1 else {}
        for row in range(cell.row - 1, min(cell.row - 1 + cell.rows, table.rows)):
            for column in range(cell.column - 1, min(cell.column - 1 + cell.columns, table.columns)):
                box = cell.content.place.box
                said = apart.get(column, ("", box)) if apart else (_words(cell.content), box)
                words[row][column], boxes[row][column] = said
    headers = {cell.row for cell in table.cells if cell.is_header}
    header_rows = next((row for row in range(table.rows) if row + 1 not in headers), 0)
    return Grid(tuple(map(tuple, words)), max(header_rows, 1), 1, tuple(map(tuple, boxes)))


def _apart(cell: Cell, table: Table, page: Page) -> dict[int, tuple[str, Box]]:
    """What one wide cell says for each column, when its lines stand in the columns of the cells below or above.

    Rulings that are light on a dark row are not seen, which makes one cell of a header.
    """
    own = cell.content.place.box
    lines = [line for line in page.lines if _within(line, own)]
    columns = [_column(line, table) for line in lines]
    if len(lines) < 2 or None in columns or len(set(columns)) < max(2, cell.columns - 1):
        return {}
    found: dict[int, tuple[str, Box]] = {}
    for line, column in zip(lines, columns, strict=True):
        if column is not None:
            text, box = found.get(column, ("", line.place.box))
            found[column] = (f"{text} {line.text}".strip(), union([box, line.place.box]) or box)
    return found


def _column(line: Line, table: Table) -> int | None:
    """The only column (from 0) whose other cells stand above or below a line; None for none or several."""
    box = line.place.box
    middle = box.left + box.width / 2
    spans: dict[int, tuple[float, float]] = {}
    for cell in table.cells:
        if cell.columns == 1 and cell.content.text:
            own = cell.content.place.box
            left, right = spans.get(cell.column - 1, (own.left, own.left + own.width))
            spans[cell.column - 1] = (min(left, own.left), max(right, own.left + own.width))
    near = sorted(spans, key=lambda column: max(spans[column][0] - middle, middle - spans[column][1]))
    crossed = [column for column in near if box.left < sum(spans[column]) / 2 < box.left + box.width]
    return near[0] if near and len(crossed) <= 1 else None


def _words(region: Region) -> str:
    return " ".join(region.text.split())


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What is usual on a page: the height of its lines."""

    page: Page
    usual: float


def _box(strip: Strip, page: Page) -> Box:
    wide, high = page.width, page.height
    left, top = min(strip.left / wide, 1.0), min(strip.top / high, 1.0)
    right, bottom = min(strip.right / wide, 1.0), min(strip.bottom / high, 1.0)
    return Box(round(left, 5), round(top, 5), round(right - left, 5), round(bottom - top, 5), page.number)


def _texts(found: Sequence[Strip], page: Page) -> list[Found]:
    joined = rows(found)
    if not joined:
        return []
    letters = sorted(strip.size for strip in joined for _ in range(min(len(strip.text), 80)))
    sheet = _Sheet(page, median(letters))
    made = blocks(joined)
    title = _title(made, sheet)
    return [_text(block, sheet, block is title) for block in made]


def _title(made: Sequence[list[Strip]], sheet: _Sheet) -> list[Strip] | None:
    """The block high up with the largest letters, when they are larger than usual; lower down by far the largest."""
    worded = [block for block in made if _can_be_title(block)]
    high = [block for block in worded if _height(block, sheet) <= _TITLE_BOTTOM]
    best = max(high, key=lambda block: (_size(block), -block[0].top), default=None)
    if best is not None:
        first = best[0].top <= min(block[0].top for block in made)
        if _size(best) >= _TITLE_LARGER * sheet.usual or (first and _size(best) >= 0.95 * max(map(_size, made))):
            return best
    best = max(worded, key=_size, default=None)
    if best is None or _height(best, sheet) > _COVER_BOTTOM:
        return None
    others = [_size(block) for block in made if block is not best]
    return best if all(_size(best) > _COVER_LARGER * other for other in others) else None


def _can_be_title(block: Sequence[Strip]) -> bool:
    words = " ".join(strip.text for strip in block)
    plain = not any(strip.bullet for strip in block) and re.search(r"[^\W\d]{2}", words)
    return bool(plain) and len(words) <= _LONGEST_TITLE and len(block) <= 3


def _height(block: Sequence[Strip], sheet: _Sheet) -> float:
    return (block[0].top + block[-1].bottom) / 2 / sheet.page.height


def _size(block: Sequence[Strip]) -> float:
    return median(strip.size for strip in block)


def _text(block: list[Strip], sheet: _Sheet, is_title: bool) -> Found:
    paragraphs = [_paragraph(run, level, sheet) for run, level in _paragraphs(block)]
    around = [paragraph.box for paragraph in paragraphs if paragraph.box]
    kind: Kind = "title" if is_title else "footer" if _is_footer(block, sheet) else "text"
    if is_title and len(paragraphs) > 1:
        paragraphs = [_paragraph(block, 0, sheet)]
    return Found(kind, union(around), paragraphs, size=_size(block), source=_source(sheet.page))


def _is_footer(block: Sequence[Strip], sheet: _Sheet) -> bool:
    low = block[0].top / sheet.page.height > _FOOTER_TOP
    words = " ".join(strip.text for strip in block)
    if low and _BARE.fullmatch(words):
        return True
    return low and len(block) <= 2 and (_size(block) < _FOOTER_SMALLER * sheet.usual or bool(_CLAIM.search(words)))


def _source(page: Page) -> Source:
    return "native" if page.source == "text" else "ocr"


def _paragraphs(block: list[Strip]) -> list[tuple[list[Strip], int]]:
    """Lines of a block put together where one runs on in the next, with the level of each paragraph."""
    runs: list[list[Strip]] = []
    gaps = [after.top - before.bottom for before, after in pairwise(block)]
    usual = median(gaps) if gaps else 0.0
    for strip in block:
        if runs and _runs_on(runs[-1], strip, block, usual):
            runs[-1].append(strip)
        else:
            runs.append([strip])
    return list(zip(runs, _levels([run[0] for run in runs], block), strict=True))


def _runs_on(run: list[Strip], strip: Strip, block: Sequence[Strip], usual: float) -> bool:
    """Whether a line continues the paragraph: the line before had no room for its first word."""
    last, size = run[-1], min(run[-1].size, strip.size)
    away = strip.top - last.bottom
    if strip.begins or away > min(usual + 0.45 * size, _LOOSE * size) or max(last.size, strip.size) > _ONE_SIZE * size:
        return False
    begins_small = strip.text[:1].islower()
    if not _aligned_with(run, strip, 2 if begins_small else _ALIGNED) and not _centred(last, strip):
        return False
    if last.text.endswith(_UNFINISHED) or begins_small:
        return True
    if len(block) > 2 and all(one.begins or not one.text[:1].islower() for one in block):
        return False  # a list without bullets
    if not _aligned_with(run, strip, _ALIGNED) and last.right - last.left < _WRAPS * (strip.right - strip.left):
        return False  # a heading centred above its text
    first_word = strip.text.split(" ", 1)[0]
    needs = (len(first_word) + 1) * (strip.right - strip.left) / max(len(strip.text), 1)
    return last.right + needs >= max(one.right for one in block) - _FULL * size and not last.text.endswith(_ENDED)


def _aligned_with(run: list[Strip], strip: Strip, most: float) -> bool:
    """Whether a line begins where the one before does, or where the bullet of its paragraph stands."""
    size = min(run[-1].size, strip.size)
    moved = strip.left - run[-1].left
    return -_ALIGNED * size < moved < most * size or (run[0].bullet and abs(strip.left - run[0].edge) < _ALIGNED * size)


def _centred(last: Strip, strip: Strip) -> bool:
    return abs(last.centre - strip.centre) < 0.5 * min(last.size, strip.size)


def _levels(firsts: Sequence[Strip], block: Sequence[Strip]) -> list[int]:
    """How far paragraphs are moved in: the left edges that occur, in order. Of centred lines all are 0."""
    size = _size(block)
    lefts, centres = _spread([one.edge for one in firsts]), _spread([one.centre for one in firsts])
    if len(firsts) < 2 or (centres < lefts and centres < _LEVEL * size):
        return [0] * len(firsts)
    steps: list[float] = []
    for left in sorted(one.edge for one in firsts):
        if not steps or left - steps[-1] > _LEVEL * size:
            steps.append(left)
    return [max(index for index, step in enumerate(steps) if one.edge >= step) for one in firsts]


def _spread(values: Sequence[float]) -> float:
    return max(values) - min(values)


def _paragraph(run: Sequence[Strip], level: int, sheet: _Sheet) -> Paragraph:
    text = ""
    for strip in run:
        broken = text.endswith("-") and strip.text[:1].islower() and text[-2:-1].isalpha()
        text = f"{text}{strip.text}" if broken else f"{text} {strip.text}".strip()
    letters = [len(strip.text) for strip in run]
    sure = sum(strip.confidence * count for strip, count in zip(run, letters, strict=True)) / max(sum(letters), 1)
    return Paragraph(text, level, union([_box(strip, sheet.page) for strip in run]), run[0].bullet, round(sure, 4))


def union(boxes: Sequence[Box]) -> Box | None:
    """The box around boxes of one page; None for none."""
    if not boxes:
        return None
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    right, bottom = max(box.left + box.width for box in boxes), max(box.top + box.height for box in boxes)
    return Box(left, top, round(right - left, 5), round(bottom - top, 5), boxes[0].page)
