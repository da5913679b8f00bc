"""Filters of the wire against what they mean, for any filter and any record."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.errors import InvalidInput, NotSupported
from groundstone.filters import And, Compare, Filter, Not, Or, check, fold
from groundstone.schema import FieldSpec, Schema
from groundstone.server.aws.knowledge_filters import where_of
from groundstone.server.aws.paging import opened, page, sealed

SCHEMA = Schema(
    (
        FieldSpec("year", "number"),
        FieldSpec("title"),
        FieldSpec("tags", many=True),
        FieldSpec("free", "boolean"),
        FieldSpec("day", "date"),
        FieldSpec("prose", filterable=False),
    )
)
RECORD: dict[str, Any] = {"year": 1975.0, "title": "Jaws", "tags": ("shark", "sea"), "free": True}
KEYS = st.sampled_from(["year", "title", "tags", "free", "day", "prose", "none"])
SCALARS = st.one_of(
    st.sampled_from([1975, 1975.5, "1975", "Jaws", "ja", "shark", True, False, "true", "2020-01-01", "", "x"]),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=5),
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=3), st.none(), st.dictionaries(st.text(), SCALARS, max_size=1))
OPERATORS = st.sampled_from(
    "equals notEquals greaterThan greaterThanOrEquals lessThan lessThanOrEquals in notIn startsWith stringContains "
    "listContains somethingElse".split()
)
LEAVES = st.builds(lambda op, key, value: {op: {"key": key, "value": value}}, OPERATORS, KEYS, VALUES)
FILTERS = st.recursive(
    LEAVES,
    lambda inner: st.builds(lambda op, items: {op: items}, st.sampled_from(["andAll", "orAll"]), st.lists(inner)),
)


@given(FILTERS)
def test_any_filter_is_refused_or_fits_the_schema(given_: dict[str, Any]) -> None:
    try:
        where = where_of(given_, SCHEMA)
    except (InvalidInput, NotSupported):
        return
    check(where, SCHEMA)


@given(KEYS, SCALARS)
def test_a_negation_holds_exactly_where_the_condition_does_not(key: str, value: Any) -> None:
    try:
        for one, other in (("equals", "notEquals"), ("in", "notIn")):
            sent = value if one == "equals" else [value]
            condition = where_of({one: {"key": key, "value": sent}}, SCHEMA)
            negation = where_of({other: {"key": key, "value": sent}}, SCHEMA)
            assert holds(condition) != holds(negation)
    except InvalidInput:
        assert value != value or value in (float("inf"), float("-inf"))


def holds(where: Filter) -> bool:
    """Whether the record matches, worked out without any store."""
    match where:
        case And(items):
            return all(map(holds, items))
        case Or(items):
            return any(map(holds, items))
        case Not(item):
            return not holds(item)
        case Compare(field, op, value):
            held = RECORD.get(field, ())
            values = [_folded(one) for one in (held if isinstance(held, tuple) else (held,))]
            wanted = [_folded(one) for one in value] if isinstance(value, tuple) else _folded(value)
            found = {
                "eq": wanted in values,
                "ne": wanted not in values,
                "in": isinstance(wanted, list) and any(one in wanted for one in values),
                "not_in": isinstance(wanted, list) and not any(one in wanted for one in values),
            }
            return bool(found[op])
    raise AssertionError(where)


def _folded(value: Any) -> Any:
    return fold(value) if isinstance(value, str) else value


def test_too_deep_and_too_wide_filters_are_refused() -> None:
    leaf: dict[str, Any] = {"equals": {"key": "year", "value": 1}}
    deep = leaf
    for _ in range(30):
        deep = {"andAll": [deep, leaf]}
    for bad in (deep, {"orAll": [leaf] * 600}, {"orAll": [leaf]}, {**leaf, "in": {}}, {}):
        with pytest.raises(InvalidInput):
            where_of(bad, SCHEMA)


@given(st.lists(st.text(max_size=4), unique=True, max_size=12), st.integers(1, 5))
def test_pages_have_every_entry_once_and_in_order(names: list[str], size: int) -> None:
    entries = [((0, name), name) for name in sorted(names)]
    found: list[str] = []
    token = None
    while True:
        some, token = page("k", entries, {"maxResults": size, **({"nextToken": token} if token else {})})
        found += some
        if token is None:
            break
    assert found == sorted(names)


@given(st.text(max_size=40))
def test_a_token_of_somebody_elses_making_is_refused(token: str) -> None:
    with pytest.raises(InvalidInput):
        opened("k", token)
    with pytest.raises(InvalidInput):
        opened("other", sealed("k", (1, "x")))
