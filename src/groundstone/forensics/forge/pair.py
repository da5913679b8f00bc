"""Pairs: a page and the same page changed, with the same history before and the very same last step after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import EllipsisType

import numpy as np

from groundstone.forensics.forge.canvas import Mask, Picture, Rect
from groundstone.forensics.forge.changes import LEAST, Boxes, Kind, boxes_of, change
from groundstone.forensics.forge.last import LastName, draw_last
from groundstone.forensics.forge.saves import Save, jpeg

_PRISTINE = 0.35  # of pages that have no history of JPEG
_TRIES = 4


@dataclass(frozen=True, slots=True)
class PixelPair:
    """Both pictures (H, W, 3) before the ``save`` that makes their files; ``mask`` (H, W) and ``boxes`` in pixels.

    ``history``: quality of the save as JPEG before the change, None for none. ``last``: name of the last step.
    """

    genuine: Picture
    forged: Picture
    mask: Mask
    boxes: tuple[Rect, ...]
    kind: Kind
    history: int | None
    last: LastName
    save: Save

    def opened(self) -> tuple[Picture, Picture]:
        """Genuine and forged as they are when their files are opened: quicker than to encode and decode PNG."""
        return self.save.apply(self.genuine), self.save.apply(self.forged)


@dataclass(frozen=True, slots=True)
class Pair:
    """Both files; the rest as of a PixelPair. ``suffix``: ".jpg" or ".png"."""

    genuine: bytes
    forged: bytes
    mask: Mask
    boxes: tuple[Rect, ...]
    kind: Kind
    history: int | None
    last: LastName
    suffix: str


def make_pair(
    page: Picture,
    words: Boxes | None,
    donor: Picture | None,
    donor_words: Boxes | None,
    rng: np.random.Generator,
    *,
    kind: Kind | None = None,
    history: int | EllipsisType | None = ...,
    last: LastName | None = None,
) -> Pair:
    """A page as two files that differ in the change alone. Arguments and errors as those of ``make_pixels``."""
    made = make_pixels(page, words, donor, donor_words, rng, kind=kind, history=history, last=last)
    genuine, forged = made.save.encode(made.genuine), made.save.encode(made.forged)
    return Pair(genuine, forged, made.mask, made.boxes, made.kind, made.history, made.last, made.save.suffix)


def make_pixels(
    page: Picture,
    words: Boxes | None,
    donor: Picture | None,
    donor_words: Boxes | None,
    rng: np.random.Generator,
    *,
    kind: Kind | None = None,
    history: int | EllipsisType | None = ...,
    last: LastName | None = None,
) -> PixelPair:
    """A page with and without a change, both before the save that makes their files.

    Args:
        page, donor: RGB (H, W, 3); the donor gives words for splices and may be None.
        words, donor_words: boxes (left, top, right, bottom) in pixels; looked for where None.
        kind: of change; by chance without it.
        history: quality of a save as JPEG before the change, None for none; by chance without it.
        last: name of the last step; by chance without it.

    Raises InvalidInput for a page that is too small or offers no place for the change.
    """
    quality = _quality(rng) if isinstance(history, EllipsisType) else history
    page, words = _aged(page, words, quality, rng)
    if donor is not None:
        donor, donor_words = _aged(donor, donor_words, _donor_quality(quality, rng), rng)
    made = change(page, words, donor, donor_words, rng, kind=kind)
    for attempt in range(_TRIES):
        step = draw_last(rng, (page.shape[0], page.shape[1]), last)
        mask = step.carry(made.mask)
        if mask.any():
            break
        if attempt == _TRIES - 1:  # what was changed lies at the very edge each time
            step = replace(step, crop=(0, 0, 0, 0))
            mask = step.carry(made.mask)
    return PixelPair(
        step.apply(page), step.apply(made.picture), mask, boxes_of(mask), made.kind, quality, step.name, step.save
    )


def _quality(rng: np.random.Generator) -> int | None:
    return None if rng.random() < _PRISTINE else int(rng.integers(40, 96))


def _donor_quality(quality: int | None, rng: np.random.Generator) -> int | None:
    """Often the same as the page's: documents of one sender."""
    return quality if rng.random() < 0.4 else _quality(rng)


def _aged(
    page: Picture, words: Boxes | None, quality: int | None, rng: np.random.Generator
) -> tuple[Picture, Boxes | None]:
    """The page after a save as JPEG, in half of the cases with its grid moved by a crop."""
    if quality is None:
        return page, words
    page = jpeg(rng, quality).apply(page)
    most = min(7, (min(page.shape[:2]) - LEAST[0]) // 2)
    if most < 1 or rng.random() < 0.5:
        return page, words
    left, top = (int(value) for value in rng.integers(0, most + 1, 2))
    moved = None if words is None else [(w[0] - left, w[1] - top, w[2] - left, w[3] - top) for w in words]
    return np.ascontiguousarray(page[top:, left:]), moved
