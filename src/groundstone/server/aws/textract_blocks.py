"""textract: a page that was read and understood as the flat list of blocks that this service answers with.

The order is that of real answers: PAGE, all lines, all words, check boxes, each table with its cells, titles of tables,
keys with their values, queries with their results.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from groundstone.documents.base import Cell, Finding, Layout, Line, Mark, Page, Pair, Place, Region, Table, Word
from groundstone.server.aws.textract_grid import Part, parts

Block = dict[str, Any]
WHOLE = Place.of(0.0, 0.0, 1.0, 1.0)
FORMS, TABLES, QUERIES = "FORMS", "TABLES", "QUERIES"


def blocks(
    page: Page,
    layout: Layout,
    findings: Sequence[Finding],
    *,
    features: Iterable[str],
    seed: UUID,
    numbered: bool,
) -> list[Block]:
    """All blocks of one page. The same page and seed give the same ids.

    Args:
        layout, findings: what was understood of this page, and its answers to the queries that it was asked.
        features: of FORMS, TABLES, QUERIES; without any, only lines and words.
        numbered: whether each block says its page, as those of jobs do.
    """
    made = _PageBlocks(page, seed).build(layout, findings, frozenset(features))
    if numbered:
        for block in made:
            block["Page"] = page.number
    return made


class _PageBlocks:
    """The blocks of one page on the way; words and marks are made once and then pointed to."""

    def __init__(self, page: Page, seed: UUID) -> None:
        self._page, self._seed = page, seed
        self._made: list[Block] = []
        self._words: dict[Word, str] = {}
        self._marks: dict[Mark, str] = {}
        self._top: list[str] = []  # children of the page

    def build(self, layout: Layout, findings: Sequence[Finding], features: frozenset[str]) -> list[Block]:
        root = self._add("PAGE", Geometry=geometry(WHOLE))
        self._lines(self._page.lines)
        if features & {FORMS, TABLES}:
            self._selections(layout)
        if TABLES in features:
            self._tables([table for table in layout.tables if table.place.page == self._page.number])
        if FORMS in features:
            for pair in layout.pairs:
                if pair.key.place.page == self._page.number:
                    self._pair(pair)
        if QUERIES in features:
            for finding in findings:
                self._query(finding)
        _relate(root, CHILD=self._top)
        return self._made

    def _add(self, kind: str, **members: Any) -> Block:
        block: Block = {"BlockType": kind, **members, "Id": str(uuid5(self._seed, self._name()))}
        self._made.append(block)
        return block

    def _name(self) -> str:
        return f"{self._page.number}.{len(self._made)}"

    def _add_top(self, kind: str, **members: Any) -> Block:
        block = self._add(kind, **members)
        self._top.append(block["Id"])
        return block

    # -- text -------------------------------------------------------------------------------------------

    def _lines(self, lines: Sequence[Line]) -> None:
        made = [self._add_top("LINE", **_read(line)) for line in lines]
        for block, line in zip(made, lines, strict=True):
            ids = [self._word(word) for word in line.words]
            _relate(block, CHILD=ids)

    def _word(self, word: Word) -> str:
        block = self._add("WORD", **_read(word), TextType="PRINTED")
        self._words.setdefault(word, block["Id"])
        return str(block["Id"])

    def _selections(self, layout: Layout) -> None:
        for mark in (*layout.marks, *self._page.marks, *_marks_inside(layout)):
            if mark.place.page == self._page.number and mark not in self._marks:
                status = "SELECTED" if mark.checked else "NOT_SELECTED"
                block = self._add("SELECTION_ELEMENT", **_placed(mark.confidence, mark.place), SelectionStatus=status)
                self._marks[mark] = block["Id"]

    def _content(self, region: Region | None) -> list[str]:
        """Ids of what a region holds: check boxes first, as in real answers."""
        if region is None:
            return []
        words = (self._words.get(word) or self._nearest(word) for word in region.words)
        found = [*(self._marks.get(mark) for mark in region.marks), *words]
        return list(dict.fromkeys(id for id in found if id))

    def _nearest(self, word: Word) -> str | None:
        """For a piece of a word, cut off at a colon for example: the word around its middle."""
        x, y = _middle(word.place)
        return next((id for whole, id in self._words.items() if _covers(whole.place, x, y)), None)

    # -- tables -----------------------------------------------------------------------------------------

    def _tables(self, tables: Sequence[Table]) -> None:
        made = [(self._table(table), table) for table in tables]
        for block, table in made:
            if table.title is not None:
                title = self._add("TABLE_TITLE", **_placed(table.title.confidence, table.title.place))
                _relate(title, CHILD=self._content(table.title))
                _relate(block, TABLE_TITLE=[title["Id"]])

    def _table(self, table: Table) -> Block:
        block = self._add_top("TABLE", **_placed(table.confidence, table.place))
        grid = sorted(((part, cell) for cell in table.cells for part in parts(cell, table)), key=lambda one: one[0][:2])
        cells = {(part.row, part.column): self._part(part, cell, table) for part, cell in grid}
        merged = [self._merged(cell, cells) for cell in table.cells if cell.rows * cell.columns > 1]
        _relate(block, CHILD=list(cells.values()), MERGED_CELL=merged)
        headed = any(cell.is_header for cell in table.cells)
        block["EntityTypes"] = ["STRUCTURED_TABLE" if headed else "SEMI_STRUCTURED_TABLE"]
        return block

    def _part(self, part: Part, cell: Cell, table: Table) -> str:
        """A block for one place of the grid: what is merged is still there in parts."""
        confidence = cell.content.confidence if part.words else table.confidence
        block = self._cell("CELL", cell, Cell(part.row, part.column, cell.content), part.place, confidence)
        first = (part.row, part.column) == (cell.row, cell.column)
        marks = cell.content.marks if first else ()
        _relate(block, CHILD=self._content(Region("", 0.0, part.place, part.words, marks)))
        return str(block["Id"])

    def _merged(self, cell: Cell, cells: Mapping[tuple[int, int], str]) -> str:
        block = self._cell("MERGED_CELL", cell, cell, cell.content.place, cell.content.confidence)
        rows, columns = range(cell.row, cell.row + cell.rows), range(cell.column, cell.column + cell.columns)
        _relate(block, CHILD=[cells[row, column] for row in rows for column in columns])
        return str(block["Id"])

    def _cell(self, kind: str, whole: Cell, shown: Cell, place: Place, confidence: float) -> Block:
        at = {"RowIndex": shown.row, "ColumnIndex": shown.column, "RowSpan": shown.rows, "ColumnSpan": shown.columns}
        block = self._add(kind, Confidence=percent(confidence), **at, Geometry=geometry(place))
        if whole.is_header:
            block["EntityTypes"] = ["COLUMN_HEADER"]
        return block

    # -- forms and queries ------------------------------------------------------------------------------

    def _pair(self, pair: Pair) -> None:
        place = pair.value.place if pair.value else _beside(pair.key.place)
        key = self._add_top("KEY_VALUE_SET", **_placed(pair.confidence, pair.key.place))
        value = self._add_top("KEY_VALUE_SET", **_placed(pair.confidence, place))
        _relate(key, VALUE=[value["Id"]], CHILD=self._content(pair.key))
        _relate(value, CHILD=self._content(pair.value))
        key["EntityTypes"], value["EntityTypes"] = ["KEY"], ["VALUE"]

    def _query(self, finding: Finding) -> None:
        query, answer = finding.query, finding.answer
        asked = {"Text": query.text} | ({"Alias": query.alias} if query.alias else {})
        block = self._add_top("QUERY")
        if answer is not None:
            told = {"Confidence": percent(finding.confidence), "Text": answer.text}
            result = self._add_top("QUERY_RESULT", **told, Geometry=geometry(answer.region.place))
            _relate(block, ANSWER=[result["Id"]])
        block["Query"] = asked


def geometry(place: Place) -> dict[str, Any]:
    """What reaches beyond the page is cut off at its edge."""
    points = [(_inside(x), _inside(y)) for x, y in place.points]
    left, top = min(x for x, _ in points), min(y for _, y in points)
    width, height = max(x for x, _ in points) - left, max(y for _, y in points) - top
    return {
        "BoundingBox": {"Width": width, "Height": height, "Left": left, "Top": top},
        "Polygon": [{"X": x, "Y": y} for x, y in points],
    }


def percent(confidence: float) -> float:
    return 100.0 * _inside(confidence)


def _inside(value: float) -> float:
    return min(1.0, max(0.0, float(value)))


def _read(read: Line | Word) -> Block:
    return {"Confidence": percent(read.confidence), "Text": read.text, "Geometry": geometry(read.place)}


def _placed(confidence: float, place: Place) -> Block:
    return {"Confidence": percent(confidence), "Geometry": geometry(place)}


def _relate(block: Block, **children: Sequence[str]) -> None:
    """Relationships that exist; a block without any has no such member."""
    made = [{"Type": kind, "Ids": list(ids)} for kind, ids in children.items() if ids]
    if made:
        block.setdefault("Relationships", []).extend(made)


def _marks_inside(layout: Layout) -> Iterator[Mark]:
    for pair in layout.pairs:
        yield from (*pair.key.marks, *(pair.value.marks if pair.value else ()))
    for table in layout.tables:
        for cell in table.cells:
            yield from cell.content.marks


def _middle(place: Place) -> tuple[float, float]:
    return sum(x for x, _ in place.points) / 4, sum(y for _, y in place.points) / 4


def _covers(place: Place, x: float, y: float) -> bool:
    box = place.box
    return box.left <= x <= box.left + box.width and box.top <= y <= box.top + box.height


def _beside(key: Place) -> Place:
    """Where the value of a label left blank would stand: after it, as wide and as high as the label itself."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = key.points
    return Place(((bx, by), (2 * bx - ax, 2 * by - ay), (2 * cx - dx, 2 * cy - dy), (cx, cy)), key.page)
