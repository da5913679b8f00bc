"""Words of a page that may name a value: the beginning of a piece, words before a colon, a label over two lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from groundstone.documents.base import Word
from groundstone.documents.queries.sheet import Piece, Sheet

MOST_WORDS = 8  # of a label
BEFORE_COLON = 6  # words before a colon that may belong to its label
CLOSE = 0.9  # heights of text between the two lines of one label
_COLON = re.compile(r"[:：=]$")
_ENDS = (".", ",", ";", ")")  # of what is said before a label in the same piece
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Label:
    """The words ``start`` to ``end`` (not itself) of a piece; ``below`` is the piece that holds its second line."""

    piece: int
    start: int
    end: int
    text: str
    below: int | None = None

    @property
    def has_colon(self) -> bool:
        return bool(_COLON.search(self.text))


def words_of(sheet: Sheet, label: Label) -> tuple[Word, ...]:
    """The words of a label, those of its second line too."""
    words = sheet.pieces[label.piece].words[label.start : label.end]
    return words if label.below is None else (*words, *sheet.pieces[label.below].words)


def labels(sheet: Sheet) -> list[Label]:
    """Every label that a page could hold, in reading order; most of them are none."""
    found = [label for piece in sheet.pieces for label in _of_piece(piece)]
    return found + [label for piece in sheet.pieces for label in _over_two_lines(sheet, piece)]


def _of_piece(piece: Piece) -> Iterator[Label]:
    words = [word.text for word in piece.words]
    colons = [k for k, word in enumerate(words) if _COLON.search(word)]
    first = colons[0] if colons else len(words) - 1
    for end in range(1, min(first + 1, MOST_WORDS) + 1):
        if _LETTER.search(" ".join(words[:end])):
            yield Label(piece.index, 0, end, " ".join(words[:end]))
    for colon in colons:
        for start in range(max(colon - BEFORE_COLON + 1, 1), colon + 1):
            text = " ".join(words[start : colon + 1])
            if (
                _may_begin(words, start)
                and _LETTER.search(text)
                and not any(_COLON.search(word) for word in words[start:colon])
            ):
                yield Label(piece.index, start, colon + 1, text)


def _may_begin(words: list[str], start: int) -> bool:
    """A label within a piece follows another label's value: "Vaccine Name:" holds no label "Name:"."""
    before = words[start - 1]
    return any(_COLON.search(word) for word in words[:start]) or bool(_DIGIT.search(before) or before.endswith(_ENDS))


def _over_two_lines(sheet: Sheet, piece: Piece) -> Iterator[Label]:
    if not _may_go_on(piece) or _COLON.search(piece.text):
        return
    for below in sheet.near(piece.index, "below")[:1]:
        under = sheet.pieces[below]
        if _may_go_on(under) and under.top - piece.bottom < CLOSE and _same_column(piece, under):
            yield Label(piece.index, 0, len(piece.words), f"{piece.text} {under.text}", below)


def _may_go_on(piece: Piece) -> bool:
    return len(piece.words) <= 4 and not _DIGIT.search(piece.text) and bool(_LETTER.search(piece.text))


def _same_column(over: Piece, under: Piece) -> bool:
    """Flush left or right, or centred."""
    shifts = over.left - under.left, over.right - under.right, (over.left + over.right - under.left - under.right) / 2
    return min(abs(shift) for shift in shifts) < 0.6
