"""The newer charts of DrawingML (waterfall, treemap, sunburst, funnel, box and whisker, map): cx:chartSpace."""

from __future__ import annotations

from groundstone.documents.decks.base import Chart, Series
from groundstone.documents.decks.pptx_chart import MAX_POINTS
from groundstone.documents.decks.pptx_text import plain
from groundstone.documents.decks.words import one_line
from groundstone.documents.decks.xml import Node, number, q


def chart(root: Node) -> Chart | None:
    """The chart; None when it stores no values."""
    data = {node.get("id"): node for node in root.iter(q("cx:data"))}
    categories: tuple[str, ...] = ()
    series = []
    for node in root.iter(q("cx:series")):
        reference = node.find(q("cx:dataId"))
        own = data.get(reference.get("val")) if reference is not None else None
        if own is None:
            continue
        values, format = _values(own)
        names = _names(own, len(values))
        categories = max(categories, names, key=len)
        if any(value is not None for value in values):
            series.append(Series(_said(node.find(q("cx:tx"))), values, format))
    if not series:
        return None
    most = max(len(one.values) for one in series)
    categories = categories or tuple(str(index + 1) for index in range(most))
    count = max(most, len(categories))
    filled = tuple(Series(one.name, (*one.values, *[None] * (count - len(one.values))), one.format) for one in series)
    title = _said(root.find(f"{q('cx:chart')}/{q('cx:title')}"))
    return Chart("other", title, (*categories, *[""] * (count - len(categories))), filled, *_axes(root))


def _axes(root: Node) -> tuple[str, str]:
    category = value = ""
    for axis in root.iter(q("cx:axis")):
        said = _said(axis.find(q("cx:title")))
        if axis.find(q("cx:valScaling")) is not None:
            value = value or said
        else:
            category = category or said
    return category, value


def _values(data: Node) -> tuple[tuple[float | None, ...], str]:
    for dimension in data.iterfind(q("cx:numDim")):
        level = dimension.find(q("cx:lvl"))
        if level is None:
            continue
        found: dict[int, float] = {}
        for point in level.iterfind(q("cx:pt")):
            index = int(number(point, "idx", -1))
            try:
                value = float(point.text or "")
            except ValueError:
                continue
            if 0 <= index < MAX_POINTS and abs(value) < 1e300:
                found[index] = value
        format = level.get("formatCode", "")
        values = tuple(found.get(index) for index in range(max(found, default=-1) + 1))
        return values, "" if format.lower() == "general" else format
    return (), ""


def _names(data: Node, count: int) -> tuple[str, ...]:
    """Levels joined, outermost first."""
    for dimension in data.iterfind(q("cx:strDim")):
        levels = [
            {int(number(point, "idx", -1)): one_line(point.text or "") for point in level.iterfind(q("cx:pt"))}
            for level in dimension.iterfind(q("cx:lvl"))
        ]
        most = min(MAX_POINTS, max(count, *(max(level, default=-1) + 1 for level in levels), 0))
        return tuple(
            " ".join(part for level in reversed(levels) if (part := level.get(index, ""))) for index in range(most)
        )
    return ()


def _said(node: Node | None) -> str:
    if node is None:
        return ""
    value = node.find(f".//{q('cx:v')}")
    return one_line(plain(node)) or one_line("" if value is None else value.text or "")
