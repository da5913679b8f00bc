"""What the layout of a page has bound together already: pairs, tables, and where their words stand among the pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from groundstone.documents.base import Cell, Layout, Pair, Word
from groundstone.documents.queries.sheet import Sheet

Key = tuple[str, tuple[tuple[float, float], ...]]
NAMES = (
    "pair_same", "pair_sure", "pair_touches", "pair_label_elsewhere", "pair_value_elsewhere", "pair_blank", "in_table",
    "table_same_column", "table_same_row", "table_header", "table_row",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell of a table: which table, and where in it."""

    table: int
    cell: Cell


class Bound:
    """Pairs and cells of one page by their words."""

    def __init__(self, layout: Layout, sheet: Sheet) -> None:
        page = sheet.page.number
        pairs = [pair for pair in layout.pairs if pair.key.place.page == page]
        self._keys: dict[Key, Pair] = {_key(word): pair for pair in pairs for word in pair.key.words}
        self._values: dict[Key, Pair] = {
            _key(word): pair for pair in pairs if pair.value is not None for word in pair.value.words
        }
        self.tables = [table for table in layout.tables if table.place.page == page]
        self._cells: dict[Key, Spot] = {
            _key(word): Spot(k, cell)
            for k, table in enumerate(self.tables)
            for cell in table.cells
            for word in cell.content.words
        }
        self._pieces = {_key(word): (piece.index, k) for piece in sheet.pieces for k, word in enumerate(piece.words)}

    def values_of(self, label: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
        """What stands for a label: by its pair, then by the cells below it or right of it."""
        pair = self._keys.get(_key(label[-1]))
        if pair is not None and pair.value is not None and pair.value.words:
            yield pair.value.words
        spot = self._cells.get(_key(label[-1]))
        if spot is not None:
            for cell in self.tables[spot.table].cells:
                below = cell.column == spot.cell.column and cell.row > spot.cell.row
                right = cell.row == spot.cell.row and cell.column > spot.cell.column
                if (below or right) and cell.content.words:
                    yield cell.content.words

    def at(self, words: Sequence[Word]) -> tuple[tuple[int, ...], int] | None:
        """The pieces that hold the words, and where in the first one they begin; None for words of no piece."""
        places = [self._pieces[_key(word)] for word in words if _key(word) in self._pieces]
        if len(places) < len(words) or not words:
            return None
        return tuple(dict.fromkeys(piece for piece, _ in places)), places[0][1]

    def row_of(self, words: Sequence[Word]) -> int:
        """The row of the cell that the words begin in, counted without headers; 0 outside of tables."""
        spot = self._cells.get(_key(words[0]))
        if spot is None:
            return 0
        headers = {cell.row for cell in self.tables[spot.table].cells if cell.is_header}
        return spot.cell.row - sum(row < spot.cell.row for row in headers)

    def heads(self, words: Sequence[Word]) -> tuple[str, str]:
        """What stands at the head of the column and of the row of the cell that the words begin in."""
        spot = self._cells.get(_key(words[0]))
        if spot is None:
            return "", ""
        table, cell = self.tables[spot.table], spot.cell
        column = [c.content.text for c in table.cells if c.is_header and c.column <= cell.column < c.column + c.columns]
        row = [c.content.text for c in table.cells if c.row <= cell.row < c.row + c.rows and c.column < cell.column]
        return " ".join(column), " ".join(row[:1])

    def features(self, label: Sequence[Word], value: Sequence[Word]) -> tuple[float, ...]:
        """In the order of ``NAMES``. ``label`` is empty for a claim without one."""
        pair = self._keys.get(_key(label[-1])) if label else None
        mine = {_key(word) for word in value}
        theirs = {_key(word) for word in pair.value.words} if pair is not None and pair.value is not None else set()
        shared = len(mine & theirs) / max(len(mine | theirs), 1)
        other = self._values.get(_key(value[0]))
        taken = other.confidence if other is not None and other is not pair else 0.0
        return (
            shared, shared * (pair.confidence if pair is not None else 0.0), float(bool(mine & theirs)),
            pair.confidence if theirs and pair is not None and not mine & theirs else 0.0, taken,
            float(pair is not None and pair.value is None), *self._in_table(label, value),
        )  # fmt: skip

    def _in_table(self, label: Sequence[Word], value: Sequence[Word]) -> tuple[float, ...]:
        spot = self._cells.get(_key(value[0]))
        if spot is None:
            return (0.0,) * 5
        head = self._cells.get(_key(label[-1])) if label else None
        same = head is not None and head.table == spot.table and head.cell is not spot.cell
        column = (
            same and head is not None and head.cell.column <= spot.cell.column < head.cell.column + head.cell.columns
        )
        row = same and head is not None and head.cell.row <= spot.cell.row < head.cell.row + head.cell.rows
        return 1.0, float(column), float(row), float(spot.cell.is_header), min(spot.cell.row, 6) / 6


def _key(word: Word) -> Key:
    return word.text, word.place.points
