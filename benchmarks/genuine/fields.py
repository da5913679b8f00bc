"""Random fields over a page, as paper, ink and sensors show them: never white noise alone, but of a chosen grain."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]  # H x W, or H x W x 3; mostly reflectance, 0 black to 1 white
Chance = np.random.Generator


def as_plane(values: object) -> Plane:
    return np.asarray(values, np.float32)


def blur(plane: Plane, across: float, down: float | None = None) -> Plane:
    """Gaussian with these standard deviations in pixels; below 0.15 nothing happens."""
    down = across if down is None else down
    if max(across, down) < 0.15:
        return plane
    return as_plane(
        cv2.GaussianBlur(plane, (0, 0), max(across, 0.01), sigmaY=max(down, 0.01), borderType=cv2.BORDER_REFLECT)
    )


def grain(chance: Chance, height: int, width: int, size: float, stretch: float = 1.0) -> Plane:
    """Noise of mean 0 and deviation 1 whose spots are about ``size`` pixels wide and ``stretch`` times as high."""
    step = max(1.0, size / 1.5)
    high, wide = max(3, round(height / max(1.0, step * stretch))), max(3, round(width / step))
    small = blur(
        chance.standard_normal((high, wide), np.float32), size / step / 2, size * stretch / max(1.0, step * stretch) / 2
    )
    if (high, wide) != (height, width):
        small = as_plane(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC))
    mean, deviation = cv2.meanStdDev(np.ascontiguousarray(small[::3, ::3]) if small.size > 90000 else small)
    return as_plane((small - np.float32(mean[0, 0])) * np.float32(1 / (deviation[0, 0] + 1e-6)))


def stripes(chance: Chance, height: int, width: int, size: float, along: str) -> Plane:
    """Noise that is the same all along a column ("down") or a row ("across"), as a scanner's line of sensors makes."""
    count = width if along == "down" else height
    line = grain(chance, 3, count, size)[1] if size > 1 else chance.standard_normal(count, np.float32)
    return as_plane(line[None, :] if along == "down" else line[:, None])


def sharpened(plane: Plane, radius: float, amount: float) -> Plane:
    """Unsharp masking, with the bright and dark halos that it leaves."""
    return as_plane(plane + amount * (plane - blur(plane, radius)))


def tinted(plane: Plane, colour: Plane) -> Plane:
    """A grey plane as three channels, each multiplied; ``colour`` has three values."""
    whole = plane[..., None] if plane.ndim == 2 else plane
    return as_plane(whole * colour)


def over(plane: Plane, factor: Plane) -> Plane:
    """Multiplied by a field of one channel."""
    return as_plane(plane * (factor[..., None] if plane.ndim == 3 else factor))


def is_grey(picture: NDArray[np.uint8]) -> bool:
    """Whether nearly no pixel of a picture (RGB) has a colour."""
    red, green, blue = cv2.split(picture)
    far = np.maximum(cv2.absdiff(red, green), cv2.absdiff(green, blue))
    return bool((far >= 6).mean() < 0.0005)


def darkest(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The least of the three channels at each pixel (RGB)."""
    red, green, blue = cv2.split(plane)
    return np.asarray(cv2.min(cv2.min(red, green), blue), np.uint8)
