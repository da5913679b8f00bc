"""Decks for tests, made on the spot: ``make_deck`` for PPTX with everything on it, ``make_odp`` by hand."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PIL import Image
from pptx import Presentation
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

Edit = Callable[[bytes], bytes]


def make_deck(slides: int = 3, title: str = "Results 2023") -> bytes:
    """Slides with a title, bullets of two levels and notes each."""
    deck = Presentation()
    deck.core_properties.title = title
    for number in range(1, slides + 1):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = f"Topic {number}"
        frame = slide.placeholders[1].text_frame
        frame.text = f"First point of {number}"
        frame.add_paragraph().text = f"Detail of {number}"
        frame.paragraphs[1].level = 1
        slide.notes_slide.notes_text_frame.text = f"Say hello {number}"
    return saved(deck)


def saved(deck: Any) -> bytes:
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def add_table(slide: Any, rows: Sequence[Sequence[str]]) -> Any:
    """A table on a slide, its first row the header; gives the table."""
    place = (Inches(1), Inches(2), Inches(8), Inches(3))
    table = slide.shapes.add_table(len(rows), len(rows[0]), *place).table
    for y, row in enumerate(rows):
        for x, words in enumerate(row):
            table.cell(y, x).text = words
    return table


def add_chart(
    slide: Any,
    categories: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    kind: Any = XL_CHART_TYPE.COLUMN_CLUSTERED,
    format: str = "General",
) -> Any:
    """A chart on a slide; gives the chart."""
    data = CategoryChartData(number_format=format)
    data.categories = categories
    for name, values in series.items():
        data.add_series(name, values)
    return slide.shapes.add_chart(kind, Inches(1), Inches(2), Inches(6), Inches(4), data).chart


def add_scatter(slide: Any, series: Mapping[str, Sequence[tuple[float, float]]]) -> Any:
    data = XyChartData()
    for name, points in series.items():
        one = data.add_series(name)
        for x, y in points:
            one.add_data_point(x, y)
    place = (Inches(1), Inches(2), Inches(6), Inches(4))
    return slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, *place, data).chart


def picture(width: int = 40, height: int = 20, kind: str = "PNG") -> bytes:
    """The left half red, the right half blue."""
    image = Image.new("RGB", (width, height), "red")
    image.paste((0, 0, 255), (width // 2, 0, width, height))
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def edited(data: bytes, edits: Mapping[str, Edit | None]) -> bytes:
    """A package with some members changed; None leaves one out. A name that is not there is added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            edit = edits.get(name, lambda same: same)
            if edit is not None:
                new.writestr(name, edit(old.read(name)))
        for name in edits.keys() - set(old.namelist()):
            edit = edits[name]
            new.writestr(name, edit(b"") if edit else b"")
    return out.getvalue()


def replaced(old: str, new: str) -> Edit:
    return lambda data: re.sub(old, new, data.decode(), count=1, flags=re.DOTALL).encode()


_ODP_NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office", "draw": "drawing", "presentation": "presentation", "text": "text", "table": "table",
        "svg": "svg-compatible", "style": "style", "fo": "xsl-fo-compatible", "chart": "chart",
    }.items()
)  # fmt: skip
ODP_NAMES = f'{_ODP_NAMES} xmlns:xlink="http://www.w3.org/1999/xlink"'


def make_odp(pages: Sequence[str], members: Mapping[str, bytes] | None = None, styles: str = "") -> bytes:
    """Pages are the XML in draw:page elements; ``members`` are further files."""
    body = "".join(
        f'<draw:page draw:name="p{n}" draw:style-name="s{n}">{page}</draw:page>' for n, page in enumerate(pages)
    )
    content = (
        f"<office:document-content {ODP_NAMES}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:presentation>{body}</office:presentation></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.presentation")
        archive.writestr("content.xml", content)
        for name, data in (members or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


def odp_frame(inner: str, kind: str = "", place: tuple[float, float, float, float] = (2, 1, 20, 3)) -> str:
    x, y, width, height = place
    named = f'presentation:class="{kind}"' if kind else ""
    return (
        f'<draw:frame {named} svg:x="{x}cm" svg:y="{y}cm" svg:width="{width}cm" svg:height="{height}cm">{inner}'
        "</draw:frame>"
    )
