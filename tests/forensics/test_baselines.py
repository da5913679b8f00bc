"""Digits, words and figures that stand off their line or column."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFont

from groundstone.forensics.words.child_words import look
from tests.forensics.word_pages import HEIGHT, Drawn, statement


def moved(drawn: Drawn, box: list[float], text: str, at: int, shift: int) -> None:
    """Paste one character some pixels lower."""
    own = ImageFont.load_default(30)
    left = round(box[2] - own.getlength(text) + own.getlength(text[:at]))
    area = (left, round(box[1]) - 2, round(left + own.getlength(text[at])), round(box[3]) + 2)
    piece = drawn.picture.crop(area)
    drawn.picture.paste("white", area)
    drawn.picture.paste(piece, (area[0], area[1] + shift))


def of_kind(found: list[dict[str, Any]], kind: str = "baseline") -> list[dict[str, Any]]:
    return [one for one in found if one["kind"] == kind]


@pytest.mark.parametrize("shift", [-3, -2, 2, 3])
def test_a_digit_that_was_pasted_some_pixels_off_is_found(shift: int) -> None:
    drawn = statement()
    box = drawn.write(900, 1000, "4825.36", 300)
    moved(drawn, box, "4825.36", 2, shift)
    (found,) = of_kind(look(drawn.pixels, drawn.words))
    way = "lower" if shift > 0 else "higher"
    assert found["text"] == f'The "2" in "4825.36" stands {abs(shift)}.0 pixels {way} than the digits beside it'
    assert found["odds"] > 1
    assert abs(found["boxes"][0]["top"] * HEIGHT - box[1] - shift) < 3


def test_a_line_of_print_that_runs_uphill_is_genuine() -> None:
    drawn = statement()
    turned = drawn.picture.rotate(0.6, Image.Resampling.BICUBIC, fillcolor="white")
    assert of_kind(look(np.asarray(turned), drawn.words)) == []


def test_digits_of_different_depth_are_genuine() -> None:
    drawn = statement()
    for number in range(4):
        drawn.write(600, 1000 + 60 * number, "1717.06", 300 + number)
    assert look(drawn.pixels, drawn.words) == []


def test_a_page_where_many_digits_stand_off_is_uneven_print() -> None:
    drawn = statement()
    for number in range(5):
        box = drawn.write(900, 960 + 60 * number, "4825.36", 300 + number)
        moved(drawn, box, "4825.36", number, 2)
    assert of_kind(look(drawn.pixels, drawn.words)) == []


def test_a_word_off_its_line_is_told_with_low_odds() -> None:
    drawn = statement()
    for right, text in ((220, "Paid"), (360, "account"), (500, "number"), (640, "under")):
        drawn.write(right, 1000, text, 300)
    drawn.write(800, 1003, "483216", 300)
    drawn.write(930, 1000, "here", 300)
    found = of_kind(look(drawn.pixels, drawn.words))
    assert [one["text"] for one in found] == ['"483216" stands 3.0 pixels below its line']
    assert 0 < found[0]["odds"] < 1


def test_a_figure_off_the_edge_of_its_column_is_told_with_low_odds() -> None:
    drawn = statement()
    drawn.write(906, 1000, "4825.36", 300)
    found = of_kind(look(drawn.pixels, drawn.words))
    assert len(found) == 1
    assert "off the right edge of its column" in found[0]["text"]
    assert 0 < found[0]["odds"] < 1


def test_a_figure_aligned_elsewhere_is_another_column() -> None:
    drawn = statement()
    drawn.write(960, 1000, "4825.36", 300)
    assert look(drawn.pixels, drawn.words) == []
