"""The published documents with their tampered copies, as pairs, with the places where they differ."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from benchmarks.judgement.forgery.make import Made
from benchmarks.judgement.forgery.page import Area

PLACES = "localisation_boxes.csv"


@dataclass(frozen=True, slots=True)
class Pair:
    name: str
    genuine: Made
    forged: Made


def published(folder: Path) -> list[Pair]:
    """The pairs of the table, and tampered files without places in it beside the only original of their folder."""
    places: dict[tuple[str, str], list[Area]] = defaultdict(list)
    with (folder / PLACES).open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            area = Area(int(row["left"]), int(row["top"]), int(row["right"]), int(row["bottom"]))
            places[row["original"], row["forged"]].append(area)
    told = {forged for _, forged in places}
    for path in sorted((folder / "predict").glob("Tampered*.jpg")):
        originals = [other for other in sorted(path.parent.glob("*.jpg")) if not other.name.startswith("Tampered")]
        if (name := path.relative_to(folder).as_posix()) not in told and len(originals) == 1:
            places[originals[0].relative_to(folder).as_posix(), name] = []
    return [_pair(folder, original, forged, areas) for (original, forged), areas in sorted(places.items())]


def _pair(folder: Path, original: str, forged: str, areas: list[Area]) -> Pair:
    return Pair(
        forged,
        Made(folder / original, False, "", ()),
        Made(folder / forged, True, "published", tuple(areas)),
    )
