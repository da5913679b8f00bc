"""Pages drawn for tests: as a program draws them, and as a scanner sees them."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Grey = NDArray[np.uint8]

cv2.setNumThreads(1)  # as in the child processes; tests run side by side

LINES = (
    "Invoice 20931 of 4 March", "Customer number 88412", "Balance brought forward 1204.50", "Amount received 310.25",
    "Payment of 18 February 97.40", "Charges for the period 12.90", "Interest on the balance 3.15", "Account 5520 4471",
    "Received with thanks 310.25", "Total of this statement 914.00", "Amount of the payment 97.40", "Paid into 7719",
)  # fmt: skip


def letters(size: int = 26) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


@cache
def drawn(width: int = 900, height: int = 700) -> Image.Image:
    """A page as a program draws it, in two columns."""
    page = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(LINES):
        draw.text((40, 40 + 52 * number), line, font=letters(), fill=20)
        draw.text((480 + 3 * number, 40 + 52 * number), LINES[(number + 5) % len(LINES)], font=letters(), fill=20)
    return page


@cache
def scanned(noise: float = 2.5, seed: int = 1, turn: float = 0.4) -> Grey:
    """The page as a scanner sees it: turned a little, blurred, with noise of its own at every place."""
    chance = np.random.default_rng(seed)
    page = np.asarray(drawn().resize((1800, 1400)))
    turned = cv2.warpAffine(page, cv2.getRotationMatrix2D((900, 700), turn, 1.0), (1800, 1400), borderValue=255)
    small = cv2.GaussianBlur(cv2.resize(turned, (900, 700), interpolation=cv2.INTER_AREA), (0, 0), 0.7)
    level = small.astype(np.float32) * 0.92 + 8 + chance.normal(0, noise, small.shape)
    return np.clip(np.rint(level), 0, 255).astype(np.uint8)


def coloured(grey: Grey) -> NDArray[np.uint8]:
    return np.repeat(grey[..., None], 3, axis=2)


def saved(picture: Image.Image | Grey, kind: str = "PNG", **options: Any) -> bytes:
    """The picture as a file."""
    out = BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(out, kind, **options)
    return out.getvalue()


def resaved(grey: Grey, quality: int) -> Grey:
    """The page after a save as JPEG."""
    return np.asarray(Image.open(BytesIO(saved(grey, "JPEG", quality=quality))))
