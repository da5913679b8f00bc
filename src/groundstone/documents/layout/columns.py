"""Tables without drawn cells: rows whose words stand in the same columns, with the same gaps running down between them.

A run of rows grows downwards as long as its gaps stay open. A single stretch of words close below a row continues one
of its cells, or, where it is wider than a column, spans several. Tables that read across may have two rows only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from groundstone.documents.layout import across, labels
from groundstone.documents.layout.grids import Grid, slots_of
from groundstone.documents.layout.segments import Segment, rows
from groundstone.documents.layout.upright import Rect

GAP = 0.75  # text heights that stay open between two columns
APART = 2.6  # text heights from one row to the next
WRAPPED = 0.75  # text heights between the lines of one cell
LEAST_ROWS = 3
LEAST_FILLED = 0.55  # share of the grid's places that hold words
LABELLED, STACKED = 0.55, 0.33  # likeness of a row of labels; share of such rows below the first of a form
COLONS = 0.2  # share of the segments with a colon from which they are a form
MOST_LOOKED = 100_000  # rows that are looked at, again for each run that they may be in; honest pages have less


@dataclass(frozen=True)
class _Part:
    """Rows from ``start`` to ``end`` of the sheet, wrapped ones joined, and the stretches of their columns."""

    start: int
    end: int
    rows: list[list[Segment]]
    bands: list[tuple[float, float]]

    @property
    def plain(self) -> list[list[Segment]]:
        """The rows without those that are one stretch of words across several columns."""
        return [row for row in self.rows if not _spans(row, self.bands)]

    @property
    def texts(self) -> list[list[str]]:
        """What stands in each place of the plain rows."""
        found = [["" for _ in self.bands] for _ in self.plain]
        for texts, row in zip(found, self.plain, strict=True):
            for segment in row:
                place = _column(segment, self.bands)
                texts[place] = f"{texts[place]} {segment.text}".strip()
        return found

    @property
    def score(self) -> float:
        """Places filled, times the square of their share: a full table beats a longer one with holes."""
        filled = sum(len({_column(segment, self.bands) for segment in row}) for row in self.plain)
        return filled**3 / (len(self.plain) * len(self.bands)) ** 2


def find(segments: Sequence[Segment]) -> list[Grid]:
    """The grids that words alone form, from the top: the fullest first, each row for one of them."""
    lines = rows(segments)
    free = [True] * len(lines)
    found: list[Grid] = []
    parts = sorted(_parts(lines), key=lambda part: (-part.score, part.start))
    reading = {id(part) for part in parts if across.reads_across(part.texts)}
    for part in sorted(parts, key=lambda part: id(part) not in reading):
        if not all(free[part.start : part.end]) or (len(part.rows) < LEAST_ROWS and id(part) not in reading):
            continue
        free[part.start : part.end] = [False] * (part.end - part.start)
        if id(part) in reading or not _is_form(part.plain, part.bands):
            found.append(_grid(part.rows, part.bands))
    return sorted(found, key=lambda grid: grid.rect.top)


def _parts(lines: list[list[Segment]]) -> Iterator[_Part]:
    """Runs of rows that are regular, beginning and ending where the number of segments in a row changes."""
    looked = 0
    for start in range(len(lines)):
        if start and len(lines[start]) == len(lines[start - 1]) and _near(lines[start - 1], lines[start]):
            continue
        run = _run(lines, start)
        for count in range(across.LEAST_ROWS, len(run) + 1):
            if count < len(run) and len(run[count]) == len(run[count - 1]):
                continue
            looked += count
            if looked > MOST_LOOKED:
                return
            bands = _bands(run[:count])
            part = _Part(start, start + count, _wrapped(run[:count], bands), bands)
            if len(bands) > 1 and not _spans(part.rows[-1], bands) and _regular(part.plain, bands):
                yield part


def _run(lines: Sequence[list[Segment]], start: int) -> list[list[Segment]]:
    """The longest run of rows from ``start`` that keeps its columns apart, two at least, and has no wide gap."""
    run = [lines[start]]
    bands = _bands(run)
    for line in lines[start + 1 :] if len(bands) > 1 else ():
        gap = _gap(run[-1], line)
        before = _gap(run[-2], run[-1]) if len(run) > 1 else gap
        wider = _joined([*bands, *_stretches([line])])
        if gap > APART or gap > max(2 * before, 1.0) or len(wider) < max(len(bands), 2):
            break
        if len(line) == 1 and (gap > WRAPPED or len(run[-1]) == 1):
            break
        run.append(line)
        bands = wider
    return run


def _gap(above: Sequence[Segment], below: Sequence[Segment]) -> float:
    return Rect.around(s.rect for s in below).top - Rect.around(s.rect for s in above).bottom


def _near(above: Sequence[Segment], below: Sequence[Segment]) -> bool:
    return _gap(above, below) <= 1.0


def _bands(lines: Sequence[Sequence[Segment]]) -> list[tuple[float, float]]:
    """The stretches across the page that rows of several segments cover."""
    return _joined(_stretches(lines))


def _stretches(lines: Sequence[Sequence[Segment]]) -> list[tuple[float, float]]:
    return [(segment.rect.left, segment.rect.right) for line in lines if len(line) > 1 for segment in line]


def _joined(stretches: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Stretches from the left, those without a gap between them as one."""
    bands: list[tuple[float, float]] = []
    for left, right in sorted(stretches):
        if bands and left - bands[-1][1] < GAP:
            bands[-1] = (bands[-1][0], max(bands[-1][1], right))
        else:
            bands.append((left, right))
    return bands


def _covered(segment: Segment, bands: Sequence[tuple[float, float]]) -> list[int]:
    """The columns that a segment reaches into."""
    rect = segment.rect
    return [n for n, (left, right) in enumerate(bands) if rect.left < right - 0.2 and rect.right > left + 0.2]


def _spans(row: Sequence[Segment], bands: Sequence[tuple[float, float]]) -> bool:
    return len(row) == 1 and len(_covered(row[0], bands)) > 1


def _grid(merged: Sequence[Sequence[Segment]], bands: Sequence[tuple[float, float]]) -> Grid:
    boxes = [Rect.around(segment.rect for segment in row) for row in merged]
    xs = [bands[0][0] - 0.3, *((a[1] + b[0]) / 2 for a, b in pairwise(bands)), bands[-1][1] + 0.3]
    ys = [boxes[0].top - 0.2, *((a.bottom + b.top) / 2 for a, b in pairwise(boxes)), boxes[-1].bottom + 0.2]
    joined = {
        (row, column)
        for row, line in enumerate(merged)
        if _spans(line, bands)
        for column in _covered(line[0], bands)[:-1]
    }

    def rect(row: int, column: int, high: int, wide: int) -> Rect:
        return Rect(xs[column], ys[row], xs[column + wide], ys[row + high])

    slots = slots_of(len(merged), len(bands), lambda row, column, down: not down and (row, column) in joined, rect)
    return Grid(len(merged), len(bands), slots, ruled=False)


def _wrapped(run: Sequence[Sequence[Segment]], bands: Sequence[tuple[float, float]]) -> list[list[Segment]]:
    """The rows, those of a single segment in one column joined to the row that they continue."""
    merged: list[list[Segment]] = []
    for row in run:
        if merged and len(row) == 1 and not _spans(row, bands):
            merged[-1] = [*merged[-1], *row]
        else:
            merged.append(list(row))
    return merged


def _regular(merged: Sequence[Sequence[Segment]], bands: Sequence[tuple[float, float]]) -> bool:
    """Enough of the places are filled, and each column is, in half of the rows at least."""
    if len(merged) < across.LEAST_ROWS:
        return False
    filled = [{_column(segment, bands) for segment in row} for row in merged]
    share = sum(map(len, filled)) / (len(merged) * len(bands))
    by_column = [sum(column in row for row in filled) for column in range(len(bands))]
    return share >= LEAST_FILLED and min(by_column) * 2 >= len(merged)


def _is_form(merged: Sequence[Sequence[Segment]], bands: Sequence[tuple[float, float]]) -> bool:
    """Labels beside values or above them, rather than a table of data."""
    chances: list[list[list[float]]] = [[[] for _ in bands] for _ in merged]
    for number, row in enumerate(merged):
        for segment in row:
            chances[number][_column(segment, bands)].append(labels.likeness(segment.text))
    segments = [segment for row in merged for segment in row]
    if sum(any(labels.ends_label(word.text) for word in s.words) for s in segments) > COLONS * len(segments):
        return True
    by_column = [_mean([c for row in chances for c in row[column]]) for column in range(len(bands))]
    by_row = [_mean([c for cell in row for c in cell]) for row in chances]
    head = by_row[0] - _mean(by_row[1:])
    if sum(chance > LABELLED for chance in by_row[1:]) >= STACKED * len(by_row[1:]):
        return True
    stacked = _mean(by_row[::2]) - _mean(by_row[1::2])
    if stacked > max(0.8 * head, 0.2):
        return True
    if len(bands) == 2:
        return head < 0.2 or by_column[0] - by_column[1] > head
    return _mean(by_column[::2]) - _mean(by_column[1::2]) > max(head, 0.2)


def _column(segment: Segment, bands: Sequence[tuple[float, float]]) -> int:
    middle = segment.rect.middle[0]
    return min(range(len(bands)), key=lambda n: max(bands[n][0] - middle, middle - bands[n][1]))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
