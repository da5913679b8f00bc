"""What a file becomes: its text, with the pages or sections and the places of the words."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from groundstone.records import NO_REGIONS, Box, Regions, Span

Step = Callable[[int, int], None]  # pages of a file that are done, and how many there are
Placed = tuple[int, int, Box]  # characters from start to end, and where they stand
GAP = "\n\n"  # between two pages


@dataclass(frozen=True, slots=True)
class Parsed:
    """The text of a file. ``parts`` are its pages (``page``) or its headed sections (``label``).

    ``notes``: what of the file is not in the text, in words.
    """

    text: str
    title: str = ""
    parts: tuple[Span, ...] = ()
    media_type: str = "text/plain"
    notes: tuple[str, ...] = ()
    regions: Regions = NO_REGIONS


@dataclass(frozen=True, slots=True)
class Sheet:
    """The words of one page or slide, which ``label`` names; ``placed`` counts characters of this text."""

    number: int
    text: str
    placed: tuple[Placed, ...] = ()
    label: str | None = None


def spaced(text: str, placed: Iterable[Placed]) -> tuple[str, tuple[Placed, ...]]:
    """A text whose lines are whole paragraphs with a blank line between them, so that none is read as a wrapped one."""
    breaks = [index for index, letter in enumerate(text) if letter == "\n"]

    def moved(offset: int) -> int:
        return offset + bisect_left(breaks, offset)

    return text.replace("\n", GAP), tuple((moved(start), moved(end), box) for start, end, box in placed)


def bound(sheets: Iterable[Sheet]) -> tuple[str, tuple[Span, ...], Regions]:
    """Sheets as one text, each a part of it; those without words are left out."""
    texts: list[str] = []
    parts: list[Span] = []
    placed: list[Placed] = []
    start = 0
    for sheet in sheets:
        if not sheet.text.strip():
            continue
        texts.append(sheet.text)
        parts.append(Span(start, start + len(sheet.text), page=sheet.number, label=sheet.label))
        placed += ((start + first, start + last, box) for first, last, box in sheet.placed)
        start += len(sheet.text) + len(GAP)
    return GAP.join(texts), tuple(parts), Regions.of(placed)
