"""Places on a slide: what shifts, scales, turns and flips them, and boxes as fractions of the slide."""

from __future__ import annotations

import math
from dataclasses import dataclass

from groundstone.documents.decks.words import width
from groundstone.records import Box

_LINE = 1.2  # heights of letters from one line to the next


@dataclass(frozen=True, slots=True)
class Affine:
    """(x, y) to (a x + c y + e, b x + d y + f)."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def after(self, first: Affine) -> Affine:
        """``first``, then this."""
        return Affine(
            self.a * first.a + self.c * first.b,
            self.b * first.a + self.d * first.b,
            self.a * first.c + self.c * first.d,
            self.b * first.c + self.d * first.d,
            *self.at(first.e, first.f),
        )

    @property
    def turn(self) -> float:
        """Degrees clockwise."""
        return math.degrees(math.atan2(self.b, self.a)) % 360

    @property
    def mirrored(self) -> bool:
        return self.a * self.d - self.b * self.c < 0


@dataclass(frozen=True, slots=True)
class Rect:
    """In the units of the file; turned by ``turn`` degrees clockwise around its centre."""

    left: float
    top: float
    width: float
    height: float
    turn: float = 0.0

    @property
    def centre(self) -> tuple[float, float]:
        return self.left + self.width / 2, self.top + self.height / 2


def turned(rect: Rect, flip_across: bool = False, flip_down: bool = False) -> Affine:
    """What flips and turns around the centre of a rectangle."""
    x, y = rect.centre
    angle = math.radians(rect.turn)
    cos, sin = math.cos(angle), math.sin(angle)
    across, down = (-1.0 if flip_across else 1.0), (-1.0 if flip_down else 1.0)
    around = Affine(cos * across, sin * across, -sin * down, cos * down, x, y)
    return around.after(Affine(e=-x, f=-y))


def fitted(inner: Rect, outer: Rect) -> Affine:
    """What brings one rectangle to where another is."""
    across = outer.width / inner.width if inner.width else 1.0
    down = outer.height / inner.height if inner.height else 1.0
    return Affine(across, 0.0, 0.0, down, outer.left - inner.left * across, outer.top - inner.top * down)


@dataclass(frozen=True, slots=True)
class Ground:
    """The slide: its size in the units of the file, and its number."""

    width: float
    height: float
    page: int

    def box(self, rect: Rect, within: Affine) -> Box | None:
        """The upright rectangle around what is left of a shape on the slide; None when it lies beside it."""
        whole = within.after(turned(rect)) if rect.turn else within
        right, bottom = rect.left + rect.width, rect.top + rect.height
        corners = [whole.at(x, y) for x in (rect.left, right) for y in (rect.top, bottom)]
        across = [min(max(x / self.width, 0.0), 1.0) for x, _ in corners]
        down = [min(max(y / self.height, 0.0), 1.0) for _, y in corners]
        return self.fractions(min(across), min(down), max(across), max(down))

    def fractions(self, left: float, top: float, right: float, bottom: float) -> Box | None:
        beside = left >= 1 or top >= 1 or right <= 0 or bottom <= 0
        if beside:
            return None
        left, top = round(left, 5), round(top, 5)
        return Box(left, top, round(right - left, 5), round(bottom - top, 5), self.page)


def lines_in(texts: list[tuple[str, float]], wide: float, high: float, anchor: str) -> list[tuple[float, float]]:
    """About where paragraphs stand in their shape: from and to, as fractions of its height.

    ``texts``: each with the height of its letters; ``wide`` and ``high``: of the shape in the same unit. They are
    broken into lines by the mean width of letters, and drawn together when there are too many for the shape.
    """
    heights = [
        _LINE * size * sum(max(1, math.ceil(width(line) * size / max(wide, size))) for line in text.split("\n"))
        for text, size in texts
    ]
    total = sum(heights)
    scale = min(1.0, high / total) if total and high else 0.0
    spare = max(0.0, high - total * scale)
    at = {"ctr": spare / 2, "b": spare}.get(anchor, 0.0)
    found = []
    for height in heights:
        found.append((at / (high or 1), (at + height * scale) / (high or 1)))
        at += height * scale
    return found
