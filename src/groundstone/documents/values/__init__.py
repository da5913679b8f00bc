"""Kinds of values on a page: where they stand in a text, what they mean, whether two texts mean the same.

``spot`` finds the values of a kind within a text, ``parse`` reads a whole text as one value, ``same`` compares two
texts by meaning, ``looks_like`` tells the kind of a text. None of them raises for any text, and all take time that
grows with its length; of a text longer than LONGEST characters only so many are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from groundstone.documents.values import (
    companies,
    contact,
    countries,
    dates,
    identifiers,
    mrz,
    names,
    numbers,
    times,
    wording,
)
from groundstone.documents.values.base import KINDS, LONGEST, Order, Spot, fold, trimmed
from groundstone.documents.values.dates import date_order, fits, for_purpose
from groundstone.errors import InvalidInput
from groundstone.records import Scalar

__all__ = [
    "KINDS", "LONGEST", "Order", "Spot", "date_order", "fits", "fold", "for_purpose", "looks_like", "mrz", "names",
    "parse", "same", "spot", "whole",
]  # fmt: skip


def _text(text: str) -> list[Spot]:
    start, end = trimmed(text, 0, len(text), around=" \t\r\n:|")
    return [Spot(start, end, " ".join(text[start:end].split()), 0.5)] if end > start else []


_SPOTTERS: dict[str, Callable[[str], list[Spot]]] = {
    "date": dates.spot,
    "time": times.spot,
    "number": numbers.spot_number,
    "money": numbers.spot_money,
    "percent": numbers.spot_percent,
    "name": names.spot,
    "company": companies.spot,
    "identifier": identifiers.spot,
    "phone": contact.spot_phone,
    "email": contact.spot_email,
    "url": contact.spot_url,
    "address": contact.spot_address,
    "country": countries.spot,
    "sex": wording.spot_sex,
    "yes_no": wording.spot_yes_no,
    "status": wording.spot_status,
    "text": _text,
}
# Where two kinds are as plausible, the one that says more goes first.
_TELLING = (
    "email", "url", "date", "time", "percent", "money", "phone", "status", "country", "sex", "yes_no", "identifier",
    "address", "company", "name", "number",
)  # fmt: skip
_AROUND = " \t\r\n.,;:|*()[]{}<>\"'_-–—="


def spot(kind: str, text: str, order: Order | None = None) -> list[Spot]:
    """Every stretch of ``text`` that is a value of this kind, most plausible first, of equals the longest.

    ``order`` tells how the page writes dates of figures alone (see ``date_order``). InvalidInput: no such kind.
    """
    if kind not in _SPOTTERS:
        raise InvalidInput(f"there is no kind of values {kind!r}; the kinds are {', '.join(KINDS)}")
    return list(_spotted(kind, text[:LONGEST], order))


@lru_cache(maxsize=16_384)
def _spotted(kind: str, text: str, order: Order | None) -> tuple[Spot, ...]:
    return tuple(dates.spot(text, order) if kind == "date" else _SPOTTERS[kind](text))


def whole(kind: str, text: str, order: Order | None = None) -> Spot | None:
    """The value that the whole text is, but for blanks and punctuation around it, or None."""
    start, end = trimmed(text[:LONGEST], 0, len(text[:LONGEST]), around=_AROUND)
    for one in spot(kind, text, order):
        if one.start <= start and one.end >= end and one.plausibility >= 0.05:
            return one
    return None


def parse(kind: str, text: str, order: Order | None = None) -> Scalar | None:
    """What the whole text means as a value of this kind, or None if it is none.

    date: a ``date``; money and percent: a float; number: an int or float; yes_no: a bool; time: "14:02"; status, sex
    and country: words in plain English; name: given names first, without titles; everything else: the text, tidied.
    """
    found = whole(kind, text, order)
    return None if found is None else found.value


def same(kind: str, one: str, other: str, order: Order | None = None) -> bool:
    """Whether two texts mean the same value: 1980-12-11 and 11 Dec 1980, "DOE, John" and "John Doe", 9.00 and RM 9.

    Of a date of figures alone any reading counts. An amount with a currency differs from one with another currency.
    """
    if _plain(one) == _plain(other):
        return bool(_plain(one)) or one == other
    match kind:
        case "name":
            return names.same(one, other)
        case "company":
            return companies.same(one, other)
        case "identifier":
            return identifiers.compact(one) == identifiers.compact(other) != ""
        case "address" | "text" | "email" | "url":
            return bool(_letters(one)) and _letters(one) == _letters(other)
        case "phone":
            return _same_phone(one, other)
    left, right = whole(kind, one, order), whole(kind, other, order)
    if left is None or right is None:
        return False
    if kind == "date":
        return left.precision == right.precision and bool({left.value, *left.others} & {right.value, *right.others})
    if kind in ("money", "number", "percent"):
        return _same_amount(left, right)
    return left.value == right.value


def looks_like(text: str, order: Order | None = None) -> tuple[str, float]:
    """The kind that the whole text most plausibly is, and how plausible; ("text", 0.3) if it is none in particular."""
    best = ("text", 0.3)
    for kind in _TELLING:
        found = whole(kind, text, order)
        if found is not None and found.plausibility > best[1] + 0.001:
            best = (kind, found.plausibility)
    return best


def _same_amount(left: Spot, right: Spot) -> bool:
    if left.unit and right.unit and left.unit != right.unit:
        return False
    values, others = [left.value, *left.others], [right.value, *right.others]
    return any(
        isinstance(a, int | float) and isinstance(b, int | float) and abs(a - b) < 0.0005
        for a in values
        for b in others
    )


def _same_phone(one: str, other: str) -> bool:
    left, right = (re.sub(r"\D", "", text.replace("(0)", "")).lstrip("0") for text in (one, other))
    short, long = sorted((left, right), key=len)
    return len(short) >= 6 and (short == long or (long.endswith(short) and len(long) - len(short) <= 3))


def _plain(text: str) -> str:
    return " ".join(fold(text).split()).strip(_AROUND)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))
