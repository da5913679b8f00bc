"""The discrete cosine transform of 8 x 8 blocks, and the tables that JPEG rounds it with."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Table = NDArray[np.float64]  # 64 steps, row by row of the block
_BASE: Table = np.array(
    [
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29,
        51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121,
        120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
    ],
    dtype=np.float64,
)  # fmt: skip  # the luminance table of the JPEG standard, Annex K


@cache
def dct() -> Floats:
    """The 64 x 64 matrix that takes a block, row by row, to its DCT coefficients as in the JPEG standard."""
    angle = (2 * np.arange(8) + 1) * np.arange(8)[:, None] * np.pi / 16
    one = np.cos(angle) * np.sqrt(np.array([1, *[2] * 7]) / 8)[:, None]
    return np.kron(one, one).astype(np.float32)


def scaled_table(base: Table, quality: int) -> Table:
    """A table at a quality of 1 to 100, scaled as the Independent JPEG Group does; at 50 it is ``base``."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    table: Table = np.clip(np.floor((base * scale + 50) / 100), 1, 255)
    return table


def standard_table(quality: int) -> Table:
    """The luminance table of the JPEG standard at a quality of 1 to 100."""
    return scaled_table(_BASE, quality)
