"""Days, months and years compared with fields of dates: "listed after 1 May 2024", "since March 2023", "in 2024"."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from itertools import zip_longest

from groundstone.filters import And, Compare, Filter
from groundstone.questions.reading import Item, Reading

_MONTHS = {
    name: number
    for number, names in enumerate(
        "january jan,february feb,march mar,april apr,may,june jun,july jul,august aug,september sep sept,october oct,"
        "november nov,december dec".split(","),
        1,
    )
    for name in names.split()
}
_OPS = {
    "after": "gt", "later than": "gt", "newer than": "gt", "since": "ge", "from": "ge", "starting": "ge",
    "on or after": "ge",
    "before": "lt", "earlier than": "lt", "older than": "lt", "prior to": "lt", "until": "le", "up to": "le",
    "till": "le",
    "on or before": "le", "by": "le",
}  # fmt: skip
_AMOUNTS = frozenset(
    "under over below above least most exactly around about more less fewer larger smaller higher lower".split()
)
_BETWEEN = _AMOUNTS | frozenset("of is the a an in at than between from to and before after until up was has".split())


def find_dates(reading: Reading) -> None:
    """Add a filter on the field of dates for every date, month or (without a field of years) year."""
    fields = [spec.name for spec in reading.lexicon.schema.fields if spec.type == "date" and spec.filterable]
    if not fields:
        return
    spans = list(_spans(reading))
    for (start, end, low, high), following in zip_longest(spans, spans[1:]):
        if not reading.free(start, end):
            continue
        if following and (begin := _range_start(reading, start, end, following[0])) is not None:
            reading.use(begin, start)
            _add(reading, fields, begin, following[1], low, following[3])
        else:
            _add(reading, fields, start, end, low, high)


def _range_start(reading: Reading, start: int, end: int, following: int) -> int | None:
    """Where "between A and B" or "from A to B" begins; None if the two dates are apart."""
    gap, left = reading.words()[end:following], reading.word(start - 1)
    if gap in (["to"], ["until"], ["till"], ["and"]) and left == ("between" if gap == ["and"] else "from"):
        return start - 1
    return start if gap == ["to"] else None


def _add(reading: Reading, fields: list[str], start: int, end: int, low: date, high: date) -> None:
    op, begin = None, start
    while begin > 0 and reading.word(begin - 1) in ("the", "in", "on", "of"):
        begin -= 1
    for length in (3, 2, 1):
        said = reading.text(begin - length, begin) if begin >= length else ""
        if found := _OPS.get(said):
            op, begin = found if low == high or said != "from" else None, begin - length  # "from 1999": in that year
            break
    field, begin = _named(reading, fields, begin)
    spec = reading.lexicon.fields[field].spec
    said = low.isoformat() if low == high else f"{low} to {high}"
    words = {"gt": f"after {high}", "ge": f"since {low}", "lt": f"before {low}", "le": f"until {high}"}
    reading.add(
        Item(begin, end, "filter", field, f"{spec.heading} {words.get(op or '', said)}", _where(field, op, low, high))
    )


def _where(field: str, op: str | None, low: date, high: date) -> Filter:
    match op:
        case "gt":
            return Compare(field, "gt", high)
        case "ge":
            return Compare(field, "ge", low)
        case "lt":
            return Compare(field, "lt", low)
        case "le":
            return Compare(field, "le", high)
    return And((Compare(field, "ge", low), Compare(field, "le", high)))


def _named(reading: Reading, fields: list[str], begin: int) -> tuple[str, int]:
    """The field of dates named before the date, else the first one."""
    for length in (3, 2, 1):
        for phrase in reading.lexicon.at(reading.tokens, max(begin - length, 0), begin):
            if phrase.kind in ("ask", "before") and phrase.field in fields:
                return phrase.field, max(begin - length, 0)
    return fields[0], begin


def _spans(reading: Reading) -> Iterator[tuple[int, int, date, date]]:
    """(first token, behind the last token, first day, last day)."""
    words = reading.words()
    at = 0
    while at < len(words):
        found = _iso(words, at) or _spelt(words, at) or _year(reading, words, at)
        if found:
            yield at, *found
            at = found[0]
        else:
            at += 1


def _iso(words: list[str], at: int) -> tuple[int, date, date] | None:
    parts = words[at : at + 3]
    if len(parts) == 3 and re.fullmatch(r"\d{4}", parts[0]) and all(re.fullmatch(r"\d\d?", part) for part in parts[1:]):
        return _day(at + 3, parts[0], int(parts[1]), parts[2])
    return None


def _spelt(words: list[str], at: int) -> tuple[int, date, date] | None:
    """ "1 May 2024", "May 1 2024", "May 2024"."""
    three, two = words[at : at + 3], words[at : at + 2]
    if len(three) == 3 and three[1] in _MONTHS and re.fullmatch(r"\d\d?(st|nd|rd|th)?", three[0]):
        return _day(at + 3, three[2], _MONTHS[three[1]], three[0])
    if len(three) == 3 and three[0] in _MONTHS and re.fullmatch(r"\d\d?(st|nd|rd|th)?", three[1]):
        return _day(at + 3, three[2], _MONTHS[three[0]], three[1])
    if len(two) == 2 and two[0] in _MONTHS and re.fullmatch(r"(19|20)\d\d", two[1]):
        year, month = int(two[1]), _MONTHS[two[0]]
        return at + 2, date(year, month, 1), date(year, month, monthrange(year, month)[1])
    return None


def _day(end: int, year: str, month: int, day: str) -> tuple[int, date, date] | None:
    digits = re.match(r"\d+", day)
    if not re.fullmatch(r"\d{4}", year) or digits is None:
        return None
    try:
        found = date(int(year), month, int(digits.group()))
    except ValueError:
        return None
    return end, found, found


def _year(reading: Reading, words: list[str], at: int) -> tuple[int, date, date] | None:
    if reading.lexicon.year_field or not re.fullmatch(r"(1\d|20)\d\d", words[at]) or _amount(reading, at):
        return None
    return at + 1, date(int(words[at]), 1, 1), date(int(words[at]), 12, 31)


def _amount(reading: Reading, at: int) -> bool:
    """Whether the number belongs to a field of numbers: "a price under 2000", "2000 EUR", "over 2000"."""
    if _of_number(reading, at + 1, at + 2):
        return True
    begin = at
    while begin > 0 and (reading.word(begin - 1) in _BETWEEN or reading.word(begin - 1).isdigit()):
        begin -= 1
    above = reading.word(at - 1) in _AMOUNTS or (reading.word(at - 1) == "than" and reading.word(at - 2) in _AMOUNTS)
    return above or any(_of_number(reading, max(begin - length, 0), begin) for length in (2, 1))


def _of_number(reading: Reading, start: int, end: int) -> bool:
    schema = reading.lexicon.schema
    named = (
        schema.get(found.field)
        for found in reading.lexicon.at(reading.tokens, start, end)
        if found.kind in ("ask", "unit")
    )
    return any(spec is not None and spec.type in ("integer", "number") for spec in named)


def find_booleans(reading: Reading) -> None:
    """ "with a garden": a field that is true or false, by its name."""
    for found in reading.lexicon.find(reading.tokens, "ask"):
        spec = reading.lexicon.schema.get(found.phrase.field)
        if spec is not None and spec.type == "boolean" and reading.free(found.start, found.end):
            where = Compare(spec.name, "eq", True)
            reading.add(Item(found.start, found.end, "filter", spec.name, spec.heading, where))
