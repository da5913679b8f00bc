"""A planned deck as a PPTX: placeholders or plain text boxes, tables, native charts, groups, SmartArt, notes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from io import BytesIO
from typing import Any

from benchmarks.slides import smartart
from benchmarks.slides.paint import PALETTES, drawn
from benchmarks.slides.plan import Boxes, Bullets, Chart, DeckPlan, Diagram, Part, Picture, SlidePlan, Table
from pptx import Presentation
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE as TYPES
from pptx.enum.shapes import MSO_SHAPE
from pptx.oxml.ns import qn
from pptx.slide import Slide
from pptx.util import Emu, Pt

Place = tuple[Emu, Emu, Emu, Emu]  # left, top, width, height
CHARTS = {
    "column": TYPES.COLUMN_CLUSTERED,
    "bar": TYPES.BAR_CLUSTERED,
    "line": TYPES.LINE_MARKERS,
    "pie": TYPES.PIE,
    "doughnut": TYPES.DOUGHNUT,
    "area": TYPES.AREA,
    "radar": TYPES.RADAR_MARKERS,
    "scatter": TYPES.XY_SCATTER,
}
LAYOUTS = {"title": 0, "body": 1, "section": 2, "end": 0}


def pptx_file(deck: DeckPlan) -> bytes:
    """The bytes of the file. Every third look has plain text boxes where others have placeholders."""
    made = Presentation()
    made.slide_width, made.slide_height = (Pt(960), Pt(540)) if deck.look % 4 else (Pt(720), Pt(540))
    made.core_properties.title, made.core_properties.author = deck.title, deck.author
    for number, plan in enumerate(deck.slides, 1):
        _slide(made, deck, plan, number)
    kept = BytesIO()
    made.save(kept)
    return kept.getvalue()


def _slide(made: Any, deck: DeckPlan, plan: SlidePlan, number: int) -> None:
    free = deck.look % 3 == 2 and plan.layout == "body"
    layout = 6 if free else 5 if plan.layout == "body" else LAYOUTS[plan.layout]
    slide = made.slides.add_slide(made.slide_layouts[layout])
    width = made.slide_width
    if free:
        _text(slide, (Pt(30), Pt(18), Emu(width - Pt(60)), Pt(50)), [(plan.title, 0)], 28, bold=True)
    else:
        slide.shapes.title.text = plan.title
        if plan.layout == "body":
            _put(slide.shapes.title, (Pt(30), Pt(14), Emu(width - Pt(60)), Pt(60)))
            slide.shapes.title.text_frame.paragraphs[0].font.size = Pt(28)
    if plan.layout != "body":
        _under(slide, plan)
    else:
        for part, area in zip(plan.parts, _areas(len(plan.parts), width), strict=True):
            place(part, slide, area, deck, number)
        _footer(slide, made, deck, number)
    if plan.notes:
        slide.notes_slide.notes_text_frame.text = plan.notes
    if plan.hidden:
        slide._element.set("show", "0")


def _under(slide: Slide, plan: SlidePlan) -> None:
    lines = [item.text for part in plan.parts if isinstance(part, Bullets) for item in part.items]
    body = next((one for one in slide.placeholders if one.placeholder_format.idx == 1), None)
    if body is not None and lines:
        body.text_frame.text = "\n".join(lines)
    elif body is not None:
        body._element.getparent().remove(body._element)


def _areas(count: int, width: int) -> list[Place]:
    top, tall, room = Pt(88), Pt(400), width - Pt(60)
    if count <= 3:
        each = room // max(1, count)
        return [(Emu(Pt(30) + each * at), top, Emu(each - Pt(10)), tall) for at in range(count)]
    return [
        (
            Emu(Pt(30) + room // 2 * (at % 2)),
            Emu(top + tall // 2 * (at // 2)),
            Emu(room // 2 - Pt(10)),
            Emu(tall // 2 - Pt(6)),
        )
        for at in range(count)
    ]


def _put(shape: Any, area: Place) -> None:
    shape.left, shape.top, shape.width, shape.height = area


def _footer(slide: Slide, made: Any, deck: DeckPlan, number: int) -> None:
    """As placeholders of the layout, or as a text box at the foot."""
    bottom = Emu(made.slide_height - Pt(30))
    area = (Pt(30), bottom, Emu(made.slide_width - Pt(60)), Pt(24))
    text = f"{deck.footer}  |  {number}" if deck.look % 2 else deck.footer
    shape = _text(slide, area, [(text, 0)], 10)
    if deck.look % 2 == 0:
        properties = shape._element.nvSpPr.nvPr
        properties.append(properties.makeelement(qn("p:ph"), {"type": "ftr", "sz": "quarter", "idx": "11"}))


def _text(slide: Slide, area: Place, lines: Sequence[tuple[str, int]], size: int, *, bold: bool = False) -> Any:
    box = slide.shapes.add_textbox(*area)
    box.text_frame.word_wrap = True
    _fill(box.text_frame, lines, size, bold=bold)
    return box


def _fill(frame: Any, lines: Sequence[tuple[str, int]], size: int, *, bold: bool = False, bullet: bool = False) -> None:
    for at, (text, level) in enumerate(lines):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text, run.font.size, run.font.bold = text, Pt(size - 2 * level), bold or None
        paragraph.level = level
        if bullet:
            properties = paragraph._p.get_or_add_pPr()
            properties.append(properties.makeelement(qn("a:buChar"), {"char": "•"}))


@singledispatch
def place(part: Part, slide: Slide, area: Place, deck: DeckPlan, number: int) -> None:
    """Puts one part on a slide."""
    raise TypeError(type(part))


@place.register
def _(part: Bullets, slide: Slide, area: Place, deck: DeckPlan, number: int) -> None:
    size = 18 if sum(len(item.text) for item in part.items) < 400 else 14
    x, y, width, height = area
    if part.heading:
        _text(slide, (x, y, width, Pt(28)), [(part.heading, 0)], size + 2, bold=True)
        y, height = Emu(y + Pt(30)), Emu(height - Pt(30))
    box = slide.shapes.add_textbox(x, y, width, height)
    box.text_frame.word_wrap = True
    _fill(box.text_frame, [(item.text, item.level) for item in part.items], size, bullet=not part.plain)


@place.register
def _(part: Table, slide: Slide, area: Place, deck: DeckPlan, number: int) -> None:
    x, y, width, height = area
    tall = Emu(min(height, Pt(30) * len(part.rows)))
    table = slide.shapes.add_table(len(part.rows), len(part.rows[0]), x, y, width, tall).table
    for row, cells in enumerate(part.rows):
        for column, text in enumerate(cells):
            cell = table.cell(row, column)
            cell.text = text
            cell.text_frame.paragraphs[0].font.size = Pt(13)


@place.register
def _(part: Chart, slide: Slide, area: Place, deck: DeckPlan, number: int) -> None:
    frame = slide.shapes.add_chart(CHARTS[part.kind], *area, _data(part))
    chart = frame.chart
    chart.has_legend = len(part.series) > 1 or part.kind in ("pie", "doughnut")
    chart.has_title = bool(part.title)
    if part.title:
        chart.chart_title.text_frame.text = part.title
    if part.axis and part.kind not in ("pie", "doughnut"):
        chart.value_axis.has_title = True
        chart.value_axis.axis_title.text_frame.text = part.axis
    if part.kind != "scatter":  # python-pptx has no labels for these
        chart.plots[0].has_data_labels = deck.look % 2 == 1


def _data(part: Chart) -> Any:
    formatted = part.show.replace("{:,}", "#,##0.##") if "%" not in part.show else '0.##" %"'
    if part.kind == "scatter":
        data = XyChartData(number_format=formatted)
        for name, values in part.series:
            series = data.add_series(name)
            for category, value in zip(part.categories, values, strict=True):
                series.add_data_point(float(category), float(value))
        return data
    data = CategoryChartData(number_format=formatted)
    data.categories = part.categories
    for name, values in part.series:
        data.add_series(name, tuple(map(float, values)))
    return data


@place.register
def _(part: Diagram, slide: Slide, area: Place, deck: DeckPlan, number: int) -> None:
    smartart.add(slide, part.nodes, area, number)


@place.register
def _(part: Boxes, slide: Slide, area: Place, deck: DeckPlan, number: int) -> None:
    """A group, with a group inside for the second half of its boxes."""
    x, y, width, _ = area
    group = slide.shapes.add_group_shape()
    group.name = part.name
    _fill(group.shapes.add_textbox(x, y, width, Pt(28)).text_frame, [(part.name, 0)], 16, bold=True)
    inner = group.shapes.add_group_shape()
    half = (len(part.texts) + 1) // 2
    for at, text in enumerate(part.texts):
        holder = group if at < half else inner
        left, top = Emu(x + width // 2 * (at % 2)), Emu(y + Pt(36) + Pt(74) * (at // 2))
        box = holder.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, left, top, Emu(width // 2 - Pt(14)), Pt(62))
        box.fill.solid()
        box.fill.fore_color.rgb = RGBColor(*PALETTES[deck.look % len(PALETTES)][0])
        box.text_frame.word_wrap = True
        _fill(box.text_frame, [(text, 0)], 13)


@place.register
def _(part: Picture, slide: Slide, area: Place, deck: DeckPlan, number: int) -> None:
    x, y, width, height = area
    made = drawn(part, deck.look)
    kept = BytesIO()
    if deck.look % 2:
        made.save(kept, "PNG")
    else:
        made.save(kept, "JPEG", quality=88)
    room = height - (Pt(26) if part.caption else 0)
    scale = min(width / made.width, room / made.height)
    shape = slide.shapes.add_picture(kept, x, y, Emu(int(made.width * scale)), Emu(int(made.height * scale)))
    if part.alt:
        shape._element.nvPicPr.cNvPr.set("descr", part.alt)
    if part.caption:
        _text(slide, (x, Emu(y + shape.height + Pt(2)), width, Pt(24)), [(part.caption, 0)], 12)
