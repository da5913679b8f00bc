"""Check boxes and radio buttons among the words."""

from __future__ import annotations

from groundstone.documents.base import Mark, Place
from groundstone.documents.layout import understand
from tests.documents.pages import page_of, page_of_words, reading_of, reading_of_drawing


def pairs_of(drawing: str) -> dict[str, str | None]:
    layout = understand(reading_of_drawing(drawing))
    return {pair.key.text: None if pair.value is None else pair.value.text for pair in layout.pairs}


def test_options_in_a_row_answer_the_label_left_of_them() -> None:
    assert pairs_of("Marital status:   [x] married   [ ] single   [ ] widowed") == {
        "married": "selected",
        "single": "not selected",
        "widowed": "not selected",
        "Marital status:": "married",
    }


def test_options_in_a_column_answer_the_label_above_them() -> None:
    assert pairs_of("Do you smoke?\n[ ] Yes\n[x] No") == {
        "Yes": "not selected",
        "No": "selected",
        "Do you smoke?": "No",
    }


def test_a_group_without_a_choice_is_a_blank() -> None:
    assert pairs_of("Sex:   ( ) male   ( ) female")["Sex:"] is None


def test_several_choices() -> None:
    assert pairs_of("Allergies:   [x] nuts   [ ] milk   [x] pollen")["Allergies:"] == "nuts, pollen"


def test_boxes_behind_their_words() -> None:
    found = pairs_of("Insured:   Yes [x]        No [ ]        Unknown [ ]")
    assert found["Yes"] == "selected"
    assert found["No"] == "not selected"
    assert found["Unknown"] == "not selected"


def test_a_pair_of_a_box_carries_its_mark() -> None:
    layout = understand(reading_of_drawing("[x] I agree"))
    (pair,) = layout.pairs
    assert pair.value is not None
    assert [mark.checked for mark in pair.value.marks] == [True]
    assert pair.value.words == ()
    assert len(layout.marks) == 1


def test_boxes_that_are_letters_of_the_text() -> None:
    page = page_of_words([[("☒", 100, 100, 120, 120), ("married", 130, 100, 210, 120)]])
    layout = understand(reading_of(page))
    assert [(pair.key.text, pair.value and pair.value.text) for pair in layout.pairs] == [("married", "selected")]


def test_a_mark_within_a_word_is_a_letter() -> None:
    page = page_of("DOCTOR BOND")
    word = page.lines[0].words[0].place.box
    letter = Place.of(word.left + word.width / 6, word.top, word.width / 6, word.height)
    marked = page.__class__(1, page.width, page.height, page.lines, 0.0, (Mark(False, 0.9, letter),))
    layout = understand(reading_of(marked))
    assert layout.marks == ()
    assert layout.pairs == ()


def test_a_mark_that_was_read_together_with_its_word_is_no_letter() -> None:
    page = page_of("Yes")
    word = page.lines[0].words[0].place.box
    box = Place.of(word.left, word.top, word.width / 3, word.height)
    marked = page.__class__(1, page.width, page.height, page.lines, 0.0, (Mark(True, 0.9, box),))
    assert [mark.checked for mark in understand(reading_of(marked)).marks] == [True]
