"""The judge accepts right answers in any wording and finds each fault of wrong ones."""

from __future__ import annotations

from typing import Any

import pytest

from groundstone.filters import Compare
from groundstone.knowledge.answer import Answer, Strength
from groundstone.knowledge.checks import Case, check, numbers, unsound
from groundstone.knowledge.oracle import Oracle
from groundstone.questions.query import Chip, Kind, Query
from groundstone.records import Card, Citation, Document, Sentence
from groundstone.schema import FieldSpec, Schema

SCHEMA = Schema(
    (
        FieldSpec("id"),
        FieldSpec("title"),
        FieldSpec("year", type="integer"),
        FieldSpec("rating", type="number"),
        FieldSpec("runtime", type="integer"),
        FieldSpec("directors", many=True),
        FieldSpec("actors", many=True),
        FieldSpec("plot"),
    ),
    id_field="id",
    title_field="title",
)
ROWS: list[dict[str, Any]] = [
    {
        "id": "heat",
        "title": "Heat",
        "year": 1995,
        "rating": 8.2,
        "runtime": 170,
        "directors": ["Michael Mann"],
        "actors": ["Al Pacino", "Robert De Niro", "Val Kilmer"],
        "plot": "A crew robs banks.",
    },
    {
        "id": "fargo",
        "title": "Fargo",
        "year": 1996,
        "rating": 8.1,
        "runtime": 98,
        "directors": ["Joel Coen", "Ethan Coen"],
        "actors": ["Frances McDormand"],
        "plot": "A car salesman plots.",
    },
    {
        "id": "ida",
        "title": "Ida",
        "year": 2013,
        "rating": 8.1,
        "runtime": 82,
        "directors": ["Paweł Pawlikowski"],
        "actors": [],
        "plot": "A novice learns a secret.",
    },
]
ORACLE = Oracle.of(ROWS, SCHEMA)
NINETIES = {"field": "year", "op": "lt", "value": 2000}


def case(
    text: str,
    shown: tuple[str, ...] = (),
    *,
    kind: Kind = "list",
    strength: Strength = "exact",
    total: int | None = None,
    listed: set[str] | None = None,
    closest: bool = False,
) -> Case:
    citations = tuple(Citation(name, name, 0, 1, "x") for name in shown)
    cards = tuple(Card(name, name, {}, number) for number, name in enumerate(shown)) if kind == "list" else ()
    query = Query(kind, "q", chips=(Chip("filter", "before 2000", Compare("year", "lt", 2000)),))
    answer = Answer("q", (Sentence(text, tuple(range(len(shown)))),), query, citations, cards)
    answer = Answer(**{**_fields(answer), "strength": strength, "total": total, "closest": closest})
    return Case(answer, ORACLE, None if listed is None else frozenset(listed))


def _fields(answer: Answer) -> dict[str, Any]:
    return {name: getattr(answer, name) for name in Answer.__dataclass_fields__}


def fact(document: str, field: str) -> dict[str, Any]:
    return {"fact": {"document": document, "field": field, "values": list(ORACLE.values(document, field))}}


@pytest.mark.parametrize(
    ("text", "expect"),
    [
        ("Fargo was directed by Joel Coen and Ethan Coen.", fact("fargo", "directors")),
        ("Directed by paweł pawlikowski", fact("ida", "directors")),
        ("Heat lasts 170 minutes.", fact("heat", "runtime")),
        ("Heat lasts 2 h 50 min.", fact("heat", "runtime")),
        ("Its rating is 8.2.", fact("heat", "rating")),
        ("With Al Pacino and 2 more.", fact("heat", "actors")),
        ("No actors are recorded for Ida.", fact("ida", "actors")),
    ],
)
def test_right_facts_pass_in_any_wording(text: str, expect: dict[str, Any]) -> None:
    assert check(case(text, (expect["fact"]["document"],), kind="fact"), expect) == []


@pytest.mark.parametrize(
    ("text", "shown", "expect", "problem"),
    [
        ("Directed by Joel Coen.", ("fargo",), fact("fargo", "directors"), "not named: Ethan Coen"),
        ("Directed by Michael Mann.", ("fargo",), fact("heat", "directors"), "does not cite heat"),
        (
            "Michael Mann and Ethan Coen.",
            ("heat",),
            fact("heat", "directors"),
            "names Ethan Coen, which is wrong",
        ),
        ("It lasts 17 minutes.", ("heat",), fact("heat", "runtime"), "not named: 170"),
        (
            "With Al Pacino and 1 more.",
            ("heat",),
            fact("heat", "actors"),
            "not named: Robert De Niro, Val Kilmer",
        ),
        ("It stars Val Kilmer.", ("ida",), fact("ida", "actors"), "should say that nothing is recorded"),
    ],
)
def test_wrong_facts_are_found(text: str, shown: tuple[str, ...], expect: dict[str, Any], problem: str) -> None:
    assert check(case(text, shown, kind="fact"), expect) == [problem]


def test_a_full_set_is_compared_even_when_one_page_is_shown() -> None:
    asked = {"documents": {"where": NINETIES}}
    assert check(case("2 films", ("heat",), total=2, listed={"heat", "fargo"}), asked) == []
    (problem,) = check(case("3 films", ("heat",), total=3, listed={"heat", "fargo", "ida"}), asked)
    assert problem == "lacks 0 of 2 (nothing), 1 too many (Ida)"


def test_without_a_total_the_cards_are_the_set() -> None:
    asked = {"documents": {"where": NINETIES}}
    assert check(case("Two", ("fargo", "heat")), asked) == []
    assert check(case("One", ("fargo",)), asked) == ["lacks 1 of 2 (Heat), 0 too many (nothing)"]


def test_other_fair_readings_are_accepted() -> None:
    asked = {"documents": {"where": NINETIES, "also": [{"field": "year", "op": "gt", "value": 2000}]}}
    assert check(case("One", ("ida",)), asked) == []


def test_order_counts_only_when_it_was_asked_for() -> None:
    asked = {"documents": {"where": NINETIES, "sort": [{"field": "year", "descending": True}]}}
    assert check(case("Two", ("fargo", "heat")), asked) == []
    assert check(case("Two", ("heat", "fargo")), asked) == ["not in the order asked for"]


def test_ties_of_a_top_list_may_come_in_any_order() -> None:
    asked = {"documents": {"where": None, "sort": [{"field": "rating", "descending": True}], "limit": 2}}
    assert check(case("Top", ("heat", "ida")), asked) == []
    assert check(case("Top", ("heat", "fargo")), asked) == []
    assert check(case("Top", ("ida", "heat")), asked) == ["should show Heat, Fargo; shows Ida, Heat"]


def test_an_empty_set_may_be_declined_and_a_full_one_may_not() -> None:
    empty = {"documents": {"where": {"field": "year", "op": "gt", "value": 3000}}}
    assert check(case("Nothing found.", strength="none"), empty) == []
    assert check(case("Nothing found.", strength="none"), {"documents": {"where": NINETIES}}) == ["declines"]


@pytest.mark.parametrize("text", ["2 films match.", "There are two films."])
def test_counts_may_be_figures_or_words(text: str) -> None:
    assert check(case(text, kind="count"), {"count": {"where": NINETIES}}) == []


def test_wrong_counts_and_totals_are_found() -> None:
    asked = {"count": {"where": NINETIES}}
    assert check(case("There are 12.", kind="count"), asked) == ["should say 2"]
    assert check(case("There are 2.", kind="count", total=3), asked) == ["says 3 in all, there are 2"]
    assert check(case("4 people", kind="count"), {"count": {"distinct": "directors", "where": None}}) == []


def test_averages_may_be_rounded_and_ties_for_most_are_equal() -> None:
    mean = {"aggregate": {"field": "rating", "measure": "mean", "where": None}}
    assert check(case("On average 8.1.", kind="aggregate"), mean) == []
    assert check(case("On average 8.4.", kind="aggregate"), mean) == ["should say 8.13333"]
    most = {"aggregate": {"field": "actors", "measure": "most", "where": None}}
    assert check(case("Val Kilmer, with one film.", kind="aggregate"), most) == []


def test_themes_need_enough_good_documents_among_the_first() -> None:
    asked = {"relevant": {"ids": ["heat", "ida"], "at": 2, "least": 2}}
    assert check(case("Try these", ("ida", "heat")), asked) == []
    assert check(case("Try", ("ida", "fargo", "heat")), asked) == ["1 of the first 2 fit, 2 wanted; shows Ida, Fargo"]


def test_plot_answers_need_the_words_and_the_document() -> None:
    asked = {"contains": {"document": "heat", "any": ["robs banks"]}}
    assert check(case("A crew robs banks.", ("heat",), kind="passage"), asked) == []
    problems = check(case("A novice.", ("ida",), kind="passage"), asked)
    assert problems == ["does not say 'robs banks'", "does not cite heat"]


def test_yes_and_no_come_first() -> None:
    asked = {"yes": True, "document": "heat"}
    assert check(case("Yes, Heat is from 1995.", ("heat",), kind="fact"), asked) == []
    assert check(case("No, it is not.", ("heat",), kind="fact"), asked) == ["should begin with 'yes'"]


def test_a_comparison_is_decided_by_the_film_named_first() -> None:
    asked = {"choice": {"documents": ["fargo", "heat"], "field": "runtime", "measure": "maximum"}}
    assert check(case("Heat is longer than Fargo.", ("fargo", "heat"), kind="fact"), asked) == []
    assert check(case("Fargo is longer than Heat.", ("fargo",), kind="fact"), asked) == ["should choose Heat"]


@pytest.mark.parametrize("expect", [{"declined": True}, {"unknown_field": "budget"}, {"not_found": "Big"}])
def test_declining_is_right_only_where_it_is_expected(expect: dict[str, Any]) -> None:
    assert check(case("Sorry.", strength="none"), expect) == []
    assert len(check(case("Here you are.", ("heat",)), expect)) == 1


def test_nearest_passages_are_no_false_claim_about_a_film_that_is_absent() -> None:
    assert check(case("The nearest:", ("heat",), closest=True, strength="low"), {"not_found": "Big"}) == []


def test_starting_over_is_a_kind_of_query() -> None:
    assert check(case("All right.", kind="reset", strength="none"), {"reset": True}) == []
    assert check(case("2 films"), {"reset": True}) == ["should start over"]


def test_numbers_are_read_with_separators_and_hours() -> None:
    assert numbers("1,234 films, 7.5 on average, 2 hours and 5 minutes") == [1234, 7.5, 2, 5, 125]


def test_broken_citations_are_found() -> None:
    stored = {"heat": Document("heat", "Heat", "Directed by Michael Mann.")}
    good = Citation("heat", "Heat", 12, 24, "Michael Mann")
    query = Query("fact", "q")
    sound = Answer("q", (Sentence("Michael Mann.", (0,)),), query, (good,), strength="exact")
    assert unsound(sound, stored) == []
    moved = Citation("heat", "Heat", 11, 23, "Michael Mann")
    gone = Citation("x", "X", 0, 1, "a")
    cards = (Card("ida", "Ida", {}),)
    broken = Answer("q", (Sentence("A.", (5,)), Sentence("B.")), query, (moved, gone), cards, strength="high")
    assert unsound(broken, stored) == [
        "citation 0 does not match heat",
        "citation 1 does not match x",
        "a sentence points at a citation that does not exist",
        "no citation: 'B.'",
        "card ida has no citation",
    ]
