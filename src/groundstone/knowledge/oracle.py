"""What the records themselves say: the plain reference that answers are judged against.

It evaluates filters, sorts, counts and averages over raw records in memory, in the most direct way and
without any store, so that a fault in a store shows up as a difference.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean
from typing import Any

from groundstone.errors import InvalidInput
from groundstone.filters import And, Compare, Filter, Not, Or, Sort, fold
from groundstone.records import Scalar, Value
from groundstone.schema import Schema

Row = Mapping[str, tuple[Scalar, ...]]
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


_MEASURES: dict[str, Callable[[Sequence[float]], float]] = {
    "mean": fmean,
    "minimum": min,
    "maximum": max,
    "total": sum,
}


@dataclass(frozen=True, slots=True, eq=False)
class Oracle:
    """Typed records by document id; each field holds a tuple of values, empty when absent."""

    schema: Schema
    rows: Mapping[str, Row]

    @classmethod
    def of(cls, records: Iterable[Mapping[str, Any]], schema: Schema) -> Oracle:
        """From raw records that carry the schema's id field. Raises InvalidInput."""
        if schema.id_field is None:
            raise InvalidInput("records can only be judged when the schema names an id_field")
        rows: dict[str, Row] = {}
        for record in records:
            row = {spec.name: _tuple(spec.coerce(record.get(spec.name))) for spec in schema.fields}
            rows[str(record[schema.id_field])] = row
        return cls(schema, rows)

    def __contains__(self, document_id: object) -> bool:
        return document_id in self.rows

    def values(self, document_id: str, field: str) -> tuple[Scalar, ...]:
        return self.rows[document_id].get(field, ())

    def title(self, document_id: str) -> str:
        found = self.values(document_id, self.schema.title_field or "")
        return str(found[0]) if found else document_id

    def ids(self, where: Filter | None) -> set[str]:
        """The documents that match, by the meaning stated in ``filters``."""
        return {name for name, row in self.rows.items() if matches(row, where)}

    def key(self, document_id: str, sort: Sequence[Sort]) -> tuple[Any, ...]:
        """A comparable sort key: equal keys are ties, absent values come last."""
        return tuple(_key(self.values(document_id, item.field), item.descending) for item in sort)

    def ordered(self, ids: Iterable[str], sort: Sequence[Sort]) -> list[str]:
        return sorted(ids, key=lambda name: (self.key(name, sort), name))

    def counts(self, field: str, where: Filter | None) -> Counter[Scalar]:
        """Distinct values of a field with the number of matching documents that hold each."""
        return Counter(value for name in self.ids(where) for value in self.values(name, field))

    def measure(self, field: str, measure: str, where: Filter | None) -> float:
        """mean, minimum, maximum or total of a numeric field. Raises InvalidInput when there is no value."""
        found = [value for name in self.ids(where) for value in self.values(name, field)]
        numbers = [float(value) for value in found if isinstance(value, int | float)]
        if not numbers:
            raise InvalidInput(f"no matching document has a number in {field}")
        return _MEASURES[measure](numbers)


def matches(row: Row, where: Filter | None) -> bool:
    """Whether one record satisfies the expression."""
    match where:
        case And(items):
            return all(matches(row, item) for item in items)
        case Or(items):
            return any(matches(row, item) for item in items)
        case Not(item):
            return not matches(row, item)
        case Compare(field, "ne", value):
            return not _some(row.get(field, ()), "eq", value)
        case Compare(field, "not_in", value):
            return not _some(row.get(field, ()), "in", value)
        case Compare(field, op, value):
            return _some(row.get(field, ()), op, value)
        case None:
            return True
    raise InvalidInput(f"not a filter expression: {where!r}")


def _some(held: tuple[Scalar, ...], op: str, wanted: Any) -> bool:
    if op == "exists":
        return bool(held) is bool(wanted)
    if op == "in":
        return any(_some(held, "eq", item) for item in wanted)
    bare = _bare(wanted)
    return any(_holds(_bare(value), op, bare) for value in held)


def _holds(value: Any, op: str, wanted: Any) -> bool:
    if op == "eq":
        return bool(value == wanted)
    if op == "contains":
        return bool(wanted in value)
    if op == "starts_with":
        return bool(value.startswith(wanted))
    return bool(_ORDER[op](value, wanted))


def _bare(value: Any) -> Any:
    return _folded(value) if isinstance(value, str) else value


@lru_cache(maxsize=1 << 18)
def _folded(text: str) -> str:
    return fold(text)


def _tuple(value: Value | None) -> tuple[Scalar, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


@dataclass(frozen=True, slots=True)
class _Reversed:
    value: Any

    def __lt__(self, other: _Reversed) -> bool:
        return bool(other.value < self.value)


def _key(values: tuple[Scalar, ...], descending: bool) -> tuple[Any, ...]:
    if not values:
        return (1,)
    value = _bare(values[0])
    return (0, _Reversed(value) if descending else value)
