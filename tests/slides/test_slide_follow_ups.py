"""Conversations about slides: what a follow-up leaves out is filled in, and told."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from groundstone.slides.answer import answer
from groundstone.slides.base import SlideAnswer, Turn
from tests.slides.asked_decks import held

SHELF = held()


def talk(*questions: str) -> SlideAnswer:
    """The answer to the last of several questions."""
    history: list[Turn] = []
    for question in questions:
        found = answer(SHELF, question, history)
        shown = tuple((hit.deck, hit.slide) for hit in found.slides)
        history.append(Turn(question, found.understood, shown))
    return found


@pytest.mark.parametrize(
    ("questions", "wanted", "understood"),
    [
        (["What was Europe's revenue in 2022?", "And for 2023?"], "335", "What was Europe's revenue in 2023?"),
        (["What was Europe's revenue in 2022?", "what about Asia Pacific?"], "255", "Asia Pacific's revenue in 2022"),
        (["What was Europe's revenue in 2022?", "And in 2023?", "And in Asia Pacific?"], "301", "Asia Pacific"),
        (["What was the revenue of Cloud in Q3 2023?", "and in Q3 2022?"], "101.5", "Q3 2022"),
        (["How many parameters does GPT-2 have?", "and GPT-3?", "And the difference?"], "173.5 billion", "GPT-2"),
        (["How many parameters does GPT-2 have?", "and GPT-3?", "How many times larger is it?"], "116.67", "GPT-3"),
        (["What was the revenue of Cloud in Q3 2023?", "and in Q3 2022?", "and the difference?"], "23.4", "difference"),
    ],
)
def test_a_follow_up_is_completed_from_the_questions_before(
    questions: Sequence[str], wanted: str, understood: str
) -> None:
    found = talk(*questions)
    assert wanted in found.text
    assert understood in found.understood
    assert found.question == questions[-1]


@pytest.mark.parametrize("question", ["on which slide is that?", "which slide?", "Where did you find that?"])
def test_where_the_last_answer_stands_can_be_asked(question: str) -> None:
    found = talk("What is the P95 latency?", question)
    assert found.text == "On slide 2 (“Service levels”) of operations.pptx."
    assert found.understood == question


def test_the_next_and_the_previous_slide_are_counted_from_the_last_one_shown() -> None:
    assert "Regional performance" in talk("What was the revenue of Cloud in Q3 2023?", "next slide").text
    assert "Agenda" in talk("What was the revenue of Cloud in Q3 2023?", "what does the previous slide say?").text
    assert "There is no slide 0" in talk("What is on slide 1 of energy.pptx?", "previous slide").text


def test_slide_numbers_mean_the_deck_that_was_shown_last() -> None:
    assert "Installed capacity" in talk("When will the Baltic Ring be completed?", "title of slide 3?").text


def test_a_question_that_stands_by_itself_stays_as_it_is() -> None:
    found = talk("What was Europe's revenue in 2022?", "What is the uptime?")
    assert found.understood == "What is the uptime?"
    assert "99.95%" in found.text
