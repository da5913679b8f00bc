"""Earlier saves found by trying: what a save with some table, on some grid, would change is least where it was done.

Pixels at white and black were cut off when the page was shown, which blurs the frequencies of most text on white paper.
So a trial gives them back: where a pixel is white, whatever lies above white is as good (projection onto convex sets).
Trials are compared with those on other grids, which no save explains; on the grid of the file's own last save, with a
page that was saved only so: the same pixels, moved by half a block and saved with that table (calibration by cropping,
Fridrich et al. 2003).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from groundstone.forensics.dct import Floats, Table, dct, standard_table

WHITE, BLACK = 252.0, 3.0  # grey levels from which a pixel may have been cut off
TRIED = tuple(range(44, 97, 2))  # qualities
ROUGH = TRIED[::2]
PATCHES, FIRST = 160, 70  # blocks of a trial, and of the first look at all grids
GRIDS = 6  # that the first look leaves
CLEAR = 0.88  # of what the best other grid reaches
LEAST = 0.05  # grey levels that are compared
OWN_GRID = 0.72  # of what a page saved once reaches


def search(patches: Floats, last: Table | None = None) -> list[tuple[int, int, int, float]]:
    """Saves as (left, top, quality, clearness from 0 to 1) of patches (N, 15, 15), grey levels; clearest first.

    ``last``: table of the save that made the file, on the grid (0, 0).
    """
    found = _other_grids(patches[:PATCHES], last is not None)
    if last is not None:
        found += _own_grid(patches[:PATCHES], last)
    return sorted(found, key=lambda one: -one[3])


def restored(pixels: Floats, table: Table, rounds: int = 2) -> Floats:
    """DCT coefficients (N, 64) of blocks (N, 64) with what white and black cut off given back, as far as it fits."""
    guess, steps = pixels, table.astype(np.float32)
    for _ in range(rounds):
        guess = _given_back(pixels, _saved(guess, steps))
    coefficients: Floats = (guess - 128) @ dct().T
    return coefficients


def _other_grids(patches: Floats, skip_first: bool) -> list[tuple[int, int, int, float]]:
    rough = np.array([_levels(_on(patches[:FIRST], grid), ROUGH, 0) for grid in range(64)])
    rough /= np.maximum(np.median(rough, axis=0), LEAST)
    if skip_first:
        rough[0] = np.inf
    grids = rough.min(axis=1).argsort()[:GRIDS]
    fine = np.array([_levels(_on(patches, grid), TRIED, 1) for grid in grids])
    fine /= np.maximum(np.median(fine, axis=0), LEAST)
    order = fine.min(axis=1).argsort()
    best, next_ = fine[order[0]].min(), fine[order[1]].min()
    if not best < CLEAR * next_:  # nor where nothing can be compared
        return []
    top, left = divmod(int(grids[order[0]]), 8)
    return [(left, top, TRIED[int(fine[order[0]].argmin())], 1 - float(best / next_))]


def _own_grid(patches: Floats, last: Table) -> list[tuple[int, int, int, float]]:
    once = _saved(_on(patches, 36), last.astype(np.float32))  # moved by 4 and 4
    expected = _levels(np.clip(np.rint(once), 0, 255), TRIED, 1)
    ratio = _levels(_on(patches, 0), TRIED, 1) / np.maximum(expected, LEAST)
    tables = np.array([standard_table(quality).mean() for quality in TRIED])
    ratio[tables < 1.15 * last.mean()] = np.inf  # finer saves leave no trace below the last one
    at = int(ratio.argmin())
    return [(0, 0, TRIED[at], 1 - float(ratio[at]))] if ratio[at] < OWN_GRID else []


def _on(patches: Floats, grid: int) -> Floats:
    top, left = divmod(int(grid), 8)
    return np.ascontiguousarray(patches[:, top : top + 8, left : left + 8]).reshape(len(patches), 64)


def _levels(pixels: Floats, qualities: tuple[int, ...], rounds: int) -> NDArray[np.float64]:
    """By each quality, the root mean square of what a save changes in blocks (N, 64)."""
    steps = _steps(qualities)
    every = np.broadcast_to(pixels, (len(qualities), *pixels.shape))
    guess = every
    for _ in range(rounds):
        guess = _given_back(every, _saved(guess, steps))
    change = _saved(guess, steps) - guess
    free = ((every >= WHITE) & (change > 0)) | ((every <= BLACK) & (change < 0))
    change[free] = 0
    total: NDArray[np.float64] = np.einsum("qij,qij->q", change, change, dtype=np.float64)
    return np.sqrt(total / pixels.size)


def _saved(pixels: Floats, steps: Floats) -> Floats:
    """Blocks after their coefficients were rounded to steps, before they are cut to what can be shown."""
    result: Floats = (np.rint((pixels - 128) @ dct().T / steps) * steps) @ dct() + 128
    return result


def _given_back(pixels: Floats, guess: Floats) -> Floats:
    over = np.where(pixels >= WHITE, np.maximum(guess, pixels), pixels)
    return np.where(pixels <= BLACK, np.minimum(guess, pixels), over)


@cache
def _steps(qualities: tuple[int, ...]) -> Floats:
    return np.stack([standard_table(quality) for quality in qualities]).astype(np.float32)[:, None]
