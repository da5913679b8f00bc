"""Saving a picture: as PNG, or as JPEG with the tables of the standard or such as other encoders use."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Literal

import numpy as np
from PIL import Image

from groundstone.forensics.dct import scaled_table, standard_table
from groundstone.forensics.forge.canvas import Picture

Tables = tuple[tuple[int, ...], tuple[int, ...]]  # of brightness and of colour: 64 steps each, row by row
_CHROMA = np.array(
    [
        17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99,
        47, 66, 99, 99, 99, 99, 99, 99, *([99] * 32),
    ],
    dtype=np.float64,
)  # fmt: skip  # the table for colour of the JPEG standard, Annex K


@dataclass(frozen=True, slots=True)
class Save:
    """How a picture is saved.

    ``quality``: 1 to 100, of JPEG; with ``tables`` that of the standard tables that come nearest. ``subsampling``: 0
    for 4:4:4, 1 for 4:2:2, 2 for 4:2:0. ``grey``: in shades of grey alone.
    """

    format: Literal["jpeg", "png"]
    quality: int = 0
    subsampling: int = 0
    tables: Tables | None = None
    grey: bool = False

    @property
    def suffix(self) -> str:
        """Of a file's name, with the dot."""
        return ".jpg" if self.format == "jpeg" else ".png"

    def encode(self, pixels: Picture) -> bytes:
        """The file."""
        image = Image.fromarray(pixels)
        if self.grey:
            image = image.convert("L")
        out = BytesIO()
        if self.format == "png":
            image.save(out, "PNG", compress_level=2)
        elif self.tables is not None:
            tables = [list(table) for table in self.tables[: 1 if self.grey else 2]]
            image.save(out, "JPEG", qtables=tables, subsampling=self.subsampling)
        else:
            image.save(out, "JPEG", quality=self.quality, subsampling=self.subsampling)
        return out.getvalue()

    def apply(self, pixels: Picture) -> Picture:
        """The picture as it is when the file is opened again."""
        if self.format == "png" and not self.grey:
            return pixels
        with Image.open(BytesIO(self.encode(pixels)), formats=("JPEG", "PNG")) as image:
            return np.array(image.convert("RGB"), np.uint8)


def jpeg(rng: np.random.Generator, quality: int, grey: bool = False) -> Save:
    """A save as JPEG of about this quality: colours halved or not, one in four with tables of another encoder."""
    subsampling = int(rng.choice((0, 1, 2), p=(0.35, 0.05, 0.6)))
    tables = _foreign_tables(rng, quality) if rng.random() < 0.25 else None
    return Save("jpeg", quality, subsampling, tables, grey)


def _foreign_tables(rng: np.random.Generator, quality: int) -> Tables:
    """Tables that are no multiples of the standard's, though of plausible shape and about as coarse."""
    fine = np.add.outer(np.arange(8), np.arange(8)).ravel() / 14
    steps = []
    for table in (standard_table(quality), scaled_table(_CHROMA, quality)):
        tilt = np.exp((fine - 0.35) * rng.uniform(-0.7, 0.7))
        rough = np.exp(rng.normal(0, rng.uniform(0, 0.12), 64))
        made = (table ** rng.uniform(0.85, 1.05)) * tilt * rough * rng.uniform(0.9, 1.3)
        if rng.random() < 0.5:
            square = made.reshape(8, 8)
            made = ((square + square.T) / 2).ravel()
        steps.append(tuple(int(step) for step in np.clip(np.rint(made), 1, 255)))
    return steps[0], steps[1]
