from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from groundstone.documents.decks.base import Drawing
from groundstone.knowledge.answer import Answer
from groundstone.questions.query import Query
from groundstone.records import Box, Citation, Document, Regions, Sentence, Span

from .conftest import Visit

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
BOX = Box(0.25, 0.5, 0.5, 0.1, 2)
TEXT = "Fleet\n\n412 trucks\n\nPlans\n\nTen more trucks"
PARTS = (Span(0, 17, page=1, label="Fleet"), Span(19, 41, page=2, label="Plans"))


def show(visit: Visit, picture: Callable[..., Drawing]) -> Any:
    """Asks the page about a deck whose second slide is quoted, and opens the evidence."""
    deck = Document("deck.pptx", "Review", TEXT, parts=PARTS, media_type=PPTX, regions=Regions.of([(26, 41, BOX)]))
    cited = Citation("deck.pptx", "Review", 26, 41, "Ten more trucks", None, 2, "deck.pptx", (BOX,), "slide")
    answer = Answer("?", (Sentence("Ten more trucks", (0,)),), Query("passage", "?"), (cited,), strength="high")
    visit.kb.documents["deck.pptx"] = deck
    visit.kb.ask = lambda question, **_: replace(answer, question=question)  # type: ignore[method-assign]
    visit.kb.picture = picture  # type: ignore[attr-defined]
    visit.ask("How many more trucks?")
    visit.page.click(".cite >> nth=0")
    visit.page.wait_for_selector("mark.lit")
    return visit.page.locator("#evidence")


def test_a_quoted_slide_is_shown_with_the_place_of_the_words(visit: Visit) -> None:
    asked: list[tuple[Any, ...]] = []

    def picture(*given: Any) -> Drawing:
        asked.append(given)
        return Drawing(DOT, 1, 1, "sketch")

    evidence = show(visit, picture)
    evidence.locator(".page-shot img").wait_for()
    assert evidence.locator(".page-mark").all_inner_texts() == ["Slide 1", "Slide 2"]
    assert evidence.locator("img").get_attribute("alt") == "Slide 2 of Review"
    frame, region = (evidence.locator(name).bounding_box() for name in (".page-shot", ".page-region.lit"))
    assert abs((region["x"] - frame["x"]) / frame["width"] - 0.25) < 0.02
    assert abs(region["width"] / frame["width"] - 0.5) < 0.02
    assert asked == [("deck.pptx", 2, 1000)]


def test_a_slide_that_cannot_be_drawn_leaves_its_text(visit: Visit) -> None:
    def picture(*_: Any) -> Drawing:
        from groundstone.errors import NotFound

        raise NotFound("the file is gone")

    visit.expected = ("404",)
    evidence = show(visit, picture)
    evidence.locator(".page-shot").wait_for(state="detached")
    assert "Ten more trucks" in evidence.inner_text()
