"""The canonical text of a slide, its spans, and decks as JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstone.documents.decks.base import Chart, Deck, Element, Grid, Paragraph, Series, Slide
from groundstone.documents.decks.base_json import deck_json, deck_of
from groundstone.documents.decks.number_format import shown
from groundstone.documents.decks.told import told
from groundstone.documents.decks.words import tidy
from groundstone.errors import InvalidInput
from groundstone.records import Box

_words = st.text(min_size=0, max_size=20)
_part = st.floats(0, 1)
_boxes = st.builds(Box, _part, _part, _part, _part, st.integers(1, 9))
_paragraphs = st.builds(Paragraph, _words, st.integers(0, 8), st.none() | _boxes, st.booleans(), _part)
_rows = st.integers(1, 4).flatmap(
    lambda wide: st.lists(st.lists(_words, min_size=wide, max_size=wide).map(tuple), min_size=1, max_size=4).map(tuple)
)
_grids = st.builds(Grid, _rows, st.integers(0, 3), st.integers(0, 3))
_numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)
_series = st.builds(Series, _words, st.lists(_numbers, max_size=4).map(tuple), st.sampled_from(["", "0.0%", "#,##0"]))
_charts = st.builds(
    Chart, st.sampled_from(["bar", "pie"]), _words, st.lists(_words, max_size=4).map(tuple),
    st.lists(_series, max_size=3).map(tuple), _words, _words,
)  # fmt: skip
_elements = st.builds(
    Element, st.sampled_from(["title", "text", "table", "chart", "notes", "footer", "picture"]), st.integers(1, 50),
    st.none() | _boxes, st.lists(_paragraphs, max_size=3).map(tuple), st.none() | _grids, st.none() | _charts, _words,
    _words, st.lists(_words, max_size=2).map(tuple), st.sampled_from(["native", "ocr", "described"]),
)  # fmt: skip
_slides = st.builds(Slide, st.integers(1, 99), st.lists(_elements, max_size=4).map(tuple), st.booleans())


@settings(max_examples=30, deadline=None)
@given(_slides)
def test_spans_cover_everything_but_the_ends_of_lines(slide: Slide) -> None:
    found = told(slide)
    covered = "".join(found.text[span.start : span.end] for span in found.spans)
    assert covered == found.text.replace("\n", "")
    assert [span.start for span in found.spans] == sorted(span.start for span in found.spans)
    assert all(span.start < span.end for span in found.spans)


@settings(max_examples=30, deadline=None)
@given(_slides)
def test_every_line_of_a_paragraph_can_be_quoted(slide: Slide) -> None:
    found = told(slide)
    for element in slide.elements:
        for paragraph in element.paragraphs:
            for line in tidy(paragraph.text).splitlines():
                if element.kind != "footer":
                    place = found.find(line)
                    assert place is not None
                    assert found.text[place[0] : place[1]] == line


@settings(max_examples=30, deadline=None)
@given(_slides)
def test_a_deck_is_the_same_after_json(slide: Slide) -> None:
    deck = Deck("n", "t", "T", (slide,), 1, 960.0, 540.0, (("author", "A"),), ("p",))
    assert deck_of(json.loads(json.dumps(deck_json(deck)))) == deck


def test_what_is_no_deck_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no deck"):
        deck_of({"name": "x"})


def test_the_title_comes_first_and_a_cell_has_its_own_place() -> None:
    boxes = tuple(tuple(Box(x / 10, y / 10, 0.1, 0.1) for x in range(2)) for y in range(2))
    grid = Grid((("Year", "Sales"), ("2023", "14.9")), 1, 1, boxes)
    slide = Slide(
        1,
        (
            Element("table", 1, grid=grid),
            Element("title", 2, paragraphs=(Paragraph("Sales"),)),
            Element("footer", 3, paragraphs=(Paragraph("7"),)),
        ),
    )
    found = told(slide)
    assert found.text == "Sales\nYear | Sales\n2023 | Sales: 14.9"
    start, end = found.find("sales: 14.9") or (0, 0)
    assert found.boxes(start, end) == (boxes[1][1],)
    assert found.element(1) == "Year | Sales\n2023 | Sales: 14.9"


@pytest.mark.parametrize(
    ("value", "format", "text"),
    [
        (0.125, "0.0%", "12.5%"),
        (1234.5, "#,##0", "1,235"),
        (-3, "#,##0_);(#,##0)", "(3)"),
        (1234567, '$#,##0.0,,"M"', "$1.2M"),
        (43831, "mmm-yy", "Jan-20"),
        (5, "[$€-407] 0", "€ 5"),
        (0.1 + 0.2, "General", "0.3"),
        (1234567890.55, "#,##0.00", "1,234,567,890.55"),
    ],
)
def test_numbers_are_shown_in_their_format(value: float, format: str, text: str) -> None:
    assert shown(value, format) == text


@given(st.floats(allow_nan=False), st.text(max_size=12))
def test_any_format_shows_something(value: float, format: str) -> None:
    assert isinstance(shown(value, format), str)
