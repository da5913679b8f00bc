from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.knowledge.grid import grid_text, row_text
from groundstone.text import is_row, sentences

CELLS = st.text(alphabet=st.sampled_from("ab1 :;|\n"), max_size=6)


def test_a_row_carries_the_headers_of_its_columns() -> None:
    rows = [["Mode", "Rate per km:"], ["Bicycle", "0.22"], ["Car", ""]]
    assert grid_text(rows, headed=True) == "Mode: Bicycle; Rate per km: 0.22\n\nMode: Car"


@pytest.mark.parametrize(
    ("rows", "headed"),
    [
        ([["Week", "Topic"], ["1", "Safety"], ["2", "Products"]], True),
        ([["Name", "Role", "Office"], ["Ana", "Cook", "Rome"]], True),
        ([["Name", "Ana"], ["Phone", "123"]], True),  # as wrong as it may be, nothing is lost
        ([["Name", "Ana"], ["Office", "Rome"]], False),
        ([["2023", "2024"], ["1", "2"]], False),
        ([["only one row", "here"]], False),
    ],
)
def test_headers_are_told_from_names_with_values(rows: list[list[str]], headed: bool) -> None:
    assert (": " in grid_text(rows)) is headed


@given(st.lists(st.lists(CELLS, max_size=4), max_size=5), st.sampled_from([True, False, None]))
def test_no_cell_of_a_table_is_lost(rows: list[list[str]], headed: bool | None) -> None:
    text = grid_text(rows, headed=headed)
    filled = [row for row in rows if any(cell.split() for cell in row)]
    for row in filled[1:]:
        assert all(" ".join(cell.split()) in text for cell in row)


def test_a_row_is_one_sentence_and_prose_is_not() -> None:
    row = row_text([("Note", "See the book. It is good."), ("Page", "3")])
    assert is_row(row)
    assert len(sentences(f"{row}\n\n{row}")) == 2
    assert not is_row("The rule: do it; and do it well. Then rest.")
