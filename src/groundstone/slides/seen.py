"""A slide as it is looked through for an answer: its lines with what they stand under, and its tables and charts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache

from groundstone.documents.decks.base import Chart, Deck, Element, Grid, Kind, Paragraph, Series, Slide
from groundstone.documents.decks.number_format import shown
from groundstone.documents.decks.told import Told, told
from groundstone.records import Box
from groundstone.slides import amounts, lexis
from groundstone.slides.amounts import Amount
from groundstone.slides.base import DeckInfo

SUMMED = 3  # rows from which a row that is the sum of the others is their total
HEADING = 90  # characters of a line that may be the heading of those below it
FEW_WORDS = 8
MOST_LINES = 500  # of a slide; what comes after is found by the search, but not looked through
RUNNING, RUNNING_SHARE = 3, 0.4  # slides, and their share of the deck, on which a line stands that is no content
OPENING = 300  # characters of the first slide that count as words of its deck


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a slide's text. ``above``: the lines that it stands under on the slide, outermost first.

    ``below`` says whether other lines stand under it. ``place``: its number among the lines of the slide.
    """

    text: str
    kind: Kind
    element: int
    boxes: tuple[Box, ...] = ()
    level: int = 0
    bullet: bool = False
    above: tuple[str, ...] = ()
    place: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a table or chart; ``amount`` is None for words."""

    text: str
    amount: Amount | None
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True)
class Matrix:
    """A table or chart: ``cells[row][column]`` with their labels. ``name``: what it is a table of, with its axes.

    ``series``: True where the columns are the series of a chart. ``corner``: what the row labels are ("Region").
    """

    element: int
    kind: Kind
    name: str
    corner: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]
    series: bool = False
    boxes: tuple[Box, ...] = ()

    def column(self, index: int) -> list[Cell]:
        return [row[index] for row in self.cells]

    @cached_property
    def numeric(self) -> tuple[int, ...]:
        """Columns that hold numbers, years aside."""
        found = []
        for index in range(len(self.columns)):
            held = [cell for cell in self.column(index) if cell.text.strip(" -–—")]
            numbers = [cell.amount for cell in held if cell.amount is not None]
            years = numbers and all(amount.is_year for amount in numbers)
            if numbers and not years and len(numbers) * 2 >= len(held):
                found.append(index)
        return tuple(found)

    @cached_property
    def sums(self) -> frozenset[int]:
        """Rows that are the sum of all the others in some column, whatever they are called: the last, or the first."""
        ends = (len(self.rows) - 1, 0) if len(self.rows) > SUMMED else ()
        return frozenset(row for row in ends if any(self._sums(row, column) for column in self.numeric))

    def _sums(self, row: int, column: int) -> bool:
        values = [cell.amount.value if cell.amount else None for cell in self.column(column)]
        others = [value for place, value in enumerate(values) if place != row and value is not None]
        own = values[row]
        return own is not None and own > 0 and len(others) >= SUMMED and sum(others) == own

    @cached_property
    def words(self) -> str:
        return " ".join((self.name, self.corner, *self.rows, *self.columns))


@dataclass(frozen=True)
class Sheet:
    """A slide with its deck; ``score`` as the search gave it."""

    deck: str
    deck_name: str
    deck_title: str
    slide: Slide
    score: float = 0.0
    opening: str = ""  # the words of the deck's first slide: who speaks, of which company
    running: frozenset[str] = (
        frozenset()
    )  # lines that most slides carry, as ``running`` gives them: no answer to anything

    @cached_property
    def title(self) -> str:
        return self.slide.title

    @cached_property
    def told(self) -> Told:
        return told(self.slide)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for line in _lines(self.slide, self.told) if not self._runs(line))

    def _runs(self, line: Line) -> bool:
        return line.kind not in ("title", "notes", "table", "chart") and without_numbers(line.text) in self.running

    @cached_property
    def matrices(self) -> tuple[Matrix, ...]:
        return tuple(_matrices(self.slide))

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the slide and of the names of its deck."""
        return lexis.bag(f"{self.told.text}\n{self.deck_title}\n{_name(self.deck_name)}\n{self.opening}")

    @cached_property
    def heading(self) -> frozenset[str]:
        return lexis.bag(self.title)

    @cached_property
    def deck_words(self) -> frozenset[str]:
        return lexis.bag(f"{self.deck_title} {_name(self.deck_name)} {self.opening}")

    def below(self, line: Line) -> list[Line]:
        """The lines that stand right under one."""
        return [other for other in self._children.get(line.text, ()) if other is not line]

    @cached_property
    def _children(self) -> dict[str, list[Line]]:
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            if line.above:
                found.setdefault(line.above[-1], []).append(line)
        return found

    def quote(self, words: str, element: int | None = None) -> str:
        """The words, if they stand in the slide's text as they are; otherwise the line of it that shares most."""
        if words and words in self.told.text:
            return words
        wanted = set(lexis.roots(words))
        lines = [line for line in self.lines if element is None or line.element == element] or list(self.lines)
        best = max(lines, key=lambda line: len(wanted & set(lexis.roots(line.text))), default=None)
        return best.text if best else ""


def sheet(info: DeckInfo | None, id: str, deck: Deck, slide: Slide, score: float = 0.0) -> Sheet:
    first = deck.slide(1)
    opening = told(first).text[:OPENING] if first is not None and slide.number > 1 else ""
    title = deck.title or (info.title if info else "")
    return Sheet(id, info.name if info else deck.name, title, slide, score, opening, running(_Same(deck)))


class _Same:
    """A deck as a key of a cache: by being the same one, since decks are large to compare."""

    def __init__(self, deck: Deck) -> None:
        self.deck = deck

    def __hash__(self) -> int:
        return id(self.deck)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.deck is self.deck


@lru_cache(maxsize=16)
def running(same: _Same) -> frozenset[str]:
    """Lines at the head or foot of most slides, without their numbers: names of the deck, of the speaker, dates."""
    counts: Counter[str] = Counter()
    for slide in same.deck.slides:
        elements = (element for element in slide.elements if element.kind not in ("title", "notes", "table", "chart"))
        lines = (line for element in elements for line in element.text.splitlines())
        counts.update({without_numbers(line) for line in lines} - {""})
    least = max(RUNNING, RUNNING_SHARE * len(same.deck.slides))
    return frozenset(line for line, count in counts.items() if count >= least)


def without_numbers(line: str) -> str:
    """A line as it is compared with those of other slides; empty when it has no letter."""
    words = re.findall(r"[^\W\d_]+", line.casefold())
    return " ".join(words)


def _name(file: str) -> str:
    stem = file.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return stem.replace("_", " ").replace("-", " ")


def _lines(slide: Slide, said: Told) -> list[Line]:
    """The lines of the canonical text with their places on the slide."""
    elements = {element.number: element for element in slide.elements}
    found: list[Line] = []
    used: dict[int, int] = {}
    start = 0
    for text in said.text.split("\n"):
        spans = said.at(start, start + len(text))
        if len(found) >= MOST_LINES:
            break
        if text.strip() and spans:
            element = elements.get(spans[0].element)
            paragraph = _paragraph(element, text, used) if element else None
            boxes = said.boxes(start, start + len(text))
            level, bullet = (paragraph.level, paragraph.bullet) if paragraph else (0, False)
            kind, number = spans[0].kind, spans[0].element
            found.append(Line(text, kind, number, boxes, level, bullet, (), len(found)))
        start += len(text) + 1
    return _under(found, slide)


def _paragraph(element: Element, text: str, used: dict[int, int]) -> Paragraph | None:
    """The paragraph of an element that a line of the text says; each is taken once, in order."""
    first = used.get(element.number, 0)
    for place in range(first, len(element.paragraphs)):
        lines = [" ".join(line.split()) for line in element.paragraphs[place].text.splitlines()]
        if text in lines:
            used[element.number] = place + (text == lines[-1])
            return element.paragraphs[place]
    return None


def _under(lines: Sequence[Line], slide: Slide) -> list[Line]:
    """Each line with those that it stands under: of a lower level, or a heading in front of bullets."""
    found: list[Line] = []
    stack: list[Line] = []
    group: dict[int, tuple[str, ...]] = {element.number: element.group for element in slide.elements}
    for line in lines:
        if stack and (stack[-1].element != line.element):
            stack = [one for one in stack if _leads(one, line, found, group)]
        while stack and not _holds(stack[-1], line):
            stack.pop()
        found.append(
            Line(
                line.text, line.kind, line.element, line.boxes, line.level, line.bullet,
                tuple(one.text for one in stack), line.place,
            )
        )  # fmt: skip
        if line.kind not in ("title", "notes", "footer", "table", "chart"):
            stack.append(line)
    return found


def _holds(upper: Line, line: Line) -> bool:
    """Whether a line stands under another of the same text frame."""
    if upper.element != line.element:
        return True
    if line.level > upper.level:
        return True
    headed = upper.text.rstrip().endswith(":") or (not upper.bullet and line.bullet)
    return headed and line.level >= upper.level and not (line.text.rstrip().endswith(":") and not line.bullet)


def _leads(upper: Line, line: Line, before: Sequence[Line], group: dict[int, tuple[str, ...]]) -> bool:
    """Whether a frame is the heading of the next one: one short line right above it, or in the same group."""
    if line.kind in ("title", "notes", "footer", "table", "chart"):
        return False
    alone = sum(one.element == upper.element for one in before) == 1
    if not alone or len(upper.text) > HEADING or len(upper.text.split()) > FEW_WORDS or not upper.boxes:
        return False
    if group.get(upper.element) and group.get(upper.element) == group.get(line.element):
        return True
    return bool(line.boxes) and _above(upper.boxes[0], line.boxes[0])


def _above(one: Box, other: Box) -> bool:
    """Whether a box stands right above another: they overlap in width and the gap is small."""
    overlap = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    gap = other.top - (one.top + one.height)
    return overlap > 0.5 * min(one.width, other.width) and -0.02 <= gap <= 0.08


def _matrices(slide: Slide) -> list[Matrix]:
    found = []
    for element in slide.elements:
        if element.grid is not None and element.grid.rows:
            found.append(_of_grid(element, element.grid, slide))
        if element.chart is not None and element.chart.series:
            found.append(_of_chart(element, element.chart, slide))
    return [matrix for matrix in found if matrix.rows and matrix.columns]


def _of_grid(element: Element, grid: Grid, slide: Slide) -> Matrix:
    width = max(len(row) for row in grid.rows)
    rows = [tuple(row) + ("",) * (width - len(row)) for row in grid.rows]
    top = min(grid.header_rows, max(len(rows) - 1, 0))
    left = min(grid.header_columns, width - 1) if width > 1 else 0
    if left == 0 and width > 1:
        left = 1
    heads = rows[:top]
    columns = tuple(_joined(row[place] for row in heads) for place in range(left, width))
    corner = _joined(row[place] for row in heads for place in range(left))
    labels = tuple(_joined(row[:left]) for row in rows[top:])
    name = element.alt or ""
    over_all = amounts.under(corner) or amounts.under(name) or amounts.under(slide.title)
    cells = []
    for number, row in enumerate(rows[top:], top):
        line = amounts.under(labels[number - top])
        cells.append(
            tuple(
                _cell(row[place], amounts.under(columns[place - left]) or line or over_all, _box(grid, number, place))
                for place in range(left, width)
            )
        )
    boxes = (element.box,) if element.box else ()
    columns, labels = tuple(map(_unmarked, columns)), tuple(map(_unmarked, labels))
    columns = columns if top else tuple(f"column {place + 2}" if width > 2 else "" for place in range(width - left))
    return Matrix(element.number, "table", name, corner, labels, columns, tuple(cells), False, boxes)


def _unmarked(label: str) -> str:
    """A label without the mark of a footnote behind it."""
    return re.sub(r"\s*(?:[¹²³⁰⁴-⁹*†‡§]+|\([¹²³⁴-⁹*†‡]\))\s*$", "", label) or label


def _joined(parts: Iterable[str]) -> str:
    seen = dict.fromkeys(" ".join(part.split()) for part in parts)
    return " ".join(part for part in seen if part)


def _box(grid: Grid, row: int, column: int) -> tuple[Box, ...]:
    inside = row < len(grid.boxes) and column < len(grid.boxes[row])
    return (grid.boxes[row][column],) if inside else ()


def _cell(text: str, head: Amount | None, boxes: tuple[Box, ...]) -> Cell:
    amount = amounts.whole(text)
    if amount is not None and not (amount.is_year and head is None):
        amount = amounts.manner(amount, head)
    return Cell(" ".join(text.split()), amount, boxes)


def _of_chart(element: Element, chart: Chart, slide: Slide) -> Matrix:
    name = " ".join(part for part in (chart.title, chart.value_axis) if part) or element.alt
    boxes = (element.box,) if element.box else ()
    head = amounts.under(chart.value_axis) or amounts.under(chart.title) or amounts.under(slide.title)
    cells = []
    for place, _ in enumerate(chart.categories):
        cells.append(tuple(_point(series, place, head, boxes) for series in chart.series))
    columns = tuple(series.name or chart.value_axis or chart.title for series in chart.series)
    return Matrix(
        element.number, "chart", name, chart.category_axis, tuple(chart.categories), columns, tuple(cells), True, boxes
    )


def _point(series: Series, place: int, head: Amount | None, boxes: tuple[Box, ...]) -> Cell:
    value = series.values[place] if place < len(series.values) else None
    if value is None or value != value or value in (float("inf"), float("-inf")):
        return Cell("", None, boxes)
    text = shown(value, series.format)
    amount = amounts.whole(text) or Amount(Decimal(repr(value)))
    return Cell(text, amounts.manner(amount, amounts.under(series.name) or head), boxes)
