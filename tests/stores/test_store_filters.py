"""Filters mean the same in every engine as in ``conformance.matches``."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundstone.errors import InvalidFilter
from groundstone.filters import And, Compare, Filter, Not, Or, Sort, fold
from groundstone.identity import LOCAL
from groundstone.records import Value
from groundstone.stores.base import Store
from tests.stores.conformance import collection_of, day, entry, matches
from tests.stores.conftest import ENGINES

texts = st.one_of(
    st.sampled_from(["Drama", "drama", "DRÁMA ", "Sci-Fi", "100%", "a_b", "a\\b", "it's", '"q"', "", " ", "ß", "SS"]),
    st.text(alphabet="aAáÁ %_\\'\"*\0😀\U0010ffff\ud7ff", max_size=4),
)
numbers = st.one_of(st.integers(-3, 3), st.sampled_from([0.5, -0.0, 2.0, 2**53, -(2**53), 1e300, 0.1]))
days = st.dates(date(1999, 12, 30), date(2000, 1, 2))
scalars = st.one_of(texts, numbers, days, st.booleans())
NAMES = ["title", "genres", "year", "other field", "x'; DROP TABLE documents"]
held = st.one_of(scalars, st.lists(scalars, max_size=3).map(tuple))
rows = st.lists(st.dictionaries(st.sampled_from(NAMES), held, max_size=4), max_size=6)


def _leaves() -> st.SearchStrategy[Filter]:
    name = st.sampled_from([*NAMES, "absent"])
    return st.one_of(
        st.builds(Compare, name, st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"]), scalars),
        st.builds(Compare, name, st.sampled_from(["in", "not_in"]), st.lists(scalars, max_size=3).map(tuple)),
        st.builds(Compare, name, st.sampled_from(["contains", "starts_with"]), texts),
        st.builds(Compare, name, st.just("exists"), st.booleans()),
    )


def _combined(inner: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(st.builds(And, several), st.builds(Or, several), st.builds(Not, inner))


filters = st.recursive(_leaves(), _combined, max_leaves=6)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows, wheres=st.lists(filters, min_size=6, max_size=12))
def test_filters_select_what_their_meaning_says(
    engine: str, rows: list[dict[str, Value]], wheres: list[Filter]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = ENGINES[engine](Path(folder))
        collection = collection_of(store, *(entry(str(number), fields=row) for number, row in enumerate(rows)))
        for where in wheres:
            expected = [str(number) for number, row in enumerate(rows) if matches(where, row)]
            assert collection.ids(LOCAL, where) == expected
            assert collection.count(LOCAL, where) == len(expected)
            assert [document.id for document in collection.select(LOCAL, where=where)] == expected
        store.close()


@pytest.fixture
def films(store: Store):  # type: ignore[no-untyped-def]
    return collection_of(
        store,
        entry("a", fields={"title": "Amélie", "genres": ("Comedy", "Romance"), "year": 2001, "rating": 8.3}),
        entry("b", fields={"title": "alien", "genres": ("Horror",), "year": 1979, "rating": 8.5}),
        entry(
            "c",
            fields={"title": "Brazil", "genres": ("comedy",), "released": day("1985-02-20"), "colour": True},
        ),
        entry("d"),
    )


def test_searches_obey_filters(films) -> None:  # type: ignore[no-untyped-def]
    where = Compare("genres", "eq", "COMEDY")
    vector = entry("a").vectors[0]
    assert {hit.document_id for hit in films.nearest(LOCAL, vector, limit=9, where=where)} == {"a", "c"}
    assert {hit.document_id for hit in films.match(LOCAL, ["text"], limit=9, where=where)} == {"a", "c"}


def test_values_are_counted_most_frequent_first_then_by_value(films) -> None:  # type: ignore[no-untyped-def]
    assert films.values(LOCAL, "genres") == [("Comedy", 2), ("Horror", 1), ("Romance", 1)]
    assert films.values(LOCAL, "genres", limit=1) == [("Comedy", 2)]
    assert films.values(LOCAL, "genres", where=Compare("year", "lt", 2000)) == [("Horror", 1)]
    assert films.values(LOCAL, "released") == [(day("1985-02-20"), 1)]
    assert films.values(LOCAL, "colour") == [(True, 1)]
    assert films.values(LOCAL, "absent") == []


def test_every_value_is_held_by_as_many_documents_as_an_equality_filter_finds(films) -> None:  # type: ignore[no-untyped-def]
    for value, number in films.values(LOCAL, "genres"):
        assert films.count(LOCAL, Compare("genres", "eq", value)) == number


def test_aggregates_of_numbers_dates_and_text(films) -> None:  # type: ignore[no-untyped-def]
    rating = films.aggregate(LOCAL, "rating")
    assert (rating.count, rating.minimum, rating.maximum) == (2, 8.3, 8.5)
    assert rating.mean == pytest.approx(8.4)
    assert rating.total == pytest.approx(16.8)
    released = films.aggregate(LOCAL, "released")
    assert (released.count, released.minimum, released.maximum, released.mean) == (
        1,
        *[day("1985-02-20")] * 2,
        None,
    )
    titles = films.aggregate(LOCAL, "title", where=Compare("year", "exists", True))
    assert (titles.count, titles.minimum, titles.mean) == (2, None, None)
    assert films.aggregate(LOCAL, "absent").count == 0


def test_sorting_folds_text_and_puts_missing_values_last_both_ways(films) -> None:  # type: ignore[no-untyped-def]
    def order(*sort: Sort) -> str:
        return "".join(document.id for document in films.select(LOCAL, sort=sort))

    assert order(Sort("title")) == "bacd"
    assert order(Sort("title", descending=True)) == "cabd"
    assert order(Sort("year")) == "bacd"
    assert order(Sort("year", descending=True)) == "abcd"
    assert order(Sort("colour"), Sort("year")) == "cbad"


def test_pages_fit_together(films) -> None:  # type: ignore[no-untyped-def]
    def page(limit: int, offset: int) -> list[str]:
        return [document.id for document in films.select(LOCAL, limit=limit, offset=offset)]

    assert page(2, 0) + page(2, 2) == ["a", "b", "c", "d"]
    assert page(0, 0) == page(5, 4) == page(10, 10**12) == []
    assert page(10**12, 3) == ["d"]


def test_one_and_true_are_different_values(store: Store) -> None:
    collection = collection_of(store, entry("number", fields={"x": 1}), entry("boolean", fields={"x": True}))
    vector = entry("number").vectors[0]
    for value, id_ in ((1, "number"), (True, "boolean"), (1.0, "number")):
        where = Compare("x", "eq", value)
        assert collection.ids(LOCAL, where) == [id_]
        assert [hit.document_id for hit in collection.nearest(LOCAL, vector, limit=5, where=where)] == [id_]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**63, 10**400], ids=["nan", "inf", "2**63", "10**400"])
def test_numbers_that_cannot_be_compared_are_refused(films, value: float) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InvalidFilter):
        films.count(LOCAL, Compare("year", "lt", value))


def test_reserved_fields_cannot_be_asked_for(films) -> None:  # type: ignore[no-untyped-def]
    for where in (Compare("_readers", "exists", True), Not(Compare("_tenant", "ne", "local"))):
        with pytest.raises(InvalidFilter):
            films.ids(LOCAL, where)


def test_large_filters_work(films) -> None:  # type: ignore[no-untyped-def]
    many = Or(tuple(Compare("year", "eq", year) for year in range(1600, 2000)))
    assert films.ids(LOCAL, many) == ["b"]
    assert films.ids(LOCAL, Compare("year", "in", tuple(range(1600, 2000)))) == ["b"]
    deep: Filter = Compare("year", "eq", 1979)
    for _ in range(20):
        deep = Not(And((deep,)))
    assert films.ids(LOCAL, deep) == ["b"]


def test_folding_is_the_one_of_filters() -> None:
    assert matches(Compare("t", "eq", "STRASSE"), {"t": " Straße "})
    assert fold("É") == "e"
