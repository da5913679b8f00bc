"""Grids filled with the words of the page: cells, headers, titles; and which grids are forms rather than tables."""

from __future__ import annotations

from collections.abc import Sequence

from groundstone.documents.base import Cell, Mark, Region, Table, Word
from groundstone.documents.layout import across, labels
from groundstone.documents.layout.grids import Grid, Places
from groundstone.documents.layout.segments import Segment, Sheet, rows
from groundstone.documents.layout.upright import Rect

TITLE_ABOVE = 2.2  # text heights from a title to its table
SMALLER = 0.8  # the height of a small label in a cell, as a share of that of its value
LINES = 6  # lines of one cell at most, on average, for the grid to be a table


class Filled:
    """A grid with the segments and marks that stand in each slot; words count where their middle is."""

    def __init__(self, sheet: Sheet, grid: Grid) -> None:
        self.sheet, self.grid, self._places = sheet, grid, Places([grid])
        self.parts: list[list[Segment]] = [[] for _ in grid.slots]
        self.marks: list[list[Mark]] = [[] for _ in grid.slots]
        for segment in sheet.segments:
            for slot, part in self._cut(segment):
                self.parts[slot].append(part)
        for mark, rect in sheet.marks:
            home = self._home(rect)
            if home is not None:
                self.marks[home].append(mark)

    @property
    def segments(self) -> list[Segment]:
        """The whole segments that have a part in the grid."""
        inside = {id(word) for parts in self.parts for part in parts for word in part.words}
        return [segment for segment in self.sheet.segments if any(id(word) in inside for word in segment.words)]

    @property
    def texts(self) -> list[list[str]]:
        """By rows and columns; that of a slot over several stands in the first, "" in the others."""
        found = [["" for _ in range(self.grid.columns)] for _ in range(self.grid.rows)]
        for number, slot in enumerate(self.grid.slots):
            found[slot.row][slot.column] = self.text(number)
        return found

    def text(self, slot: int) -> str:
        return " ".join(word.text for word in self.words(slot))

    def words(self, slot: int) -> tuple[Word, ...]:
        return tuple(word for row in rows(self.parts[slot]) for part in row for word in part.words)

    def chance(self, slot: int) -> float:
        """How much the text of a slot reads like a label."""
        return labels.likeness(self.text(slot)) if self.parts[slot] else 0.15

    def _home(self, rect: Rect) -> int | None:
        found = self._places.of(rect.middle)
        return None if found is None else found[1]

    def _cut(self, segment: Segment) -> list[tuple[int, Segment]]:
        if not self.grid.rect.holds(segment.rect.middle, 30):
            return []
        found: list[tuple[int, Segment]] = []
        start, home = 0, self._home(segment.rects[0])
        for place in range(1, len(segment.words) + 1):
            here = self._home(segment.rects[place]) if place < len(segment.words) else -1
            if here != home:
                if home is not None:
                    found.append((home, segment.cut(start, place)))
                start, home = place, here
        return found


def is_table(filled: Filled) -> bool:
    """Two rows and columns at least, words in a good part of the cells, and no cell that is a page of its own."""
    grid = filled.grid
    if grid.rows < 2 or grid.columns < 2 or len(grid.slots) < 4:
        return False
    full = [n for n, parts in enumerate(filled.parts) if parts]
    if len(full) < max(3, 0.25 * len(grid.slots)):
        return False
    lines = sum(len(rows(filled.parts[slot])) for slot in full)
    return lines <= LINES * len(full)


def is_data(filled: Filled) -> bool:
    """A table whose cells answer to a header above them, not a form in which labels and values alternate."""
    grid = filled.grid
    if across.reads_across(filled.texts):
        return True
    if grid.rows < 3 and grid.columns < 3:
        return False
    plain = [n for n, slot in enumerate(grid.slots) if slot.rows == 1 and slot.columns == 1 and filled.parts[n]]
    within = sum(_holds_pair(filled, n) for n in plain)
    if not plain or within > 0.3 * len(plain):
        return False
    first = [filled.chance(n) for n in plain if grid.slots[n].row == 0]
    rest = [filled.chance(n) for n in plain if grid.slots[n].row > 0]
    head = _mean(first) - _mean(rest)
    evens = [filled.chance(n) for n in plain if grid.slots[n].column % 2 == 0]
    odds = [filled.chance(n) for n in plain if grid.slots[n].column % 2 == 1]
    side = _mean(evens) - _mean(odds)
    return grid.rows > 2 and len(first) > 1 and head > 0.1 and head >= side


def table(filled: Filled, title: Segment | None) -> Table:
    grid, upright = filled.grid, filled.sheet.upright
    headers = _headers(filled)
    cells = tuple(
        Cell(slot.row + 1, slot.column + 1, _content(filled, n), slot.rows, slot.columns, n in headers)
        for n, slot in enumerate(grid.slots)
    )
    title_region = None if title is None else _region(filled, title.rect, title.words, ())
    return Table(upright.place(grid.rect), grid.rows, grid.columns, cells, _confidence(filled), title_region)


def inner_title(filled: Filled) -> Segment | None:
    """The words of a first row that is one cell over all columns, when rows of several cells follow."""
    grid = filled.grid
    first = grid.slots[0]
    if first.columns < grid.columns or first.rows > 1 or grid.rows < 3 or not filled.parts[0]:
        return None
    parts = [part for row in rows(filled.parts[0]) for part in row]
    text = " ".join(part.text for part in parts)
    if len(text.split()) > labels.LONG or labels.ends_label(text):
        return None
    return Segment(sum((part.words for part in parts), ()), sum((part.rects for part in parts), ()))


def title_above(sheet: Sheet, grid: Grid) -> Segment | None:
    """A line that stands alone, closely above the table."""
    around = grid.rect
    near = [
        segment
        for segment in sheet.segments
        if 0 <= around.top - segment.rect.bottom < TITLE_ABOVE and segment.rect.beside(around) > 0.5
    ]
    if len(near) != 1 or len(near[0].words) > labels.LONG:
        return None
    if any(labels.ends_label(word.text) for word in near[0].words):
        return None
    rect = near[0].rect
    centred = abs(rect.middle[0] - around.middle[0]) < 2
    alone = not any(o is not near[0] and o.rect.above(rect) > 0.5 for o in sheet.segments)
    return near[0] if alone and (centred or abs(rect.left - around.left) < 1.5) else None


def _holds_pair(filled: Filled, slot: int) -> bool:
    """The cell has a label of its own: inline, or above its value."""
    parts = filled.parts[slot]
    if any(labels.ends_label(word.text) for part in parts for word in part.words[:-1]):
        return True
    lines = rows(parts)
    if len(lines) < 2:
        return False
    small = _mean([p.height for p in lines[0]]) < SMALLER * _mean([p.height for p in lines[1]])
    return small or labels.likeness(" ".join(p.text for p in lines[0])) > 0.6


def _headers(filled: Filled) -> set[int]:
    """The numbers of the slots that name others: of the first row, of the first column, or neither."""
    slots = filled.grid.slots
    found: set[int] = set()
    if sum(_holds_pair(filled, n) for n in range(len(slots))) > 0.3 * len(slots):
        return found
    top = [n for n, slot in enumerate(slots) if slot.row == 0]
    below = [n for n, slot in enumerate(slots) if slot.row > 0]
    if _names(filled, top, below, 0.5):
        found |= set(top)
    side = [n for n, slot in enumerate(slots) if slot.column == 0]
    beside = [n for n, slot in enumerate(slots) if slot.column > 0]
    reads_across = across.reads_across(filled.texts)
    if reads_across or (_names(filled, side, beside, 0.75) and (not found or filled.grid.columns > 2)):
        found |= set(side)
    if reads_across and across.is_numbered(filled.texts[0]):
        found |= set(top)
    return found


def _names(filled: Filled, heads: list[int], others: list[int], share: float) -> bool:
    full = [n for n in heads if filled.parts[n]]
    if len(full) < max(2, share * len(heads)):
        return False
    digits = _mean([labels.digits_share(filled.text(n)) for n in full])
    figures = _mean([labels.digits_share(filled.text(n)) for n in others if filled.parts[n]])
    contrast = _mean([filled.chance(n) for n in full]) - _mean([filled.chance(n) for n in others if filled.parts[n]])
    return digits < 0.15 and (contrast > 0.12 or (contrast > 0 and figures > 0.2))


def _content(filled: Filled, number: int) -> Region:
    return _region(filled, filled.grid.slots[number].rect, filled.words(number), filled.marks[number])


def _region(filled: Filled, rect: Rect, words: Sequence[Word], marks: Sequence[Mark]) -> Region:
    sure = min([w.confidence for w in words] + [m.confidence for m in marks], default=1.0)
    text = " ".join(word.text for word in words)
    return Region(text, sure, filled.sheet.upright.place(rect), tuple(words), tuple(marks))


def _confidence(filled: Filled) -> float:
    """Of the table: drawn cells are surer than aligned words, full ones than empty ones."""
    full = sum(bool(parts) for parts in filled.parts) / len(filled.parts)
    return min(0.55 + 0.1 * full + (0.3 if filled.grid.ruled else 0.0) + 0.02 * min(filled.grid.rows, 5), 0.99)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
