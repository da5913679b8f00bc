"""How paper comes to look in scans and photographs: five levels, and turned by quarters. Places are carried through.

0 a clean scan; 1 turned by up to 2 degrees, JPEG; 2 turned by up to 8 degrees, blurred, noisy; 3 a photograph on a
table, in perspective, with a shadow and noise; 4 a small, blurred photograph in perspective, JPEG.
"""

from __future__ import annotations

import io
import math
import random
from dataclasses import dataclass

import cv2
import numpy as np
from benchmarks.forms.sheet import Rect
from numpy.typing import NDArray
from PIL import Image

from groundstone.documents.base import Place, Point

LEVELS = (0, 1, 2, 3, 4)
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Damage:
    """What happens to one page: ``matrix`` maps pixels of the sheet to pixels of a picture of ``width`` x ``height``.

    ``seed`` decides the noise, the light and the table.
    """

    level: int
    matrix: tuple[float, ...]  # 3 x 3, row by row
    width: int
    height: int
    seed: int

    def point(self, x: float, y: float) -> Point:
        """A point of the sheet, in fractions of the picture."""
        a, b, c, d, e, f, g, h, i = self.matrix
        scale = g * x + h * y + i
        return (a * x + b * y + c) / scale / self.width, (d * x + e * y + f) / scale / self.height

    def place(self, rect: Rect, page: int = 1) -> Place:
        left, top, right, bottom = rect
        return Place(
            (self.point(left, top), self.point(right, top), self.point(right, bottom), self.point(left, bottom)), page
        )

    def rotation(self, width: int, height: int) -> float:
        """How far the text in the middle of a sheet of this size is turned clockwise: degrees from 0 to below 360."""
        (x1, y1), (x2, y2) = self.point(width * 0.4, height / 2), self.point(width * 0.6, height / 2)
        return math.degrees(math.atan2((y2 - y1) * self.height, (x2 - x1) * self.width)) % 360

    def apply(self, picture: Image.Image) -> Image.Image:
        """The picture of the damaged page."""
        noise = np.random.default_rng(self.seed)
        sheet = np.asarray(picture.convert("RGB"))
        table = _table(noise, self.width, self.height, self.level)
        matrix = np.array(self.matrix).reshape(3, 3)
        size = (self.width, self.height)
        warped = cv2.warpPerspective(sheet, matrix, size, flags=cv2.INTER_AREA if self.level == 0 else cv2.INTER_LINEAR)
        mask = cv2.warpPerspective(np.full(sheet.shape[:2], 255, np.uint8), matrix, size)[..., None] / 255.0
        pixels = warped * mask + table * (1 - mask) if self.level else warped.astype(np.float64)
        return _effects(pixels, noise, self.level)


def plan(rng: random.Random, level: int, width: int, height: int, turn: int | None = None) -> Damage:
    """What will happen to a sheet of this size; ``turn``: quarters clockwise, by default seldom any from level 1 on."""
    if turn is None:
        turn = rng.choice((1, 2, 3)) if level and rng.random() < 0.1 else 0
    matrix, (wide, high) = _warp(rng, level, width, height)
    quarter = {
        0: np.eye(3),
        1: np.array([[0, -1, high], [1, 0, 0], [0, 0, 1.0]]),
        2: np.array([[-1, 0, wide], [0, -1, high], [0, 0, 1.0]]),
        3: np.array([[0, 1, 0], [-1, 0, wide], [0, 0, 1.0]]),
    }[turn]
    size = (high, wide) if turn % 2 else (wide, high)
    return Damage(level, tuple(float(v) for v in (quarter @ matrix).ravel()), *size, rng.randrange(2**32))


def _warp(rng: random.Random, level: int, width: int, height: int) -> tuple[Matrix, tuple[int, int]]:
    if level <= 2:
        degrees = (0.0, rng.uniform(-2, 2), rng.choice((-1, 1)) * rng.uniform(2, 8))[level]
        return _turned(degrees, width, height, rng.uniform(0.85, 1.1) if level else 1.0)
    scale = 1.0 if level == 3 else rng.uniform(620, 820) / max(min(width, height), 700)
    margin = rng.uniform(0.03, 0.12)
    wide, high = int(width * scale * (1 + 2 * margin)), int(height * scale * (1 + 2 * margin))
    lean = 0.07 if level == 3 else 0.05
    corners = []
    for x, y in ((0, 0), (1, 0), (1, 1), (0, 1)):
        inward = (rng.uniform(0, lean), rng.uniform(0, lean))
        corners.append(
            (
                (margin + (inward[0] if x == 0 else 1 - inward[0])) * width * scale,
                (margin + (inward[1] if y == 0 else 1 - inward[1])) * height * scale,
            )
        )
    turned, _ = _turned(rng.uniform(-5, 5), wide, high, 1.0, keep=True)
    source = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    moved = turned @ np.vstack([np.array(corners).T, np.ones(4)])
    inside = np.clip(moved[:2].T, (2, 2), (wide - 2, high - 2)).astype(np.float32)
    return np.asarray(cv2.getPerspectiveTransform(source, inside), np.float64), (wide, high)


def _turned(
    degrees: float, width: int, height: int, scale: float, keep: bool = False
) -> tuple[Matrix, tuple[int, int]]:
    """Turned clockwise around the middle; the picture grows so that nothing is cut, unless ``keep``."""
    angle = math.radians(degrees)
    cos, sin = math.cos(angle) * scale, math.sin(angle) * scale
    wide = width if keep else math.ceil(abs(width * cos) + abs(height * sin))
    high = height if keep else math.ceil(abs(width * sin) + abs(height * cos))
    to_middle = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1.0]])
    turn = np.array([[cos, -sin, wide / 2], [sin, cos, high / 2], [0, 0, 1.0]])
    return turn @ to_middle, (wide, high)


def _table(noise: np.random.Generator, width: int, height: int, level: int) -> NDArray[np.float64]:
    """What lies around the page: the scanner's lid up to level 2, a table with some grain beyond."""
    if level <= 2:
        return np.full((height, width, 3), noise.choice([255.0, 235.0, 60.0], p=[0.6, 0.3, 0.1]))
    colour = noise.uniform(40, 190) + noise.normal(0, 18, 3)
    grain = noise.normal(0, 14, (max(2, height // 6), max(2, width // 90)))
    return colour + cv2.resize(grain, (width, height), interpolation=cv2.INTER_CUBIC)[..., None]


def _effects(pixels: NDArray[np.float64], noise: np.random.Generator, level: int) -> Image.Image:
    height, width = pixels.shape[:2]
    if level >= 3:
        pixels = pixels * _light(noise, width, height)
    if level >= 2:
        sigma = {2: noise.uniform(0.5, 1.1), 3: noise.uniform(0.5, 1.2), 4: noise.uniform(0.5, 0.9)}[level]
        blurred = np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), np.float64)
        pixels = blurred + noise.normal(0, {2: 8, 3: 7, 4: 5}[level], pixels.shape)
    made = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return (
        _jpeg(made, int(noise.integers(*{1: (55, 90), 2: (50, 85), 3: (50, 85), 4: (35, 70)}[level])))
        if level
        else made
    )


def _light(noise: np.random.Generator, width: int, height: int) -> NDArray[np.float64]:
    """Brightness of each pixel: a gradient over the page, and the soft edge of a shadow."""
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    angle = noise.uniform(0, 2 * math.pi)
    along = (x - 0.5) * math.cos(angle) + (y - 0.5) * math.sin(angle)
    light = 0.9 + noise.uniform(0.1, 0.3) * along
    angle = noise.uniform(0, 2 * math.pi)
    edge = (x - noise.uniform(0.2, 0.8)) * math.cos(angle) + (y - noise.uniform(0.2, 0.8)) * math.sin(angle)
    shadow = noise.uniform(0.0, 0.4) / (1 + np.exp(-edge * noise.uniform(8, 40)))
    return np.asarray((light * (1 - shadow))[..., None])


def _jpeg(picture: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(io.BytesIO(file.getvalue())).convert("RGB")
