"""SmartArt: the words of its nodes with their levels from the data part, their places from the drawing part."""

from __future__ import annotations

from groundstone.documents.decks.base import Paragraph
from groundstone.documents.decks.places import Affine, Ground, Rect
from groundstone.documents.decks.pptx_text import plain
from groundstone.documents.decks.words import tidy
from groundstone.documents.decks.xml import Node, local, number, q
from groundstone.records import Box

_NOT_WORDS = ("doc", "pres", "parTrans", "sibTrans")
_MOST = 5000  # nodes
_DEEPEST = 20


def paragraphs(data: Node, drawing: Node | None, ground: Ground, within: Affine) -> list[Paragraph]:
    """The nodes in order. ``within`` brings units of the drawing to the slide."""
    boxes = {} if drawing is None else _boxes(drawing, ground, within)
    words = {
        point.get("modelId", ""): tidy(plain(point.find(q("dgm:t"))))
        for point in data.iter(q("dgm:pt"))
        if point.get("type", "node") not in _NOT_WORDS
    }
    shown = _shown_by(data)
    found = []
    for node, level in _walk(data):
        if said := words.get(node, ""):
            box = next((boxes[one] for one in (node, *shown.get(node, ())) if one in boxes), None)
            found.append(Paragraph(said, level, box, level > 0))
    return found or _of_drawing(drawing, boxes)


def _walk(data: Node) -> list[tuple[str, int]]:
    """Nodes with their levels, each before those below it. A node that is its own ancestor is said once."""
    below: dict[str, list[tuple[float, str]]] = {}
    for link in data.iter(q("dgm:cxn")):
        if link.get("type", "parOf") == "parOf":
            below.setdefault(link.get("srcId", ""), []).append((number(link, "srcOrd"), link.get("destId", "")))
    root = [point.get("modelId", "") for point in data.iter(q("dgm:pt")) if point.get("type") == "doc"]
    order: list[tuple[str, int]] = []
    seen: set[str] = set(root)
    waiting = [(node, 0) for start in reversed(root) for _, node in sorted(below.get(start, ()), reverse=True)]
    while waiting and len(order) < _MOST:
        node, level = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        order.append((node, min(level, _DEEPEST)))
        waiting += [(child, level + 1) for _, child in sorted(below.get(node, ()), reverse=True)]
    return order


def _shown_by(data: Node) -> dict[str, list[str]]:
    """Which points of the presentation show a node."""
    found: dict[str, list[str]] = {}
    for link in data.iter(q("dgm:cxn")):
        if link.get("type") == "presOf":
            found.setdefault(link.get("srcId", ""), []).append(link.get("destId", ""))
    return found


def _boxes(drawing: Node, ground: Ground, within: Affine) -> dict[str, Box]:
    found = {}
    for shape in drawing.iter(q("dsp:sp")):
        place = shape.find(q("dsp:txXfrm"))
        place = shape.find(f"{q('dsp:spPr')}/{q('a:xfrm')}") if place is None else place
        has_words = bool(plain(shape.find(q("dsp:txBody"))))
        if place is None or not has_words:
            continue
        offset, extent = place.find(q("a:off")), place.find(q("a:ext"))
        if offset is None or extent is None:
            continue
        rect = Rect(number(offset, "x"), number(offset, "y"), number(extent, "cx"), number(extent, "cy"))
        if box := ground.box(rect, within):
            found[shape.get("modelId", "")] = box
    return found


def _of_drawing(drawing: Node | None, boxes: dict[str, Box]) -> list[Paragraph]:
    """Without nodes in the data, the texts of the drawing in its order."""
    found = []
    for shape in () if drawing is None else drawing.iter(q("dsp:sp")):
        for body in shape:
            if local(body) == "txBody" and (said := tidy(plain(body))):
                found.append(Paragraph(said, 0, boxes.get(shape.get("modelId", ""))))
    return found
