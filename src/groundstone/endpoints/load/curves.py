"""Curves as SVG: plain text, no outside files, said in words for those who cannot see them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDE, HIGH, LEFT, EDGE = 420, 280, 64, 44
COLOURS = ("#145a8c", "#963d0f", "#3c6e37", "#6b3f8c")
INK, FAINT = "#333333", "#dddddd"
Axis = Callable[[float], float]  # a value to its place in the picture


@dataclass(frozen=True, slots=True)
class Line:
    """``points``: (across, up), in the order in which they are joined."""

    name: str
    points: tuple[tuple[float, float], ...]
    dashed: bool = False


def plot(
    title: str, across: str, up: str, lines: Sequence[Line], *, marked: float | None = None, logarithmic: bool = False
) -> str:
    """``marked``: a place across that a vertical line shows. ``logarithmic``: distances across are doublings."""
    xs = [x for line in lines for x, _ in line.points]
    top = max((y for line in lines for _, y in line.points), default=1.0) or 1.0
    low, high = min(xs, default=0.0), max(xs, default=1.0)
    if not logarithmic:
        low = 0.0

    def place(x: float) -> float:
        share = _share(x, low, high, logarithmic)
        return round(LEFT + share * (WIDE - LEFT - 12), 1)

    def height(y: float) -> float:
        return round(HIGH - EDGE - y / top * (HIGH - EDGE - 36), 1)

    body = [_grid(top, height), _ticks(sorted(set(xs)) if logarithmic else _round_steps(high), place)]
    if marked is not None:
        x = place(marked)
        body.append(f'<line x1="{x}" y1="36" x2="{x}" y2="{HIGH - EDGE}" stroke="{INK}" stroke-dasharray="2 4"/>')
        body.append(f'<text x="{x + 4}" y="46" fill="{INK}">knee</text>')
    for number, line in enumerate(lines):
        body.append(_drawn(line, COLOURS[number % len(COLOURS)], number, place, height))
    told = "; ".join(f"{line.name}: " + ", ".join(f"{x:g} {y:.4g}" for x, y in line.points) for line in lines)
    words = escape(f"{up} by {across}. {told}")
    ink, middle = f'fill="{INK}"', f'text-anchor="middle" fill="{INK}"'
    return (
        f'<svg role="img" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}" '
        f'font-family="system-ui,sans-serif" font-size="11"><title>{escape(title)}</title><desc>{words}</desc>'
        f'<text x="{LEFT}" y="16" font-size="13" {ink}>{escape(title)}</text>{"".join(body)}'
        f'<text x="{(LEFT + WIDE) / 2}" y="{HIGH - 8}" {middle}>{escape(across)}</text>'
        f'<text x="12" y="{HIGH / 2}" transform="rotate(-90 12 {HIGH / 2})" {middle}>{escape(up)}</text></svg>'
    )


def _share(x: float, low: float, high: float, logarithmic: bool) -> float:
    if high <= low:
        return 0.5
    if logarithmic:
        return (math.log(x) - math.log(low)) / (math.log(high) - math.log(low))
    return (x - low) / (high - low)


def _drawn(line: Line, colour: str, number: int, place: Axis, height: Axis) -> str:
    points = [(place(x), height(y)) for x, y in line.points]
    dash = ' stroke-dasharray="6 4"' if line.dashed else ""
    joined = " ".join(f"{x},{y}" for x, y in points)
    dots = "" if line.dashed else "".join(f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in points)
    return (
        f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>{dots}'
        f'<text x="{LEFT + 8 + 90 * number}" y="31" fill="{colour}">{escape(line.name)}</text>'
    )


def _grid(top: float, height: Axis) -> str:
    return "".join(
        f'<line x1="{LEFT}" y1="{height(y)}" x2="{WIDE - 12}" y2="{height(y)}" stroke="{FAINT}"/>'
        f'<text x="{LEFT - 6}" y="{height(y) + 4}" text-anchor="end" fill="{INK}">{y:g}</text>'
        for y in _round_steps(top)
    )


def _ticks(values: Sequence[float], place: Axis) -> str:
    return "".join(
        f'<text x="{place(x)}" y="{HIGH - EDGE + 15}" text-anchor="middle" fill="{INK}">{x:g}</text>' for x in values
    )


def _round_steps(top: float) -> list[float]:
    """From 0 to below ``top``, at most six, in steps of 1, 2 or 5 times a power of ten."""
    size = 10 ** math.floor(math.log10(top)) if top > 0 else 1.0
    step = next(size * factor for factor in (0.2, 0.5, 1.0, 2.0, 5.0) if top / (size * factor) <= 6)
    return [round(step * number, 10) for number in range(int(top / step) + 1)]
