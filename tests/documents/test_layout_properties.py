"""What holds of the layout of any reading whatever."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from groundstone.documents.base import Layout, Line, Mark, Page, Place, Reading, Region, Ruling, Word
from groundstone.documents.layout import understand

fractions = st.floats(-0.2, 1.2) | st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0])
points = st.tuples(fractions, fractions)
quads = st.tuples(points, points, points, points).map(Place) | st.builds(
    Place.of, fractions, fractions, st.floats(0, 0.5), st.floats(0, 0.05)
)
SAMPLES = (
    "Name Name: Date of Birth: : DOB:1980-01-02 Total 12.50 RM ____ ...... Jane [x] ☐ O X # (DD/MM/YYYY) 12 名前： :x"
)
texts = st.sampled_from(SAMPLES.split()) | st.text(
    st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=12
)
words = st.builds(Word, texts, st.floats(0, 1), quads)
rulings = st.builds(Ruling, points, points)
marks = st.builds(Mark, st.booleans(), st.floats(0, 1), quads)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Words side by side in a row, or anywhere."""
    if draw(st.booleans()):
        found = draw(st.lists(words, min_size=0, max_size=4))
    else:
        left, top = draw(st.sampled_from([0.05, 0.3, 0.6])), draw(st.integers(0, 20)) / 22
        found = []
        for text in draw(st.lists(texts, min_size=1, max_size=4)):
            found.append(Word(text, 0.9, Place.of(left, top, 0.012 * len(text), 0.02)))
            left += 0.012 * len(text) + draw(st.sampled_from([0.006, 0.01, 0.05]))
    place = found[0].place if found else draw(quads)
    return Line(" ".join(word.text for word in found), 0.9, place, tuple(found))


pages = st.builds(
    Page,
    st.just(1),
    st.integers(0, 3000),
    st.integers(0, 3000),
    st.lists(lines(), max_size=14).map(tuple),
    st.floats(0, 360, exclude_max=True) | st.just(0.0),
    st.lists(marks, max_size=4).map(tuple),
    st.lists(rulings, max_size=10).map(tuple),
)


def regions_of(layout: Layout) -> list[Region]:
    pairs = [region for pair in layout.pairs for region in (pair.key, pair.value) if region is not None]
    cells = [cell.content for table in layout.tables for cell in table.cells]
    return [*pairs, *cells, *(table.title for table in layout.tables if table.title is not None)]


@settings(max_examples=120, deadline=None)
@given(pages)
def test_any_reading_has_a_layout_made_of_its_own_words(page: Page) -> None:
    layout = understand(Reading("image/png", (page,), 1))
    whole = "\n".join(word.text for line in page.lines for word in line.words)
    for region in regions_of(layout):
        assert 0 <= region.confidence <= 1
        assert all(0 <= value <= 1 and math.isfinite(value) for point in region.place.points for value in point)
        assert all(word.text in whole for word in region.words)
    assert all(0 <= pair.confidence <= 1 for pair in layout.pairs)
    assert understand(Reading("image/png", (page,), 1)) == layout


@settings(max_examples=120, deadline=None)
@given(pages)
def test_the_cells_of_a_table_cover_its_grid_once_and_share_no_word(page: Page) -> None:
    for table in understand(Reading("image/png", (page,), 1)).tables:
        covered = [
            (row, column)
            for cell in table.cells
            for row in range(cell.row, cell.row + cell.rows)
            for column in range(cell.column, cell.column + cell.columns)
        ]
        wanted = [(row, column) for row in range(1, table.rows + 1) for column in range(1, table.columns + 1)]
        assert sorted(covered) == wanted
        assert [(cell.row, cell.column) for cell in table.cells] == sorted(
            (cell.row, cell.column) for cell in table.cells
        )
        ids = [id(word) for cell in table.cells for word in cell.content.words]
        assert len(ids) == len(set(ids))


@settings(max_examples=60, deadline=None)
@given(pages)
def test_no_word_is_in_two_values(page: Page) -> None:
    layout = understand(Reading("image/png", (page,), 1))
    plain = [pair for pair in layout.pairs if pair.value is not None and not pair.value.marks]
    ids = [id(word) for pair in plain for word in (*pair.key.words, *(pair.value.words if pair.value else ()))]
    assert len(ids) == len(set(ids))
