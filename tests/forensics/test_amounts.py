"""Figures that do not add up."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.documents.base import Page
from groundstone.forensics.base import Evidence
from groundstone.forensics.words import of_page
from groundstone.forensics.words.figures import columns_of, rows_of
from groundstone.forensics.words.named import names
from groundstone.forensics.words.spelled import spelled
from tests.forensics.word_pages import Cell, page_of

INVOICE: list[list[Cell]] = [
    [(0.1, "Item"), (0.5, "Quantity"), (0.65, "Price"), (0.85, "Amount")],
    [(0.1, "Paper clips"), (0.55, "2"), (0.7, "60.00"), (0.9, "120.00")],
    [(0.1, "Green tea"), (0.55, "5"), (0.7, "7.10"), (0.9, "35.50")],
    [(0.1, "Phone cable"), (0.55, "3"), (0.7, "6.10"), (0.9, "18.30")],
    [(0.1, "Subtotal"), (0.9, "173.80")],
    [(0.1, "Tax"), (0.9, "17.38")],
    [(0.1, "Total"), (0.9, "191.18")],
]
STATEMENT: list[list[Cell]] = [
    [(0.1, "Text"), (0.6, "Amount"), (0.8, "Balance")],
    [(0.1, "Opening balance"), (0.9, "1,918.73")],
    [(0.1, "Rent"), (0.7, "-900.00"), (0.9, "1,018.73")],
    [(0.1, "Salary"), (0.7, "2,400.50"), (0.9, "3,419.23")],
    [(0.1, "Bakery"), (0.7, "-12.25"), (0.9, "3,406.98")],
    [(0.1, "Train"), (0.7, "-88.00"), (0.9, "3,318.98")],
    [(0.1, "Water"), (0.7, "-41.20"), (0.9, "3,277.78")],
]


def changed(rows: list[list[Cell]], old: str, new: str) -> Page:
    return page_of([[(at, new if text == old else text) for at, text in row] for row in rows])


def worst(page: Page) -> Evidence:
    return max(of_page(page), key=lambda one: one.odds)


def test_sums_that_hold_speak_for_the_page() -> None:
    (found,) = of_page(page_of(INVOICE))
    assert (found.kind, found.odds) == ("amount", -0.3)
    assert found.text == "5 of 5 sums hold"
    assert found.boxes


def test_a_line_that_its_row_and_the_total_would_have_otherwise_weighs_most() -> None:
    found = worst(changed(INVOICE, "35.50", "95.50"))
    assert found.odds > 1
    assert "95.50" in found.text
    assert "ask for 35.50" in found.text
    (box,) = found.boxes
    assert box.left < 0.9 < box.left + box.width + 0.01


def test_a_total_that_is_not_the_sum_is_told_with_both_amounts() -> None:
    found = worst(changed(INVOICE, "191.18", "199.18"))
    assert found.text == "The lines 173.80 and 17.38 make 191.18, but the total says 199.18"
    assert 0 < found.odds <= 1


def test_a_changed_balance_breaks_the_steps_around_it() -> None:
    found = worst(changed(STATEMENT, "3,406.98", "3,906.98"))
    assert found.odds > 1
    assert "3,406.98" in found.text
    assert of_page(page_of(STATEMENT))[0].odds == -0.3


def test_a_rate_that_was_changed_is_told_where_other_rows_hold() -> None:
    assert worst(changed(INVOICE, "6.10", "9.10")).text == "3 x 9.10 make 27.30, but the page says 18.30"


def test_a_figure_that_was_read_with_doubt_weighs_less() -> None:
    page = changed(INVOICE, "35.50", "95.50")
    rows = [[(at, "95.50" if text == "35.50" else text) for at, text in row] for row in INVOICE]
    doubted = page_of(rows, doubted=("95.50",))
    assert 0 < worst(doubted).odds < worst(page).odds


def test_a_decimal_point_that_was_not_read_is_no_forgery() -> None:
    assert worst(changed(INVOICE, "191.18", "19118")).odds <= 0


def test_one_sum_without_another_that_holds_weighs_little() -> None:
    rows: list[list[Cell]] = [[(0.1, "Tea"), (0.9, "12.50")], [(0.1, "Cake"), (0.9, "4.20")]]
    page = page_of([*rows, [(0.1, "Total"), (0.9, "18.70")]])
    assert 0 < worst(page).odds <= 0.3


def test_columns_without_a_named_total_say_nothing() -> None:
    rows: list[list[Cell]] = [[(0.1, f"Line {n}"), (0.9, f"{n * 7.31 + 11:.2f}")] for n in range(1, 8)]
    assert of_page(page_of(rows)) == ()


def test_gross_less_deductions_is_net() -> None:
    rows: list[list[Cell]] = [
        [(0.1, "Gross pay"), (0.7, "2,400.00"), (0.9, "9,600.00")],
        [(0.1, "Total deductions"), (0.7, "610.40"), (0.9, "2,441.60")],
        [(0.1, "Net pay"), (0.7, "1,789.60"), (0.9, "7,158.40")],
    ]
    assert of_page(page_of(rows))[0].odds < 0
    found = worst(changed(rows, "1,789.60", "1,989.60"))
    assert "but the net says 1,989.60" in found.text
    assert found.odds > 0


def test_the_year_to_date_is_not_below_this_period() -> None:
    rows: list[list[Cell]] = [
        [(0.6, "Current"), (0.85, "YTD")],
        *([(0.1, name), (0.7, f"{n}5.10"), (0.9, f"{n * 4}0.40")] for n, name in enumerate("abcd", 2)),
        [(0.1, "Health"), (0.7, "150.00"), (0.9, "60.00")],
    ]
    assert "The year to date says 60.00, less than the 150.00" in worst(page_of(rows)).text


def test_a_missing_separator_of_thousands_is_told() -> None:
    values = ["1,800.00", "2,400.50", "1,150.25", "9,410.10", "1,912.99"]
    rows: list[list[Cell]] = [[(0.1, f"Line{n}"), (0.9, value)] for n, value in enumerate(values)]
    found = worst(changed(rows, "1,150.25", "1150.25"))
    assert "1150.25 has no comma for thousands" in found.text
    assert 0 < found.odds <= 1
    assert of_page(page_of(rows)) == ()


def test_words_and_figures_of_a_cheque() -> None:
    words = "One thousand two hundred thirty-four and 56/100 dollars"
    rows: list[list[Cell]] = [[(0.1, "Pay to Jane Doe"), (0.9, "$1,234.56")], [(0.1, words)]]
    assert of_page(page_of(rows))[0].odds < 0
    found = worst(changed(rows, "$1,234.56", "$7,234.56"))
    assert found.text == "The words say 1,234.56, but the figures say 7,234.56"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Twenty-one thousand and five dollars", "21005"),
        ("nine hundred ninety-nine and 09/100", "999.09"),
        ("one hundred and ten pounds only", "110"),
        ("two three four dollars", None),
        ("one or two hundred people", None),
        ("five dollars", None),
        ("", None),
    ],
)
def test_amounts_in_words(text: str, value: str | None) -> None:
    assert spelled(text) == (None if value is None else Decimal(value))


def test_labels_are_known_in_several_languages() -> None:
    assert names("Gesamtbetrag:") == {"total"}
    assert names("Sous-total") == {"subtotal"}
    assert "net" in names("Net Pay")
    assert "deductions" in names("Total deductions")


def test_dates_and_numbers_of_documents_are_no_figures() -> None:
    page = page_of([[(0.1, "Date 12.05.2021 No. AB/123/4 at 10:45 tel 555-0101")]])
    assert [one.text for row in rows_of(page) for one in row.figures] == []


def test_figures_below_each_other_are_one_column() -> None:
    columns = columns_of(rows_of(page_of(INVOICE)))
    assert ["120.00", "35.50", "18.30", "173.80", "17.38", "191.18"] in [[one.text for one in c] for c in columns]
    assert ["2", "5", "3"] in [[one.text for one in c] for c in columns]


CELLS = st.lists(
    st.lists(st.tuples(st.floats(0, 1), st.text(min_size=1, max_size=14)), max_size=5), max_size=12
)  # any text, anywhere


@given(CELLS)
def test_no_page_of_any_words_raises(rows: list[list[Cell]]) -> None:
    for one in of_page(page_of(rows)):
        assert one.kind == "amount"
        assert -0.5 < one.odds < 3


@given(st.lists(st.integers(1, 10**7), min_size=2, max_size=12))
def test_a_right_total_never_speaks_against_a_page(cents: list[int]) -> None:
    rows: list[list[Cell]] = [[(0.1, "Line"), (0.9, f"{value / 100:,.2f}")] for value in cents]
    page = page_of([*rows, [(0.1, "Total"), (0.9, f"{sum(cents) / 100:,.2f}")]])
    assert all(one.odds <= 0 for one in of_page(page))


def test_pages_without_words_and_turned_pages_say_nothing() -> None:
    assert of_page(Page(1, 100, 100)) == ()
    assert of_page(replace(page_of(INVOICE), lines=())) == ()
