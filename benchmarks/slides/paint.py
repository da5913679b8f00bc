"""Slides drawn on a canvas: for PDF files, for pictures of slides, and for the pictures that stand on slides."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import singledispatch

from benchmarks.slides.canvas import HEIGHT, WIDTH, Canvas, Colour, Pixels, rect, wedge
from benchmarks.slides.plan import Boxes, Bullets, Chart, DeckPlan, Diagram, Part, Picture, SlidePlan, Table
from PIL import Image

Area = tuple[float, float, float, float]  # x, y, width, height
INK: Colour = (38, 42, 50)
GREY: Colour = (120, 124, 132)
PALETTES: tuple[tuple[Colour, ...], ...] = (
    ((31, 78, 121), (237, 125, 49), (112, 173, 71), (165, 165, 165), (91, 155, 213), (255, 192, 0)),
    ((20, 90, 80), (200, 80, 60), (90, 140, 190), (220, 170, 60), (120, 100, 160), (90, 90, 90)),
    ((70, 40, 110), (0, 140, 140), (230, 120, 20), (60, 120, 60), (190, 60, 110), (100, 100, 110)),
)
MARKS = ("•", "–", "·")


def paint(canvas: Canvas, deck: DeckPlan, slide: SlidePlan, number: int) -> None:
    """One slide of 960 by 540 points."""
    palette = PALETTES[deck.look % len(PALETTES)]
    if slide.layout in ("title", "section", "end"):
        _banner(canvas, slide, palette)
        return
    if deck.look % 2:
        rect(canvas, 0, 0, WIDTH, 74, palette[0])
        _lines(canvas, slide.title, (40, 20, WIDTH - 80, 40), 28, (255, 255, 255), bold=True)
    else:
        _lines(canvas, slide.title, (40, 24, WIDTH - 80, 44), 29, palette[0], bold=True)
        canvas.line([(40, 76), (WIDTH - 40, 76)], palette[1], 2)
    for part, area in zip(slide.parts, _areas(len(slide.parts)), strict=True):
        place(part, canvas, area, palette)
    canvas.text(40, HEIGHT - 26, deck.footer, 11, GREY)
    canvas.text(WIDTH - 60, HEIGHT - 26, str(number), 11, GREY)


def _banner(canvas: Canvas, slide: SlidePlan, palette: Sequence[Colour]) -> None:
    rect(canvas, 0, 0, WIDTH, HEIGHT, palette[0])
    y = _lines(canvas, slide.title, (70, 190, WIDTH - 140, 120), 40, (255, 255, 255), bold=True)
    for part in slide.parts:
        if isinstance(part, Bullets):
            for item in part.items:
                y = _lines(canvas, item.text, (70, y + 8, WIDTH - 140, 40), 20, (230, 230, 235))


def _areas(count: int) -> list[Area]:
    """Side by side; four in two rows."""
    top, height, left, width = 92.0, 412.0, 40.0, WIDTH - 80
    if count <= 3:
        each = width / max(count, 1)
        return [(left + each * at, top, each - 16, height) for at in range(count)]
    half = height / 2
    return [(left + width / 2 * (at % 2), top + half * (at // 2), width / 2 - 16, half - 8) for at in range(count)]


@singledispatch
def place(part: Part, canvas: Canvas, area: Area, palette: Sequence[Colour]) -> None:
    """Draws one part into its area."""
    raise TypeError(type(part))


@place.register
def _(part: Bullets, canvas: Canvas, area: Area, palette: Sequence[Colour]) -> None:
    x, y, width, height = area
    size = next((size for size in (22, 20, 18, 16, 14, 12) if _tall(canvas, part, width, size) <= height), 11)
    if part.heading:
        y = _lines(canvas, part.heading, (x, y, width, height), size + 1, palette[1], bold=True) + 4
    for item in part.items:
        left = x + item.level * 22
        smaller = size - 2 * min(item.level, 2)
        if not part.plain:
            canvas.text(left, y, MARKS[item.level % 3], smaller, INK)
            left += 16
        y = _lines(canvas, item.text, (left, y, width - (left - x), height), smaller, INK) + size * 0.35


def _tall(canvas: Canvas, part: Bullets, width: float, size: float) -> float:
    total = size * 2.0 if part.heading else 0.0
    for item in part.items:
        rows = len(list(_wrapped(canvas, item.text, width - 16 - item.level * 22, size, False)))
        total += rows * size * 1.22 + size * 0.35
    return total


@place.register
def _(part: Table, canvas: Canvas, area: Area, palette: Sequence[Colour]) -> None:
    x, y, width, height = area
    count = len(part.rows[0])
    size = 17.0
    while size > 9 and not _fits(canvas, part, width, size):
        size -= 0.5
    each = [max(canvas.width(row[at], size, True) for row in part.rows) + 14 for at in range(count)]
    spare = max(0.0, width - sum(each)) / count
    each = [one + spare for one in each]
    tall = min(size * 2.1, height / len(part.rows))
    for number, row in enumerate(part.rows):
        top, left = y + number * tall, x
        if number == 0:
            rect(canvas, x, top, sum(each), tall, palette[0])
        for at, cell in enumerate(row):
            colour = (255, 255, 255) if number == 0 else INK
            below = part.rows[1][at]
            numeric = at > 0 and any(character.isdigit() for character in below) and len(below) < 14
            indent = each[at] - canvas.width(cell, size, number == 0) - 8 if numeric else 6
            canvas.text(left + indent, top + (tall - size * 1.15) / 2, cell, size, colour, number == 0)
            left += each[at]
        canvas.line([(x, top + tall), (x + sum(each), top + tall)], (200, 203, 208))


def _fits(canvas: Canvas, part: Table, width: float, size: float) -> bool:
    count = len(part.rows[0])
    return sum(max(canvas.width(row[at], size, True) for row in part.rows) + 14 for at in range(count)) <= width


@place.register
def _(part: Diagram, canvas: Canvas, area: Area, palette: Sequence[Colour]) -> None:
    x, y, width, _height = area
    tops = [node for node in part.nodes if node.level == 0]
    each = width / len(tops)
    at, below = -1, 0.0
    for node in part.nodes:
        if node.level == 0:
            at, below = at + 1, y + 150
            rect(canvas, x + at * each + 4, y + 60, each - 18, 84, palette[at % len(palette)])
            _lines(canvas, node.text, (x + at * each + 10, y + 68, each - 30, 70), 15, (255, 255, 255), bold=True)
        else:
            below = _lines(canvas, node.text, (x + at * each + 8, below, each - 24, 60), 13, INK) + 5


@place.register
def _(part: Boxes, canvas: Canvas, area: Area, palette: Sequence[Colour]) -> None:
    x, y, width, _ = area
    _lines(canvas, part.name, (x, y, width, 30), 17, palette[1], bold=True)
    for at, text in enumerate(part.texts):
        left, top = x + width / 2 * (at % 2), y + 34 + 74 * (at // 2)
        rect(canvas, left, top, width / 2 - 14, 62, tuple(min(255, 205 + one // 6) for one in palette[0]))  # type: ignore[arg-type]
        _lines(canvas, text, (left + 8, top + 8, width / 2 - 30, 50), 14, INK)


@place.register
def _(part: Picture, canvas: Canvas, area: Area, palette: Sequence[Colour]) -> None:
    x, y, width, height = area
    made = drawn(part, sum(palette[0]))
    room = height - (28 if part.caption else 0)
    scale = min(width / made.width, room / made.height)
    canvas.image(x, y, made.width * scale, made.height * scale, made)
    if part.caption:
        _lines(canvas, part.caption, (x, y + made.height * scale + 6, width, 30), 13, GREY)


@place.register
def _(part: Chart, canvas: Canvas, area: Area, palette: Sequence[Colour]) -> None:
    x, y, width, height = area
    if part.title:
        y2 = _lines(canvas, part.title, (x, y, width, 40), 16, INK, bold=True)
        height, y = height - (y2 - y), y2
    if len(part.series) > 1 or part.kind in ("pie", "doughnut"):
        names = [name for name, _ in part.series] if part.kind not in ("pie", "doughnut") else part.categories
        y, height = y + 24, height - 24
        _legend(canvas, names, (x, y - 22, width, 20), palette)
    draw = {"pie": _pie, "doughnut": _pie, "bar": _bars, "line": _line, "area": _line, "radar": _columns}
    draw.get(part.kind, _columns)(canvas, part, (x, y, width, height), palette)


def _legend(canvas: Canvas, names: Sequence[str], area: Area, palette: Sequence[Colour]) -> None:
    x, y, width, _ = area
    size = 12.0
    while size > 8 and sum(canvas.width(name, size) + 30 for name in names) > width:
        size -= 0.5
    for at, name in enumerate(names):
        rect(canvas, x, y + 3, 10, 10, palette[at % len(palette)])
        canvas.text(x + 14, y, name, size, INK)
        x += canvas.width(name, size) + 30


def _columns(canvas: Canvas, part: Chart, area: Area, palette: Sequence[Colour]) -> None:
    x, y, width, height = area
    y, height = _axis(canvas, part, (x, y, width, height))
    base, top = y + height - 34, float(max(_values(part)))
    group = width / len(part.categories)
    each = group * 0.8 / len(part.series)
    for at, category in enumerate(part.categories):
        for number, (_, values) in enumerate(part.series):
            tall = float(values[at]) / top * (height - 60)
            left = x + group * at + group * 0.1 + each * number
            rect(canvas, left, base - tall, each - 3, tall, palette[number % len(palette)])
            _centred(canvas, part.show.format(values[at]), left + each / 2, base - tall - 17, 12, each + 6)
        _centred(canvas, category, x + group * (at + 0.5), base + 8, 13, group - 4)
    canvas.line([(x, base), (x + width, base)], GREY)


def _bars(canvas: Canvas, part: Chart, area: Area, palette: Sequence[Colour]) -> None:
    x, y, width, height = area
    y, height = _axis(canvas, part, area)
    names = max(canvas.width(category, 13) for category in part.categories) + 10
    top, row = float(max(_values(part))), height / len(part.categories)
    each = row * 0.8 / len(part.series)
    for at, category in enumerate(part.categories):
        canvas.text(x, y + row * (at + 0.5) - 9, category, 13, INK)
        for number, (_, values) in enumerate(part.series):
            long = float(values[at]) / top * (width - names - 70)
            above = y + row * at + row * 0.1 + each * number
            rect(canvas, x + names, above, long, each - 2, palette[number % len(palette)])
            canvas.text(x + names + long + 4, above + each / 2 - 8, part.show.format(values[at]), 12, INK)


def _line(canvas: Canvas, part: Chart, area: Area, palette: Sequence[Colour]) -> None:
    x, y, width, height = area
    y, height = _axis(canvas, part, area)
    base, top = y + height - 34, float(max(_values(part)))
    group = width / len(part.categories)
    for number, (_, values) in enumerate(part.series):
        places = [
            (x + group * (at + 0.5), base - float(value) / top * (height - 70)) for at, value in enumerate(values)
        ]
        canvas.line(places, palette[number % len(palette)], 3)
        for (left, above), value in zip(places, values, strict=True):
            rect(canvas, left - 3, above - 3, 6, 6, palette[number % len(palette)])
            _centred(canvas, part.show.format(value), left, above - 20, 12, group)
    for at, category in enumerate(part.categories):
        _centred(canvas, category, x + group * (at + 0.5), base + 8, 13, group - 4)
    canvas.line([(x, base), (x + width, base)], GREY)


def _pie(canvas: Canvas, part: Chart, area: Area, palette: Sequence[Colour]) -> None:
    x, y, width, height = area
    [(_, values)] = part.series
    total, start = float(sum(values)), 0.0
    radius = min(width * 0.3, height * 0.42)
    for at, value in enumerate(values):
        end = start + float(value) / total
        wedge(canvas, x + width * 0.3, y + height / 2, radius, start, end, palette[at % len(palette)])
        start = end
    if part.kind == "doughnut":
        wedge(canvas, x + width * 0.3, y + height / 2, radius * 0.55, 0.0, 1.0, (255, 255, 255))
    for at, (category, value) in enumerate(zip(part.categories, values, strict=True)):
        line = f"{category}: {part.show.format(value)}"
        rect(canvas, x + width * 0.64, y + 34 + at * 26, 10, 10, palette[at % len(palette)])
        canvas.text(x + width * 0.64 + 16, y + 30 + at * 26, line, 13, INK)


def _axis(canvas: Canvas, part: Chart, area: Area) -> tuple[float, float]:
    """The title of the value axis above the chart; returns what is left: top and height."""
    x, y, _, height = area
    if not part.axis:
        return y, height
    canvas.text(x, y, part.axis, 12, GREY)
    return y + 20, height - 20


def _values(part: Chart) -> Iterator[Decimal]:
    for _, values in part.series:
        yield from values


def _centred(canvas: Canvas, text: str, x: float, y: float, size: float, room: float) -> None:
    while size > 8 and canvas.width(text, size) > room:
        size -= 0.5
    canvas.text(x - canvas.width(text, size) / 2, y, text, size, INK)


def _lines(canvas: Canvas, text: str, area: Area, size: float, colour: Colour, *, bold: bool = False) -> float:
    """Text in lines no wider than the area; returns where it ends below."""
    x, y, width, _ = area
    for line in _wrapped(canvas, text, width, size, bold):
        canvas.text(x, y, line, size, colour, bold)
        y += size * 1.22
    return y


def _wrapped(canvas: Canvas, text: str, width: float, size: float, bold: bool) -> Iterator[str]:
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and canvas.width(longer, size, bold) > width:
            yield line
            line = word
        else:
            line = longer
    yield line


def drawn(picture: Picture, seed: int = 0) -> Image.Image:
    """The pixels of a picture on a slide."""
    if picture.chart is not None:
        canvas = Pixels(640, 380, seed, 1.5)
        place(picture.chart, canvas, (16, 12, 608, 356), PALETTES[seed % len(PALETTES)])
        return canvas.picture
    if picture.kind == "screenshot":
        return _screenshot(picture.lines, seed)
    return _photo(picture.lines, seed, sign=picture.kind == "sign")


def _screenshot(lines: Sequence[str], seed: int) -> Image.Image:
    """A window with a bar, the first line as its title."""
    canvas = Pixels(620, 60 + 40 * len(lines), seed, 1.5, (246, 247, 249))
    rect(canvas, 0, 0, 620, 40, (52, 58, 70))
    canvas.text(16, 9, lines[0], 18, (240, 240, 245), True)
    for at, line in enumerate(lines[1:]):
        rect(canvas, 16, 56 + at * 40, 588, 32, (255, 255, 255))
        canvas.text(26, 62 + at * 40, line, 17, INK)
    return canvas.picture


def _photo(lines: Sequence[str], seed: int, *, sign: bool) -> Image.Image:
    """Hills under a sky with some noise; a board with words where it shows a sign."""
    canvas, dice = Pixels(600, 400, seed, 1.2, (176, 206, 232)), random.Random(seed)
    for layer in range(3):
        points = [(x * 60.0, 220 + layer * 50 + dice.uniform(-40, 30)) for x in range(11)]
        canvas.polygon([(0, 400), *points, (600, 400)], (90 - layer * 20, 130 - layer * 15, 80 - layer * 15))
    if sign and lines:
        tall = 34 * len(lines) + 30
        rect(canvas, 110, 120, 380, tall, (250, 246, 232))
        for at, line in enumerate(lines):
            canvas.text(130, 134 + at * 34, line, 24, (40, 36, 30), at == 0)
    noise = Image.effect_noise(canvas.picture.size, 18).convert("RGB")
    return Image.blend(canvas.picture, noise, 0.06)
