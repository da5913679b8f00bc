"""The reliability curve of answers as an SVG picture: confidence to the right, share that is right upwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

SIZE, EDGE = 420, 50


class Share(Protocol):
    hits: int
    count: int
    low: float
    high: float


class Bin(Protocol):
    right: Share
    confidence: float


def curve(bins: Sequence[Bin]) -> str:
    """A dot for each bin, as large as its answers are many, with its 95 % interval; the diagonal is perfect."""
    most = max((one.right.count for one in bins), default=1)
    dots = "".join(_dot(one, most) for one in bins if one.right.count)
    points = " ".join(f"{_x(one.confidence)},{_y(one.right.hits / one.right.count)}" for one in bins if one.right.count)
    ticks = "".join(_tick(tenth / 10) for tenth in range(0, 11, 2))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE + 2 * EDGE} {SIZE + 2 * EDGE}" role="img"
  font-family="system-ui, sans-serif" font-size="13" fill="#555">
<title>Reliability: confidence of an answer, and the share of such answers that is right</title>
<rect width="100%" height="100%" fill="#fff"/>{ticks}
<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="#bbb" stroke-dasharray="5 5"/>
<polyline points="{points}" fill="none" stroke="#963d0f" stroke-width="2"/>{dots}
<text x="{_x(0.5)}" y="{SIZE + 2 * EDGE - 10}" text-anchor="middle">confidence</text>
<text x="14" y="{_y(0.5)}" text-anchor="middle" transform="rotate(-90 14 {_y(0.5)})">exactly right</text>
</svg>
"""


def _dot(one: Bin, most: int) -> str:
    x, share = _x(one.confidence), one.right.hits / one.right.count
    radius = 3 + 7 * (one.right.count / most) ** 0.5
    low, high = _y(one.right.low), _y(one.right.high)
    return (
        f'<line x1="{x}" y1="{low}" x2="{x}" y2="{high}" stroke="#d9a27f" stroke-width="2"/>'
        f'<circle cx="{x}" cy="{_y(share)}" r="{radius:.1f}" fill="#963d0f"><title>{one.right.count} answers, '
        f"{share:.0%} right</title></circle>"
    )


def _tick(value: float) -> str:
    return (
        f'<line x1="{_x(0)}" y1="{_y(value)}" x2="{_x(1)}" y2="{_y(value)}" stroke="#eee"/>'
        f'<text x="{_x(0) - 8}" y="{_y(value) + 4}" text-anchor="end">{value:.1f}</text>'
        f'<text x="{_x(value)}" y="{_y(0) + 20}" text-anchor="middle">{value:.1f}</text>'
    )


def _x(value: float) -> float:
    return round(EDGE + value * SIZE, 1)


def _y(value: float) -> float:
    return round(EDGE + (1 - value) * SIZE, 1)
