"""Letters that are more alike than two prints of a letter can be, also after a later save as JPEG.

Every letter is compared with the few most like it. How far the best of them differ on this page tells what is usual;
neighbouring letters that differ much less from their partners, all at the same distance and in the same direction, are
a copy. (Comparing the nearest with the next nearest is Lowe's ratio test of 2004.)
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Rect = tuple[int, int, int, int]  # left, top, width, height
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_REACH = 16  # half the side of a letter's patch, pixels
_PARTNERS = 4
_MOST = 6000  # letters of a page
_LOWEST, _HIGHEST, _WIDEST = 8, 80, 80  # pixels of a letter
_CONTRAST = 50  # levels below the paper that are ink
_BLOCK = 256  # letters compared at once
_REFINED = 0.4  # share of the pairs, the most alike, that are compared at places around
_STEPS = [np.array([x, y]) for y in (-1, 0, 1) for x in (-1, 0, 1) if x or y]
_NEAR = 2.2  # heights of a letter between neighbours
_EACH = 0.25  # natural logarithm by which a letter's difference lies below the usual
_WORTH, _WORTH_ALONE = 0.3, 0.6  # the mean from which letters, or one alone, are looked at further
_PAPER = 2.5  # weight of the noise that their paper shares
_TOGETHER, _ALONE = 2.0, 2.3  # scores from which letters, or one alone, are a copy
_RIM = 8  # pixels
_LEAST_PAPER = 60  # pixels


@dataclass(frozen=True, slots=True)
class Letters:
    """``boxes`` (N, 4): left, top, width, height; ``middles`` (N, 2): x, y; ``patches``, ``masks`` (N, side, side)."""

    boxes: Ints
    middles: Ints
    patches: Floats
    masks: Floats


@dataclass(frozen=True, slots=True)
class Pairs:
    """Letters ``one`` and ``other`` (P), the way between them (P, 2) and the mean squared ``difference`` (P)."""

    one: Ints
    other: Ints
    way: Ints
    difference: Floats


def letter_copies(grey: Grey, words: Ints | None = None) -> list[tuple[Rect, Rect, float]]:
    """Source, target and likeness (above 0, below 1) of copied letters and words."""
    letters = _letters(grey, words)
    if len(letters.boxes) < 20:
        return []
    one, other = _partners(letters)
    if not len(one):
        return []
    pairs = _compared(grey, letters, one, other)
    return _clusters(grey, letters, pairs, _surprise(letters, pairs))


def _letters(grey: Grey, words: Ints | None) -> Letters:
    boxes = _boxes(grey)
    if words is not None and len(words):
        boxes = boxes[_inside(boxes, words)]
    middles = boxes[:, :2] + boxes[:, 2:] // 2
    height, width = grey.shape
    edge = _REACH + 2
    fits = (middles >= edge).all(axis=1) & (middles[:, 0] < width - edge) & (middles[:, 1] < height - edge)
    boxes, middles = boxes[fits][:_MOST], middles[fits][:_MOST]
    patches = _patches(grey, middles).astype(np.float32)
    steps = np.abs(np.arange(2 * _REACH) - _REACH)
    across = steps[None, :] <= boxes[:, 2:3] // 2 + 1
    down = steps[None, :] <= boxes[:, 3:4] // 2 + 1
    return Letters(boxes, middles, patches, (down[:, :, None] & across[:, None, :]).astype(np.float32))


def _boxes(grey: Grey) -> Ints:
    small = cv2.resize(grey, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    paper = cv2.resize(cv2.medianBlur(small, 21), grey.shape[::-1])
    ink = (cv2.subtract(paper, grey) > _CONTRAST).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    stats = stats[1:].astype(np.int64)
    wide, high, area = stats[:, 2], stats[:, 3], stats[:, 4]
    fits = (high >= _LOWEST) & (high <= _HIGHEST) & (wide >= 3) & (wide <= _WIDEST) & (area >= 20)
    return np.asarray(stats[fits, :4], np.int64)


def _inside(boxes: Ints, words: Ints) -> NDArray[np.bool_]:
    middles = boxes[:, None, :2] + boxes[:, None, 2:] / 2
    low, high = words[None, :, :2], words[None, :, :2] + words[None, :, 2:]
    within = np.asarray((middles >= low) & (middles <= high), np.bool_).all(axis=2)
    return np.asarray(np.asarray(within).any(axis=1), np.bool_)


def _patches(grey: Grey, middles: Ints) -> Grey:
    windows = np.lib.stride_tricks.sliding_window_view(grey, (2 * _REACH, 2 * _REACH))
    cut: Grey = windows[middles[:, 1] - _REACH, middles[:, 0] - _REACH]
    return cut


def _partners(letters: Letters) -> tuple[Ints, Ints]:
    """Each letter with the few that look most like it, every pair once: (P), (P)."""
    count, side = len(letters.boxes), _REACH // 2
    looks = ((letters.patches - 128) * letters.masks).reshape(count, side, 4, side, 4).mean(axis=(2, 4))
    looks = looks.reshape(count, -1)
    looks -= looks.mean(axis=1, keepdims=True)
    square = (looks * looks).sum(axis=1)
    heights, widths = letters.boxes[:, 3], letters.boxes[:, 2]
    keys = []
    for height in np.unique(heights):
        mine, near = np.flatnonzero(heights == height), np.flatnonzero(np.abs(heights - height) <= 1)
        if len(near) <= _PARTNERS:
            continue
        for start in range(0, len(mine), _BLOCK):
            here = mine[start : start + _BLOCK]
            apart = square[here, None] + square[None, near] - 2 * (looks[here] @ looks[near].T)
            apart[(here[:, None] == near) | (np.abs(widths[here, None] - widths[near]) > 1)] = np.inf
            best = np.argpartition(apart, _PARTNERS, axis=1)[:, :_PARTNERS]
            row = np.repeat(np.arange(len(here)), _PARTNERS)
            known = np.isfinite(apart[row, best.ravel()])
            one, other = here[row[known]], near[best.ravel()[known]]
            keys.append(np.minimum(one, other) * count + np.maximum(one, other))
    found = np.unique(np.concatenate(keys)) if keys else np.empty(0, np.int64)
    return found // count, found % count


def _compared(grey: Grey, letters: Letters, one: Ints, other: Ints) -> Pairs:
    """The differences, brightness apart, at the best of nine places for the pairs that are alike at all."""
    best = _difference(grey, letters, one, other, np.zeros(2, np.int64))
    shift = np.zeros((len(one), 2), np.int64)
    alike = np.flatnonzero(best <= np.quantile(best, _REFINED))
    for step in _STEPS:
        value = _difference(grey, letters, one[alike], other[alike], step)
        better = alike[value < best[alike]]
        best[better], shift[better] = value[value < best[alike]], step
    return Pairs(one, other, letters.middles[other] + shift - letters.middles[one], np.maximum(best, 0.01))


def _difference(grey: Grey, letters: Letters, one: Ints, other: Ints, step: Ints) -> Floats:
    """The variance of the difference of two letters, the second moved by x, y."""
    result = np.empty(len(one), np.float32)
    for start in range(0, len(one), _BLOCK):  # few enough to stay in the processor's cache
        here = slice(start, start + _BLOCK)
        mask = letters.masks[one[here]]
        apart = letters.patches[one[here]] - _patches(grey, letters.middles[other[here]] + step)
        apart *= mask
        flat, area = apart.reshape(len(apart), -1), mask.sum(axis=(1, 2))
        mean = flat.sum(axis=1) / area
        result[here] = np.einsum("ij,ij->i", flat, flat) / area - mean * mean
    return result


def _surprise(letters: Letters, pairs: Pairs) -> Floats:
    """By how much (natural logarithm) each pair differs less than is usual: on this page, and for its two letters."""
    usual = np.minimum(_usual_here(letters, pairs), _next_best(letters, pairs))
    result: Floats = np.log(usual / pairs.difference).astype(np.float32)
    return result


def _usual_here(letters: Letters, pairs: Pairs) -> Floats:
    """What the closest pairs of the page differ by, for letters with as many edges."""
    down, across = np.diff(letters.patches, axis=1) ** 2, np.diff(letters.patches, axis=2) ** 2
    area = letters.masks.sum(axis=(1, 2))
    edges = (
        (down * letters.masks[:, 1:]).sum(axis=(1, 2)) + (across * letters.masks[:, :, 1:]).sum(axis=(1, 2))
    ) / area
    scale = np.sqrt(edges[pairs.one])
    result: Floats = (scale * np.quantile(pairs.difference / scale, 0.03)).astype(np.float32)
    return result


def _next_best(letters: Letters, pairs: Pairs) -> Floats:
    """What either letter differs by from its other partners, the closest of them."""
    count = len(letters.boxes)
    ends, values = np.concatenate([pairs.one, pairs.other]), np.tile(pairs.difference, 2)
    order = np.lexsort((values, ends))
    ends, values, number = ends[order], values[order], np.tile(np.arange(len(pairs.one)), 2)[order]
    first = np.searchsorted(ends, np.arange(count))
    last = np.searchsorted(ends, np.arange(count), side="right")
    result = np.full(len(pairs.one), np.inf, np.float32)
    for side in (pairs.one, pairs.other):
        at = first[side]
        at = np.where(number[at] == np.arange(len(side)), at + 1, at)
        known = at < last[side]
        result[known] = np.minimum(result[known], values[at[known]])
    return result


def _clusters(grey: Grey, letters: Letters, pairs: Pairs, surprise: Floats) -> list[tuple[Rect, Rect, float]]:
    chosen = np.flatnonzero(surprise > _EACH)
    way = pairs.way[chosen]
    swap = (way[:, 1] < 0) | ((way[:, 1] == 0) & (way[:, 0] < 0))
    start = np.where(swap, pairs.other[chosen], pairs.one[chosen])
    way = np.asarray(np.where(swap[:, None], -way, way), np.int64)
    found = []
    for group in _joined(letters, start, way):
        mean = float(surprise[chosen[group]].mean())
        if mean < (_WORTH_ALONE if len(group) == 1 else _WORTH):
            continue
        source, target = _places(letters.boxes[start[group]], np.median(way[group], axis=0))
        score = mean + _PAPER * shared_noise(grey, source, target)
        if score >= (_ALONE if len(group) == 1 else _TOGETHER):
            found.append((source, target, float(1 - np.exp(-score))))
    return found


def _places(boxes: Ints, way: Floats) -> tuple[Rect, Rect]:
    (left, top), (right, bottom) = boxes[:, :2].min(axis=0), (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    source = (int(left), int(top), int(right - left), int(bottom - top))
    return source, (source[0] + int(way[0]), source[1] + int(way[1]), source[2], source[3])


def shared_noise(grey: Grey, source: Rect, target: Rect) -> float:
    """Correlation of the paper's noise between and around the letters of two places, less where there is little paper.

    About 0 for two prints, whose noise is independent; towards 1.4 for a copy with plenty of paper.
    """
    one, other = _cut(grey, source), _cut(grey, target)
    if one.shape != other.shape:
        return 0.0
    paper = _paper(one) * _paper(other)
    inside = paper[_RIM:-_RIM, _RIM:-_RIM]
    count = float(inside.sum())
    if count < _LEAST_PAPER:
        return 0.0
    first, second = (_levelled(_noise(part, paper)[_RIM:-_RIM, _RIM:-_RIM], inside) for part in (one, other))
    scale = float(np.sqrt((first * first).sum() * (second * second).sum()))
    return float((first * second).sum()) / max(scale, 1e-6) * min(1.4, float(np.sqrt(count / 300)))


def _levelled(noise: Floats, inside: Floats) -> Floats:
    level: Floats = (noise - np.float32(noise.sum() / inside.sum())) * inside
    return level


def _cut(grey: Grey, rect: Rect) -> Floats:
    """A place with some paper around, and a rim beyond for the filters."""
    margin = 3 + _RIM
    left, top, wide, high = rect
    rows = slice(max(0, top - margin), top + high + margin)
    cut: Floats = grey[rows, max(0, left - margin) : left + wide + margin].astype(np.float32)
    return cut


def _paper(part: Floats) -> Floats:
    """1 where there is no ink nearby."""
    light = float(np.quantile(part, 0.75))
    near = cv2.dilate((part < light - 25).astype(np.float32), np.ones((5, 5), np.uint8))
    return np.asarray(1 - near, np.float32)


def _noise(part: Floats, paper: Floats) -> Floats:
    """What is finer than a few pixels and coarser than what JPEG drops first, on paper alone."""
    ground = cv2.GaussianBlur(part * paper, (0, 0), 2.5) / (cv2.GaussianBlur(paper, (0, 0), 2.5) + 1e-3)
    fine = cv2.GaussianBlur((part - ground) * paper, (0, 0), 0.7) * paper
    result: Floats = np.clip(fine, -8, 8)
    return result


def _joined(letters: Letters, start: Ints, way: Ints) -> list[Ints]:
    """Groups of pairs with the same way, give or take a pixel, whose letters are neighbours."""
    middles, heights = letters.middles[start], letters.boxes[start, 3]
    group = np.arange(len(start))
    alike = (np.abs(way[:, None] - way[None]).max(axis=2) <= 1) & (
        np.abs(middles[:, None] - middles[None]).max(axis=2) <= _NEAR * np.maximum(heights[:, None], heights[None])
    )
    for one, other in np.argwhere(np.triu(alike, 1)):
        if group[one] != group[other]:
            group[group == group[other]] = group[one]
    return [np.flatnonzero(group == number) for number in np.unique(group)]
