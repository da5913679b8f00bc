"""Places as if the page stood upright and flat, in units of its median text height.

Undone are the rotation of the page, what skew of a few degrees is left, and mild perspective. Under perspective, lines
of text that were parallel meet in one point, so their slope is a linear function of their height on the page: it is
fitted robustly (Theil-Sen, medians of the slopes between pairs) and taken out. Vertical rulings, where there are any,
tell the same of the columns.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median
from typing import Protocol

from groundstone.documents.base import Page, Place, Point, Reading, Ruling

STRAIGHT = math.radians(25)  # a line turned further from the page's own direction says nothing of the page's skew
STEEPEST = 0.35  # of a fitted slope
SAMPLE = 80  # lines that a fit looks at


@dataclass(frozen=True, slots=True)
class Rect:
    """An upright rectangle, in units of the page's median text height."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> Point:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def above(self, other: Rect) -> float:
        """How much of the lower one of the two heights both share, from 0 to 1: 1 means they stand in one row."""
        shared = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(shared, 0.0) / max(min(self.height, other.height), 1e-9)

    def beside(self, other: Rect) -> float:
        """How much of the narrower one of the two widths both share, from 0 to 1."""
        shared = min(self.right, other.right) - max(self.left, other.left)
        return max(shared, 0.0) / max(min(self.width, other.width), 1e-9)

    def holds(self, point: Point, slack: float = 0.0) -> bool:
        across = self.left - slack <= point[0] <= self.right + slack
        return across and self.top - slack <= point[1] <= self.bottom + slack

    @classmethod
    def around(cls, rects: Iterable[Rect]) -> Rect:
        """The smallest rectangle around some, one at least."""
        found = list(rects)
        return cls(
            min(rect.left for rect in found),
            min(rect.top for rect in found),
            max(rect.right for rect in found),
            max(rect.bottom for rect in found),
        )


class Placed(Protocol):
    """A Word, Line, Mark, Region or Table."""

    @property
    def place(self) -> Place: ...


class Upright:
    """Maps places of one page to upright ones and back.

    ``unit`` is the median text height in pixels of the page's picture; ``angle`` how far the text is turned clockwise
    in it, in radians.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self._width, self._height = max(page.width, 1), max(page.height, 1)
        self.angle = self._direction()
        self._cos, self._sin = math.cos(self.angle), math.sin(self.angle)
        self.unit = self._text_height()
        self._pivot = self._turned((0.5, 0.5))
        self._slope, self._fan = _fitted(self._baselines())
        self._lean, self._spread = _fitted(self._uprights())

    def point(self, point: Point) -> Point:
        """A point of the page (fractions of width and height) in upright units."""
        x, y = self._turned(point)
        across, down = x - self._pivot[0], y - self._pivot[1]
        down = (down - self._slope * across) / _at_least(1 + self._fan * across)
        across = (across - self._lean * down) / _at_least(1 + self._spread * down)
        return across, down

    def back(self, point: Point) -> Point:
        """The point of the page that ``point`` maps to the one given."""
        across, down = point
        across = across * _at_least(1 + self._spread * down) + self._lean * down
        down = down * _at_least(1 + self._fan * across) + self._slope * across
        x, y = (across + self._pivot[0]) * self.unit, (down + self._pivot[1]) * self.unit
        return (x * self._cos - y * self._sin) / self._width, (x * self._sin + y * self._cos) / self._height

    def rect(self, placed: Placed | Place) -> Rect:
        """The upright rectangle of a word, line, region or place of this page."""
        place = placed if isinstance(placed, Place) else placed.place
        (x1, y1), (x2, y2), (x3, y3), (x4, y4) = (self.point(point) for point in place.points)
        left, right = sorted(((x1 + x4) / 2, (x2 + x3) / 2))
        top, bottom = sorted(((y1 + y2) / 2, (y3 + y4) / 2))
        return Rect(left, top, right, bottom)

    def place(self, rect: Rect) -> Place:
        """The quadrilateral on the page of an upright rectangle, kept within the page."""
        corners = (rect.left, rect.top), (rect.right, rect.top), (rect.right, rect.bottom), (rect.left, rect.bottom)
        first, second, third, fourth = (_within(self.back(corner)) for corner in corners)
        return Place((first, second, third, fourth), self.page.number)

    def _direction(self) -> float:
        """Radians: the page's rotation, corrected by the lines that run about that way (median, weighted by width)."""
        given = math.radians(self.page.rotation % 360)
        offsets = []
        for line in self.page.lines:
            across, down = self._pixels(line.place.points[0], line.place.points[1])
            length = math.hypot(across, down)
            if length > 0:
                offset = (math.atan2(down, across) - given + math.pi) % math.tau - math.pi
                offsets.append((offset, length))
        near = [(offset, length) for offset, length in offsets if abs(offset) < STRAIGHT]
        if sum(length for _, length in near) * 2 >= sum(length for _, length in offsets):
            return given + _weighted_median(near)
        return given + _circular_mean(offsets)  # the page's rotation contradicts its own lines

    def _pixels(self, start: Point, end: Point) -> Point:
        return (end[0] - start[0]) * self._width, (end[1] - start[1]) * self._height

    def _text_height(self) -> float:
        """Pixels; the median over the words, each as high as its line."""
        heights = []
        for line in self.page.lines:
            first, _, _, last = line.place.points
            high = math.hypot(*self._pixels(first, last))
            heights += [high] * max(len(line.words), 1) if high > 0 else []
        return median(heights) if heights else max(self._height / 60, 1.0)

    def _turned(self, point: Point) -> Point:
        """In units, the page's rotation undone; the origin is the page's own."""
        x, y = point[0] * self._width / self.unit, point[1] * self._height / self.unit
        return x * self._cos + y * self._sin, y * self._cos - x * self._sin

    def _baselines(self) -> list[tuple[float, float, float]]:
        """(across, down, slope) of the middle of each long line of text and horizontal ruling."""
        found = []
        for line in self.page.lines:
            first, second, third, fourth = (self._turned(point) for point in line.place.points)
            start, end = _between(first, fourth), _between(second, third)
            if end[0] - start[0] > 2:
                found.append((end[0] - start[0], start, end))
        for start, end in self._ruled():
            if abs(end[0] - start[0]) > 4 * abs(end[1] - start[1]):
                start, end = sorted((start, end))
                found.append((end[0] - start[0], start, end))
        longest = sorted(found, reverse=True)[:SAMPLE]
        return [self._sloped(start, end) for _, start, end in longest]

    def _uprights(self) -> list[tuple[float, float, float]]:
        """(down, across, lean) of each vertical ruling, once the slope of the lines is taken out."""
        found = []
        for start, end in self._ruled():
            if abs(end[1] - start[1]) > 4 * abs(end[0] - start[0]) and abs(end[1] - start[1]) > 2:
                (x1, y1), (x2, y2) = sorted((self._levelled(start), self._levelled(end)), key=lambda point: point[1])
                found.append(((y1 + y2) / 2, (x1 + x2) / 2, (x2 - x1) / max(y2 - y1, 1e-9)))
        return found[:SAMPLE]

    def _levelled(self, turned: Point) -> Point:
        across, down = turned[0] - self._pivot[0], turned[1] - self._pivot[1]
        return across, (down - self._slope * across) / _at_least(1 + self._fan * across)

    def _ruled(self) -> list[tuple[Point, Point]]:
        return [(self._turned(ruling.start), self._turned(ruling.end)) for ruling in self.page.rulings]

    def _sloped(self, start: Point, end: Point) -> tuple[float, float, float]:
        slope = (end[1] - start[1]) / (end[0] - start[0])
        across, down = _between(start, end)
        return across - self._pivot[0], down - self._pivot[1], slope


def uprights(reading: Reading) -> dict[int, Upright]:
    """One for each page, by its number."""
    return {page.number: Upright(page) for page in reading.pages}


def ruling_ends(upright: Upright, ruling: Ruling) -> tuple[Point, Point]:
    """Start and end of a ruling in upright units, the smaller coordinates first."""
    start, end = upright.point(ruling.start), upright.point(ruling.end)
    horizontal = abs(end[0] - start[0]) >= abs(end[1] - start[1])
    first, last = sorted((start, end), key=lambda point: point[0] if horizontal else point[1])
    return first, last


def _fitted(samples: Sequence[tuple[float, float, float]]) -> tuple[float, float]:
    """(slope, fan) so that a sample's own slope = slope + fan * its height at the pivot: the pencil of lines.

    ``samples`` are (along, off, slope). A line of the pencil is off = off0 + (slope + fan * off0) * along. The fan is
    left out when fewer than six samples speak for it, or when it explains little.
    """
    if not samples:
        return 0.0, 0.0
    level = median(slope for _, _, slope in samples)
    starts = [(off - own * along, own) for along, off, own in samples]
    fans = [
        (own2 - own1) / (off2 - off1) for (off1, own1), (off2, own2) in combinations(starts, 2) if abs(off2 - off1) > 3
    ]
    fan = median(fans) if len(samples) >= 6 and fans else 0.0
    slope = median(own - fan * off for off, own in starts)
    straight = median(abs(own - level) for _, own in starts)
    fanned = median(abs(own - slope - fan * off) for off, own in starts)
    if not fanned < 0.7 * straight or abs(fan) > 0.01:
        slope, fan = level, 0.0
    return max(-STEEPEST, min(slope, STEEPEST)), fan


def _weighted_median(values: Sequence[tuple[float, float]]) -> float:
    if not values:
        return 0.0
    half, passed = sum(weight for _, weight in values) / 2, 0.0
    for value, weight in sorted(values):
        passed += weight
        if passed >= half:
            return value
    return 0.0


def _circular_mean(angles: Sequence[tuple[float, float]]) -> float:
    return math.atan2(
        sum(math.sin(angle) * weight for angle, weight in angles),
        sum(math.cos(angle) * weight for angle, weight in angles),
    )


def _between(first: Point, second: Point) -> Point:
    return (first[0] + second[0]) / 2, (first[1] + second[1]) / 2


def _at_least(value: float) -> float:
    return max(value, 0.3)  # never through the vanishing point


def _within(point: Point) -> Point:
    return max(0.0, min(point[0], 1.0)), max(0.0, min(point[1], 1.0))
