"""Lines that stand alone on a page put together to blocks, as a person sees them: bullets, a caption, a label.

Pure geometry. Lengths are in pixels (or points) of the page, so that a wide slide is not seen squashed.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from groundstone.documents.base import Line, Page, Word

_ALIKE = 1.27  # times that letters of one block may differ in size
_ONE_SIZE = 1.13  # the same of lines that stand apart
_GAP = 2.2  # heights of a line between two lines of a block at most
_BESIDE = 1.3  # heights of a line between two parts of one line
_ALIGNED = 0.8  # heights of a line that left edges or middles may be apart
_SPLIT = 0.8  # heights of a line between words that are not of one label
_APART, _EDGE, _SEVERAL = 0.42, 0.12, 2  # heights between cells, those that edges differ, lines that begin there
_SHARED = 0.3  # share of the narrower line that stands above or below the other
_INDENT = 4.0  # heights of a line that a bullet may be moved in
_MARK = re.compile(r"^[•‣▪▫◦●○■□➢➤►▸▶·∙⁃✓✔]\s*(?=\S)|^[-–—*]\s+(?=\S)|^[oO]\s+(?=[A-Z])")
_ALONE = re.compile(r"^[•‣▪▫◦●○■□➢➤►▸▶·∙⁃✓✔\-–—*]$")
_WIDTHS = {  # of letters in ems, as in common typefaces without serifs
    **dict.fromkeys("iljI.,:;'!|`", 0.26), **dict.fromkeys("ftr()[]-/ \"", 0.34), **dict.fromkeys("mwMW%@", 0.86),
    **dict.fromkeys("sczkvxyJ", 0.49), "—": 0.9,
}  # fmt: skip
_NUMBERED = re.compile(r"^(\d{1,2}|[a-z])[.)]\s+\S")


@dataclass(frozen=True, slots=True)
class Strip:
    """One line in pixels; ``text`` without the bullet that was read before it."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float  # of its letters: the em, by how wide the words are
    bullet: bool
    confidence: float
    edge: float  # where the line begins, its bullet included

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        return (self.left + self.right) / 2

    @property
    def begins(self) -> bool:
        """Whether a paragraph begins with it for certain."""
        return self.bullet or bool(_NUMBERED.match(self.text))


def strips(lines: Sequence[Line], page: Page) -> list[Strip]:
    """The lines in pixels; a bullet that was read as a line of its own becomes part of the line beside it."""
    found = [_strip(line, page) for line in lines]
    lone = [one for one in found if _ALONE.match(one.text)]
    kept = [one for one in found if one.text and not _ALONE.match(one.text)]
    return [
        next((replace(one, bullet=True, edge=mark.edge) for mark in lone if _marks(mark, one)), one) for one in kept
    ]


def split(line: Line, page: Page) -> list[Line]:
    """A line in parts where words stand far apart, as the names of a legend or values of neighbouring bars do."""
    parts: list[list[Word]] = []
    high = line.place.box.height * page.height
    for word in line.words:
        box = word.place.box
        before = parts[-1][-1].place.box if parts else box
        if not parts or (box.left - before.left - before.width) * page.width > _SPLIT * high:
            parts.append([])
        parts[-1].append(word)
    if len(parts) < 2:
        return [line]
    return [_part(part, line) for part in parts]


def in_columns(lines: Sequence[Line], page: Page) -> list[Line]:
    """Lines in parts where a word stands a little apart and begins where several other lines do: cells of a row."""
    lefts = sorted(line.place.box.left * page.width for line in lines)
    found = []
    for line in lines:
        parts: list[list[Word]] = [list(line.words[:1])]
        high = line.place.box.height * page.height
        for before, word in pairwise(line.words):
            gap = (word.place.box.left - before.place.box.left - before.place.box.width) * page.width
            left = word.place.box.left * page.width
            near = bisect_right(lefts, left + _EDGE * high) - bisect_left(lefts, left - _EDGE * high)
            if gap > _APART * high and near >= _SEVERAL:
                parts.append([])
            parts[-1].append(word)
        found += [line] if len(parts) < 2 else [_part(part, line) for part in parts]
    return found


def _part(words: Sequence[Word], line: Line) -> Line:
    first, last = words[0].place.points, words[-1].place.points
    place = replace(line.place, points=(first[0], last[1], last[2], first[3]))
    return Line(" ".join(word.text for word in words), line.confidence, place, tuple(words))


def _strip(line: Line, page: Page) -> Strip:
    box, (first, _, _, last) = line.place.box, line.place.points
    text = " ".join(line.text.split())
    rest = _MARK.sub("", text, count=1)
    high = ((last[0] - first[0]) ** 2 * page.width**2 + (last[1] - first[1]) ** 2 * page.height**2) ** 0.5
    edge, top = box.left * page.width, box.top * page.height
    right, bottom = edge + box.width * page.width, top + box.height * page.height
    begins = line.words[1].place.box.left * page.width if rest != text and len(line.words) > 1 else edge
    size = _em(rest, right - begins, max(high, 1.0)) if box.width * page.width > 1.2 * high else max(high, 1.0)
    return Strip(rest, begins, top, right, bottom, size, rest != text, line.confidence, edge)


def _em(text: str, wide: float, high: float) -> float:
    """The size of letters by the width of their words: boxes of recognised lines are higher and lower by chance."""
    ems = sum(_WIDTHS.get(letter, 0.65 if letter.isupper() else 0.55) for letter in text)
    return min(max(wide / max(ems, 0.3), 0.6 * high), 1.2 * high)


def _marks(mark: Strip, strip: Strip) -> bool:
    """Whether a lone bullet belongs to a line."""
    level = strip.top < mark.middle < strip.bottom
    return level and 0 <= strip.left - mark.right + 0.3 * strip.size < 2.5 * strip.size


def rows(found: Sequence[Strip]) -> list[Strip]:
    """Parts of one line that stand close beside each other joined."""
    joined: list[Strip] = []
    for strip in sorted(found, key=lambda one: (one.left, one.top)):
        before = next((one for one in joined if _continues(one, strip)), None)
        if before is None:
            joined.append(strip)
        else:
            joined[joined.index(before)] = _both(before, strip)
    return sorted(joined, key=lambda one: (one.top, one.left))


def _continues(first: Strip, second: Strip) -> bool:
    low, high = sorted((first.size, second.size))
    level = min(first.bottom, second.bottom) - max(first.top, second.top) > 0.6 * low
    gap = second.left - first.right
    return level and high < _ALIKE * low and -0.5 * low < gap < _BESIDE * low and not second.begins


def _both(first: Strip, second: Strip) -> Strip:
    letters = len(first.text), len(second.text)
    sure = (first.confidence * letters[0] + second.confidence * letters[1]) / sum(letters)
    return Strip(
        f"{first.text} {second.text}", first.left, min(first.top, second.top), max(first.right, second.right),
        max(first.bottom, second.bottom), max(first.size, second.size), first.bullet, sure, first.edge,
    )  # fmt: skip


def blocks(found: Sequence[Strip]) -> list[list[Strip]]:
    """Lines that belong together, each block from top to bottom."""
    gap = _usual_gap(found)
    made: list[list[Strip]] = []
    for strip in sorted(found, key=lambda one: (one.top, one.left)):
        near = [block for block in made if _below(block[-1], strip, gap) and not _between(block[-1], strip, found)]
        best = min(
            near, key=lambda block: (strip.top - block[-1].bottom, abs(strip.left - block[-1].left)), default=None
        )
        if best is None:
            made.append([strip])
        else:
            best.append(strip)
    return made


def _usual_gap(found: Sequence[Strip]) -> float:
    """Heights of a line between lines of the same paragraph or list, where the page shows it."""
    gaps = []
    for strip in found:
        under = [
            (other.top - strip.bottom) / strip.size
            for other in found
            if other.top > strip.middle and abs(other.left - strip.left) < strip.size and _alike(strip, other)
        ]
        if under:
            gaps.append(min(under))
    return min(max(1.6 * median(gaps), 0.6), _GAP) if gaps else 0.6


def _alike(first: Strip, second: Strip) -> bool:
    low, high = sorted((first.size, second.size))
    return high < _ALIKE * low


def _below(last: Strip, strip: Strip, gap: float) -> bool:
    """Whether a line continues the block that ends with ``last``."""
    size = min(last.size, strip.size)
    away = strip.top - last.bottom
    if not (_alike(last, strip) and -0.6 * size < away < gap * size and strip.middle > last.middle + 0.4 * size):
        return False
    shared = min(last.right, strip.right) - max(last.left, strip.left)
    if shared < _SHARED * min(last.right - last.left, strip.right - strip.left):
        return False
    aligned = abs(last.left - strip.left) < _ALIGNED * size or abs(last.centre - strip.centre) < _ALIGNED * size
    if away > size and max(last.size, strip.size) > _ONE_SIZE * size and not strip.bullet:
        return False
    return aligned or abs(last.left - strip.left) < _INDENT * size


def _between(last: Strip, strip: Strip, found: Sequence[Strip]) -> bool:
    """Whether another line stands in the way."""
    left, right = max(last.left, strip.left), min(last.right, strip.right)
    return any(
        other is not last and other is not strip and last.middle < other.middle < strip.middle
        and min(right, other.right) - max(left, other.left) > 0
        for other in found
    )  # fmt: skip
