"""Label and value within one segment: "Name: Jane Doe", "Sex: F  Age: 33", "Certificate ID 123456789"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from groundstone.documents.layout import labels
from groundstone.documents.layout.segments import Segment
from groundstone.documents.layout.upright import Rect

MONEY = re.compile(r"^(?:[A-Z]{1,3}|[A-Z]{0,2}[$€£¥])$")
LIKELY = 0.6  # the least likeness of a label that is followed by its value without a colon
WIDER, APART = 1.5, 0.65  # the gap before that value: times the widest other gap, and in text heights
FIGURES = 3  # digits that a value without a colon before it has at least


@dataclass(eq=False)
class Atom:
    """A part of a segment that may be a label or a value.

    ``chance`` that it is a label, from 0 to 1. ``told``: the value that follows it in the same segment.
    """

    segment: Segment
    chance: float
    told: Atom | None = None
    is_told: bool = False  # the value of the label before it
    hint: bool = False  # only says how to write a value

    @property
    def text(self) -> str:
        return self.segment.text

    @property
    def rect(self) -> Rect:
        return self.segment.rect

    @property
    def certain(self) -> bool:
        return labels.ends_label(self.text) and self.chance > 0.9


def atoms(segment: Segment, run_in: int = 0) -> list[Atom]:
    """The segment's labels and values, in order. ``run_in``: how many words are its label where no colon says so."""
    ends = _label_ends(segment)
    if not ends:
        return _without_colon(segment, run_in)
    found: list[Atom] = []
    after = 0
    for number, end in enumerate(ends):
        start = _label_start(segment, after, end, number == 0)
        if start > after:
            found.append(_value(segment.cut(after, start), found))
        found.append(Atom(segment.cut(start, end), 0.97))
        after = end
    if after < len(segment.words):
        found.append(_value(segment.cut(after), found))
    return found


def with_colons(row: list[Segment]) -> list[Segment]:
    """The row with each colon that stands at the head of a value given to the label before it."""
    found: list[Segment] = []
    for segment in row:
        if found and segment.words[0].text in (":", "：") and not labels.ends_label(found[-1].text):
            last = found.pop()
            joined = Segment(last.words + segment.words[:1], last.rects + segment.rects[:1], segment.leader)
            found.append(replace(joined, leader=segment.leader and len(segment.words) == 1))
            segment = segment.cut(1)
        if segment.words:
            found.append(segment)
    return found


def _label_ends(segment: Segment) -> list[int]:
    """Where labels end: behind each word with a colon at its end, and what says how to write the value."""
    found: list[int] = []
    for place, word in enumerate(segment.words):
        if not labels.ends_label(word.text):
            continue
        begin = found[-1] if found else 0
        if not any(letter.isalpha() for one in segment.words[begin : place + 1] for letter in one.text):
            continue
        end = place + 1
        while end < len(segment.words) and labels.is_format(segment.words[end].text):
            end += 1
        found.append(end)
    return found


def _label_start(segment: Segment, after: int, end: int, first: bool) -> int:
    """Where the label begins that ends before ``end``; what is left of it, from ``after``, is the value before."""
    if first and end - after <= labels.LONG:
        return after
    best, place = -9.0, after
    for start in range(max(after, end - labels.SHORT - 1), end):
        words = [word.text for word in segment.words[start:end]]
        score = labels.likeness(" ".join(words).rstrip(" :：")) + (0.1 if words[0][0].isupper() else 0.0)
        if start > 0:
            score += min(segment.rects[start].left - segment.rects[start - 1].right, 1.5)
        if start == after and not first:
            score -= 0.5
        if score > best:
            best, place = score, start
    return place


def _value(segment: Segment, before: list[Atom]) -> Atom:
    value = Atom(segment, min(labels.likeness(segment.text), 0.5))
    if before and before[-1].certain and before[-1].told is None:
        before[-1].told, value.is_told = value, True
    return value


def _without_colon(segment: Segment, run_in: int) -> list[Atom]:
    cut = _figures_start(segment) or _gap_start(segment) or run_in or None
    if cut is None:
        hint = all(labels.is_format(word.text) for word in segment.words)
        return [Atom(segment, 0.0 if hint else labels.likeness(segment.text), hint=hint)]
    label, value = Atom(segment.cut(0, cut), 0.75), Atom(segment.cut(cut), 0.05, is_told=True)
    label.told = value
    return [label, value]


def _figures_start(segment: Segment) -> int | None:
    """Where a number begins behind words that name it ("Invoice No. 4711", "Total RM 9.50"), or None."""
    words = [word.text for word in segment.words]
    place = next((at for at, text in enumerate(words) if any(letter.isdigit() for letter in text)), None)
    if place is None or not 0 < place <= labels.SHORT or len(words) - place > 4:
        return None
    if sum(letter.isdigit() for text in words[place:] for letter in text) < FIGURES:
        return None
    while place > 1 and MONEY.match(words[place - 1]) and not labels.names_field(words[place - 1]):
        place -= 1
    if labels.folded(words[place - 1]) in labels.SMALL and place > 1:
        return place if labels.likeness(" ".join(words[: place - 1])) > LIKELY else None
    named = labels.names_field(words[place - 1]) or words[place - 1] == "#"
    return place if named else None


def _gap_start(segment: Segment) -> int | None:
    """Where a gap that is wider than all others parts a label from what follows, or None."""
    gaps = [after.left - before.right for before, after in pairwise(segment.rects)]
    if len(gaps) < 1:
        return None
    widest = max(gaps)
    place, rest = gaps.index(widest) + 1, sorted(gaps)[:-1]
    if widest < WIDER * max(rest[-1] if rest else 0.0, APART * segment.height / WIDER):
        return None
    before, after = (" ".join(w.text for w in words) for words in (segment.words[:place], segment.words[place:]))
    if len(after) < FIGURES or labels.ends_heading(after):
        return None
    return place if labels.likeness(before) > LIKELY > labels.likeness(after) else None
