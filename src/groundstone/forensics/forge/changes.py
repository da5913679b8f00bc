"""A page changed as forgers of payslips, invoices and receipts do it, and where it really changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import cv2
import numpy as np

from groundstone.errors import InvalidInput
from groundstone.forensics.forge.canvas import Canvas, Mask, Picture, Rect
from groundstone.forensics.forge.copy_move import copy_move
from groundstone.forensics.forge.insert import insert
from groundstone.forensics.forge.remove import remove
from groundstone.forensics.forge.retype import retype
from groundstone.forensics.forge.splice import splice

Kind = Literal["copy-move", "splice", "retype", "insertion", "removal"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LEAST = (48, 48)  # pixels of height and width that a page must have
_ODDS = (0.25, 0.2, 0.25, 0.12, 0.18)
_PLACES = (0.5, 0.34, 0.16)  # odds of one, two or three places
_VISIBLE = 24  # grey levels by which a pixel must change to be seen
_CHANGED = 6  # grey levels from which a pixel counts as changed
_PIXELS = 10  # visible pixels that make a change
_TRIES = 8
_LARGEST = 0.06  # share of the page that a change may cover

Boxes = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Change:
    """``picture`` (H, W, 3) after the change; ``mask`` (H, W) and ``boxes`` (pixels) of what it changed."""

    picture: Picture
    mask: Mask
    boxes: tuple[Rect, ...]
    kind: Kind


def change(
    page: Picture,
    words: Boxes | None,
    donor: Picture | None,
    donor_words: Boxes | None,
    rng: np.random.Generator,
    *,
    kind: Kind | None = None,
    places: int | None = None,
) -> Change:
    """The page with one to three places changed in one kind.

    Args:
        page, donor: RGB (H, W, 3). A splice takes its words from the donor; without one, from the page itself.
        words, donor_words: boxes (left, top, right, bottom) in pixels; looked for where None.
        kind: by chance without it. Another kind is taken where the page offers nothing for the one drawn by chance.

    Raises InvalidInput for a page that is too small or has nothing that can be changed so.
    """
    _check(page)
    original = Canvas(page, words)
    other = Canvas(donor, donor_words) if donor is not None else original
    wanted = [kind] if kind else [KINDS[index] for index in rng.choice(len(KINDS), len(KINDS), replace=False, p=_ODDS)]
    for one in wanted:
        for _ in range(_TRIES):
            count = places or 1 + int(rng.choice(len(_PLACES), p=_PLACES))
            made = _attempt(original, other, one, count, rng)
            if made is not None:
                return made
    what = f"a {kind}" if kind else "any change"
    raise InvalidInput(f"the page offers no place for {what}: it has {len(original.words)} words that can be used")


def boxes_of(mask: Mask) -> tuple[Rect, ...]:
    """Boxes of the parts of a mask, those that nearly touch taken as one."""
    joined = cv2.dilate(mask.astype(np.uint8), np.ones((5, 9), np.uint8))
    count, labels = cv2.connectedComponents(joined, connectivity=8)
    rows, columns = np.nonzero(mask)
    which = labels[rows, columns]
    found = []
    for label in range(1, count):
        here = which == label
        if here.any():
            across, down = columns[here], rows[here]
            found.append((int(across.min()), int(down.min()), int(across.max()) + 1, int(down.max()) + 1))
    return tuple(found)


def _attempt(original: Canvas, donor: Canvas, kind: Kind, count: int, rng: np.random.Generator) -> Change | None:
    canvas = Canvas(original.pixels, original.words)
    for _ in range(count + 2):
        box = _one(canvas, original, donor, kind, rng)
        if box is not None:
            canvas.changed.append(box)
        if len(canvas.changed) == count:
            break
    mask = _mask(original.pixels, canvas.pixels)
    if mask is None or not 0 < mask.mean() < _LARGEST:
        return None
    return Change(canvas.pixels, mask, boxes_of(mask), kind)


def _one(canvas: Canvas, original: Canvas, donor: Canvas, kind: Kind, rng: np.random.Generator) -> Rect | None:
    match kind:
        case "copy-move":
            return copy_move(canvas, original, rng)
        case "splice":
            return splice(canvas, donor, rng)
        case "retype":
            return retype(canvas, rng)
        case "insertion":
            return insert(canvas, donor, rng)
        case "removal":
            return remove(canvas, rng)


def _mask(before: Picture, after: Picture) -> Mask | None:
    """What changed, a little larger; None where nobody would see it."""
    difference = cv2.absdiff(before, after).max(axis=2)
    if int((difference > _VISIBLE).sum()) < _PIXELS:
        return None
    changed = cv2.dilate((difference > _CHANGED).astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.asarray(changed > 0)


def _check(page: Picture) -> None:
    if page.ndim != 3 or page.shape[2] != 3 or page.dtype != np.uint8:
        raise InvalidInput("a page is RGB: an array (height, width, 3) of 8 bits")
    if page.shape[0] < LEAST[0] or page.shape[1] < LEAST[1]:
        raise InvalidInput(f"the page has {page.shape[1]} x {page.shape[0]} pixels; at least {LEAST[1]} x {LEAST[0]}")
