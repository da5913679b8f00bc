"""Segments: words of one row that run on without a wide gap, a ruling or a mark between them.

The lines of a reading are cut at wide gaps and put together where OCR tore them apart. Words that hold a label and its
value without a blank ("Name:Jane", "Name......Jane") are cut in two; rows of dots or underscores that lead from a label
to its value, or wait for one, are taken out and remembered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from groundstone.documents.base import Mark, Page, Place, Point, Region, Ruling, Word
from groundstone.documents.layout.upright import Rect, Upright, ruling_ends

WIDE = 1.15  # a gap within a line, in text heights, that parts two segments
CROWD = 60  # segments of one row that a new one is compared with
MOST_WORDS, MOST_RULES = 5000, 2000  # of one page that are looked at; a dense page of print has 1,500 words
SHORT = 6.0  # text heights of a vertical rule that may be made of letters
TIGHT = 0.55  # a gap between two lines, in text heights, that does not
GLYPHS = {
    **dict.fromkeys("☐ □ ❏ ○ ◯ [] ()".split(), False),
    **dict.fromkeys("☑ ☒ ■ ◉ ✓ ✔ ✗ ✘ [x] [X] (x) (X)".split(), True),
}
OPEN = frozenset("YyVvTtIiLlJjFfKkXxNZzSsEHrh12357")  # letters that no mark is taken from
LEADER = re.compile(r"_{2,}|[.…·‥]{3,}|…+")
GLUED = re.compile(r"^([^\W\d_][^:：]*[^\W\d_)\]#.]|[^\W\d_])([:：])(?![/\\])(\S+)$")


@dataclass(frozen=True, eq=False)
class Segment:
    """Words in a row. ``leader``: dots or underscores follow them, up to the next segment or to nothing."""

    words: tuple[Word, ...]
    rects: tuple[Rect, ...]
    leader: bool = False

    @cached_property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @cached_property
    def rect(self) -> Rect:
        return Rect.around(self.rects)

    @property
    def height(self) -> float:
        return self.rect.height

    def cut(self, start: int, end: int | None = None) -> Segment:
        """The words from ``start`` to ``end``."""
        last = end is None or end >= len(self.words)
        return Segment(self.words[start:end], self.rects[start:end], self.leader and last)


@dataclass(frozen=True, slots=True)
class Rule:
    """A ruling in upright units: from ``start`` to ``end`` along its direction, ``at`` across it."""

    at: float
    start: float
    end: float
    vertical: bool


@dataclass(frozen=True)
class Sheet:
    """One page in upright units: its segments in reading order, its marks and its rules."""

    upright: Upright
    segments: tuple[Segment, ...]
    marks: tuple[tuple[Mark, Rect], ...] = ()
    rules: tuple[Rule, ...] = ()

    def crossed(self, left: float, right: float, down: float) -> int:
        """How many vertical rules stand between two places of a row."""
        spots = {
            round(rule.at * 2)
            for rule in self.rules
            if rule.vertical and left < rule.at < right and rule.start - 0.3 <= down <= rule.end + 0.3
        }
        return len(spots)

    def parted(self, top: float, bottom: float, across: float) -> int:
        """How many horizontal rules lie between two places of a column."""
        spots = {
            round(rule.at * 2)
            for rule in self.rules
            if not rule.vertical and top < rule.at < bottom and rule.start - 0.3 <= across <= rule.end + 0.3
        }
        return len(spots)


@dataclass
class _Piece:
    word: Word
    rect: Rect
    line: int
    gap: float = 0.0  # to the piece before it
    leader: bool = field(default=False)


def sheet(page: Page) -> Sheet:
    """The page's segments, marks (those that are letters of the text among them) and rules."""
    upright = Upright(page)
    pieces = _pieces(page, upright)[:MOST_WORDS]
    drawn = [_rule(upright, ruling) for ruling in page.rulings[:MOST_RULES]]
    rules = tuple(rule for rule in drawn if not _cuts(rule, pieces))
    marks = [(mark, rect) for mark in page.marks if not _is_letter(rect := upright.rect(mark), pieces)]
    marks += [(_mark(piece), piece.rect) for piece in pieces if piece.word.text in GLYPHS]
    pieces = [piece for piece in pieces if not _is_mark(piece, marks)]
    bare = Sheet(upright, (), tuple(marks), rules)
    return replace(bare, segments=tuple(_in_order(_joined(_segments(pieces, bare), bare))))


def rows(segments: Iterable[Segment]) -> list[list[Segment]]:
    """Segments that stand in one row together, rows from the top, each from the left."""
    found: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda segment: segment.rect.middle[1]):
        row = next((row for row in reversed(found[-4:]) if _level(row, segment)), None)
        if row is None:
            found.append([segment])
        else:
            row.append(segment)
    return [sorted(row, key=lambda segment: segment.rect.left) for row in found]


def region(upright: Upright, words: Sequence[Word], marks: Sequence[Mark] = (), text: str | None = None) -> Region:
    """Words, and marks, with the place around them; one of either at least."""
    rect = Rect.around([*map(upright.rect, words), *map(upright.rect, marks)])
    confidences = [word.confidence for word in words] or [mark.confidence for mark in marks]
    joined = " ".join(word.text for word in words) if text is None else text
    return Region(joined, min(confidences), upright.place(rect), tuple(words), tuple(marks))


def pieces_of(word: Word) -> list[Word]:
    """The word, or its parts where a label and a value, or a leader, are glued together in it."""
    parts: list[tuple[int, int]] = []
    start = 0
    for found in LEADER.finditer(word.text):
        parts += [(start, found.start()), found.span()]
        start = found.end()
    parts.append((start, len(word.text)))
    cut = [piece for first, last in parts if last > first for piece in _at_colon(word.text, first, last)]
    return [word] if len(cut) == 1 else [_part(word, first, last) for first, last in cut]


def _at_colon(text: str, first: int, last: int) -> list[tuple[int, int]]:
    found = GLUED.match(text[first:last])
    return [(first, last)] if found is None else [(first, first + found.end(2)), (first + found.end(2), last)]


def _part(word: Word, first: int, last: int) -> Word:
    """Characters from ``first`` to ``last`` of a word, its place divided evenly among its characters."""
    (x1, y1), (x2, y2), (x3, y3), (x4, y4) = word.place.points
    begin, end = first / len(word.text), last / len(word.text)

    def along(x: float, y: float, to_x: float, to_y: float, share: float) -> Point:
        return x + (to_x - x) * share, y + (to_y - y) * share

    points = (
        along(x1, y1, x2, y2, begin),
        along(x1, y1, x2, y2, end),
        along(x4, y4, x3, y3, end),
        along(x4, y4, x3, y3, begin),
    )
    return Word(word.text[first:last], word.confidence, Place(points, word.place.page))


def _pieces(page: Page, upright: Upright) -> list[_Piece]:
    return [
        _Piece(part, upright.rect(part), number)
        for number, line in enumerate(page.lines)
        for word in line.words
        for part in pieces_of(word)
    ]


def _mark(piece: _Piece) -> Mark:
    return Mark(GLYPHS[piece.word.text], piece.word.confidence, piece.word.place)


def _cuts(rule: Rule, pieces: Sequence[_Piece]) -> bool:
    """A short vertical rule through the middle of a word: strokes of letters below each other, taken for a line."""
    if not rule.vertical or rule.end - rule.start > SHORT:
        return False
    return any(
        len(piece.word.text) > 2
        and rule.start < piece.rect.middle[1] < rule.end
        and abs(rule.at - piece.rect.middle[0]) < 0.35 * piece.rect.width
        for piece in pieces
    )


def _is_letter(rect: Rect, pieces: Sequence[_Piece]) -> bool:
    """What was taken for a mark is a letter: far smaller than the text, or within a word of several letters."""
    if max(rect.width, rect.height) < 0.45:
        return True
    for piece in pieces:
        count = len(piece.word.text)
        if count > 2 and piece.rect.holds(rect.middle):
            inner = piece.rect.left + 0.6 * rect.width < rect.middle[0] < piece.rect.right - 0.6 * rect.width
            outermost = piece.word.text[0 if rect.middle[0] < piece.rect.middle[0] else -1]
            if inner or (rect.width < 1.25 * piece.rect.width / count and outermost not in OPEN):
                return True
    return False


def _is_mark(piece: _Piece, marks: Sequence[tuple[Mark, Rect]]) -> bool:
    """A glyph of a check box, or what OCR read where a mark stands ("X", "O", a box)."""
    if piece.word.text in GLYPHS:
        return True
    return len(piece.word.text) <= 2 and any(rect.holds(piece.rect.middle) for _, rect in marks)


def _segments(pieces: Sequence[_Piece], bare: Sheet) -> list[Segment]:
    """Each line's pieces, cut at wide gaps, rules, marks and leaders."""
    found: list[Segment] = []
    run: list[_Piece] = []
    for piece in sorted(pieces, key=lambda piece: (piece.line, piece.rect.left)):
        leader = LEADER.fullmatch(piece.word.text) is not None
        if run and (leader or run[-1].line != piece.line or _apart(run[-1], piece, bare)):
            found.append(_segment(run, leader and run[-1].line == piece.line))
            run = []
        if not leader:
            run.append(piece)
    return [*found, _segment(run, False)] if run else found


def _segment(run: Sequence[_Piece], leader: bool) -> Segment:
    return Segment(tuple(piece.word for piece in run), tuple(piece.rect for piece in run), leader)


def _apart(first: _Piece, second: _Piece, bare: Sheet) -> bool:
    gap = second.rect.left - first.rect.right
    if gap > WIDE * max(first.rect.height, second.rect.height):
        return True
    return _divided(first.rect, second.rect, bare)


def _divided(first: Rect, second: Rect, bare: Sheet) -> bool:
    """A vertical rule or a mark stands between them."""
    left, right = (first.left + 3 * first.right) / 4, (3 * second.left + second.right) / 4
    down = (first.middle[1] + second.middle[1]) / 2
    if bare.crossed(max(left, first.right - 0.3), min(right, second.left + 0.3), down):
        return True
    return any(left < rect.middle[0] < right and rect.top < down < rect.bottom for _, rect in bare.marks)


def _joined(segments: list[Segment], bare: Sheet) -> list[Segment]:
    """Neighbours in a row that stand as close as words do become one."""
    found: list[Segment] = []
    for row in rows(segments):
        run = row[0]
        for segment in row[1:]:
            gap = segment.rect.left - run.rect.right
            close = -0.5 < gap < TIGHT * min(run.height, segment.height) and not run.leader
            alike = 0.7 < run.height / max(segment.height, 1e-9) < 1.43
            if close and alike and not _divided(run.rects[-1], segment.rects[0], bare):
                run = Segment(run.words + segment.words, run.rects + segment.rects, segment.leader)
            else:
                found.append(run)
                run = segment
        found.append(run)
    return found


def _in_order(segments: Sequence[Segment]) -> list[Segment]:
    return [segment for row in rows(segments) for segment in row]


def _level(row: Sequence[Segment], segment: Segment) -> bool:
    """The segment stands in the row: measured at the neighbour that is nearest to it."""
    near = min(row[-CROWD:], key=lambda other: abs(other.rect.middle[0] - segment.rect.middle[0]))
    if near.rect.beside(segment.rect) > 0.3:
        return False
    return near.rect.above(segment.rect) > 0.5


def _rule(upright: Upright, ruling: Ruling) -> Rule:
    (x1, y1), (x2, y2) = ruling_ends(upright, ruling)
    if abs(x2 - x1) >= abs(y2 - y1):
        return Rule((y1 + y2) / 2, x1, x2, False)
    return Rule((x1 + x2) / 2, y1, y2, True)
