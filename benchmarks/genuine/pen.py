"""What people leave on a page: signatures, ticks, circles around an amount, crossings out, stamps."""

from __future__ import annotations

import math
import random

import cv2
import numpy as np
from benchmarks.genuine.fields import Chance, Plane, as_plane, blur, grain
from numpy.typing import NDArray

INKS = ((0.08, 0.1, 0.45), (0.05, 0.05, 0.07), (0.06, 0.06, 0.08), (0.7, 0.08, 0.1), (0.1, 0.4, 0.2))


def marked(rng: random.Random, chance: Chance, plane: Plane) -> Plane:
    """A page (reflectance, one channel or three) with one to three marks by hand or stamp."""
    height, width = plane.shape[:2]
    cover = np.zeros((height, width), np.float32)
    size = width * rng.uniform(0.05, 0.16)
    for _ in range(rng.choice((1, 1, 2, 3))):
        at = (rng.uniform(0.1, 0.8) * width, rng.uniform(0.05, 0.95) * height)
        for path in rng.choice((_signature, _signature, _circle, _tick, _stamp))(rng, size):
            points = np.round((path + at) * 8).astype(np.int32)
            cv2.polylines(cover, [points], False, 1.0, max(1, round(width * rng.uniform(0.001, 0.004))), cv2.LINE_AA, 3)
    uneven = 1 + grain(chance, height, width, rng.uniform(2, 9)) * np.float32(rng.uniform(0.05, 0.3))
    strength = np.clip(blur(cover, rng.uniform(0.4, 0.8)) * uneven, 0, 1) * np.float32(rng.uniform(0.5, 0.95))
    ink = np.array(rng.choice(INKS), np.float32)
    if plane.ndim == 2:
        return as_plane(plane * (1 - strength * (1 - np.float32(ink.mean()))))
    return as_plane(plane * (1 - strength[..., None] * (1 - ink)))


def _signature(rng: random.Random, size: float) -> list[NDArray[np.float64]]:
    """A line that runs to the right in loops of changing height."""
    t = np.linspace(0, 1, 160)
    loops, phase = rng.uniform(3, 9), rng.uniform(0, 6)
    high = np.interp(t, np.linspace(0, 1, 8), [rng.uniform(0.05, 0.6) for _ in range(8)])
    x = t * 2.2 + 0.16 * np.cos(2 * math.pi * loops * t + phase)
    y = high * np.sin(2 * math.pi * loops * t + phase * 2) + rng.uniform(-0.3, 0.1) * t
    return [np.stack((x, y), 1) * size]


def _circle(rng: random.Random, size: float) -> list[NDArray[np.float64]]:
    t = np.linspace(0, 2 * math.pi * rng.uniform(0.95, 1.15), 80) + rng.uniform(0, 6)
    drift = 1 + 0.05 * np.sin(t * 0.7)
    return [np.stack((np.cos(t) * drift * 1.2, np.sin(t) * drift * rng.uniform(0.25, 0.6)), 1) * size]


def _tick(rng: random.Random, size: float) -> list[NDArray[np.float64]]:
    return [np.array([(0, 0), (0.12, 0.2), (0.25, 0.35), (0.5, -0.2), (0.8, -rng.uniform(0.4, 0.9))]) * size * 0.6]


def _stamp(rng: random.Random, size: float) -> list[NDArray[np.float64]]:
    """A double frame, turned, with bars where letters would be."""
    angle = rng.gauss(0, 0.3)
    turn = np.array([(math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))])
    wide, high = 1.4, rng.uniform(0.35, 0.6)
    frame = np.array([(-wide, -high), (wide, -high), (wide, high), (-wide, high), (-wide, -high)])
    bars = [np.array([(-0.9, y), (rng.uniform(0.3, 0.9), y)]) for y in (-high / 3, high / 3)]
    return [path @ turn * size for path in (frame, frame * 0.92, *bars)]
