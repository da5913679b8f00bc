"""Copy-move: a digit, a word or a number of the page laid over another one of about its size."""

from __future__ import annotations

import numpy as np

from groundstone.forensics.forge.canvas import Canvas, Rect
from groundstone.forensics.forge.glyphs import alike, pick_part
from groundstone.forensics.forge.paste import transplant


def copy_move(canvas: Canvas, original: Canvas, rng: np.random.Generator) -> Rect | None:
    """Change one place; returns the painted box, or None where the page offered nothing fitting."""
    target = pick_part(canvas, rng)
    source = alike(original, target, rng) if target else None
    if target is None or source is None:
        return None
    return transplant(canvas, target, original, source, rng, fit=rng.random() < 0.25)
