"""A page as a scanner gives it, drawn for tests: lines of figures on grainy paper."""

from __future__ import annotations

import random
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Pixels = NDArray[np.uint8]


def scanned(seed: int = 1, width: int = 640, height: int = 560, grain: float = 3.0) -> Pixels:
    """RGB, height x width x 3."""
    chance = random.Random(seed)
    image = Image.new("RGB", (width, height), (250, 249, 245))
    draw = ImageDraw.Draw(image)
    for top in range(20, height - 30, 28):
        words = " ".join(str(chance.randint(0, 99999)) for _ in range(width // 75))
        draw.text((24 + chance.random() * 20, top), words, font=ImageFont.load_default(18), fill=(24, 24, 32))
    noisy = np.asarray(image, float) + np.random.default_rng(seed).normal(0, grain, (height, width, 3))
    return np.clip(noisy, 0, 255).astype(np.uint8)


def as_jpeg(pixels: Pixels, quality: int) -> bytes:
    out = BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=quality)
    return out.getvalue()


def saved(pixels: Pixels, quality: int) -> Pixels:
    """The pixels after a save as JPEG."""
    return np.asarray(Image.open(BytesIO(as_jpeg(pixels, quality))).convert("RGB"))
