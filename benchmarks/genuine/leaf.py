"""A leaf of paper as a drawing without pixels: text, rulings and areas, drawn at any resolution or written as PDF."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.genuine.letters import face_at
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Rect = tuple[float, float, float, float]  # left, top, right, bottom
BLACK: Colour = (0, 0, 0)
BEFORE = {"left": 0.0, "middle": 0.5, "right": 1.0}


@dataclass(frozen=True)
class Run:
    """Text on a baseline: (x, y) is where it starts, or its middle or its end, in units of the leaf."""

    x: float
    y: float
    text: str
    file: str
    size: float
    colour: Colour = BLACK
    align: str = "left"
    mark: bool = False  # part of a picture or of the paper, no word


@dataclass(frozen=True)
class Area:
    """A filled rectangle; rulings are thin ones. ``dash``: lengths of ink and gap of a broken ruling."""

    rect: Rect
    colour: Colour = BLACK
    dash: tuple[float, float] | None = None

    def pieces(self) -> Iterator[Rect]:
        left, top, right, bottom = self.rect
        if self.dash is None:
            yield self.rect
            return
        while left < right:
            yield left, top, min(right, left + self.dash[0]), bottom
            left += sum(self.dash)


@dataclass
class Leaf:
    """``width`` x ``height`` units; areas lie below the text. ``source`` names its design, ``kind`` what it is."""

    width: float
    height: float
    source: str
    kind: str
    runs: list[Run] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)

    def write(self, run: Run) -> float:
        """Puts text on the leaf; returns how wide it is."""
        self.runs.append(run)
        return face_at(run.file, run.size).getlength(run.text)

    def rule(
        self, x1: float, y: float, x2: float, thick: float = 1.0, colour: Colour = BLACK, dash: bool = False
    ) -> None:
        self.areas.append(Area((x1, y, x2, y + thick), colour, (thick * 5, thick * 3) if dash else None))

    def upright(self, x: float, y1: float, y2: float, thick: float = 1.0, colour: Colour = BLACK) -> None:
        self.areas.append(Area((x, y1, x + thick, y2), colour))

    def fill(self, rect: Rect, colour: Colour) -> None:
        self.areas.append(Area(rect, colour))

    def picture(self, scale: float = 1.0, shift: tuple[float, float] = (0.0, 0.0), smooth: bool = True) -> Image.Image:
        """Drawn by Pillow, ``scale`` pixels to the unit, moved by part of a pixel; not ``smooth``: 1-bit letters."""
        made = Image.new("RGB", (max(1, round(self.width * scale)), max(1, round(self.height * scale))), "white")
        draw = ImageDraw.Draw(made)
        draw.fontmode = "L" if smooth else "1"
        for area in self.areas:
            for left, top, right, bottom in area.pieces():
                x, y = round(left * scale + shift[0]), round(top * scale + shift[1])
                wide, high = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
                draw.rectangle((x, y, x + wide - 1, y + high - 1), area.colour)
        for run in self.runs:
            face = face_at(run.file, run.size * scale)
            draw.text((run_left(run, scale) + shift[0], run.y * scale + shift[1]), run.text, run.colour, face, "ls")
        return made

    def words(self, scale: float = 1.0, shift: tuple[float, float] = (0.0, 0.0)) -> list[Rect]:
        """Places of the words in pixels of ``picture`` with the same scale and shift."""
        found = []
        for run in (one for one in self.runs if not one.mark):
            face, start = face_at(run.file, run.size * scale), 0
            for word in run.text.split():
                start = run.text.index(word, start)
                left = run_left(run, scale) + face.getlength(run.text[:start]) + shift[0]
                box = face.getbbox(word, anchor="ls")
                start += len(word)
                if word.strip("-=*_.~#"):
                    y = run.y * scale + shift[1]
                    found.append((left + box[0], y + box[1], left + box[2], y + box[3]))
        return found


def run_left(run: Run, scale: float) -> float:
    """Where the text starts, in pixels at a scale."""
    return run.x * scale - BEFORE[run.align] * face_at(run.file, run.size * scale).getlength(run.text)
