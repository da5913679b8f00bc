"""What a deck of the benchmark holds, before it is written in some format."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Bullet:
    text: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Bullets:
    """``heading``: of a column, "" for none. ``plain``: paragraphs without bullets."""

    items: tuple[Bullet, ...]
    heading: str = ""
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as they are shown, the header row first."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """``kind`` as groundstone.documents.decks.base says; ``show`` is a format such as "{:,} %"."""

    kind: str
    title: str
    categories: tuple[str, ...]
    series: tuple[tuple[str, tuple[Decimal, ...]], ...]
    axis: str = ""
    show: str = "{:,}"


@dataclass(frozen=True, slots=True)
class Diagram:
    """SmartArt: steps in a row, or a tree by the levels."""

    nodes: tuple[Bullet, ...]


@dataclass(frozen=True, slots=True)
class Boxes:
    """A group of boxes with words, joined by lines."""

    name: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels with words in them. ``kind``: "screenshot", "photo", "sign", "chart" (then ``chart`` is drawn)."""

    kind: str
    lines: tuple[str, ...] = ()
    caption: str = ""
    alt: str = ""
    chart: Chart | None = None


Part = Bullets | Table | Chart | Diagram | Boxes | Picture


@dataclass(frozen=True, slots=True)
class SlidePlan:
    """``layout``: "title", "section", "body" or "end"."""

    title: str
    parts: tuple[Part, ...] = ()
    notes: str = ""
    hidden: bool = False
    layout: str = "body"


@dataclass(frozen=True, slots=True)
class DeckPlan:
    """``format``: "pptx", "pdf" or "pictures"; ``name`` is that of its file without the ending."""

    name: str
    title: str
    format: str
    slides: tuple[SlidePlan, ...]
    author: str = ""
    footer: str = ""
    look: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its truth, as groundstone.slides.question_file reads it."""

    kind: str
    question: str
    deck: str = ""
    slides: tuple[int, ...] = ()
    wanted: tuple[tuple[str, ...], ...] = ()
    after: tuple[str, ...] = ()
    id: str = ""

    @property
    def absent(self) -> bool:
        return self.kind.startswith("absent")

    def line(self) -> dict[str, object]:
        made: dict[str, object] = {"id": self.id, "kind": self.kind, "question": self.question, "deck": self.deck}
        if self.absent:
            return {**made, "absent": True}
        if self.after:
            made["after"] = list(self.after)
        return {**made, "slides": list(self.slides), "must_contain": [list(group) for group in self.wanted]}


@dataclass(slots=True)
class Pool:
    """Everything that could be asked of one deck."""

    asked: list[Asked] = field(default_factory=list)

    def add(self, kind: str, question: str, slides: tuple[int, ...], *wanted: tuple[str, ...], after: str = "") -> None:
        self.asked.append(Asked(kind, question, "", slides, wanted, (after,) if after else ()))
