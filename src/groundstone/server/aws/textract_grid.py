"""textract: a merged cell as the single cells that it covers, each with its part of the place and of the words."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

from groundstone.documents.base import Cell, Place, Point, Table, Word

Axis = tuple[Point, Point]  # from where to where, along the edge of a cell


class Part(NamedTuple):
    """One place of the grid with the words on it."""

    row: int
    column: int
    place: Place
    words: tuple[Word, ...]


def parts(cell: Cell, table: Table) -> Iterator[Part]:
    """Each place of the grid that the cell covers, by rows. Every word is in exactly one of them."""
    place, words = cell.content.place, cell.content.words
    if cell.rows == cell.columns == 1:
        yield Part(cell.row, cell.column, place, words)
        return
    (top_left, top_right, _, bottom_left) = place.points
    rightwards, downwards = (top_left, top_right), (top_left, bottom_left)
    across = _cuts(cell.column, cell.columns, _column_ends(table), rightwards)
    down = _cuts(cell.row, cell.rows, _row_ends(table), downwards)
    homes = [(_index(word, across, rightwards), _index(word, down, downwards)) for word in words]
    for row in range(cell.rows):
        for column in range(cell.columns):
            own = tuple(word for word, home in zip(words, homes, strict=True) if home == (column, row))
            corner = _quad(place, across[column : column + 2], down[row : row + 2])
            yield Part(cell.row + row, cell.column + column, corner, own)


def _column_ends(table: Table) -> list[tuple[int, Point]]:
    """The last column of each cell with the middle of its right edge."""
    return [(cell.column + cell.columns - 1, _between(*cell.content.place.points[1:3], 0.5)) for cell in table.cells]


def _row_ends(table: Table) -> list[tuple[int, Point]]:
    """The last row of each cell with the middle of its lower edge."""
    return [(cell.row + cell.rows - 1, _between(*cell.content.place.points[2:4], 0.5)) for cell in table.cells]


def _cuts(first: int, count: int, ends: list[tuple[int, Point]], axis: Axis) -> list[float]:
    """Where the grid cuts the axis: count + 1 fractions from 0 to 1. Even steps where no other cell tells."""
    cuts = [0.0]
    for step in range(1, count):
        told = [_along(point, axis) for last, point in ends if last == first + step - 1]
        inside = [fraction for fraction in told if cuts[-1] < fraction < 1.0]
        cuts.append(median(inside) if inside else cuts[-1] + (1.0 - cuts[-1]) / (count - step + 1))
    return [*cuts, 1.0]


def _index(word: Word, cuts: list[float], axis: Axis) -> int:
    points = word.place.points
    middle = (sum(x for x, _ in points) / 4, sum(y for _, y in points) / 4)
    at = _along(middle, axis)
    return sum(at >= cut for cut in cuts[1:-1])


def _along(point: Point, axis: Axis) -> float:
    """How far along the axis a point stands: 0 at its start, 1 at its end."""
    (sx, sy), (ex, ey) = axis
    length = (ex - sx) ** 2 + (ey - sy) ** 2
    return ((point[0] - sx) * (ex - sx) + (point[1] - sy) * (ey - sy)) / length if length > 0 else 0.0


def _quad(place: Place, across: list[float], down: list[float]) -> Place:
    (left, right), (top, bottom) = across, down
    a, b, c, d = (_at(place, x, y) for x, y in ((left, top), (right, top), (right, bottom), (left, bottom)))
    return Place((a, b, c, d), place.page)


def _at(place: Place, x: float, y: float) -> Point:
    top_left, top_right, bottom_right, bottom_left = place.points
    return _between(_between(top_left, top_right, x), _between(bottom_left, bottom_right, x), y)


def _between(start: Point, end: Point, fraction: float) -> Point:
    return start[0] + (end[0] - start[0]) * fraction, start[1] + (end[1] - start[1]) * fraction
