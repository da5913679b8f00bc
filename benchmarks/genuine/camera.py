"""A telephone's photograph of a page: perspective, light, lens, a sensor with a colour filter, and its software."""

from __future__ import annotations

import math
import random

import cv2
import numpy as np
from benchmarks.genuine.fields import Chance, Plane, as_plane, blur, grain, over, sharpened
from benchmarks.genuine.geometry import Matrix, carried, warped
from benchmarks.genuine.leaf import Rect
from numpy.typing import NDArray

MOSAICS = (cv2.COLOR_BayerBG2RGB, cv2.COLOR_BayerBG2RGB_EA, cv2.COLOR_BayerBG2RGB_VNG)


def photographed(
    rng: random.Random, page: Plane, words: list[Rect], width: int
) -> tuple[NDArray[np.uint8], list[Rect]]:
    """A print (reflectance) as a photograph ``width`` pixels wide: RGB, and the words in it."""
    chance = np.random.default_rng(rng.randrange(2**32))
    taken = round(width * rng.choice((1.0, 1.0, 1.3, 1.6)))  # cameras take more pixels than are kept
    matrix, high = _view(rng, page.shape[1], page.shape[0], taken)
    plane, mask = warped(page, matrix, taken, high, True)
    plane = plane if plane.ndim == 3 else as_plane(np.repeat(plane[..., None], 3, axis=2))
    plane = plane * (1 + grain(chance, high, taken, rng.uniform(1, 4)) * np.float32(rng.uniform(0, 0.012)))[..., None]
    plane = as_plane(plane * mask[..., None] + _table(rng, chance, high, taken) * (1 - mask[..., None]))
    plane = over(plane, _light(rng, high, taken))
    white = np.array([rng.uniform(0.85, 1.05), 1.0, rng.uniform(0.75, 1.05)], np.float32)
    plane = _lens(rng, as_plane(plane * white))
    eight = _developed(rng, chance, plane, white)
    words = carried(words, matrix)
    if taken != width:
        size = (width, round(high * width / taken))
        words = carried(words, np.diag((size[0] / taken, size[1] / high, 1.0)))
        eight = np.asarray(
            cv2.resize(eight, size, interpolation=rng.choice((cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC))),
            np.uint8,
        )
    return eight, words


def _view(rng: random.Random, width: int, height: int, taken: int) -> tuple[Matrix, int]:
    """The page seen from a little off its middle, with some of the table around or its edges cut."""
    margin = rng.uniform(-0.015, 0.1)
    scale = taken / width / (1 + 2 * margin)
    high = round((height + 2 * margin * width) * scale)
    lean, turn = rng.uniform(0, 0.05), math.radians(rng.gauss(0, 1.6))
    corners = []
    for x, y in ((0, 0), (1, 0), (1, 1), (0, 1)):
        px, py = (x - 0.5) * width * scale, (y - 0.5) * height * scale
        px, py = px * math.cos(turn) - py * math.sin(turn), px * math.sin(turn) + py * math.cos(turn)
        shrink = 1 - rng.uniform(0, lean)
        corners.append((taken / 2 + px * shrink, high / 2 + py * shrink))
    source = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(source, np.array(corners, np.float32)), np.float64), high


def _table(rng: random.Random, chance: Chance, height: int, width: int) -> Plane:
    colour = np.clip(rng.uniform(0.05, 0.8) + np.array([rng.gauss(0, 0.06) for _ in range(3)]), 0.02, 0.95).astype(
        np.float32
    )
    wood = grain(chance, height, width, rng.uniform(2, 30), rng.choice((0.1, 0.3, 1.0, 6.0))) * np.float32(
        rng.uniform(0.01, 0.09)
    )
    return as_plane(np.clip(colour + wood[..., None], 0.01, 1))


def _light(rng: random.Random, height: int, width: int) -> Plane:
    """A lamp at one side, the dark corners of the lens, and the soft shadow of a hand."""
    y, x = np.mgrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j].astype(np.float32)
    angle = rng.uniform(0, 2 * math.pi)
    made = 0.9 + np.float32(rng.uniform(0, 0.45)) * (x * math.cos(angle) + y * math.sin(angle))
    made *= 1 - np.float32(rng.uniform(0, 0.5)) * (x * x + y * y)
    if rng.random() < 0.45:
        angle = rng.uniform(0, 2 * math.pi)
        edge = (x - rng.uniform(-0.4, 0.4)) * math.cos(angle) + (y - rng.uniform(-0.4, 0.4)) * math.sin(angle)
        made *= 1 - np.float32(rng.uniform(0.05, 0.45)) / (1 + np.exp(-edge * np.float32(rng.uniform(8, 60))))
    return as_plane(made * np.float32(rng.uniform(0.7, 1.1)))


def _lens(rng: random.Random, plane: Plane) -> Plane:
    """Out of focus a little, at times moved while the shutter was open."""
    plane = blur(plane, rng.choice((rng.uniform(0.4, 0.9), rng.uniform(0.6, 1.5))))
    if rng.random() < 0.2:
        length = rng.choice((3, 5))
        kernel = np.zeros((length, length), np.float32)
        cv2.line(kernel, (0, rng.randrange(length)), (length - 1, rng.randrange(length)), 1.0)
        plane = as_plane(cv2.filter2D(plane, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT))
    return plane


def _developed(rng: random.Random, chance: Chance, plane: Plane, white: Plane) -> NDArray[np.uint8]:
    """Each pixel of the sensor sees one colour; noise; the missing colours filled in; denoised, sharpened, toned."""
    gain = 10 ** rng.uniform(-2.6, -1.3)
    raw = np.empty(plane.shape[:2], np.float32)
    raw[0::2, 0::2], raw[1::2, 1::2] = plane[0::2, 0::2, 0], plane[1::2, 1::2, 2]
    raw[0::2, 1::2], raw[1::2, 0::2] = plane[0::2, 1::2, 1], plane[1::2, 0::2, 1]
    raw += chance.standard_normal(raw.shape, np.float32) * np.sqrt(np.clip(raw, 0.02, 1)) * np.float32(gain)
    made = np.asarray(cv2.cvtColor(np.clip(raw * 235, 0, 255).astype(np.uint8), rng.choice(MOSAICS)), np.uint8)
    denoise = rng.choice(("", "", "bilateral", "median", "blur"))
    if denoise == "bilateral":
        made = np.asarray(cv2.bilateralFilter(made, 5, rng.uniform(8, 30), 2.0), np.uint8)
    elif denoise == "median":
        made = np.asarray(cv2.medianBlur(made, 3), np.uint8)
    full = as_plane(made) / np.float32(235)
    if denoise == "blur":
        full = blur(full, rng.uniform(0.4, 0.9))
    full = as_plane(full / (white * rng.uniform(0.85, 1.0) + (1 - white) * rng.uniform(0, 0.2)))
    if rng.random() < 0.75:
        full = sharpened(full, rng.uniform(0.6, 1.8), rng.uniform(0.2, 1.4))
    low, high = rng.uniform(0, 0.1), rng.uniform(0.8, 1.1)
    toned = np.clip((full - low) / (high - low), 0, 1) ** np.float32(rng.uniform(0.75, 1.15))
    return np.asarray(np.round(toned * 255), np.uint8)
