"""Filters and the comparison of texts."""

from __future__ import annotations

import time
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone import filters
from groundstone.errors import InvalidFilter
from groundstone.filters import And, Compare, Filter, Not, Or, Sort, both, check, check_sort, fold, from_json, to_json
from groundstone.schema import FieldSpec, Schema

SCHEMA = Schema(
    (
        FieldSpec("title"),
        FieldSpec("year", "integer"),
        FieldSpec("rating", "number"),
        FieldSpec("seen", "boolean"),
        FieldSpec("added", "date"),
        FieldSpec("tags", many=True),
        FieldSpec("plot", filterable=False),
    )
)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Pawel", "Paweł"), ("sorensen", "Sørensen"), ("AMELIE", "Amélie"), ("Dordevic", "Đorđević"),
        ("Kieslowski", "Kieślowski"), ("aeon", "Æon"), ("oeuvre", "œuvre"), ("strasse", "Straße"),
        ("STRASSE", "straße"), ("thor", "Þor"), ("gudrun", "Guðrun"), ("isik", "ışık"), ("istanbul", "İstanbul"),
        ("milos  forman", " Miloš Forman "),
        ("fi", "ﬁ"), ("Ｈｅａｔ", "heat"), ("10½", "101⁄2"),
    ],
)  # fmt: skip
def test_texts_are_alike_despite_case_accents_and_letters_that_few_keyboards_have(typed: str, stored: str) -> None:
    assert fold(typed) == fold(stored)


@pytest.mark.parametrize("pair", [("Москва", "Моска"), ("黒澤明", "黒澤"), ("heat", "heats"), ("a b", "ab")])
def test_other_texts_stay_apart(pair: tuple[str, str]) -> None:
    assert fold(pair[0]) != fold(pair[1])


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert once == once.strip()


def test_folding_is_quick() -> None:
    names = ["Steven Spielberg", "Paweł Pawlikowski"] * 5_000
    started = time.process_time()
    for name in names:
        fold(name)
    assert time.process_time() - started < 1


scalars = st.one_of(st.text(max_size=5), st.integers(-9, 9), st.booleans(), st.floats(-9, 9))
leaf = st.builds(
    Compare,
    st.sampled_from(["title", "year", "other"]),
    st.sampled_from(["eq", "ne", "lt", "ge", "contains"]),
    scalars,
)
expressions: st.SearchStrategy[Filter] = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.builds(And, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=8,
)


@given(expressions)
def test_the_json_form_is_read_back_as_it_was(where: Filter) -> None:
    assert from_json(to_json(where)) == where


BAD: list[Any] = [
    None, 7, "x", [], {}, {"and": []}, {"and": {}}, {"or": [7]}, {"not": None}, {"and": [], "or": []},
    {"field": "year", "op": "eq"}, {"field": 1, "op": "eq", "value": 1}, {"field": "year", "op": "like", "value": 1},
    {"field": "year", "op": "eq", "value": None}, {"field": "year", "op": "eq", "value": {}},
    {"field": "year", "op": "in", "value": [[1]]}, {"field": "year", "op": "eq", "value": float("nan")},
    {"field": "year", "op": "in", "value": [float("inf")]}, {"field": "year", "op": "in", "value": [1] * 501},
    {"field": "a", "op": "eq", "value": 1, "more": 2},
]  # fmt: skip


@pytest.mark.parametrize("data", BAD, ids=repr)
def test_what_is_no_filter_is_refused(data: Any) -> None:
    with pytest.raises(InvalidFilter):
        from_json(data)


def test_deep_and_huge_expressions_are_refused() -> None:
    deep: Any = {"field": "year", "op": "eq", "value": 1}
    for _ in range(30):
        deep = {"not": deep}
    with pytest.raises(InvalidFilter, match="too large"):
        from_json(deep)
    with pytest.raises(InvalidFilter, match="too large"):
        from_json({"or": [{"field": "year", "op": "eq", "value": 1}] * 600})


WRONG = [
    Compare("colour", "eq", "red"),
    Compare("plot", "contains", "x"),
    Compare("year", "eq", "soon"),
    Compare("year", "contains", "19"),
    Compare("rating", "gt", True),
    Compare("seen", "gt", True),
    Compare("seen", "eq", 1),
    Compare("title", "eq", 7),
    Compare("title", "in", "Heat"),
    Compare("title", "eq", ("Heat",)),
    Compare("added", "lt", "yesterday"),
    Compare("tags", "exists", "yes"),
]


@pytest.mark.parametrize("where", WRONG, ids=repr)
def test_a_filter_that_does_not_fit_the_schema_is_refused_at_any_depth(where: Compare) -> None:
    for shape in (where, Not(where), And((Compare("year", "eq", 1990), where)), Or((where,))):
        with pytest.raises(InvalidFilter):
            check(shape, SCHEMA)


@pytest.mark.parametrize(
    ("given", "typed"),
    [
        (Compare("rating", "gt", 7), 7.0),
        (Compare("year", "lt", 1990.5), 1990.5),
        (Compare("added", "ge", "2024-05-01"), date(2024, 5, 1)),
        (Compare("added", "ge", datetime(2024, 5, 1, 12)), date(2024, 5, 1)),
        (Compare("title", "in", ("a", "b")), ("a", "b")),
        (Compare("tags", "exists", False), False),
    ],
)
def test_values_take_the_type_of_their_field(given: Compare, typed: object) -> None:
    found = check(given, SCHEMA)
    assert isinstance(found, Compare)
    assert found.value == typed
    assert type(found.value) is type(typed)


def test_lists_cannot_be_sorted_by() -> None:
    assert check_sort((Sort("year", True),), SCHEMA) == (Sort("year", True),)
    for name in ("tags", "plot", "colour"):
        with pytest.raises(InvalidFilter):
            check_sort((Sort(name),), SCHEMA)


def test_filters_are_joined_flat() -> None:
    one, two, three = (Compare("year", "eq", number) for number in (1, 2, 3))
    assert both(None, None) is None
    assert both(one, None) == both(None, one) == one
    assert both(both(one, two), three) == And((one, two, three))
    assert list(filters.leaves(Not(Or((one, And((two, three))))))) == [one, two, three]
