"""The figures of a page: exact values with their places, rows and columns. Text only, no pixels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from statistics import median

from groundstone.documents.base import Page, Word
from groundstone.documents.layout.segments import Segment, rows, sheet
from groundstone.documents.layout.upright import Rect
from groundstone.documents.values.numbers import CURRENCIES, figure
from groundstone.forensics.words.places import box_of
from groundstone.records import Box

MOST = 600  # figures of a page that are looked at
ALIGNED = 0.45  # text heights by which edges of one column differ at most
CENTRED = 0.6  # and middles
TIGHT = 0.45  # text heights of a blank that may divide thousands
CLOSE = 1.5  # text heights between a figure and the label above it
MOST_ABOVE = 120  # pieces of text above a figure that are looked at
_SIGN = "|".join(re.escape(sign) for sign in sorted(CURRENCIES, key=len, reverse=True))
_TOKEN = re.compile(
    rf"(?<![\w/:%#&*])(?<!\d[.,])(?<!\w[-–])(?P<before>[-(+−–]?\s?(?:(?:{_SIGN})\.?\s?)?[-−–]?)"
    r"(?P<body>\d{1,3}(?:[.,'’]\d{3})+(?:[.,]\d{1,4})?|\d{1,3}(?: \d{3})+,\d\d|\d{1,9}(?:[.,]\d{1,4})?)"
    rf"(?P<after>\s?(?:{_SIGN})(?!\w))?(?P<close>\)|-(?![\w-]))?(?P<percent>\s?%)?(?![\w/:#&*]|[-.,'’]\w)",
    re.I,
)


@dataclass(frozen=True, eq=False)
class Figure:
    """A number on the page. ``value`` is exact; ``decimals`` are the figures behind its decimal sign.

    ``text`` is the number as written, without currency. ``rect`` is in upright text heights; ``row`` is the number of
    its row. ``confidence`` is that of its least certain word.
    """

    value: Decimal
    decimals: int
    text: str
    rect: Rect
    words: tuple[Word, ...]
    row: int
    unit: str = ""
    percent: bool = False
    grouped: bool = False
    label: str = ""  # the words of its row before it, up to another figure and its own words; else those above it

    @cached_property
    def box(self) -> Box:
        return box_of(self.words)

    @property
    def confidence(self) -> float:
        return min(word.confidence for word in self.words)

    @property
    def is_money(self) -> bool:
        return self.decimals == 2 and not self.percent


@dataclass(frozen=True, eq=False)
class Row:
    """What stands side by side."""

    number: int
    text: str
    figures: tuple[Figure, ...]
    segments: tuple[Segment, ...]


def rows_of(page: Page) -> tuple[Row, ...]:
    """The rows of a page, from the top. Of a page with very many figures, the first ``MOST`` count."""
    made: list[Row] = []
    left = MOST
    for number, segments in enumerate(rows(sheet(page).segments)):
        found = [one for segment in segments for one in _figures(segment, number)][:left]
        left -= len(found)
        text = " ".join(segment.text for segment in segments)
        made.append(Row(number, text, tuple(_labelled(segments, found)), tuple(segments)))
    return _headed(_read_alike(made))


def columns_of(rows: Iterable[Row]) -> list[list[Figure]]:
    """Figures that stand below each other, aligned at the right, the left or the middle; each list from the top.

    Whole numbers and those with decimals make columns of their own.
    """
    columns: list[list[Figure]] = []
    for one in (one for row in rows for one in row.figures):
        home = next((column for column in columns if _below(column, one)), None)
        if home is None:
            columns.append([one])
        else:
            home.append(one)
    return columns


def _below(column: Sequence[Figure], one: Figure) -> bool:
    if column[-1].row == one.row or bool(column[-1].decimals) != bool(one.decimals):
        return False
    near = [other.rect for other in column[-8:]]
    if abs(median(rect.right for rect in near) - one.rect.right) < ALIGNED:
        return True
    if len(near) > 1 and abs(median(rect.left for rect in near) - one.rect.left) < ALIGNED / 2:
        return True
    return abs(median(rect.middle[0] for rect in near) - one.rect.middle[0]) < CENTRED / 2


def _figures(segment: Segment, row: int) -> Iterator[Figure]:
    starts, place = [], 0
    for word in segment.words:
        starts.append(place)
        place += len(word.text) + 1
    for match in _TOKEN.finditer(segment.text):
        first, last = match.span("body")
        inside = [n for n, start in enumerate(starts) if start < last and first < start + len(segment.words[n].text)]
        made = _figure(match, segment, inside, row)
        if made is not None:
            yield made


def _figure(match: re.Match[str], segment: Segment, inside: Sequence[int], row: int) -> Figure | None:
    amount = figure(match["body"])
    if amount is None or not inside or _loose(segment, inside):
        return None
    exact = _exact(match["body"], amount.cents)
    before, close = match["before"], match["close"] or ""
    negative = ("(" in before and close == ")") or any(sign in before for sign in "-−–") or close == "-"
    unit = next((CURRENCIES[sign] for sign in re.findall(_SIGN, (before + (match["after"] or "")).lower())), "")
    return Figure(
        -exact if negative else exact, amount.cents, match["body"],
        Rect.around(segment.rects[n] for n in inside), tuple(segment.words[n] for n in inside), row, unit,
        bool(match["percent"]), amount.grouped,
    )  # fmt: skip


def _loose(segment: Segment, inside: Sequence[int]) -> bool:
    """Words that are too far apart to be one number."""
    return any(segment.rects[b].left - segment.rects[a].right > TIGHT for a, b in pairwise(inside))


def _exact(body: str, cents: int) -> Decimal:
    plain = re.sub(r"\D", "", body)
    return Decimal(int(plain)).scaleb(-cents)


def _labelled(segments: Sequence[Segment], figures: Sequence[Figure]) -> Iterator[Figure]:
    """The figures with their labels; one without words of its own has that of the figure before it."""
    placed = [pair for segment in segments for pair in zip(segment.words, segment.rects, strict=True)]
    taken = {id(word) for one in figures for word in one.words}
    start, label = float("-inf"), ""
    for one in sorted(figures, key=lambda one: one.rect.left):
        own = [word.text for word, rect in placed if start < rect.left < one.rect.left and id(word) not in taken]
        label = " ".join(own) if any(char.isalpha() for text in own for char in text) else label
        start = one.rect.left
        yield replace(one, label=label)


def _headed(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Figures that have no words beside them are called by those above them."""
    above: list[Segment] = []  # words without figures that were met, the latest last
    made: list[Row] = []
    for row in rows:
        found = tuple(_under(one, above) for one in row.figures)
        made.append(replace(row, figures=found))
        taken = {id(word) for one in row.figures for word in one.words}
        above += [s for s in row.segments if not any(id(word) in taken for word in s.words)]
    return tuple(made)


def _under(one: Figure, above: Sequence[Segment]) -> Figure:
    for segment in reversed(above[-MOST_ABOVE:]):
        if segment.rect.beside(one.rect) > 0.5 and segment.rect.bottom < one.rect.middle[1]:
            near = one.rect.top - segment.rect.bottom < CLOSE
            return replace(one, label=segment.text) if near and not one.label else one
    return one


def _read_alike(rows: Sequence[Row]) -> tuple[Row, ...]:
    """1.234 and 1,234 mean thousands or decimals as the page's other figures, which have cents, tell."""
    signs = Counter(one.text[-3] for row in rows for one in row.figures if one.decimals == 2 and len(one.text) > 3)
    point = "," if signs[","] > signs["."] else "."
    return tuple(replace(row, figures=tuple(_meant(one, point) for one in row.figures)) for row in rows)


def _meant(one: Figure, point: str) -> Figure:
    if not re.fullmatch(r"\d{1,3}[.,]\d{3}", one.text):
        return one
    decimal = one.text[-4] == point
    plain = Decimal(int(re.sub(r"\D", "", one.text))).copy_sign(one.value)
    return replace(one, value=plain.scaleb(-3) if decimal else plain, decimals=3 * decimal, grouped=not decimal)
