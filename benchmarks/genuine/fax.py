"""A telefax: black and white, coarse, with lines lost on the way, and what software makes of it later."""

from __future__ import annotations

import random

import cv2
import numpy as np
from benchmarks.genuine.fields import Plane, as_plane, blur, grain
from benchmarks.genuine.geometry import carried, turned, warped
from benchmarks.genuine.leaf import Rect
from numpy.typing import NDArray


def faxed(rng: random.Random, page: Plane, words: list[Rect], width: int) -> tuple[NDArray[np.uint8], list[Rect]]:
    """A print (reflectance) as a fax ``width`` pixels wide: RGB, and the words in it."""
    chance = np.random.default_rng(rng.randrange(2**32))
    grey = page if page.ndim == 2 else as_plane(page.mean(2))
    wide = round(width * rng.choice((1.0, 1.0, 0.8, 1.25)))
    scale = wide / grey.shape[1]
    high = round(grey.shape[0] * scale * 1.01)
    matrix = turned(rng, grey.shape[1], grey.shape[0], rng.gauss(0, 0.5), scale * 0.99, wide, high)
    plane, mask = warped(grey, matrix, wide, high)
    plane = as_plane(plane * mask + (1 - mask))
    coarse = rng.choice((1, 1, 2))  # standard resolution has half as many lines as columns
    plane = as_plane(cv2.resize(plane, (wide, high // coarse), interpolation=cv2.INTER_AREA))
    plane = blur(plane, rng.uniform(0.2, 0.8)) + grain(
        chance, plane.shape[0], plane.shape[1], rng.choice((1.0, 1.6))
    ) * np.float32(rng.uniform(0.01, 0.14))
    bits = as_plane(plane > rng.uniform(0.45, 0.75))
    for _ in range(rng.choice((0, 0, 1, 4))):
        row, start = rng.randrange(bits.shape[0]), rng.randrange(wide)
        bits[row, start : start + rng.randint(10, wide)] = rng.choice((0.0, 1.0))
    bits = as_plane(cv2.resize(bits, (wide, high), interpolation=cv2.INTER_NEAREST))
    final = round(high * width / wide)
    how = rng.choice((cv2.INTER_NEAREST, cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC))
    bits = bits if wide == width else as_plane(cv2.resize(bits, (width, final), interpolation=how))
    words = carried(words, np.diag((width / wide, final / high, 1.0)) @ matrix)
    return np.repeat(np.asarray(np.round(np.clip(bits, 0, 1) * 255), np.uint8)[..., None], 3, axis=2), words
