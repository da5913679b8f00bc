"""A sheet of paper that remembers what was written where, and is drawn only when its picture is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.forms.fonts import font
from PIL import Image, ImageDraw

Rect = tuple[float, float, float, float]  # left, top, right, bottom in pixels
Colour = tuple[int, int, int]
BLACK: Colour = (20, 20, 20)


@dataclass(frozen=True)
class Ink:
    """How text is written: a font file, its size in pixels, a colour."""

    file: str
    size: int
    colour: Colour = BLACK

    def width(self, text: str) -> float:
        return float(font(self.file, self.size).getlength(text))


@dataclass(frozen=True)
class Written:
    """One word on the sheet. ``size`` is the font's, in pixels."""

    text: str
    rect: Rect
    size: int


@dataclass(frozen=True)
class Tick:
    checked: bool
    rect: Rect


@dataclass
class Sheet:
    """Pixels from the top left. Every method draws later and remembers now."""

    width: int
    height: int
    paper: Colour = (255, 255, 255)
    words: list[Written] = field(default_factory=list)
    ticks: list[Tick] = field(default_factory=list)
    rulings: list[tuple[float, float, float, float]] = field(default_factory=list)
    strokes: list[Callable[[Image.Image], None]] = field(default_factory=list)

    def write(self, x: float, y: float, text: str, ink: Ink, align: str = "left") -> Rect:
        """Text whose top left corner (or top right, or top middle) is at (x, y); returns the place of its letters."""
        shape = font(ink.file, ink.size)
        x -= {"left": 0.0, "right": 1.0, "middle": 0.5}[align] * ink.width(text)
        self.strokes.append(lambda picture: ImageDraw.Draw(picture).text((x, y), text, ink.colour, shape))
        _, top, _, bottom = shape.getbbox(text)
        start, rects = 0, []
        for word in text.split():
            start = text.index(word, start)
            left = x + shape.getlength(text[:start])
            rects.append((left, y + top, left + shape.getlength(word), y + bottom))
            self.words.append(Written(word, rects[-1], ink.size))
            start += len(word)
        return around(rects) if rects else (x, y + top, x, y + bottom)

    def rule(self, x1: float, y1: float, x2: float, y2: float, colour: Colour = BLACK, width: int = 1) -> None:
        self.rulings.append((x1, y1, x2, y2))
        self.strokes.append(lambda picture: ImageDraw.Draw(picture).line((x1, y1, x2, y2), colour, width))

    def frame(self, rect: Rect, colour: Colour = BLACK, width: int = 1) -> None:
        """A rectangle of four rulings."""
        left, top, right, bottom = rect
        self.rule(left, top, right, top, colour, width)
        self.rule(left, bottom, right, bottom, colour, width)
        self.rule(left, top, left, bottom, colour, width)
        self.rule(right, top, right, bottom, colour, width)

    def fill(self, rect: Rect, colour: Colour) -> None:
        self.strokes.append(lambda picture: ImageDraw.Draw(picture).rectangle(rect, colour))

    def disc(self, rect: Rect, colour: Colour, outline: Colour | None = None, width: int = 1) -> None:
        self.strokes.append(lambda picture: ImageDraw.Draw(picture).ellipse(rect, colour, outline, width))

    def tick(self, x: float, y: float, size: int, checked: bool, colour: Colour = BLACK, style: str = "cross") -> Rect:
        """A check box of ``size`` pixels; ``style`` of a checked one is cross, tick, fill or radio."""
        rect = (x, y, x + size, y + size)
        self.ticks.append(Tick(checked, rect))
        self.strokes.append(lambda picture: _draw_tick(ImageDraw.Draw(picture), rect, checked, colour, style))
        return rect

    def paint(self, stroke: Callable[[Image.Image], None]) -> None:
        """Decoration that is no text to be read."""
        self.strokes.append(stroke)

    def picture(self) -> Image.Image:
        made = Image.new("RGB", (self.width, self.height), self.paper)
        for stroke in self.strokes:
            stroke(made)
        return made


def around(rects: list[Rect]) -> Rect:
    """The rectangle around several."""
    lefts, tops, rights, bottoms = zip(*rects, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _draw_tick(draw: ImageDraw.ImageDraw, rect: Rect, checked: bool, colour: Colour, style: str) -> None:
    left, top, right, bottom = rect
    size = right - left
    width = max(1, round(size / 12))
    if style == "radio":
        draw.ellipse(rect, None, colour, width)
        inner = (left + size * 0.27, top + size * 0.27, right - size * 0.27, bottom - size * 0.27)
        if checked:
            draw.ellipse(inner, colour)
        return
    draw.rectangle(rect, None, colour, width)
    if not checked:
        return
    gap = size * 0.2
    if style == "fill":
        draw.rectangle((left + gap, top + gap, right - gap, bottom - gap), colour)
    elif style == "tick":
        bend = (left + size * 0.42, bottom - gap)
        draw.line([(left + gap, top + size * 0.5), bend, (right - size * 0.1, top + gap * 0.5)], colour, width + 1)
    else:
        draw.line((left + gap, top + gap, right - gap, bottom - gap), colour, width + 1)
        draw.line((left + gap, bottom - gap, right - gap, top + gap), colour, width + 1)
