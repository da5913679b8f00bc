"""Citations of one answer: the exact words of slides, each once, with where they stand."""

from __future__ import annotations

from collections.abc import Sequence

from groundstone.records import Box
from groundstone.slides.base import SlideCitation
from groundstone.slides.seen import Cell, Line, Matrix, Sheet

LONG = 240  # characters of a line that is quoted whole for one of its cells


class Evidence:
    """Collects the citations of one answer; the same words of a slide are cited once, with all of their places."""

    def __init__(self) -> None:
        self.citations: list[SlideCitation] = []
        self._known: dict[tuple[str, int, str], int] = {}

    def cite(self, sheet: Sheet, words: str, kind: str, boxes: Sequence[Box] = (), element: int | None = None) -> int:
        """The index of the citation of these words, or of the line that comes closest to them on the slide."""
        quote = sheet.quote(words, element)
        key = (sheet.deck, sheet.slide.number, quote)
        if key in self._known:
            index = self._known[key]
            old = self.citations[index]
            merged = tuple(dict.fromkeys((*old.boxes, *boxes)))
            self.citations[index] = _cited(sheet, quote, old.kind, merged)
            return index
        self._known[key] = len(self.citations)
        self.citations.append(_cited(sheet, quote, kind, tuple(dict.fromkeys(boxes))))
        return self._known[key]

    def line(self, sheet: Sheet, line: Line) -> int:
        return self.cite(sheet, line.text, line.kind, line.boxes, line.element)

    def cell(self, sheet: Sheet, matrix: Matrix, row: int, column: int) -> int:
        """The row of a table, or the series of a chart, that holds a cell; the cell's place."""
        label = matrix.columns[column] if matrix.series else matrix.rows[row]
        other = matrix.rows[row] if matrix.series else matrix.columns[column]
        cell = matrix.cells[row][column]
        line = _line_with(sheet, matrix, label, other, cell)
        boxes = cell.boxes or matrix.boxes
        if line is None:
            return self.cite(sheet, cell.text, matrix.kind, boxes, matrix.element)
        part = f"{other}: {cell.text}"
        words = part if len(line.text) > LONG and part in line.text else line.text
        return self.cite(sheet, words, line.kind, boxes or line.boxes, matrix.element)


def _cited(sheet: Sheet, quote: str, kind: str, boxes: tuple[Box, ...]) -> SlideCitation:
    return SlideCitation(sheet.deck, sheet.deck_name, sheet.slide.number, sheet.title, quote, kind, boxes)


def _line_with(sheet: Sheet, matrix: Matrix, label: str, other: str, cell: Cell) -> Line | None:
    """The line that says a cell: it has its text, begins with the label, and best names the other label too."""
    lines = [line for line in sheet.lines if line.element == matrix.element] or list(sheet.lines)
    held = [line for line in lines if cell.text in line.text] or lines
    return max(
        held,
        key=lambda line: (line.text.startswith(label), label in line.text, other in line.text, -len(line.text)),
        default=None,
    )
