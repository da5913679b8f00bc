"""Charts that a page draws with printed values: categories by their places, series by their colours."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.slides.canvas import PdfPage, pdf_file, rect

from groundstone.documents.base import Line, Page, Place, Word
from groundstone.documents.decks.base import Element
from groundstone.documents.decks.base_json import deck_of
from groundstone.documents.decks.child_deck import parse
from groundstone.documents.decks.recognised import elements_of
from groundstone.documents.decks.tints import Tints, of_json, small, to_json
from groundstone.documents.decks.told import told
from groundstone.errors import UnreadableDocument

INK, BLUE, ORANGE, GREEN = (40, 40, 50), (31, 119, 180), (255, 127, 14), (44, 160, 44)
COLOURS = (BLUE, ORANGE, GREEN)


def grids(elements: tuple[Element, ...]) -> list[tuple[tuple[str, ...], ...]]:
    return [element.grid.rows for element in elements if element.grid and element.kind == "chart"]


def page_of_bars(
    rows: dict[str, list[float]], names: list[str], *, inside: bool = False, top: float = 100.0
) -> PdfPage:
    """Groups of upright bars with their values above or inside them, an axis with numbers, and a legend below."""
    page = PdfPage()
    page.text(40, 22, "Things by kind", 28, INK, True)
    left, base, high, wide = 90.0, 430.0, 300.0, 700.0
    for step in range(5):
        said = f"{top * step / 4:g}"
        page.text(left - 8 - page.width(said, 11), base - high * step / 4 - 7, said, 11, INK)
    each = wide / len(rows)
    across = each * 0.7 / len(names)
    for place, (label, values) in enumerate(rows.items()):
        start = left + place * each + each * 0.15
        for at, value in enumerate(values):
            tall, said = high * value / top, f"{value:g}"
            rect(page, start + at * across, base - tall, across - 2, tall, COLOURS[at])
            x = start + at * across + across / 2 - page.width(said, 12) / 2 - 1
            page.text(x, base - tall + 3 if inside else base - tall - 16, said, 12, (255, 255, 255) if inside else INK)
        page.text(left + (place + 0.5) * each - page.width(label, 13) / 2, base + 8, label, 13, INK)
    x = left
    for at, name in enumerate(names):
        rect(page, x, 470, 12, 12, COLOURS[at])
        page.text(x + 18, 468, name, 13, INK)
        x += 60 + page.width(name, 13)
    return page


@pytest.mark.parametrize("inside", [False, True])
def test_values_of_grouped_bars_belong_to_category_and_series(inside: bool) -> None:
    rows = {"2021": [60.0, 42.0], "2022": [75.0, 38.0], "2023": [91.0, 55.0]}
    file = pdf_file([page_of_bars(rows, ["Tickets", "Food"], inside=inside)], "t")
    slide = deck_of(parse(file)["deck"]).slides[0]
    lines = told(slide).text.splitlines()
    assert "2022 | Tickets: 75 | Food: 38" in lines
    assert "2023 | Tickets: 91 | Food: 55" in lines
    assert "50" not in lines  # the numbers of the axis say nothing


def test_a_page_without_colours_is_read_by_places_alone() -> None:
    page = Page(1, 960, 540, (_line("Q1", 100, 400), _line("12", 100, 200), _line("Q2", 300, 400)))
    assert not grids(elements_of(page))


def test_pieces_of_a_pie_belong_to_the_names_of_the_legend() -> None:
    pixels = np.full((540, 960, 3), 255, np.uint8)
    lines = []
    for at, (name, value) in enumerate((("Website", "44%"), ("App", "36%"), ("Desk", "20%"))):
        pixels[100 + 130 * at : 220 + 130 * at, 200:400] = COLOURS[at]
        pixels[104 + 40 * at : 116 + 40 * at, 600:612] = COLOURS[at]
        lines += [_line(value, 280, 150 + 130 * at), _line(name, 618, 100 + 40 * at)]
    page = Page(1, 960, 540, tuple(lines))
    assert grids(elements_of(page, Tints(pixels))) == [(("Website", "44%"), ("App", "36%"), ("Desk", "20%"))]


def test_bars_that_lie_have_their_categories_left_of_them() -> None:
    pixels = np.full((540, 960, 3), 255, np.uint8)
    lines = []
    for row, (label, values) in enumerate((("Crew", (120, 140)), ("Fuel", (300, 260)), ("Port", (80, 60)))):
        lines.append(_line(label, 100, 120 + 90 * row))
        for at, value in enumerate(values):
            top = 100 + 90 * row + 32 * at
            pixels[top : top + 28, 200 : 200 + value] = COLOURS[at]
            lines.append(_line(str(value), 206 + value, top + 4))
    for at, name in enumerate(("Budget", "Actual")):
        pixels[444:456, 200 + 150 * at : 212 + 150 * at] = COLOURS[at]
        lines.append(_line(name, 218 + 150 * at, 440))
    found = grids(elements_of(Page(1, 960, 540, tuple(lines)), Tints(pixels)))
    assert found == [
        (("", "Budget", "Actual"), ("Crew", "120", "140"), ("Fuel", "300", "260"), ("Port", "80", "60")),
    ]


def test_bullets_of_one_colour_are_no_legend() -> None:
    pixels = np.full((540, 960, 3), 255, np.uint8)
    lines = []
    for row, text in enumerate(("12 new routes", "40 ships", "7 ports")):
        pixels[124 + 40 * row : 132 + 40 * row, 60:68] = BLUE
        lines.append(_line(text, 76, 120 + 40 * row))
    elements = elements_of(Page(1, 960, 540, tuple(lines)), Tints(pixels))
    assert not grids(elements)
    assert "12 new routes" in " ".join(element.text for element in elements)


def test_names_above_the_other_side_of_their_columns_still_name_them() -> None:
    page = PdfPage()
    page.text(40, 22, "Generation by source", 28, INK, True)
    rows = [("GWh", "Spring", "Summer", "Autumn"), ("Wind", "267", "526", "877"), ("Solar", "549", "294", "817"),
            ("Gas", "883", "702", "689")]  # fmt: skip
    for at, row in enumerate(rows):
        for place, cell in enumerate(row):
            right = 250 + 225 * place - page.width(cell, 17)
            page.text(
                46 if not place else 250 + 225 * (place - 1) + 5 if not at else right, 100 + 36 * at, cell, 17, INK
            )
    slide = deck_of(parse(pdf_file([page], "t"))["deck"]).slides[0]
    assert "Solar | Spring: 549 | Summer: 294 | Autumn: 817" in told(slide).text.splitlines()


def test_colours_travel_as_they_are_and_are_checked() -> None:
    tints = small(np.zeros((1200, 1920, 3), np.uint8) + np.uint8(7))
    plain = to_json(tints)
    again = of_json(plain)
    assert again is not None
    assert again.pixels.shape == (600, 960, 3)
    assert (again.pixels == 7).all()
    assert of_json(None) is None
    with pytest.raises(UnreadableDocument, match="do not fit"):
        of_json({**plain, "width": 17})


def _line(text: str, left: float, top: float, size: float = 16) -> Line:
    wide = sum(0.3 if letter in "il., " else 0.56 for letter in text) * size
    place = Place.of(left / 960, top / 540, wide / 960, 1.15 * size / 540)
    return Line(text, 1.0, place, (Word(text.replace(" ", "_"), 1.0, place),))
