"""Check boxes and radio buttons in a picture, ticked or not.

A box is a square frame: the holes in its ink, whatever tick or cross divides them, fill a square together. Each square
is straightened to one small size and judged there: ink along all four sides and in the corners, paper around it. Round
buttons are told from letters by standing alone, at least two of one size. What lies within, in the darkness of the
frame, tells whether it is ticked.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from groundstone.documents.base import Mark, Place
from groundstone.documents.layout.ink import Ink, ink_of

SMALLEST, LARGEST = 150, 24  # parts of the longer side that a mark is at least and at most
LEAST = 7  # pixels
ROUND, SQUARE, CROSSED = 1.6, 1.64, 1.25  # how far a circle reaches into its corners, a square, a crossed one
PATCH, FRAME = 64, 24  # pixels of a straightened patch, and of the mark in its middle
TICKED, EMPTY = 0.07, 0.035  # shares of ink within a mark that is ticked, that is empty
CROWD = 4  # squares side by side that are places for letters, not check boxes
SOLID = 0.55  # share of its square that a filled mark inks at least
BLUNT = 2.0  # pixels that a blurred picture takes off the corners of a small square
DENSE = 0.33  # share of ink diagonally beside a mark from which it is a part of a code or a picture
FAR = 11  # pixels of the patch without ink on one side of what may be a letter
WORDY = 0.1  # share of ink beside a round mark where there is a word
MOST = 3000


@dataclass(frozen=True, eq=False)
class Shape:
    """A candidate: its rotated square (middle, size, degrees), round or not, and the ink within.

    ``soft``: its corners are blunt, so that it may be a circle or a letter as well as a square.
    ``guest``: lonely on all sides but with text not far on both, as the first of several options behind their question.
    """

    middle: tuple[float, float]
    size: float
    angle: float
    round: bool
    solid: bool = False
    soft: bool = False
    several: bool = False
    inside: float = 0.0
    surety: float = 0.0
    lonely: bool = False
    guest: bool = False


def find_marks(image: Any) -> list[Mark]:
    """The marks of an RGB picture (height, width, 3) of bytes, from the top, places as fractions of its size."""
    ink = ink_of(image)
    return [] if ink is None else marks_in(ink)


def marks_in(ink: Ink) -> list[Mark]:
    judged = [shape for candidate in _candidates(ink) if (shape := _judged(ink, candidate)) is not None]
    crowded = _crowded(_distinct(judged))
    lonely = _distinct([shape for shape in judged if shape.lonely])
    kept = _companions([shape for shape in lonely if not any(_same(shape, other) for other in crowded)])
    return [_mark(ink, shape) for shape in sorted(kept, key=lambda shape: (shape.middle[1], shape.middle[0]))]


def _candidates(ink: Ink) -> Iterator[Shape]:
    """Squares and circles that holes in the ink make, and solid ones."""
    import cv2

    least, most = max(ink.side / SMALLEST, LEAST), max(ink.side / LARGEST, 3 * LEAST)
    contours, tree = cv2.findContours(ink.mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    holes: dict[int, list[Any]] = {}
    for number, contour in enumerate(contours):
        parent = int(tree[0][number][3])
        if parent >= 0 and len(contour) >= 4:
            holes.setdefault(parent, []).append(contour)
    for parent, inner in list(holes.items())[:MOST]:
        _, _, width, height = cv2.boundingRect(contours[parent])
        if max(width, height) >= least and min(width, height) >= 0.6 * least:
            yield from _from_holes(inner, least, most, whole=max(width, height) <= 2.2 * most)
    for number, contour in enumerate(contours):
        if int(tree[0][number][3]) < 0 and len(contour) >= 4:
            full = cv2.contourArea(contour) - sum(map(cv2.contourArea, holes.get(number, [])))
            whole = cv2.boundingRect(contour)
            if full < SOLID * whole[2] * whole[3]:
                continue
            shape = _shape([contour], least, most, solid=True)
            if shape is not None:
                yield shape


def _from_holes(inner: list[Any], least: float, most: float, whole: bool) -> Iterator[Shape]:
    """The square of all holes together, and that of each that is large enough alone."""
    if whole and len(inner) > 1:
        shape = _shape(inner, least, most)
        if shape is not None:
            yield shape
    for hole in inner:
        shape = _shape([hole], least, most)
        if shape is not None:
            yield shape


def _shape(contours: list[Any], least: float, most: float, solid: bool = False) -> Shape | None:
    import cv2
    import numpy as np

    points = np.concatenate(contours) if len(contours) > 1 else contours[0]
    _, _, across, down = cv2.boundingRect(points)
    if not 0.6 * least <= min(across, down) <= max(across, down) <= 1.45 * most:
        return None
    (x, y), (width, height), angle = cv2.minAreaRect(points)
    if min(width, height) < 0.7 * least or max(width, height) > most or max(width, height) > 1.3 * min(width, height):
        return None
    turned, size = (angle + 45) % 90 - 45, math.sqrt(width * height)
    hull, several = cv2.convexHull(points), len(contours) > 1
    upright = max(across, down) < 1.16 * min(across, down)
    if upright and not several and max(_corners(hull, (x, y), size, 0.0)) < ROUND:
        return Shape((x, y), size, 0.0, True, solid)
    least_reach = min(_corners(hull, (x, y), size, turned))
    if abs(turned) > 20 or least_reach < (CROSSED if several else SQUARE - BLUNT / size):
        return None
    return Shape((x, y), size, turned, False, solid, least_reach < SQUARE, several)


def _corners(hull: Any, middle: tuple[float, float], size: float, angle: float) -> list[float]:
    """How far an outline reaches into each corner: 2 for that of a square of this size, 1.41 for a circle's."""
    import numpy as np

    turn = math.radians(angle)
    cos, sin = math.cos(turn), math.sin(turn)
    diagonals = np.array(
        [(-cos + sin, -sin - cos), (cos + sin, sin - cos), (cos - sin, sin + cos), (-cos - sin, cos - sin)]
    )
    points = hull.reshape(-1, 2) - np.array(middle)
    reach: list[float] = ((points @ diagonals.T).max(axis=0) / (size / 2)).tolist()
    return reach


def _judged(ink: Ink, shape: Shape) -> Shape | None:
    """The shape with the ink within it, or None when its frame or its surroundings are not those of a mark."""
    outer = shape.size + (0.0 if shape.solid else 2.0)
    mask, grey = _patch(ink, shape, outer)
    edge, thick, rim = (PATCH - FRAME) // 2, max(round(FRAME / outer * 1.6), 2), 0
    more = 0.0 if shape.solid else _rim(mask, edge) * outer / FRAME
    if more > 0.5:
        outer += 2 * more
        rim, thick = min(round(more * FRAME / outer), 5), max(round(FRAME / outer * 1.6), 2)
        mask, grey = _patch(ink, shape, outer)
    frame = _framed_round(mask, thick, rim) if shape.round else _framed(mask, edge, thick, rim)
    frame = 1.0 if shape.solid else frame
    if frame < 0.8 or _continued(mask, edge, thick) or _dense(ink, shape.middle, outer):
        return None
    letter_like = shape.round or shape.solid or (shape.soft and not shape.several)
    clear, far = _clear(mask, edge, thick, letter_like)
    lonely = clear >= (4 if letter_like else 2) and (not shape.round or _beside_text(ink, shape.middle, outer))
    inside = 1.0 if shape.solid else _inside(grey, mask, edge, thick + rim, shape.round)
    gap = (inside - EMPTY) / (TICKED - EMPTY)
    surety = min(abs(inside - (TICKED + EMPTY) / 2) / 0.08, 1.0) if not 0 < gap < 1 else 0.2
    certain = min(frame, 1.0) * (0.6 + 0.39 * surety)
    return replace(
        shape,
        size=outer,
        inside=inside,
        surety=certain,
        lonely=lonely,
        soft=shape.soft or clear < 3,
        guest=letter_like and not far,
    )


def _patch(ink: Ink, shape: Shape, outer: float) -> tuple[Any, Any]:
    """Ink and greys around a shape, straightened, so that ``outer`` pixels are FRAME pixels in the middle."""
    import cv2

    turn = cv2.getRotationMatrix2D(shape.middle, shape.angle, FRAME / outer)
    turn[0, 2] += PATCH / 2 - shape.middle[0]
    turn[1, 2] += PATCH / 2 - shape.middle[1]
    mask = cv2.warpAffine(ink.mask, turn, (PATCH, PATCH), flags=cv2.INTER_LINEAR, borderValue=0) > (
        110 if outer < FRAME else 60
    )
    grey = cv2.warpAffine(ink.grey, turn, (PATCH, PATCH), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return mask, grey


def _rim(mask: Any, edge: int) -> int:
    """How far the frame goes on outside of its inner edge, in pixels of the patch; the median of its sides."""
    import numpy as np

    middle, widths = slice(PATCH // 2 - FRAME // 6, PATCH // 2 + FRAME // 6), []
    for turned in (mask, mask.T, mask[::-1], mask.T[::-1]):
        along = turned[edge - FRAME // 3 : edge, middle].mean(axis=1)[::-1] >= 0.5
        widths.append(len(along) if along.all() else int(np.argmin(along)))
    return int(sorted(widths)[1])


def _framed(mask: Any, edge: int, thick: int, rim: int) -> float:
    """The least share of a side along which there is ink, corners included."""
    import numpy as np

    start, end, deep = edge - thick, PATCH - edge + thick, thick + rim
    sides = []
    for turned in (mask, mask.T, mask[::-1], mask.T[::-1]):
        band = turned[start : edge + thick + rim, edge + 3 : PATCH - edge - 3]
        sides.append(float(np.mean(band.any(axis=0))))
    corners = [
        mask[rows, columns].any()
        for rows in (slice(start, edge + deep), slice(PATCH - edge - deep, end))
        for columns in (slice(start, edge + deep), slice(PATCH - edge - deep, end))
    ]
    return min(sides) if all(corners) else 0.0


def _framed_round(mask: Any, thick: int, rim: int) -> float:
    """The share of directions from the middle in which there is ink at the rim."""
    import numpy as np

    angles = np.linspace(0, math.tau, 48, endpoint=False)
    reach = np.arange(FRAME / 2 - thick - rim, FRAME / 2 + thick + 1)
    rows = np.clip((PATCH / 2 + np.sin(angles)[:, None] * reach).astype(int), 0, PATCH - 1)
    columns = np.clip((PATCH / 2 + np.cos(angles)[:, None] * reach).astype(int), 0, PATCH - 1)
    return float(np.mean(mask[rows, columns].any(axis=1)))


def _continued(mask: Any, edge: int, thick: int) -> bool:
    """Two sides that face each other go on beyond the corners, as those of a cell of a table do, or three at all."""
    near = edge - thick - 1
    ends = []
    for turned in (mask, mask[::-1], mask.T, mask.T[::-1]):
        band = turned[edge - thick : edge + thick].any(axis=0)
        ends.append((band[near - 5 : near].mean() > 0.8, band[PATCH - near : PATCH - near + 5].mean() > 0.8))
    both = any(one and other for n in (0, 2) for one, other in zip(ends[n], ends[n + 1], strict=True))
    return both or sum(map(sum, ends)) >= 3


def _dense(ink: Ink, middle: tuple[float, float], outer: float) -> bool:
    """Far more ink diagonally beside it than lines of text have: a code of squares, a picture."""
    (x, y), near, far = middle, 0.65 * outer, 2.8 * outer
    beside = [
        _share_of_ink(
            ink, x + across * (near + far) / 2, y + down * (near + far) / 2, (far - near) / 2, (far - near) / 2
        )
        for across in (-1, 1)
        for down in (-1, 1)
    ]
    return max(beside) > DENSE


def _beside_text(ink: Ink, middle: tuple[float, float], outer: float) -> bool:
    """As much ink as a word has on the left or on the right."""
    (x, y), away, wide = middle, 1.6 * outer, 0.9 * outer
    return max(_share_of_ink(ink, x + side * away, y, wide, 0.4 * outer) for side in (-1, 1)) > WORDY


def _share_of_ink(ink: Ink, x: float, y: float, across: float, down: float) -> float:
    """The share of ink in the rectangle that reaches so far from its middle."""
    rows = slice(max(round(y - down), 0), max(round(y + down), 0))
    part = ink.mask[rows, max(round(x - across), 0) : max(round(x + across), 0)]
    return float(part.mean()) / 255 if part.size else 0.0


def _clear(mask: Any, edge: int, thick: int, letter_like: bool) -> tuple[int, bool]:
    """On how many sides there is paper next to the frame; for what may be a letter farther; and far on one."""
    import numpy as np

    near = edge - thick - 1
    reach = FRAME // 5 if letter_like else FRAME // 8
    sides = [turned[near - reach : near, edge:-edge] for turned in (mask, mask.T, mask[::-1], mask.T[::-1])]
    clear = sum(float(np.mean(side)) < 0.12 for side in sides)
    far = [turned[max(near - FAR, 0) : near, edge:-edge] for turned in (mask.T, mask.T[::-1])]
    return clear, min(float(np.mean(side)) for side in far) < 0.02


def _inside(grey: Any, mask: Any, edge: int, thick: int, is_round: bool) -> float:
    """The share of ink within the frame; ink is darker than the middle between the frame and the paper outside."""
    import numpy as np

    inset = min(edge + thick + (4 if is_round else 2), PATCH // 2 - 4)
    within = grey[inset : PATCH - inset, inset : PATCH - inset].astype(float)
    outside = np.concatenate([grey[8:14].ravel(), grey[-14:-8].ravel(), grey[:, 8:14].ravel(), grey[:, -14:-8].ravel()])
    rim = grey[mask]
    paper = float(np.percentile(outside, 80))
    dark = float(np.percentile(rim, 25)) if rim.size else 0.0
    return float(np.mean(within < (paper + dark) / 2))


def _distinct(shapes: list[Shape]) -> list[Shape]:
    """One of those that lie on each other: the surest."""
    found: list[Shape] = []
    for shape in sorted(shapes, key=lambda shape: -shape.size):
        if not any(_same(shape, other) for other in found):
            found.append(shape)
    return found


def _same(shape: Shape, other: Shape) -> bool:
    return math.dist(shape.middle, other.middle) <= 0.6 * other.size


def _companions(shapes: list[Shape]) -> list[Shape]:
    """Circles and solid shapes count only in line with an empty one of their size: bullets and letters have none."""

    def alike(shape: Shape, other: Shape) -> bool:
        apart = complex(*other.middle) - complex(*shape.middle)
        apart *= cmath.exp(-1j * math.radians(shape.angle))
        across, down = abs(apart.real), abs(apart.imag)
        plain = not other.solid and (not other.soft or other.inside < TICKED)
        close = abs(shape.size - other.size) < 0.22 * max(shape.size, other.size)
        lined = (
            min(across, down) < max(0.4 * shape.size, (0.15 if shape.round else 0.08) * max(across, down))
            and across + down > 1.2 * shape.size
        )
        return other is not shape and close and lined and other.round == shape.round and plain

    hosts = [shape for shape in shapes if not shape.guest]
    sure = [shape for shape in hosts if not _needs(shape) or any(alike(shape, other) for other in hosts)]
    return sure + [shape for shape in shapes if shape.guest and any(alike(shape, other) for other in sure)]


def _needs(shape: Shape) -> bool:
    return shape.round or shape.solid or shape.soft


def _crowded(shapes: list[Shape]) -> list[Shape]:
    """Rows of touching squares, one letter for each."""
    crowded: set[int] = set()
    for shape in shapes:
        row = [shape]
        for other in sorted(shapes, key=lambda o: o.middle[0]):
            last = row[-1]
            gap = other.middle[0] - last.middle[0]
            level = abs(other.middle[1] - last.middle[1]) < 0.4 * last.size
            if 0.5 * last.size < gap < 1.6 * last.size and level:
                row.append(other)
        if len(row) >= CROWD:
            crowded |= {id(member) for member in row}
    return [shape for shape in shapes if id(shape) in crowded]


def _mark(ink: Ink, shape: Shape) -> Mark:
    angle, half = math.radians(shape.angle), shape.size / 2
    cos, sin = math.cos(angle) * half, math.sin(angle) * half
    (x, y) = shape.middle
    corners = [(x + a * cos - b * sin, y + a * sin + b * cos) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    first, second, third, fourth = (
        (min(max((px + 0.5) / ink.width, 0.0), 1.0), min(max((py + 0.5) / ink.height, 0.0), 1.0)) for px, py in corners
    )
    checked = shape.inside > (TICKED + EMPTY) / 2
    return Mark(checked, round(min(max(shape.surety, 0.3), 0.99), 4), Place((first, second, third, fourth)))
