"""What the network looks at: the pixels, and for each 8 x 8 cell how it bears the page's history of compression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from groundstone.forensics.dct import Floats, Table, dct, standard_table
from groundstone.forensics.history import GHOSTS, History, agreement, blocks, ghosts, histories

MAPS = 2 * 2 + len(GHOSTS) + 1 + 1 + 6  # agreements, error levels, energy, text, what is the same for the whole page
TEXT = 2 * 2 + len(GHOSTS) + 1  # the map that tells cells with ink, 0 or 1
INKED = 3.0  # grey levels of root mean square contrast from which a cell counts as inked
NO_SAVE = History(0, 0, (), 0.0, 50)
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Features:
    """Of a page cut to whole cells, ``rows`` x ``columns`` of them.

    ``luma``: (rows * 8, columns * 8), ``chroma``: (rows * 4, columns * 4, 2), both 0 to 255; ``maps``: (rows, columns,
    MAPS), numbers around 0 to 1; ``past``: the saves found, clearest first.
    """

    luma: Bytes
    chroma: Bytes
    maps: Floats
    past: tuple[History, ...]


def features(rgb: Bytes, last: Table | None = None, past: tuple[History, ...] | None = None) -> Features:
    """Of a picture (H, W, 3), at least 64 pixels each way. ``last``: the luminance table of its file, if a JPEG.

    ``past``: the saves before, where they are known.
    """
    height, width = rgb.shape[0] // 8 * 8, rgb.shape[1] // 8 * 8
    colours = np.asarray(cv2.cvtColor(np.ascontiguousarray(rgb[:height, :width]), cv2.COLOR_RGB2YCrCb), np.uint8)
    luma = np.ascontiguousarray(colours[..., 0])
    half = (width // 2, height // 2)
    chroma = np.asarray(cv2.resize(colours[..., 1:], half, interpolation=cv2.INTER_AREA), np.uint8)
    grey = luma.astype(np.float32)
    past = tuple(histories(grey, last)) if past is None else past
    return Features(luma, chroma, _maps(grey, past, last), past)


def _maps(grey: Floats, past: tuple[History, ...], last: Table | None) -> Floats:
    rows, columns = grey.shape[0] // 8, grey.shape[1] // 8
    maps = np.zeros((rows, columns, MAPS), np.float32)
    for number, one in reversed(list(enumerate(past or (NO_SAVE,)))):  # the clearest last: the rest is on its grid
        pixels = _aligned(blocks(grey, one.left, one.top), one, rows, columns)
        energy = pixels.std(axis=2)  # by Parseval's theorem the root mean square of all frequencies but the mean
        inked = energy > INKED
        maps[inked, 2 * number : 2 * number + 2] = agreement(pixels[inked], one) * (1, 1 / 20)
    maps[inked, 4 : 4 + len(GHOSTS)] = np.log1p(ghosts((pixels[inked] - 128) @ dct().T)) / 2
    maps[..., TEXT - 1], maps[..., TEXT] = np.log1p(energy) / 4, inked
    maps[..., TEXT + 1 :] = _whole(past, last)
    return maps


def _aligned(found: NDArray[Any], grid: History, rows: int, columns: int) -> NDArray[Any]:
    """Blocks of a shifted grid put on the cells that they cover best; cells without one are 0."""
    down, across = int(grid.top > 4), int(grid.left > 4)
    result = np.zeros((rows, columns, found.shape[2]), found.dtype)
    part = found[: rows - down, : columns - across]
    result[down : down + part.shape[0], across : across + part.shape[1]] = part
    return result


def _whole(past: tuple[History, ...], last: Table | None) -> list[float]:
    """Strength and quality of up to two saves before, whether the file is a JPEG, and the quality of its last save."""
    told = [value for one in past for value in (one.strength / 200, one.quality / 100)]
    quality = 1.0 if last is None else nearest_quality(last) / 100
    return [*told, *[0.0] * (4 - len(told)), float(last is not None), quality]


def nearest_quality(table: Table) -> int:
    """The quality, 1 to 100, whose standard table is most like this one."""
    tables = np.array([standard_table(quality) for quality in range(1, 101)])
    return 1 + int(np.abs(np.log(tables) - np.log(np.maximum(table, 1))).mean(axis=1).argmin())
