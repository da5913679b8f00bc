"""Letters put onto a page in an ink, as soft and noisy as chance will have it."""

from __future__ import annotations

import cv2
import numpy as np

from groundstone.forensics.forge.canvas import Canvas, Rect
from groundstone.forensics.forge.colours import Colours, Floats
from groundstone.forensics.forge.erase import noise, to_bytes
from groundstone.forensics.forge.lettering import Letters


def stamp(
    canvas: Canvas, letters: Letters, left: int, baseline: int, colours: Colours, rng: np.random.Generator
) -> Rect | None:
    """Write letters from ``left`` on, standing on ``baseline``; returns their box, None where it leaves the page."""
    top = baseline - letters.baseline
    high, wide = letters.ink.shape
    box = (left, top, left + wide, top + high)
    if not canvas.inside(box):
        return None
    under = canvas.cut(box)
    share = _softened(letters.ink, rng)[..., None]
    made = under * (1 - share) + _ink(colours, rng) * share
    level = max(colours.noise, 0.6)
    if rng.random() < 0.35:
        made = made + noise(under.shape, level * float(rng.uniform(0.5, 1.3)), rng) * np.minimum(share * 3, 1)
    under[:] = to_bytes(made)
    return box


def _softened(ink: Floats, rng: np.random.Generator) -> Floats:
    if rng.random() < 0.55:
        return ink
    soft = cv2.GaussianBlur(ink, (5, 5), float(rng.uniform(0.3, 0.9)))
    if rng.random() < 0.3:
        soft = soft * float(rng.uniform(0.8, 1.25))
    return np.clip(soft, 0, 1).astype(np.float32)


def _ink(colours: Colours, rng: np.random.Generator) -> Floats:
    """As sampled, nearly so, or plain black where the ink is dark."""
    chance = rng.random()
    dark = float(colours.ink.mean()) < 110
    if chance < 0.2 and dark:
        return np.zeros(3, np.float32)
    spread = 0.0 if chance < 0.6 else 14.0
    return np.clip(colours.ink + rng.normal(0, 1, 3).astype(np.float32) * spread, 0, 255).astype(np.float32)
