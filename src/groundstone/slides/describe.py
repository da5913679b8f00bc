"""Descriptions of slides: in plain sentences of what stands on them, or by a model that sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from groundstone.documents.decks.base import Chart, Element, Grid, Slide
from groundstone.documents.decks.number_format import shown
from groundstone.documents.decks.told import alt_of, in_order, told
from groundstone.documents.decks.words import one_line
from groundstone.errors import ModelError
from groundstone.models.base import Chat, ChatOptions, Message, Picture

OURS = "groundstone-describe-1"  # names the descriptions that no model wrote
MOST_ROWS, MOST_LINES = 12, 14
LONGEST = 4000  # characters of a description
MOST_WORDS = 6000  # characters of a slide's words that a model is told beside the picture
PROMPT = (
    "Describe this slide of a presentation for somebody who searches for it and cannot see it. Say what it is about, "
    "then everything that stands on it: headings, points, every table with its rows and numbers, every chart with its "
    "axes, series and values, diagrams with what leads to what, pictures and the words in them. Use whole sentences, "
    "no introduction, and only what is on the slide."
)
_KINDS = {"bar": "bar chart", "column": "column chart", "line": "line chart", "pie": "pie chart", "area": "area chart",
          "doughnut": "doughnut chart", "scatter": "scatter plot", "bubble": "bubble chart", "radar": "radar chart",
          "other": "chart"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Description:
    """``by``: the model that wrote it, or ``OURS``."""

    text: str
    by: str


def describe(slide: Slide) -> Description:
    """What stands on a slide, in sentences; the same slide always gives the same ones."""
    title = slide.title
    about = f' is titled "{title}"' if title else " has no title"
    said = [f"Slide {slide.number}{about}."]
    for element in in_order(slide):
        said.extend(_said(element, title))
    if len(said) == 1 and not title:
        said.append("No words stand on it.")
    return Description("\n".join(said)[:LONGEST], OURS)


def describe_by(chat: Chat, slide: Slide, picture: Picture, deck_title: str = "") -> Description:
    """What a model that sees says of a slide, given its picture and its words. Raises ModelError and its kinds."""
    words = told(slide).text[:MOST_WORDS]
    asked = f"{PROMPT}\n\nThe deck is called: {one_line(deck_title)}\nWords read from the slide:\n{words}"
    options = ChatOptions(max_tokens=800, stream=False)
    pieces = chat.chat([Message("user", asked, pictures=(picture,))], options)
    text = "".join(piece.text for piece in pieces).strip()
    if not text:
        raise ModelError(f"{chat.name} gave no description of slide {slide.number}; try again or use another model")
    return Description(text[:LONGEST], chat.name)


def _said(element: Element, title: str) -> Iterator[str]:
    if element.kind in ("title", "footer"):
        return
    if element.chart:
        yield from _chart(element.chart)
    if element.grid:
        yield from _grid(element.grid)
    lines = [line for paragraph in element.paragraphs if (line := one_line(paragraph.text)) and line != title]
    if lines:
        yield _opening(element) + "; ".join(line.rstrip(".;") for line in lines[:MOST_LINES]) + "."
    alt = alt_of(element)
    if alt and alt not in lines:
        yield f"A picture shows {alt.rstrip('.')}."


def _opening(element: Element) -> str:
    if element.kind == "diagram":
        return "A diagram shows: "
    if element.kind == "notes":
        return "The speaker notes say: "
    if element.kind == "picture" or element.source == "ocr":
        return "A picture contains the words: "
    if element.kind == "subtitle":
        return "Its subtitle is: "
    return "It lists: " if sum(paragraph.bullet for paragraph in element.paragraphs) > 1 else "It says: "


def _grid(grid: Grid) -> Iterator[str]:
    if not grid.rows:
        return
    header = [one_line(cell) for cell in grid.rows[0]] if grid.header_rows else []
    columns = ", ".join(cell for cell in header if cell)
    yield f"A table with {len(grid.rows[0])} columns{f' ({columns})' if columns else ''}."
    for row in grid.rows[grid.header_rows :][:MOST_ROWS]:
        cells = [one_line(cell) for cell in row]
        named = [
            f"{header[at]} is {cell}" if at < len(header) and header[at] and at >= grid.header_columns else cell
            for at, cell in enumerate(cells)
            if cell
        ]
        if named:
            yield f"For {named[0]}: {', '.join(named[1:])}." if len(named) > 1 else f"{named[0]}."


def _chart(chart: Chart) -> Iterator[str]:
    axes = " by ".join(part for part in (one_line(chart.value_axis), one_line(chart.category_axis)) if part)
    title = one_line(chart.title)
    yield f"A {_KINDS.get(chart.kind, 'chart')}{f' titled {title}' if title else ''}{f' shows {axes}' if axes else ''}."
    for series in chart.series:
        points = [
            f"{shown(value, series.format)} for {one_line(category)}" if category else shown(value, series.format)
            for category, value in zip(chart.categories, series.values, strict=False)
            if value is not None
        ]
        if points:
            yield f"{one_line(series.name) or 'The values'}: {', '.join(points)}."
