"""Pictures of written pages, drawn with the font that Pillow carries, and how well they were read."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from groundstone.documents.base import Page, Reading

CARD = (
    ("Vaccination Certificate",),
    ("Name", "Jane Q. Example"),
    ("Date of Birth", "1980-12-11"),
    ("Document Number", "X1259666"),
    ("Status", "Fully Vaccinated (2 Doses)"),
    ("Manufacturer", "Test Pharma Ltd."),
    ("Dose", "1"),
    ("Issued", "02/10/2021"),
)


def card(rows: Sequence[Sequence[str]] = CARD, size: int = 26, width: int = 900) -> Image.Image:
    """Rows of cells that stand 360 pixels apart, black on white."""
    image = Image.new("RGB", (width, 60 + 54 * len(rows)), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size)
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            draw.text((50 + 360 * column, 40 + 54 * row), cell, fill="black", font=font)
    return image


def saved(image: Image.Image, format: str = "PNG", **how: Any) -> bytes:
    out = BytesIO()
    image.save(out, format, **how)
    return out.getvalue()


def turned(image: Image.Image, degrees: float) -> Image.Image:
    """The picture turned clockwise, on grey."""
    return image.rotate(-degrees, expand=True, fillcolor=(205, 205, 205), resample=Image.Resampling.BICUBIC)


def words(read: Reading | Page) -> list[str]:
    return read.text.split()


def wanted(rows: Sequence[Sequence[str]] = CARD) -> list[str]:
    return " ".join(cell for row in rows for cell in row).split()


def array(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB"))
