"""A page's picture and words turned upright, in quarter turns; what skew is left is small."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from groundstone.documents.base import Page
from groundstone.forensics.words.glyphs import Pixels, Placed

STEEPEST = 4.0  # degrees of skew up to which characters are measured
Sent = list[Any]  # [text, confidence, line, x1, y1, ... y4]


def sent(page: Page) -> list[Sent]:
    """The words of a page as JSON, for ``child_words.parse``."""
    return [
        [word.text, word.confidence, number, *(value for point in word.place.points for value in point)]
        for number, line in enumerate(page.lines)
        for word in line.words
    ]


def upright(pixels: Pixels, words: Sequence[Sent], rotation: float) -> tuple[Pixels, list[Placed], int] | None:
    """The picture, its words, and the quarter turns clockwise that were undone. None where the page is too skewed."""
    turns = round(rotation / 90) % 4
    skew = abs(rotation - 90 * round(rotation / 90))
    if skew > STEEPEST:
        return None
    turned = np.ascontiguousarray(np.rot90(pixels, turns))
    height, width = turned.shape[:2]
    placed = []
    for text, confidence, line, *points in words:
        corners = [_turned(x, y, turns) for x, y in zip(points[::2], points[1::2], strict=True)]
        across, down = [x * width for x, _ in corners], [y * height for _, y in corners]
        placed.append(Placed(text, confidence, (min(across), min(down), max(across), max(down)), line))
    return turned, placed, turns


def _turned(x: float, y: float, turns: int) -> tuple[float, float]:
    """A point of the page as shown on the upright one; np.rot90 turns against the clock."""
    for _ in range(turns):
        x, y = y, 1 - x
    return x, y
