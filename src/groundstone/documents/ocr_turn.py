"""Which way the text of a page runs, and corners put in the order in which a line is read."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from groundstone.documents.ocr_detect import Picture, Quad
from groundstone.documents.ocr_models import Models
from groundstone.documents.ocr_read import cut, recognise, turned, upside_down

_LONG = 2.0  # a patch this much longer than high shows the direction of its line
_NEAR = 8.0  # degrees
_SAMPLE = 7  # lines that vote on which way is up
_CLEAR = 0.75  # share of votes


def slope(quads: Sequence[Quad]) -> float:
    """The direction of most lines in degrees, clockwise, above -90 and up to 90: which end is left stays open."""
    sides = [_long_side(quad) for quad in quads]
    long = [
        (math.degrees(math.atan2(y, x)) % 180, math.hypot(x, y))
        for x, y, high in sides
        if math.hypot(x, y) > _LONG * high
    ]
    if not long:
        return 0.0
    angles, lengths = (np.array(column) for column in zip(*long, strict=True))
    apart = (angles[:, None] - angles[None, :] + 90) % 180 - 90
    support = (lengths[None, :] * (np.abs(apart) < _NEAR)).sum(1)
    mode = int(support.argmax())
    near = np.abs(apart[:, mode]) < _NEAR
    angle = angles[mode] + _weighted_median(apart[near, mode], lengths[near])
    return float((angle + 90) % 180 - 90) or 0.0


def upright(quad: Quad, angle: float) -> Quad:
    """The quad with its corners from the text's top left on, clockwise, for text that runs at ``angle``.

    A long patch keeps its own direction; a short one, which shows none, is put in line with the page.
    """
    x, y, high = _long_side(quad)
    along, length = math.degrees(math.atan2(y, x)), math.hypot(x, y)
    off = (along - angle + 90) % 180 - 90  # from -90 to 90: how far its long side is off the lines of the page
    if length > _LONG * high:
        return _from(quad, angle + off)
    near = (off + 45) % 90 - 45
    return _from(quad, angle + near) if abs(near) < _NEAR else _around(quad, angle)


def direction(quad: Quad) -> float:
    """Degrees clockwise in which a quad with ordered corners is read."""
    x, y = quad[1] - quad[0] + quad[2] - quad[3]
    return math.degrees(math.atan2(float(y), float(x)))


def stands_on_head(models: Models, picture: Picture, quads: Sequence[Quad]) -> bool:
    """Whether lines read at their assumed direction are upside down, by the vote of a sample of them.

    A small classifier looks first; where it is not clear, the sample is recognised both ways.
    """
    long = sorted(quads, key=lambda quad: -_sample_worth(quad))[:_SAMPLE]
    strips = [cut(picture, quad) for quad in long]
    votes = [upside_down(models, strip) > 0.5 for strip in strips]
    share = sum(votes) / len(votes) if votes else 0.0
    if share <= 1 - _CLEAR:
        return False
    gains = [recognise(models, turned(strip)).confidence - recognise(models, strip).confidence for strip in strips[:5]]
    return sum(gains) > 0


def _sample_worth(quad: Quad) -> float:
    """Lines of middling length say most for their cost."""
    x, y, high = _long_side(quad)
    return min(math.hypot(x, y) / max(high, 1.0), 10.0)


def _long_side(quad: Quad) -> tuple[float, float, float]:
    """x and y of the longer side, and the length of the shorter."""
    first, second = quad[1] - quad[0], quad[2] - quad[1]
    a, b = float(np.hypot(*first)), float(np.hypot(*second))
    side = first if a >= b else second
    return float(side[0]), float(side[1]), min(a, b)


def _from(quad: Quad, angle: float) -> Quad:
    """Corners clockwise; the side from the first to the second is the one that is nearest to ``angle``."""
    forth = quad[1] - quad[0]
    back = quad[3] - quad[0]
    if forth[0] * back[1] - forth[1] * back[0] < 0:
        quad = quad[::-1]
    way = np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))], np.float32)
    sides = np.roll(quad, -1, axis=0) - quad
    norms = np.maximum(np.hypot(sides[:, 0], sides[:, 1]), 1e-6)
    return np.roll(quad, -int((sides @ way / norms).argmax()), axis=0)


def _around(quad: Quad, angle: float) -> Quad:
    """The rectangle at ``angle`` around a quad."""
    turn = math.radians(angle)
    axes = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]], np.float32)
    flat = quad @ axes.T
    (left, top), (right, bottom) = flat.min(0), flat.max(0)
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    return np.asarray(corners @ axes, np.float32)


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])
