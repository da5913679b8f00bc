"""Removal: words made to vanish under inpainting, paper colour or paper from elsewhere."""

from __future__ import annotations

import numpy as np

from groundstone.forensics.forge.canvas import Canvas, Rect
from groundstone.forensics.forge.erase import erase
from groundstone.forensics.forge.glyphs import pick_part


def remove(canvas: Canvas, rng: np.random.Generator) -> Rect | None:
    """Erase one place; returns the painted box, or None where the page offered nothing fitting."""
    target = pick_part(canvas, rng, least=2)
    return erase(canvas, target, rng) if target else None
