"""What is read of a PPTX."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pptx import Presentation
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches, Pt

from groundstone.documents.decks.base import Deck, Element, Slide
from groundstone.documents.decks.base_json import deck_of
from groundstone.documents.decks.child_deck import parse
from groundstone.documents.decks.told import told
from tests import decks_made as made


def read(data: bytes) -> Deck:
    return deck_of(parse(data, name="deck.pptx")["deck"])


def one(kind: str, slide: Slide) -> Element:
    return next(element for element in slide.elements if element.kind == kind)


def blank() -> tuple[Any, Any]:
    deck = Presentation()
    return deck, deck.slides.add_slide(deck.slide_layouts[5])


def test_titles_bullets_levels_and_notes() -> None:
    deck = read(made.make_deck(2))
    assert (deck.title, deck.slide_count, [slide.title for slide in deck.slides]) == (
        "Results 2023",
        2,
        ["Topic 1", "Topic 2"],
    )
    body = one("text", deck.slides[0])
    assert [(p.text, p.level, p.bullet) for p in body.paragraphs] == [
        ("First point of 1", 0, True),
        ("Detail of 1", 1, True),
    ]
    assert deck.slides[1].elements[-1].kind == "notes"
    assert told(deck.slides[1]).text == "Topic 2\nFirst point of 2\nDetail of 2\nSay hello 2"


def test_places_are_inherited_from_the_layout() -> None:
    title = one("title", read(made.make_deck(1)).slides[0])
    assert title.box is not None
    assert 0 < title.box.left < 0.2
    assert title.box.width > 0.7


def test_only_the_slides_asked_for_are_read() -> None:
    data = made.make_deck(5)
    deck = deck_of(parse(data, numbers=[4, 2, 9])["deck"])
    assert [slide.number for slide in deck.slides] == [4, 2]
    assert deck.slide_count == 5
    assert deck_of(parse(data, numbers=[])["deck"]).slides == ()


def test_a_merged_table_repeats_its_cells_and_names_its_columns() -> None:
    deck, slide = blank()
    rows = [["Segment", "Revenue", ""], ["", "2022", "2023"], ["Cloud", "12.1", "14.9"], ["Devices", "8.3", "7.9"]]
    table = made.add_table(slide, rows)
    table.cell(0, 1).merge(table.cell(0, 2))
    found = read(made.saved(deck)).slides[0]
    grid = one("table", found).grid
    assert grid is not None
    assert grid.rows[0] == ("Segment", "Revenue", "Revenue")
    assert (grid.header_rows, grid.header_columns) == (2, 1)
    assert grid.boxes[0][1] == grid.boxes[0][2]
    assert "Cloud | Revenue 2022: 12.1 | Revenue 2023: 14.9" in told(found).text


def test_charts_say_their_series_in_their_number_format() -> None:
    deck, slide = blank()
    chart = made.add_chart(slide, ["2022", "2023"], {"Europe": [0.12, 0.145], "Asia": [0.2, None]}, format="0.0%")
    chart.has_title = True
    chart.chart_title.text_frame.text = "Margin by region"
    chart.value_axis.has_title = True
    chart.value_axis.axis_title.text_frame.text = "Percent of sales"
    found = read(made.saved(deck)).slides[0]
    own = one("chart", found).chart
    assert own is not None
    assert (own.kind, own.title, own.value_axis, own.categories) == (
        "column", "Margin by region", "Percent of sales", ("2022", "2023"),
    )  # fmt: skip
    assert own.series[1].values == (0.2, None)
    assert (
        "Margin by region | Percent of sales\nEurope | 2022: 12.0% | 2023: 14.5%\nAsia | 2022: 20.0%"
        in told(found).text
    )


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (XL_CHART_TYPE.BAR_STACKED, "bar"),
        (XL_CHART_TYPE.LINE, "line"),
        (XL_CHART_TYPE.PIE, "pie"),
        (XL_CHART_TYPE.DOUGHNUT, "doughnut"),
        (XL_CHART_TYPE.AREA, "area"),
        (XL_CHART_TYPE.RADAR, "radar"),
    ],
)
def test_kinds_of_charts(kind: Any, name: str) -> None:
    deck, slide = blank()
    made.add_chart(slide, ["A", "B"], {"S": [1, 2]}, kind)
    chart = one("chart", read(made.saved(deck)).slides[0]).chart
    assert chart is not None
    assert (chart.kind, chart.series[0].values) == (name, (1.0, 2.0))


def test_scatter_charts_have_their_x_as_categories() -> None:
    deck, slide = blank()
    made.add_scatter(slide, {"A": [(1, 10), (2, 20)], "B": [(2, 5), (3, 6)]})
    chart = one("chart", read(made.saved(deck)).slides[0]).chart
    assert chart is not None
    assert chart.categories == ("1", "2", "3")
    assert [series.values for series in chart.series] == [(10.0, 20.0, None), (None, 5.0, 6.0)]


def test_groups_are_placed_on_the_slide() -> None:
    deck, slide = blank()
    group = slide.shapes.add_group_shape()
    group.name = "Outer"
    inner = group.shapes.add_group_shape()
    inner.name = "Inner"
    box = inner.shapes.add_textbox(Inches(1), Inches(1), Inches(2), Inches(1))
    box.text_frame.text = "Within"
    group.left, group.top, group.width, group.height = Inches(5), Inches(3), Inches(4), Inches(2)
    found = one("text", read(made.saved(deck)).slides[0])
    assert found.group == ("Outer", "Inner")
    assert found.box is not None
    assert (found.box.left, found.box.width) == (0.5, 0.4)


def test_columns_are_read_one_after_the_other() -> None:
    deck, slide = blank()
    for text, left, top in [("R2", 6, 4), ("L1", 1, 2), ("R1", 6, 2), ("L2", 1, 4)]:
        slide.shapes.add_textbox(Inches(left), Inches(top), Inches(2.5), Inches(1.5)).text_frame.text = text
    assert told(read(made.saved(deck)).slides[0]).text.split() == ["L1", "L2", "R1", "R2"]


def test_large_words_high_up_are_a_title() -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    for text, top, size in [("Our plan", 0.4, 36), ("We do this", 3, 16), ("and that", 5, 16)]:
        box = slide.shapes.add_textbox(Inches(1), Inches(top), Inches(6), Inches(1)).text_frame
        box.text = text
        box.paragraphs[0].runs[0].font.size = Pt(size)
    assert one("title", read(made.saved(deck)).slides[0]).text == "Our plan"


def test_hidden_slides_footers_breaks_and_bullets_that_were_typed() -> None:
    deck, slide = blank()
    slide.shapes.title.text = "Net\vsales"
    slide.shapes.add_textbox(0, Inches(2), Inches(4), Inches(2)).text_frame.text = "• One\n• 二つ\n• שלום"
    data = made.edited(made.saved(deck), {"ppt/slides/slide1.xml": made.replaced("<p:sld ", '<p:sld show="0" ')})
    found = read(data).slides[0]
    assert found.hidden
    assert found.title == "Net sales"
    assert [(p.text, p.bullet) for p in one("text", found).paragraphs] == [
        ("One", True),
        ("二つ", True),
        ("שלום", True),
    ]


def test_pictures_have_alt_text_and_a_key_for_their_bytes() -> None:
    deck, slide = blank()
    shape = slide.shapes.add_picture(io.BytesIO(made.picture()), 0, Inches(2), Inches(4))
    shape._element.nvPicPr.cNvPr.set("descr", "Two colours")
    shape.crop_left = 0.5
    data = made.saved(deck)
    answer = parse(data)
    assert told(deck_of(answer["deck"]).slides[0]).text == "Two colours"
    key = answer["pictures"][0]["key"]
    got = parse(data, pictures=[key, "nothing"])
    assert (got["pictures"][key]["width"], got["pictures"][key]["height"]) == (20, 20)
    assert "missing" in got["left_out"]["nothing"]


def test_equations_and_fields_are_text() -> None:
    deck, slide = blank()
    slide.shapes.add_textbox(0, Inches(2), Inches(4), Inches(1)).text_frame.text = "XX"
    math = (
        '<a:t>Energy </a:t></a:r><a14:m xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main"><m:oMath '
        'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:r><m:t>E=m</m:t></m:r><m:sSup><m:e>'
        "<m:r><m:t>c</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath></a14:m><a:r><a:t/>"
    )
    data = made.edited(made.saved(deck), {"ppt/slides/slide1.xml": made.replaced("<a:t>XX</a:t>", math)})
    assert told(read(data).slides[0]).text == "Energy E=mc^2"


def test_diagrams_say_their_nodes_with_levels() -> None:
    deck, slide = blank()
    slide.shapes.add_textbox(Inches(1), Inches(2), Inches(4), Inches(1)).text_frame.text = "XX"
    a, d = (
        "http://schemas.openxmlformats.org/drawingml/2006/main",
        "http://schemas.openxmlformats.org/drawingml/2006/diagram",
    )
    frame = (
        '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="9" name="Dia"/><p:cNvGraphicFramePr/><p:nvPr/>'
        "</p:nvGraphicFramePr>"
        f'<p:xfrm><a:off x="0" y="0"/><a:ext cx="914400" cy="914400"/></p:xfrm><a:graphic><a:graphicData uri="{d}">'
        f'<dgm:relIds xmlns:dgm="{d}" r:dm="rId77"/></a:graphicData></a:graphic></p:graphicFrame></p:spTree>'
    )
    words = "".join(
        f'<dgm:pt modelId="{at}" type="{kind}"><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>'
        for at, kind, text in [(1, "doc", ""), (2, "node", "Plan"), (3, "node", "Build"), (4, "node", "Ask")]
    )
    links = "".join(
        f'<dgm:cxn modelId="9{at}" srcId="{at}" destId="{to}" srcOrd="{order}"/>'
        for at, to, order in [(1, 3, 1), (1, 2, 0), (2, 4, 0), (4, 1, 0), (4, 2, 0)]  # two of them lead back
    )
    inner = f"<dgm:ptLst>{words}</dgm:ptLst><dgm:cxnLst>{links}</dgm:cxnLst>"
    part = f'<dgm:dataModel xmlns:dgm="{d}" xmlns:a="{a}">{inner}</dgm:dataModel>'
    relation = '<Relationship Id="rId77" Type="x/diagramData" Target="../diagrams/data1.xml"/></Relationships>'
    data = made.edited(
        made.saved(deck),
        {
            "ppt/slides/slide1.xml": made.replaced("</p:spTree>", frame),
            "ppt/slides/_rels/slide1.xml.rels": made.replaced("</Relationships>", relation),
            "ppt/diagrams/data1.xml": lambda _: part.encode(),
        },
    )
    found = one("diagram", read(data).slides[0])
    assert [(p.text, p.level) for p in found.paragraphs] == [("Plan", 0), ("Ask", 1), ("Build", 0)]


def test_strict_packages_are_read_as_well() -> None:
    def strict(data: bytes) -> bytes:
        for kind in (b"presentationml", b"drawingml"):
            data = data.replace(
                b"http://schemas.openxmlformats.org/%s/2006/main" % kind, b"http://purl.oclc.org/ooxml/%s/main" % kind
            )
        return data

    names = ("ppt/presentation.xml", "ppt/slides/slide1.xml")
    data = made.edited(made.make_deck(1), dict.fromkeys(names, strict))
    assert read(data).slides[0].title == "Topic 1"


def test_a_list_of_facts_has_no_header() -> None:
    deck, slide = blank()
    made.add_table(slide, [["Founded", "1998"], ["Seat", "Berlin"], ["Staff", "1,200"]])
    assert told(read(made.saved(deck)).slides[0]).text == "Founded | 1998\nSeat | Berlin\nStaff | 1,200"
