"""Typed filter expressions. They are built and passed as values, never as text, down to the store.

Meaning, for a document whose field holds the values V (a scalar field holds at most one):

* ``eq x``: some v in V equals x; text is compared without regard to case, accents and outer blanks
* ``in [..]``: some v in V equals one of them
* ``lt le gt ge x``: some v in V is smaller (..., larger) than x
* ``contains x``: some text v in V contains x (same folding); ``starts_with`` likewise
* ``exists true|false``: V is (not) empty
* ``ne x`` and ``not_in [..]`` are exactly ``not eq`` and ``not in``: they also match when V is empty
* ``and``, ``or``, ``not`` combine

JSON form: ``{"field": "rating", "op": "gt", "value": 7}``, ``{"and": [...]}``, ``{"or": [...]}``, ``{"not": {...}}``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from groundstone.errors import InvalidFilter, InvalidInput
from groundstone.records import Scalar
from groundstone.schema import FieldSpec, Schema

Op = Literal["eq", "ne", "in", "not_in", "lt", "le", "gt", "ge", "contains", "starts_with", "exists"]
MAX_NODES = 500
MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Compare:
    field: str
    op: Op
    value: Scalar | tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class And:
    items: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    items: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    item: Filter


Filter = Compare | And | Or | Not


@dataclass(frozen=True, slots=True)
class Sort:
    """Order by one field. Documents without the field come last in both directions."""

    field: str
    descending: bool = False


# Letters that Unicode does not take apart into a base and a mark, and the letters people type for them.
BASE_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ŋ": "n", "ı": "i", "ĸ": "k", "ə": "e", "ɛ": "e",
     "ɔ": "o", "ɓ": "b", "ɗ": "d", "ɖ": "d", "ƙ": "k", "ɲ": "n", "æ": "ae", "œ": "oe", "þ": "th", "ß": "ss"}
)  # fmt: skip


def fold(text: str) -> str:
    """Text as it is compared: case-folded, without accents ("Paweł" and "Pawel" are alike), blanks collapsed."""
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.casefold().translate(BASE_LETTERS).split())


def both(left: Filter | None, right: Filter | None) -> Filter | None:
    """The conjunction of two filters, either of which may be absent."""
    if left is None or right is None:
        return left if right is None else right
    first = left.items if isinstance(left, And) else (left,)
    second = right.items if isinstance(right, And) else (right,)
    return And(first + second)


def leaves(where: Filter | None) -> Iterator[Compare]:
    """Every comparison in the expression, left to right."""
    match where:
        case Compare():
            yield where
        case And(items) | Or(items):
            for item in items:
                yield from leaves(item)
        case Not(item):
            yield from leaves(item)


def check(where: Filter | None, schema: Schema) -> Filter | None:
    """The filter with its values in the types of the schema. Raises InvalidFilter."""
    match where:
        case None:
            return None
        case Compare():
            return _checked(where, schema)
        case And(items):
            return And(tuple(_present(check(item, schema)) for item in items))
        case Or(items):
            return Or(tuple(_present(check(item, schema)) for item in items))
        case Not(item):
            return Not(_present(check(item, schema)))
    raise InvalidFilter(f"not a filter expression: {where!r}")


def check_sort(sort: tuple[Sort, ...], schema: Schema) -> tuple[Sort, ...]:
    """The same sort. Raises InvalidFilter when a field is unknown or cannot be sorted by."""
    for item in sort:
        spec = _spec(item.field, schema)
        if spec.many:
            raise InvalidFilter(f"cannot sort by {item.field}: it holds a list")
    return sort


def _present(item: Filter | None) -> Filter:
    if item is None:
        raise InvalidFilter("an expression inside 'and', 'or' or 'not' is missing")
    return item


def _spec(name: str, schema: Schema) -> FieldSpec:
    spec = schema.get(name)
    if spec is None or not spec.filterable:
        known = ", ".join(spec.name for spec in schema.fields if spec.filterable) or "none"
        raise InvalidFilter(f"cannot filter by {name!r}; fields that can be filtered: {known}")
    return spec


def _checked(leaf: Compare, schema: Schema) -> Compare:
    spec = _spec(leaf.field, schema)
    if leaf.op == "exists":
        if not isinstance(leaf.value, bool):
            raise InvalidFilter(f"{leaf.field}: 'exists' takes true or false")
        return leaf
    if leaf.op in ("contains", "starts_with") and spec.type != "text":
        raise InvalidFilter(f"{leaf.field}: '{leaf.op}' needs a text field, this one is {spec.type}")
    if leaf.op in ("lt", "le", "gt", "ge") and spec.type == "boolean":
        raise InvalidFilter(f"{leaf.field}: a boolean has no order")
    several = leaf.op in ("in", "not_in")
    if several != isinstance(leaf.value, tuple):
        raise InvalidFilter(f"{leaf.field}: '{leaf.op}' takes {'a list' if several else 'one value'}")
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    typed = tuple(_typed(value, spec) for value in values)
    return Compare(leaf.field, leaf.op, typed if several else typed[0])


def _typed(value: Scalar, spec: FieldSpec) -> Scalar:
    # Booleans are ints in Python: "rating > true" must not pass as "rating > 1".
    if isinstance(value, bool) != (spec.type == "boolean"):
        raise InvalidFilter(f"{spec.name}: {value!r} is not a valid {spec.type}")
    if spec.type == "text" and not isinstance(value, str):
        raise InvalidFilter(f"{spec.name}: {value!r} is not a valid text")
    if spec.type == "integer" and isinstance(value, float):
        return value  # "year < 1990.5" is meaningful
    try:
        return spec._scalar(value)
    except InvalidInput as error:
        raise InvalidFilter(str(error)) from None


def to_json(where: Filter) -> dict[str, Any]:
    match where:
        case Compare(field, op, value):
            return {"field": field, "op": op, "value": _plain(value)}
        case And(items):
            return {"and": [to_json(item) for item in items]}
        case Or(items):
            return {"or": [to_json(item) for item in items]}
        case Not(item):
            return {"not": to_json(item)}


def _plain(value: Scalar | tuple[Scalar, ...]) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def from_json(data: Any) -> Filter:
    """Parse the JSON form; unknown members, deep or huge expressions raise InvalidFilter."""
    return _Parser().parse(data, 0)


class _Parser:
    def __init__(self) -> None:
        self.nodes = 0

    def parse(self, data: Any, depth: int) -> Filter:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise InvalidFilter(f"the filter is too large; at most {MAX_NODES} parts and depth {MAX_DEPTH}")
        if not isinstance(data, dict):
            raise InvalidFilter("a filter is a JSON object")
        if set(data) == {"and"} or set(data) == {"or"}:
            ((word, items),) = data.items()
            if not isinstance(items, list) or not items:
                raise InvalidFilter(f"'{word}' takes a list of at least one filter")
            parsed = tuple(self.parse(item, depth + 1) for item in items)
            return And(parsed) if word == "and" else Or(parsed)
        if set(data) == {"not"}:
            return Not(self.parse(data["not"], depth + 1))
        if set(data) != {"field", "op", "value"}:
            raise InvalidFilter("a filter has the members field, op and value; or one of and, or, not")
        return _leaf(data["field"], data["op"], data["value"])


def _leaf(field: Any, op: Any, value: Any) -> Compare:
    if not isinstance(field, str) or op not in get_args(Op):
        raise InvalidFilter(f"unknown operation {op!r}; use one of {', '.join(get_args(Op))}")
    values = value if isinstance(value, list) else [value]
    if len(values) > MAX_NODES or not all(isinstance(item, str | int | float) for item in values):
        raise InvalidFilter(f"{field}: a value is a text, a number, true or false, or a short list of these")
    if any(isinstance(item, float) and (item != item or abs(item) == float("inf")) for item in values):
        raise InvalidFilter(f"{field}: numbers must be finite")
    return Compare(field, op, tuple(values) if isinstance(value, list) else value)
