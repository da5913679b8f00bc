"""The key of a picture on a slide: which part it is, what is cut off, and how it is turned and mirrored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundstone.errors import InvalidInput

_FINE = 100_000


@dataclass(frozen=True, slots=True)
class PictureKey:
    """``crop``: fractions cut off at the left, top, right and bottom. ``quarters``: turns of 90 degrees clockwise."""

    part: str
    crop: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    quarters: int = 0
    mirrored: bool = False


def key_of(part: str, crop: Sequence[float], turn: float = 0.0, mirrored: bool = False) -> str:
    """``turn`` in degrees clockwise; what is not near a quarter is shown as it is in the file."""
    sides = [min(max(round(side * _FINE), 0), _FINE) for side in crop]
    if sides[0] + sides[2] >= _FINE or sides[1] + sides[3] >= _FINE:
        sides = [0, 0, 0, 0]
    quarters = round(turn / 90) % 4 if abs((turn + 45) % 90 - 45) < 10 else 0
    if not any(sides) and not quarters and not mirrored:
        return part
    return f"{part}|{','.join(str(side) for side in sides)}|{quarters}|{int(mirrored)}"


def parsed(key: str) -> PictureKey:
    """Raises InvalidInput for what is no key."""
    part, *rest = key.rsplit("|", 3)
    if not rest:
        return PictureKey(part)
    try:
        crop, quarters, mirrored = rest
        left, top, right, bottom = (int(side) / _FINE for side in crop.split(","))
        return PictureKey(part, (left, top, right, bottom), int(quarters) % 4, mirrored == "1")
    except ValueError as error:
        raise InvalidInput(f"{key[:200]!r} is no key of a picture; use those that came with the slides") from error
