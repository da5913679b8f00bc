"""The sheet that a sketch is drawn on: shapes, pictures and text set in boxes. Lengths are pixels of the sheet."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageDraw

from groundstone.documents.decks.sketch_fonts import font, runs

Colour = tuple[int, int, int, int]
Point = tuple[float, float]

BLACK: Colour = (34, 34, 34, 255)
GREY: Colour = (128, 134, 142, 255)
ROUND = "•"
_LINE = 1.17  # heights of letters from line to line
_SMALLEST = 0.45  # of their size that letters are made smaller to fit their box
_STEP = 0.93
_MOST_LINES = 300
_SHARP = 1700  # pixels of a sheet that is drawn twice as large, to be smooth


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of one kind; ``size`` in pixels."""

    text: str
    size: float
    colour: Colour = BLACK
    bold: bool = False
    family: str = "sans"


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph. ``indent``: pixels from the left; a ``bullet`` stands ``hang`` pixels before it."""

    runs: tuple[Run, ...]
    align: str = "l"  # "l", "ctr", "r"
    indent: float = 0.0
    hang: float = 0.0
    bullet: str = ""
    before: float = 0.0  # pixels above


@dataclass(frozen=True, slots=True)
class Area:
    """An upright rectangle."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def inset(self, left: float, top: float, right: float, bottom: float) -> Area:
        wide, high = max(self.width - left - right, 4.0), max(self.height - top - bottom, 4.0)
        return Area(self.left + left, self.top + top, wide, high)


@dataclass(slots=True)
class _Set:
    """A line that was set: pieces with their widths, and how high it is."""

    passage: Passage
    pieces: list[tuple[Run, str, float]] = field(default_factory=list)
    first: bool = False
    wide: float = 0.0

    @property
    def high(self) -> float:
        return max((run.size for run, _, _ in self.pieces), default=self.passage.runs[0].size) * _LINE


def opened(data: str) -> Any:
    """The image in base64 of a PNG or JPEG that ``decks.pictures`` gave."""
    return Image.open(io.BytesIO(base64.b64decode(data)), formats=["PNG", "JPEG"])


class Canvas:
    """A sheet ``width`` x ``height`` pixels; ``scale`` is how many pixels are drawn for one."""

    def __init__(self, width: int, height: int, ground: Colour = (255, 255, 255, 255), scale: int = 0) -> None:
        self.scale = scale or (2 if max(width, height) <= _SHARP else 1)
        self._size = (width, height)
        self.width, self.height = width * self.scale, height * self.scale
        whole = (self.width, self.height)
        self._image = Image.new("RGB", whole, ground[:3]) if ground[3] else Image.new("RGBA", whole, ground)
        self._draw: Any = ImageDraw.Draw(self._image)

    def polygon(
        self, points: Sequence[Point], fill: Colour | None, line: Colour | None = None, thick: float = 0.0
    ) -> None:
        """A closed shape."""
        if fill and fill[3] < 255:
            layer = Image.new("L", self._image.size, 0)
            ImageDraw.Draw(layer).polygon(list(points), fill=fill[3])
            self._image.paste(fill[:3], (0, 0), layer)
        elif fill:
            self._draw.polygon(list(points), fill=fill[:3])
        if line and thick > 0:
            self.line([*points, points[0]], line, thick)

    def line(self, points: Sequence[Point], colour: Colour, thick: float) -> None:
        self._draw.line(list(points), fill=colour[:3], width=max(1, round(thick)), joint="curve")

    def rectangle(self, area: Area, fill: Colour | None, line: Colour | None = None, thick: float = 0.0) -> None:
        corners = [(area.left, area.top), (area.right, area.top), (area.right, area.bottom), (area.left, area.bottom)]
        self.polygon(corners, fill, line, thick)

    def slice(self, area: Area, start: float, end: float, fill: Colour) -> None:
        """Of a pie, from and to in degrees clockwise from the right."""
        box = (area.left, area.top, area.right, area.bottom)
        self._draw.pieslice(box, start, end, fill=fill[:3], outline=(255, 255, 255), width=max(1, self.scale))

    def disc(self, area: Area, fill: Colour) -> None:
        self._draw.ellipse((area.left, area.top, area.right, area.bottom), fill=fill[:3])

    def picture(self, image: Any, area: Area, turn: float = 0.0) -> None:
        """An image stretched to its place, turned ``turn`` degrees clockwise around its centre."""
        size = (max(1, round(area.width)), max(1, round(area.height)))
        if max(size) > 4 * max(self.width, self.height):
            return
        shown = image.convert("RGBA").resize(size, Image.Resampling.LANCZOS)
        if turn:
            shown = shown.rotate(-turn, Image.Resampling.BICUBIC, expand=True)
        left = round(area.left + (size[0] - shown.width) / 2)
        top = round(area.top + (size[1] - shown.height) / 2)
        self._image.paste(shown.convert("RGB"), (left, top), shown.getchannel("A"))

    def text(
        self, passages: Sequence[Passage], area: Area, anchor: str = "t", turn: float = 0.0, shrink: bool = True
    ) -> None:
        """Passages set in an area, made smaller until they fit. ``anchor``: "t", "ctr" or "b"."""
        if turn % 360:
            self._turned_text(passages, area, anchor, turn)
            return
        lines = _fitted(passages, area) if shrink else _set(passages, area.width)
        total = sum(line.high + (line.passage.before if line.first else 0.0) for line in lines)
        spare = area.height - total
        y = area.top + {"ctr": max(spare, -total) / 2, "b": spare}.get(anchor, 0.0)
        for index, line in enumerate(lines):
            y += line.passage.before if line.first and index else 0.0
            self._one_line(line, area, y)
            y += line.high

    def _one_line(self, line: _Set, area: Area, top: float) -> None:
        passage = line.passage
        room = area.width - passage.indent
        x = area.left + passage.indent + {"ctr": (room - line.wide) / 2, "r": room - line.wide}.get(passage.align, 0.0)
        tallest = max((run.size for run, _, _ in line.pieces), default=0.0)
        base = top + line.high * 0.8
        if line.first and passage.bullet:
            self._bullet(passage, x, base, tallest)
        for run, words, wide in line.pieces:
            at = x
            for said, face in runs(words, max(1, round(run.size)), run.bold, run.family):
                self._draw.text((at, base), said, font=face, fill=run.colour[:3], anchor="ls")
                at += face.getlength(said)
            x += wide

    def _bullet(self, passage: Passage, x: float, base: float, size: float) -> None:
        """A round one is drawn, which no face lacks; numbers and letters are written."""
        run = passage.runs[0]
        at = x - max(passage.hang, 0.7 * size)
        if passage.bullet != ROUND:
            face = font(max(1, round(size)), run.bold, run.family)
            self._draw.text((at, base), passage.bullet, font=face, fill=run.colour[:3], anchor="ls")
            return
        radius = 0.13 * size
        self.disc(Area(at, base - 0.28 * size - radius, 2 * radius, 2 * radius), run.colour)

    def _turned_text(self, passages: Sequence[Passage], area: Area, anchor: str, turn: float) -> None:
        """The text is drawn upright on a clear sheet of its own, which is turned."""
        wide, high = max(1, round(area.width)), max(1, round(area.height))
        if max(wide, high) > 2 * max(self.width, self.height):
            return
        sheet = Canvas(wide, high, (0, 0, 0, 0), 1)
        sheet.text(passages, Area(0, 0, wide, high), anchor)
        turned = sheet._image.rotate(-turn, Image.Resampling.BICUBIC, expand=True)
        x, y = area.left + area.width / 2 - turned.width / 2, area.top + area.height / 2 - turned.height / 2
        self._image.paste(turned.convert("RGB"), (round(x), round(y)), turned.getchannel("A"))

    def is_dark(self, area: Area) -> bool:
        """Whether what is drawn in the middle of an area so far is so dark that letters on it must be light."""
        x = min(max(round(area.left + area.width / 2), 0), self.width - 1)
        y = min(max(round(area.top + area.height / 2), 0), self.height - 1)
        pixel: Any = self._image.getpixel((x, y))
        red, green, blue = pixel[:3]
        return bool(0.3 * red + 0.59 * green + 0.11 * blue < 110)

    def png(self) -> bytes:
        image = self._image if self.scale == 1 else self._image.resize(self._size, Image.Resampling.BOX)
        out = io.BytesIO()
        image.save(out, "PNG", compress_level=4)
        return out.getvalue()


def _fitted(passages: Sequence[Passage], area: Area) -> list[_Set]:
    """Lines that fit into the area, of smaller letters where they must be."""
    size = 1.0
    room = max(area.height, max((run.size for passage in passages for run in passage.runs), default=0.0) * _LINE)
    while True:
        lines = _set([_scaled(passage, size) for passage in passages], area.width)
        total = sum(line.high + (line.passage.before if line.first else 0.0) for line in lines)
        longest = max((line.wide + line.passage.indent for line in lines), default=0.0)
        if size <= _SMALLEST or (total <= room * 1.03 and longest <= area.width * 1.02):
            return lines
        size *= _STEP


def _scaled(passage: Passage, by: float) -> Passage:
    if by == 1.0:
        return passage
    smaller = tuple(Run(run.text, run.size * by, run.colour, run.bold, run.family) for run in passage.runs)
    return Passage(
        smaller, passage.align, passage.indent * by, passage.hang * by, passage.bullet, passage.before * by
    )  # fmt: skip


def _set(passages: Iterable[Passage], width: float) -> list[_Set]:
    lines: list[_Set] = []
    for passage in passages:
        if passage.runs and len(lines) < _MOST_LINES:
            lines += _broken(passage, max(width - passage.indent, passage.runs[0].size))
    return lines


def _broken(passage: Passage, room: float) -> list[_Set]:
    """A passage in lines, broken at blanks and at line breaks."""
    lines = [_Set(passage, first=True)]
    for run in passage.runs:
        for index, part in enumerate(run.text.split("\n")):
            if index:
                lines.append(_Set(passage))
            for word in _words(part):
                wide = width_of(word, run)
                if lines[-1].pieces and lines[-1].wide + width_of(word.rstrip(), run) > room:
                    lines.append(_Set(passage))
                    if not word.strip():
                        continue
                lines[-1].pieces.append((run, word, wide))
                lines[-1].wide += wide
    return lines[:_MOST_LINES]


def _words(text: str) -> list[str]:
    """Words with the blanks behind them."""
    found: list[str] = []
    for part in text.split(" "):
        found.append(part + " ")
    if found:
        found[-1] = found[-1][:-1]
    return [part for part in found if part]


def width_of(text: str, run: Run) -> float:
    pieces = runs(text, max(1, round(run.size)), run.bold, run.family)
    return sum(float(face.getlength(said)) for said, face in pieces)
