"""Which pixels of a page are ink: dark against the paper around them, whatever the light, noise taken out first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SIDE = 1650  # pixels that the longer side is shrunk to; marks and rulings are still seen well
AROUND = 24  # the neighbourhood that is the paper is this part of the longer side
DARK = 0.87  # ink is darker than this share of its neighbourhood
NOISY = 14  # mean difference of neighbouring pixels, in grey levels, from which a page is smoothed


@dataclass(frozen=True)
class Ink:
    """``grey`` and ``mask`` (255 where there is ink) of height x width bytes, ``scale`` times the picture's size."""

    grey: Any
    mask: Any

    @property
    def width(self) -> int:
        return int(self.grey.shape[1])

    @property
    def height(self) -> int:
        return int(self.grey.shape[0])

    @property
    def side(self) -> int:
        return max(self.width, self.height)


def ink_of(image: Any) -> Ink | None:
    """The ink of a picture: an RGB array (height, width, 3) of bytes, or a grey one; None where there is no picture."""
    import cv2
    import numpy as np

    array = np.asarray(image)
    if array.ndim not in (2, 3) or min(array.shape[:2]) < 8:
        return None
    if array.dtype != np.uint8:
        array = np.clip(np.nan_to_num(array), 0, 255).astype(np.uint8)
    grey = _grey(np.ascontiguousarray(array))
    longest = max(grey.shape)
    if longest > SIDE:
        size = (max(grey.shape[1] * SIDE // longest, 1), max(grey.shape[0] * SIDE // longest, 1))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    if min(grey.shape) < 8:
        return None
    grey = _smoothed(grey)
    block = max(max(grey.shape) // AROUND, 15) | 1
    paper = cv2.blur(grey, (block, block))
    mask = cv2.compare(grey, cv2.convertScaleAbs(paper, alpha=DARK), cv2.CMP_LT)
    return Ink(grey, mask)


def _grey(array: Any) -> Any:
    import cv2

    if array.ndim == 2:
        return array
    if array.shape[2] == 1:
        return array[:, :, 0].copy()
    return cv2.cvtColor(array[:, :, :3].copy() if array.shape[2] > 3 else array, cv2.COLOR_RGB2GRAY)


def _smoothed(grey: Any) -> Any:
    """Smoothed where the page is noisy: where even its flat parts differ from pixel to pixel."""
    import cv2
    import numpy as np

    sample = grey[::3]
    counts = np.bincount(cv2.absdiff(sample[:, 1:], sample[:, :-1]).ravel(), minlength=256)
    noise = int(np.searchsorted(np.cumsum(counts), counts.sum() / 2))  # the median
    return cv2.GaussianBlur(grey, (3, 3), 0) if noise >= NOISY / 2 else grey
