"""Lines with places to titles, bullets, tables and charts; nothing that was read is lost."""

from __future__ import annotations

import re
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from groundstone.documents.base import Line, Page, Place, Word
from groundstone.documents.decks.base import Element, Slide
from groundstone.documents.decks.recognised import elements_of, lines_of

WIDE, HIGH = 960, 540
Said = tuple[float, float, str, float]  # left, top, words, size of the letters


def page(*lines: Said) -> Page:
    """A page of lines in letters of common width; coordinates are pixels."""
    return Page(1, WIDE, HIGH, tuple(_line(*line) for line in lines))


def _line(left: float, top: float, text: str, size: float) -> Line:
    words, at = [], left
    for word in text.split():
        wide = sum(_em(letter) for letter in word) * size
        words.append(Word(word, 0.99, Place.of(at / WIDE, top / HIGH, wide / WIDE, 1.1 * size / HIGH)))
        at += wide + 0.3 * size
    whole = Place.of(left / WIDE, top / HIGH, (at - 0.3 * size - left) / WIDE, 1.1 * size / HIGH)
    return Line(" ".join(text.split()), 0.99, whole, tuple(words))


def _em(letter: str) -> float:
    return 0.27 if letter in "iljI.,:;'" else 0.86 if letter in "mwMW" else 0.65 if letter.isupper() else 0.55


def paragraphs(elements: tuple[Element, ...]) -> list[list[tuple[str, int]]]:
    return [[(one.text, one.level) for one in element.paragraphs] for element in elements if element.paragraphs]


def grids(elements: tuple[Element, ...]) -> list[tuple[tuple[str, ...], ...]]:
    return [element.grid.rows for element in elements if element.grid]


def test_large_letters_high_up_are_the_title() -> None:
    found = elements_of(
        page((40, 30, "What we learned", 32), (60, 120, "Less is more", 20), (60, 160, "Start early", 20))
    )
    assert [element.kind for element in found] == ["title", "text"]
    assert Slide(1, found).title == "What we learned"


def test_a_title_of_two_lines_is_one() -> None:
    found = elements_of(
        page((60, 190, "Train and deploy", 48), (60, 248, "large language models", 48), (60, 340, "Ada L.", 20))
    )
    assert (found[0].kind, found[0].text) == ("title", "Train and deploy large language models")


def test_bullets_have_levels_and_wrapped_lines_run_on() -> None:
    found = elements_of(
        page(
            (40, 30, "Plans", 34),
            (60, 120, "• Move all services of the older data centre to the", 20),
            (77, 148, "new one before winter", 20),
            (94, 180, "- Test in autumn", 18),
            (60, 212, "• Hire two engineers", 20),
        )
    )
    assert paragraphs(found)[1] == [
        ("Move all services of the older data centre to the new one before winter", 0),
        ("Test in autumn", 1),
        ("Hire two engineers", 0),
    ]
    assert all(paragraph.bullet for paragraph in found[1].paragraphs)


def test_short_lines_below_each_other_stay_apart() -> None:
    found = elements_of(
        page((40, 30, "Agenda", 34), (60, 120, "Results", 20), (60, 160, "Outlook", 20), (60, 200, "Questions", 20))
    )
    assert paragraphs(found)[1] == [("Results", 0), ("Outlook", 0), ("Questions", 0)]


def test_columns_are_read_one_after_the_other() -> None:
    left = [(60.0, 120.0 + 40 * row, text, 20.0) for row, text in enumerate(("Fast to build", "Weak on tables"))]
    right = [(520.0, 120.0 + 40 * row, text, 20.0) for row, text in enumerate(("Slow to build", "Strong on charts"))]
    found = elements_of(page((40, 30, "Two ways", 34), *left, *right))
    assert [[text for text, _ in one] for one in paragraphs(found)] == [
        ["Two ways"],
        ["Fast to build", "Weak on tables"],
        ["Slow to build", "Strong on charts"],
    ]


def test_figures_in_rows_and_columns_are_a_table() -> None:
    rows = (("Region", "2022", "2023"), ("Europe", "120.5", "143.2"), ("North America", "310.0", "342.7"))
    cells = [(60.0 + 250 * x, 140.0 + 50 * y, text, 20.0) for y, row in enumerate(rows) for x, text in enumerate(row)]
    found = elements_of(page((40, 30, "Revenue", 34), *cells))
    assert grids(found) == [rows]
    grid = found[1].grid
    assert grid
    assert (grid.header_rows, grid.header_columns) == (1, 1)
    assert 0.3 < grid.boxes[1][1].left < 0.35


def test_values_above_categories_are_a_chart() -> None:
    bars = (("Gen 1", "1,450", 380), ("Gen 2", "2,980", 340), ("Gen 3", "6,120", 260), ("Gen 4", "12,400", 120))
    lines = [(150.0 + 180 * x, 460.0, name, 16.0) for x, (name, _, _) in enumerate(bars)]
    lines += [(150.0 + 180 * x, float(top), value, 18.0) for x, (_, value, top) in enumerate(bars)]
    found = elements_of(page((40, 20, "Throughput doubles", 30), *lines))
    assert [element.kind for element in found] == ["title", "chart"]
    assert grids(found) == [tuple((name, value) for name, value, _ in bars)]


def test_cards_with_large_figures_stay_texts() -> None:
    cards = (
        ("-42%", "Acme Bank", "less fraud"),
        ("8.5x", "Globex Media", "faster films"),
        ("1,200", "Initech", "servers moved"),
    )
    lines = [
        (60.0 + 300 * x, 130.0 + 70 * y, text, (44.0, 22.0, 16.0)[y])
        for x, card in enumerate(cards)
        for y, text in enumerate(card)
    ]
    found = elements_of(page((300, 30, "Customers see results", 32), *lines))
    assert not grids(found)
    order = [text for one in paragraphs(found) for text, _ in one]
    assert order[1:4] == ["-42%", "Acme Bank", "less fraud"]


def test_prose_in_two_columns_is_no_table() -> None:
    pairs = (
        ("Picture and text become one vector", "A model writes what it sees"),
        ("No second model is needed", "Costs half a cent a slide"),
        ("Works on every kind of slide", "Works best on diagrams"),
    )
    lines = [
        (60.0 + 450 * x, 140.0 + 40 * y, text, 16.0) for y, pair in enumerate(pairs) for x, text in enumerate(pair)
    ]
    assert not grids(elements_of(page((40, 30, "Two ways", 34), *lines)))


def test_page_numbers_and_claims_at_the_bottom_are_footers() -> None:
    found = elements_of(
        page(
            (40, 30, "Plans", 34),
            (60, 200, "Grow slowly", 20),
            (40, 515, "© 2024 Example Inc.", 9),
            (920, 515, "7", 9),
        )
    )
    assert [element.kind for element in found] == ["title", "text", "footer", "footer"]


def test_a_picture_that_shows_one_table_gives_its_grid() -> None:
    rows = (("Item", "Cost"), ("Paper", "12"), ("Ink", "40"))
    lines = [(60.0 + 250 * x, 140.0 + 50 * y, text, 20.0) for y, row in enumerate(rows) for x, text in enumerate(row)]
    words, grid = lines_of(page(*lines))
    assert (words, grid and grid.rows) == ((), rows)


WORDS = st.text("abcdeABC 0123.%•-", min_size=1, max_size=24).filter(lambda text: bool(re.search(r"[a-cA-C0-3]", text)))
LINES = st.lists(st.tuples(st.floats(0, 900), st.floats(0, 520), WORDS, st.floats(4, 60)), max_size=25)


@given(lines=LINES)
@settings(max_examples=150, deadline=None)
def test_nothing_is_lost_and_places_stay_on_the_page(lines: list[Said]) -> None:
    found = elements_of(page(*lines))
    said = "".join(element.text for element in found)
    said += "".join(cell for element in found if element.grid for row in element.grid.rows for cell in row)
    assert _letters(said) == _letters("".join(text for _, _, text, _ in lines))
    boxes = [paragraph.box for element in found for paragraph in element.paragraphs]
    assert all(box and box.left >= 0 and box.left + box.width < 1.001 and box.top + box.height < 1.001 for box in boxes)
    assert [element.number for element in found] == list(range(1, len(found) + 1))


def _letters(text: str) -> Counter[str]:
    """Letters and digits, which no bullet is made of."""
    return Counter(letter for letter in text if letter.isalnum())
