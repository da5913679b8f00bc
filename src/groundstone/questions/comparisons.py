"""Comparisons with numbers: "ratings greater than 7", "between 1990 and 1999", "under two hours", "from the 80s"."""

from __future__ import annotations

from groundstone.filters import And, Compare, Filter, Op
from groundstone.questions.numbers import Number, numbers
from groundstone.questions.reading import Item, Reading


def _phrases(table: dict[Op, str]) -> dict[str, Op]:
    return {phrase: op for op, phrases in table.items() for phrase in phrases.split(",")}


_LEFT = _phrases(
    {
        "gt": "greater than,more than,above,over,higher than,better than,bigger than,larger than,exceeding,exceeds,"
        "exceed,beyond,after,later than,newer than,past,>,longer than,in excess of",
        "ge": "at least,minimum,minimum of,min,no less than,not less than,not below,not under,>=,≥,since,starting,"
        "starting from,starting in,upwards of,from at least,no earlier than,not before,no lower than",
        "lt": "less than,under,below,lower than,fewer than,shorter than,smaller than,<,before,earlier than,older than,"
        "prior to,worse than,not as long as,pre",
        "le": "at most,maximum,maximum of,max,no more than,not more than,up to,<=,≤,until,till,not over,not above,"
        "no longer than,not longer than,no later than,not after,through,as late as",
        "eq": "exactly,equal to,equals,=,of exactly",
    }
)
_RIGHT = _phrases(
    {
        "ge": "or higher,or more,or above,or better,or greater,or over,or up,and up,and above,and over,and higher,"
        "and more,and better,+,plus,or longer,or later,or newer,and later,and newer,onwards,onward,"
        "and onwards,and after,"
        "or after,minimum,at least,at minimum,and beyond",
        "le": "or less,or lower,or under,or below,or shorter,or earlier,or older,and under,and below,and lower,"
        "and less,and earlier,and before,or before,maximum,at most,tops,at maximum,max,or fewer,and older",
    }
)
_ABOUT = ("about", "around", "roughly", "approximately", "circa", "nearly", "almost")
_SAYS = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}
_YEAR_SAYS = {"gt": "after", "ge": "since", "lt": "before", "le": "until"}
_SKIP = frozenset("a an of is are was were with that have has having than it runtime year years in being at".split())


def find_comparisons(reading: Reading) -> None:
    """Add a filter item for every number that is compared with a field."""
    found = [number for number in numbers(reading.tokens) if reading.free(number.start, number.end)]
    skip: Number | None = None
    for index, number in enumerate(found):
        if number is skip:
            continue
        after = found[index + 1] if index + 1 < len(found) else None
        if after and (item := _between(reading, number, after)):
            skip = after
        else:
            item = _relative(reading, number) or _single(reading, number)
        if item:
            if reading.word(item.end) in ("long", "old", "length", "duration", "runtime"):
                item.end += 1
            reading.add(item)


def _between(reading: Reading, first: Number, second: Number) -> Item | None:
    start = _range_start(reading, first, second)
    if start is None:
        return None
    field, scale, start, end = _field(reading, start, second.end, second)
    if field is None or (field == reading.lexicon.year_field) != (first.yearlike and second.yearlike):
        return None
    measured = first.unit or _unit_after(reading, first.end)
    scale_low = (_scale(reading, field, first) if measured else None) or scale
    low, high = sorted((first.low * scale_low, second.high * scale))
    return _item(reading, start, end, field, _interval(field, low, high), f"{_plain(low)} to {_plain(high)}")


def _range_start(reading: Reading, first: Number, second: Number) -> int | None:
    """Where "between A and B", "from A to B" or "A-B" begins, or None if the two numbers are apart."""
    gap_start = first.end + (1 if _unit_after(reading, first.end) else 0)
    gap = [token.folded for token in reading.tokens[gap_start : second.start]]
    gap = [word for word in gap if word not in ("the", "year")]
    left, at = reading.left_word(first.start, ("the", "year", "years"))
    between = reading.tokens[second.start - 1].end if second.start else 0
    dash = not gap and reading.tokens[second.start].start - between <= 3
    if left == "between" and gap in (["and"], ["to"], []):
        return at
    if left == "from" and gap in (["to"], ["until"], ["through"], ["till"], ["up", "to"], []):
        return at
    return first.start if gap in (["to"], ["through"]) or (dash and first.yearlike) else None


def _relative(reading: Reading, number: Number) -> Item | None:
    """ "the last ten years": counted back from the newest document."""
    year = reading.lexicon.year_field
    left, at = reading.left_word(number.start)
    unit = reading.word(number.end)
    newest = reading.vocabulary.newest(year) if year else None
    if year is None or newest is None or left not in ("last", "past") or unit not in ("years", "decades"):
        return None
    first = newest - int(number.low) * (10 if unit == "decades" else 1) + 1
    item = _item(reading, at, number.end + 1, year, Compare(year, "ge", first), f"since {first}")
    item.note = f"counted back from {newest}, the newest here"
    return item


def _single(reading: Reading, number: Number) -> Item | None:
    if reading.word(number.end) in ("year", "years") and reading.word(number.end + 1) == "old":
        return None  # the age of somebody, "for my 5 year old"
    op, start = _left_op(reading, number.start)
    after, end = _right_op(reading, number)
    op = after or op
    about = reading.word(start - 1) in _ABOUT
    field, scale, start, end = _field(reading, start - about, end, number, compared=op is not None)
    if field is None:
        return None
    low, high = number.low * scale, number.high * scale
    if op is None:
        if field != reading.lexicon.year_field and (about or scale != 1.0 or _has_unit(reading, field, number)):
            return _roughly(reading, start, end, field, low)
        if field == reading.lexicon.year_field and about:
            low, high = low - 2, high + 2
        label = _plain(low) if low == high else f"{_plain(low)} to {_plain(high)}"
        return _item(reading, start, end, field, _interval(field, low, high), label)
    bound = high if op in ("gt", "le") else low
    words = _YEAR_SAYS if field == reading.lexicon.year_field else _SAYS
    if op == "eq":
        return _item(reading, start, end, field, _interval(field, low, high), _plain(low))
    return _item(reading, start, end, field, Compare(field, op, _number(bound)), f"{words[op]} {_plain(bound)}")


def _roughly(reading: Reading, start: int, end: int, field: str, value: float) -> Item:
    low, high = round(value * 0.93), round(value * 1.07)
    item = _item(reading, start, end, field, _interval(field, low, high), f"about {_plain(value)}")
    item.note = f"{low} to {high}"
    return item


def _left_op(reading: Reading, start: int) -> tuple[Op | None, int]:
    """The comparison that ends right before ``start`` and where it begins."""
    at = start
    while at > 0 and reading.word(at - 1) in ("the", "a", "an", "year"):
        at -= 1
    for length in (3, 2, 1):
        if at >= length and (op := _LEFT.get(reading.text(at - length, at))):
            return op, at - length
    return None, start


def _right_op(reading: Reading, number: Number) -> tuple[Op | None, int]:
    end = number.end
    if reading.word(end) == "/" and reading.word(end + 1) in ("10", "5", "100"):
        end += 2
    if reading.text(end, end + 2) == "out of":
        end += 3
    if _unit_after(reading, end):
        end += 1
    if reading.word(end) == "on" and number.yearlike:
        return "ge", end + 1
    for length in (2, 1):
        if op := _RIGHT.get(reading.text(end, end + length)):
            return op, min(end + length, len(reading.tokens))
    return None, min(end, len(reading.tokens))


def _field(
    reading: Reading, start: int, end: int, number: Number, compared: bool = True
) -> tuple[str | None, float, int, int]:
    """Which field is compared: named beside the number, told by the unit, or the one whose range it fits."""
    for unit in (number.unit, reading.word(number.end)):
        for name, words in reading.lexicon.fields.items():
            if unit and unit in words.scale and words.spec.type in ("integer", "number"):
                covered = max(end, number.end + (unit == reading.word(number.end)))
                start = _cue_start(reading, start, name)
                return name, words.scale[unit], start, covered
    year = reading.lexicon.year_field
    cued, cue_start, cue_end = _cue(reading, start, end)
    if cued and (not number.yearlike or cued == year or not year or reading.vocabulary.fits(cued, number.low)):
        return cued, 1.0, cue_start, cue_end
    if number.yearlike and year:
        return year, 1.0, _cue_start(reading, start, year), end
    return (_by_range(reading, number) if compared else None), 1.0, start, end


def _cue(reading: Reading, start: int, end: int) -> tuple[str | None, int, int]:
    """A numeric field named before tokens[start] or after tokens[end - 1]."""
    at = start
    while at > 0 and reading.word(at - 1) in _SKIP:
        at -= 1
    for length in (3, 2, 1):
        if at >= length and (name := _numeric_cue(reading, at - length, at)):
            return name, at - length, end
    for length in (2, 1):
        if end + length <= len(reading.tokens) and (name := _numeric_cue(reading, end, end + length)):
            return name, start, end + length
    return None, start, end


def _cue_start(reading: Reading, start: int, field: str) -> int:
    """The start moved left over words that only name the field."""
    name, begin, _ = _cue(reading, start, len(reading.tokens))
    if name == field:
        return begin
    return start - 1 if start and reading.word(start - 1) in ("in", "from", "of", "with") else start


def _numeric_cue(reading: Reading, start: int, end: int) -> str | None:
    for phrase in reading.lexicon.at(reading.tokens, start, end):
        spec = reading.lexicon.schema.get(phrase.field)
        numeric = spec is not None and spec.type in ("integer", "number")
        cue = phrase.kind in ("ask", "before", "comparative") and reading.word(start) not in ("in", "from", "of")
        if numeric and cue and reading.free(start, end):
            return phrase.field
    return None


def _by_range(reading: Reading, number: Number) -> str | None:
    """The numeric field whose stated or actual range holds the number."""
    for name, words in reading.lexicon.fields.items():
        if words.range and words.range[0] <= number.low <= words.range[1]:
            return name
    names = [name for name, words in reading.lexicon.fields.items() if not words.year and words.range is None]
    fitting = [
        name for name in names if name in reading.vocabulary.ranges and reading.vocabulary.fits(name, number.low)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _unit_after(reading: Reading, at: int) -> bool:
    word = reading.word(at)
    return any(word in words.scale for words in reading.lexicon.fields.values()) if word else False


def _has_unit(reading: Reading, field: str, number: Number) -> bool:
    scale = reading.lexicon.fields[field].scale
    return reading.lexicon.fields[field].range is None and (number.unit in scale or reading.word(number.end) in scale)


def _scale(reading: Reading, field: str, number: Number) -> float | None:
    return reading.lexicon.fields[field].scale.get(number.unit or reading.word(number.end))


def _interval(field: str, low: float, high: float) -> Filter:
    if low == high:
        return Compare(field, "eq", _number(low))
    return And((Compare(field, "ge", _number(low)), Compare(field, "le", _number(high))))


def _item(reading: Reading, start: int, end: int, field: str, where: Filter, label: str) -> Item:
    spec = reading.lexicon.fields[field].spec
    unit = f" {spec.unit}" if spec.unit else ""
    return Item(max(start, 0), end, "filter", field, f"{spec.heading} {label}{unit}", where)


def _number(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value


def _plain(value: float) -> str:
    return str(_number(round(value, 2)))
