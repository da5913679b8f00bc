"""Amounts in English words against the figures of the page, as on cheques and receipts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from groundstone.documents.values import fold
from groundstone.forensics.words.figures import Figure, Row

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SMALL = {word: n for n, word in enumerate(_ONES)} | {word: 20 + 10 * n for n, word in enumerate(_TENS)}
_LARGE = {"thousand": 1000, "million": 1_000_000}
_UNITS = "dollars dollar pounds pound euros euro rupees ringgit francs kroner only pesos rand".split()
_CENTS = re.compile(r"\b(\d\d|no|xx)\s?/\s?100\b")
_WORD = "|".join([*_SMALL, "hundred", *_LARGE, "and"])
_RUN = re.compile(rf"\b(?:(?:{_WORD})\b[\s,-]*)+")
LEAST = 3  # words of an amount that is taken for one


def spelled(text: str) -> Decimal | None:
    """The amount that a text spells, or None where it spells none for certain.

    >>> spelled("One thousand two hundred thirty-four and 56/100 dollars")
    Decimal('1234.56')
    >>> spelled("one or two hundred people")
    """
    plain = fold(text)
    run = max(_RUN.findall(plain), key=len, default="")
    words = re.findall(r"[a-z]+", run)
    while words and words[-1] == "and":
        words.pop()
    rest = plain[plain.find(run) + len(run) :] if run else ""
    cents = _CENTS.search(rest[:12])
    if len(words) < LEAST or not (cents or any(unit in rest.split()[:4] for unit in _UNITS)):
        return None
    whole = _number(words)
    after = rest if cents is None else rest[: cents.start()]
    if whole is None or _RUN.search(after):
        return None  # cents in words, or a second number
    return whole + (Decimal(int(cents[1])) / 100 if cents and cents[1].isdigit() else 0)


def _number(words: Sequence[str]) -> Decimal | None:
    """None where the words are in no order that a number has."""
    total, group, last = 0, 0, 10**9
    for word in words:
        if word == "and":
            continue
        if word in _LARGE:
            if not group or last <= _LARGE[word]:
                return None
            total, group, last = total + group * _LARGE[word], 0, _LARGE[word]
        elif word == "hundred":
            if not 0 < group < 10:
                return None
            group *= 100
        elif not _fits(group, _SMALL[word]):
            return None
        else:
            group += _SMALL[word]
    return Decimal(total + group)


def _fits(group: int, more: int) -> bool:
    if more < 10:
        return group == 0 or (group % 10 == 0 and group % 100 != 10)
    return group % 100 == 0


def spelled_apart(rows: Sequence[Row]) -> Iterator[tuple[Row, Decimal, Figure]]:
    """Amounts in words that no figure of the page says, with the one figure of the same length that comes nearest."""
    amounts = [one for row in rows for one in row.figures if one.is_money or one.unit or one.grouped]
    for row in rows:
        said = spelled(row.text)
        if said is None or not amounts:
            continue
        if any(abs(one.value) in (said, int(said)) for one in amounts):
            continue
        near = [one for one in amounts if one.row != row.number and len(str(int(one.value))) == len(str(int(said)))]
        if len({one.value for one in near}) == 1:
            yield row, said, near[0]


def spelled_alike(rows: Sequence[Row]) -> int:
    """How many amounts in words stand on the page in figures as well."""
    values = {abs(one.value) for row in rows for one in row.figures}
    return sum(said in values for row in rows if (said := spelled(row.text)) is not None)
