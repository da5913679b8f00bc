"""Conversations of several turns: what a short question stands for, and what must not be dragged along."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstone.slides import carried
from groundstone.slides.answer import answer
from groundstone.slides.base import SlideAnswer, Turn
from groundstone.slides.service import turn_of
from tests.slides.talked_decks import talked

SHELF = talked()


def talk(*questions: str) -> SlideAnswer:
    """The answer to the last of several questions."""
    history: list[Turn] = []
    for question in questions:
        found = answer(SHELF, question, tuple(history))
        history.append(turn_of(found))
    return found


@pytest.mark.parametrize(
    ("questions", "wanted"),
    [
        (["What is the budget of the quay wall?", "And for the ferry terminal?"], "65"),
        (["What is the budget of the quay wall?", "ferry terminal?"], "65"),
        (["What is the budget of the quay wall?", "Could you tell me the same for the fish market?"], "18"),
        (["Who is the owner of the fish market?", "and the finish?"], "March 2027"),
        (["How many tourists came in 2024?", "And a year later?"], "190"),
        (["How many tourists came in 2024?", "what about residents"], "335"),
        (["How many tourists came in 2024?", "and in 2023?", "and residents?"], "310"),
        (["What may a director spend on meals abroad?", "and in Ireland?"], "40"),
        (["What may a director spend on meals abroad?", "and hotel?"], "240"),
        (["What does layout A cost?", "And C?"], "540"),
    ],
)
def test_a_label_is_changed_for_another_of_its_row_column_or_list(questions: Sequence[str], wanted: str) -> None:
    found = talk(*questions)
    assert wanted in found.text
    assert not found.declined


@pytest.mark.parametrize(
    ("questions", "wanted"),
    [
        (["What is the budget of the quay wall?", "Who owns it?"], "Tom Becker"),
        (["Which project has the highest budget?", "who owns it?"], "Maria Lopez"),
        (["Which project has the highest budget?", "and the second highest?"], "Quay wall"),
        (["What is the budget of the quay wall?", "What's the status?"], "Green"),
        (["Who is the owner of the fish market?", "What is its status?"], "Red"),
        (["What is the status of the fish market?", "why?"], "roof beams"),
        (["What is the status of the fish market?", "And the budget?"], "18"),
        (["What is the status of the fish market?", "until when?"], "March 2027"),
        (["Who owns the quay wall?", "what is he in charge of?"], "Quay wall"),
        (["What does layout C cost?", "How many trees are felled for it?"], "12"),
    ],
)
def test_pronouns_stand_for_the_last_thing(questions: Sequence[str], wanted: str) -> None:
    assert wanted in talk(*questions).text


@pytest.mark.parametrize(
    ("last", "wanted", "working"),
    [
        ("how much is that together?", "60", " + "),
        ("and the difference?", "24", "42"),
        ("how many times more is that?", "2.33", "/"),
        ("on average?", "30", "/ 2"),
        ("How does that compare?", "", ""),
    ],
)
def test_the_numbers_of_the_answers_before_are_calculated_with(last: str, wanted: str, working: str) -> None:
    found = talk("What is the budget of the quay wall?", "and of the fish market?", last)
    assert wanted in found.text
    assert working in " ".join(found.workings)


def test_two_answers_are_set_against_each_other() -> None:
    found = talk("What is the budget of the quay wall?", "How does that compare to the fish market?")
    assert "42" in found.text
    assert "18" in found.text
    assert any("24" in working for working in found.workings)


def test_the_same_question_is_asked_of_another_deck() -> None:
    found = talk("How many loans did the Harbour branch have in the library review 2024?", "and in the 2025 review?")
    assert "9,102" in found.text


@pytest.mark.parametrize(
    "questions",
    [
        ["What is the budget of the quay wall?", "And for the lighthouse?"],
        ["How many tourists came in 2024?", "and in 2019?"],
        ["What is the budget of the quay wall?", "What's its colour?"],
        ["Who is the owner of the fish market?", "How old is she?"],
    ],
)
def test_what_the_slides_do_not_say_is_no_follow_up_either(questions: Sequence[str]) -> None:
    found = talk(*questions)
    assert found.declined or found.closest


def test_a_new_topic_stands_by_itself() -> None:
    found = talk(
        "What is the budget of the quay wall?", "How many members does Old Town have in the library review 2024?"
    )
    assert "980" in found.text
    assert "quay" not in found.understood.lower()


@pytest.mark.parametrize(
    "question",
    [
        "Who runs the IT department?",
        "What happens to books that the members return?",
        "How long does it take to join the library?",
        "Are there any rules for dogs?",
    ],
)
def test_words_that_look_like_pronouns_drag_nothing_along(question: str) -> None:
    assert talk("What is the budget of the quay wall?", question).understood == question


def test_who_is_not_known_is_not_guessed() -> None:
    found = talk("What is the budget of the quay wall?", "where does she live?")
    assert found.declined


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("how much is that together?", "sum"),
        ("And the difference?", "difference"),
        ("by how much?", "difference"),
        ("how many times larger is it?", "ratio"),
        ("what is that in per cent?", "percent"),
        ("what's the average?", "average"),
        ("how much does it cost?", ""),
        ("how many of them are red?", ""),
        ("who owns it?", ""),
    ],
)
def test_which_calculation_a_short_question_asks_for(question: str, name: str) -> None:
    assert carried.operation(question) == name


WORDS = "and what about it they the second one why together how much that in 2024 Quay wall layout A ? slide".split()


@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=8), st.lists(st.sampled_from(WORDS), min_size=1, max_size=6)
)
@settings(max_examples=25, deadline=None)
def test_any_short_question_gets_an_answer_or_a_polite_no(first: Sequence[str], second: Sequence[str]) -> None:
    questions = [" ".join(words) + " x" for words in (first, second)]
    assert talk("What is the budget of the quay wall?", *questions).text
