"""Amounts of money, numbers and percentages in any writing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.documents import values
from groundstone.documents.values.numbers import currency


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1,234.56", 1234.56, ""), ("1.234,56", 1234.56, ""), ("1 234,56", 1234.56, ""), ("1'234.56", 1234.56, ""),
        ("1’234.56", 1234.56, ""), ("1 234 567,89", 1234567.89, ""), ("1\u202f234,56", 1234.56, ""),
        ("RM 9.00", 9.0, "MYR"), ("RM9.00", 9.0, "MYR"), ("$9", 9.0, "USD"), ("US$ 1,000.00", 1000.0, "USD"),
        ("€ 9,50", 9.5, "EUR"), ("9,50 €", 9.5, "EUR"), ("EUR 9,-", 9.0, "EUR"), ("EUR 9,--", 9.0, "EUR"),
        ("9.00 SR", 9.0, "SAR"), ("£12.99", 12.99, "GBP"), ("CHF 1’250.00", 1250.0, "CHF"), ("12,00 zł", 12.0, "PLN"),
        ("kr 100,-", 100.0, "SEK"), ("Rs. 450.00", 450.0, "INR"), ("1.234 €", 1234.0, "EUR"), ("S$ 12.30", 12.3, "SGD"),
        ("R$ 1.234,50", 1234.5, "BRL"), ("-5.20", -5.2, ""), ("5.20-", -5.2, ""), ("(5.20)", -5.2, ""),
        ("-$5.20", -5.2, "USD"),
        ("9 .00", 9.0, ""), ("9. 00", 9.0, ""), ("33.9O", 33.9, ""), ("RM33.9O", 33.9, "MYR"), ("1,007.50", 1007.5, ""),
        ("1,234,567", 1234567.0, ""), ("9.000", 9.0, ""), ("100", 100.0, ""),
    ],
)  # fmt: skip
def test_an_amount_is_read_in_any_writing(text: str, value: float, unit: str) -> None:
    spot = values.whole("money", text)
    assert spot is not None
    assert (spot.value, spot.unit) == (value, unit)


def test_amounts_are_found_among_words_and_dates_are_none() -> None:
    text = "TOTAL RM 1,007.50 25/12/2018 14:02"
    best = values.spot("money", text)[0]
    assert text[best.start : best.end] == "RM 1,007.50"
    assert all(spot.plausibility < 0.5 for spot in values.spot("money", "25/12/2018 14:02"))


def test_a_quantity_before_a_price_is_not_glued_to_it() -> None:
    assert [spot.value for spot in values.spot("money", "2 100.00")] == [100.0, 2.0]


def test_a_point_before_three_figures_keeps_both_readings() -> None:
    (spot,) = values.spot("money", "1.234")
    assert {spot.value, *spot.others} == {1.234, 1234.0}


def test_amounts_are_the_same_whatever_the_writing() -> None:
    assert values.same("money", "RM 9.00", "9")
    assert values.same("money", "1.234,50", "1,234.50")
    assert values.same("money", "EUR 5", "5,00 €")
    assert not values.same("money", "$9.00", "€9.00")
    assert not values.same("money", "9.00", "9.01")


@pytest.mark.parametrize(
    ("text", "code"), [("RM 9", "MYR"), ("EUR", "EUR"), ("12 zł", "PLN"), ("twelve", ""), ("", "")]
)
def test_the_currency_is_named(text: str, code: str) -> None:
    assert currency(text) == code


@pytest.mark.parametrize(
    ("text", "value"), [("12", 12), ("Qty 12", 12), ("1,5", 1.5), ("-3", -3), ("1,250", 1250), ("3 kWh", 3)]
)
def test_numbers_without_decimals_are_whole(text: str, value: float) -> None:
    best = values.spot("number", text)[0]
    assert best.value == value
    assert isinstance(best.value, type(value))


@pytest.mark.parametrize(("text", "value"), [("6%", 6.0), ("GST 6.00 %", 6.0), ("19,5 %", 19.5), ("20 Prozent", 20.0)])
def test_percentages_are_read(text: str, value: float) -> None:
    assert values.spot("percent", text)[0].value == value


@given(st.integers(0, 9_999_999), st.sampled_from(["{:,.2f}", "{:.2f}", "RM {:,.2f}", "{:,.2f} USD"]))
def test_a_formatted_amount_is_spotted_again(cents: int, pattern: str) -> None:
    assert values.spot("money", f"Total {pattern.format(cents / 100)}")[0].value == cents / 100


@given(st.integers(0, 9_999_999))
def test_a_continental_amount_is_spotted_again(cents: int) -> None:
    text = f"{cents / 100:,.2f}".translate(str.maketrans(",.", ".,"))
    assert values.spot("money", f"Summe {text} EUR")[0].value == cents / 100
