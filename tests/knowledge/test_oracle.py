"""The oracle reads filters exactly as ``filters`` states them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.errors import InvalidInput
from groundstone.filters import And, Compare, Filter, Not, Or, Sort
from groundstone.knowledge.oracle import Oracle, matches
from groundstone.schema import FieldSpec, Schema

SCHEMA = Schema(
    (
        FieldSpec("id"),
        FieldSpec("name"),
        FieldSpec("year", type="integer"),
        FieldSpec("tags", many=True),
    ),
    id_field="id",
    title_field="name",
)
ROWS = [
    {"id": "a", "name": "Amélie  Poulain", "year": 2001, "tags": ["Paris", "Love"]},
    {"id": "b", "name": "Metropolis", "year": 1927, "tags": []},
    {"id": "c", "name": "alien", "tags": ["Space"]},
]
ORACLE = Oracle.of(ROWS, SCHEMA)

values = st.sampled_from(["paris", "love", "Space", "x"])
leaves = st.one_of(
    st.builds(Compare, st.just("tags"), st.sampled_from(["eq", "ne", "contains", "starts_with"]), values),
    st.builds(Compare, st.just("tags"), st.sampled_from(["in", "not_in"]), st.tuples(values, values)),
    st.builds(Compare, st.just("year"), st.sampled_from(["lt", "le", "gt", "ge"]), st.integers(1900, 2030)),
    st.builds(Compare, st.just("tags"), st.just("exists"), st.booleans()),
)
expressions: st.SearchStrategy[Filter] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(And, st.tuples(inner, inner)), st.builds(Or, st.tuples(inner, inner)), st.builds(Not, inner)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (None, {"a", "b", "c"}),
        (Compare("name", "eq", "amelie poulain"), {"a"}),
        (Compare("tags", "eq", "PARIS"), {"a"}),
        (Compare("tags", "ne", "Paris"), {"b", "c"}),
        (Compare("tags", "not_in", ("Love", "Space")), {"b"}),
        (Compare("tags", "exists", False), {"b"}),
        (Compare("year", "lt", 2001), {"b"}),
        (Compare("year", "ge", 2001), {"a"}),
        (Not(Compare("year", "ge", 2001)), {"b", "c"}),
        (Compare("name", "contains", "POLIS"), {"b"}),
        (Compare("name", "starts_with", "ALI"), {"c"}),
    ],
)
def test_filters_mean_what_they_say(where: Filter | None, expected: set[str]) -> None:
    assert ORACLE.ids(where) == expected


@given(expressions)
def test_not_selects_the_complement(where: Filter) -> None:
    assert ORACLE.ids(Not(where)) == set(ORACLE.rows) - ORACLE.ids(where)


@given(expressions, expressions)
def test_and_or_are_intersection_and_union(left: Filter, right: Filter) -> None:
    assert ORACLE.ids(And((left, right))) == ORACLE.ids(left) & ORACLE.ids(right)
    assert ORACLE.ids(Or((left, right))) == ORACLE.ids(left) | ORACLE.ids(right)


@given(st.sampled_from(["eq", "in"]), values)
def test_ne_is_exactly_not_eq(op: str, value: str) -> None:
    wanted = (value,) if op == "in" else value
    negated = {"eq": "ne", "in": "not_in"}[op]
    for row in ORACLE.rows.values():
        assert matches(row, Compare("tags", negated, wanted)) != matches(row, Compare("tags", op, wanted))


@pytest.mark.parametrize(("descending", "expected"), [(False, ["b", "a", "c"]), (True, ["a", "b", "c"])])
def test_absent_values_sort_last_in_both_directions(descending: bool, expected: list[str]) -> None:
    assert ORACLE.ordered(ORACLE.rows, [Sort("year", descending)]) == expected


def test_text_sorts_without_regard_to_case_and_accents() -> None:
    assert ORACLE.ordered(ORACLE.rows, [Sort("name")]) == ["c", "a", "b"]


def test_measures_and_counts() -> None:
    assert ORACLE.measure("year", "mean", None) == 1964
    assert ORACLE.measure("year", "maximum", None) == 2001
    assert ORACLE.counts("tags", Compare("year", "gt", 1)) == {"Paris": 1, "Love": 1}


def test_a_measure_of_nothing_says_so() -> None:
    with pytest.raises(InvalidInput, match="no matching document"):
        ORACLE.measure("year", "mean", Compare("year", "gt", 3000))


def test_records_without_an_id_field_cannot_be_judged() -> None:
    with pytest.raises(InvalidInput, match="id_field"):
        Oracle.of([], Schema())
