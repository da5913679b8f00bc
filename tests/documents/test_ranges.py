from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.documents.ranges import check, holds, missing, pages_of
from groundstone.errors import InvalidInput


@pytest.mark.parametrize(
    ("ranges", "pages"),
    [
        (["*"], [1, 2, 3, 4, 5]),
        (["3"], [3]),
        (["2-4"], [2, 3, 4]),
        (["4-*"], [4, 5]),
        (["5", "1-2", "2"], [1, 2, 5]),
        (["4-99"], [4, 5]),
    ],
)
def test_ranges_mean_pages(ranges: list[str], pages: list[int]) -> None:
    assert pages_of(ranges, 5) == pages
    assert [page for page in range(1, 6) if holds(ranges, page)] == pages


@pytest.mark.parametrize("text", ["", "0", "3-2", "a", "-1", "1-", "1,2", "*-3", "9" * 10, "²", "٣"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="names no pages"):
        pages_of([text], 5)
    with pytest.raises(InvalidInput, match="names no pages"):
        check(["1", text])


@pytest.mark.parametrize(
    ("ranges", "pages"),
    [
        (["*"], []),
        (["2-*"], []),
        (["1", "3-3"], []),
        (["2-999999999"], [4]),
        (["7"], [7]),
        (["5-*"], [5]),
        (["7-8", "1"], [7]),
    ],
)
def test_of_each_range_the_first_page_that_is_lacking_is_named(ranges: list[str], pages: list[int]) -> None:
    assert missing(ranges, 3) == pages


@pytest.mark.parametrize("ranges", [["6"], ["6-*"], []])
def test_no_page_at_all_is_refused(ranges: list[str]) -> None:
    with pytest.raises(InvalidInput, match="of its 5 pages none"):
        pages_of(ranges, 5)


@given(st.text(max_size=12), st.integers(1, 50))
def test_any_text_is_a_range_or_refused(text: str, count: int) -> None:
    try:
        pages = pages_of([text], count)
    except InvalidInput:
        return
    assert pages == sorted(set(pages))
    assert set(pages) <= set(range(1, count + 1))
