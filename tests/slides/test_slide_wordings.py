"""One calculation asked for in many words, and lines that are no answer to anything."""

from __future__ import annotations

import pytest

from groundstone.documents.decks.base import Deck, Element, Grid, Paragraph, Slide
from groundstone.slides import asks
from groundstone.slides.answer import answer
from groundstone.slides.base import DeckInfo, SlideHit
from groundstone.slides.seen import sheet


def slide(number: int, title: str, *lines: str, grid: Grid | None = None) -> Slide:
    elements = [Element("title", 1, paragraphs=(Paragraph(title),))]
    elements += [Element("text", 2 + place, paragraphs=(Paragraph(line),)) for place, line in enumerate(lines)]
    if grid is not None:
        elements.append(Element("table", 50, grid=grid))
    elements.append(Element("text", 60, paragraphs=(Paragraph(f"Orchard Foods plan | {number}"),)))
    return Slide(number, tuple(elements))


HARVEST = Grid((("Fruit", "Spring", "Autumn"), ("Apples", "120", "480"), ("Pears", "60", "90"), ("Plums", "40", "10")))
PLAN = Deck(
    "plan.pptx", "pptx", "Orchard Foods plan",
    (
        slide(1, "Orchard Foods plan"), slide(2, "Harvest in tonnes", grid=HARVEST),
        slide(3, "People", "Owner: Ruth Okafor"), slide(4, "Next steps", "Buy a second press"),
    ),
    4, 960, 540,
)  # fmt: skip


class Shelf:
    def decks(self) -> list[DeckInfo]:
        return [DeckInfo("d", "plan.pptx", PLAN.title, "pptx", 4, 4, "ready", "upload", "2026-01-01T00:00:00Z")]

    def deck(self, id: str) -> Deck:
        return PLAN

    def search(self, text: str, *, decks: object = (), limit: int = 10) -> list[SlideHit]:
        return [SlideHit("d", number, 1 - number / 10) for number in (2, 3, 4, 1)]


def said(question: str) -> str:
    return answer(Shelf(), question).text


@pytest.mark.parametrize(
    "question",
    [
        "Add the apples in spring and the pears in spring.",
        "How much do apples in spring and pears in spring come to?",
        "What do the apples in spring and the pears in spring make together?",
        "Counting apples in spring and pears in spring as one, what do we get?",
        "Could you add apples in spring and pears in spring for me?",
    ],
)
def test_a_sum_is_made_whatever_it_is_called(question: str) -> None:
    assert "180" in said(question)


@pytest.mark.parametrize(
    "question",
    [
        "How far apart are apples in autumn and pears in autumn?",
        "What separates apples in autumn from pears in autumn?",
        "Take the pears in autumn away from the apples in autumn.",
        "By what amount do apples in autumn and pears in autumn diverge?",
    ],
)
def test_a_difference_is_made_whatever_it_is_called(question: str) -> None:
    assert "390" in said(question)


@pytest.mark.parametrize(
    "question",
    ["Divide apples in spring by pears in spring.", "How often do pears in spring go into apples in spring?"],
)
def test_a_ratio_is_made_whatever_it_is_called(question: str) -> None:
    assert "2 times" in said(question)


def test_two_numbers_come_with_all_that_can_be_made_of_them() -> None:
    found = answer(Shelf(), "What are apples in spring and pears in spring?")
    assert "180" in found.text
    assert "60" in found.text
    assert [working.rpartition(" = ")[2] for working in found.workings] == ["180 tonnes", "60 tonnes", "2"]


def test_a_polite_frame_is_no_part_of_the_question() -> None:
    assert asks.read("Could you tell me the revenue of 2023, please?").text == "the revenue of 2023?"
    assert asks.read("Please.").text == "Please."


def test_lines_that_every_slide_carries_are_no_answer() -> None:
    lines = [line.text for line in sheet(None, "d", PLAN, PLAN.slides[2]).lines]
    assert lines == ["People", "Owner: Ruth Okafor"]
    assert "| 3" not in said("What is the Orchard Foods plan for people?")


def test_a_calculation_that_cannot_be_made_is_only_near() -> None:
    found = answer(Shelf(), "By how many percent did the press change?")
    assert found.declined or found.closest


def test_last_and_first_are_least_and_most() -> None:
    assert "Plums" in said("Which fruit comes last in autumn?")
    assert "Apples" in said("Which fruit comes first in autumn?")


class ByNumber:
    """Vectors of a model for which the question is near one line only."""

    name, dimensions = "by number", 2

    def embed(self, texts: list[str]) -> object:
        import numpy as np

        near = [[1.0, 0.0] if "purchase" in text or "second press" in text else [0.0, 1.0] for text in texts]
        return np.array(near, np.float32)


def test_a_line_that_shares_no_word_answers_by_its_meaning() -> None:
    found = answer(Shelf(), "Which machine purchase is planned?", embed=ByNumber())  # type: ignore[arg-type]
    assert "second press" in found.text
    assert not found.closest
    assert answer(Shelf(), "Which machine purchase is planned in Lisbon?", embed=ByNumber()).declined  # type: ignore[arg-type]
