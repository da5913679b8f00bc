"""What may be said of a slide as an answer: each of its lines, tiles of a number with its caption, and its lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from groundstone.slides import frames, lexis
from groundstone.slides.frames import Frame
from groundstone.slides.seen import Line, Sheet

MOST = 160  # of one slide
ITEMS = 16  # of a list
LONG_HEAD = 14  # words of a line that may be the heading of a list
WORDS = ("text", "diagram", "picture", "subtitle")


@dataclass(frozen=True, eq=False)
class Candidate:
    """Words of a slide that may answer a question. ``lines``: what they rest on; ``items``: what a list says.

    ``head``: what they stand under, a heading or the name of a column. ``what``: "line", "tile" or "list".
    """

    sheet: Sheet
    lines: tuple[Line, ...]
    what: str
    head: str = ""
    items: tuple[str, ...] = ()
    lead: Line | None = None  # the line that holds ``head``, where it is one

    @property
    def kind(self) -> str:
        return self.lines[0].kind

    @cached_property
    def text(self) -> str:
        """Its words in one line, without what they stand under."""
        if self.items:
            return "; ".join(self.items)
        mark = "; " if self.what == "line" else ": "
        first, *rest = (line.text.rstrip(" .;:") for line in self.lines)
        return mark.join([first, ", ".join(rest)]) if rest else self.lines[0].text

    @cached_property
    def own(self) -> frozenset[str]:
        return lexis.bag(" ".join(line.text for line in self.lines) if not self.items else self.text)

    @cached_property
    def under(self) -> frozenset[str]:
        return lexis.bag(self.head)

    @cached_property
    def placed(self) -> str:
        """Its words in their context, as they are compared with the question by meaning."""
        parts = (self.sheet.title[:120], self.head[:120], self.text[:320])
        return ": ".join(dict.fromkeys(part for part in parts if part))


def candidates(sheet: Sheet) -> list[Candidate]:
    """Everything on a slide that may be an answer, in its order, lists behind."""
    rows = frames.rows(sheet)
    tiles = frames.tiles(sheet)
    held = {line.place: tile for tile in [*tiles, *(frame for row in rows for frame in row)] for line in tile.lines}
    found = [Candidate(sheet, tile.lines, "tile") for tile in tiles]
    found += [
        Candidate(sheet, (line,), "line", *_head(line, sheet, held))
        for line in sheet.lines
        if not (line.place in held and len(held[line.place].lines) > 1 and held[line.place] in tiles)
    ]
    lists = [*_of_rows(sheet, rows), *_headed(sheet, held), *_titled(sheet, held), *_of_matrices(sheet)]
    return [*found[: MOST - len(lists)], *lists]


def _head(line: Line, sheet: Sheet, held: dict[int, Frame]) -> tuple[str]:
    """What a line stands under; nothing for one of a row of frames, which stand beside each other.

    A row of a table stands under what the rows are called.
    """
    if line.kind == "table":
        return (next((matrix.corner for matrix in sheet.matrices if matrix.element == line.element), ""),)
    return ("",) if line.place in held or not line.above else (line.above[-1],)


def _of_rows(sheet: Sheet, rows: Sequence[list[Frame]]) -> Iterable[Candidate]:
    for row in rows:
        lines = tuple(line for frame in row for line in frame.lines)
        items = tuple(_said(frame) for frame in row[:ITEMS])
        yield Candidate(sheet, lines, "list", sheet.title, items, _title(sheet))


def _said(frame: Frame) -> str:
    first, *rest = (line.text.strip().rstrip(".;:,") for line in frame.lines)
    return f"{first}: {', '.join(rest)}" if rest else first


def _headed(sheet: Sheet, held: dict[int, Frame]) -> Iterable[Candidate]:
    """Lines with what stands right under them."""
    done: set[str] = set()
    for line in sheet.lines:
        if line.kind not in WORDS or line.text in done or len(line.text.split()) > LONG_HEAD:
            continue
        below = [one for one in sheet.below(line) if one.place not in held or line.place not in held]
        if below and not (line.place in held and len(held[line.place].lines) > 1):
            done.add(line.text)
            yield Candidate(sheet, tuple(below[:ITEMS]), "list", line.text, _texts(below), line)


def _titled(sheet: Sheet, held: dict[int, Frame]) -> Iterable[Candidate]:
    """The outer lines of each text, and of all together, under the title."""
    outer = [line for line in sheet.lines if line.kind in WORDS and not line.above and line.text != sheet.title]
    elements = dict.fromkeys(line.element for line in outer)
    if len(elements) > 1 and len(outer) <= ITEMS:
        items = tuple(dict.fromkeys(_said(held[one.place]) if one.place in held else one.text for one in outer))
        yield Candidate(sheet, tuple(outer), "list", sheet.title, items, _title(sheet))
    for element in elements:
        some = [line for line in outer if line.element == element]
        if len(some) >= 2:
            yield Candidate(sheet, tuple(some[:ITEMS]), "list", sheet.title, _texts(some), _title(sheet))


def _of_matrices(sheet: Sheet) -> Iterable[Candidate]:
    """What the rows of a table or chart are called, and each of its columns of words."""
    for matrix in sheet.matrices:
        lines = [line for line in sheet.lines if line.element == matrix.element]
        if len(matrix.rows) < 2 or not lines:
            continue
        if any(any(map(str.isalpha, row)) for row in matrix.rows):
            yield _column(sheet, matrix.corner or sheet.title, matrix.rows, lines)
        for place in range(len(matrix.columns)):
            if matrix.kind == "table" and place not in matrix.numeric:
                cells = [cell.text for cell in matrix.column(place)]
                yield _column(sheet, matrix.columns[place], cells, lines)


def _column(sheet: Sheet, head: str, cells: Sequence[str], lines: Sequence[Line]) -> Candidate:
    items = tuple(dict.fromkeys(text for cell in cells if (text := " ".join(cell.split())) and not _sums_up(text)))
    held = tuple(line for line in lines if any(item in line.text for item in items[:ITEMS]))
    return Candidate(sheet, held[:ITEMS] or tuple(lines[:1]), "list", head, items[:ITEMS])


def _sums_up(text: str) -> bool:
    return text.casefold() in ("total", "sum", "all", "overall", "group", "total:", "n/a", "-", "–")


def _texts(lines: Sequence[Line]) -> tuple[str, ...]:
    return tuple(line.text.strip().rstrip(".;,") for line in lines[:ITEMS])


def _title(sheet: Sheet) -> Line | None:
    return next((line for line in sheet.lines if line.kind == "title"), None)
