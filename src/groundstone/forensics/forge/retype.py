"""Re-typed: digits or words erased, or not even that, and others written in their place with a font at hand."""

from __future__ import annotations

import numpy as np

from groundstone.forensics.forge.canvas import Canvas, Rect, union
from groundstone.forensics.forge.colours import colours_of
from groundstone.forensics.forge.erase import erase
from groundstone.forensics.forge.glyphs import look_of_letters, pick_part
from groundstone.forensics.forge.ink import stamp
from groundstone.forensics.forge.lettering import Letters, text_of, widened, write


def retype(canvas: Canvas, rng: np.random.Generator) -> Rect | None:
    """Change one place; returns the painted box, or None where the page offered nothing fitting."""
    target = pick_part(canvas, rng)
    letters = _letters(canvas, target, rng) if target else None
    if target is None or letters is None:
        return None
    colours = colours_of(canvas, target)
    left = target[0] if rng.random() < 0.6 else target[2] - letters.ink.shape[1]
    baseline = target[3] + int(rng.choice((-2, -1, 0, 1, 2), p=(0.05, 0.15, 0.55, 0.2, 0.05)))
    if not canvas.inside((left, baseline - letters.baseline, left + letters.ink.shape[1], baseline + 8)):
        return None
    box = target if rng.random() < 0.05 else erase(canvas, target, rng)
    written = stamp(canvas, letters, left, baseline, colours, rng)
    return union(box, written) if written else box


def _letters(canvas: Canvas, target: Rect, rng: np.random.Generator) -> Letters | None:
    """Text that fills about the width of the target."""
    high, wide = target[3] - target[1], target[2] - target[0]
    height = max(5, high + int(rng.choice((-1, 0, 1), p=(0.2, 0.6, 0.2))))
    text = text_of(max(1, round(wide / (0.62 * high))), rng)
    letters = write(text, height, rng, look_of_letters(canvas, target))
    if letters is None:
        return None
    ratio = letters.ink.shape[1] / wide
    if not 0.5 < ratio < 2.2:
        return None
    if abs(np.log(ratio)) > 0.35 or rng.random() < 0.35:
        return widened(letters, round(wide * float(rng.uniform(0.9, 1.08))))
    return letters
