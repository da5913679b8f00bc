"""Metadata filters of Bedrock Knowledge Bases as typed filter expressions.

An attribute that no document has, or a value of another type than the attribute's, is no error: such a condition
holds for no document, and its negation for every one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, get_args

from groundstone.errors import InvalidInput, NotSupported
from groundstone.filters import And, Compare, Filter, Op, Or
from groundstone.records import Scalar
from groundstone.schema import FieldSpec, Schema

NOTHING, EVERYTHING = Or(()), And(())
MAX_PARTS, MAX_DEPTH = 500, 20
SYSTEM = "x-amz-bedrock-kb-"
_COMPARED: dict[str, Op] = {
    "equals": "eq",
    "notEquals": "ne",
    "greaterThan": "gt",
    "greaterThanOrEquals": "ge",
    "lessThan": "lt",
    "lessThanOrEquals": "le",
    "in": "in",
    "notIn": "not_in",
    "startsWith": "starts_with",
    "stringContains": "contains",
    "listContains": "eq",
}
_NEGATED = ("notEquals", "notIn")
assert set(_COMPARED.values()) <= set(get_args(Op))


def where_of(given: Mapping[str, Any], schema: Schema) -> Filter:
    """Raises InvalidInput for a filter that is not well-formed."""
    parts = iter(range(MAX_PARTS))
    return _read(given, schema, 0, parts)


def _read(given: Mapping[str, Any], schema: Schema, depth: int, parts: Iterator[int]) -> Filter:
    if depth > MAX_DEPTH or next(parts, None) is None:
        raise InvalidInput(f"filter: it has more than {MAX_PARTS} parts or {MAX_DEPTH} levels")
    if len(given) != 1:
        raise InvalidInput("filter: give exactly one operator at each place")
    ((operator, value),) = given.items()
    if operator in ("andAll", "orAll"):
        if len(value) < 2:
            raise InvalidInput(f"filter: {operator} takes at least two filters")
        items = tuple(_read(item, schema, depth + 1, parts) for item in value)
        return And(items) if operator == "andAll" else Or(items)
    return _leaf(operator, value["key"], value.get("value"), schema)


def _leaf(operator: str, key: str, value: Any, schema: Schema) -> Filter:
    if operator not in _COMPARED:
        raise InvalidInput(f"filter: unknown operator {operator!r}")
    if key.startswith(SYSTEM):
        raise NotSupported(f"filter: {key} cannot be filtered by here; filter by an attribute of the documents")
    _check_value(operator, value)
    spec = schema.get(key)
    if spec is None or not spec.filterable:
        return EVERYTHING if operator in _NEGATED else NOTHING
    if operator in ("in", "notIn"):
        fitting = tuple(item for item in (_fitting(one, spec) for one in value) if item is not None)
        return Compare(key, _COMPARED[operator], fitting) if fitting else _none(operator)
    fit = _fitting(value, spec)
    if fit is None or not _applies(operator, spec):
        return _none(operator)
    return Compare(key, _COMPARED[operator], fit)


def _none(operator: str) -> Filter:
    return EVERYTHING if operator in _NEGATED else NOTHING


def _check_value(operator: str, value: Any) -> None:
    """That the value is of a kind that the operator takes at all."""
    if operator in ("in", "notIn"):
        if not isinstance(value, Sequence) or isinstance(value, str) or not value or not all(map(_is_scalar, value)):
            raise InvalidInput(f"filter: {operator} takes a list of texts, numbers or booleans that is not empty")
        if len(value) > MAX_PARTS:
            raise InvalidInput(f"filter: {operator} takes at most {MAX_PARTS} values")
    elif operator in ("startsWith", "stringContains") and not isinstance(value, str):
        raise InvalidInput(f"filter: {operator} takes a text")
    elif not _is_scalar(value):
        raise InvalidInput(f"filter: {operator} takes one text, number or boolean")


def _is_scalar(value: Any) -> bool:
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):
        return False
    return isinstance(value, str | int | float | bool)


def _applies(operator: str, spec: FieldSpec) -> bool:
    if operator in ("startsWith", "stringContains"):
        return spec.type == "text"
    return spec.type != "boolean" or _COMPARED[operator] in ("eq", "ne")


def _fitting(value: Any, spec: FieldSpec) -> Scalar | None:
    """The value in the type of the field; None when it has none. "1995" fits a field of numbers."""
    if isinstance(value, bool):
        return value if spec.type == "boolean" else None
    if spec.type == "text":
        return value if isinstance(value, str) else None
    if spec.type == "boolean":
        return {"true": True, "false": False}.get(str(value).lower()) if isinstance(value, str) else None
    try:
        if spec.type == "date":
            return date.fromisoformat(value[:10]) if isinstance(value, str) else None
        return _finite(float(value)) if isinstance(value, str) else value
    except ValueError:
        return None


def _finite(number: float) -> float | None:
    return number if abs(number) < float("inf") else None
