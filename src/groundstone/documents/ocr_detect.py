"""Where text stands on a picture: quadrilaterals around lines, by a network that marks the pixels of text.

Method: differentiable binarization (Liao et al. 2020): threshold the map, take the smallest rectangle around each
patch, and grow it by area x ratio / perimeter, because the network marks the core of a line only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from groundstone.documents.ocr_models import Models

Picture = NDArray[np.uint8]  # height x width x 3, RGB
Quad = NDArray[np.float32]  # 4 x 2, pixels; corners in turning order

_STEP = 32  # the network wants sides that are multiples of this
_ROOM = 192  # pixels that a side has at least; text that fills a narrow picture is not seen as text
_INK = 0.3  # a pixel of the map above this is text
_SURE = 0.5  # a patch whose mean is below this is none
_GROW = 1.6
_SMALLEST = 2.0  # pixels of the map


@dataclass(frozen=True, slots=True)
class Patch:
    """Text at ``quad``; ``height`` is its short side in pixels of the picture that the network saw."""

    quad: Quad
    score: float
    height: float


def detect(models: Models, picture: Picture, scale: float) -> list[Patch]:
    """Patches of text, in pixels of ``picture``, found on a copy of it that is ``scale`` times as large."""
    height, width = picture.shape[:2]
    wide, high = _rounded(width * scale), _rounded(height * scale)
    shrinks = wide * high < width * height
    seen = cv2.resize(picture, (wide, high), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    room = max(0, _ROOM - min(wide, high)) // 2
    framed = cv2.copyMakeBorder(seen, room, room, room, room, cv2.BORDER_REPLICATE) if room else seen
    framed_chances = models.detect(batch_of([np.asarray(framed, np.uint8)]))[0, 0]
    chances = np.ascontiguousarray(framed_chances[room : room + high, room : room + wide])
    factors = np.array([width / wide, height / high], np.float32)
    return [Patch(quad * factors, score, short) for quad, score, short in _patches(chances)]


def batch_of(pictures: list[Picture]) -> NDArray[np.float32]:
    """Pictures of one size as networks want them: N x 3 x height x width, blue first, from -1 to 1."""
    batch = np.stack(pictures)[:, :, :, ::-1].transpose(0, 3, 1, 2)
    return np.ascontiguousarray(batch, np.float32) / np.float32(127.5) - np.float32(1)


def _rounded(size: float) -> int:
    return max(_STEP, round(size / _STEP) * _STEP)


def _patches(chances: NDArray[np.float32]) -> list[tuple[Quad, float, float]]:
    mask = cv2.dilate((chances > _INK).astype(np.uint8), np.ones((2, 2), np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = (_patch(chances, outline) for outline in outlines)
    return [patch for patch in found if patch]


def _patch(chances: NDArray[np.float32], outline: cv2.typing.MatLike) -> tuple[Quad, float, float] | None:
    center, (wide, high), angle = cv2.minAreaRect(outline)
    if min(wide, high) < _SMALLEST:
        return None
    score = _mean_inside(chances, cv2.boxPoints((center, (wide, high), angle)))
    if score < _SURE:
        return None
    grow = wide * high * _GROW / (wide + high)  # both sides of area x ratio / perimeter
    grown = (center, (wide + grow, high + grow), angle)
    return cv2.boxPoints(grown).astype(np.float32), score, min(wide, high) + grow


def _mean_inside(chances: NDArray[np.float32], quad: cv2.typing.MatLike) -> float:
    height, width = chances.shape
    left, top = (max(0, math.floor(value)) for value in quad.min(0))
    right, bottom = math.ceil(quad[:, 0].max()) + 1, math.ceil(quad[:, 1].max()) + 1
    part = chances[top : min(bottom, height), left : min(right, width)]
    mask = np.zeros(part.shape, np.uint8)
    cv2.fillPoly(mask, [(quad - (left, top)).astype(np.int32)], 1)
    return float(cv2.mean(part, mask)[0])
