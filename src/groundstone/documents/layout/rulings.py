"""Drawn lines in a picture: runs of ink far longer than letters are wide, thin, and straight.

Morphological opening keeps horizontal (then vertical) runs of ink, on a mask that is first thickened a little across,
so that a line may climb by some degrees. What hangs together is fitted with a straight line; pieces of one line join.
"""

from __future__ import annotations

import math
from typing import Any

from groundstone.documents.base import Ruling
from groundstone.documents.layout.ink import Ink, ink_of

RUN = 62  # a run of ink is at least this part of the longer side
SHORTEST_PIECE = 55  # a piece of one is at least this part of it
SHORTEST = 38  # a ruling is at least this part of the longer side
LONG = 16  # a ruling that stands alone is at least this part of it
THICKEST = 130  # and thinner than this part of it
STEEPEST = math.tan(math.radians(12))
FILL = 130  # an area is filled when it is wider and higher than this part of the longer side
CONTRAST = 10  # grey levels between a line and the paper
MOST = 600


def find_rulings(image: Any) -> list[Ruling]:
    """Horizontal and vertical lines of an RGB picture (height, width, 3) of bytes, ends as fractions of its size."""
    ink = ink_of(image)
    return [] if ink is None else rulings_in(ink)


def rulings_in(ink: Ink) -> list[Ruling]:
    level = _joined(_lines(ink, vertical=False), ink)
    upright = [(y1, x1, y2, x2) for x1, y1, x2, y2 in _joined(_lines(ink, vertical=True), ink)]
    found = [piece for piece in level if _counts(piece, upright, ink)]
    found += [piece for piece in upright if _counts(piece, level, ink)]
    return [
        Ruling((_share(x1, ink.width), _share(y1, ink.height)), (_share(x2, ink.width), _share(y2, ink.height)))
        for x1, y1, x2, y2 in found
    ]


Piece = tuple[float, float, float, float]  # along and across at its start, then at its end, in pixels


def _lines(ink: Ink, vertical: bool) -> list[Piece]:
    """Pieces of lines, vertical ones with x and y exchanged."""
    import cv2
    import numpy as np

    mask, grey = (cv2.transpose(ink.mask), cv2.transpose(ink.grey)) if vertical else (ink.mask, ink.grey)
    mask = cv2.subtract(mask, _fill(mask, max(ink.side // FILL, 5)))
    run = max(ink.side // RUN, 9)
    thick = cv2.dilate(mask, np.ones((3, 1), np.uint8))
    kept = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    contours, _ = cv2.findContours(kept, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    long = [c for c in contours if len(c) > 1 and int(c[:, 0, 0].max() - c[:, 0, 0].min()) >= ink.side / SHORTEST_PIECE]
    long.sort(key=lambda contour: -cv2.boundingRect(contour)[2])
    thickest = max(ink.side / THICKEST, 5)
    found = (_fitted(contour, mask, grey, thickest) for contour in long[:MOST])
    return [piece for piece in found if piece is not None]


def _fill(mask: Any, size: int) -> Any:
    """The inner parts of areas filled with ink: what is left of them are their outlines."""
    import cv2
    import numpy as np

    solid = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((size, size), np.uint8))
    return cv2.erode(solid, np.ones((7, 7), np.uint8))


def _fitted(contour: Any, mask: Any, grey: Any, thickest: float) -> Piece | None:
    """The line through the middles of a shape at each place along it; None when it is bent, steep, or of letters.

    Letters that a blurred picture runs together have ink above or below most of their length.
    """
    import cv2
    import numpy as np

    left, top, width, height = cv2.boundingRect(contour)
    if cv2.contourArea(contour) > thickest * width:
        return None
    part = np.zeros((height, width), np.uint8)
    cv2.drawContours(part, [contour], -1, 1, -1, offset=(-left, -top))
    weight = part.sum(axis=0)
    along = np.flatnonzero(weight)
    if len(along) < 3:
        return None
    middle = (part * np.arange(height)[:, None]).sum(axis=0)[along] / weight[along]
    slope, start = np.polyfit(along, middle, 1)
    thick = float(np.median(weight[along]))
    bent = float(np.mean(np.abs(middle - start - slope * along)))
    if abs(slope) > STEEPEST or bent > max(1.5, 0.4 * thick):
        return None
    rows = np.round(top + start + slope * along).astype(int)
    reach = int(thick / 2) + 2
    above, below = (_sampled(mask, rows + off, left + along) > 0 for off in (-reach, reach))
    beside = sorted((float(np.mean(above)), float(np.mean(below))))
    if beside[0] > 0.3 or 0.45 < beside[1] < 0.85 or not _stands_out(grey, rows, left + along, reach):
        return None
    first, last = float(along[0]), float(along[-1])
    return left + first, top + start + slope * first, left + last, top + start + slope * last


def _stands_out(grey: Any, rows: Any, columns: Any, reach: int) -> bool:
    """The line, or the edge, is seen in the grey picture too, not only in what was taken for ink."""
    import numpy as np

    own, above, below = (float(np.mean(_sampled(grey, rows + off, columns))) for off in (0, -reach - 1, reach + 1))
    return max(above - own, below - own) > CONTRAST


def _sampled(picture: Any, rows: Any, columns: Any) -> Any:
    import numpy as np

    return picture[np.clip(rows, 0, picture.shape[0] - 1), np.clip(columns, 0, picture.shape[1] - 1)]


def _joined(pieces: list[Piece], ink: Ink) -> list[Piece]:
    """Pieces of one line put together, too short ones left out."""
    gap, off = ink.side / 50, max(ink.side / 350, 2.5)
    found: list[Piece] = []
    for piece in sorted(pieces):
        place = next((n for n, other in enumerate(found) if _continues(other, piece, gap, off)), None)
        if place is None:
            found.append(piece)
        elif piece[2] > found[place][2]:
            found[place] = (*found[place][:2], *piece[2:])
    return [piece for piece in found if piece[2] - piece[0] >= ink.side / SHORTEST]


def _continues(first: Piece, second: Piece, gap: float, off: float) -> bool:
    shorter = min(first[2] - first[0], second[2] - second[0])
    if second[0] - first[2] > min(gap, shorter / 4):
        return False
    slope = (first[3] - first[1]) / max(first[2] - first[0], 1)
    return abs(first[1] + slope * (second[0] - first[0]) - second[1]) <= off


def _counts(piece: Piece, others: list[Piece], ink: Ink) -> bool:
    """Long, or in touch with a line across: a short stroke alone belongs to a large letter."""
    if math.dist(piece[:2], piece[2:]) >= ink.side / LONG:
        return True
    near = ink.side / 80
    left, right = sorted((piece[0], piece[2]))
    top, bottom = sorted((piece[1], piece[3]))
    return any(
        min(o[0], o[2]) - near <= right
        and max(o[0], o[2]) + near >= left
        and min(o[1], o[3]) - near <= bottom
        and max(o[1], o[3]) + near >= top
        for o in others
        if math.dist(o[:2], o[2:]) >= ink.side / LONG
    )


def _share(value: float, size: int) -> float:
    return min(max((value + 0.5) / size, 0.0), 1.0)
