"""Letters and digits of a word, and the parts of words that forgers change."""

from __future__ import annotations

import numpy as np

from groundstone.forensics.forge.canvas import Canvas, Rect, grown, union
from groundstone.forensics.forge.colours import colours_of, ink_share
from groundstone.forensics.forge.fonts import Look

_INK = 0.35  # share of ink from which a pixel belongs to a letter
_FAINT = 25.0  # grey levels between paper and ink below which there is no telling


def glyphs_of(canvas: Canvas, word: Rect) -> list[Rect]:
    """Boxes of what stands apart across the word, left to right; none where the word is too faint."""
    left, top, right, bottom = canvas.clipped(grown(word, 1, 1))
    colours = colours_of(canvas, word)
    if colours.contrast < _FAINT:
        return []
    ink = ink_share(canvas.cut((left, top, right, bottom)), colours) > _INK
    filled = np.concatenate(([False], ink.any(axis=0), [False])).astype(np.int8)
    steps = np.diff(filled)
    found = []
    for start, end in zip(np.flatnonzero(steps == 1).tolist(), np.flatnonzero(steps == -1).tolist(), strict=True):
        rows = np.flatnonzero(ink[:, start:end].any(axis=1))
        found.append((left + start, top + int(rows[0]), left + end, top + int(rows[-1]) + 1))
    return found


def look_of_letters(canvas: Canvas, rect: Rect) -> Look | None:
    """How wide and how inky the letters in a box are; None where it is too faint."""
    glyphs = glyphs_of(canvas, rect)
    if not glyphs:
        return None
    sizes = np.array([(right - left, bottom - top) for left, top, right, bottom in glyphs], np.float64)
    ink = ink_share(canvas.cut(rect), colours_of(canvas, rect)).sum()
    wide = float(np.median(sizes[:, 0] / sizes[:, 1].max()))
    return Look(1.0, min(max(wide, 0.2), 2.0), float(min(max(ink / sizes.prod(axis=1).sum(), 0.1), 1.0)))


def run_of(glyphs: list[Rect], start: int, count: int) -> Rect:
    """The box of some letters in a row."""
    box = glyphs[start]
    for glyph in glyphs[start + 1 : start + count]:
        box = union(box, glyph)
    return box


def pick_part(canvas: Canvas, rng: np.random.Generator, least: int = 1) -> Rect | None:
    """A word or a few digits of one, where nothing was changed yet; None if that was not found quickly."""
    for _ in range(12):
        if not canvas.words:
            return None
        word = canvas.words[int(rng.integers(len(canvas.words)))]
        glyphs = glyphs_of(canvas, word)
        if not least <= len(glyphs) <= 200:
            continue
        part = _part(glyphs, rng, least)
        high, wide = part[3] - part[1], part[2] - part[0]
        if high >= 5 and wide >= 2 and canvas.is_free(part) and canvas.inside(part, 4):
            return part
    return None


def _part(glyphs: list[Rect], rng: np.random.Generator, least: int) -> Rect:
    """All of a short word, or from one letter to seven, seldom to sixteen."""
    whole = len(glyphs) <= 12 and rng.random() < 0.5
    most = min(7 if rng.random() < 0.88 else 16, len(glyphs))
    count = len(glyphs) if whole else int(rng.integers(min(least, most), most + 1))
    start = int(rng.integers(len(glyphs) - count + 1))
    return run_of(glyphs, start, count)


def alike(canvas: Canvas, target: Rect, rng: np.random.Generator, scaled: bool = False) -> Rect | None:
    """Letters on a page that could stand in place of the target; of another height too when they are to be scaled."""
    high, wide = target[3] - target[1], target[2] - target[0]
    best: tuple[float, Rect] | None = None
    for index in rng.permutation(len(canvas.words))[:14].tolist():
        word = canvas.words[index]
        tall = word[3] - word[1]
        if not (0.4 if scaled else 0.65) < tall / high < (3.0 if scaled else 1.9):
            continue
        found = _nearest(glyphs_of(canvas, word), target, wide / high, scaled, rng)
        if found is not None and (best is None or found[0] < best[0]):
            best = found
            if best[0] < 0.12:
                break
    return best[1] if best is not None and best[0] < 0.5 else None


def _nearest(
    glyphs: list[Rect], target: Rect, aspect: float, scaled: bool, rng: np.random.Generator
) -> tuple[float, Rect] | None:
    """The letters in a row whose box is most like that of the target, and by how much it differs."""
    high = target[3] - target[1]
    best: tuple[float, Rect] | None = None
    for start in rng.permutation(len(glyphs))[:10].tolist():
        box = glyphs[start]
        for glyph in glyphs[start : start + 14]:
            box = union(box, glyph)
            tall, wide = box[3] - box[1], box[2] - box[0]
            if box == target or tall < 4:
                continue
            differs = abs(np.log(wide / tall / aspect)) + (0.0 if scaled else abs(np.log(tall / high)))
            if best is None or differs < best[0]:
                best = (float(differs), box)
            if wide / tall > 1.5 * aspect:
                break
    return best
