"""SmartArt in a PPTX: the parts of a diagram as ECMA-376 part 1, 21.4 (DrawingML diagrams) describes them.

python-pptx cannot make one, so its parts are put into the package here: the data, and a layout, colours and style that
hold only what they must.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from benchmarks.slides.plan import Bullet
from lxml import etree
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.slide import Slide
from pptx.util import Emu

DGM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument.drawingml.diagram{}+xml"
NAMES = f'xmlns:dgm="{DGM}" xmlns:a="{A}"'
PLAIN = {
    "Layout": f'<dgm:layoutDef {NAMES} uniqueId="urn:microsoft.com/office/officeart/2005/8/layout/process1">'
    '<dgm:title val=""/><dgm:desc val=""/><dgm:catLst/><dgm:layoutNode name="root"/></dgm:layoutDef>',
    "Style": f'<dgm:styleDef {NAMES} uniqueId="urn:microsoft.com/office/officeart/2005/8/quickstyle/simple1"/>',
    "Colors": f'<dgm:colorsDef {NAMES} uniqueId="urn:microsoft.com/office/officeart/2005/8/colors/accent1_2"/>',
}
RELATIONS = {"Data": "diagramData", "Layout": "diagramLayout", "Style": "diagramQuickStyle", "Colors": "diagramColors"}


def add(slide: Slide, nodes: Sequence[Bullet], place: tuple[Emu, Emu, Emu, Emu], number: int) -> None:
    """Puts a diagram on a slide; ``number`` makes the names of its parts unique in the file."""
    package = slide.part.package
    ids = {}
    for kind, relation in RELATIONS.items():
        xml = _data(nodes) if kind == "Data" else PLAIN[kind]
        name = PackURI(f"/ppt/diagrams/{relation[7:].lower()}{number}.xml")
        part = Part(name, TYPE.format(kind), package, f'<?xml version="1.0" encoding="UTF-8"?>{xml}'.encode())
        ids[kind] = slide.part.relate_to(part, f"{REL}/{relation}")
    slide.shapes._spTree.append(etree.fromstring(_frame(ids, place, len(slide.shapes) + 2)))


def _frame(ids: dict[str, str], place: tuple[Emu, Emu, Emu, Emu], id: int) -> str:
    x, y, width, height = place
    return (
        f'<p:graphicFrame xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="{A}" '
        f'xmlns:r="{REL}"><p:nvGraphicFramePr><p:cNvPr id="{id}" name="Diagram {id}"/><p:cNvGraphicFramePr/><p:nvPr/>'
        f'</p:nvGraphicFramePr><p:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{width}" cy="{height}"/></p:xfrm><a:graphic>'
        f'<a:graphicData uri="{DGM}"><dgm:relIds xmlns:dgm="{DGM}" r:dm="{ids["Data"]}" r:lo="{ids["Layout"]}" '
        f'r:qs="{ids["Style"]}" r:cs="{ids["Colors"]}"/></a:graphicData></a:graphic></p:graphicFrame>'
    )


def _data(nodes: Sequence[Bullet]) -> str:
    """The data model: a point for the document, one for each node, and who is below whom."""
    points, joins, above = ['<dgm:pt modelId="0" type="doc"/>'], [], [0]
    children: dict[int, int] = {}
    for at, node in enumerate(nodes, 1):
        points.append(
            f'<dgm:pt modelId="{at}"><dgm:prSet phldrT="[Text]"/><dgm:spPr/><dgm:t><a:bodyPr/><a:lstStyle/><a:p><a:r>'
            f'<a:rPr lang="en-GB"/><a:t>{escape(node.text)}</a:t></a:r></a:p></dgm:t></dgm:pt>'
        )
        above = [*above[: node.level + 1], at]
        parent = above[-2]
        place = children[parent] = children.get(parent, -1) + 1
        joins.append(f'<dgm:cxn modelId="{1000 + at}" srcId="{parent}" destId="{at}" srcOrd="{place}" destOrd="0"/>')
    lists = f"<dgm:ptLst>{''.join(points)}</dgm:ptLst><dgm:cxnLst>{''.join(joins)}</dgm:cxnLst>"
    return f"<dgm:dataModel {NAMES}>{lists}<dgm:bg/><dgm:whole/></dgm:dataModel>"
