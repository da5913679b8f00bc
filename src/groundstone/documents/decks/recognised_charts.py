"""Charts with printed values among the lines of a page: which value is of which category and which series.

Categories stand in a row below the values, or in a column left of them. A series is known by its colour: the key beside
its name in the legend is as the bar, the point or the piece that a value stands in or at. Charts without a legend are
found by places alone, see ``recognised_tables``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from groundstone.documents.decks import tints as colours
from groundstone.documents.decks.recognised_blocks import Strip
from groundstone.documents.decks.recognised_tables import VALUE, Tabled, levels
from groundstone.documents.decks.tints import Colour, Frame, Tints

_KEY = 2.8  # sizes of letters left of a name in which the key of a legend stands
_GAP = 1.5  # ... that key and name may be apart
_NARROW = 0.2  # ... that a key is wide at least
_UNLIKE = 36.0  # how far apart the colours of two series are, of 441
_NAME = 40  # characters of a series' name at most
_LABEL = 36  # ... and of a category's
_INSIDE = 0.3  # share of a value's own place that has the colour of the bar which it stands in
_LETTERS = 0.08  # ... that has it when the value's own letters are in it
_BESIDE = 0.1  # share of the place beside a value that has the colour of its bar, line or point
_REACH = 0.9  # sizes of letters beside a value in which its bar begins
_FAR = 2.0  # ... in which a point of a line is looked for
_PLACED = 0.6  # share of the coloured values that a chart explains
_YEAR = re.compile(r"(?:FY|CY)?\s?(?:19|20)\d\d[EFAP]?")


@dataclass(frozen=True, slots=True)
class Series:
    """A name of a legend with its colour."""

    strip: Strip
    colour: Colour


@dataclass(frozen=True, slots=True)
class Painted:
    """A page's size in the unit of its lines, with its colours."""

    width: float
    height: float
    tints: Tints

    def frame(self, left: float, top: float, right: float, bottom: float) -> Frame:
        return left / self.width, top / self.height, right / self.width, bottom / self.height


def find(found: Sequence[Strip], page: Painted) -> list[Tabled]:
    """The charts with a legend, each as rows: the names of the series, then a category with its value in each."""
    tables: list[Tabled] = []
    for legend in _legends(found, page):
        table = _chart(found, legend, page)
        if table is not None and not any({id(s) for s in table.strips} & {id(s) for s in t.strips} for t in tables):
            tables.append(table)
    return tables


def ticks(found: Sequence[Strip], charts: Sequence[Tabled]) -> list[Strip]:
    """The numbers along the axes of charts, which say nothing by themselves: evenly apart, and by an equal amount."""
    used = {id(strip) for table in charts for strip in table.strips}
    numbers = [strip for strip in found if id(strip) not in used and VALUE.match(strip.text)]
    marks: list[Strip] = []
    for first in numbers if charts else ():
        column = [other for other in numbers if abs(other.right - first.right) < 0.4 * first.size]
        row = [other for other in numbers if abs(other.middle - first.middle) < 0.3 * first.size]
        marks += [strip for line in (column, row) if _is_axis(line) for strip in line]
    return list({id(strip): strip for strip in marks}.values())


def _is_axis(line: Sequence[Strip]) -> bool:
    if len(line) < 3:
        return False
    said = [float(re.sub(r"[^\d.]", "", strip.text.replace(",", "")) or 0) for strip in line]
    steps = [after - before for before, after in pairwise(said)]
    down = [abs(after.middle - before.middle) + abs(after.centre - before.centre) for before, after in pairwise(line)]
    even = max(steps) - min(steps) <= 0.02 * max(map(abs, said)) and steps[0] != 0
    return even and max(down) < 1.5 * min(down)


def _legends(found: Sequence[Strip], page: Painted) -> list[list[Series]]:
    """Names with keys of different colours that stand in one row or below each other."""
    named = [Series(strip, colour) for strip in found if (colour := _key(strip, found, page)) is not None]
    groups: list[list[Series]] = []
    for one in named:
        group = next((group for group in groups if _belongs(one, group)), None)
        if group is None:
            groups.append([one])
        else:
            group.append(one)
    return sorted((group for group in groups if len(group) > 1 and _differ(group)), key=len, reverse=True)


def _key(strip: Strip, found: Sequence[Strip], page: Painted) -> Colour | None:
    """The colour of the small patch left of a name."""
    if len(strip.text) > _NAME or (VALUE.match(strip.text) and not _YEAR.fullmatch(strip.text)):
        return None
    high, size = strip.bottom - strip.top, strip.size
    left, right = max(0.0, strip.left - _KEY * size), strip.left - 0.12 * size
    if right - left < _NARROW * size or any(_covers(other, left, strip) for other in found if other is not strip):
        return None
    key = page.tints.key(page.frame(left, strip.top + 0.25 * high, right, strip.bottom - 0.25 * high))
    if key is None:
        return _swallowed(strip, page)
    colour, begins, ends = key
    wide = (ends - begins) * (right - left)
    near = (1 - ends) * (right - left) < _GAP * size
    return colour if near and wide > _NARROW * size and begins > 0.0 else None


def _swallowed(strip: Strip, page: Painted) -> Colour | None:
    """The colour of a key that recognition took for a part of the name's place."""
    wide = min(_KEY * strip.size, 0.5 * (strip.right - strip.left))
    head = page.frame(strip.left, strip.top, strip.left + wide, strip.bottom)
    return page.tints.other(head, page.frame(strip.left + wide, strip.top, strip.right, strip.bottom))


def _covers(other: Strip, left: float, strip: Strip) -> bool:
    """Whether another line reaches to where a key would stand."""
    level = other.top < strip.middle < other.bottom
    return level and other.edge < strip.left - 0.1 * strip.size and other.right > strip.left - 1.2 * strip.size


def _belongs(one: Series, group: Sequence[Series]) -> bool:
    last, size = group[-1].strip, one.strip.size
    if max(last.size, size) > 1.35 * min(last.size, size):
        return False
    level = abs(last.middle - one.strip.middle) < 0.5 * size
    below = abs(last.left - one.strip.left) < 0.5 * size and abs(one.strip.middle - last.middle) < 4.5 * size
    return level or below


def _differ(group: Sequence[Series]) -> bool:
    return all(
        colours.apart(one.colour, other.colour) > _UNLIKE for at, one in enumerate(group) for other in group[:at]
    )


def _chart(found: Sequence[Strip], legend: Sequence[Series], page: Painted) -> Tabled | None:
    """The best of the ways to read the values beside a legend; None when none explains most of them."""
    names = {id(one.strip) for one in legend}
    values = [strip for strip in found if VALUE.match(strip.text) and id(strip) not in names]
    coloured = {id(strip): at for strip in values if (at := _series_of(strip, legend, page)) is not None}
    if len(coloured) < 2:
        return None
    ways = [
        _filled(row, legend, values, coloured, upright)
        for row, upright in _category_rows(found, names)
    ]  # fmt: skip
    best = max((way for way in ways if way), key=lambda way: way[1], default=None)
    if best is None:
        return _pieces(legend, values, coloured)
    named = {id(strip) for row in best[0].rows for strip in row[0]}
    asked = sum(id(strip) in coloured and id(strip) not in named for strip in values)
    return best[0] if best[1] >= _PLACED * asked else _pieces(legend, values, coloured)


def _category_rows(found: Sequence[Strip], names: set[int]) -> Iterator[tuple[list[Strip], bool]]:
    """Lines that may name categories: beside each other below the values, or below each other left of them."""
    plain = [strip for strip in found if id(strip) not in names and len(strip.text) <= _LABEL]
    for row in levels(plain):
        if len(row) > 1:
            yield row, True
    worded = [strip for strip in plain if not VALUE.match(strip.text) or _YEAR.fullmatch(strip.text)]
    for first in worded:
        for edge in ("right", "left"):
            column = [
                other for other in worded
                if abs(getattr(other, edge) - getattr(first, edge)) < 0.6 * first.size and _one_size(other, first)
            ]  # fmt: skip
            if len(column) > 1 and column[0] is first:
                yield sorted(column, key=lambda one: one.middle), False


def _one_size(one: Strip, other: Strip) -> bool:
    return max(one.size, other.size) < 1.35 * min(one.size, other.size)


def _filled(
    row: Sequence[Strip],
    legend: Sequence[Series],
    values: Sequence[Strip],
    coloured: Mapping[int, int],
    upright: bool,
) -> tuple[Tabled, int] | None:
    """The table that these categories make, and how many values have their place in it."""
    own = {id(strip) for strip in row}
    slots = [strip.centre if upright else strip.middle for strip in row]
    steps = [after - before for before, after in pairwise(slots)]
    step = median(steps)
    if min(steps) < 0.6 * step or (upright and max(steps) > 1.6 * step):
        return None
    cells: dict[tuple[int, int], Strip] = {}
    doubled = 0
    for value in values:
        if id(value) in own or id(value) not in coloured or not _lies_by(value, row, upright):
            continue
        at = min(range(len(row)), key=lambda place: abs(slots[place] - (value.centre if upright else value.middle)))
        if abs(slots[at] - (value.centre if upright else value.middle)) > 0.55 * step:
            continue
        place = (at, coloured[id(value)])
        doubled += place in cells
        cells.setdefault(place, value)
    count = len(cells) - 2 * doubled
    used = sorted({series for _, series in cells})
    rows = [at for at in range(len(row)) if any(place == at for place, _ in cells)]
    if count < 2 or len(rows) < 2:
        return None
    head = ((), *((legend[series].strip,) for series in used))
    body = [((row[at],), *(((cells[at, s],) if (at, s) in cells else ()) for s in used)) for at in rows]
    return Tabled((head, *body), True), count


def _lies_by(value: Strip, row: Sequence[Strip], upright: bool) -> bool:
    """Whether a value stands above the row of categories, or right of their column."""
    if upright:
        return value.middle < row[0].middle - 0.6 * row[0].size
    return value.left > max(strip.right for strip in row) - 0.3 * row[0].size


def _series_of(value: Strip, legend: Sequence[Series], page: Painted) -> int | None:
    """The series whose colour is behind a value, or else nearest to it."""
    size = value.size
    quarter = (value.right - value.left) / 4
    middle = value.left + quarter, value.right - quarter
    own = page.frame(value.left, value.top, value.right, value.bottom)
    shares = [page.tints.share(own, one.colour) for one in legend]
    first = max(range(len(legend)), key=lambda at: shares[at])
    others = [share for at, share in enumerate(shares) if at != first]
    if shares[first] >= _INSIDE or (shares[first] >= _LETTERS and max(others) < 0.3 * shares[first]):
        return first
    for reach in (_REACH, _FAR):
        below = page.frame(middle[0], value.bottom - 0.1 * size, middle[1], value.bottom + reach * size)
        left = page.frame(value.left - reach * size, value.top, value.left, value.bottom)
        above = page.frame(middle[0], value.top - reach * size, middle[1], value.top)
        best = max(
            ((page.tints.share(frame, one.colour), -order, at)
             for order, frame in enumerate((below, left, above)) for at, one in enumerate(legend)),
            key=lambda item: (round(item[0], 1), item[1]),
        )  # fmt: skip
        if best[0] >= _BESIDE:
            return best[2]
    return None


def _pieces(legend: Sequence[Series], values: Sequence[Strip], coloured: Mapping[int, int]) -> Tabled | None:
    """Of a pie: one value for each name of the legend."""
    by_series: dict[int, list[Strip]] = {}
    for value in values:
        if id(value) in coloured:
            by_series.setdefault(coloured[id(value)], []).append(value)
    if len(by_series) < len(legend) or any(len(own) != 1 for own in by_series.values()):
        return None
    return Tabled(tuple(((one.strip,), (by_series[at][0],)) for at, one in enumerate(legend)), True)
