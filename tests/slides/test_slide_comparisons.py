"""Things, periods, slides and decks set side by side."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from groundstone.slides.answer import answer
from groundstone.slides.base import SlideAnswer
from tests.slides.talked_decks import talked

SHELF = talked()


def ask(question: str) -> SlideAnswer:
    return answer(SHELF, question)


@pytest.mark.parametrize(
    "question",
    [
        "Compare the quay wall and the fish market on budget.",
        "Quay wall versus fish market: how do they compare on budget?",
        "What sets the quay wall apart from the fish market when it comes to budget?",
        "How does the budget of the quay wall compare with that of the fish market?",
        "Quay wall or fish market: what is the budget of each?",
        "Put the quay wall and the fish market side by side on budget",
    ],
)
def test_both_cells_are_said_with_their_difference(question: str) -> None:
    found = ask(question)
    assert "42" in found.text
    assert "18" in found.text
    assert any("24" in working for working in found.workings)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Compare Goliath and Hermes.", ["900", "400", "310", "180"]),
        ("How do Goliath and Hermes differ on hire?", ["May", "July"]),
        ("Compare the quay wall and the fish market.", ["Tom Becker", "Ines Kovac", "Green", "Red"]),
        ("How do layout A and layout C differ on trees felled?", ["74", "12"]),
        ("How do hotel limits for directors differ between Ireland and abroad?", ["190", "240"]),
        ("How did the number of tourists differ between 2023 and 2025?", ["120", "190"]),
        ("How do the library review 2024 and the library review 2025 differ in opening hours?", ["52", "56"]),
    ],
)
def test_each_side_is_said(question: str, wanted: Sequence[str]) -> None:
    found = ask(question)
    for words in wanted:
        assert words in found.text
    assert not found.declined
    assert not found.closest


def test_one_number_is_calculated_where_one_is_asked_for() -> None:
    found = ask("By how much does the budget of the quay wall exceed that of the fish market?")
    assert "24" in found.text


@pytest.mark.parametrize(
    "question",
    ["Compare the quay wall and the lighthouse on budget.", "How do Goliath and Samson differ on hire?"],
)
def test_a_side_that_is_nowhere_is_not_made_up(question: str) -> None:
    found = ask(question)
    assert found.declined or found.closest


def test_slides_of_a_named_deck_are_compared_by_number() -> None:
    found = ask("Compare slides 3 and 5 of the harbour plan")
    assert "Three layouts" in found.text
    assert "Two cranes" in found.text
    assert "Lifts 900 t" in found.text


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Does Goliath or Hermes lift more?", "Goliath"),
        ("Which costs less a day: Goliath or Hermes?", "Hermes"),
    ],
)
def test_the_one_of_two_that_has_more_is_named(question: str, wanted: str) -> None:
    assert wanted in ask(question).text
