"""Whether a text says an answer: the same words in a row, numbers by their value, whatever way they are written.

"173.5B", "173.5 billion" and "173,500,000,000" are one number; signs of currency, per cent and minus count for nothing.
A day is the same day in any order of its parts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

_GROUP = "[,' \N{RIGHT SINGLE QUOTATION MARK}]"  # between thousands
_PIECE = re.compile(
    rf"(?P<grouped>\d{{1,3}}(?:{_GROUP}\d{{3}})+(?!\d)(?:\.\d+)?)|(?P<plain>\d+(?:\.\d+)?)|(?P<word>[^\W\d_]+)"
)
_DECIMAL_COMMA = re.compile(r"(?<![\d,])(\d+),(\d{1,2})(?![\d,])")
_SCALES = {
    **dict.fromkeys(("k", "thousand"), 3),
    **dict.fromkeys(("m", "mn", "mio", "million", "millions"), 6),
    **dict.fromkeys(("b", "bn", "billion", "billions"), 9),
    **dict.fromkeys(("tn", "trillion", "trillions"), 12),
}
_NOTHING = frozenset("a an the percent per cent pct usd eur gbp chf dollar dollars euro euros and or".split())
_MONTHS = frozenset(
    "jan feb mar apr may jun jul aug sep oct nov dec january february march april june july august september october "
    "november december".split()
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A word in small letters without accents, or a number: all values that its writing may stand for."""

    word: str = ""
    values: frozenset[Decimal] = frozenset()

    def same(self, other: Piece) -> bool:
        return bool(self.values & other.values) if self.values else self.word == other.word and not other.values


def says(text: str, wanted: str) -> bool:
    """Whether ``text`` holds ``wanted``. A wanted text without words and numbers is looked for as it stands."""
    parts = pieces(wanted)
    if not parts:
        return wanted.strip() != "" and wanted.strip() in text
    said = pieces(text)
    dated = any(part.word in _MONTHS for part in parts) and len(parts) <= 3
    windows = (said[at : at + len(parts)] for at in range(len(said) - len(parts) + 1))
    return any(_same(window, parts) or (dated and _mixed(window, parts)) for window in windows)


def says_all(text: str, wanted: Sequence[Sequence[str]]) -> bool:
    """Of every group at least one answer. False without groups, for then nothing is known of the answer."""
    return bool(wanted) and all(any(says(text, one) for one in group) for group in wanted)


def pieces(text: str) -> list[Piece]:
    """The words and numbers of a text in their order, without what counts for nothing."""
    plain = _DECIMAL_COMMA.sub(r"\1.\2", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    found: list[Piece] = []
    for match in _PIECE.finditer(plain):
        word = match["word"]
        if word is None:
            found.append(Piece(values=frozenset((Decimal(re.sub(r"[^\d.]", "", match[0])),))))
        elif word in _SCALES and found and found[-1].values and _follows(plain, match.start()):
            found[-1] = Piece(values=found[-1].values | {value.scaleb(_SCALES[word]) for value in found[-1].values})
        elif word not in _NOTHING:
            found.append(Piece(word))
    return found


def _follows(text: str, at: int) -> bool:
    """Whether nothing but blanks stands between a digit and this place."""
    return text[:at].rstrip()[-1:].isdigit()


def _same(window: Sequence[Piece], parts: Sequence[Piece]) -> bool:
    return all(part.same(one) for part, one in zip(parts, window, strict=True))


def _mixed(window: Sequence[Piece], parts: Sequence[Piece]) -> bool:
    """The same pieces in another order; a month may be cut to three letters."""
    left = list(window)
    for part in parts:
        like = next((one for one in left if part.same(one) or _month(part, one)), None)
        if like is None:
            return False
        left.remove(like)
    return True


def _month(part: Piece, other: Piece) -> bool:
    return part.word in _MONTHS and other.word in _MONTHS and part.word[:3] == other.word[:3]
