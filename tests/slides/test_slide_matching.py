"""Whether an answer says what it should, however numbers and days are written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.slides.matching import pieces, says, says_all


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("It has 173.5 billion parameters more.", "173.5B"),
        ("It has 173,500,000,000 more.", "173.5 billion"),
        ("up to 4x higher throughput", "4x"),
        ("Revenue was $4.2 million in 2023", "USD 4.2m"),
        ("on March 12, 2024", "12 March 2024"),
        ("am 12 Mar 2024", "12 March 2024"),
        ("1 204.5 tonnes", "1,204.5"),
        ("12,5 %", "12.5%"),
        ("a fall of 3.2 %", "-3.2%"),
        ("Better $/perf, new capabilities", "$/perf"),
        ("SOLVEIG NYSTRÖM leads it", "Solveig Nystrom"),
        ("1.50", "1.5"),
        ("The EU & the UK", "EU and UK"),
    ],
)
def test_the_same_in_other_words_is_said(text: str, wanted: str) -> None:
    assert says(text, wanted)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("125 people", "12"),
        ("1.25", "25"),
        ("in 2023 300 people came", "2,023,300"),
        ("sixteen", "six"),
        ("12 May 2024", "12 March 2024"),
        ("Solveig and Nystrom", "Nystrom Solveig"),
        ("nothing", ""),
        ("nothing", "?"),
    ],
)
def test_something_else_is_not(text: str, wanted: str) -> None:
    assert not says(text, wanted)


def test_every_group_needs_one_of_its_answers() -> None:
    assert says_all("Crete and Malta", [["Crete", "Kreta"], ["Malta"]])
    assert not says_all("Crete", [["Crete", "Kreta"], ["Malta"]])
    assert not says_all("Crete", [])


@given(st.text(max_size=200))
def test_a_text_says_itself_and_nothing_breaks(text: str) -> None:
    assert says(f"before {text} after", text) or not pieces(text)


@given(st.integers(0, 10**15), st.sampled_from(["{:,}", "{}", "EUR {:,}", "{:,} %", "about {} units"]))
def test_a_number_is_found_in_every_writing(number: int, writing: str) -> None:
    assert says(f"It was {writing.format(number)}.", str(number))
    assert Decimal(number) in {value for piece in pieces(writing.format(number)) for value in piece.values}
