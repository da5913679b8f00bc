"""The nouns of a deck: slides, and what stands on each with its place. Frozen, plain, free of any engine.

Places are ``Box``es: fractions of a slide's width and height, ``Box.page`` is the number of the slide. Speaker notes
and what has no place of its own have None.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from groundstone.records import Box

Kind = Literal["title", "subtitle", "text", "table", "chart", "diagram", "picture", "notes", "footer"]
Source = Literal["native", "ocr", "described"]  # the file's own words; recognised in pixels; said by a model that sees


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph, or one line of recognised text. ``level``: 0 for the outermost bullets or plain text."""

    text: str
    level: int = 0
    box: Box | None = None
    bullet: bool = False
    confidence: float = 1.0  # of recognised text


@dataclass(frozen=True, slots=True)
class Grid:
    """A table, row by row; a merged cell says its text where it begins and again in the cells that it covers.

    ``header_rows`` and ``header_columns`` say how many rows at the top and columns at the left name the others.
    ``boxes`` holds one place for every cell in the same shape, or nothing.
    """

    rows: tuple[tuple[str, ...], ...]
    header_rows: int = 1
    header_columns: int = 1
    boxes: tuple[tuple[Box, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a chart; ``values`` has one number per category, None where there is none."""

    name: str
    values: tuple[float | None, ...]
    format: str = ""  # the file's number format, such as "0.0%" or '#,##0 "M"'


@dataclass(frozen=True, slots=True)
class Chart:
    """``kind``: "bar", "column", "line", "pie", "doughnut", "area", "scatter", "bubble", "radar" or "other".

    Of scatter and bubble charts the categories are the x values as text.
    """

    kind: str
    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    category_axis: str = ""  # title of the axis
    value_axis: str = ""  # title of the axis, which often holds the unit: "Revenue (USD million)"


@dataclass(frozen=True, slots=True)
class Element:
    """One thing on a slide.

    ``paragraphs``: its text (also what was recognised in a picture, and the nodes of a diagram with their levels).
    ``alt``: alternative text that the author wrote. ``group``: names of the groups that it is in, outermost first.
    ``number``: its place in the reading order of its slide, from 1.
    """

    kind: Kind
    number: int
    box: Box | None = None
    paragraphs: tuple[Paragraph, ...] = ()
    grid: Grid | None = None
    chart: Chart | None = None
    alt: str = ""
    name: str = ""
    group: tuple[str, ...] = ()
    source: Source = "native"

    @property
    def text(self) -> str:
        return "\n".join(paragraph.text for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide. ``elements`` stand in reading order, the notes last. ``problems``: what was left out, in words."""

    number: int  # the first slide is 1
    elements: tuple[Element, ...] = ()
    hidden: bool = False
    problems: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The words of its title, or the first words that could be one; may be empty."""
        from groundstone.documents.decks.titles import title_of

        return title_of(self)


@dataclass(frozen=True, slots=True)
class Deck:
    """A deck that was read: ``slides`` of ``slide_count`` that it has; ``width`` and ``height`` in points.

    ``properties``: what the file says of itself ("author", "created", "subject", ...). ``problems``: of the deck as a
    whole; those of a slide stand with it.
    """

    name: str
    media_type: str
    title: str
    slides: tuple[Slide, ...]
    slide_count: int
    width: float
    height: float
    properties: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()

    def slide(self, number: int) -> Slide | None:
        """The slide of a number, if it was read."""
        return next((slide for slide in self.slides if slide.number == number), None)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A slide as a picture. ``how``: "pdf", "picture", "libreoffice", or "sketch" for our own drawing of its layout."""

    png: bytes
    width: int
    height: int
    how: Literal["pdf", "picture", "libreoffice", "sketch"]
