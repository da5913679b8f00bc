"""One picture read by several processes: one finds the lines, each reads its share, one puts them together.

What is read is the same as by one process, since every line is read by itself. The stages are ``{"stage": "find"}``,
``{"stage": "lines", "found": ..., "share": [number, of]}`` and ``{"stage": "page", "angle": ..., "lines": [...]}``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from groundstone.documents.decode import Frame, frame
from groundstone.documents.ocr import Found, ReadLine, find, ordered, read_lines
from groundstone.documents.ocr_detect import Quad
from groundstone.documents.ocr_models import load
from groundstone.documents.page_json import picture_json

FEW = 8  # lines that are not worth sharing


def stage(data: bytes, media_type: str, number: int, task: dict[str, Any]) -> dict[str, Any]:
    """``{"page": ...}`` when the page is ready, else what the next stage needs: ``found``, or ``lines``."""
    shown = frame(data, media_type, number)
    match task["stage"]:
        case "find":
            return _find(shown, number)
        case "lines":
            return {"lines": [_line_json(line) for line in _share(shown, task["found"], *task["share"])]}
        case _:
            read = ordered([_line_of(line) for line in task["lines"]], task["angle"])
            return {"page": picture_json(number, shown, read)}


def _find(shown: Frame, number: int) -> dict[str, Any]:
    found = find(load(), shown.pixels)
    if len(found.quads) < FEW:
        return {"page": picture_json(number, shown, ordered(read_lines(load(), shown.pixels, found), found.angle))}
    return {"found": {"angle": found.angle, "quads": [_points(quad) for quad in found.quads]}}


def _share(shown: Frame, found: dict[str, Any], number: int, of: int) -> list[ReadLine]:
    """Every so many-th line of them: long and short ones are spread evenly."""
    quads = tuple(_quad(points) for points in found["quads"][number::of])
    return read_lines(load(), shown.pixels, Found(quads, found["angle"]))


def _line_json(line: ReadLine) -> list[Any]:
    return [_points(line.quad), [[text, chance, _points(quad)] for text, chance, quad in line.words]]


def _line_of(data: list[Any]) -> ReadLine:
    points, words = data
    return ReadLine(_quad(points), tuple((text, chance, _quad(corners)) for text, chance, corners in words))


def _points(quad: Quad) -> list[float]:
    return [float(value) for value in quad.ravel()]


def _quad(points: list[float]) -> Quad:
    return np.array(points, np.float32).reshape(4, 2)
