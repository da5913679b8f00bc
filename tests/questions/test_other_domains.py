"""A knowledge base without any table of words understands the names of its own fields."""

from __future__ import annotations

from datetime import date

import pytest

from groundstone.filters import And, Compare, Filter, Not, Or, Sort
from groundstone.knowledge.base import KnowledgeBase
from groundstone.questions.query import Query
from groundstone.questions.understand import understand


def read(kb: KnowledgeBase, question: str) -> Query:
    return understand(question, kb.lexicon, kb.vocabulary)


def built(first: date, last: date) -> And:
    return And((Compare("built", "ge", first), Compare("built", "le", last)))


FILTERS: list[tuple[str, Filter]] = [
    ("houses with a price below 500000", Compare("price", "lt", 500_000)),
    ("price under 2000", Compare("price", "lt", 2000)),
    ("houses with a price over 900k", Compare("price", "gt", 900_000)),
    ("price below 300,000 EUR", Compare("price", "lt", 300_000)),
    ("houses with at least 5 rooms", Compare("rooms", "ge", 5)),
    ("houses with area over 100 sqm", Compare("area", "gt", 100)),
    ("price between 400000 and 700000", And((Compare("price", "ge", 400_000), Compare("price", "le", 700_000)))),
    ("houses in Orford", Compare("town", "eq", "Orford")),
    ("houses in orford", Compare("town", "eq", "Orford")),
    ("houses in Bad Munster", Compare("town", "eq", "Bad Münster")),
    ("houses not in Orford", Not(Compare("town", "eq", "Orford"))),
    ("houses in Orford or Kingsport", Or((Compare("town", "eq", "Orford"), Compare("town", "eq", "Kingsport")))),
    ("houses with agent Pawel Nowak", Compare("agents", "eq", "Paweł Nowak")),
    ("houses with agent Ana Sorensen", Compare("agents", "eq", "Ana Sørensen")),
    ("houses with a fireplace", Compare("features", "eq", "fireplace")),
    ("houses with a garden", Compare("garden", "eq", True)),
    ("Which houses have a garden?", Compare("garden", "eq", True)),
    ("houses without a garden", Not(Compare("garden", "eq", True))),
    ("houses that do not have a garden", Not(Compare("garden", "eq", True))),
    ("houses built before 1950", Compare("built", "lt", date(1950, 1, 1))),
    ("houses built after 2000", Compare("built", "gt", date(2000, 12, 31))),
    ("houses built in 1999", built(date(1999, 1, 1), date(1999, 12, 31))),
    ("houses built between 1900 and 1970", built(date(1900, 1, 1), date(1970, 12, 31))),
    ("houses built since 15 September 1999", Compare("built", "ge", date(1999, 9, 15))),
    ("houses built before 2011-03-20", Compare("built", "lt", date(2011, 3, 20))),
    ("houses built in May 1908", built(date(1908, 5, 1), date(1908, 5, 31))),
]


@pytest.mark.parametrize(("question", "where"), FILTERS)
def test_filters_on_numbers_texts_booleans_and_dates(houses: KnowledgeBase, question: str, where: Filter) -> None:
    query = read(houses, question)
    assert (query.kind, query.where, query.theme) == ("list", where, "")


@pytest.mark.parametrize(
    ("question", "sort", "limit", "first"),
    [
        ("highest price", Sort("price", True), 1, "h3"),
        ("Which house has the highest price?", Sort("price", True), 1, "h3"),
        ("which document has the lowest price?", Sort("price"), 1, "h4"),
        ("the house with the most rooms", Sort("rooms", True), 1, "h3"),
        ("houses sorted by area", Sort("area", True), None, "h3"),
        ("sort by price ascending", Sort("price"), None, "h4"),
        ("the 2 houses with the smallest area", Sort("area"), 2, "h4"),
    ],
)
def test_superlatives_and_sorting(
    houses: KnowledgeBase, question: str, sort: Sort, limit: int | None, first: str
) -> None:
    query = read(houses, question)
    assert (query.sort, query.limit) == ((sort,), limit)
    assert houses.ask(question).cards[0].document_id == first


@pytest.mark.parametrize(
    ("question", "subject", "asked", "said"),
    [
        ("What is the price of Mill Cottage?", "h1", "price", "420,000 EUR"),
        ("Mill Cottage's price", "h1", "price", "420,000 EUR"),
        ("agents of Orchard House", "h3", "agents", "Ana Sørensen and Paweł Nowak"),
        ("town of Station Flat", "h4", "town", "Bad Münster"),
        ("when was Orchard House built?", "h3", "built", "1875-01-01"),
        ("area of ridge bungalo", "h5", "area", "150 sqm"),
    ],
)
def test_facts_about_a_record_called_by_its_title(
    houses: KnowledgeBase, question: str, subject: str, asked: str, said: str
) -> None:
    answer = houses.ask(question)
    assert (answer.query.subjects, answer.query.asked) == ((subject,), asked)
    assert said in answer.text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("how many houses are there?", "5"),
        ("how many houses have a garden?", "3"),
        ("how many houses in Orford", "2"),
        ("How many agents are there?", "3"),
        ("average price", "565,600"),
        ("average price in Orford", "700,000"),
        ("total area", "657.5"),
        ("most common feature", "fireplace and lift"),
        ("Does Mill Cottage have a garden?", "Yes"),
        ("Does Harbour Loft have a garden?", "No"),
        ("Is Mill Cottage in Orford?", "Yes"),
        ("Is Mill Cottage in Kingsport?", "No"),
    ],
)
def test_counts_measures_and_yes_or_no(houses: KnowledgeBase, question: str, said: str) -> None:
    answer = houses.ask(question)
    assert answer.strength == "exact"
    assert said in answer.text


def test_answers_speak_of_houses_not_of_films(houses: KnowledgeBase) -> None:
    said = " ".join(
        houses.ask(question).text for question in ("houses", "houses in Orford", "hello", "weather", "garden")
    )
    assert "house" in said
    assert "film" not in said
    assert "movie" not in said


def test_plain_texts_take_every_question_as_one_to_the_text(handbook: KnowledgeBase) -> None:
    assert read(handbook, "How many days of annual leave are there?").kind == "passage"
    assert read(handbook, "hello").kind == "off_topic"
    assert read(handbook, "start over").kind == "reset"
