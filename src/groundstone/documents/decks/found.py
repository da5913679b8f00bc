"""What is found on a slide before it is put in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from groundstone.documents.decks.base import Chart, Element, Grid, Kind, Paragraph, Slide, Source
from groundstone.documents.decks.order import in_reading_order
from groundstone.records import Box

_TITLE_BOTTOM = 0.35  # fraction of the slide's height above which a title ends
_LARGER = 1.15  # times that letters of a title are larger than those of most others
_NEARLY = 0.85  # of the largest letters that could be a title's, which an own title has
_LONGEST_TITLE = 150  # characters


@dataclass(slots=True)
class Found:
    """One element on its way. ``path``: the groups that it is in, told apart by number. ``key``: of its picture.

    ``size``: height of its largest letters, in any unit that is the same all over the slide.
    """

    kind: Kind
    box: Box | None = None
    paragraphs: Sequence[Paragraph] = ()
    grid: Grid | None = None
    chart: Chart | None = None
    alt: str = ""
    name: str = ""
    group: tuple[str, ...] = ()
    path: tuple[int, ...] = ()
    key: str = ""
    size: float = 0.0
    source: Source = "native"

    @property
    def says(self) -> bool:
        """Whether there is anything to it."""
        return bool(self.paragraphs or self.grid or self.chart or self.alt or self.key)


@dataclass(frozen=True, slots=True)
class PictureAt:
    """A picture that is on a slide: the bytes are had by its ``key``; it fills the ``box`` of its element."""

    slide: int
    element: int
    key: str
    box: Box | None


@dataclass(slots=True)
class Gathered:
    """A slide as it was read, with what can be had of its pictures."""

    number: int
    found: list[Found] = field(default_factory=list)
    hidden: bool = False
    problems: list[str] = field(default_factory=list)

    def problem(self, words: str) -> None:
        if words not in self.problems:
            self.problems.append(words)

    def finished(self) -> tuple[Slide, list[PictureAt]]:
        """In reading order, with a title when one shows by its letters."""
        found = [one for one in self.found if one.says]
        _crown(found)
        ordered = in_reading_order([(one.kind, one.box, one.path) for one in found])
        elements, pictures = [], []
        for number, index in enumerate(ordered, start=1):
            one = found[index]
            elements.append(_element(one, number))
            if one.key:
                pictures.append(PictureAt(self.number, number, one.key, one.box))
        return Slide(self.number, tuple(elements), self.hidden, tuple(self.problems)), pictures


def _element(one: Found, number: int) -> Element:
    return Element(
        one.kind, number, one.box, tuple(one.paragraphs), one.grid, one.chart, one.alt, one.name, one.group, one.source
    )


def _crown(found: list[Found]) -> None:
    """Without a title of the file's own, the highest short text in letters larger than most others is one."""
    if any(one.kind == "title" and one.paragraphs for one in found):
        return
    texts = [one for one in found if one.kind in ("text", "subtitle") and one.paragraphs and one.size]
    able = [one for one in texts if _could_be_title(one)]
    largest = max((one.size for one in able), default=0.0)
    best = min((one for one in able if one.size > _NEARLY * largest), key=_top, default=None)
    others = [one.size for one in texts if one is not best]
    if best is not None and (not others or best.size > _LARGER * median(others)):
        best.kind = "title"


def _top(one: Found) -> float:
    return one.box.top if one.box else 1.0


def _could_be_title(one: Found) -> bool:
    """Whether it is short, says a word, and stands high up."""
    words = " ".join(paragraph.text for paragraph in one.paragraphs)
    short = len(one.paragraphs) <= 2 and len(words) <= _LONGEST_TITLE
    high = one.box is not None and one.box.top + one.box.height / 2 < _TITLE_BOTTOM
    return bool(short and high and re.search(r"[^\W\d]{2}", words) and not any(p.bullet for p in one.paragraphs))
