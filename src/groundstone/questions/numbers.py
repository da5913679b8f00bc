"""Numbers, years and decades in a question, as closed intervals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from groundstone.questions.words import Token

_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()  # noqa: E501
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {word: value for value, word in enumerate(_UNITS)} | {
    word: 20 + 10 * index for index, word in enumerate(_TENS)
}
_DECADES = {
    "twenties": 1920, "thirties": 1930, "forties": 1940, "fifties": 1950, "sixties": 1960, "seventies": 1970,
    "eighties": 1980, "nineties": 1990, "noughties": 2000, "aughts": 2000, "tens": 2010,
}  # fmt: skip
_CENTURIES = {"19th": 18, "20th": 19, "21st": 20, "nineteenth": 18, "twentieth": 19}
_PART = {"early": (0, 3), "mid": (4, 6), "late": (7, 9)}
FIRST_YEAR, LAST_YEAR = 1870, 2100


@dataclass(frozen=True, slots=True)
class Number:
    """A number at tokens[start:end]; ``low == high`` but for decades and centuries. ``unit``: glued to the digits."""

    start: int
    end: int
    low: float
    high: float
    unit: str = ""
    span: bool = False  # a decade or century
    words: bool = False  # written out

    @property
    def yearlike(self) -> bool:
        return self.span or (not self.unit and float(self.low).is_integer() and FIRST_YEAR <= self.low <= LAST_YEAR)


def numbers(tokens: Sequence[Token]) -> list[Number]:
    """All numbers, left to right, not overlapping."""
    found: list[Number] = []
    at = 0
    while at < len(tokens):
        number = _decade(tokens, at) or _digits(tokens, at) or _written(tokens, at)
        if number:
            found.append(number)
        at = number.end if number else at + 1
    return found


def _decade(tokens: Sequence[Token], at: int) -> Number | None:
    word = tokens[at].folded
    if word == "century" and at and tokens[at - 1].folded in ("this", "last"):
        first = 2001 if tokens[at - 1].folded == "this" else 1901
        return Number(at - 1, at + 1, first, first + 99, span=True)
    if word in _CENTURIES and at + 1 < len(tokens) and tokens[at + 1].folded == "century":
        first = _CENTURIES[word] * 100 + 1
        return Number(at, at + 2, first, first + 99, span=True)
    if word in _PART and at + 1 < len(tokens) and (decade := _decade(tokens, at + 1)) and decade.high - decade.low == 9:
        low, high = _PART[word]
        return Number(at, decade.end, decade.low + low, decade.low + high, span=True)
    if word in ("nineteen", "twenty") and at + 1 < len(tokens) and tokens[at + 1].folded in _DECADES:
        return Number(at, at + 2, _DECADES[tokens[at + 1].folded], _DECADES[tokens[at + 1].folded] + 9, span=True)
    start = _decade_start(word)
    return Number(at, at + 1, start, start + 9, span=True) if start else None


def _decade_start(word: str) -> int | None:
    if word in _DECADES:
        return _DECADES[word]
    if match := re.fullmatch(r"(1[89]\d0|20\d0)s", word):
        return int(match.group(1))
    if match := re.fullmatch(r"(\d0)s", word):
        return (2000 if match.group(1) in ("00", "10") else 1900) + int(match.group(1))
    return None


def _digits(tokens: Sequence[Token], at: int) -> Number | None:
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,6})?)(k|m|h|hr|hrs|min|mins|minutes|hours)?", tokens[at].folded)
    if not match:
        compound = re.fullmatch(r"(\d)h(\d\d?)(?:m|min)?", tokens[at].folded)
        if not compound:
            return None
        minutes = int(compound.group(1)) * 60 + int(compound.group(2))
        return Number(at, at + 1, float(minutes), float(minutes), "min")
    value, unit = float(match.group(1)), match.group(2) or ""
    if unit in ("k", "m"):
        value, unit = value * (1000 if unit == "k" else 1_000_000), ""
    end = at + 1
    if end + 3 <= len(tokens) and [token.folded for token in tokens[end : end + 3]] == ["and", "a", "half"]:
        value, end = value + 0.5, end + 3
    return Number(at, end, value, value, unit)


def _written(tokens: Sequence[Token], at: int) -> Number | None:
    word = tokens[at].folded
    if word == "half" and _follows(tokens, at + 1, ("an", "hour")):
        return Number(at, at + 2, 0.5, 0.5, words=True)
    if word in ("a", "an") and at + 1 < len(tokens) and tokens[at + 1].folded in ("hour", "hundred", "dozen"):
        return _article(tokens, at)
    if word not in _WORDS or (word == "one" and _ordinary_one(tokens, at)):
        return None
    value, end = float(_WORDS[word]), at + 1
    if value >= 20 and end < len(tokens) and 0 < _WORDS.get(tokens[end].folded, 0) < 10:
        value, end = value + _WORDS[tokens[end].folded], end + 1
    if end < len(tokens) and tokens[end].folded == "hundred":
        value, end = value * 100, end + 1
    if _follows(tokens, end, ("and", "a", "half")):
        value, end = value + 0.5, end + 3
    return Number(at, end, value, value, words=True)


def _article(tokens: Sequence[Token], at: int) -> Number:
    word = tokens[at + 1].folded
    if word == "hour":
        half = _follows(tokens, at + 2, ("and", "a", "half"))
        return Number(at, at + (5 if half else 2), 1.5 if half else 1.0, 1.5 if half else 1.0, "hour", words=True)
    value = 100.0 if word == "hundred" else 12.0
    return Number(at, at + 2, value, value, words=True)


def _ordinary_one(tokens: Sequence[Token], at: int) -> bool:
    return at + 1 >= len(tokens) or tokens[at + 1].folded not in ("hour", "minute", "hundred", "point", "star")


def _follows(tokens: Sequence[Token], at: int, words: tuple[str, ...]) -> bool:
    return tuple(token.folded for token in tokens[at : at + len(words)]) == words
