"""The child's part of showing a layer of a page."""

from __future__ import annotations

import base64
from typing import Any

import cv2
import numpy as np

from groundstone.errors import InvalidInput
from groundstone.forensics.base import Heat, Layer
from groundstone.forensics.layers import layer as drawn
from groundstone.forensics.layers import paint
from groundstone.forensics.picture import LEAST_SIDE, Loaded, load


def parse(
    data: bytes, media_type: str, page: int, layer: Layer, width: int, heat: dict[str, Any] | None = None
) -> dict[str, Any]:
    """``png``: base64. ``heat``: rows, columns and cells (base64) for the layer "heat"; None for a page without one."""
    cv2.setNumThreads(1)
    loaded = load(data, media_type, page)
    if layer == "history":
        made = paint(loaded.rgb, _history(loaded), width)
    elif layer == "heat":
        made = paint(loaded.rgb, _heat(heat) if heat else _COLD, width)
    else:
        made = drawn(loaded, layer, width)
    return {"png": base64.b64encode(made).decode()}


_COLD = Heat(1, 1, bytes(1))  # of a page that gives nothing to judge by


def _heat(data: dict[str, Any]) -> Heat:
    try:
        return Heat(int(data["rows"]), int(data["columns"]), base64.b64decode(data["cells"], validate=True))
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(f"the heat-map cannot be read ({error!r}); make it anew by a check") from error


def _history(loaded: Loaded) -> Heat:
    """Where the page does not follow its clearest history of compression; cold where it shows none."""
    from groundstone.forensics.detect import history_heat

    pixels = loaded.on_grid
    if min(pixels.shape[:2]) < LEAST_SIDE:
        return _COLD
    found = history_heat(pixels, loaded.luminance)
    cells = loaded.cells(np.rint(found * 255).astype(np.uint8))
    return Heat(cells.shape[0], cells.shape[1], cells.tobytes())
