"""Charts drawn from their numbers: columns, bars, lines, areas, points, pies; with axes, labels and a legend."""

from __future__ import annotations

import math
from collections.abc import Sequence

from groundstone.documents.decks.base import Chart, Series
from groundstone.documents.decks.number_format import shown
from groundstone.documents.decks.sketch_canvas import BLACK, GREY, Area, Canvas, Colour, Passage, Run, width_of

_GRID: Colour = (222, 226, 230, 255)
_FEW_LABELS = 28  # points that are labelled with their value
_MOST_POINTS = 400
_SUPPORTED_FLAT = ("line", "area", "scatter", "bubble", "radar")


def draw(canvas: Canvas, chart: Chart, area: Area, colours: Sequence[Colour], size: float, ink: Colour = BLACK) -> None:
    """``size``: of letters, in pixels."""
    area = area.inset(size * 0.5, size * 0.4, size * 0.5, size * 0.4)
    if chart.title:
        canvas.text(
            [_said(chart.title, size * 1.2, ink, "ctr", True)], Area(area.left, area.top, area.width, size * 1.7)
        )
        area = area.inset(0, size * 1.9, 0, 0)
    round_ = chart.kind in ("pie", "doughnut")
    names = list(chart.categories) if round_ else [series.name for series in chart.series]
    if (round_ or len(chart.series) > 1) and any(names):
        area = _legend(canvas, names, area, colours, size, ink)
    if not any(value is not None for series in chart.series for value in series.values):
        canvas.text([_said("(no values)", size, GREY, "ctr")], area, "ctr")
    elif round_:
        _pie(canvas, chart, area, colours, size)
    elif chart.kind == "bar":
        _bars(canvas, chart, area, colours, size, ink)
    else:
        _columns(canvas, chart, area, colours, size, ink)


def _said(text: str, size: float, colour: Colour, align: str = "l", bold: bool = False) -> Passage:
    return Passage((Run(text, size, colour, bold),), align)


def _legend(
    canvas: Canvas, names: Sequence[str], area: Area, colours: Sequence[Colour], size: float, ink: Colour
) -> Area:
    """Below the chart, in as many rows as it needs; gives back the room that is left."""
    rows: list[list[tuple[int, str, float]]] = [[]]
    x = 0.0
    for index, name in enumerate(names[:24]):
        wide = width_of(name, Run(name, size * 0.9)) + size * 2.2
        if rows[-1] and x + wide > area.width:
            rows.append([])
            x = 0.0
        rows[-1].append((index, name, wide))
        x += wide
    rows = rows[:4]
    top = area.bottom - len(rows) * size * 1.4
    for line, row in enumerate(rows):
        x = area.left + max(0.0, (area.width - sum(wide for _, _, wide in row)) / 2)
        for index, name, wide in row:
            y = top + line * size * 1.4
            canvas.rectangle(Area(x, y + size * 0.3, size * 0.7, size * 0.7), colours[index % len(colours)])
            canvas.text([_said(name, size * 0.9, ink)], Area(x + size, y, wide, size * 1.3), "ctr", shrink=False)
            x += wide
    return area.inset(0, 0, 0, len(rows) * size * 1.4 + size * 0.3)


def _pie(canvas: Canvas, chart: Chart, area: Area, colours: Sequence[Colour], size: float) -> None:
    series = chart.series[0]
    values = [max(value or 0.0, 0.0) for value in series.values]
    total = sum(values) or 1.0
    side = min(area.width, area.height) * 0.94
    disc = Area(area.left + (area.width - side) / 2, area.top + (area.height - side) / 2, side, side)
    x, y = disc.left + side / 2, disc.top + side / 2
    angle = -90.0
    for index, value in enumerate(values):
        turn = 360 * value / total
        if turn > 0.05:
            canvas.slice(disc, angle, angle + turn, colours[index % len(colours)])
        angle += turn
    if chart.kind == "doughnut":
        canvas.disc(disc.inset(side * 0.27, side * 0.27, side * 0.27, side * 0.27), (255, 255, 255, 255))
    angle = -90.0
    for value in values:
        turn = 360 * value / total
        if turn > 12:
            middle, away = math.radians(angle + turn / 2), side * (0.37 if chart.kind == "doughnut" else 0.33)
            label = shown(value, series.format)
            spot = Area(x + away * math.cos(middle) - side / 4, y + away * math.sin(middle) - size, side / 2, size * 2)
            canvas.text([_said(label, size, (255, 255, 255, 255), "ctr", True)], spot, "ctr", shrink=False)
        angle += turn


def _span(chart: Chart) -> tuple[float, float, float]:
    """Least and greatest value of the axis, and the step between its marks."""
    values = [value for series in chart.series for value in series.values if value is not None]
    low, high = min(values), max(values)
    flat = chart.kind in ("line", "scatter", "bubble")
    low = low if flat and low > 0.7 * high else min(low, 0.0)
    high = max(high, 0.0)
    if high <= low:
        high = low + 1.0
    step = 10 ** math.floor(math.log10((high - low) / 4))
    step = next(step * by for by in (1, 2, 2.5, 5, 10) if (high - low) / (step * by) <= 6)
    return math.floor(low / step) * step, math.ceil(high / step) * step, step


def _ticks(low: float, high: float, step: float) -> list[float]:
    return [low + step * index for index in range(round((high - low) / step) + 1)]


def _columns(canvas: Canvas, chart: Chart, area: Area, colours: Sequence[Colour], size: float, ink: Colour) -> None:
    """Everything with its values upwards."""
    low, high, step = _span(chart)
    style = chart.series[0].format
    ticks = _ticks(low, high, step)
    left = max(width_of(shown(tick, style), Run("", size * 0.85)) for tick in ticks) + size * 0.6
    left += size * 1.4 if chart.value_axis else 0.0
    plot = area.inset(left, size * 0.9, size * 0.3, size * (1.8 if not chart.category_axis else 3.1))
    for tick in ticks:
        y = plot.bottom - (tick - low) / (high - low) * plot.height
        canvas.line([(plot.left, y), (plot.right, y)], _GRID if tick else GREY, canvas.scale)
        label = Area(plot.left - left, y - size, left - size * 0.4, size * 2)
        canvas.text([_said(shown(tick, style), size * 0.85, ink, "r")], label, "ctr", shrink=False)
    if chart.value_axis:
        at = Area(area.left + size * 0.6 - plot.height / 2, plot.top + plot.height / 2 - size, plot.height, size * 2)
        canvas.text([_said(chart.value_axis, size * 0.9, ink, "ctr")], at, "ctr", turn=270)
    if chart.category_axis:
        foot = Area(plot.left, plot.bottom + size * 1.7, plot.width, size * 1.4)
        canvas.text([_said(chart.category_axis, size * 0.9, ink, "ctr")], foot, "ctr")
    _names(canvas, chart, plot, size, ink)
    if chart.kind in _SUPPORTED_FLAT:
        _lines(canvas, chart, plot, (low, high), colours, size, ink)
    else:
        _uprights(canvas, chart, plot, (low, high), colours, size, ink)


def _names(canvas: Canvas, chart: Chart, plot: Area, size: float, ink: Colour) -> None:
    """Categories below the plot; so many of them that they have room."""
    count = max(len(chart.categories), 1)
    slot = plot.width / count
    widest = max((width_of(name, Run("", size * 0.9)) for name in chart.categories), default=0.0)
    every = max(1, math.ceil(min(widest, size * 5) / max(slot, 1.0)))
    for index in range(0, len(chart.categories), every):
        spot = Area(
            plot.left + slot * index - slot * (every - 1) / 2, plot.bottom + size * 0.25, slot * every, size * 1.5
        )
        canvas.text([_said(chart.categories[index], size * 0.9, ink, "ctr")], spot, "t")


def _uprights(
    canvas: Canvas,
    chart: Chart,
    plot: Area,
    span: tuple[float, float],
    colours: Sequence[Colour],
    size: float,
    ink: Colour,
) -> None:
    low, high = span
    slot = plot.width / max(len(chart.categories), 1)
    wide = slot * 0.72 / max(len(chart.series), 1)
    zero = plot.bottom - (0 - low) / (high - low) * plot.height
    for order, series in enumerate(chart.series):
        for index, value in enumerate(series.values[:_MOST_POINTS]):
            if value is None:
                continue
            x = plot.left + slot * index + slot * 0.14 + wide * order
            y = plot.bottom - (value - low) / (high - low) * plot.height
            bar = Area(x, min(y, zero), wide * 0.94, abs(zero - y))
            canvas.rectangle(bar, colours[order % len(colours)])
            if _labelled(chart):
                _value(
                    canvas, series, value, Area(x - wide, bar.top - size * 1.2, wide * 3, size * 1.2), size, wide, ink
                )


def _labelled(chart: Chart) -> bool:
    return len(chart.series) * len(chart.categories) <= _FEW_LABELS


def _value(canvas: Canvas, series: Series, value: float, spot: Area, size: float, room: float, ink: Colour) -> None:
    words = shown(value, series.format)
    small = min(size * 0.85, size * 0.85 * room * 1.25 / max(width_of(words, Run("", size * 0.85)), 1.0))
    if small > size * 0.45:
        canvas.text([_said(words, small, ink, "ctr")], spot, "b", shrink=False)


def _lines(
    canvas: Canvas,
    chart: Chart,
    plot: Area,
    span: tuple[float, float],
    colours: Sequence[Colour],
    size: float,
    ink: Colour,
) -> None:
    low, high = span
    count = max(len(chart.categories), 1)
    slot = plot.width / count
    for order, series in enumerate(chart.series):
        colour = colours[order % len(colours)]
        spots = [
            (plot.left + slot * (index + 0.5), plot.bottom - (value - low) / (high - low) * plot.height, value)
            for index, value in enumerate(series.values[:_MOST_POINTS])
            if value is not None
        ]
        path = [(x, y) for x, y, _ in spots]
        if chart.kind == "area" and len(path) > 1:
            canvas.polygon([(path[0][0], plot.bottom), *path, (path[-1][0], plot.bottom)], (*colour[:3], 150))
        if chart.kind not in ("scatter", "bubble") and len(path) > 1:
            canvas.line(path, colour, size * 0.16)
        for x, y, value in spots:
            radius = size * (0.35 if chart.kind == "bubble" else 0.22)
            canvas.disc(Area(x - radius, y - radius, 2 * radius, 2 * radius), colour)
            if _labelled(chart):
                _value(canvas, series, value, Area(x - slot, y - size * 1.5, slot * 2, size * 1.2), size, slot, ink)


def _bars(canvas: Canvas, chart: Chart, area: Area, colours: Sequence[Colour], size: float, ink: Colour) -> None:
    """Bars that lie; the first category at the bottom, as programs draw them."""
    low, high, step = _span(chart)
    left = min(max((width_of(name, Run("", size * 0.9)) for name in chart.categories), default=0.0), area.width * 0.35)
    plot = area.inset(left + size * 0.6, size * 0.2, size * 1.6, size * 1.6)
    for tick in _ticks(low, high, step):
        x = plot.left + (tick - low) / (high - low) * plot.width
        canvas.line([(x, plot.top), (x, plot.bottom)], _GRID if tick else GREY, canvas.scale)
        label = Area(x - size * 4, plot.bottom + size * 0.2, size * 8, size * 1.2)
        canvas.text([_said(shown(tick, chart.series[0].format), size * 0.85, ink, "ctr")], label, shrink=False)
    slot = plot.height / max(len(chart.categories), 1)
    thick = slot * 0.72 / max(len(chart.series), 1)
    for index, name in enumerate(chart.categories[:_MOST_POINTS]):
        top = plot.bottom - slot * (index + 1)
        canvas.text([_said(name, size * 0.9, ink, "r")], Area(area.left, top, left + size * 0.2, slot), "ctr")
        for order, series in enumerate(chart.series):
            value = series.values[index] if index < len(series.values) else None
            if value is None:
                continue
            ends = sorted((0.0 if low <= 0 else low, value))
            start, wide = (ends[0] - low) / (high - low) * plot.width, (ends[1] - ends[0]) / (high - low) * plot.width
            bar = Area(plot.left + start, top + slot * 0.86 - thick * (order + 1), wide, thick * 0.94)
            canvas.rectangle(bar, colours[order % len(colours)])
            if _labelled(chart) and thick > size * 0.7:
                spot = Area(bar.right + size * 0.2, bar.top, size * 6, bar.height)
                canvas.text([_said(shown(value, series.format), size * 0.85, ink)], spot, "ctr", shrink=False)
