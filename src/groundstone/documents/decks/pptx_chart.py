"""Charts of DrawingML from the values that the chart itself stores; the embedded workbook is never opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from groundstone.documents.decks.base import Chart, Series
from groundstone.documents.decks.number_format import is_date, shown
from groundstone.documents.decks.pptx_text import plain
from groundstone.documents.decks.words import one_line
from groundstone.documents.decks.xml import Node, local, number, q

_KINDS = {
    "barChart": "column", "bar3DChart": "column", "lineChart": "line", "line3DChart": "line", "stockChart": "line",
    "pieChart": "pie", "pie3DChart": "pie", "ofPieChart": "pie", "doughnutChart": "doughnut", "areaChart": "area",
    "area3DChart": "area", "scatterChart": "scatter", "bubbleChart": "bubble", "radarChart": "radar",
    "surfaceChart": "other", "surface3DChart": "other",
}  # fmt: skip
_BY_X = ("scatter", "bubble")
_AXES = ("catAx", "dateAx", "valAx", "serAx")
MAX_POINTS = 20_000  # of one series


@dataclass(slots=True)
class _Plot:
    """What one series is drawn of: points by index."""

    name: str
    categories: dict[int, str] = field(default_factory=dict)
    values: dict[int, float] = field(default_factory=dict)
    format: str = ""
    sizes: dict[int, float] = field(default_factory=dict)


def chart(root: Node) -> Chart | None:
    """The chart of a c:chartSpace; None when it stores no values."""
    area = root.find(f"{q('c:chart')}/{q('c:plotArea')}")
    if area is None:
        return None
    plots, kinds = [], []
    for node in area:
        kind = _kind(node)
        if not kind:
            continue
        for series in node.iterfind(q("c:ser")):
            plots.append(_plot(series, kind, node, area))
            kinds.append(kind)
    plots = [plot for plot in plots if plot.values]
    if not plots:
        return None
    kind = max(dict.fromkeys(kinds), key=kinds.count)
    categories, series = _by_x(plots) if kind in _BY_X else _by_index(plots)
    category_axis, value_axis = _axes(area, kind)
    return Chart(kind, _title(root, plots), categories, series, category_axis, value_axis)


def extra_text(root: Node) -> list[str]:
    """Labels of single points that an author wrote by hand."""
    said = (one_line(plain(rich)) for label in root.iter(q("c:dLbl")) for rich in label.iter(q("c:rich")))
    return list(dict.fromkeys(words for words in said if words))


def _kind(node: Node) -> str:
    kind = _KINDS.get(local(node), "")
    direction = node.find(q("c:barDir")) if kind == "column" else None
    return "bar" if direction is not None and direction.get("val") == "bar" else kind


def _plot(series: Node, kind: str, node: Node, area: Node) -> _Plot:
    by_x = kind in _BY_X
    values, format = _numbers(series.find(q("c:yVal" if by_x else "c:val")))
    categories = _labels(series.find(q("c:xVal" if by_x else "c:cat")))
    sizes, _ = _numbers(series.find(q("c:bubbleSize")))
    format = _label_format(series) or _label_format(node) or format or _axis_format(node, area)
    return _Plot(_name(series), categories, values, format, sizes)


def _name(series: Node) -> str:
    text = series.find(q("c:tx"))
    if text is None:
        return ""
    cached = [point.findtext(q("c:v")) or "" for point in text.iter(q("c:pt"))]
    return one_line(" ".join(cached) or text.findtext(q("c:v")) or "")


def _points(node: Node) -> Iterator[tuple[int, str]]:
    for point in node.iterfind(q("c:pt")):
        index = int(number(point, "idx", -1))
        if 0 <= index < MAX_POINTS:
            yield index, point.findtext(q("c:v")) or ""


def _cache(node: Node | None, *names: str) -> Node | None:
    found = (child for child in (() if node is None else node.iter()) if local(child) in names)
    return next(found, None)


def _numbers(node: Node | None) -> tuple[dict[int, float], str]:
    """Values by index, and their number format when it is not the general one."""
    cache = _cache(node, "numCache", "numLit", "strCache", "strLit")
    if cache is None:
        return {}, ""
    found = {}
    for index, text in _points(cache):
        if (value := _float(text)) is not None:
            found[index] = value
    format = cache.findtext(q("c:formatCode")) or ""
    return found, "" if format.lower() == "general" else format


def _float(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e300 else None


def _labels(node: Node | None) -> dict[int, str]:
    """The names of categories: text, numbers and days in their format, several levels joined, outermost first."""
    levels = _cache(node, "multiLvlStrCache")
    if levels is not None:
        return _levels(levels)
    cache = _cache(node, "strCache", "strLit", "numCache", "numLit")
    if cache is None:
        return {}
    format = cache.findtext(q("c:formatCode")) or ""
    is_text = local(cache).startswith("str")
    return {index: one_line(text) if is_text else _shown(text, format) for index, text in _points(cache)}


def _levels(cache: Node) -> dict[int, str]:
    count = cache.find(q("c:ptCount"))
    levels = [dict(_points(level)) for level in cache.iterfind(q("c:lvl"))]
    most = max((index for level in levels for index in level), default=-1) + 1
    most = min(MAX_POINTS, max(most, 0 if count is None else int(number(count, "val"))))
    found: dict[int, str] = {}
    current = [""] * len(levels)
    for index in range(most):
        for at, level in enumerate(levels):
            current[at] = level.get(index, current[at] if at else "")
        found[index] = one_line(" ".join(part for part in reversed(current) if part))
    return found


def _shown(text: str, format: str) -> str:
    value = _float(text)
    return one_line(text) if value is None else shown(value, format)


def _label_format(node: Node) -> str:
    """The format of the numbers that are written at the points, when it is one of its own."""
    labels = node.find(q("c:dLbls"))
    found = None if labels is None else labels.find(q("c:numFmt"))
    return _own_format(found)


def _axis_format(plot: Node, area: Node) -> str:
    wanted = {axis.get("val") for axis in plot.iterfind(q("c:axId"))}
    for axis in area.iterfind(q("c:valAx")):
        own = axis.find(q("c:axId"))
        if own is not None and own.get("val") in wanted:
            return _own_format(axis.find(q("c:numFmt")))
    return ""


def _own_format(node: Node | None) -> str:
    code = "" if node is None else node.get("formatCode", "")
    linked = node is not None and node.get("sourceLinked") in ("1", "true")
    return "" if linked or code.lower() == "general" or is_date(code) else code


def _by_index(plots: list[_Plot]) -> tuple[tuple[str, ...], tuple[Series, ...]]:
    count = max(max(plot.values) for plot in plots) + 1
    labels: dict[int, str] = {}
    for plot in plots:
        labels = {**plot.categories, **labels}
    count = max(count, max(labels, default=-1) + 1)
    categories = tuple(labels.get(index, "" if labels else str(index + 1)) for index in range(count))
    return categories, tuple(
        Series(plot.name, tuple(plot.values.get(index) for index in range(count)), plot.format) for plot in plots
    )


def _by_x(plots: list[_Plot]) -> tuple[tuple[str, ...], tuple[Series, ...]]:
    """The x values of all series as categories: once when they are the same, else put together in order."""
    plots = [_numbered(plot) for plot in plots]
    first = plots[0].categories
    if all(plot.categories == first for plot in plots):
        return _by_index(_with_sizes(plots))
    joined = sorted({x for plot in plots for x in plot.categories.values()}, key=lambda x: (_float(x) or 0.0, x))
    at = {x: index for index, x in enumerate(joined)}
    moved = []
    for plot in plots:
        spots = {index: at[x] for index, x in plot.categories.items()}
        values = {spots[index]: value for index, value in plot.values.items() if index in spots}
        sizes = {spots[index]: value for index, value in plot.sizes.items() if index in spots}
        moved.append(replace(plot, categories=dict(enumerate(joined)), values=values, sizes=sizes))
    return _by_index(_with_sizes([plot for plot in moved if plot.values]))


def _numbered(plot: _Plot) -> _Plot:
    """Without x values, points count from 1."""
    return plot if plot.categories else replace(plot, categories={index: str(index + 1) for index in plot.values})


def _with_sizes(plots: list[_Plot]) -> list[_Plot]:
    """The sizes of bubbles are a series of their own."""
    found = []
    for plot in plots:
        found.append(plot)
        if plot.sizes:
            found.append(_Plot(f"{plot.name} (size)".strip(), plot.categories, plot.sizes))
    return found


def _title(root: Node, plots: list[_Plot]) -> str:
    """Its own title; a chart of one series is called as that unless this is switched off."""
    node = root.find(q("c:chart"))
    title = node.find(q("c:title"))
    deleted = node.find(q("c:autoTitleDeleted"))
    if title is not None:
        said = title_text(title)
        if said:
            return said
    switched_off = deleted is not None and deleted.get("val", "1") in ("1", "true")
    alone = len(plots) == 1 and (title is not None or not switched_off)
    return plots[0].name if alone else ""


def title_text(title: Node) -> str:
    rich = one_line(plain(title))
    return rich or one_line(" ".join(point.findtext(q("c:v")) or "" for point in title.iter(q("c:pt"))))


def _axes(area: Node, kind: str) -> tuple[str, str]:
    """Titles of the axis of categories (or x) and of those of values (or y)."""
    category: list[str] = []
    values: list[str] = []
    for axis in area:
        if local(axis) not in _AXES:
            continue
        title = axis.find(q("c:title"))
        said = "" if title is None else title_text(title)
        position = axis.find(q("c:axPos"))
        level = position is not None and position.get("val") in ("b", "t")
        of_categories = level if kind in _BY_X else local(axis) != "valAx"
        if said:
            (category if of_categories else values).append(said)
        unit = axis.find(f"{q('c:dispUnits')}/{q('c:builtInUnit')}")
        if unit is not None and not of_categories and unit.get("val"):
            values.append(unit.get("val"))
    return "; ".join(dict.fromkeys(category)), "; ".join(dict.fromkeys(values))
