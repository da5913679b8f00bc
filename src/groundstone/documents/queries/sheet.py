"""A page laid flat: its segments with edges in heights of a line of text, and who stands next to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from groundstone.documents.base import Page, Place, Region, Word
from groundstone.documents.layout import choices, segments

SAME_ROW = 0.5  # of the lower of two pieces that must lie beside the other
LEANS = 0.7  # heights of text by which left edges of one column may differ
NEAREST = 8  # neighbours that are kept

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Piece:
    """Words that run on in one line. Edges are in heights of text, the page upright."""

    index: int
    words: tuple[Word, ...]
    edges: tuple[tuple[float, float], ...]  # left and right of each word
    left: float
    top: float
    right: float
    bottom: float

    @cached_property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Option:
    """Words beside a check box."""

    piece: int
    ticked: bool


class Sheet:
    """The pieces of a page in reading order, with their neighbours. An empty page has none."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.flat = segments.sheet(page)
        self.pieces = [_piece(index, segment) for index, segment in enumerate(self.flat.segments)]
        box = [(piece.left, piece.top, piece.right, piece.bottom) for piece in self.pieces]
        self._box: Floats = np.array(box, dtype=np.float64).reshape(-1, 4)
        self._near: dict[tuple[int, str], tuple[int, ...]] = {}

    @cached_property
    def frame(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of all that is written."""
        low, high = self._box.min(axis=0), self._box.max(axis=0)
        return float(low[0]), float(low[1]), float(high[2]), float(high[3])

    @cached_property
    def options(self) -> list[Option]:
        """The words that stand beside check boxes."""
        at = {id(segment): index for index, segment in enumerate(self.flat.segments)}
        return [Option(at[id(option.words)], option.mark.checked) for option in choices.options(self.flat)]

    @cached_property
    def ticks(self) -> dict[int, bool]:
        """Whether the box beside a piece is ticked, for the pieces that stand beside boxes."""
        return {option.piece: option.ticked for option in self.options}

    def rules_between(self, one: int, other: int, way: str) -> int:
        """How many rulings a glance from one piece to the next in a ``way`` ("right", "below", ...) crosses."""
        here, there = self.pieces[one], self.pieces[other]
        if way in ("right", "left"):
            first, second = (here, there) if way == "right" else (there, here)
            return self.flat.crossed(first.right - 0.3, second.left + 0.3, here.middle)
        first, second = (here, there) if way == "below" else (there, here)
        return self.flat.parted(first.bottom - 0.3, second.top + 0.3, max(here.left, there.left) + 0.3)

    def near(self, index: int, way: str) -> tuple[int, ...]:
        """Pieces to the ``way`` ("right", "left", "below", "above") of one, nearest first."""
        found = self._near.get((index, way))
        if found is None:
            found = self._near[index, way] = self._search(index, way)
        return found

    def _search(self, index: int, way: str) -> tuple[int, ...]:
        beside, far = (self._in_row if way in ("right", "left") else self._in_column)(index, way)
        beside[index] = False
        there = np.flatnonzero(beside)
        return tuple(int(k) for k in there[np.argsort(far[there], kind="stable")][:NEAREST])

    def _in_row(self, index: int, way: str) -> tuple[NDArray[np.bool_], Floats]:
        """Which pieces stand in the row, on that side; and how far each is."""
        left, top, right, bottom = self._box[index]
        lefts, tops, rights, bottoms = self._box.T
        shared = np.minimum(bottom, bottoms) - np.maximum(top, tops)
        level = shared >= SAME_ROW * np.minimum(bottom - top, bottoms - tops)
        to_right = lefts + rights > left + right
        return (level & to_right, lefts - right) if way == "right" else (level & ~to_right, left - rights)

    def _in_column(self, index: int, way: str) -> tuple[NDArray[np.bool_], Floats]:
        left, top, right, bottom = self._box[index]
        lefts, tops, rights, bottoms = self._box.T
        shared = np.minimum(right, rights) - np.maximum(left, lefts)
        over = (shared > 0.3) | (np.abs(lefts - left) < LEANS)
        away = (tops + bottoms - top - bottom) / np.minimum(bottom - top, bottoms - tops)
        return (over & (away > 1), tops - bottom) if way == "below" else (over & (away < -1), top - bottoms)


def region(words: Sequence[Word], text: str | None = None) -> Region:
    """Words with the upright rectangle around them; a single word keeps its own place."""
    boxes = [word.place.box for word in words]
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    right = max(box.left + box.width for box in boxes)
    bottom = max(box.top + box.height for box in boxes)
    place = words[0].place if len(words) == 1 else Place.of(left, top, right - left, bottom - top, boxes[0].page)
    sure = sum(word.confidence for word in words) / len(words)
    return Region(" ".join(word.text for word in words) if text is None else text, sure, place, tuple(words))


def _piece(index: int, segment: segments.Segment) -> Piece:
    rect, edges = segment.rect, tuple((box.left, box.right) for box in segment.rects)
    return Piece(index, segment.words, edges, rect.left, rect.top, rect.right, rect.bottom)
