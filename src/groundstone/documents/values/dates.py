"""Dates in all usual orders and in languages with Latin script, despite slips of OCR.

Every reading of an ambiguous date is kept. The order comes from the hint ``order``, which ``date_order`` finds on a
page; without one, the day stands before the month, as in most of the world.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from groundstone.documents.values.base import SLIP, Order, Spot, digits, fold, ranked, slips
from groundstone.documents.values.months import month

_D = rf"[\d{SLIP}]"
_SEP = r"[ \t]{0,2}[-/.,–—·_][ \t]{0,2}"
_BEFORE = r"(?<![\w@#])(?<![\d][-/.,:])"
_AFTER = r"(?![-/.,:]?\d)(?![^\W\dT_])(?!_)(?!%)"
_NUMERIC = re.compile(rf"{_BEFORE}({_D}{{4}}|{_D}{{1,2}})({_SEP})({_D}{{1,2}})({_SEP})({_D}{{4}}|{_D}{{1,2}}){_AFTER}")
_SPACED = re.compile(
    rf"{_BEFORE}(\d{{1,2}})( )(\d{{1,2}})( )(\d{{4}}){_AFTER}|{_BEFORE}(\d{{4}})( )(\d\d)( )(\d\d){_AFTER}"
)
_BROKEN = re.compile(  # one of the separators was lost
    rf"{_BEFORE}(\d\d)([ ]?[-/.][ ]?)(\d\d)([ ]?)(\d{{4}}){_AFTER}"
    rf"|{_BEFORE}(\d\d)([ ]?)(\d\d)([ ]?[-/.][ ]?)(\d{{4}}){_AFTER}"
    rf"|{_BEFORE}(\d{{4}})([-/.])(\d\d)([ ]?)(\d\d){_AFTER}|{_BEFORE}(\d{{4}})([ ]?)(\d\d)([-/.])(\d\d){_AFTER}"
)
_COMPACT = re.compile(rf"{_BEFORE}(?<!\d )(\d{{8}})(?!\d)(?![ ]\d)(?![^\W\dT_]){_AFTER}")
_BOXED = re.compile(r"(?<![\w] )(?<!\w)(\d(?: {1,2}\d){7})(?!\w)(?! \d)")
_LINK = r"(?:[ \t]{0,2}[-/.,'–—][ \t]{0,2}|[ \t]{0,3})"
_OF = r"(?i:(?:of|de|del|dei|den|d'|di|do|da|the|of the|ng)[ \t]{1,2})?"
_NAME = r"([^\W\d_][^\W_]{2,11}?|[01][^\W\d_]{2})\.?(?:[ \t]?/[ \t]?[^\W\d_]{3,12}\.?)?"
_WEEKDAY = r"(?:[ \t]{0,2}\([^\W\d_]{2,10}\))?"
_ORDINAL = r"(?i:[ \t]?(?:st|nd|rd|th|er|ere|de|e|ten|eme|[.ºª°])(?![^\W\d_]))?"
_DAY_NAME = re.compile(
    rf"{_BEFORE}([0-3OIl]?[\dOIlSB]){_ORDINAL}{_LINK}{_OF}{_NAME}{_LINK}{_OF}({_D}{{4}}|'?\d{{2}}){_WEEKDAY}{_AFTER}",
)
_NAME_DAY = re.compile(
    rf"(?<![^\W_]){_NAME}{_LINK}([0-3OIl]?[\dOIlSB]){_ORDINAL}[ \t]{{0,2}}[,./' -][ \t]{{0,2}}"
    rf"({_D}{{4}}|'\d\d|\d\d){_AFTER}",
)
_YEAR_NAME = re.compile(rf"{_BEFORE}(\d{{4}})\.?{_LINK}{_NAME}{_LINK}(\d{{1,2}})\.?{_AFTER}")
_NAME_YEAR = re.compile(rf"(?<![^\W_]){_NAME}{_LINK}{_OF}(\d{{4}}){_AFTER}")
_MONTH_YEAR = re.compile(rf"{_BEFORE}(?<![\d] )(0?[1-9]|1[0-2])[ ]?[-/.][ ]?((?:19|20)\d\d){_AFTER}")
_PATTERN = re.compile(  # DD/MM/YYYY, TT.MM.JJJJ, jj/mm/aaaa, MM-DD-YYYY, YYYY-MM-DD
    r"(?<![a-z])(?:(?P<day>[djt]{1,2})[-/. ]{1,2}m{1,3}[-/. ]{1,2}[yja]{2,4}"
    r"|(?P<month>m{1,3})[-/. ]{1,2}d{1,2}[-/. ]{1,2}y{2,4}"
    r"|(?P<year>[yja]{4})[-/. ]{1,2}m{1,3}[-/. ]{1,2}[djt]{1,2})(?![a-z])"
)
_AMERICAN = re.compile(r"\bUSA\b|\bU\.S\.A?\b|United States|\bCDC\b|\bSSN\b|\bZIP\b|\b[A-Z]{2} \d{5}(?:-\d{4})?\b")
_ORDERS: tuple[Order, ...] = ("day-first", "month-first", "year-first")
EARLIEST, LATEST = 1880, 2120
"""Years outside are no dates of a paper."""


def spot(text: str, order: Order | None = None) -> list[Spot]:
    """Every date of ``text``; a month with its year counts too, with little plausibility and precision "month"."""
    found = [*_numeric(text, order), *_named(text), *_compact(text, order)]
    taken = [(one.start, one.end) for one in found]
    for one in _months(text):
        if not any(start < one.end and one.start < end for start, end in taken):
            found.append(one)
    return ranked(found)


def date_order(texts: Iterable[str]) -> Order | None:
    """The order of day, month and year that the texts of a page show, or None if nothing tells.

    A printed pattern such as DD/MM/YYYY counts most, then dates that can be read in one way only, then words that
    only papers of the United States have.
    """
    votes: Counter[Order] = Counter()
    for text in texts:
        for match in _PATTERN.finditer(fold(text)):
            votes[_ORDERS[("day", "month", "year").index(match.lastgroup or "day")]] += 5
        for match in _NUMERIC.finditer(text):
            if clear := _clear_order(*(digits(match[part]) for part in (1, 3, 5))):
                votes[clear] += 2
        if _AMERICAN.search(text):
            votes["month-first"] += 1
    best = votes.most_common(2)
    if not best or (len(best) == 2 and best[0][1] == best[1][1]):
        return None
    return best[0][0]


def _clear_order(first: str, second: str, third: str) -> Order | None:
    if len(first) == 4:
        return "year-first"
    if not all(part.isdigit() for part in (first, second, third)) or int(first) == 0 or int(second) == 0:
        return None
    if 12 < int(first) <= 31 and int(second) <= 12 and len(third) == 4:
        return "day-first"
    if 12 < int(second) <= 31 and int(first) <= 12:
        return "month-first"
    if int(first) > 31 and int(second) <= 12:
        return "year-first"
    return None


def fits(value: date, purpose: str, today: date) -> float:
    """How well a date suits a purpose, from 0 to 1: "birth", "issue", "event" (past), "expiry" or "" (any)."""
    age = (today - value).days / 365.25
    match purpose:
        case "birth":
            return 0.0 if age < 0 or age > 120 else 0.4 if age < 1 else 1.0
        case "issue" | "event":
            return 0.1 if age < -0.1 else 1.0 if age < 15 else 0.5
        case "expiry":
            return 0.1 if age > 25 or age < -60 else 0.7 if age > 5 else 1.0
    return 1.0


def for_purpose(spot: Spot, purpose: str, today: date) -> date:
    """The reading that suits the purpose best; of equals the first. A birth in the future is a century off."""
    readings = [value for value in (spot.value, *spot.others) if isinstance(value, date)]
    if purpose == "birth":
        readings = [value if value <= today else _minus_century(value) for value in readings]
    return max(readings, key=lambda value: fits(value, purpose, today))


def _minus_century(value: date) -> date:
    year = value.year - 100
    return value.replace(year=year, day=min(value.day, monthrange(year, value.month)[1]))


def _numeric(text: str, order: Order | None) -> Iterator[Spot]:
    for pattern, worth in ((_NUMERIC, 0.97), (_SPACED, 0.7), (_BROKEN, 0.6)):
        for match in pattern.finditer(text):
            first, sep1, second, sep2, third = (group for group in match.groups() if group is not None)
            readings = _readings(first, second, third, sep1.strip() or sep2.strip(), order)
            if readings is None:
                continue
            doubt = 1.0 if sep1.strip() == sep2.strip() else 0.85
            if "," in sep1:
                doubt *= 0.7 if len(digits(third)) == 4 else 0.3
            yield _spot(match, readings, worth * doubt, slips(match[0]))


def _spot(match: re.Match[str], readings: list[date], worth: float, wrong: int) -> Spot:
    doubt = 0.9**wrong * (0.93 if len(readings) > 1 else 1.0)
    return Spot(match.start(), match.end(), readings[0], round(worth * doubt, 3), tuple(readings[1:]))


def _readings(first: str, second: str, third: str, sep: str, order: Order | None) -> list[date] | None:
    """What three numbers can mean, most likely first; None if they are no date or too much of them is letters."""
    joined = first + second + third
    if slips(joined) > 2 or slips(joined) * 2 > len(joined) or slips(third) == len(third):
        return None
    a, b, c = digits(first), digits(second), digits(third)
    if len(a) == 4:
        orders: list[Order] = ["year-first"]
    elif len(c) == 4:
        orders = ["day-first", "month-first"]
    else:
        orders = (
            ["day-first", "month-first", "year-first"]
            if len(a) == len(b) == len(c) == 2
            else ["day-first", "month-first"]
        )
        if len(c) < 2:
            return None
    if order in orders and not (sep == "." and order == "month-first"):
        orders.insert(0, orders.pop(orders.index(order)))
    found = [value for one in orders if (value := _made(one, a, b, c)) is not None]
    return list(dict.fromkeys(found)) or None


def _made(order: Order, a: str, b: str, c: str) -> date | None:
    match order:
        case "day-first":
            return day(c, int(b), int(a))
        case "month-first":
            return day(c, int(a), int(b))
    return day(a, int(b), int(c))


def day(year: str, month: int, number: int) -> date | None:
    """The day, or None if there is none such. A year of two figures lies at most 15 years ahead of today."""
    value = full_year(year)
    if not EARLIEST <= value <= LATEST or not 1 <= month <= 12 or not 1 <= number <= monthrange(value, month)[1]:
        return None
    return date(value, month, number)


def full_year(year: str) -> int:
    """A year of two figures becomes one of the hundred years that end 15 years from now."""
    if len(year) == 4:
        return int(year)
    last = date.today().year + 15
    return last - (last - int(year)) % 100


def _named(text: str) -> Iterator[Spot]:
    for pattern, (d, m, y), worth in (
        (_DAY_NAME, (1, 2, 3), 0.98), (_NAME_DAY, (2, 1, 3), 0.97), (_YEAR_NAME, (3, 2, 1), 0.93)
    ):  # fmt: skip
        for match in pattern.finditer(text):
            named, year = month(match[m]), digits(match[y].strip("'"))
            if named is None or not (number := digits(match[d])).isdigit() or not year.isdigit():
                continue
            if value := day(year, named[0], int(number)):
                wrong = slips(match[d]) + slips(match[y])
                yield Spot(match.start(), match.end(), value, round(worth * named[1] * 0.9**wrong, 3))


def _compact(text: str, order: Order | None) -> Iterator[Spot]:
    for pattern, worth in ((_COMPACT, 0.5), (_BOXED, 0.6)):
        for match in pattern.finditer(text):
            run = match[1].replace(" ", "")
            pieces = [("year-first", day(run[:4], int(run[4:6]), int(run[6:])))]
            pieces.append(("day-first", day(run[4:], int(run[2:4]), int(run[:2]))))
            pieces.append(("month-first", day(run[4:], int(run[:2]), int(run[2:4]))))
            pieces.sort(key=lambda piece: piece[0] != order if pattern is _BOXED else False)
            readings = [value for _, value in pieces if value and 1900 <= value.year <= 2060]
            if readings:
                yield _spot(match, list(dict.fromkeys(readings)), worth if pieces[0][1] else worth * 0.7, 0)


def _months(text: str) -> Iterator[Spot]:
    for match in _NAME_YEAR.finditer(text):
        if (named := month(match[1])) and (value := day(match[2], named[0], 1)):
            yield Spot(match.start(), match.end(), value, round(0.5 * named[1], 3), precision="month")
    for match in _MONTH_YEAR.finditer(text):
        if value := day(match[2], int(match[1]), 1):
            yield Spot(match.start(), match.end(), value, 0.4, precision="month")
