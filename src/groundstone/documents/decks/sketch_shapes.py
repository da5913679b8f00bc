"""Outlines of shapes by the names that DrawingML gives them, as points in a square from 0 to 1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from groundstone.documents.decks.xml import Node, local, number, q

Point = tuple[float, float]

_STEPS = 16  # points of a curve
_MOST = 2000  # points of one outline
_POLYGONS: dict[str, tuple[Point, ...]] = {
    "triangle": ((0.5, 0), (1, 1), (0, 1)),
    "rtTriangle": ((0, 0), (1, 1), (0, 1)),
    "diamond": ((0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5)),
    "parallelogram": ((0.2, 0), (1, 0), (0.8, 1), (0, 1)),
    "trapezoid": ((0.2, 0), (0.8, 0), (1, 1), (0, 1)),
    "hexagon": ((0.2, 0), (0.8, 0), (1, 0.5), (0.8, 1), (0.2, 1), (0, 0.5)),
    "pentagon": ((0.5, 0), (1, 0.4), (0.8, 1), (0.2, 1), (0, 0.4)),
    "octagon": ((0.3, 0), (0.7, 0), (1, 0.3), (1, 0.7), (0.7, 1), (0.3, 1), (0, 0.7), (0, 0.3)),
    "plus": ((0.33, 0), (0.67, 0), (0.67, 0.33), (1, 0.33), (1, 0.67), (0.67, 0.67), (0.67, 1), (0.33, 1),
             (0.33, 0.67), (0, 0.67), (0, 0.33), (0.33, 0.33)),
    "rightArrow": ((0, 0.25), (0.65, 0.25), (0.65, 0), (1, 0.5), (0.65, 1), (0.65, 0.75), (0, 0.75)),
    "leftArrow": ((1, 0.25), (0.35, 0.25), (0.35, 0), (0, 0.5), (0.35, 1), (0.35, 0.75), (1, 0.75)),
    "downArrow": ((0.25, 0), (0.75, 0), (0.75, 0.65), (1, 0.65), (0.5, 1), (0, 0.65), (0.25, 0.65)),
    "upArrow": ((0.25, 1), (0.75, 1), (0.75, 0.35), (1, 0.35), (0.5, 0), (0, 0.35), (0.25, 0.35)),
    "leftRightArrow": ((0, 0.5), (0.25, 0), (0.25, 0.25), (0.75, 0.25), (0.75, 0), (1, 0.5), (0.75, 1), (0.75, 0.75),
                       (0.25, 0.75), (0.25, 1)),
}  # fmt: skip
_SAME = {
    "flowChartDecision": "diamond", "flowChartInputOutput": "parallelogram", "flowChartPreparation": "hexagon",
    "flowChartExtract": "triangle", "flowChartManualOperation": "trapezoid", "mathPlus": "plus",
    "notchedRightArrow": "rightArrow", "stripedRightArrow": "rightArrow", "bentArrow": "rightArrow",
}  # fmt: skip
_ROUND = ("ellipse", "cloud", "flowChartConnector", "donut", "arc", "pie", "chord", "smileyFace", "sun",
          "wedgeEllipseCallout", "teardrop", "flowChartOffpageConnector")  # fmt: skip
_INSETS = {
    "diamond": (0.25, 0.25, 0.25, 0.25), "triangle": (0.25, 0.5, 0.25, 0.0), "hexagon": (0.12, 0.1, 0.12, 0.1),
    "rightArrow": (0.0, 0.25, 0.1, 0.25), "leftArrow": (0.1, 0.25, 0.0, 0.25), "upArrow": (0.25, 0.2, 0.25, 0.0),
    "downArrow": (0.25, 0.0, 0.25, 0.2), "homePlate": (0.0, 0.0, 0.12, 0.0), "parallelogram": (0.15, 0.0, 0.15, 0.0),
    "trapezoid": (0.15, 0.15, 0.15, 0.0), "rtTriangle": (0.08, 0.5, 0.4, 0.0), "octagon": (0.1, 0.1, 0.1, 0.1),
}  # fmt: skip
_LINES = ("line", "straightConnector1", "lineInv")


def is_line(kind: str) -> bool:
    return kind in _LINES or ("onnector" in kind and not kind.startswith("flowChart"))


def outline(properties: Node, wide: float, high: float) -> list[Point]:
    """The outline of a shape in a square; ``wide`` and ``high`` are its sides, for what depends on the shorter one."""
    custom = properties.find(q("a:custGeom"))
    if custom is not None:
        return _custom(custom) or list(_rectangle())
    preset = properties.find(q("a:prstGeom"))
    kind = "rect" if preset is None else preset.get("prst", "rect")
    kind = _SAME.get(kind, kind)
    if kind in _POLYGONS:
        points = list(_POLYGONS[kind])
        return _arrow(points, wide, high) if kind in ("rightArrow", "leftArrow") else points
    if kind in ("chevron", "homePlate"):
        return _pointed(kind, min(0.5 * high / max(wide, 1.0), 0.5))
    if kind in _ROUND:
        return _ellipse()
    if "ound" in kind or kind in ("flowChartTerminator", "flowChartAlternateProcess", "can"):
        share = 0.5 if kind == "flowChartTerminator" else _adjusted(preset, 0.16667)
        return _rounded(min(share, 0.5) * min(wide, high), wide, high)
    return list(_rectangle())


def text_insets(properties: Node | None, wide: float, high: float) -> tuple[float, float, float, float]:
    """How far text keeps from the left, top, right and bottom of a shape, as fractions of its sides."""
    preset = None if properties is None else properties.find(q("a:prstGeom"))
    kind = "rect" if preset is None else preset.get("prst", "rect")
    kind = _SAME.get(kind, kind)
    if kind == "chevron":
        return min(0.5 * high / max(wide, 1.0), 0.5) * 0.8, 0.0, min(0.5 * high / max(wide, 1.0), 0.5) * 0.8, 0.0
    return _INSETS.get(kind, (0.146,) * 4 if kind in _ROUND else (0.0,) * 4)


def _rectangle() -> Sequence[Point]:
    return ((0, 0), (1, 0), (1, 1), (0, 1))


def _adjusted(preset: Node | None, default: float) -> float:
    """The first adjustment of a shape, as a fraction."""
    for guide in () if preset is None else preset.iter(q("a:gd")):
        words = guide.get("fmla", "").split()
        if len(words) == 2 and words[0] == "val" and words[1].lstrip("-").isdigit():
            return min(max(int(words[1]) / 100_000, 0.0), 1.0)
    return default


def _arrow(points: list[Point], wide: float, high: float) -> list[Point]:
    """The head of a long arrow is as long as the arrow is high."""
    head = min(0.6 * high / max(wide, 1.0), 0.6)
    swaps = {0.65: 1 - head, 0.35: head}
    return [(swaps.get(x, x), y) for x, y in points]


def _pointed(kind: str, point: float) -> list[Point]:
    back = [(point, 0.5)] if kind == "chevron" else []
    return [(0, 0), (1 - point, 0), (1, 0.5), (1 - point, 1), (0, 1), *back]


def _ellipse() -> list[Point]:
    angles = (2 * math.pi * step / (4 * _STEPS) for step in range(4 * _STEPS))
    return [(0.5 + math.cos(angle) / 2, 0.5 + math.sin(angle) / 2) for angle in angles]


def _rounded(radius: float, wide: float, high: float) -> list[Point]:
    across, down = radius / max(wide, 1.0), radius / max(high, 1.0)
    points = []
    for x, y, start in (
        (1 - across, down, -90),
        (1 - across, 1 - down, 0),
        (across, 1 - down, 90),
        (across, down, 180),
    ):
        for step in range(_STEPS // 2 + 1):
            angle = math.radians(start + 180 * step / _STEPS)
            points.append((x + across * math.cos(angle), y + down * math.sin(angle)))
    return points


def _custom(custom: Node) -> list[Point]:
    """The first path of a drawing by hand; curves in short straight pieces, arcs as straight lines."""
    path = next(custom.iter(q("a:path")), None)
    if path is None:
        return []
    wide, high = number(path, "w") or 1.0, number(path, "h") or 1.0
    points: list[Point] = []
    for step in path:
        own = [(number(point, "x") / wide, number(point, "y") / high) for point in step.iter(q("a:pt"))]
        if local(step) == "moveTo" and points:
            break
        if local(step) in ("cubicBezTo", "quadBezTo") and points and own:
            points += _curve([points[-1], *own])
        else:
            points += own
        if len(points) > _MOST:
            break
    return points if len(points) > 2 else []


def _curve(control: Sequence[Point]) -> list[Point]:
    """Points of a Bézier curve, by de Casteljau's way."""
    found = []
    for step in range(1, _STEPS // 2 + 1):
        part, level = step / (_STEPS // 2), list(control)
        while len(level) > 1:
            level = [(a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part) for a, b in pairwise(level)]
        found.append(level[0])
    return found
