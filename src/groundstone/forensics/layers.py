"""Layers of a page as pictures to look at: error levels, noise, copies, and a heat-map over the page.

All are computed at full resolution and only then made as wide as wanted; a single odd pixel stays visible.
"""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from groundstone.errors import InvalidInput
from groundstone.forensics.base import Heat, Layer
from groundstone.forensics.copies import Area, find
from groundstone.forensics.metadata import quality_of
from groundstone.forensics.picture import Loaded, Pixels

WIDEST = 4000  # pixels
_MOST_PIXELS = 40_000_000
_QUALITY, _OTHER_QUALITY = 90, 75  # of the save that shows error levels; the second where the file itself is near 90
_NEAR = 4
_BRIGHTEST = 0.999  # share of the pixels that are not white in the layer of error levels
_SPAN = 4.0  # standard deviations of the paper's noise that are drawn as black and as white
_PAIRS = ((0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (86, 180, 233), (230, 159, 0))  # told apart by
# people with any kind of colour vision: Okabe and Ito, "Color Universal Design", 2008
_CLEAREST = 0.72  # how far the hottest places cover the page
_FAINT = 0.45  # how much of a page is left beneath what is drawn on it

Grey = NDArray[np.uint8]


def layer(loaded: Loaded, kind: Layer, width: int) -> bytes:
    """PNG of the layer "picture", "errors", "noise" or "copies", ``width`` pixels wide.

    Raises InvalidInput for another kind ("heat" and "history" are drawn by ``paint``) or width.
    """
    makers = {"picture": _picture, "errors": _errors, "noise": _noise, "copies": _copies}
    if kind not in makers:
        raise InvalidInput(f"no layer {str(kind)[:40]!r} is drawn from pixels alone; there are {', '.join(makers)}")
    return _png(makers[kind](loaded, _size(loaded.rgb, width)))


def paint(rgb: Pixels, heat: Heat, width: int) -> bytes:
    """PNG of the page, ``width`` pixels wide, beneath a heat-map: clear where it is cold, yellow to dark red where hot.

    Raises InvalidInput for a width, or a heat-map whose cells do not fit its rows and columns.
    """
    size = _size(rgb, width)
    if heat.rows < 1 or heat.columns < 1 or len(heat.cells) != heat.rows * heat.columns:
        raise InvalidInput(
            f"the heat-map has {len(heat.cells)} cells for {heat.rows} rows and {heat.columns} columns; make it anew"
        )
    cells = np.frombuffer(heat.cells, np.uint8).reshape(heat.rows, heat.columns)
    hot = cv2.resize(cells, size, interpolation=cv2.INTER_LINEAR)
    grey = cv2.cvtColor(_resized(rgb, size), cv2.COLOR_RGB2GRAY)
    strength = (hot.astype(np.float32) / 255 * _CLEAREST)[..., None]
    drawn = grey[..., None] * (1 - strength) + _colours()[hot] * strength
    return _png(np.rint(drawn).astype(np.uint8))


def _size(rgb: Pixels, width: int) -> tuple[int, int]:
    """Width and height of the result; very long pages become narrower than asked for."""
    if not 1 <= width <= WIDEST:
        raise InvalidInput(f"a picture is from 1 to {WIDEST} pixels wide")
    high, wide = rgb.shape[:2]
    scale = min(width / wide, float(np.sqrt(_MOST_PIXELS / (high * wide))))
    return max(1, round(wide * scale)), max(1, round(high * scale))


def _resized(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    smaller = size[0] < pixels.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=how), np.uint8)


def _kept(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Made smaller by keeping the brightest of the pixels that fall together, or larger without smoothing."""
    part = pixels.shape[1] // size[0]
    if part > 1:
        pixels = np.asarray(cv2.dilate(pixels, np.ones((part, part), np.uint8)), np.uint8)
    how = cv2.INTER_NEAREST if size[0] > pixels.shape[1] else cv2.INTER_AREA
    return np.asarray(cv2.resize(pixels, size, interpolation=how), np.uint8)


def _picture(loaded: Loaded, size: tuple[int, int]) -> Pixels:
    return _resized(loaded.rgb, size)


def _errors(loaded: Loaded, size: tuple[int, int]) -> Pixels:
    """The difference to a save as JPEG, brightened until its greatest values are white."""
    own = quality_of(loaded.quantisation[0]) if loaded.quantisation else 0
    quality = _OTHER_QUALITY if abs(own - _QUALITY) <= _NEAR else _QUALITY
    saved = BytesIO()
    Image.fromarray(loaded.rgb).save(saved, "JPEG", quality=quality)
    apart = cv2.absdiff(loaded.rgb, np.asarray(Image.open(saved)))
    counts = np.bincount(apart.max(axis=2).ravel(), minlength=256).cumsum()
    brightest = int(np.searchsorted(counts, _BRIGHTEST * counts[-1]))
    return _kept(np.asarray(cv2.convertScaleAbs(apart, alpha=255 / max(brightest, 1)), np.uint8), size)


def _noise(loaded: Loaded, size: tuple[int, int]) -> Pixels:
    """What is finer than a few pixels, in steps of the paper's own noise: grey is none."""
    grey = cv2.cvtColor(loaded.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = grey - cv2.GaussianBlur(grey, (0, 0), 1.5)
    usual = max(0.25, 1.4826 * float(np.median(np.abs(fine[::3, ::3]))))
    drawn = np.clip(128 + fine * (127 / (_SPAN * usual)), 0, 255).astype(np.uint8)
    if size[0] < drawn.shape[1]:
        drawn = np.asarray(cv2.resize(drawn, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    else:
        drawn = np.asarray(cv2.resize(drawn, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    return np.repeat(drawn[..., None], 3, axis=2)


def _copies(loaded: Loaded, size: tuple[int, int]) -> Pixels:
    """The page faintly, with each region that stands twice framed and joined to its twin."""
    found = find(np.asarray(cv2.cvtColor(loaded.rgb, cv2.COLOR_RGB2GRAY), np.uint8))
    faint = 255 - (255 - _resized(loaded.rgb, size).astype(np.float32)) * _FAINT
    page = np.ascontiguousarray(np.rint(faint).astype(np.uint8))
    scale, thick = size[0] / loaded.rgb.shape[1], max(1, size[0] // 500)
    for number, copy in enumerate(found):
        colour = _PAIRS[number % len(_PAIRS)]
        one, other = (_frame(page, area, scale, colour, thick) for area in (copy.source, copy.target))
        cv2.line(page, one, other, colour, thick, cv2.LINE_AA)
    return page


def _frame(page: Pixels, area: Area, scale: float, colour: tuple[int, int, int], thick: int) -> tuple[int, int]:
    """Draws a rectangle around an area; its middle."""
    left, top = int(area.left * scale) - thick, int(area.top * scale) - thick
    right, bottom = int((area.left + area.width) * scale) + thick, int((area.top + area.height) * scale) + thick
    cv2.rectangle(page, (left, top), (right, bottom), colour, thick)
    return (left + right) // 2, (top + bottom) // 2


def _colours() -> NDArray[np.float32]:
    """256 colours from pale yellow to dark red: each darker than the last, so that they order without colour."""
    table = cv2.applyColorMap(np.linspace(235, 95, 256).astype(np.uint8)[:, None], cv2.COLORMAP_INFERNO)
    return np.asarray(table[:, 0, ::-1], np.float32)


def _png(pixels: Pixels) -> bytes:
    out = BytesIO()
    Image.fromarray(pixels).save(out, "PNG", compress_level=3)
    return out.getvalue()
