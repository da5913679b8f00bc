"""Ways to make what stands on paper vanish, as picture editors offer them."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from groundstone.forensics.forge.canvas import Canvas, Picture, Rect, grown
from groundstone.forensics.forge.colours import Colours, Floats, colours_of, ink_share

METHODS = ("flat", "ink", "telea", "ns", "rows", "blur", "patch")
_ODDS = (0.24, 0.1, 0.16, 0.1, 0.12, 0.08, 0.2)
_PAPER = 40  # levels of a channel by which paper may differ from place to place


def erase(canvas: Canvas, rect: Rect, rng: np.random.Generator, method: str | None = None) -> Rect:
    """Make the ink in the box vanish; returns the box that was painted, a little larger.

    Args:
        method: of METHODS, by chance without it. "flat": paper colour; "ink": that over the ink alone; "telea", "ns":
            OpenCV's inpainting; "rows": from side to side; "blur": a broad median; "patch": paper from elsewhere.
    """
    method = method or str(rng.choice(METHODS, p=_ODDS))
    box = canvas.clipped(grown(rect, int(rng.integers(0, 3)), int(rng.integers(1, 3))))
    colours = colours_of(canvas, rect)
    patch = _blank_patch(canvas, box, rng) if method == "patch" else None
    if patch is not None:
        _lay(canvas, box, _levelled(patch, colours, rng), rng)
    elif method in ("telea", "ns"):
        _inpaint(canvas, box, colours, cv2.INPAINT_TELEA if method == "telea" else cv2.INPAINT_NS)
    elif method == "ink":
        _over_ink(canvas, box, colours, rng)
    elif method == "rows":
        _lay(canvas, box, _from_side_to_side(canvas, box, colours), rng)
    elif method == "blur":
        canvas.cut(box)[:] = _broad_median(canvas, box)
    else:
        _lay(canvas, box, _flat(box, colours, rng), rng)
    return box


def noise(shape: tuple[int, ...], level: float, rng: np.random.Generator) -> Floats:
    """Grey noise as (H, W, 1), sometimes grainy: coarser than a pixel."""
    made = rng.standard_normal(shape[:2], dtype=np.float32) * np.float32(level)
    if rng.random() < 0.5:
        made = np.asarray(cv2.GaussianBlur(made, (3, 3), 0.6), np.float32) * np.float32(1.6)
    return made[..., None]


def to_bytes(values: NDArray[np.floating[Any]]) -> Picture:
    """Rounded, from 0 to 255."""
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def feather(shape: tuple[int, ...], width: int) -> Floats:
    """1 within, falling to 0 over ``width`` pixels at the sides: (H, W, 1)."""
    high, wide = shape[:2]
    down = np.minimum(np.arange(1, high + 1), np.arange(high, 0, -1)) / (width + 1)
    across = np.minimum(np.arange(1, wide + 1), np.arange(wide, 0, -1)) / (width + 1)
    edge = np.minimum(np.minimum(down[:, None], across[None, :]), 1)
    return np.asarray(edge, np.float32)[..., None]


def _lay(canvas: Canvas, box: Rect, patch: Picture, rng: np.random.Generator) -> None:
    """A patch over a box; sometimes its rim blends in."""
    under = canvas.cut(box)
    if rng.random() < 0.7:
        under[:] = patch
        return
    share = feather(under.shape, int(rng.integers(1, 4)))
    under[:] = to_bytes(under * (1 - share) + patch * share)


def _flat(box: Rect, colours: Colours, rng: np.random.Generator) -> Picture:
    """Paper colour: as sampled, or plain white; sometimes as noisy as the paper around."""
    shape = (box[3] - box[1], box[2] - box[0], 3)
    white = rng.random() < 0.12
    made = np.broadcast_to(np.float32(255) if white else colours.paper, shape).astype(np.float32)
    if colours.noise > 0.4 and rng.random() < 0.35:
        made = made + noise(shape, colours.noise, rng)
    return to_bytes(made)


def _over_ink(canvas: Canvas, box: Rect, colours: Colours, rng: np.random.Generator) -> None:
    under = canvas.cut(box)
    ink = (ink_share(under, colours) > rng.uniform(0.08, 0.25)).astype(np.uint8)
    ink = np.asarray(cv2.dilate(ink, np.ones((3, 3), np.uint8)), np.uint8)
    if rng.random() < 0.5:
        share = cv2.GaussianBlur(ink.astype(np.float32), (3, 3), 0.7)[..., None]
        under[:] = to_bytes(under * (1 - share) + _flat(box, colours, rng) * share)
    else:
        under[ink > 0] = _flat(box, colours, rng)[ink > 0]


def _inpaint(canvas: Canvas, box: Rect, colours: Colours, method: int) -> None:
    outer = canvas.clipped(grown(box, 6, 6))
    view = canvas.cut(outer)
    mask = np.zeros(view.shape[:2], np.uint8)
    left, top = box[0] - outer[0], box[1] - outer[1]
    inner = mask[top : top + box[3] - box[1], left : left + box[2] - box[0]]
    ink = (ink_share(canvas.cut(box), colours) > 0.12).astype(np.uint8)
    inner[:] = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    view[:] = cv2.inpaint(np.ascontiguousarray(view), mask, 3, method)


def _from_side_to_side(canvas: Canvas, box: Rect, colours: Colours) -> Picture:
    """Each row runs from the colour left of the box to that right of it; from the paper's where ink touches it."""
    left, top, right, bottom = box
    before = canvas.pixels[top:bottom, max(0, left - 3) : left + 1].astype(np.float32)
    after = canvas.pixels[top:bottom, right - 1 : min(canvas.width, right + 3)].astype(np.float32)
    one, two = (
        np.where(np.abs(side - colours.paper).max(axis=1, keepdims=True) < _PAPER, side, colours.paper)
        for side in (np.median(before, axis=1), np.median(after, axis=1))
    )
    share = np.linspace(0, 1, right - left, dtype=np.float32)[None, :, None]
    return to_bytes(one[:, None] * (1 - share) + two[:, None] * share)


def _broad_median(canvas: Canvas, box: Rect) -> Picture:
    outer = canvas.clipped(grown(box, 10, 10))
    size = min(2 * ((box[3] - box[1]) // 2) + 9, 61) | 1
    made = cv2.medianBlur(np.ascontiguousarray(canvas.cut(outer)), size)
    left, top = box[0] - outer[0], box[1] - outer[1]
    return np.asarray(made[top : top + box[3] - box[1], left : left + box[2] - box[0]], np.uint8)


def _blank_patch(canvas: Canvas, box: Rect, rng: np.random.Generator) -> Picture | None:
    """Paper of the size of the box from a blank place; None where none was found quickly."""
    wide, high = box[2] - box[0], box[3] - box[1]
    if wide >= canvas.width or high >= canvas.height:
        return None
    near = rng.random() < 0.6
    for _ in range(40):
        if near:
            left = int(np.clip(box[0] + rng.integers(-3 * wide, 3 * wide + 1), 0, canvas.width - wide))
            top = int(np.clip(box[1] + rng.integers(-4 * high, 4 * high + 1), 0, canvas.height - high))
        else:
            left = int(rng.integers(canvas.width - wide + 1))
            top = int(rng.integers(canvas.height - high + 1))
        spot = (left, top, left + wide, top + high)
        if canvas.is_blank(spot):
            return canvas.cut(spot).copy()
    return None


def _levelled(patch: Picture, colours: Colours, rng: np.random.Generator) -> Picture:
    if rng.random() < 0.4:
        return patch
    shift = colours.paper - np.median(patch.reshape(-1, 3), axis=0)
    return to_bytes(patch + shift.astype(np.float32))
