"""Numbers as slides write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.slides import amounts, lexis


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("GPT-3: 175B parameters", ["175000000000"]),
        ("1.5 billion parameters", ["1500000000"]),
        ("$4.2M", ["4200000"]),
        ("€12,5 Mrd", ["12500000000"]),
        ("EUR 5 m", ["5000000"]),
        ("300 EUR million", ["300000000"]),
        ("up to 4x higher throughput and 10x lower latency", ["4", "10"]),
        ("1,234,567 users", ["1234567"]),
        ("fell by -12%", ["-12"]),
        ("Discount - 12%", ["12"]),
        ("(3.2)", ["-3.2"]),
        ("42 ms", ["0.042"]),
        ("10–20%", ["10", "20"]),
        ("from $10M in 2022 to $14M", ["10000000", "2022", "14000000"]),
        ("Inf2 v1.5 Q3 GPT-2", []),
        ("a 5-day week", ["432000"]),
    ],
)
def test_numbers_are_read_with_sign_scale_and_unit(text: str, values: list[str]) -> None:
    assert [amount.value for amount in amounts.of_text(text)] == [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("heading", "unit", "factor"),
    [
        ("Revenue (USD million)", "USD", 1_000_000),
        ("Cost (kEUR)", "EUR", 1000),
        ("Share in %", "%", 1),
        ("Time (ms)", "ms", 1),
        ("Sales ($'000)", "USD", 1000),
    ],
)
def test_headings_give_bare_numbers_their_unit(heading: str, unit: str, factor: int) -> None:
    manner = amounts.under(heading)
    assert manner is not None
    assert manner.unit == unit
    assert manner.factor == Decimal(factor)


@pytest.mark.parametrize("heading", ["Revenue", "Region", "Owner (name)", "2023", ""])
def test_other_headings_give_none(heading: str) -> None:
    assert amounts.under(heading) is None


@given(st.decimals(-(10**9), 10**9, allow_nan=False, places=2))
def test_what_is_written_reads_back_equal(number: Decimal) -> None:
    text = amounts.plain(number)
    found = amounts.whole(text)
    assert found is not None
    assert found.number == number


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    for amount in amounts.of_text(text):
        assert 0 <= amount.start < amount.end <= len(text)
    lexis.bag(text)
    lexis.content(text)


def test_words_are_compared_in_one_form() -> None:
    assert lexis.tokens("GPT-3's third quarter of FY23") == ("gpt3", "q3", "of", "2023")
    assert lexis.meets(lexis.root("sales"), lexis.bag("Revenue by region")) == lexis.LIKE
    assert lexis.meets(lexis.root("latncy"), lexis.bag("P95 latency")) == lexis.LIKE
    assert lexis.meets(lexis.root("dizziness"), lexis.bag("P95 latency")) == 0
    assert lexis.mentioned(["North America", "America"], lexis.bag("sales in north america")) == [(0, 1.0)]
