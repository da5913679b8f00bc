"""Whether two pictures show the same page, whatever they were saved, resized or slightly turned to since.

Forms of one template look alike and are different pages; a forgery and its original differ in a few words and are the
same. So pages that look alike at large (a hash of the low frequencies of a small picture, as perceptual hashes take
it) are compared place by place: the letters themselves have to be there in nearly all places.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Point = tuple[float, float]

SIDE = 448  # pixels of the longer side of the small picture
CELL = 28  # pixels of a side of the places that are compared
REACH = 30  # pixels by which a place may have moved
LOOKS = 64  # bits of 255 in which the hashes of a page's two pictures may differ
SPREAD, FLOOR, CEILING = 0.13, 0.5, 0.85  # how far below the usual correlation a place still holds the same
SAME = 0.88  # share of places that hold the same on pictures of one page
PLACES = 80  # that are compared at most
_HASH = 16  # frequencies across and down
_LEAST = 12  # places with ink below which nothing is said
_EDGE, _RIM = 40, 0.005  # grey levels of an edge of ink; share of all edges that lies beyond each side of the content
_SHAPE = 0.15  # natural logarithm by which the ratio of width to height may differ


@dataclass(frozen=True)
class Print:
    """What a page looks like. ``bits``: 255 of its hash, in 32 bytes. ``packed``: a small picture of its ink."""

    bits: bytes
    packed: bytes
    height: int
    width: int

    def to_json(self) -> dict[str, Any]:
        """For the way out of a child process."""
        bits, packed = (base64.b64encode(data).decode("ascii") for data in (self.bits, self.packed))
        return {"bits": bits, "packed": packed, "height": self.height, "width": self.width}

    @cached_property
    def ink(self) -> Grey:
        """(height, width): 0 for paper, 255 for ink."""
        flat = np.frombuffer(zlib.decompress(self.packed), np.uint8)
        return (flat.reshape(self.height, self.width) * 17).astype(np.uint8)

    def forget(self) -> None:
        """Free the memory that the unpacked picture takes."""
        self.__dict__.pop("ink", None)


def print_from(data: dict[str, Any]) -> Print:
    """Raises ValueError or KeyError for what ``Print.to_json`` did not write."""
    bits, packed = base64.b64decode(data["bits"]), base64.b64decode(data["packed"])
    return Print(bits, packed, int(data["height"]), int(data["width"]))


def print_of(pixels: Grey) -> Print | None:
    """Of an RGB picture (H, W, 3); None for one that is too small or nearly blank."""
    if min(pixels.shape[:2]) < 3 * CELL:
        return None
    whole = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    grey = _small(_content(whole))
    paper = cv2.GaussianBlur(cv2.dilate(grey, np.ones((9, 9), np.uint8)), (0, 0), 6)
    ink = cv2.subtract(paper, grey).astype(np.float32)
    most = float(np.quantile(ink, 0.995))
    if most < 24:
        return None
    shares = np.clip(ink / most, 0, 1)
    levels = np.rint(shares * 15).astype(np.uint8)
    if len(_places(levels * 17, _LEAST)) < _LEAST:
        return None
    return Print(_bits(shares), zlib.compress(levels.tobytes(), 6), *levels.shape)


def distance(one: Print, other: Print) -> int:
    """Bits of the hashes that differ, 0 to 255."""
    return (int.from_bytes(one.bits, "big") ^ int.from_bytes(other.bits, "big")).bit_count()


def same_page(one: Print, other: Print) -> bool:
    """Whether nearly all places with ink hold the same on both."""
    shape = abs(np.log(one.width * other.height / (one.height * other.width)))
    return bool(shape <= _SHAPE and distance(one, other) <= LOOKS and share(one, other) >= SAME)


def share(one: Print, other: Print) -> float:
    """The share of places with ink that hold the same on both; 0 where one cannot be laid over the other."""
    laid = _laid_over(one.ink, other.ink)
    if laid is None:
        return 0.0
    found = np.array([_correlation(one.ink, laid, place, 3) for place in _places(np.maximum(one.ink, laid), PLACES)])
    if len(found) < _LEAST // 2:
        return 0.0
    usual = float(np.quantile(found, 0.8))  # a blur lowers all; other letters lower some
    return float(np.mean(found >= min(max(usual - SPREAD, FLOOR), CEILING)))


def _content(grey: Grey) -> Grey:
    """The part of a page that holds nearly all of its ink: letters on a page with wide margins count as much."""
    steps = cv2.morphologyEx(_small(grey, 896), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > _EDGE
    if not steps.any():
        return grey
    sides = []
    for axis, length in ((1, grey.shape[0]), (0, grey.shape[1])):
        mass = np.cumsum(steps.sum(axis=axis))
        first, last = np.searchsorted(mass, (mass[-1] * _RIM, mass[-1] * (1 - _RIM))) / len(mass)
        margin = max(0.03 * (last - first), 3 * CELL / length - (last - first))
        sides.append(slice(max(0, int((first - margin) * length)), min(length, int((last + margin) * length) + 1)))
    return grey[sides[0], sides[1]]


def _small(grey: Grey, side: int = SIDE) -> Grey:
    """``side`` pixels at the longer side."""
    scale = side / max(grey.shape)
    size = (max(3 * CELL, round(grey.shape[1] * scale)), max(3 * CELL, round(grey.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, size, interpolation=method), np.uint8)


def _bits(ink: NDArray[np.float32]) -> bytes:
    """Which low frequencies of a 32 x 32 picture are above their median, the mean left out."""
    small = cv2.resize(cv2.GaussianBlur(ink, (0, 0), 5), (32, 32), interpolation=cv2.INTER_AREA)
    low = cv2.dct(small.astype(np.float32))[:_HASH, :_HASH].ravel()
    above = low > np.median(low[1:])
    above[0] = False
    return np.packbits(above).tobytes()


def _places(ink: Grey, most: int) -> list[tuple[int, int]]:
    """Left and top of cells with enough ink to be compared, well spread, always in the same order."""
    rows, columns = ink.shape[0] // CELL, ink.shape[1] // CELL
    cells = ink[: rows * CELL, : columns * CELL].reshape(rows, CELL, columns, CELL)
    spread = cells.astype(np.float32).std(axis=(1, 3))
    found = np.argwhere(spread > 22)
    order = np.random.default_rng(len(found)).permutation(len(found))[:most]
    return [(int(found[one, 1]) * CELL, int(found[one, 0]) * CELL) for one in order]


def _laid_over(one: Grey, other: Grey) -> Grey | None:
    """The other picture moved, turned and scaled so that its letters lie on those of the first; None if they cannot.

    Laid roughly first, by few places that are looked for widely; then exactly, by many places nearby.
    """
    laid, whole = other, np.eye(3)
    for count, reach in ((16, REACH), (48, 5)):
        matrix = _matrix(*_matches(one, laid, _places(one, count), reach))
        if matrix is None:
            return None
        whole = np.vstack([matrix, (0, 0, 1)]) @ whole
        size = (one.shape[1], one.shape[0])
        laid = np.asarray(cv2.warpAffine(other, whole[:2], size, flags=cv2.INTER_LINEAR), np.uint8)
    return laid


def _matches(one: Grey, other: Grey, places: list[tuple[int, int]], reach: int) -> tuple[list[Point], list[Point]]:
    """Corners of the places on the other picture, where they stand on it, and those on the first."""
    here: list[Point] = []
    there: list[Point] = []
    for left, top in places:
        cell = one[top : top + CELL, left : left + CELL]
        x, y = max(0, left - reach), max(0, top - reach)
        around = other[y : top + CELL + reach, x : left + CELL + reach]
        if min(around.shape) < CELL or int(around.max()) - int(around.min()) < 16:  # beyond the edge, or blank
            continue
        found = cv2.matchTemplate(around, cell, cv2.TM_CCOEFF_NORMED)
        _, best, _, (dx, dy) = cv2.minMaxLoc(found)
        if best >= 0.55:
            here.append((left, top))
            there.append((x + _finer(found[dy], dx), y + _finer(found[:, dx], dy)))
    return there, here


def _finer(values: NDArray[Any], at: int) -> float:
    """Where the parabola through the best value and its two neighbours has its top."""
    if not 0 < at < len(values) - 1:
        return float(at)
    before, best, after = (float(value) for value in values[at - 1 : at + 2])
    bend = before - 2 * best + after
    return at + (0.5 * (before - after) / bend if bend < 0 else 0.0)


def _matrix(there: list[Point], here: list[Point]) -> NDArray[np.float64] | None:
    """Move, turn and scale (2 x 3) that most of the points agree on; None where they do not or it is no small one."""
    if len(here) < _LEAST // 2:
        return None
    points = (np.array(there, np.float32), np.array(here, np.float32))
    matrix, inliers = cv2.estimateAffinePartial2D(*points, method=cv2.RANSAC, ransacReprojThreshold=2.0)
    if matrix is None or int(inliers.sum()) < max(5, 0.4 * len(here)):
        return None
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    turn = abs(float(np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0]))))
    return np.asarray(matrix, np.float64) if 0.8 < scale < 1.25 and turn <= 6 else None


def _correlation(one: Grey, other: Grey, place: tuple[int, int], reach: int) -> float:
    """How well a cell's content stands on the other page, at most ``reach`` pixels away: -1 to 1."""
    left, top = place
    cell = one[top : top + CELL, left : left + CELL]
    around = other[max(0, top - reach) : top + CELL + reach, max(0, left - reach) : left + CELL + reach]
    flat = int(cell.max()) - int(cell.min()) < 16 or int(around.max()) - int(around.min()) < 16
    return 0.0 if flat else float(cv2.matchTemplate(around, cell, cv2.TM_CCOEFF_NORMED).max())
