"""What pixels of words showed, before it becomes evidence: a place on the upright page, words and odds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from groundstone.forensics.base import Evidence
from groundstone.records import Box

Edges = tuple[float, float, float, float]  # left, top, right, bottom in pixels of the upright page


@dataclass(frozen=True, slots=True)
class Found:
    kind: str  # "font" or "baseline"
    text: str
    odds: float
    places: tuple[Edges, ...]


def as_evidence(found: Iterable[Found], width: int, height: int, turns: int, page: int) -> list[dict[str, Any]]:
    """As JSON, the places as boxes of the page as shown: ``turns`` quarter turns clockwise are done again."""
    return [
        {
            "kind": one.kind,
            "text": one.text,
            "odds": round(one.odds, 2),
            "boxes": [_json(Box(*_box(place, width, height, turns), page)) for place in one.places],
        }
        for one in found
    ]


def told(evidence: Evidence) -> dict[str, Any]:
    """Evidence as JSON."""
    boxes = [_json(box) for box in evidence.boxes]
    return {"kind": evidence.kind, "text": evidence.text, "odds": evidence.odds, "boxes": boxes}


def _json(box: Box) -> dict[str, float]:
    return {"left": box.left, "top": box.top, "width": box.width, "height": box.height, "page": box.page}


def _box(place: Edges, width: int, height: int, turns: int) -> tuple[float, float, float, float]:
    """Left, top, width and height as fractions; ``width`` and ``height`` are those of the upright page."""
    corners: Sequence[tuple[float, float]] = [
        (place[0] / width, place[1] / height),
        (place[2] / width, place[3] / height),
    ]
    for _ in range(turns):
        corners = [(1 - y, x) for x, y in corners]
    across, down = sorted(min(max(x, 0.0), 1.0) for x, _ in corners), sorted(min(max(y, 0.0), 1.0) for _, y in corners)
    wide, high = across[1] - across[0], down[1] - down[0]
    return round(across[0], 5), round(down[0], 5), round(wide, 5), round(high, 5)
