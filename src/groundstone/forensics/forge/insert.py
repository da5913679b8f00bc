"""Insertion: text where there was none, beside words of the page: written, or taken from elsewhere."""

from __future__ import annotations

import numpy as np

from groundstone.forensics.forge.canvas import Canvas, Rect, grown
from groundstone.forensics.forge.colours import colours_of
from groundstone.forensics.forge.glyphs import alike, glyphs_of, look_of_letters, run_of
from groundstone.forensics.forge.ink import stamp
from groundstone.forensics.forge.lettering import text_of, write
from groundstone.forensics.forge.paste import transplant

_TRIES = 10


def insert(canvas: Canvas, donor: Canvas, rng: np.random.Generator) -> Rect | None:
    """Add text at one place; returns the painted box, or None where no blank place beside words was found."""
    for _ in range(_TRIES if canvas.words else 0):
        word = canvas.words[int(rng.integers(len(canvas.words)))]
        glyphs = glyphs_of(canvas, word)
        if not glyphs:
            continue
        beside = run_of(glyphs, 0, len(glyphs))
        spot = _blank_beside(canvas, beside, rng)
        if spot is not None:
            return _fill(canvas, donor, beside, spot, rng)
    return None


def _blank_beside(canvas: Canvas, word: Rect, rng: np.random.Generator) -> Rect | None:
    """A blank box of the word's height: left or right of it, or on the line below or above."""
    left, top, right, bottom = word
    high = bottom - top
    wide = max(4, round(high * float(rng.uniform(0.6, 6))))
    gap = max(1, round(high * float(rng.uniform(0.15, 0.9))))
    step = round(high * float(rng.uniform(1.5, 2.2)))
    spots: list[Rect] = [
        (right + gap, top, right + gap + wide, bottom),
        (left - gap - wide, top, left - gap, bottom),
        (left, top + step, left + wide, bottom + step),
        (left, top - step, left + wide, bottom - step),
    ]
    order = (0, 1, 2, 3) if rng.random() < 0.6 else rng.permutation(4).tolist()
    for index in order:
        spot = spots[index]
        if canvas.inside(grown(spot, 2, 4)) and canvas.is_blank(spot) and canvas.is_free(spot):
            return spot
    return None


def _fill(canvas: Canvas, donor: Canvas, word: Rect, spot: Rect, rng: np.random.Generator) -> Rect | None:
    high, wide = spot[3] - spot[1], spot[2] - spot[0]
    if rng.random() < 0.3:
        source = alike(donor, spot, rng, scaled=True)
        return transplant(canvas, spot, donor, source, rng, fit=True) if source else None
    letters = write(text_of(max(1, round(wide / (0.62 * high))), rng), max(5, high), rng, look_of_letters(canvas, word))
    if letters is None or letters.ink.shape[1] > 1.5 * wide + 6:
        return None
    baseline = spot[3] + int(rng.integers(-1, 2))
    return stamp(canvas, letters, spot[0], baseline, colours_of(canvas, word), rng)
