"""Decks with a bit of everything, and pictures of slides, made on the spot."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from functools import cache
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.util import Inches, Pt


def _saved(deck: Any) -> bytes:
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def text_deck(count: int) -> bytes:
    """Slides with a title, three bullets and a bullet below one."""
    deck = Presentation()
    for number in range(1, count + 1):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = f"Chapter {number}"
        frame = slide.placeholders[1].text_frame
        frame.text = f"Revenue grew by {number} percent"
        for words, level in (("Costs fell in every region", 0), ("Freight above all", 1), ("Outlook is stable", 0)):
            paragraph = frame.add_paragraph()
            paragraph.text, paragraph.level = words, level
    return _saved(deck)


@cache
def ample_deck() -> bytes:
    """Ten slides: cover, bullets, table, four charts, picture with words, shapes, two columns with notes."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    _cover(deck)
    _bullets(deck)
    _table(deck)
    for kind in (
        XL_CHART_TYPE.COLUMN_CLUSTERED,
        XL_CHART_TYPE.BAR_CLUSTERED,
        XL_CHART_TYPE.PIE,
        XL_CHART_TYPE.LINE_MARKERS,
    ):
        _chart(deck, kind)
    _picture(deck)
    _shapes(deck)
    _columns(deck)
    return _saved(deck)


def _titled(deck: Any, words: str) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = words
    title = slide.shapes.title
    title.left, title.top, title.width, title.height = Inches(0.6), Inches(0.4), Inches(12), Inches(1)
    return slide


def _cover(deck: Any) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    slide.background.fill.solid()
    slide.background.fill.fore_color.rgb = RGBColor(0x12, 0x2B, 0x4A)
    box = slide.shapes.add_textbox(Inches(1), Inches(2.6), Inches(11), Inches(1.4))
    run = box.text_frame.paragraphs[0].add_run()
    run.text, run.font.size, run.font.bold = "Über die Zukunft der Fertigung", Pt(48), True
    run.font.color.rgb = RGBColor(255, 255, 255)
    line = slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, Inches(1), Inches(4.1), Inches(6), Inches(4.1))
    line.line.color.rgb, line.line.width = RGBColor(0xF2, 0xA9, 0x00), Pt(4)


def _bullets(deck: Any) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Why the new line pays off"
    frame = slide.placeholders[1].text_frame
    frame.text = "Output rises from 1,200 to 1,750 parts an hour"
    for words, level in (
        ("Measured over six weeks in plant Graz", 1),
        ("Scrap falls to 0.8 %", 0),
        ("Größe der Lose: 50 – 80", 1),
    ):
        paragraph = frame.add_paragraph()
        paragraph.text, paragraph.level = words, level


def _table(deck: Any) -> None:
    slide = _titled(deck, "Revenue by segment")
    rows = [("Segment", "2022", "2023", "Growth"), ("Cloud", "12.1", "14.9", "23 %"), ("Devices", "8.4", "7.9", "-6 %"),
            ("Services", "3.3", "4.6", "39 %")]  # fmt: skip
    table = slide.shapes.add_table(len(rows), 4, Inches(1), Inches(2), Inches(11), Inches(3)).table
    for y, row in enumerate(rows):
        for x, words in enumerate(row):
            table.cell(y, x).text = words


def _chart(deck: Any, kind: Any) -> None:
    slide = _titled(deck, f"Units sold ({kind.name.lower().split('_')[0]})")
    data = CategoryChartData()
    data.categories = ["Q1", "Q2", "Q3", "Q4"]
    data.add_series("Europe", (120, 180, 150, 240))
    if kind != XL_CHART_TYPE.PIE:
        data.add_series("Asia", (80, 140, 190, 310))
    slide.shapes.add_chart(kind, Inches(1), Inches(1.6), Inches(11), Inches(5.4), data)


def _picture(deck: Any) -> None:
    slide = _titled(deck, "What the auditors wrote")
    slide.shapes.add_picture(io.BytesIO(words_picture()), Inches(2), Inches(2), Inches(8), Inches(4))


def _shapes(deck: Any) -> None:
    slide = _titled(deck, "How an order flows")
    for index, (words, kind) in enumerate(
        (("Order", MSO_SHAPE.ROUNDED_RECTANGLE), ("Check", MSO_SHAPE.DIAMOND), ("Build", MSO_SHAPE.CHEVRON),
         ("Ship", MSO_SHAPE.OVAL))
    ):  # fmt: skip
        shape = slide.shapes.add_shape(kind, Inches(0.8 + 3 * index), Inches(2.5), Inches(2.2), Inches(1.6))
        shape.text_frame.text = words
    turned = slide.shapes.add_shape(MSO_SHAPE.RIGHT_ARROW, Inches(5), Inches(5), Inches(3), Inches(1))
    turned.text_frame.text, turned.rotation = "turned", 30
    group = slide.shapes.add_group_shape()
    group.shapes.add_shape(
        MSO_SHAPE.RECTANGLE, Inches(9), Inches(5), Inches(2), Inches(1)
    ).text_frame.text = "in a group"
    line = slide.shapes.add_connector(MSO_CONNECTOR.ELBOW, Inches(1), Inches(5), Inches(4), Inches(6.5))
    line.line.width = Pt(2)


def _columns(deck: Any) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[3])
    slide.shapes.title.text = "Before and after"
    for index, words in ((1, "Paper forms\nTwo weeks"), (2, "One screen\nTwo hours")):
        slide.placeholders[index].text_frame.text = words
    slide.notes_slide.notes_text_frame.text = "Mention the pilot in Linz."


@cache
def words_picture() -> bytes:
    """A PNG, 800 x 400, that says two lines."""
    return _png(800, 400, [(60, 60, "Inventory was overstated", 44), (60, 180, "by 3.7 million euros in 2021", 44)])


@cache
def slide_picture() -> bytes:
    """A JPEG of a slide, 960 x 540: title, three bullets and one below the first, footer."""
    lines = [
        (40, 28, "Why teams choose Falcon", 36), (78, 120, "Up to 3.5x higher throughput", 24),
        (114, 170, "Measured at batch size 8", 19), (78, 220, "60% lower cost per inference", 24),
        (78, 270, "Scales to 20,000 accelerators", 24), (40, 516, "(c) 2024 Example Cloud. All rights reserved.", 9),
    ]  # fmt: skip
    dots = [(60, 132), (96, 180), (60, 232), (60, 282)]
    return _drawn(960, 540, lines, dots, "JPEG")


@cache
def table_picture() -> bytes:
    """A JPEG of a slide with a ruled table."""
    image = Image.new("RGB", (960, 540), "white")
    draw = ImageDraw.Draw(image)
    draw.text((40, 26), "Sizes at a glance", font=ImageFont.load_default(34), fill=(20, 20, 20))
    rows = [("Size", "Cores", "Price"), ("small", "4", "0.76"), ("medium", "16", "1.97"), ("large", "96", "6.49")]
    for y, row in enumerate(rows):
        for x, words in enumerate(row):
            draw.text((100 + 260 * x, 136 + 80 * y), words, font=ImageFont.load_default(26), fill=(20, 20, 20))
    for y in range(5):
        draw.line((80, 115 + 80 * y, 860, 115 + 80 * y), fill=(90, 90, 90), width=2)
    for x in range(4):
        draw.line((80 + 260 * x, 115, 80 + 260 * x, 435), fill=(90, 90, 90), width=2)
    return _bytes(image, "JPEG")


def _png(width: int, height: int, lines: Sequence[tuple[int, int, str, int]]) -> bytes:
    return _drawn(width, height, lines, (), "PNG")


def _drawn(width: int, height: int, lines: Sequence[Any], dots: Sequence[tuple[int, int]], kind: str) -> bytes:
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for x, y, words, size in lines:
        draw.text((x, y), words, font=ImageFont.load_default(size), fill=(20, 24, 30))
    for x, y in dots:
        draw.ellipse((x, y, x + 6, y + 6), fill=(20, 24, 30))
    return _bytes(image, kind)


def _bytes(image: Any, kind: str) -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


_DIAGRAM = """<p:graphicFrame xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<p:nvGraphicFramePr><p:cNvPr id="90" name="Diagram"/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr>
<p:xfrm><a:off x="1000000" y="2000000"/><a:ext cx="8000000" cy="3000000"/></p:xfrm><a:graphic>
<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/diagram">
<dgm:relIds xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" r:dm="rId90" r:lo="" r:qs="" r:cs=""/>
</a:graphicData></a:graphic></p:graphicFrame>"""
_DATA = """<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><dgm:ptLst>
<dgm:pt modelId="1"><dgm:t><a:bodyPr/><a:p><a:r><a:t>Collect</a:t></a:r></a:p></dgm:t></dgm:pt>
<dgm:pt modelId="2"><dgm:t><a:bodyPr/><a:p><a:r><a:t>Decide</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst>
<dgm:extLst><a:ext uri="x"><dsp:dataModelExt xmlns:dsp="http://schemas.microsoft.com/office/drawing/2008/diagram"
 relId="rId91"/></a:ext></dgm:extLst></dgm:dataModel>"""
_SHAPE = """<dsp:sp><dsp:nvSpPr><dsp:cNvPr id="0" name=""/><dsp:cNvSpPr/></dsp:nvSpPr><dsp:spPr>
<a:xfrm><a:off x="{left}" y="500000"/><a:ext cx="3000000" cy="2000000"/></a:xfrm>
<a:prstGeom prst="roundRect"><a:avLst/></a:prstGeom><a:solidFill><a:srgbClr val="008040"/></a:solidFill></dsp:spPr>
<dsp:txBody><a:bodyPr/><a:p><a:r><a:rPr sz="2400"/><a:t>{words}</a:t></a:r></a:p></dsp:txBody></dsp:sp>"""
_RELATION = '<Relationship Id="{id}" Type="http://example.org/{kind}" Target="../diagrams/{file}"/>'


def with_diagram(drawn: bool) -> bytes:
    """A deck of one slide with SmartArt of two nodes, with or without the drawing that PowerPoint keeps beside it."""
    shapes = _SHAPE.format(left=0, words="Collect") + _SHAPE.format(left=4_500_000, words="Decide")
    drawing = (
        '<dsp:drawing xmlns:dsp="http://schemas.microsoft.com/office/drawing/2008/diagram" '
        f'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><dsp:spTree>{shapes}</dsp:spTree></dsp:drawing>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(text_deck(1))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "ppt/slides/slide1.xml":
                data = data.replace(b"</p:spTree>", _DIAGRAM.encode() + b"</p:spTree>")
            if name == "ppt/slides/_rels/slide1.xml.rels":
                links = _RELATION.format(id="rId90", kind="diagramData", file="data1.xml")
                links += _RELATION.format(id="rId91", kind="diagramDrawing", file="drawing1.xml")
                data = data.replace(b"</Relationships>", links.encode() + b"</Relationships>")
            new.writestr(name, data)
        new.writestr("ppt/diagrams/data1.xml", _DATA)
        if drawn:
            new.writestr("ppt/diagrams/drawing1.xml", drawing)
    return out.getvalue()
