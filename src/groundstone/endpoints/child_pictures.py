"""A picture as the numbers that a model takes. Imported only in the limited child process."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageEnhance, UnidentifiedImageError

from groundstone.endpoints.recipe import PictureInput
from groundstone.errors import InvalidInput

MOST_PIXELS = 40_000_000
_DAMAGE = (
    UnidentifiedImageError, OSError, SyntaxError, ValueError, KeyError, IndexError, EOFError, TypeError, struct.error,
    zlib.error,
)  # fmt: skip
Image.MAX_IMAGE_PIXELS = None  # checked here
Image.preinit()  # loads its readers now: later the process may open no file


def numbers(data: bytes, how: PictureInput) -> NDArray[np.float32]:
    """Shape (1, height, width, bands), or (1, bands, height, width). Raises InvalidInput."""
    try:
        image = Image.open(BytesIO(data), formats=("JPEG", "PNG"))
        if image.width * image.height > MOST_PIXELS:
            raise InvalidInput(f"the picture has more than {MOST_PIXELS // 10**6} million pixels; make it smaller")
        image.load()
        shown = _seen(image.convert("RGB"), how)
    except _DAMAGE as error:
        raise InvalidInput(f"the body is no JPEG or PNG picture that can be decoded ({error})") from None
    return _array(shown.resize((how.width, how.height), Image.Resampling.BICUBIC), how)


def _seen(image: Image.Image, how: PictureInput) -> Image.Image:
    if how.look == "grey":
        return image.convert("L")
    return _error_levels(image, how.quality) if how.look == "ela" else image


def _error_levels(image: Image.Image, quality: int) -> Image.Image:
    """What saving as JPEG changes, brightened until its largest value is 255 (Krawetz, "A Picture's Worth", 2007)."""
    saved = BytesIO()
    image.save(saved, "JPEG", quality=quality)
    difference = ImageChops.difference(image, Image.open(saved, formats=("JPEG",)))
    extremes: Any = difference.getextrema()  # a pair for each band
    most = max(high for _, high in extremes) or 1
    return ImageEnhance.Brightness(difference).enhance(255.0 / most)


def _array(image: Image.Image, how: PictureInput) -> NDArray[np.float32]:
    pixels = np.asarray(image, np.float32)
    pixels = pixels[:, :, None] if pixels.ndim == 2 else pixels
    scaled = (pixels / np.float32(how.scale) - np.array(how.mean, np.float32)) / np.array(how.deviation, np.float32)
    ordered = scaled if how.layout == "nhwc" else scaled.transpose(2, 0, 1)
    return np.ascontiguousarray(ordered[None], np.float32)
