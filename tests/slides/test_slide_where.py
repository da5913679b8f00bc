"""On which slide and in which deck something stands, in many wordings; and questions about a whole deck by its name."""

from __future__ import annotations

import pytest

from groundstone.slides.answer import answer
from groundstone.slides.asks import Ask
from groundstone.slides.base import SlideAnswer
from groundstone.slides.kinds import kind_of
from groundstone.slides.where import sought
from tests.slides.talked_decks import talked

SHELF = talked()


def ask(question: str) -> SlideAnswer:
    return answer(SHELF, question)


@pytest.mark.parametrize(
    "question",
    [
        "Where do I find the visitors?",
        "what page covers visitors",
        "Is there a slide about visitors?",
        "show me the slide with the visitors",
        "I need the slide number for the visitors",
        "In the harbour deck, where are the visitors?",
        "at which point of the harbour presentation do they talk about visitors?",
        "can you point me to the page with the visitors?",
    ],
)
def test_a_slide_is_named_by_number_and_title(question: str) -> None:
    assert ask(question).text.startswith("Slide 4 (“Visitors”) of harbour-plan.pptx")


@pytest.mark.parametrize(
    "question",
    [
        "Which deck mentions the fish market?",
        "In which presentation is the fish market covered?",
        "what file talks about the fish market",
        "Is there a deck about the fish market?",
    ],
)
def test_a_deck_is_named(question: str) -> None:
    assert "harbour-plan.pptx" in ask(question).text


@pytest.mark.parametrize(
    "question",
    ["Is there a slide about quantum computing?", "Which deck mentions blockchain?", "Where do I find the dividend?"],
)
def test_what_is_nowhere_is_declined(question: str) -> None:
    assert ask(question).declined


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Which slide talks about the fish market?", "the fish market"),
        ("In the harbour deck, where is the quay wall mentioned?", "the quay wall harbour"),
        ("which presentation should I open for the loans?", "the loans"),
        ("what slide number is the crane on?", "the crane"),
    ],
)
def test_the_words_that_ask_for_a_slide_are_left_out(question: str, wanted: str) -> None:
    assert sought(Ask(question, question)).text == wanted


@pytest.mark.parametrize("question", ["Where is the head office?", "Where does Tom work?", "Which project is red?"])
def test_questions_for_places_are_no_questions_for_slides(question: str) -> None:
    assert kind_of(Ask(question, question)) != "where"


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("How many slides does the harbour plan deck have?", "harbour-plan.pptx has 6 slides"),
        ("What is the harbour presentation about?", "Two cranes"),
        ("List the titles of the harbour deck", "Three layouts"),
        ("What is on slide 6 of the harbour plan?", "Storms delay piling"),
        ("Who gave the harbour talk?", "Lena Hartwig"),
        ("How many tables are there in the harbour deck?", "2 tables, on slides 2 and 3"),
        ("Which slides have a chart?", "harbour-plan.pptx has 1 chart, on slide 4"),
    ],
)
def test_a_deck_is_asked_about_by_its_name(question: str, wanted: str) -> None:
    assert wanted in ask(question).text
