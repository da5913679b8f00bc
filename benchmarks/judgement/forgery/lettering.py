"""Text that a forger types: a font that is at hand, made as high as its neighbours, in the ink of the page."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from benchmarks.judgement.forgery.page import Area, Dice, Pixels
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

FONTS = (
    "DejaVuSans.ttf", "DejaVuSansMono.ttf", "DejaVuSerif.ttf", "LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf",
    "LiberationSerif-Regular.ttf", "LiberationMono-Regular.ttf", "LiberationSansNarrow-Regular.ttf", "FreeSans.ttf",
    "FreeMono.ttf", "Lato-Regular.ttf", "OpenSans-Regular.ttf", "Carlito-Regular.ttf", "FiraCode-Regular.ttf",
    "Hack-Regular.ttf", "Cousine-Regular.ttf",
)  # fmt: skip


@cache
def fonts() -> tuple[str, ...]:
    """Those of ``FONTS`` that this machine has; none means the one that comes with Pillow."""
    return tuple(name for name in FONTS if _opens(name))


def _opens(name: str) -> bool:
    try:
        ImageFont.truetype(name, 12)
    except OSError:
        return False
    return True


def font_of(dice: Dice, size: int) -> ImageFont.FreeTypeFont:
    if fonts():
        return ImageFont.truetype(dice.random.choice(fonts()), size)
    drawn = ImageFont.load_default(size)
    assert isinstance(drawn, ImageFont.FreeTypeFont)  # it is where FreeType is, as in every wheel of Pillow
    return drawn


def lettered(text: str, height: int, dice: Dice, width: int | None = None) -> NDArray[np.float32]:
    """How much ink (0 to 1) lies on a pixel: ``text``, its figures ``height`` pixels high, ``width`` wide if given."""
    large = font_of(dice, 8 * max(height, 8))
    box = large.getbbox(text)
    sheet = Image.new("L", (int(box[2] - box[0]) + 2, int(box[3] - box[1]) + 2))
    ImageDraw.Draw(sheet).text((1 - box[0], 1 - box[1]), text, fill=255, font=large)
    figure = large.getbbox("0")
    scale = height / max(1.0, figure[3] - figure[1])
    size = (max(1, width or round(sheet.width * scale)), max(1, round(sheet.height * scale)))
    small = np.asarray(sheet.resize(size, Image.Resampling.BOX), np.float32) / 255
    blur = dice.random.choice((0.0, 0.0, 0.4, 0.6, 0.8))
    padded = np.pad(small, 2)
    return np.asarray(cv2.GaussianBlur(padded, (0, 0), blur) if blur else padded, np.float32)


def stamp(
    pixels: Pixels, cover: NDArray[np.float32], left: int, bottom: int, colour: NDArray[np.float64]
) -> Area | None:
    """Ink laid on the page with its lower left corner there; None where it would run off the page."""
    area = Area(left - 2, bottom + 2 - cover.shape[0], left - 2 + cover.shape[1], bottom + 2)
    height, width = pixels.shape[:2]
    if area.left < 0 or area.top < 0 or area.right > width or area.bottom > height:
        return None
    share = cover[..., None]
    area.of(pixels)[:] = np.clip(np.round(area.of(pixels) * (1 - share) + colour * share), 0, 255).astype(np.uint8)
    return area
