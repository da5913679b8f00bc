"""One form being filled in: its world, its style, its sheet, and where every answer came to stand."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from benchmarks.forms.fonts import a_face
from benchmarks.forms.sheet import Colour, Ink, Rect, Sheet, around
from benchmarks.forms.wording import labels
from benchmarks.forms.world import World

DARK: tuple[Colour, ...] = ((20, 20, 20), (20, 20, 20), (30, 30, 60), (10, 40, 80), (60, 30, 20), (50, 50, 50))
FAINT: tuple[Colour, ...] = ((90, 90, 90), (70, 90, 120), (120, 60, 50), (50, 110, 80), (110, 110, 110), (20, 20, 20))
STRONG: tuple[Colour, ...] = ((0, 60, 130), (140, 20, 30), (0, 95, 70), (90, 40, 120), (30, 30, 30), (190, 90, 0))
PAPERS: tuple[Colour, ...] = (
    (255, 255, 255),
    (255, 255, 255),
    (250, 248, 240),
    (244, 250, 250),
    (255, 252, 225),
    (248, 240, 245),
)


BY_HAND = {"vaccination", "application", "medical"}  # families whose values may be written by hand


@dataclass(frozen=True)
class Fact:
    """A field as it is printed; ``value`` is "" for a field that is left blank."""

    field: str
    label: str
    value: str


@dataclass(frozen=True)
class Style:
    """Letters and colours of a form; ``colon`` follows a label that stands beside its value."""

    title: Ink
    label: Ink
    value: Ink
    small: Ink
    accent: Colour
    colon: str
    upper: bool  # labels in capitals


def a_style(rng: random.Random, size: int, kind: str, by_hand: bool) -> Style:
    """Inks around ``size`` pixels; ``kind`` of letter as in fonts.KINDS, "" any usual one; at times written by hand."""
    face = a_face(rng, kind or rng.choices(("sans", "serif", "mono"), (12, 4, 2))[0])
    filled = (
        a_face(rng, rng.choice(("mono", "sans", "serif", *(["hand"] * 2 if by_hand else []))))
        if rng.random() < 0.2
        else face
    )
    bold_label, bold_value = rng.choice(((True, False), (False, False), (False, True), (False, False)))
    dark = rng.choice(DARK)
    faint = rng.choice(FAINT) if rng.random() < 0.6 else dark
    label = Ink(face.bold if bold_label else face.regular, round(size * rng.choice((0.8, 0.9, 1.0, 1.0))), faint)
    value = Ink(filled.bold if bold_value else filled.regular, size, dark if rng.random() < 0.85 else (25, 40, 140))
    accent = rng.choice(STRONG)
    title = Ink(face.bold, round(size * rng.uniform(1.3, 1.9)), accent if rng.random() < 0.5 else dark)
    small = Ink(face.regular, max(12, round(size * 0.68)), faint)
    return Style(title, label, value, small, accent, rng.choice((":", ":", "", ":", " :")), rng.random() < 0.15)


class Form:
    """What layouts write on. ``y`` is where the next block begins; ``left`` and ``right`` are the margins."""

    def __init__(
        self,
        rng: random.Random,
        family: str,
        language: str,
        width: int,
        height: int,
        kind: str = "",
        scale: float = 1.0,
    ) -> None:
        self.rng, self.family, self.language = rng, family, language
        self.world = World(rng, language, receipt=family == "receipt")
        self.sheet = Sheet(width, height, rng.choice(PAPERS))
        self.style = a_style(rng, round(width * scale * rng.uniform(0.0175, 0.024)), kind, family in BY_HAND)
        margin = round(width * rng.uniform(0.05, 0.09))
        self.left, self.right, self.y = float(margin), float(width - margin), height * rng.uniform(0.03, 0.06)
        self.answers: dict[str, tuple[str, Rect]] = {}
        self.blank: set[str] = set()
        self.mentioned: set[str] = set()  # fields that stand somewhere without being theirs: not to be asked for
        self.vain: list[str] = []  # fields that are surely not on the form, to be asked for before others
        self.used: set[str] = set()  # labels, in small letters: no two facts of a sheet bear the same
        self.address = ""  # the last one written as a block
        self.second_language = ""
        self.numbered = False

    @property
    def unit(self) -> float:
        """The height of a letter of a value, in pixels: the measure of all distances."""
        return float(self.style.value.size)

    # facts

    def facts(self, fields: str, drop: float = 0.12, blank: float = 0.06, shuffle: bool = False) -> list[Fact]:
        """The facts of some fields; some are left out, some are left blank, but never all."""
        names = fields.split()
        kept = [name for name in names if self.rng.random() >= drop] or names
        if shuffle:
            self.rng.shuffle(kept)
        return [self.fact(name, blank if len(kept) > 2 else 0.0) for name in kept]

    def fact(self, field: str, blank: float = 0.0, value: str | None = None) -> Fact:
        text = self.world.value(field) if value is None else value
        return Fact(field, self.label(field), "" if self.rng.random() < blank else text)

    def label(self, field: str) -> str:
        names = labels(field, self.language, self.family)
        made = str(self.rng.choice([name for name in names if name.lower() not in self.used] or names))
        self.used.add(made.lower())
        if self.second_language:
            other = labels(field, self.second_language, self.family)[0]
            made = f"{made} / {other}" if other.lower() != made.lower() else made
        return made.upper() if self.style.upper else made

    # writing

    def write_label(
        self, x: float, y: float, text: str, width: float = 9999, ink: Ink | None = None, align: str = "left"
    ) -> Rect:
        return self.sheet.write(x, y, text, fit(ink or self.style.label, text, width), align)

    def write_value(
        self, x: float, y: float, fact: Fact, width: float = 9999, ink: Ink | None = None, align: str = "left"
    ) -> Rect:
        """The value of a fact, broken into lines where it is wider than ``width``; remembered as its answer."""
        ink = ink or self.style.value
        if not fact.value:
            self.blank.add(fact.field)
            return (x, y, x, y + ink.size)
        lines = broken(fact.value, fit(ink, max(fact.value.split(), key=len), width), width)
        if len(lines) == 2 and ink.width(fact.value) < width * 1.25:
            lines = [fact.value]
        ink = fit(ink, max(lines, key=len), width)
        rect = around([self.sheet.write(x, y + n * ink.size * 1.25, line, ink, align) for n, line in enumerate(lines)])
        self.answer(fact.field, fact.value, rect)
        return rect

    def answer(self, field: str, text: str, rect: Rect) -> None:
        """Remembers what the sheet says about a field, unless it said so before."""
        self.answers.setdefault(field, (text, rect))
        self.blank.discard(field)

    def text(
        self, text: str, ink: Ink | None = None, align: str = "left", gap: float = 0.5, right: float | None = None
    ) -> Rect:
        """A paragraph at ``y``, which moves on below it."""
        ink, right = ink or self.style.small, right or self.right
        x = {"left": self.left, "right": right, "middle": (self.left + right) / 2}[align]
        rects = []
        for line in broken(text, ink, right - self.left):
            rects.append(self.sheet.write(x, self.y, line, fit(ink, line, right - self.left), align))
            self.y += ink.size * 1.3
        self.y += gap * self.unit
        return around(rects)

    def title(self, text: str, align: str = "") -> Rect:
        return self.text(text, self.style.title, align or self.rng.choice(("left", "left", "middle")), 0.8)

    def crop(self) -> None:
        """Cuts the empty foot of the sheet away, or adds to a sheet that is too short for its words."""
        lowest = max(word.rect[3] for word in self.sheet.words)
        lowest = max([lowest, self.y, *(tick.rect[3] for tick in self.sheet.ticks)])
        needed = round(lowest + self.unit * self.rng.uniform(1.0, 4.0))
        if needed < self.sheet.height or lowest + self.unit * 0.5 > self.sheet.height:
            self.sheet.height = needed


def fit(ink: Ink, text: str, width: float) -> Ink:
    """The ink, smaller where the text would be wider than ``width``; never below ten pixels."""
    wide = ink.width(text)
    return ink if wide <= width else replace(ink, size=max(10, int(ink.size * width / wide)))


def broken(text: str, ink: Ink, width: float) -> list[str]:
    """The text in lines no wider than ``width``, a longer word on a line of its own."""
    lines: list[str] = []
    for word in text.split():
        if lines and ink.width(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]
