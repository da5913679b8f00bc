"""Times of day: 14:02, 2:05 pm, 14h30, 8.13 Uhr."""

from __future__ import annotations

import re
from collections.abc import Iterator

from groundstone.documents.values.base import Spot, ranked

_CLOCK = re.compile(
    r"(?<![\d:.])([01]?\d|2[0-4])[ ]?([:.hH])[ ]?([0-5]\d)(?:[ ]?[:.][ ]?([0-5]\d))?(?![\d:])"
    r"[ ]?(a\.?m\b\.?|p\.?m\b\.?|uhr\b|hrs?\b|h\b)?",
    re.I,
)
_HOUR = re.compile(r"(?<![\d:.])(1[0-2]|0?[1-9])[ ]?(a\.?m\b\.?|p\.?m\b\.?)", re.I)


def spot(text: str) -> list[Spot]:
    """Every time of day; the value is "HH:MM" or "HH:MM:SS" by the clock of 24 hours."""
    return ranked(_found(text))


def _found(text: str) -> Iterator[Spot]:
    for match in _CLOCK.finditer(text):
        hour, sep, minute, second, half = match.groups()
        if sep == "." and not half:
            continue
        start, end = match.start(), match.end() - (0 if half else len(match[0]) - len(match[0].rstrip()))
        value = f"{_hour(int(hour), half):02d}:{minute}" + (f":{second}" if second else "")
        yield Spot(start, end, value, 0.95 if sep == ":" or half else 0.7)
    for match in _HOUR.finditer(text):
        yield Spot(match.start(), match.end(), f"{_hour(int(match[1]), match[2]):02d}:00", 0.85)


def _hour(hour: int, half: str | None) -> int:
    if half and half[0] in "pP" and hour < 12:
        return hour + 12
    return 0 if hour == 24 or (half and half[0] in "aA" and hour == 12) else hour
