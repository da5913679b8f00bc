"""The layout of a slide drawn from its elements alone: an ODP slide, or a PPTX whose styles cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from groundstone.documents.decks.base import Element, Grid, Slide
from groundstone.documents.decks.sketch_canvas import BLACK, GREY, Area, Canvas, Colour, Passage, Run
from groundstone.documents.decks.sketch_chart import draw as draw_chart
from groundstone.records import Box

_ACCENTS: list[Colour] = [
    (68, 114, 196, 255), (237, 125, 49, 255), (112, 173, 71, 255), (255, 192, 0, 255), (91, 155, 213, 255),
    (165, 165, 165, 255),
]  # fmt: skip
_WHITE: Colour = (255, 255, 255, 255)
_SIZES = {"title": 32.0, "subtitle": 20.0, "footer": 10.0, "table": 14.0}  # points on a slide of 540 points
_OTHERS = 18.0
_LEVELS = (1.0, 0.9, 0.82, 0.78)  # of the size by the level
_HIGH = 540.0


def sketch(slide: Slide, pictures: Mapping[int, Any], width: int, sides: tuple[float, float]) -> Canvas:
    """``pictures``: images by the number of their element. ``sides``: width and height of the slide in any unit."""
    canvas = Canvas(width, max(1, min(round(width * sides[1] / max(sides[0], 1.0)), 3 * width)))
    unit = canvas.height / _HIGH
    unplaced = [element for element in slide.elements if element.box is None and element.kind != "notes"]
    ordered = sorted((element for element in slide.elements if element.box), key=_depth)
    for element in ordered:
        if element.box and element.kind != "notes":
            _one(canvas, element, _area(canvas, element.box), pictures.get(element.number), unit)
    for index, element in enumerate(unplaced):
        rest = Area(
            canvas.width * 0.06, canvas.height * (0.1 + 0.15 * index), canvas.width * 0.88, canvas.height * 0.14
        )
        _one(canvas, element, rest, pictures.get(element.number), unit)
    return canvas


def _depth(element: Element) -> int:
    """Pictures lie below texts, large ones lowest."""
    return 0 if element.kind == "picture" else 1


def _area(canvas: Canvas, box: Box) -> Area:
    return Area(
        box.left * canvas.width, box.top * canvas.height, box.width * canvas.width, box.height * canvas.height
    )  # fmt: skip


def _one(canvas: Canvas, element: Element, area: Area, image: Any, unit: float) -> None:
    size = _SIZES.get(element.kind, _OTHERS) * unit
    if image is not None:
        canvas.picture(image, area)
    elif element.chart and element.chart.series:
        draw_chart(canvas, element.chart, area, _ACCENTS, min(12 * unit, area.height / 12))
    elif element.grid:
        _grid(canvas, element.grid, area, size)
    elif element.kind == "diagram":
        _diagram(canvas, element, size)
    elif element.kind in ("picture", "chart"):
        canvas.rectangle(area, (246, 247, 249, 255), (204, 209, 216, 255), canvas.scale)
        words = element.alt or element.name or element.kind
        canvas.text([Passage((Run(words, min(size * 0.7, area.height / 2), GREY),), "ctr")], area, "ctr")
    else:
        canvas.text(_passages(element, size), area, "ctr" if element.kind == "title" else "t")


def _passages(element: Element, size: float) -> list[Passage]:
    found = []
    for one in element.paragraphs:
        own = size * _LEVELS[min(one.level, len(_LEVELS) - 1)]
        indent = size * 1.2 * (one.level + one.bullet)
        run = Run(one.text, own, BLACK, element.kind == "title")
        found.append(Passage((run,), "l", indent, own, "•" if one.bullet else "", 0.25 * own))
    return found


def _grid(canvas: Canvas, grid: Grid, area: Area, size: float) -> None:
    wide, high = area.width / max(len(grid.rows[0]), 1), area.height / len(grid.rows)
    for y, row in enumerate(grid.rows):
        for x, words in enumerate(row):
            place = _area(canvas, grid.boxes[y][x]) if grid.boxes else None
            box = place or Area(area.left + wide * x, area.top + high * y, wide, high)
            heading = y < grid.header_rows
            canvas.rectangle(box, _ACCENTS[0] if heading else _WHITE, (190, 196, 204, 255), canvas.scale)
            run = Run(words, size, _WHITE if heading else BLACK, heading)
            canvas.text([Passage((run,))], box.inset(size * 0.4, size * 0.2, size * 0.4, size * 0.2), "ctr")


def _diagram(canvas: Canvas, element: Element, size: float) -> None:
    """Its nodes as boxes: where they stand, else beside each other."""
    nodes = [one for one in element.paragraphs if one.text]
    if element.box is None or not nodes:
        return
    whole = _area(canvas, element.box)
    wide = whole.width / len(nodes)
    for index, node in enumerate(nodes):
        own = node.box if node.box and node.box != element.box else None
        spot = Area(
            whole.left + wide * index + wide * 0.04, whole.top + whole.height * 0.2, wide * 0.92, whole.height * 0.6
        )
        box = _area(canvas, own) if own else spot
        canvas.rectangle(box, _ACCENTS[0])
        canvas.text([Passage((Run(node.text, size, _WHITE),), "ctr")], box.inset(6, 4, 6, 4), "ctr")
