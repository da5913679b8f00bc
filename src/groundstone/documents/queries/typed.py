"""Values by their type: where they stand in a text, how well a text fits a type, and what it means."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from groundstone.documents import values
from groundstone.documents.values.base import Spot
from groundstone.records import Scalar

FREE = frozenset("date time money percent phone email url sex country identifier name status".split())
"""Kinds whose values can be told without a label."""
LONG = frozenset("text address company name status".split())
"""Kinds whose values may go on in the next line."""
NAMES = frozenset(("name", "company"))
"""Kinds that a number in brackets is no part of."""
STRICT = frozenset("date time money percent phone email url".split())
"""Kinds whose values are told from the words around them beyond doubt."""
CERTAIN = 0.6  # plausibility of such a value
MOST = 6  # values of one kind that are looked at in one text
_AHEAD, _BEHIND = re.compile(r"\d[.,]?$"), re.compile(r"[.,]?\d")
LEAST = 0.25  # plausibility


@lru_cache(maxsize=50_000)
def found(kind: str, text: str) -> tuple[Spot, ...]:
    """Every value of a kind in a text, best first; of "text" none."""
    if kind == "text":
        return ()
    return tuple(spot for spot in values.spot(kind, text) if spot.plausibility >= LEAST and _whole(text, spot))[:MOST]


def _whole(text: str, spot: Spot) -> bool:
    """Not a part of longer figures, as a slip of reading leaves it: "2" of "2,75023"."""
    before, after = text[: spot.start][-2:], text[spot.end :][:2]
    return not (_AHEAD.search(before) or _BEHIND.match(after))


def spots(kind: str, text: str) -> list[tuple[int, int]]:
    """Ranges of the text that are values of a kind."""
    return [(spot.start, spot.end) for spot in found(kind, text)]


@lru_cache(maxsize=50_000)
def fits(kind: str, text: str) -> float:
    """How well a whole text reads as a value of a kind, from 0 to 1; 0.5 for plain text."""
    return (
        max((spot.plausibility * min(spot.length / max(len(text), 1), 1.0) for spot in found(kind, text)), default=0.0)
        if kind != "text"
        else 0.5
    )


def is_strict(kind: str, text: str) -> bool:
    """Whether a text holds a value of such a kind, so that the words around it are no part of the answer."""
    return kind in STRICT and any(spot.plausibility >= CERTAIN for spot in found(kind, text))


def meanings(kind: str, text: str) -> list[tuple[Spot, Scalar]]:
    return [(spot, spot.value) for spot in found(kind, text)]


def amount(text: str) -> float | None:
    """What a text is worth as money; None for anything else."""
    for spot in found("money", text):
        if isinstance(spot.value, (int, float)) and spot.length >= 0.6 * len(text):
            return float(spot.value)
    return None


def worth(kind: str, text: str, purpose: str = "", order: values.Order | None = None) -> Scalar | None:
    """The meaning of a whole text; None where it has none.

    ``purpose`` of a date ("birth", "expiry", ...) decides between centuries, ``order`` between day and month.
    """
    meant = values.whole(kind, text, order)
    if meant is None:
        return None
    return values.for_purpose(meant, purpose, date.today()) if isinstance(meant.value, date) else meant.value
