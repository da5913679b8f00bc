"""Children that find red ink suspicious: what the service, the API and the page are tested against."""

from __future__ import annotations

import base64
import os
import signal
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from groundstone.documents.decode import frame
from groundstone.errors import UnreadableDocument

CELL = 8
BLANK = 250  # a page brighter than this everywhere gives nothing to judge by


def parse(data: bytes, media_type: str, **options: Any) -> dict[str, Any]:
    """Which child it is, its options tell."""
    if "layer" in options:
        return _layer(data, media_type, **options)
    if "reading" in options:
        return _words(options["page"], options["reading"])
    return _pixels(data, media_type, options["page"]) if "page" in options else _file(data)


def prepare() -> None: ...


def _pixels(data: bytes, media_type: str, page: int) -> dict[str, Any]:
    rgb = _picture(data, media_type, page)
    if rgb.min() > BLANK:
        return {"width": rgb.shape[1], "height": rgb.shape[0], "score": None, "boxes": [], "basis": "It is blank."}
    if tuple(rgb[0, 0]) == (255, 0, 255):
        os.kill(os.getpid(), signal.SIGSEGV)
    if tuple(rgb[0, 0]) == (0, 255, 255):
        raise UnreadableDocument("its tables are broken")
    cells = _redness(rgb)
    found = np.argwhere(cells > 100)
    boxes = [_box(found, cells.shape)] if len(found) else []
    heat = {"rows": cells.shape[0], "columns": cells.shape[1], "cells": base64.b64encode(cells.tobytes()).decode()}
    told = [{"kind": "pixels", "text": "Red ink stands here.", "odds": 3.0, "boxes": boxes}] if boxes else []
    return {
        "width": rgb.shape[1], "height": rgb.shape[0], "score": float(bool(boxes)), "boxes": boxes, "heat": heat,
        "basis": "It shows one save as JPEG.", "evidence": told,
    }  # fmt: skip


def _picture(data: bytes, media_type: str, page: int) -> Any:
    if media_type != "application/pdf":
        return frame(data, media_type, page).pixels
    from groundstone.documents.decode_pdf import Pdf

    return Pdf(data).page(page).picture(600).pixels


def _redness(rgb: Any) -> Any:
    rows, columns = rgb.shape[0] // CELL, rgb.shape[1] // CELL
    cut = rgb[: rows * CELL, : columns * CELL].astype(int)
    red = (cut[..., 0] - cut[..., 1:].max(axis=2)).clip(0, 255)
    return red.reshape(rows, CELL, columns, CELL).max(axis=(1, 3)).astype(np.uint8)


def _box(found: Any, shape: tuple[int, int]) -> dict[str, float]:
    (top, left), (bottom, right) = found.min(0), found.max(0) + 1
    height, width = shape
    return {
        "left": float(left / width), "top": float(top / height), "width": float((right - left) / width),
        "height": float((bottom - top) / height),
    }  # fmt: skip


def _file(data: bytes) -> dict[str, Any]:
    if b"Paint Shop" not in data:
        return {"evidence": []}
    return {"evidence": [{"kind": "metadata", "text": "An editor of pictures saved it.", "odds": 1.0, "boxes": []}]}


def _words(page: int, reading: dict[str, Any]) -> dict[str, Any]:
    words = sum(len(line[3]) for one in reading["pages"] for line in one["lines"])
    return {"evidence": [{"kind": "font", "text": f"{words} words were compared on page {page}.", "odds": -0.5}]}


def _layer(data: bytes, media_type: str, page: int, layer: str, width: int, **heat: Any) -> dict[str, Any]:
    image = Image.fromarray(_picture(data, media_type, page))
    if layer == "heat":
        found = heat["heat"]
        cells = np.frombuffer(base64.b64decode(found["cells"]), np.uint8).reshape(found["rows"], found["columns"])
        image = Image.fromarray(cells)
    image = image.resize((width, max(1, round(width * image.height / image.width))))
    out = BytesIO()
    (image if layer in ("heat", "picture") else image.convert("L")).save(out, "PNG")
    return {"png": base64.b64encode(out.getvalue()).decode()}
