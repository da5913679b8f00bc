"""Descriptions of slides in sentences, and the pieces that a slide is cut into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from groundstone.documents.decks.base import Element, Grid, Paragraph, Slide
from groundstone.documents.decks.told import told
from groundstone.errors import ModelError
from groundstone.models.base import DEFAULTS, ChatOptions, Delta, Message, Picture
from groundstone.models.fakes import FakeChat
from groundstone.slides.describe import OURS, describe, describe_by
from groundstone.slides.pieces import MOST, pieces
from tests.slides.indexed_decks import TEA_SLIDES, slide, with_table
from tests.slides.pictured import png

PICTURE = Picture(png((4, 4), (1, 2, 3)), "image/png")


def test_a_table_is_told_row_by_row() -> None:
    said = describe(TEA_SLIDES[3])
    assert said.by == OURS
    assert said.text.startswith('Slide 4 is titled "Staff by branch".')
    assert "A table with 3 columns (Branch, Baristas, Managers)." in said.text
    assert "For Bruges: Baristas is 4, Managers is 2." in said.text


def test_a_chart_is_told_with_its_axis_and_values() -> None:
    said = describe(TEA_SLIDES[4]).text
    assert "A column chart shows Cups a day." in said
    assert "Green: 120 for Spring, 95 for Summer, 140 for Autumn." in said


def test_notes_lists_and_pictures_are_named_as_such() -> None:
    photo = Element("picture", 2, alt="A ferry at the pier", paragraphs=(Paragraph("EXIT 4"),), source="ocr")
    said = describe(Slide(1, (Element("title", 1, paragraphs=(Paragraph("Pier"),)), photo))).text
    assert "A picture contains the words: EXIT 4." in said
    assert "A picture shows A ferry at the pier." in said
    assert "The speaker notes say: The older boiler is replaced before Christmas." in describe(TEA_SLIDES[5]).text
    assert "It lists: Rent; Staff; Sales." in describe(TEA_SLIDES[1]).text


def test_an_empty_slide_says_so() -> None:
    assert describe(Slide(3)).text == "Slide 3 has no title.\nNo words stand on it."
    assert pieces(Slide(3), "A plan") == []


def test_ragged_and_empty_tables_are_told() -> None:
    grid = Grid((("A", "B"), ("1",), ("", ""), ("2", "3", "4")))
    said = describe(Slide(1, (Element("table", 1, grid=grid), Element("table", 2, grid=Grid(()))))).text
    assert "For 2: B is 3, 4." in said


def test_a_model_that_sees_gets_picture_and_words() -> None:
    asked: list[Message] = []

    class Noting(FakeChat):
        def chat(self, messages: Sequence[Message], options: ChatOptions = DEFAULTS) -> Iterator[Delta]:
            asked.extend(messages)
            return super().chat(messages, options)

    chat = Noting(["A table of branches and their staff."], name="seer")
    said = describe_by(chat, TEA_SLIDES[3], PICTURE, "Tea house plan")
    assert (said.text, said.by) == ("A table of branches and their staff.", "seer")
    assert asked[0].pictures == (PICTURE,)
    assert "Bruges | Baristas: 4" in asked[0].content


def test_a_model_that_says_nothing_is_an_error() -> None:
    with pytest.raises(ModelError, match="no description of slide 4"):
        describe_by(FakeChat([" "]), TEA_SLIDES[3], PICTURE)


def test_every_row_is_a_piece_with_its_title() -> None:
    found = pieces(TEA_SLIDES[3], "Tea house plan")
    assert [piece.kind for piece in found] == ["whole", "title", "row", "row", "row"]
    assert found[-1].embedded == "Staff by branch: Bruges | Baristas: 4 | Managers: 2"
    assert all(piece.text in told(TEA_SLIDES[3]).text for piece in found)


def test_a_long_table_makes_few_pieces_that_hold_all_of_it() -> None:
    rows = ("Item | Price", *(f"Item {at} | {at}" for at in range(300)))
    found = pieces(with_table(1, "Prices", *rows), "Shop")
    assert len(found) <= MOST + 2
    assert all(any(f"Item {at} |" in piece.text for piece in found[2:]) for at in range(300))


def test_bullets_stay_together_as_long_as_they_are_short() -> None:
    found = pieces(slide(1, "Rent", "2,400 euros", "until 2031", notes="Ask for less."), "Plan")
    assert [(piece.kind, piece.text) for piece in found[2:]] == [
        ("words", "2,400 euros\nuntil 2031"),
        ("notes", "Ask for less."),
    ]
