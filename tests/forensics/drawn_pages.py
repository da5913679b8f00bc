"""Pages of text drawn with Pillow: payslips of a kind, whose labels stay and whose values change."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Rect = tuple[int, int, int, int]
_LABELS = (
    "Employee Department Period Salary Overtime Bonus Pension Insurance Tax Net Gross Account Holiday Sickness Rate "
    "Hours Allowance Deduction Total Date Reference Office Grade Union"
).split()


def page(
    form: int = 0, values: int = 0, size: tuple[int, int] = (520, 640), noise: float = 0.0
) -> tuple[NDArray[np.uint8], list[Rect]]:
    """Pixels (H, W, 3) and boxes of words. ``form`` decides the labels and places, ``values`` what is filled in."""
    fixed, filled = np.random.default_rng([1, form]), np.random.default_rng([2, form, values])
    paper = tuple(int(value) for value in fixed.integers(240, 256, 3))
    image = Image.new("RGB", size, paper)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(int(fixed.integers(15, 19)))
    words: list[Rect] = []
    top, order = 24, fixed.permutation(len(_LABELS))
    while top < size[1] - 40:
        for left in (24, size[0] // 2 + 10):
            label = _LABELS[int(order[len(words) % len(order)])]
            for x, text in ((left, label), (left + size[0] // 4, _value(filled))):
                draw.text((x, top), text, fill=(25, 25, 35), font=font)
                words.append(tuple(int(side) for side in draw.textbbox((x, top), text, font=font)))  # type: ignore[arg-type]
        top += int(fixed.integers(26, 40))
    pixels = np.asarray(image)
    if noise:
        grain = np.random.default_rng([3, form, values]).normal(0, noise, pixels.shape)
        pixels = np.clip(pixels + grain, 0, 255).astype(np.uint8)
    return pixels.copy(), words


def _value(rng: np.random.Generator) -> str:
    return f"{int(rng.integers(1, 99))},{int(rng.integers(100, 1000))}.{int(rng.integers(10, 100))}"
