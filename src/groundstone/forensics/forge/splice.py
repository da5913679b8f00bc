"""Splice: words of another page, made as high as those that they replace."""

from __future__ import annotations

import numpy as np

from groundstone.forensics.forge.canvas import Canvas, Rect
from groundstone.forensics.forge.glyphs import alike, pick_part
from groundstone.forensics.forge.paste import transplant


def splice(canvas: Canvas, donor: Canvas, rng: np.random.Generator) -> Rect | None:
    """Change one place; returns the painted box, or None where the donor offered nothing fitting."""
    target = pick_part(canvas, rng)
    fit = rng.random() < 0.8
    source = alike(donor, target, rng, scaled=fit) if target else None
    if target is None or source is None:
        return None
    return transplant(canvas, target, donor, source, rng, fit=fit)
