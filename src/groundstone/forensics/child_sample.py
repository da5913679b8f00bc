"""The child's part of training and evaluation: one picture of a data set to the numbers that are needed of it.

``parse`` is called in a limited process. Pictures go back as base64 of their bytes, row by row.
"""

from __future__ import annotations

import base64
import warnings
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image, ImageChops, ImageEnhance

from groundstone.errors import DocumentTooLarge, UnreadableDocument

MOST_PIXELS = 200_000_000
HEAT_COLOUR = (214, 40, 20)
_DAMAGE = (OSError, SyntaxError, ValueError, KeyError, IndexError, EOFError, TypeError)

Image.MAX_IMAGE_PIXELS = None  # checked here


def prepare() -> None:
    """What this file imports is there before any process is forked."""


def parse(data: bytes, want: str, **options: Any) -> dict[str, Any]:
    """``want``: "ela", "mask" or "example"; see the functions of these names for ``options`` and answers.

    Raises UnreadableDocument, DocumentTooLarge.
    """
    made: dict[str, Callable[..., dict[str, Any]]] = {"ela": ela, "mask": mask, "example": example}
    try:
        return made[want](_opened(data), **options)
    except _DAMAGE as error:
        raise UnreadableDocument(
            f"the picture cannot be read ({str(error)[:120]}): save it anew, or leave it out"
        ) from (error)


def ela(picture: Image.Image, quality: int, side: int) -> dict[str, Any]:
    """The article's input: what a save as JPEG changes, brightened up to 255; ``side`` x ``side`` x 3 bytes."""
    shown = picture.convert("RGB")
    saved = BytesIO()
    shown.save(saved, "JPEG", quality=quality)
    with Image.open(saved) as again:
        difference = ImageChops.difference(shown, again)
    extremes: Any = difference.getextrema()  # a pair for each band
    most = max(1, *(high for _, high in extremes))
    bright = ImageEnhance.Brightness(difference).enhance(255.0 / most)
    return {"pixels": _base64(np.asarray(bright.resize((side, side)), np.uint8).tobytes())}


def mask(picture: Image.Image, rows: int, columns: int) -> dict[str, Any]:
    """Which of ``rows`` x ``columns`` cells of a page hold a pixel that was changed (above 0): 1 or 0 a cell."""
    changed = np.asarray(picture.convert("L")) > 0
    down = np.arange(changed.shape[0]) * rows // changed.shape[0]
    across = np.arange(changed.shape[1]) * columns // changed.shape[1]
    cells = np.zeros((rows, columns), np.uint8)
    found = np.argwhere(changed)
    cells[down[found[:, 0]], across[found[:, 1]]] = 1
    return {"cells": _base64(cells.tobytes()), "share": float(changed.mean())}


def example(picture: Image.Image, width: int, heat: str = "", rows: int = 0, columns: int = 0) -> dict[str, Any]:
    """A small JPEG for a card, and a PNG to lie over it where ``heat`` (base64 of its cells) is given."""
    shown = picture.convert("RGB")
    shown.thumbnail((width, 2 * width))
    small = BytesIO()
    shown.save(small, "JPEG", quality=70)
    answer = {"jpeg": _base64(small.getvalue()), "width": shown.width, "height": shown.height, "heat": ""}
    if heat:
        cells = np.frombuffer(base64.b64decode(heat), np.uint8).reshape(rows, columns)
        layer = np.empty((rows, columns, 4), np.uint8)
        layer[..., :3], layer[..., 3] = HEAT_COLOUR, cells // 4 * 3
        drawn = BytesIO()
        Image.fromarray(layer, "RGBA").resize(shown.size, Image.Resampling.BILINEAR).save(drawn, "PNG")
        answer["heat"] = _base64(drawn.getvalue())
    return answer


def _opened(data: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd metadata is no news
        picture = Image.open(BytesIO(data))
    if picture.width * picture.height > MOST_PIXELS:
        raise DocumentTooLarge(f"the picture has more than {MOST_PIXELS // 1_000_000} million pixels: make it smaller")
    return picture


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
