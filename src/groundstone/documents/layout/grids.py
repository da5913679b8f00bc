"""Grids of drawn lines: where rulings touch each other they divide the page into cells; a missing one merges two."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from groundstone.documents.base import Point
from groundstone.documents.layout.segments import Rule, Sheet
from groundstone.documents.layout.upright import Rect

TOUCH = 0.7  # text heights between the ends of rulings that meet
SAME = 0.6  # text heights between two rulings that are one
SHORTEST = 0.9  # text heights of a ruling that counts
COVERED = 0.6  # share of a cell's edge that is drawn
LIMIT = 400  # rulings of one page that are looked at, the longest
LEVELS = 1000  # stretches of a page by which slots are looked up, however small its text
MOST = 200  # rows or columns of a grid


@dataclass(frozen=True, slots=True)
class Slot:
    """A cell of a grid, with rows and columns counted from 0."""

    row: int
    column: int
    rows: int
    columns: int
    rect: Rect


@dataclass(frozen=True)
class Grid:
    """Slots that cover the grid exactly, by rows, then columns. ``ruled``: its cells are drawn."""

    rows: int
    columns: int
    slots: tuple[Slot, ...]
    ruled: bool = True

    @cached_property
    def rect(self) -> Rect:
        return Rect.around(slot.rect for slot in self.slots)

    def without_first_row(self) -> Grid:
        rest = tuple(replace(slot, row=slot.row - 1) for slot in self.slots if slot.row > 0)
        return replace(self, rows=self.rows - 1, slots=rest)


def find(sheet: Sheet) -> list[Grid]:
    """The grids of a sheet, from the top; those of a single cell are left out."""
    rules = sorted((rule for rule in sheet.rules if rule.end - rule.start > SHORTEST), key=_length, reverse=True)
    joined = _joined(rules[:LIMIT])
    grids = [grid for group in _touching(joined) if (grid := _grid(group)) is not None]
    return sorted(grids, key=lambda grid: (grid.rect.top, grid.rect.left))


class Places:
    """Finds the slot that a point stands in, of one grid or several."""

    def __init__(self, grids: Sequence[Grid]) -> None:
        self._levels: dict[int, list[tuple[float, int, int, Rect]]] = {}
        self._step = max([4.0, *(grid.rect.height / LEVELS for grid in grids)])
        for number, grid in enumerate(grids):
            for place, slot in enumerate(grid.slots):
                entry = (slot.rect.width * slot.rect.height, number, place, slot.rect)
                for level in range(self._level(slot.rect.top), self._level(slot.rect.bottom) + 1):
                    self._levels.setdefault(level, []).append(entry)

    def of(self, point: Point) -> tuple[int, int] | None:
        """The numbers of the smallest slot's grid and of the slot in it, or None outside of all."""
        near = self._levels.get(self._level(point[1]), ())
        found = [entry[:3] for entry in near if entry[3].holds(point)]
        return min(found)[1:] if found else None

    def _level(self, down: float) -> int:
        return math.floor(down / self._step)


def slots_of(
    rows: int,
    columns: int,
    joined: Callable[[int, int, bool], bool],
    rect: Callable[[int, int, int, int], Rect],
) -> tuple[Slot, ...]:
    """Slots that cover a grid exactly.

    ``joined(row, column, down)``: nothing divides this place from the one below it (``down``) or right of it.
    ``rect(row, column, rows, columns)``: the place of a slot. Joined places grow until they are rectangles.
    """
    owner = [[(row, column, row, column) for column in range(columns)] for row in range(rows)]

    def unite(first: tuple[int, int, int, int], second: tuple[int, int, int, int]) -> None:
        top, left = min(first[0], second[0]), min(first[1], second[1])
        bottom, right = max(first[2], second[2]), max(first[3], second[3])
        inside = {owner[row][column] for row in range(top, bottom + 1) for column in range(left, right + 1)}
        whole = (
            min(block[0] for block in inside),
            min(block[1] for block in inside),
            max(block[2] for block in inside),
            max(block[3] for block in inside),
        )
        if whole != (top, left, bottom, right):
            return unite(whole, whole)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                owner[row][column] = whole
        return None

    for row in range(rows):
        for column in range(columns):
            if column + 1 < columns and owner[row][column] != owner[row][column + 1] and joined(row, column, False):
                unite(owner[row][column], owner[row][column + 1])
            if row + 1 < rows and owner[row][column] != owner[row + 1][column] and joined(row, column, True):
                unite(owner[row][column], owner[row + 1][column])
    blocks = sorted({block for line in owner for block in line})
    return tuple(
        Slot(top, left, bottom - top + 1, right - left + 1, rect(top, left, bottom - top + 1, right - left + 1))
        for top, left, bottom, right in blocks
    )


def _length(rule: Rule) -> float:
    return rule.end - rule.start


def _joined(rules: Iterable[Rule]) -> list[Rule]:
    """Pieces of one broken ruling, and two drawn side by side, become one."""
    found: list[Rule] = []
    for rule in sorted(rules, key=lambda rule: (rule.vertical, rule.start)):
        twin = next((n for n, other in enumerate(found) if _same(other, rule)), None)
        if twin is None:
            found.append(rule)
        else:
            other = found[twin]
            at = (other.at * _length(other) + rule.at * _length(rule)) / max(_length(other) + _length(rule), 1e-9)
            found[twin] = Rule(at, other.start, max(other.end, rule.end), rule.vertical)
    return found


def _same(first: Rule, second: Rule) -> bool:
    close = first.vertical == second.vertical and abs(first.at - second.at) < SAME / 2
    return close and second.start <= first.end + TOUCH


def _touching(rules: list[Rule]) -> list[list[Rule]]:
    """Groups of rulings that hang together."""
    groups: list[list[Rule]] = []
    for rule in rules:
        home = [group for group in groups if any(_meet(rule, other) for other in group)]
        groups = [group for group in groups if group not in home]
        groups.append([rule, *(member for group in home for member in group)])
    return groups


def _meet(first: Rule, second: Rule) -> bool:
    if first.vertical == second.vertical:
        return False
    across = first.start - TOUCH <= second.at <= first.end + TOUCH
    return across and second.start - TOUCH <= first.at <= second.end + TOUCH


def _grid(rules: list[Rule]) -> Grid | None:
    upright, level = [r for r in rules if r.vertical], [r for r in rules if not r.vertical]
    if not upright or not level or len(rules) < 4:
        return None
    xs = _places([r.at for r in upright], [r.start for r in level], [r.end for r in level])
    ys = _places([r.at for r in level], [r.start for r in upright], [r.end for r in upright])
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows * columns < 2 or rows > MOST or columns > MOST:
        return None

    def joined(row: int, column: int, down: bool) -> bool:
        if down:
            return not _drawn(level, ys[row + 1], xs[column], xs[column + 1])
        return not _drawn(upright, xs[column + 1], ys[row], ys[row + 1])

    def rect(row: int, column: int, high: int, wide: int) -> Rect:
        return Rect(xs[column], ys[row], xs[column + wide], ys[row + high])

    slots = slots_of(rows, columns, joined, rect)
    return _compact(Grid(rows, columns, slots)) if len(slots) > 1 else None


def _places(at: list[float], starts: list[float], ends: list[float]) -> list[float]:
    """Where a grid's lines run: its rulings, and the ends of those across, should its outer ones be missing."""
    edges = [min(starts)] if min(at) - min(starts) > 1.5 else []
    edges += [max(ends)] if max(ends) - max(at) > 1.5 else []
    clusters: list[list[float]] = []
    for place in sorted(at + edges):
        if clusters and place - clusters[-1][-1] < SAME:
            clusters[-1].append(place)
        else:
            clusters.append([place])
    return [sum(cluster) / len(cluster) for cluster in clusters]


def _drawn(rules: Iterable[Rule], at: float, start: float, end: float) -> bool:
    covered = sum(max(min(rule.end, end) - max(rule.start, start), 0.0) for rule in rules if abs(rule.at - at) < SAME)
    return covered >= COVERED * (end - start)


def _compact(grid: Grid) -> Grid:
    """Without rows and columns in which no slot begins: a ruling that divides nothing."""
    tops = sorted({slot.row for slot in grid.slots})
    lefts = sorted({slot.column for slot in grid.slots})
    down = {row: sum(top < row for top in tops) for row in range(grid.rows + 1)}
    across = {column: sum(left < column for left in lefts) for column in range(grid.columns + 1)}
    slots = tuple(
        Slot(
            down[slot.row],
            across[slot.column],
            down[slot.row + slot.rows] - down[slot.row],
            across[slot.column + slot.columns] - across[slot.column],
            slot.rect,
        )
        for slot in grid.slots
    )
    return Grid(len(tops), len(lefts), slots, grid.ruled)
