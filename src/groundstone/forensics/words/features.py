"""How much each digit of a page differs from its peers: the same digit, about as high, in other words."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from groundstone.forensics.words.glyphs import Floats, Glyphs

PEERS = 2  # of a digit, in other words, that are enough to know it
ALIKE = 0.14  # difference of the logarithms of the heights of peers
MISREAD = 0.04  # by which a character resembles another one more than its own, when it was misread


@dataclass(frozen=True, slots=True)
class Unlike:
    """For each glyph; NaN for letters and where it has too few peers.

    ``shape``: how far its correlation with its peers lies below what is usual among them. ``weight``, ``dark`` and
    ``sharp``: logarithms by which it lies outside of its peers' range. ``misread``: it is rather another character.
    """

    shape: Floats
    weight: Floats
    dark: Floats
    sharp: Floats
    misread: NDArray[np.bool_]


def unlike(glyphs: Glyphs) -> Unlike:
    """Compares every digit with its peers."""
    count = len(glyphs.text)
    shape, weight, dark, sharp = (np.full(count, np.nan, np.float32) for _ in range(4))
    near = np.full(count, np.nan, np.float32)  # correlation with its own kind
    letters = np.array(list(glyphs.text))
    heights = np.log(np.maximum(glyphs.height, 1.0))
    for char in "0123456789":
        rows = np.flatnonzero(letters == char)
        if len(rows) <= PEERS:
            continue
        peers = _peers(heights[rows], glyphs.word[rows])
        enough = peers.sum(1) >= PEERS
        alike = _alike(glyphs.patches[rows], peers)
        usual = _median_of(alike, peers)
        shape[rows] = np.where(enough, usual - alike, np.nan)
        near[rows] = alike
        for kept, values in ((weight, glyphs.mass), (dark, glyphs.dark), (sharp, glyphs.sharp)):
            logs = np.log(np.maximum(values[rows], 1e-3))
            kept[rows] = np.where(enough, _outside(logs, peers), np.nan)
    return Unlike(shape, weight, dark, sharp, _misread(glyphs, letters, near))


def _peers(heights: Floats, words: NDArray[np.int32]) -> NDArray[np.bool_]:
    return np.asarray((np.abs(heights[:, None] - heights[None]) < ALIKE) & (words[:, None] != words[None]))


def _alike(patches: Floats, peers: NDArray[np.bool_]) -> Floats:
    """The correlation that a quarter of the peers exceed: a page may have several fonts."""
    none = np.zeros((0, 0), np.float32)
    likeness = np.asarray(cv2.gemm(patches, patches, 1.0, none, 0.0, flags=cv2.GEMM_2_T))  # in this thread alone
    matrix = np.where(peers, likeness, np.nan)
    return _quantile(matrix, 0.75)


def _median_of(values: Floats, peers: NDArray[np.bool_]) -> Floats:
    return _quantile(np.where(peers, values[None], np.nan), 0.5)


def _outside(values: Floats, peers: NDArray[np.bool_]) -> Floats:
    """How far each value lies below the tenth or above the ninetieth percentile of its peers' values."""
    matrix = np.where(peers, values[None], np.nan)
    low, high = _quantile(matrix, 0.1), _quantile(matrix, 0.9)
    return np.asarray(np.maximum(values - high, 0) - np.maximum(low - values, 0), np.float32)


def _quantile(matrix: Floats, share: float) -> Floats:
    """Of each row without its NaNs; NaN for a row of nothing else."""
    ordered = np.sort(matrix, axis=1)  # NaNs come last
    counts = (~np.isnan(ordered)).sum(1)
    places = np.clip(np.round(share * (counts - 1)), 0, None).astype(int)
    return np.asarray(np.where(counts > 0, ordered[np.arange(len(ordered)), places], np.nan), np.float32)


def _misread(glyphs: Glyphs, letters: NDArray[np.str_], near: Floats) -> NDArray[np.bool_]:
    """Glyphs that resemble the mean of another character more than their own."""
    chars = [char for char in sorted(set(glyphs.text)) if char.isalnum() and (letters == char).sum() >= 3]
    if not chars:
        return np.zeros(len(letters), bool)
    means = np.array([glyphs.patches[letters == char].mean(0) for char in chars])
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-6)
    match = glyphs.patches @ means.T
    own = np.array([chars.index(char) if char in chars else -1 for char in letters])
    mine = np.where(own >= 0, match[np.arange(len(own)), own], np.nan)
    match[np.arange(len(own)), own] = -1
    return np.asarray(match.max(1) > mine + MISREAD, bool) if match.shape[1] > 1 else np.zeros(len(letters), bool)
