"""Which words may answer: what stands beside, below or above a label, and what has the asked type without any label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from groundstone.documents.base import Word
from groundstone.documents.queries.bound import Bound
from groundstone.documents.queries.labels import Label, words_of
from groundstone.documents.queries.sheet import SAME_ROW, Piece, Sheet
from groundstone.documents.queries.typed import FREE, LONG, NAMES, fits, is_strict, spots

LINE_GAP = 0.9  # heights of text between the lines of one value
JOIN_GAP = 4.0  # between the parts of one value in a row
MOST_LINES = 4  # of one value
EDGE = " \t:;,=|_*•·：－–—-"
ALONE = 0.4  # plausibility of a value without any label
ADDRESS = 0.3  # plausibility of a line that may begin an address without any label
WHOLE = "status"  # is said with the words in brackets behind it: "fully vaccinated (2 doses)"
COMPANY_LINES = 8  # pieces at the top of a page that may name who issued it


@dataclass(frozen=True, slots=True)
class Value:
    """Words that may be an answer. ``pieces`` they come from; ``made`` says how they were cut out or put together."""

    text: str
    words: tuple[Word, ...]
    pieces: tuple[int, ...]
    start: int  # first word within the first piece
    made: str = "whole"  # "whole", "cut", "spot", "lines", "row", or "read" by the page reader


@dataclass(frozen=True, slots=True)
class Claim:
    """A value, and the label it may stand for. ``label`` is None where only its type speaks for it.

    ``way``: "inline", "right", "left", "below", "above", "option" or "free"; ``rank`` counts pieces from the label on,
    ``gap`` is the distance and ``shift`` how far the left edges differ, both in heights of text; ``rules`` counts the
    rulings between the two.
    """

    value: Value
    label: int | None = None
    way: str = "free"
    rank: int = 0
    gap: float = 0.0
    shift: float = 0.0
    rules: int = 0
    ticked: int = 0  # 1 beside a ticked box, -1 beside an empty one


class Proposer:
    """Claims on one page; what does not hang on the question is worked out once."""

    def __init__(self, sheet: Sheet, labels: Sequence[Label], bound: Bound) -> None:
        self._sheet, self._labels, self._bound = sheet, labels, bound
        self._values: dict[tuple[int, int, str], list[Value]] = {}
        self._free: dict[str, list[Claim]] = {}

    def of_label(self, index: int, kind: str) -> Iterator[Claim]:
        """What a label may stand for, each once."""
        seen: set[tuple[str, tuple[int, ...], str]] = set()
        for claim in self._of_label(index, kind):
            key = claim.value.text, claim.value.pieces, claim.way
            if key not in seen:
                seen.add(key)
                yield claim

    def _of_label(self, index: int, kind: str) -> Iterator[Claim]:
        label = self._labels[index]
        last = self._sheet.pieces[label.piece if label.below is None else label.below]
        if label.below is None and label.end < len(last.words):
            for value in self._of(last.index, label.end, kind):
                yield Claim(value, index, "inline", 0, _inner_gap(last, label.end))
        if label.below is None and label.end < len(last.words) and not _only_told_again(last, label.end):
            return  # its value follows it, or it is but the beginning of a label
        for way, most in (("right", 4), ("below", 5), ("above", 1), ("left", 1)):
            yield from self._beside(index, label, way, most, kind)
        yield from self._ticked(index, self._sheet.pieces[label.piece])
        yield from self._bound_to(index, label, kind)

    def free(self, kind: str) -> list[Claim]:
        """What has the asked type, wherever it stands; for companies, what stands at the top."""
        if kind not in self._free:
            self._free[kind] = list(self._anywhere(kind))
        return self._free[kind]

    def _beside(self, index: int, label: Label, way: str, most: int, kind: str) -> Iterator[Claim]:
        at = label.piece if label.below is None or way in ("right", "left", "above") else label.below
        piece = self._sheet.pieces[at]
        for rank, other in enumerate(k for k in self._sheet.near(at, way)[:most] if k != label.below):
            there = self._sheet.pieces[other]
            gap = _gap(piece, there, way)
            if gap > (30 if way in ("right", "left") else 12):
                break
            rules = self._sheet.rules_between(at, other, way)
            for value in self._of(other, 0, kind):
                yield Claim(value, index, way, rank, gap, there.left - piece.left, rules)

    def _ticked(self, index: int, piece: Piece) -> Iterator[Claim]:
        for option in self._sheet.options:
            there = self._sheet.pieces[option.piece]
            down, over = there.middle - piece.middle, there.left - piece.left
            if -0.7 < down < 5 and over > -1 and option.piece != piece.index:
                for value in self._of(option.piece, 0, "text")[:1]:
                    ticked = 1 if option.ticked else -1
                    yield Claim(value, index, "option", round(max(down, 0)), max(down, 0), over, 0, ticked)

    def _bound_to(self, index: int, label: Label, kind: str) -> Iterator[Claim]:
        """What the layout says that the label stands for."""
        for rank, words in enumerate(self._bound.values_of(words_of(self._sheet, label))):
            at = self._bound.at(words)
            if at is None:
                continue
            pieces, start = at
            piece, there = self._sheet.pieces[label.piece], self._sheet.pieces[pieces[0]]
            way = _way(piece, there)
            gap = _gap(piece, there, way) if way != "inline" else 0.0
            whole = value_of(words, pieces, start)
            wholes = () if whole is None or is_strict(kind, whole.text) else (whole,)
            for value in (*wholes, *self._spots(words, pieces[0], start, kind)):
                yield Claim(value, index, way, rank, gap, there.left - piece.left)

    def _of(self, index: int, start: int, kind: str) -> list[Value]:
        held = self._values.get((index, start, kind))
        if held is None:
            found = {
                (value.text, len(value.pieces)): value for value in reversed(list(self._variants(index, start, kind)))
            }
            held = self._values[index, start, kind] = list(reversed(found.values()))
        return held

    def _variants(self, index: int, start: int, kind: str) -> Iterator[Value]:
        piece = self._sheet.pieces[index]
        words = piece.words[start:]
        end = _code_at_end(words) if kind in NAMES else len(words)
        whole = value_of(words[:end], (index,), start, "whole" if end == len(words) else "cut")
        if whole is None:
            return
        if end < len(words):
            yield whole
            return
        if is_strict(kind, whole.text):
            yield from self._spots(words, index, start, kind)
            return
        yield whole
        for end in (*_inner_labels(words), *(() if kind == WHOLE else _before_brackets(words))):
            yield from _some(value_of(words[:end], (index,), start, "cut"))
        yield from self._spots(words, index, start, kind)
        yield from self._rows(words, index, start, kind)
        if kind in LONG:
            yield from self._lines(words, index, start)

    def _spots(self, words: Sequence[Word], index: int, start: int, kind: str) -> Iterator[Value]:
        text = " ".join(word.text for word in words)
        for first, last in spots(kind, text):
            end = _closed(text, last) if kind == WHOLE else last
            yield from _some(_stretch(words, text, first, end, index, start))

    def _rows(self, words: Sequence[Word], index: int, start: int, kind: str) -> Iterator[Value]:
        """The words with what follows in the same row."""
        pieces, joined, end = [index], list(words), self._sheet.pieces[index].right
        for other in self._sheet.near(index, "right")[:2]:
            there = self._sheet.pieces[other]
            if there.left - end > JOIN_GAP:
                return
            pieces.append(other)
            joined += there.words
            end = there.right
            if not is_strict(kind, " ".join(word.text for word in joined)):
                yield from _some(value_of(joined, tuple(pieces), start, "row"))
            text = " ".join(word.text for word in joined)
            for first, last in spots(kind, text):
                spot = _stretch(joined, text, first, last, index, start)
                if spot is not None and spot.words[-1] in there.words and spot.words[0] not in there.words:
                    yield Value(spot.text, spot.words, tuple(pieces), start, "row")

    def _lines(self, words: Sequence[Word], index: int, start: int) -> Iterator[Value]:
        """The words with the lines below that go on with them."""
        pieces, joined, at = [index], list(words), self._sheet.pieces[index]
        left = at.edges[start][0]
        while len(pieces) < MOST_LINES:
            below = [self._sheet.pieces[k] for k in self._sheet.near(at.index, "below")[:2]]
            lines = [
                there
                for there in below
                if there.top - at.bottom < LINE_GAP * max(at.height, 1.0) and _goes_on(left, at, there)
            ]
            if not lines:
                return
            at = lines[0]
            pieces.append(at.index)
            joined += at.words
            yield from _some(value_of(joined, tuple(pieces), start, "lines"))

    def _anywhere(self, kind: str) -> Iterator[Claim]:
        if kind in FREE:
            for piece in self._sheet.pieces:
                for value in self._spots(piece.words, piece.index, 0, kind):
                    if fits(kind, value.text) >= ALONE:
                        yield Claim(value)
                for value in self._rows(piece.words, piece.index, 0, kind):
                    if value.made == "row" and spots(kind, value.text) == [(0, len(value.text))]:
                        yield Claim(value)
        if kind == "address":
            for piece in self._sheet.pieces:
                if fits(kind, piece.text) >= ADDRESS:
                    for value in self._of(piece.index, 0, kind):
                        yield Claim(value)
        if kind == "company":
            top = sorted(self._sheet.pieces, key=lambda piece: piece.top)[:COMPANY_LINES]
            for piece in top:
                for value in self._of(piece.index, 0, kind):
                    yield Claim(value)


def _only_told_again(piece: Piece, end: int) -> bool:
    """What follows a label says it in another language, or how to write the value: "Name / Nom", "Born (DD/MM/YY)"."""
    return piece.words[end].text.startswith(("(", "[", "/", "|", "*"))


def _goes_on(left: float, at: Piece, there: Piece) -> bool:
    first = there.words[0].text
    if first.endswith(":") or (first.startswith("(") and any(sign.isdigit() for sign in there.text)):
        return False
    centred = abs((at.left + at.right) - (there.left + there.right)) / 2 < 0.7
    return abs(there.left - left) < 0.8 or abs(there.left - at.left) < 0.8 or centred


def _inner_labels(words: Sequence[Word]) -> Iterator[int]:
    """Where another label may begin: up to four words before the first colon inside."""
    for k, word in enumerate(words):
        if k and word.text.endswith((":", "：")):
            yield from range(k, max(k - 4, 0), -1)
            return


def _code_at_end(words: Sequence[Word]) -> int:
    """Where a number in brackets begins that closes a name: "GOLDEN LOTUS LTD (519537-X)"; their end without one."""
    for k, word in enumerate(words):
        if k and word.text.startswith(("(", "[")):
            rest = " ".join(word.text for word in words[k:])
            return k if rest.endswith((")", "]")) and any(sign.isdigit() for sign in rest) else len(words)
    return len(words)


def _before_brackets(words: Sequence[Word]) -> Iterator[int]:
    """Where words in brackets begin: they may be said of the value rather than in it."""
    for k, word in enumerate(words):
        if k and word.text.startswith(("(", "[")):
            yield k
            return


def _closed(text: str, end: int) -> int:
    """Where words in brackets end that follow at once; else ``end``."""
    found = text.find(")", end)
    return found + 1 if text[end:].startswith(" (") and found >= 0 else end


def _stretch(words: Sequence[Word], text: str, first: int, last: int, index: int, start: int) -> Value | None:
    """The words that ``text[first:last]`` touches, with exactly this text."""
    held: list[Word] = []
    place = before = 0
    for k, word in enumerate(words):
        if place < last and place + len(word.text) > first:
            before = before if held else k
            held.append(word)
        place += len(word.text) + 1
    said = text[first:last].strip(EDGE)
    return Value(said, tuple(held), (index,), start + before, "spot") if held and said else None


def value_of(words: Sequence[Word], pieces: tuple[int, ...], start: int, made: str = "whole") -> Value | None:
    text = " ".join(word.text for word in words).strip(EDGE)
    if not text:
        return None
    kept = list(words)
    while kept and not kept[0].text.strip(EDGE):
        kept.pop(0)
        start += 1
    while kept and not kept[-1].text.strip(EDGE):
        kept.pop()
    return Value(text, tuple(kept), pieces, start, made)


def _some(value: Value | None) -> Iterator[Value]:
    if value is not None:
        yield value


def _way(piece: Piece, there: Piece) -> str:
    """Where a piece stands, seen from another."""
    if piece.index == there.index:
        return "inline"
    shared = min(piece.bottom, there.bottom) - max(piece.top, there.top)
    if shared >= SAME_ROW * min(piece.height, there.height):
        return "right" if there.left + there.right > piece.left + piece.right else "left"
    return "below" if there.middle > piece.middle else "above"


def _inner_gap(piece: Piece, end: int) -> float:
    return max(piece.edges[end][0] - piece.edges[end - 1][1], 0.0)


def _gap(piece: Piece, there: Piece, way: str) -> float:
    gaps = {
        "right": there.left - piece.right,
        "left": piece.left - there.right,
        "below": there.top - piece.bottom,
        "above": piece.top - there.bottom,
    }
    return max(gaps[way], 0.0)
