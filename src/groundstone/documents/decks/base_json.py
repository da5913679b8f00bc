"""Decks as JSON, both ways: to be kept, sent, or handed out of a child process.

``deck_of(deck_json(deck)) == deck``, also after the JSON went through ``json.dumps`` and ``json.loads``. What is empty
is left out. A box is [left, top, width, height, page].
"""

from __future__ import annotations

from typing import Any

from groundstone.documents.decks.base import Chart, Deck, Element, Grid, Paragraph, Series, Slide
from groundstone.errors import InvalidInput
from groundstone.records import Box

Json = dict[str, Any]


def deck_json(deck: Deck) -> Json:
    return {
        "name": deck.name,
        "media_type": deck.media_type,
        "title": deck.title,
        "slides": [slide_json(slide) for slide in deck.slides],
        "slide_count": deck.slide_count,
        "width": deck.width,
        "height": deck.height,
        "properties": [list(pair) for pair in deck.properties],
        "problems": list(deck.problems),
    }


def deck_of(data: Json) -> Deck:
    """Raises InvalidInput for JSON that is no deck."""
    try:
        return Deck(
            name=data["name"],
            media_type=data["media_type"],
            title=data["title"],
            slides=tuple(slide_of(slide) for slide in data["slides"]),
            slide_count=data["slide_count"],
            width=float(data["width"]),
            height=float(data["height"]),
            properties=tuple((str(key), str(value)) for key, value in data.get("properties", ())),
            problems=tuple(data.get("problems", ())),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(f"this JSON is no deck ({error!r}); use what deck_json made") from error


def slide_json(slide: Slide) -> Json:
    return {
        "number": slide.number,
        "elements": [element_json(element) for element in slide.elements],
        **_said(hidden=slide.hidden, problems=list(slide.problems)),
    }


def slide_of(data: Json) -> Slide:
    return Slide(
        data["number"],
        tuple(element_of(element) for element in data["elements"]),
        data.get("hidden", False),
        tuple(data.get("problems", ())),
    )


def element_json(element: Element) -> Json:
    return {
        "kind": element.kind,
        "number": element.number,
        **_said(
            box=_box(element.box),
            paragraphs=[_paragraph(paragraph) for paragraph in element.paragraphs],
            grid=_grid(element.grid) if element.grid else None,
            chart=_chart(element.chart) if element.chart else None,
            alt=element.alt,
            name=element.name,
            group=list(element.group),
            source=element.source if element.source != "native" else None,
        ),
    }


def element_of(data: Json) -> Element:
    return Element(
        kind=data["kind"],
        number=data["number"],
        box=_box_of(data.get("box")),
        paragraphs=tuple(_paragraph_of(paragraph) for paragraph in data.get("paragraphs", ())),
        grid=_grid_of(data["grid"]) if "grid" in data else None,
        chart=_chart_of(data["chart"]) if "chart" in data else None,
        alt=data.get("alt", ""),
        name=data.get("name", ""),
        group=tuple(data.get("group", ())),
        source=data.get("source", "native"),
    )


def _said(**fields: Any) -> Json:
    """Without what is empty."""
    return {name: value for name, value in fields.items() if value not in (None, False, "", [])}


def _box(box: Box | None) -> list[float] | None:
    return [box.left, box.top, box.width, box.height, box.page] if box else None


def _box_of(data: list[Any] | None) -> Box | None:
    return Box(float(data[0]), float(data[1]), float(data[2]), float(data[3]), int(data[4])) if data else None


def _paragraph(paragraph: Paragraph) -> Json:
    return {
        "text": paragraph.text,
        **_said(level=paragraph.level or None, box=_box(paragraph.box), bullet=paragraph.bullet),
        **({"confidence": paragraph.confidence} if paragraph.confidence != 1.0 else {}),
    }


def _paragraph_of(data: Json) -> Paragraph:
    return Paragraph(
        data["text"],
        data.get("level", 0),
        _box_of(data.get("box")),
        data.get("bullet", False),
        data.get("confidence", 1.0),
    )


def _grid(grid: Grid) -> Json:
    return {
        "rows": [list(row) for row in grid.rows],
        "header_rows": grid.header_rows,
        "header_columns": grid.header_columns,
        **_said(boxes=[[_box(box) for box in row] for row in grid.boxes]),
    }


def _grid_of(data: Json) -> Grid:
    boxes = tuple(tuple(box for cell in row if (box := _box_of(cell))) for row in data.get("boxes", ()))
    rows = tuple(tuple(row) for row in data["rows"])
    return Grid(rows, data["header_rows"], data["header_columns"], boxes)


def _chart(chart: Chart) -> Json:
    return {
        "kind": chart.kind,
        "title": chart.title,
        "categories": list(chart.categories),
        "series": [{"name": one.name, "values": list(one.values), **_said(format=one.format)} for one in chart.series],
        **_said(category_axis=chart.category_axis, value_axis=chart.value_axis),
    }


def _chart_of(data: Json) -> Chart:
    return Chart(
        data["kind"],
        data["title"],
        tuple(data["categories"]),
        tuple(Series(one["name"], tuple(one["values"]), one.get("format", "")) for one in data["series"]),
        data.get("category_axis", ""),
        data.get("value_axis", ""),
    )
