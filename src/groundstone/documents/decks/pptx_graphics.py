"""What stands in a frame of its own: tables, charts, SmartArt, embedded objects; and words of vector drawings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstone.documents.decks import pptx_chart, pptx_chartex, pptx_diagram, pptx_table
from groundstone.documents.decks.base import Paragraph
from groundstone.documents.decks.found import Found
from groundstone.documents.decks.places import Affine, Rect
from groundstone.documents.decks.pptx_styles import placeholder
from groundstone.documents.decks.svg import words as words_of_svg
from groundstone.documents.decks.xml import Node, local, parse, q
from groundstone.errors import DocumentTooLarge, UnreadableDocument
from groundstone.records import Box

if TYPE_CHECKING:
    from groundstone.documents.decks.pptx_shapes import Shapes, Spot


def read(shapes: Shapes, node: Node, spot: Spot) -> None:
    """A p:graphicFrame. What is broken becomes a problem of the slide; its name and alternative text are kept."""
    rect = shapes.rect(node, placeholder(node))
    found = shapes.found("picture", node, spot)
    found.box = shapes.ground.box(rect, spot.within) if rect else None
    data = node.find(f"{q('a:graphic')}/{q('a:graphicData')}")
    for content in () if data is None else data:
        try:
            if _content(shapes, content, found, rect or Rect(0, 0, 0, 0), spot):
                return
        except (UnreadableDocument, DocumentTooLarge) as error:
            shapes.gathered.problem(f"{_what(content)} is left out: {error}")
    shapes.gathered.found.append(found)


def _what(content: Node) -> str:
    return {"chart": "a chart", "relIds": "a diagram", "tbl": "a table"}.get(local(content), "an object")


def _content(shapes: Shapes, content: Node, found: Found, rect: Rect, spot: Spot) -> bool:
    """Whether the content took care of what was found itself."""
    name = local(content)
    if name == "tbl":
        found.kind, found.grid = "table", pptx_table.grid(content, found.box)
    elif name == "chart":
        found.kind = "chart"
        _chart(shapes, content, found)
    elif name == "relIds":
        found.kind = "diagram"
        _diagram(shapes, content, found, spot.within.after(Affine(e=rect.left, f=rect.top)))
    elif name == "AlternateContent":
        from groundstone.documents.decks.pptx_text import chosen

        return any(_content(shapes, one, found, rect, spot) for one in chosen(content))
    elif name == "oleObj":
        what = content.get("progId") or content.get("name") or "unknown"
        shapes.gathered.problem(f"an embedded object ({what}) is not opened; its picture on the slide is kept")
        picture = next(content.iter(q("p:pic")), None)
        if picture is not None:
            shapes.picture(picture, spot)
            return True
    return False


def _target(shapes: Shapes, id: str) -> str:
    link = shapes.package.links(shapes.part).get(id)
    if link is None or link.external:
        raise UnreadableDocument("it is missing in the file" if link is None else "it is linked, and was not fetched")
    return link.target


def _chart(shapes: Shapes, content: Node, found: Found) -> None:
    part = _target(shapes, content.get(q("r:id"), ""))
    root = shapes.package.tree(part)
    newer = root.tag == q("cx:chartSpace")
    found.chart = pptx_chartex.chart(root) if newer else pptx_chart.chart(root)
    words = [] if newer else pptx_chart.extra_text(root)
    words += _drawn_on(shapes, part)
    found.paragraphs = [Paragraph(line, 0, found.box) for line in words]
    if found.chart is None:
        shapes.gathered.problem("a chart stores no values of its own; its workbook is not opened")
    shapes.package.forget(part)


def _drawn_on(shapes: Shapes, part: str) -> list[str]:
    """Text boxes that were put onto a chart."""
    from groundstone.documents.decks.pptx_text import plain

    drawing = shapes.package.one(part, "chartUserShapes")
    if drawing is None or drawing not in shapes.package.archive:
        return []
    bodies = shapes.package.tree(drawing).iter(q("cdr:txBody"))
    return [line for body in bodies for line in plain(body).split("\n") if line]


def _diagram(shapes: Shapes, content: Node, found: Found, within: Affine) -> None:
    data = shapes.package.tree(_target(shapes, content.get(q("r:dm"), "")))
    drawing = None
    reference = next((node for node in data.iter() if local(node) == "dataModelExt"), None)
    link = shapes.package.links(shapes.part).get("" if reference is None else reference.get("relId", ""))
    if link is not None and not link.external and link.target in shapes.package.archive:
        drawing = shapes.package.tree(link.target)
    found.paragraphs = pptx_diagram.paragraphs(data, drawing, shapes.ground, within)


def svg_words(shapes: Shapes, part: str, box: Box | None) -> list[Paragraph]:
    """The words of an SVG drawing; a drawing that cannot be read has none."""
    try:
        lines = words_of_svg(parse(shapes.package.archive.read(part), part))
    except (UnreadableDocument, DocumentTooLarge) as error:
        shapes.gathered.problem(f"the words of a drawing are left out: {error}")
        return []
    return [Paragraph(line, 0, box) for line in lines]
