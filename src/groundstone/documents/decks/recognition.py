"""What recognition adds to slides: which pictures are worth it, and their words put where they stand on the slide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from groundstone.documents.base import Page
from groundstone.documents.decks.base import Element, Grid, Paragraph, Slide
from groundstone.documents.decks.recognised import elements_of, lines_of
from groundstone.documents.decks.tints import Tints
from groundstone.records import Box

Seen = tuple[Page, Tints | None]  # what was read on a picture, and its colours

_LARGE = 0.04  # share of the slide from which a picture is read
_SMALL = 0.01  # the same on a slide with few words of its own
_FEW = 12  # words
_OFTEN = 3  # slides on which the same picture may stand before it is taken for decoration
_SURE = 0.6  # confidence below which a line of a photograph is noise
_SHORT = 2  # characters of a line that has to be surer
_SURE_SHORT = 0.9


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture to be read: it is the element ``element`` of the slide."""

    slide: int
    element: int
    key: str


def wanted(pictures: Sequence[Mapping[str, Any]], slides: Mapping[int, Slide]) -> list[Wanted]:
    """The pictures that may say something, in the order of their slides; decoration only where it stands first."""
    on = Counter(key for key, _ in {(picture["key"], picture["slide"]) for picture in pictures})
    often = max(_OFTEN, len(slides) // 3)
    seen: set[str] = set()
    found = []
    for picture in sorted(pictures, key=lambda one: (one["slide"], one["element"])):
        key, slide = picture["key"], slides[picture["slide"]]
        if not _is_large(picture["box"], slide) or _has_words(slide, picture["element"]):
            continue
        if on[key] > often and key in seen:
            continue
        seen.add(key)
        found.append(Wanted(slide.number, picture["element"], key))
    return found


def _is_large(box: Sequence[float] | None, slide: Slide) -> bool:
    if box is None:
        return False
    words = sum(len(element.text.split()) for element in slide.elements if element.kind not in ("notes", "footer"))
    return box[2] * box[3] >= (_SMALL if words < _FEW else _LARGE)


def _has_words(slide: Slide, number: int) -> bool:
    """Whether a picture's words are known already, as those of a drawing are."""
    return any(element.number == number and element.paragraphs for element in slide.elements)


def with_pictures(slide: Slide, read: Mapping[int, Seen]) -> Slide:
    """The slide with what its pictures say; ``read`` by number of the element."""
    elements = tuple(
        _with_words(element, *read[element.number]) if element.number in read else element for element in slide.elements
    )
    return replace(slide, elements=elements)


def recognised_slide(slide: Slide, page: Page, tints: Tints | None = None) -> Slide:
    """A slide that is a picture or a scanned page, by what was read on it; without words it stays as it was."""
    page = replace(page, number=slide.number)
    elements = tuple(_on(element, slide.number) for element in elements_of(page, tints))
    return replace(slide, elements=elements or slide.elements)


def with_problem(slide: Slide, problem: str) -> Slide:
    return slide if problem in slide.problems else replace(slide, problems=(*slide.problems, problem))


def _with_words(element: Element, page: Page, tints: Tints | None) -> Element:
    frame = element.box
    if frame is None:
        return element
    paragraphs, grid = lines_of(page, tints)
    kept = tuple(replace(one, box=_within(one.box, frame)) for one in paragraphs if _is_sure(one))
    if not kept and grid is None:
        return element
    return replace(element, paragraphs=kept, grid=_grid_within(grid, frame), source="ocr")


def _is_sure(paragraph: Paragraph) -> bool:
    if not any(letter.isalnum() for letter in paragraph.text):
        return False
    return paragraph.confidence >= (_SURE_SHORT if len(paragraph.text) <= _SHORT else _SURE)


def _within(box: Box | None, frame: Box) -> Box | None:
    """A place on a picture as the place on the slide that the picture fills."""
    if box is None:
        return frame
    return Box(
        round(frame.left + box.left * frame.width, 5), round(frame.top + box.top * frame.height, 5),
        round(box.width * frame.width, 5), round(box.height * frame.height, 5), frame.page,
    )  # fmt: skip


def _grid_within(grid: Grid | None, frame: Box) -> Grid | None:
    if grid is None:
        return None
    return replace(grid, boxes=tuple(tuple(_within(box, frame) or frame for box in row) for row in grid.boxes))


def _on(element: Element, number: int) -> Element:
    """Boxes of layout may carry the number of another page."""
    if element.grid is None:
        return element
    boxes = tuple(tuple(replace(box, page=number) for box in row) for row in element.grid.boxes)
    return replace(element, grid=replace(element.grid, boxes=boxes))
