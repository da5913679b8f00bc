from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.text import paragraphs, sentences


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Mr. Smith met Dr. Jones. They left.", ["Mr. Smith met Dr. Jones.", "They left."]),
        ("By J. R. R. Tolkien. A classic.", ["By J. R. R. Tolkien.", "A classic."]),
        ("He moved to the U.S. He stayed there.", ["He moved to the U.S.", "He stayed there."]),
        ("The U.S. Army came. It won.", ["The U.S. Army came.", "It won."]),
        ("Fruit, e.g. Apples, is good. Eat.", ["Fruit, e.g. Apples, is good.", "Eat."]),
        ("It cost 3.14 dollars. Cheap.", ["It cost 3.14 dollars.", "Cheap."]),
        ("See No. 5 below. No. He refused.", ["See No. 5 below.", "No.", "He refused."]),
        ('"What?" he asked. "Nothing."', ['"What?" he asked.', '"Nothing."']),
        ("He said “Stop.” Then he ran.", ["He said “Stop.”", "Then he ran."]),
        ("Wait... what is it? Oh… Well.", ["Wait... what is it?", "Oh…", "Well."]),
        ("1. Install it. 2. Run it.", ["1. Install it.", "2. Run it."]),
        ("- one item\n- another item", ["- one item", "- another item"]),
        (
            "Title: Up\nYear: 2009\n\nA man flies. He lands.",
            ["Title: Up", "Year: 2009", "A man flies.", "He lands."],
        ),
        ("A heading\n\nA text without end", ["A heading", "A text without end"]),
        ("これは本です。それはペンです。", ["これは本です。", "それはペンです。"]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_a_wrapped_line_does_not_end_a_sentence() -> None:
    text = (
        "The shell lands in the eye of the Moon and the travellers of Paris\n"
        "London and Rome climb out of it to look around with great surprise\n"
        "before they return."
    )
    assert pieces(text) == [text]


def test_paragraphs_are_separated_by_blank_lines_only() -> None:
    text = "a\nb\n\n \n c \n"
    assert [text[start:end] for start, end in paragraphs(text)] == ["a\nb", "c"]


@given(st.text(alphabet=st.sampled_from("aZ .!?\n\"'“”…:-1)。Mr") | st.characters(), max_size=300))
def test_sentences_hold_every_character_once_and_in_order(text: str) -> None:
    spans = sentences(text)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
    covered = "".join(text[start:end] for start, end in spans)
    assert "".join(covered.split()) == "".join(text.split())
