"""One deck on its way, with a child that fails as children do."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from typing import Any

import pytest

from groundstone.documents.base import Line, Page, Place, Word
from groundstone.documents.base import Reading as Read
from groundstone.documents.decks import guard
from groundstone.documents.decks.base import Deck, Element, Paragraph, Slide
from groundstone.documents.decks.base_json import deck_json
from groundstone.documents.decks.reading import Reading
from groundstone.errors import Conflict, UnreadableDocument
from groundstone.records import Box

WHOLE = Box(0, 0, 1, 1, 1)


class Recogniser:
    """In place of the reader of pictures: a picture says its own bytes."""

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self.read_: list[bytes] = []
        self._before = before

    def read(self, data: bytes, *, stop: threading.Event, background: bool, pages: Any = ("*",)) -> Read:
        self._before()
        self.read_.append(data)
        if data == b"broken":
            raise UnreadableDocument("the picture is damaged")
        place = Place.of(0.1, 0.1, 0.4, 0.05)
        word = Word(data.decode(), 0.99, place)
        return Read("image/png", (Page(1, 800, 400, (Line(word.text, 0.99, place, (word,)),)),), 1)


def child(slides: dict[int, list[tuple[str, Box | None]]], dies: Callable[[list[int]], bool] = lambda _: False) -> Any:
    """A child whose slides hold a text and the pictures of these keys, which are their bytes."""

    def run(options: dict[str, Any]) -> dict[str, Any]:
        if "pictures" in options:
            found = {key: {"data": base64.b64encode(key.encode()).decode()} for key in options["pictures"][:2]}
            return {"pictures": found, "left_out": {}}
        if dies(options["numbers"]):
            raise UnreadableDocument("its parser crashed")
        read = [_slide(number, slides[number]) for number in options["numbers"] if number in slides]
        pictures = [
            {"slide": number, "element": 2 + place, "key": key, "box": [0.5, 0.5, 0.4, 0.4, number] if box else None}
            for number in options["numbers"]
            for place, (key, box) in enumerate(slides.get(number, ()))
        ]
        deck = Deck("d", guard.PPTX, "D", tuple(read), len(slides), 960, 540)
        return {"deck": deck_json(deck), "pictures": pictures, "poor": []}

    return run


def _slide(number: int, pictures: list[tuple[str, Box | None]]) -> Slide:
    text = Element("text", 1, WHOLE, (Paragraph(f"slide {number}"),))
    places = (Box(0.5, 0.5, 0.4, 0.4, number) if box else None for _, box in pictures)
    return Slide(number, (text, *(Element("picture", 2 + at, box) for at, box in enumerate(places))))


def reading(run: Any, recogniser: Recogniser, **more: Any) -> Reading:
    return Reading(run, lambda: recogniser, b"deck", 2, **more)  # type: ignore[arg-type, return-value]


def test_a_slide_on_which_the_child_ends_is_the_only_one_lost() -> None:
    deck = reading(child({number: [] for number in range(1, 61)}, lambda numbers: 47 in numbers), Recogniser()).deck()
    assert [slide.number for slide in deck.slides if slide.problems] == [47]
    assert len(deck.slides) == 60
    assert "its parser crashed" in deck.slides[46].problems[0]


def test_a_deck_that_cannot_be_opened_is_an_error() -> None:
    with pytest.raises(UnreadableDocument):
        reading(child({1: []}, lambda _: True), Recogniser()).deck()


def test_a_picture_on_many_slides_is_read_once_and_told_once() -> None:
    recogniser = Recogniser()
    deck = reading(child({number: [("Logo", WHOLE)] for number in range(1, 10)}), recogniser).deck()
    assert recogniser.read_ == [b"Logo"]
    assert [slide.number for slide in deck.slides if "Logo" in slide.elements[1].text] == [1]


def test_pictures_that_one_answer_does_not_hold_are_asked_for_again() -> None:
    keys = [f"Picture{letter}" for letter in "abcde"]
    deck = reading(child({1: [(key, WHOLE) for key in keys]}), Recogniser()).deck()
    assert [element.text for element in deck.slides[0].elements[1:]] == keys


def test_a_broken_picture_is_a_problem_of_its_slide() -> None:
    deck = reading(child({1: [("broken", WHOLE)], 2: [("Fine", WHOLE)], 3: [("beside", None)]}), Recogniser()).deck()
    assert deck.slides[0].problems == ("its pictures could not be read: the picture is damaged",)
    assert deck.slides[1].elements[1].text == "Fine"
    assert (deck.slides[1].elements[1].source, deck.slides[2].elements[1].text) == ("ocr", "")


def test_words_stand_within_the_place_of_their_picture() -> None:
    box = reading(child({1: [("Words", WHOLE)]}), Recogniser()).deck().slides[0].elements[1].paragraphs[0].box
    assert box == Box(0.54, 0.54, 0.16, 0.02, 1)


def test_slides_are_told_in_order_and_progress_only_grows() -> None:
    told: list[int] = []
    steps: list[tuple[int, int]] = []
    slides = {number: [(f"Picture{number}", WHOLE)] if number % 2 else [] for number in range(1, 12)}
    work = reading(
        child(slides), Recogniser(), on_slide=lambda s: told.append(s.number), progress=lambda *at: steps.append(at)
    )
    work.deck()
    assert told == [*range(1, 12), *range(1, 12, 2)]
    assert steps == sorted(steps)
    assert steps[-1] == (11, 11)


def test_a_reading_stops_between_two_pictures() -> None:
    stop = threading.Event()
    recogniser = Recogniser(stop.set)
    with pytest.raises(Conflict):
        reading(child({number: [(f"P{number}", WHOLE)] for number in range(1, 40)}), recogniser, stop=stop).deck()
    assert len(recogniser.read_) <= 4
