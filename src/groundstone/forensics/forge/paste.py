"""Letters cut from a page laid over a place: as a patch of paper and ink, or their ink alone."""

from __future__ import annotations

import cv2
import numpy as np

from groundstone.forensics.forge.canvas import Canvas, Picture, Rect, grown, union
from groundstone.forensics.forge.colours import Colours, Floats, colours_of, ink_share
from groundstone.forensics.forge.erase import erase, feather, to_bytes

_STYLES = ("patch", "soft patch", "multiply", "ink", "darker")
_ODDS = (0.42, 0.18, 0.16, 0.16, 0.08)
_MARGIN_ODDS = (0.3, 0.42, 0.2, 0.08)  # of 0 to 3 pixels of paper around what is cut
_SCALINGS = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_AREA, cv2.INTER_LANCZOS4, cv2.INTER_NEAREST)
_SCALING_ODDS = (0.36, 0.34, 0.12, 0.12, 0.06)


def transplant(
    canvas: Canvas, target: Rect, donor: Canvas, source: Rect, rng: np.random.Generator, *, fit: bool
) -> Rect | None:
    """Put what stands at ``source`` of the donor in place of ``target``; returns the painted box, None off the page.

    Args:
        fit: whether it is made as high as the target (else it keeps its size).
    """
    margin = int(rng.choice(4, p=_MARGIN_ODDS))
    colours, there = colours_of(canvas, target), colours_of(donor, source)
    outer = donor.clipped(grown(source, margin, margin))
    patch = _resized(donor.cut(outer).copy(), source, target, rng, fit)
    spot = _spot(target, patch, margin, source[3] - outer[3], rng)
    if not canvas.inside(spot):
        return None
    style = str(rng.choice(_STYLES, p=_ODDS))
    painted = spot
    if style not in ("patch", "soft patch") or not _holds(spot, target) or rng.random() < 0.2:
        painted = union(spot, erase(canvas, target, rng))
    _blend(canvas.cut(spot), _retouched(patch, rng), colours, there, style, rng)
    return painted


def _resized(patch: Picture, source: Rect, target: Rect, rng: np.random.Generator, fit: bool) -> Picture:
    scale = (target[3] - target[1]) / (source[3] - source[1]) if fit else 1.0
    if rng.random() < (0.5 if fit else 0.2):
        scale *= float(rng.uniform(0.93, 1.07))
    across = scale * float(rng.uniform(0.93, 1.07)) if rng.random() < 0.15 else scale
    size = (max(2, round(patch.shape[1] * across)), max(2, round(patch.shape[0] * scale)))
    if size == (patch.shape[1], patch.shape[0]):
        return patch
    method = int(rng.choice(_SCALINGS, p=_SCALING_ODDS))
    return np.asarray(cv2.resize(patch, size, interpolation=method), np.uint8)


def _spot(target: Rect, patch: Picture, margin: int, below: int, rng: np.random.Generator) -> Rect:
    """On the target's baseline, a pixel off at times; from its left or its right end on."""
    high, wide = patch.shape[:2]
    bottom = target[3] - below + int(rng.choice((-1, 0, 1), p=(0.12, 0.76, 0.12)))
    left = target[0] - margin if rng.random() < 0.5 else target[2] + margin - wide
    return left, bottom - high, left + wide, bottom


def _holds(outer: Rect, inner: Rect) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


def _retouched(patch: Picture, rng: np.random.Generator) -> Picture:
    """A little softer or sharper at times."""
    chance = rng.random()
    if chance < 0.15:
        return np.asarray(cv2.GaussianBlur(patch, (3, 3), float(rng.uniform(0.3, 0.8))), np.uint8)
    if chance < 0.2:
        soft = cv2.GaussianBlur(patch, (3, 3), 0.8)
        return np.asarray(cv2.addWeighted(patch, 1.5, soft, -0.5, 0), np.uint8)
    return patch


def _blend(under: Picture, patch: Picture, here: Colours, there: Colours, style: str, rng: np.random.Generator) -> None:
    if style in ("patch", "soft patch"):
        level = rng.random() < 0.6
        over = patch.astype(np.float32) + (here.paper - there.paper) if level else patch.astype(np.float32)
        share: Floats = feather(under.shape, int(rng.integers(1, 3))) if style == "soft patch" else _full(under)
    elif style == "multiply":
        over, share = under * (patch / np.maximum(there.paper, 1)), _full(under)
    elif style == "darker":
        over, share = np.minimum(under, patch).astype(np.float32), _full(under)
    else:
        ink = ink_share(patch, there)
        share = np.clip(ink * float(rng.uniform(1, 1.6)), 0, 1)[..., None]
        colour = here.ink if rng.random() < 0.5 else there.ink
        over = np.broadcast_to(colour, under.shape) if rng.random() < 0.5 else patch.astype(np.float32)
    under[:] = to_bytes(under * (1 - share) + over * share)


def _full(under: Picture) -> Floats:
    return np.ones((*under.shape[:2], 1), np.float32)
