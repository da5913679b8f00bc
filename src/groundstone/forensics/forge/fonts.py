"""Fonts that re-typed text is written with: those of the machine, or the one that comes with Pillow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
BUILT_IN = ""  # the name of Pillow's own font
_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts", "C:/Windows/Fonts")
_SAMPLE = 60  # pixels at which a font is measured
_UNLIKE = ("emoji", "symbol", "icon", "awesome", "dingbat", "music", "math", "braille", "cursor", "wingding", "ocrbf")


@cache
def fonts() -> tuple[str, ...]:
    """Paths of the machine's fonts that have digits and letters, in a fixed order; at least Pillow's own."""
    paths = sorted(
        str(path)
        for folder in _FOLDERS
        for path in Path(folder).rglob("*")
        if path.suffix.lower() in (".ttf", ".otf") and not any(word in path.name.lower() for word in _UNLIKE)
    )
    return (BUILT_IN, *paths)


@lru_cache(maxsize=512)
def font(path: str, size: int) -> Font:
    """Raises OSError for a file that is no font."""
    return ImageFont.truetype(path, size) if path else ImageFont.load_default(size)


@dataclass(frozen=True, slots=True)
class Look:
    """Of a font's digits: ``height`` as a share of the size, ``width`` by height, ``ink``: share of the box filled."""

    height: float
    width: float
    ink: float


@cache
def look_of(path: str) -> Look | None:
    """None for a font that cannot write digits and letters."""
    try:
        opened = font(path, _SAMPLE)
        letters = [opened.getmask(sign).getbbox() for sign in "Ae"]
        signs = [opened.getmask(sign) for sign in "0123456789"]
    except (OSError, ValueError):
        return None
    boxes = [sign.getbbox() for sign in signs]
    if None in letters or None in boxes or len({bytes(sign) for sign in signs}) < 9:
        return None
    sizes = np.array([(box[2] - box[0], box[3] - box[1]) for box in boxes])
    filled = sum(np.frombuffer(bytes(sign), np.uint8).sum() / 255 for sign in signs)
    wide, high = sizes.mean(axis=0)
    return Look(float(sizes[0, 1]) / _SAMPLE, float(wide / high), float(filled / sizes.prod(axis=1).sum()))
