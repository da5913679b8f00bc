"""How ink comes onto paper: thermal heads, needles, toner and ink jets make of a clean drawing what a scanner sees."""

from __future__ import annotations

import random
from dataclasses import dataclass

import cv2
import numpy as np
from benchmarks.genuine.fields import Chance, Plane, as_plane, blur, grain, is_grey, over, stripes
from numpy.typing import NDArray

PRINTERS = ("thermal", "thermal", "laser", "inkjet", "needles", "offset")


@dataclass(frozen=True)
class Print:
    """Reflectance of the print, and how many of its pixels stand for one of the drawing."""

    plane: Plane
    scale: float


def printed(rng: random.Random, picture: NDArray[np.uint8], printer: str) -> Print:
    """A picture (RGB) printed on white paper by one of ``PRINTERS``."""
    chance = np.random.default_rng(rng.randrange(2**32))
    plane = as_plane(picture[..., 0] if is_grey(picture) else picture) / np.float32(255)
    scale = 1.0
    if printer == "needles":
        plane, scale = _needles(rng, plane)
    elif plane.ndim == 2 and printer in {"thermal", "laser", "inkjet"} and rng.random() < 0.8:
        plane, scale = _edges(rng, chance, plane, printer)
    ink = as_plane(1 - plane)
    ink = over(ink, _strength(rng, chance, ink.shape[0], ink.shape[1], printer))
    if printer == "laser" and rng.random() < 0.4:
        ink = _spatter(rng, chance, ink)
    darkest = {"thermal": rng.uniform(0.05, 0.45), "needles": rng.uniform(0.15, 0.5)}.get(
        printer, rng.uniform(0.02, 0.2)
    )
    return Print(as_plane(1 - np.clip(ink, 0, 1) * (1 - darkest)), scale)


def _edges(rng: random.Random, chance: Chance, plane: Plane, printer: str) -> tuple[Plane, float]:
    """Letters with rough edges: the drawing enlarged, and cut at a level that varies from place to place."""
    scale = 1.0 if plane.shape[1] > 1500 else rng.choice((1.3, 1.6, 2.0))
    if scale > 1:
        how = rng.choice((cv2.INTER_CUBIC, cv2.INTER_LINEAR, cv2.INTER_NEAREST))
        plane = as_plane(cv2.resize(plane, None, fx=scale, fy=scale, interpolation=how))
    rough = grain(chance, plane.shape[0], plane.shape[1], rng.uniform(0.9, 2.6)) * np.float32(rng.uniform(0.02, 0.16))
    soft = blur(plane, rng.uniform(0.4, 1.0) * (1.3 if printer == "inkjet" else 1.0))
    level = 0.5 + rng.uniform(-0.06, 0.24)  # above a half letters grow fat, below they starve
    steep = rng.uniform(2.0, 9.0)
    return as_plane(np.clip((soft + rough - level) * steep + 0.5, 0, 1)), scale


def _needles(rng: random.Random, plane: Plane) -> tuple[Plane, float]:
    """Round dots in a grid of 72 to 144 to the inch."""
    grey = plane if plane.ndim == 2 else as_plane(plane.min(2))
    wide = grey.shape[1]
    coarse = rng.uniform(0.6, 0.95) if wide < 900 else min(1.0, rng.uniform(900, 1400) / wide)
    small = cv2.resize(grey, None, fx=coarse, fy=coarse, interpolation=cv2.INTER_AREA)
    step = 3 if wide * coarse < 700 else 2
    dots = np.zeros((small.shape[0] * step, small.shape[1] * step), np.float32)
    dots[step // 2 :: step, step // 2 :: step] = small < rng.uniform(0.5, 0.72)
    spread = blur(dots, step * rng.uniform(0.3, 0.48))
    made = np.clip(spread / (spread.max() + 1e-6) * rng.uniform(1.1, 2.2), 0, 1)
    return as_plane(1 - made), coarse * step


def _strength(rng: random.Random, chance: Chance, height: int, width: int, printer: str) -> Plane:
    """How much of the ink is there at each pixel: worn heads, fading, uneven toner."""
    made = np.ones((height, width), np.float32)
    made += grain(chance, height, width, rng.uniform(60, 400)) * np.float32(rng.uniform(0, 0.09))
    made += grain(chance, height, width, rng.uniform(1.2, 5)) * np.float32(rng.uniform(0.02, 0.2))
    if printer in {"thermal", "needles"} and rng.random() < 0.6:
        made += stripes(chance, height, width, rng.uniform(1, 4), "down") * np.float32(rng.uniform(0.02, 0.1))
    if printer in {"thermal", "inkjet", "needles"} and rng.random() < 0.6:
        made += stripes(chance, height, width, rng.uniform(1, 6), "across") * np.float32(rng.uniform(0.02, 0.14))
    if printer == "thermal" and rng.random() < 0.45:
        made -= np.clip(grain(chance, height, width, rng.uniform(120, 500), rng.uniform(0.5, 3)), 0, 2) * np.float32(
            rng.uniform(0.05, 0.3)
        )
    for _ in range(rng.choice((0, 0, 0, 1, 2)) if printer == "thermal" else 0):
        left = rng.randrange(width)
        made[:, left : left + rng.randint(1, 3)] *= rng.uniform(0.0, 0.6)  # a dot of the head that is dead
    return made


def _spatter(rng: random.Random, chance: Chance, ink: Plane) -> Plane:
    """Grains of toner beside the letters and on the page."""
    height, width = ink.shape[:2]
    near = blur(ink if ink.ndim == 2 else as_plane(ink.max(2)), rng.uniform(2, 5))
    hit = chance.random((height, width), np.float32) < near * np.float32(rng.uniform(0.005, 0.04)) + rng.uniform(
        0, 3e-5
    )
    grains = blur(as_plane(hit), rng.uniform(0.4, 0.8)) * np.float32(rng.uniform(0.8, 2.0))
    return as_plane(np.maximum(ink, grains[..., None] if ink.ndim == 3 else grains))
