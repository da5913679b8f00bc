"""The colours of a place on a page: its paper, its ink, how noisy it is, and how much ink each pixel holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundstone.forensics.forge.canvas import Canvas, Picture, Rect, grown

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Colours:
    """``paper`` and ``ink`` as (3,) of 0 to 255. ``noise``: standard deviation of the paper in grey levels."""

    paper: Floats
    ink: Floats
    noise: float

    @property
    def contrast(self) -> float:
        """Grey levels between paper and ink."""
        return float(np.abs(self.ink - self.paper).mean())


def colours_of(canvas: Canvas, rect: Rect) -> Colours:
    """Paper as the ring around the box shows it; ink as the pixels that are farthest from it."""
    outer = canvas.clipped(grown(rect, 3, 2))
    ring = _ring(canvas.cut(outer))
    paper = np.median(ring, axis=0).astype(np.float32)
    pixels = canvas.cut(rect).reshape(-1, 3).astype(np.float32)
    distance = np.abs(pixels - paper).sum(axis=1)
    most = max(1, len(pixels) // 12)
    ink = pixels[np.argpartition(distance, -most)[-most:]].mean(axis=0)
    near = ring[np.abs(ring - paper).max(axis=1) < 24]
    noise = float(near.mean(axis=1).std()) if len(near) > 8 else 0.0
    return Colours(paper, ink.astype(np.float32), noise)


def ink_share(pixels: Picture, colours: Colours) -> Floats:
    """How much of each pixel is ink, 0 to 1, as (H, W)."""
    way = colours.ink - colours.paper
    length = float(way @ way)
    if length < 1:
        return np.zeros(pixels.shape[:2], np.float32)
    share = (pixels.astype(np.float32) - colours.paper) @ way / length
    return np.clip(share, 0, 1).astype(np.float32)


def _ring(pixels: Picture) -> Floats:
    sides = (pixels[:2], pixels[-2:], pixels[2:-2, :2], pixels[2:-2, -2:])
    return np.concatenate([side.reshape(-1, 3) for side in sides]).astype(np.float32)
