"""Where words go when a page is turned, scaled or seen from the side: 3 x 3 matrices, and boxes around words."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable

import cv2
import numpy as np
from benchmarks.genuine.fields import Plane, as_plane, blur, darkest
from benchmarks.genuine.leaf import Rect
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
CONTRAST = 40  # of 255, between the letters of a word and their paper


def turned(rng: random.Random, width: int, height: int, degrees: float, scale: float, wide: int, high: int) -> Matrix:
    """Maps a page to a picture of ``wide`` x ``high`` pixels: scaled, turned, in its middle but for a little."""
    angle = math.radians(degrees)
    uneven = rng.uniform(0.992, 1.008)  # paper is drawn in a little faster or slower than it should be
    cos, sin = math.cos(angle) * scale, math.sin(angle) * scale
    turn = np.array([[cos, -sin * uneven, 0], [sin, cos * uneven, 0], [0, 0, 1.0]])
    middle = turn @ np.array([width / 2, height / 2, 1.0])
    turn[0, 2] = wide / 2 - middle[0] + rng.uniform(-0.5, 0.5)
    turn[1, 2] = high / 2 - middle[1] + rng.uniform(-0.5, 0.5)
    return turn


def carried(words: Iterable[Rect], matrix: Matrix) -> list[Rect]:
    """Boxes around words after a mapping."""
    made = []
    for left, top, right, bottom in words:
        corners = matrix @ np.array([(left, right, right, left), (top, top, bottom, bottom), (1.0,) * 4])
        x, y = corners[:2] / corners[2]
        made.append((float(x.min()), float(y.min()), float(x.max()), float(y.max())))
    return made


def warped(plane: Plane, matrix: Matrix, wide: int, high: int, cubic: bool = False) -> tuple[Plane, Plane]:
    """The page in its picture, and how much of each pixel is page (0 to 1). Shrinks without aliasing."""
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    if scale < 0.95:
        plane = blur(plane, 0.45 / scale)
    how = cv2.INTER_CUBIC if cubic else cv2.INTER_LINEAR
    made = cv2.warpPerspective(plane, matrix, (wide, high), flags=how, borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpPerspective(np.ones(plane.shape[:2], np.float32), matrix, (wide, high), flags=cv2.INTER_LINEAR)
    return as_plane(made), as_plane(mask)


def tightened(words: Iterable[Rect], picture: NDArray[np.uint8]) -> list[Rect]:
    """Boxes drawn in to the ink of a clean drawing (RGB); words without any are left out."""
    grey = darkest(picture)
    height, width = grey.shape
    made: list[Rect] = []
    for box in words:
        left, top = max(0, math.floor(box[0]) - 1), max(0, math.floor(box[1]) - 1)
        right, bottom = min(width, math.ceil(box[2]) + 1), min(height, math.ceil(box[3]) + 1)
        if right - left < 3 or bottom - top < 3:
            continue
        part = grey[top:bottom, left:right].astype(np.int16)
        ink = abs(part - int(np.median(part))) > 60
        if not ink.any():
            continue
        x, y = np.flatnonzero(ink.any(0)), np.flatnonzero(ink.any(1))
        made.append((float(left + x[0]), float(top + y[0]), float(left + x[-1] + 1), float(top + y[-1] + 1)))
    return made


def legible(words: Iterable[tuple[int, int, int, int]], picture: NDArray[np.uint8]) -> list[tuple[int, int, int, int]]:
    """The words that can still be seen in a picture (RGB): among the pixels of their box are dark and bright ones."""
    made, grey = [], darkest(picture)
    for left, top, right, bottom in words:
        part = grey[top:bottom, left:right]
        low, high = np.percentile(part, (4, 97))
        if high - low >= CONTRAST:
            made.append((left, top, right, bottom))
    return made


def inside(words: Iterable[Rect], width: int, height: int) -> list[tuple[int, int, int, int]]:
    """Whole pixels, cut at the edges; what is smaller than 3 x 4 pixels there is left out."""
    made = []
    for left, top, right, bottom in words:
        box = (
            max(0, math.floor(left)),
            max(0, math.floor(top)),
            min(width, math.ceil(right)),
            min(height, math.ceil(bottom)),
        )
        if box[2] - box[0] >= 3 and box[3] - box[1] >= 4:
            made.append(box)
    return made
