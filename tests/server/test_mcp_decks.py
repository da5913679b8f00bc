"""Decks for assistants, by the official client of the Model Context Protocol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from groundstone.identity import LOCAL, Principal
from groundstone.server.app import create_app
from tests.slides.shelved import ShelfPlatform, StandInReader, text_deck

from .live import serving
from .test_mcp import Served, called, refused

PLAN = text_deck("Plan", "Goals\nGrow in Lyon", "Costs\nRent is 12 million euros", "People\n214 people work in Lyon")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    with ShelfPlatform(tmp_path_factory.mktemp("decks"), StandInReader()) as platform:
        id = platform.slides.add(LOCAL, "plan.pptx", PLAN).id
        platform.slides.add(Principal("eve", "elsewhere"), "secret.pptx", text_deck("Secret", "Hush\nNothing"))
        platform.slides.start(watch=False)
        platform.slides.wait(LOCAL, id, 20)
        with serving(create_app(platform)) as address:
            yield Served(platform, address), id


def test_decks_are_listed_to_whom_they_belong(shelf: tuple[Served, str]) -> None:
    served, id = shelf
    (deck,) = called(served, "list_decks")["decks"]
    assert (deck["id"], deck["slides"], deck["state"]) == (id, 3, "ready")


def test_an_answer_quotes_the_slide_that_can_be_read_whole(shelf: tuple[Served, str]) -> None:
    served, id = shelf
    answer: dict[str, Any] = called(served, "ask_decks", {"question": "How many people work in Lyon?", "decks": [id]})
    assert "214" in answer["text"]
    cited = answer["citations"][0]
    slide = called(served, "read_slide", {"deck": id, "number": cited["slide"]})
    assert cited["quote"] in slide["text"]
    again = called(served, "ask_decks", {"question": "On which slide is that?", "history": [answer["turn"]]})
    assert str(cited["slide"]) in again["text"]


def test_slides_are_found_with_their_text(shelf: tuple[Served, str]) -> None:
    served, _ = shelf
    first = called(served, "search_slides", {"text": "rent", "limit": 1})["slides"][0]
    assert "12 million" in first["text"]


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("read_slide", {"deck": "none", "number": 1}, "not_found"),
        ("ask_decks", {"question": ""}, "invalid_input: question"),
        ("ask_decks", {"question": "Why?", "decks": ["none"]}, "not_found"),
        ("search_slides", {"text": "rent", "limit": 0}, "invalid_input: limit"),
    ],
)
def test_what_is_not_there_or_wrong_is_told(
    shelf: tuple[Served, str], tool: str, arguments: dict[str, Any], told: str
) -> None:
    served, _ = shelf
    assert told in refused(served, tool, arguments)


def test_a_slide_that_a_deck_does_not_have_is_told(shelf: tuple[Served, str]) -> None:
    served, id = shelf
    assert "not_found: slide 9" in refused(served, "read_slide", {"deck": id, "number": 9})
