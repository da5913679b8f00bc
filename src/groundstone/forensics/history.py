"""The history of JPEG compression that a picture's blocks still show, even after later saves in any format.

A save as JPEG rounds the DCT coefficients of each 8 x 8 block to multiples of its table's steps. As long as later
saves are finer, the coefficients stay close to those multiples: the mean of cos(2 pi c / q) over a page's
coefficients c is near 1 for the step q that was used and near or below 0 for others. It is looked for on all 64
grids, since a crop moves the grid. Places that were changed afterwards do not follow the page's history. (The idea of
periodic histograms is Lukas and Fridrich's of 2003; that of places with another error level is Farid's "JPEG ghosts"
of 2009.)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstone.forensics.dct import Floats, Table, dct, standard_table
from groundstone.forensics.lattice import restored, search

GHOSTS = (50, 60, 70, 75, 80, 85, 90, 95)  # qualities at which error levels are taken
FINEST = 3  # steps below are as fine as the rounding of pixels
SAMPLE = 3000  # blocks that are enough to know a page's history
STEPS = np.arange(2, 61)  # steps of quantisation that can be told
HIGHEST = 200  # coefficients beyond are left out of the histograms
CLEAR = 14.0  # strength from which a history is beyond chance
SAME_GRID = 36.0  # the same on the grid of the last save, whose own steps look like others
ABOVE, FLOOR = 1.8, 5  # a save shows on its own grid: so many times as strong as on the sixth best
ENOUGH = 5  # known steps that make a table; fewer have to fit a standard one
FITS = 0.06  # mean difference of logarithms up to which steps are those of a standard table
_LOW = np.array([row * 8 + column for row in range(8) for column in range(8) if 0 < row + column <= 5])


@dataclass(frozen=True, slots=True)
class History:
    """One save as JPEG: its grid (pixels from 0 to 7), the step of each of the coefficients ``_LOW`` (0: not known).

    ``strength``: how clearly it shows, up to 200. ``quality``: that of the nearest standard table, 1 to 100.
    """

    left: int
    top: int
    steps: tuple[int, ...]
    strength: float
    quality: int


def blocks(grey: Floats, left: int = 0, top: int = 0) -> Floats:
    """Pixels of the whole blocks of a grid: (rows, columns, 64), from ``grey`` (H, W) of 0 to 255."""
    rows, columns = (grey.shape[0] - top) // 8, (grey.shape[1] - left) // 8
    cut = grey[top : top + rows * 8, left : left + columns * 8]
    return cut.reshape(rows, 8, columns, 8).swapaxes(1, 2).reshape(rows, columns, 64)


def histories(grey: Floats, last: Table | None = None, seed: int = 0) -> list[History]:
    """The saves that the picture shows beside the last one, clearest first; none that chance could explain.

    ``last``: the table with which the file itself was saved on the grid (0, 0), if it is a JPEG.
    """
    sample = _sample(grey, seed)
    if len(sample) < 40:
        return []
    found = [_standard(*one) for one in search(sample, last)]
    return found[:2] or _by_histograms(sample, last)[:2]


def _standard(left: int, top: int, quality: int, clearness: float) -> History:
    """A save with a standard table, as trying finds it (lattice.py)."""
    steps = standard_table(quality)[_LOW].astype(int)
    told = np.where(steps >= FINEST, steps, 0)
    return History(left, top, tuple(int(step) for step in told), 200 * clearness, quality)


def _by_histograms(sample: Floats, last: Table | None) -> list[History]:
    """Saves with any table, where black and white do not hide them."""
    found = _read(_histograms(sample), last)
    least = max(CLEAR, ABOVE * found[FLOOR].strength)
    clear = [one for one in found if one.strength >= least and _is_table(one.steps)]
    return [one for one in clear if last is None or (one.left, one.top) != (0, 0) or one.strength >= SAME_GRID]


def _is_table(steps: tuple[int, ...]) -> bool:
    """Repeated letters can make one or two frequencies look rounded; a table they do not make."""
    return sum(step > 0 for step in steps) >= ENOUGH or _nearest(np.array(steps))[1] <= FITS


def _sample(grey: Floats, seed: int) -> Floats:
    """Patches of 15 x 15 pixels around blocks with ink, as (N, 15, 15): each holds one block of all 64 grids."""
    rows, columns = (grey.shape[0] - 7) // 8, (grey.shape[1] - 7) // 8
    if rows < 1 or columns < 1:
        return np.empty((0, 15, 15), np.float32)
    cells = grey[: rows * 8, : columns * 8].reshape(rows, 8, columns, 8)
    spread = cells.std(axis=(1, 3))
    places = np.argwhere(spread > max(2.0, float(np.quantile(spread, 0.6))))
    places = np.random.default_rng(seed).permutation(places)[:SAMPLE]  # the first few have to be from anywhere
    windows = np.lib.stride_tricks.sliding_window_view(grey, (15, 15))
    tops, lefts = np.minimum(places[:, 0] * 8, windows.shape[0] - 1), np.minimum(places[:, 1] * 8, windows.shape[1] - 1)
    tops, lefts = tops - tops % 8, lefts - lefts % 8
    return np.ascontiguousarray(windows[tops, lefts])


def _histograms(sample: Floats) -> NDArray[np.float64]:
    """How often each size of coefficient comes: (64 grids, frequencies, HIGHEST + 1)."""
    base, count = dct()[_LOW].T, len(_LOW)
    found = np.empty((64, count, HIGHEST + 1))
    offset = np.arange(count, dtype=np.int64) * (HIGHEST + 2)
    for grid in range(64):
        top, left = divmod(grid, 8)
        flat = sample[:, top : top + 8, left : left + 8].reshape(len(sample), 64) - 128
        sizes = np.minimum(np.abs(np.rint(flat @ base)), HIGHEST + 1).astype(np.int64)
        counted = np.bincount((sizes + offset).ravel(), minlength=count * (HIGHEST + 2))
        found[grid] = counted.reshape(count, HIGHEST + 2)[:, :-1]
    return found


@cache
def _waves() -> NDArray[np.float64]:
    """cos(2 pi c / q) for sizes c that are not rounded to 0: (HIGHEST + 1, steps)."""
    sizes = np.arange(HIGHEST + 1)[:, None]
    return np.where(sizes > STEPS / 2, np.cos(2 * np.pi * sizes / STEPS), 0.0)


@cache
def _counted() -> NDArray[np.float64]:
    return (np.arange(HIGHEST + 1)[:, None] > STEPS / 2).astype(np.float64)


def _read(counts: NDArray[np.float64], last: Table | None) -> list[History]:
    sums, numbers = counts @ _waves(), counts @ _counted()
    mean = sums / np.maximum(numbers, 1)
    if last is not None:
        usual = _requantised(np.median(counts[1:], axis=0), last[_LOW])
        plain = (usual @ _waves()[None])[0] / np.maximum((usual @ _counted()[None])[0], 1)
    found = []
    middle = np.median(mean, axis=0)
    for grid in range(64):
        known = last is not None and grid == 0
        excess = mean[grid] - (plain if known else middle)
        z = excess * np.sqrt(2 * numbers[grid])
        if known:
            assert last is not None
            z = np.where(STEPS[None, :] <= last[_LOW][:, None], 0.0, z)
        found.append(_history(grid, z, excess))
    return sorted(found, key=lambda one: -one.strength)


def _requantised(counts: NDArray[np.float64], steps: Table) -> NDArray[np.float64]:
    """Histograms as they would be after a save with these steps."""
    result = np.zeros_like(counts)
    for row, step in enumerate(steps):
        sizes = np.minimum(np.rint(np.arange(HIGHEST + 1) / step) * step, HIGHEST).astype(np.int64)
        np.add.at(result[row], sizes, counts[row])
    return result


def _history(grid: int, z: NDArray[np.float64], excess: NDArray[np.float64]) -> History:
    """The largest step among those that explain a frequency nearly best: its divisors explain it as well."""
    best = z.max(axis=1)
    near = (z >= 0.8 * best[:, None]) & (excess > 0.15)
    at = np.where(near.any(axis=1), near.shape[1] - 1 - near[:, ::-1].argmax(axis=1), 0)
    sure = near.any(axis=1) & (best > 4)
    steps = np.where(sure, STEPS[at], 0)
    strength = float(np.sqrt(np.sum(np.where(sure, best, 0) ** 2)))
    top, left = divmod(grid, 8)
    return History(left, top, tuple(int(step) for step in steps), min(strength, 200.0), _nearest(steps)[0])


def _nearest(steps: NDArray[Any]) -> tuple[int, float]:
    """The quality of the standard table that is most like the known steps, and the mean difference of logarithms."""
    known = steps > 0
    if known.sum() < 2:
        return 0, np.inf
    tables = np.array([standard_table(quality)[_LOW][known] for quality in range(20, 100)])
    away = np.abs(np.log(tables) - np.log(steps[known])).mean(axis=1)
    return 20 + int(away.argmin()), float(away.min())


def agreement(pixels: Floats, past: History) -> Floats:
    """How blocks (N, 64 pixels) on its grid follow a save: (N, 2), the mean cosine and how many coefficients tell."""
    steps = np.array(past.steps)
    known = steps > 0
    if not known.any() or not len(pixels):
        return np.zeros((len(pixels), 2), np.float32)
    table = standard_table(past.quality)
    table[_LOW[known]] = steps[known]
    size = steps[known].astype(np.float32)
    chosen = restored(pixels, table)[:, _LOW[known]]
    tells = np.abs(chosen) > size / 2
    number = tells.sum(axis=1).astype(np.float32)
    total = np.where(tells, np.cos(2 * np.pi * chosen / size), 0).sum(axis=1)
    return np.stack([total / np.maximum(number, 1), number], axis=1).astype(np.float32)


def ghosts(coefficients: Floats) -> Floats:
    """Error levels: the root mean square change of blocks (N, 64) by a save at each of GHOSTS, (N, GHOSTS)."""
    return np.stack([_error(coefficients, standard_table(quality).astype(np.float32)) for quality in GHOSTS], axis=1)


def _error(coefficients: Floats, table: NDArray[np.float32]) -> Floats:
    scaled = coefficients / table
    difference = (scaled - np.rint(scaled)) * table
    result: Floats = np.sqrt(np.einsum("ij,ij->i", difference, difference) / 64)
    return result
