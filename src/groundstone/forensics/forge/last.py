"""Last steps that both classes share: what happens to a page after it was, or was not, changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import cv2
import numpy as np

from groundstone.forensics.forge.canvas import Mask, Picture
from groundstone.forensics.forge.saves import Save, jpeg
from groundstone.forensics.forge.scan import Scan, draw_scan

LastName = Literal["jpeg", "png", "resize", "rotate", "crop", "screenshot", "scan", "twice"]
LASTS: tuple[LastName, ...] = get_args(LastName)
_ODDS = (0.34, 0.16, 0.12, 0.06, 0.1, 0.06, 0.06, 0.1)
_SCALINGS = (cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4)
_LEAST = 48  # pixels of a side below which nothing is cut off or made smaller


@dataclass(frozen=True, slots=True)
class Last:
    """One last step with all its numbers, so that it does the very same to any picture of a size.

    Done in this order: ``before`` (a save), ``crop`` (pixels off left, top, right, bottom), ``angle`` (degrees
    clockwise), ``scale``, ``scan``, and the ``save`` that makes the file.
    """

    name: LastName
    save: Save
    before: Save | None = None
    crop: tuple[int, int, int, int] = (0, 0, 0, 0)
    angle: float = 0.0
    scale: float = 1.0
    scaling: int = cv2.INTER_LINEAR
    scan: Scan | None = None

    def apply(self, pixels: Picture) -> Picture:
        """The picture (H, W, 3) before it is saved."""
        made = self.before.apply(pixels) if self.before else pixels
        made = _cropped(made, self.crop)
        if self.angle:
            made = _turned(made, self.angle, cv2.INTER_CUBIC)
        if self.scale != 1:
            made = np.asarray(cv2.resize(made, _size(made, self.scale), interpolation=self.scaling), np.uint8)
        if self.scan:
            made = self.scan.apply(made)
        return np.ascontiguousarray(made)

    def carry(self, mask: Mask) -> Mask:
        """Where a place (H, W) comes to lie."""
        made = _cropped(mask.astype(np.uint8) * 255, self.crop)
        if self.angle:
            made = _turned(made, self.angle, cv2.INTER_LINEAR)
        if self.scale != 1:
            method = cv2.INTER_AREA if self.scale < 1 else cv2.INTER_LINEAR
            made = np.asarray(cv2.resize(made, _size(made, self.scale), interpolation=method), np.uint8)
        return np.asarray(made > 80)


def draw_last(rng: np.random.Generator, size: tuple[int, int], name: LastName | None = None) -> Last:
    """A last step by chance for pictures of ``size`` (height, width)."""
    name = name or LASTS[int(rng.choice(len(LASTS), p=_ODDS))]
    grey = rng.random() < 0.06
    save = _either(rng, 0.3, grey) if name not in ("jpeg", "png") else _save(rng, name, grey)
    match name:
        case "resize":
            return Last(name, save, scale=_scale(rng, size, 0.5, 1.3), scaling=_scaling(rng))
        case "rotate":
            return Last(name, save, angle=float(rng.uniform(0.15, 2.0) * rng.choice((-1, 1))))
        case "crop":
            return Last(name, save, crop=_crop(rng, size))
        case "screenshot":
            return Last(name, _either(rng, 0.6, False), scale=_scale(rng, size, 0.5, 0.75), scaling=_scaling(rng))
        case "scan":
            turn, scale = float(rng.normal(0, 0.35)), _scale(rng, size, 0.85, 1.15)
            return Last(name, _save(rng, "jpeg", grey), angle=turn, scale=scale, scan=draw_scan(rng))
        case "twice":
            crop = _crop(rng, size) if rng.random() < 0.5 else (0, 0, 0, 0)
            return Last(name, save, before=jpeg(rng, int(rng.integers(50, 99))), crop=crop)
        case _:
            return Last(name, save)


def _save(rng: np.random.Generator, format: Literal["jpeg", "png"], grey: bool) -> Save:
    return Save("png", grey=grey) if format == "png" else jpeg(rng, int(rng.integers(50, 99)), grey)


def _either(rng: np.random.Generator, png: float, grey: bool) -> Save:
    return _save(rng, "png" if rng.random() < png else "jpeg", grey)


def _scale(rng: np.random.Generator, size: tuple[int, int], least: float, most: float) -> float:
    return max(float(rng.uniform(least, most)), min(1.0, _LEAST / min(size)))


def _scaling(rng: np.random.Generator) -> int:
    return _SCALINGS[int(rng.integers(len(_SCALINGS)))]


def _crop(rng: np.random.Generator, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """A few pixels off each side, so that the grid of 8 x 8 blocks moves."""
    most = max(0, min(24, (min(size) - _LEAST) // 2))
    if most < 1:
        return 0, 0, 0, 0
    left, top, right, bottom = (int(value) for value in rng.integers(0, most + 1, 4))
    if left % 8 == 0 and top % 8 == 0:
        left += 1
    return left, top, right, bottom


def _cropped(pixels: Picture, crop: tuple[int, int, int, int]) -> Picture:
    left, top, right, bottom = crop
    return pixels[top : pixels.shape[0] - bottom, left : pixels.shape[1] - right]


def _turned(pixels: Picture, angle: float, method: int) -> Picture:
    high, wide = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), -angle, 1.0)
    border = cv2.BORDER_REPLICATE if pixels.ndim == 3 else cv2.BORDER_CONSTANT
    source = np.ascontiguousarray(pixels)
    return np.asarray(cv2.warpAffine(source, matrix, (wide, high), flags=method, borderMode=border), np.uint8)


def _size(pixels: Picture, scale: float) -> tuple[int, int]:
    return max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
