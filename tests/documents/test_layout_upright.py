"""Places as if the page stood upright, in text heights."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from groundstone.documents.base import Page
from groundstone.documents.layout import Rect, Upright, uprights
from tests.documents.pages import page_of, page_of_words, reading_of, tilted, turned

TEXT = """
First name           Jane                Second word         Here
Family name          Doe                 Another one         There

Street and number    12 High Street      Town                Rome
Telephone            555 0100            Country             Italy
+-------------------+-------------------+-------------------+-----+
|                   |                   |                   |     |
+-------------------+-------------------+-------------------+-----+
"""


def rects_of(page: Page) -> list[Rect]:
    upright = Upright(page)
    return [upright.rect(line) for line in page.lines]


def test_units_are_text_heights_and_right_is_right() -> None:
    page = page_of("Name      Jane\nCity      Rome")
    first, second = rects_of(page)[:2]
    assert first.height == pytest.approx(1.0)
    assert first.width == pytest.approx(2.0)
    assert second.left - first.left == pytest.approx(5.0)
    assert rects_of(page)[2].top - first.top == pytest.approx(1.6)


@pytest.mark.parametrize("degrees", [0, 1.5, -4, 8, 90, 93, 180, 270])
def test_turning_the_picture_changes_nothing_but_the_origin(degrees: float) -> None:
    straight, found = rects_of(page_of(TEXT)), rects_of(turned(page_of(TEXT), degrees))
    for before, after in zip(straight, found, strict=True):
        assert after.width == pytest.approx(before.width, abs=0.05)
        assert after.left - found[0].left == pytest.approx(before.left - straight[0].left, abs=0.05)
        assert after.top - found[0].top == pytest.approx(before.top - straight[0].top, abs=0.05)


def test_the_rotation_is_seen_in_the_lines_when_the_page_does_not_tell_it() -> None:
    for degrees in (2, 90, 183):
        page = replace(turned(page_of(TEXT), degrees), rotation=0.0)
        assert math.degrees(Upright(page).angle) % 360 == pytest.approx(degrees, abs=0.2)


def test_a_tilted_page_has_level_rows_and_upright_columns_again() -> None:
    found = rects_of(tilted(turned(page_of(TEXT), 3), 0.15))
    for row in (found[:4], found[4:8], found[8:12], found[12:16]):
        assert max(rect.middle[1] for rect in row) - min(rect.middle[1] for rect in row) < 0.25
    for column in range(4):
        lefts = [rect.left for rect in found[column:16:4]]
        assert max(lefts) - min(lefts) < 0.5


def test_there_and_back_again() -> None:
    page = tilted(turned(page_of(TEXT), 95), 0.1)
    upright = Upright(page)
    for line in page.lines:
        for point in line.place.points:
            assert upright.back(upright.point(point)) == pytest.approx(point, abs=1e-9)
        there = upright.rect(upright.place(upright.rect(line)))
        assert (there.left, there.bottom) == pytest.approx((upright.rect(line).left, upright.rect(line).bottom))


def test_a_page_without_words_and_words_without_size() -> None:
    empty = Upright(Page(1, 0, 0))
    assert empty.unit > 0
    flat = page_of_words([[("a", 10, 10, 10, 10)]])
    assert Upright(flat).rect(flat.lines[0]).width == 0


def test_one_for_each_page() -> None:
    assert sorted(uprights(reading_of(page_of("a"), page_of("b", 3)))) == [1, 3]
