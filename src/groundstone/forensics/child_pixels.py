"""The child's part of a check: the pixels of one page to what they measure, a heat-map and suspicious places.

``prepare`` loads the network once; every page is looked at in a fork that shares it.
"""

from __future__ import annotations

import base64
from typing import Any

import cv2

from groundstone.forensics import network
from groundstone.forensics.copies import evidence as copied
from groundstone.forensics.detect import Found, as_bytes, detect
from groundstone.forensics.history import History
from groundstone.forensics.picture import Loaded, load, reasons

SHOWN = 0.3  # share of a page's worst odds from which a further place is worth a box


def prepare() -> None:
    cv2.setNumThreads(1)
    network.load()


def parse(data: bytes, media_type: str, page: int) -> dict[str, Any]:
    """``width``, ``height`` and ``basis``; where the page can be judged also ``measures``, ``heat`` and ``boxes``."""
    cv2.setNumThreads(1)
    loaded = load(data, media_type, page)
    height, width = loaded.rgb.shape[:2]
    size: dict[str, Any] = {"width": width, "height": height}
    against = reasons(loaded)
    if against:
        return {**size, "basis": _said(*against, *loaded.notes)}
    found = detect(network.load(), loaded.on_grid, loaded.luminance)
    if not found.measures:
        return {**size, "basis": _said("the page is nearly blank", *loaded.notes)}
    boxes = _boxes(found, loaded)
    return {
        **size,
        "basis": _said(_basis(found.past), *loaded.notes),
        "measures": found.measures,
        "heat": _heat(found, loaded),
        "boxes": boxes,
        "evidence": [*_evidence(found, boxes), *copied(loaded)],
    }


def _said(*pieces: str) -> str:
    said = "; ".join(pieces)
    return f"{said[:1].upper()}{said[1:]}."


def _basis(past: tuple[History, ...]) -> str:
    if past:
        return (
            f"the page was saved as JPEG before, at a quality of about {past[0].quality}; "
            "what was changed afterwards does not share that history"
        )
    return "no earlier save as JPEG shows on the page; its texture alone tells of few changes"


def _heat(found: Found, loaded: Loaded) -> dict[str, Any]:
    cells = loaded.cells(as_bytes(found.heat))
    return {"rows": cells.shape[0], "columns": cells.shape[1], "cells": base64.b64encode(cells.tobytes()).decode()}


def _boxes(found: Found, loaded: Loaded) -> list[dict[str, float]]:
    """The worst place always, further ones where they come near it."""
    worst = found.spots[0].odds if found.spots else 0.0
    shown = [spot for k, spot in enumerate(found.spots) if k == 0 or spot.odds > SHOWN * worst > 0]
    left, top = loaded.grid
    height, width = loaded.rgb.shape[:2]
    return [
        {
            "left": (spot.left + left) / width,
            "top": (spot.top + top) / height,
            "width": (spot.right - spot.left) / width,
            "height": (spot.bottom - spot.top) / height,
        }
        for spot in shown
    ]


def _evidence(found: Found, boxes: list[dict[str, float]]) -> list[dict[str, Any]]:
    """What the network sees, in words; its odds are those of the page, so that it adds none here."""
    if not found.spots or found.spots[0].odds <= 0:
        return []
    count, verb = ("one place", "does") if len(boxes) == 1 else (f"{len(boxes)} places", "do")
    if found.past:
        kind, text = "history", f"{count} on the page {verb} not follow the compression of the rest"
    else:
        kind, text = "pixels", f"the texture of {count} on the page differs from that of the rest"
    return [{"kind": kind, "text": text, "odds": 0.0, "boxes": boxes}]
