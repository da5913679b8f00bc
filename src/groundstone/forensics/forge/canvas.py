"""A page that is being changed, with its words, the places that were changed already, and where it is blank."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from groundstone.errors import InvalidInput
from groundstone.forensics.forge.wordboxes import find_words

Picture = NDArray[np.uint8]  # (height, width, 3), RGB
Mask = NDArray[np.bool_]  # (height, width)
Rect = tuple[int, int, int, int]  # left, top, right, bottom in pixels; right and bottom lie outside

_LEAST, _HIGHEST = 5, 110  # pixels of the height of words that are changed
_WIDEST = 0.95  # share of the page's width
_EDGE = 28  # grey levels between neighbours that are no longer blank paper


class Canvas:
    """Pixels to be painted on; ``words`` are boxes of its words, looked for where None are given."""

    def __init__(self, pixels: Picture, words: Sequence[Sequence[float]] | None = None) -> None:
        self.pixels = np.array(pixels, np.uint8, order="C")
        found = find_words(self.pixels) if words is None else words
        self.words = [rect for rect in (self._rect(word) for word in found) if rect is not None]
        self.changed: list[Rect] = []

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    def cut(self, rect: Rect) -> Picture:
        """A view: what is written to it is written to the page."""
        left, top, right, bottom = rect
        return self.pixels[top:bottom, left:right]

    def inside(self, rect: Rect, margin: int = 0) -> bool:
        """Whether all of it lies on the page."""
        left, top, right, bottom = rect
        across = margin <= left < right <= self.width - margin
        return across and margin <= top < bottom <= self.height - margin

    def clipped(self, rect: Rect) -> Rect:
        """Its part on the page."""
        left, top, right, bottom = rect
        return max(0, left), max(0, top), min(self.width, right), min(self.height, bottom)

    def is_free(self, rect: Rect) -> bool:
        """Whether nothing was changed there before."""
        return not any(overlap(rect, other) for other in self.changed)

    def is_blank(self, rect: Rect) -> bool:
        """Whether there was nothing but paper there at first."""
        left, top, right, bottom = rect
        sums = self._edges
        count = int(sums[bottom, right]) - int(sums[top, right]) - int(sums[bottom, left]) + int(sums[top, left])
        return count == 0

    @cached_property
    def _edges(self) -> NDArray[Any]:
        grey = cv2.cvtColor(self.pixels, cv2.COLOR_RGB2GRAY)
        steps = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
        return np.asarray(cv2.integral((steps > _EDGE).astype(np.uint8)))

    def _rect(self, word: Sequence[float]) -> Rect | None:
        if len(word) != 4 or not np.isfinite(word).all():
            raise InvalidInput("a box of a word is left, top, right and bottom in pixels")
        left, top, right, bottom = (round(float(value)) for value in word)
        rect = self.clipped((left, top, right, bottom))
        high, wide = rect[3] - rect[1], rect[2] - rect[0]
        fits = _LEAST <= high <= _HIGHEST and 3 <= wide <= _WIDEST * self.width
        return rect if fits else None


def overlap(one: Rect, other: Rect) -> bool:
    """Whether two boxes share a pixel."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def grown(rect: Rect, across: int, down: int) -> Rect:
    """A box with margins."""
    return rect[0] - across, rect[1] - down, rect[2] + across, rect[3] + down


def union(one: Rect, other: Rect) -> Rect:
    """The least box that holds both."""
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
