"""How answers are worded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundstone.filters import Compare, Sort
from groundstone.knowledge import wording
from groundstone.knowledge.base import KnowledgeBase
from groundstone.questions.query import Chip, Query
from groundstone.schema import FieldSpec


@pytest.mark.parametrize(
    ("items", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_are_joined_as_people_say_them(items: list[str], said: str) -> None:
    assert wording.joined(items) == said


def test_a_long_list_of_values_says_how_many_more() -> None:
    spec = FieldSpec("actors", many=True)
    assert wording.value(("A", "B", "C", "D"), spec, 2) == "A, B and 2 more"
    assert wording.value(("A", "B"), spec, 2) == "A and B"


def test_a_film_is_called_with_its_year_and_a_house_without(films: KnowledgeBase, houses: KnowledgeBase) -> None:
    assert wording.called(films.document("jaws-1975"), films.lexicon) == "Jaws (1975)"
    assert wording.called(houses.document("h1"), houses.lexicon) == "Mill Cottage"


def test_a_statement_follows_the_template_or_the_heading(films: KnowledgeBase, houses: KnowledgeBase) -> None:
    jaws, cottage = films.document("jaws-1975"), houses.document("h1")
    assert wording.statement(jaws, "directors", films.lexicon) == "Jaws (1975) was directed by Steven Spielberg."
    assert (wording.statement(jaws, "rating", films.lexicon) or "").endswith("(sample value).")
    assert wording.statement(cottage, "price", houses.lexicon) == "Price of Mill Cottage: 420,000 EUR."
    assert wording.statement(films.document("march-of-the-penguins-2005"), "actors", films.lexicon) is None


def test_braces_in_a_value_are_no_places(films: KnowledgeBase) -> None:
    odd = replace(films.document("jaws-1975"), title="{value}", fields={"directors": ("{title}",)})
    assert wording.statement(odd, "directors", films.lexicon) == "{value} was directed by {title}."


def test_counts_are_singular_and_plural(houses: KnowledgeBase) -> None:
    assert wording.count(1, houses.lexicon) == "1 house"
    assert wording.count(1200, houses.lexicon) == "1,200 houses"


def test_conditions_and_the_fields_they_speak_of() -> None:
    query = Query(
        "list",
        "x",
        chips=(
            Chip("filter", "Town: Orford", Compare("town", "eq", "Orford")),
            Chip("meaning", "Cheap", Compare("price", "lt", 5), note="below 5"),
            Chip("sort", "by area", sort=Sort("area")),
            Chip("theme", "gardens"),
        ),
    )
    assert wording.conditions(query) == "Town: Orford; Cheap (below 5)"
    assert wording.fields_shown(query, ["area", "price", "town"]) == ["town", "price", "area"]
