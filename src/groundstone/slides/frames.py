"""Small frames of a slide that belong together by where they stand: a number over its caption, a row of steps.

A *tile* is a short frame with the one right under it ("91.3 %" over "bed occupancy"); a *row* is two or more tiles or
frames side by side, from left to right, such as the steps of a process or the dates of a timeline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundstone.records import Box
from groundstone.slides.seen import Line, Sheet

WORDS, LINES = 16, 4  # of a frame that may be part of a tile
OVERLAP = 0.5  # of the narrower frame's width
GAP = 0.1  # of the slide's height between the parts of a tile
ALIGNED, FAR = 0.025, 0.2  # the same where their left edges or their middles are one above the other
LEVEL = 0.04  # of the slide's height by which frames of one row may stand apart
FEWEST = 2  # tiles that make a row


@dataclass(frozen=True, slots=True)
class Frame:
    """The lines of one element, or of the elements of a tile from top to bottom; ``box``: what they take up."""

    lines: tuple[Line, ...]
    box: Box

    @property
    def bottom(self) -> float:
        return self.box.top + self.box.height


def tiles(sheet: Sheet) -> list[Frame]:
    """Frames that stand one right under the other, as one; frames of one element alone are left out."""
    return [frame for frame in _stacked(_frames(sheet)) if len({line.element for line in frame.lines}) > 1]


def rows(sheet: Sheet) -> list[list[Frame]]:
    """Tiles and frames side by side, in the order of reading; rows of the same make one under the other are one."""
    left = sorted(_stacked(_frames(sheet)), key=lambda frame: frame.box.top)
    found: list[list[Frame]] = []
    while left:
        first = left.pop(0)
        row = [first, *(other for other in left if _level(first, other))]
        left = [other for other in left if other not in row]
        if len(row) >= FEWEST:
            found.append(sorted(row, key=lambda frame: frame.box.left))
    return _joined(found)


def _frames(sheet: Sheet) -> list[Frame]:
    """Short frames with a place, in the order of the text."""
    groups: dict[int, list[Line]] = {}
    for line in sheet.lines:
        if line.kind in ("text", "diagram", "subtitle") and line.boxes:
            groups.setdefault(line.element, []).append(line)
    found = []
    for lines in groups.values():
        parts = [lines] if len({line.boxes for line in lines}) == 1 or len(lines) == 1 else [[line] for line in lines]
        if lines[0].kind != "diagram":
            parts = [lines]
        for part in parts:
            if len(part) <= LINES and sum(len(line.text.split()) for line in part) <= WORDS:
                found.append(Frame(tuple(part), _round([box for line in part for box in line.boxes])))
    return found


def _stacked(frames: Sequence[Frame]) -> list[Frame]:
    """Each frame with what stands right under it; every frame is part of one tile only, the nearest ones first."""
    pairs = sorted(
        (gap, at, below)
        for at, one in enumerate(frames)
        for below, other in enumerate(frames)
        if at != below and (gap := _gap(one, other)) is not None
    )
    under: dict[int, int] = {}
    over: dict[int, int] = {}
    for _, at, below in pairs:
        if at not in under and below not in over and at not in over and below not in under:
            under[at], over[below] = below, at
    found = []
    for at, frame in enumerate(frames):
        if at in under:
            other = frames[under[at]]
            found.append(Frame((*frame.lines, *other.lines), _round([frame.box, other.box])))
        elif at not in over:
            found.append(frame)
    return found


def _gap(upper: Frame, lower: Frame) -> float | None:
    """How far a frame stands under another, in heights of the slide; None where it does not."""
    one, other = upper.box, lower.box
    overlap = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    narrow = min(one.width, other.width)
    middle = other.top + other.height / 2
    gap = other.top - (one.top + one.height)
    aside = abs((one.left + one.width / 2) - (other.left + other.width / 2))
    limit = FAR if min(aside, abs(one.left - other.left)) <= ALIGNED else GAP
    if overlap <= OVERLAP * narrow or middle <= one.top + one.height / 2 or not -0.06 <= gap <= limit:
        return None
    if max(one.width, other.width) > 4 * max(narrow, 0.08):
        return None
    return max(gap, 0.0) + 0.5 * aside


def _level(one: Frame, other: Frame) -> bool:
    apart = abs(one.box.top - other.box.top)
    beside = one.box.left + one.box.width <= other.box.left + 0.02 or other.box.left + other.box.width <= (
        one.box.left + 0.02
    )
    return apart <= LEVEL and beside


def _joined(found: Sequence[list[Frame]]) -> list[list[Frame]]:
    """Rows of tiles that follow each other and are of the same make, as one."""
    made: list[list[Frame]] = []
    for row in found:
        if made and _make(made[-1]) == _make(row):
            made[-1] = [*made[-1], *row]
        else:
            made.append(list(row))
    return made


def _make(row: Sequence[Frame]) -> int:
    """How many elements the frames of a row have."""
    return max(len({line.element for line in frame.lines}) for frame in row)


def _round(boxes: Sequence[Box]) -> Box:
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    right = max(box.left + box.width for box in boxes)
    bottom = max(box.top + box.height for box in boxes)
    return Box(left, top, right - left, bottom - top)
