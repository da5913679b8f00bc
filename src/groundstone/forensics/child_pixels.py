"""The child's part of a check: the pixels of one page to what they measure, a heat-map and suspicious places.

``prepare`` loads the network once; every page is looked at in a fork that shares it.
"""

from __future__ import annotations

import base64
from typing import Any

import cv2
import numpy as np

from groundstone.forensics import network
from groundstone.forensics.copies import evidence as copied
from groundstone.forensics.dct import Table
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
    left, top = loaded.grid  # blocks of the file's own save begin there
    found = detect(network.load(), loaded.rgb[top:, left:], last_table(loaded))
    if not found.measures:
        return {**size, "basis": _said("the page is nearly blank", *loaded.notes)}
    return {
        **size,
        "basis": _said(_basis(found.past), *loaded.notes),
        "measures": found.measures,
        "heat": _heat(found, loaded),
        "boxes": _boxes(found, loaded),
        "evidence": [*_evidence(found, loaded), *copied(loaded)],
    }


def last_table(loaded: Loaded) -> Table | None:
    """The luminance table of the file, 64 steps row by row; None if it is no JPEG."""
    return None if loaded.quantisation is None else np.asarray(loaded.quantisation[0], np.float64).reshape(-1)


def _said(*pieces: str) -> str:
    return "; ".join(pieces)[:1].upper() + "; ".join(pieces)[1:] + "."


def _basis(past: tuple[History, ...]) -> str:
    if past:
        return (
            f"the page was saved as JPEG before, at a quality of about {past[0].quality}; "
            "what was changed afterwards does not share that history"
        )
    return "no earlier save as JPEG shows on the page; its texture alone tells of few changes"


def _heat(found: Found, loaded: Loaded) -> dict[str, Any]:
    left, top = loaded.grid
    height, width = loaded.rgb.shape[:2]
    full = np.zeros((-(-height // 8), -(-width // 8)), np.uint8)
    down, across = round(top / 8), round(left / 8)
    part = as_bytes(found.heat)[: full.shape[0] - down, : full.shape[1] - across]
    full[down : down + part.shape[0], across : across + part.shape[1]] = part
    return {"rows": full.shape[0], "columns": full.shape[1], "cells": base64.b64encode(full.tobytes()).decode()}


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


def _evidence(found: Found, loaded: Loaded) -> list[dict[str, Any]]:
    """What the network sees, in words; its odds are those of the page, so that it adds none here."""
    if not found.spots or found.spots[0].odds <= 0:
        return []
    boxes = _boxes(found, loaded)
    places = "one place" if len(boxes) == 1 else f"{len(boxes)} places"
    if found.past:
        kind, text = "history", f"{places} on the page do not follow the compression of the rest"
    else:
        kind, text = "pixels", f"the texture of {places} on the page differs from that of the rest"
    verb = text.replace("one place on the page do not", "one place on the page does not")
    return [{"kind": kind, "text": verb[:1].upper() + verb[1:] + ".", "odds": 0.0, "boxes": boxes}]
