"""Digits in another font than the rest of the page."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageFont

from groundstone.documents.base import Line, Page, Place, Reading, Word, reading_json
from groundstone.forensics.words.child_words import look, parse
from groundstone.forensics.words.features import unlike
from groundstone.forensics.words.glyphs import Placed, darkness, glyphs_of
from groundstone.forensics.words.upright import sent, upright
from tests.forensics.word_pages import HEIGHT, WIDTH, Drawn, statement


def words_of(drawn: Drawn) -> list[Placed]:
    made = upright(drawn.pixels, drawn.words, 0.0)
    assert made is not None
    return made[1]


def test_a_page_in_one_font_says_nothing() -> None:
    drawn = statement()
    assert look(drawn.pixels, drawn.words) == []


def test_words_are_cut_into_their_characters() -> None:
    drawn = statement(2)
    glyphs = glyphs_of(darkness(drawn.pixels), words_of(drawn))
    texts = {"".join(glyphs.text[n] for n in np.flatnonzero(glyphs.word == w)) for w in np.unique(glyphs.word)}
    assert {"1234.00", "5678.00", "1851.37"} <= texts
    assert abs(float(np.median(glyphs.height[[c.isdigit() for c in glyphs.text]])) - 21) < 2
    assert np.allclose(np.linalg.norm(glyphs.patches, axis=1), 1, atol=1e-3)


def test_digits_of_one_font_are_alike_to_the_last() -> None:
    drawn = statement()
    differing = unlike(glyphs_of(darkness(drawn.pixels), words_of(drawn)))
    known = np.isfinite(differing.shape)
    assert known.sum() > 60
    assert float(differing.shape[known].max()) < 0.05
    assert not differing.misread[known].any()


def test_a_digit_drawn_otherwise_in_a_word_of_the_page_is_found() -> None:
    drawn = statement()
    text = "4825.36"
    box = drawn.write(900, 1000, text, 300)
    thick(drawn, box, text, 1)
    (found,) = look(drawn.pixels, drawn.words)
    assert found["kind"] == "font"
    assert 0 < found["odds"] <= 1.5
    assert found["text"].startswith('The "8" in "4825.36" is drawn unlike')
    place = found["boxes"][0]
    assert box[0] < place["left"] * WIDTH < box[2]
    assert box[1] - 3 < place["top"] * HEIGHT < box[3]


def thick(drawn: Drawn, box: list[float], text: str, at: int) -> None:
    """Make one digit narrow and bold, as another face would have it."""
    own = ImageFont.load_default(30)
    left = round(box[2] - own.getlength(text) + own.getlength(text[:at]))
    right = round(left + own.getlength(text[at]))
    area = (left, round(box[1]) - 2, right, round(box[3]) + 2)
    digit = drawn.picture.crop(area)
    narrow = digit.resize((digit.width * 3 // 4, digit.height))
    drawn.picture.paste("white", area)
    for step in (1, 2):
        bold = Image.new("RGB", narrow.size, "white")
        bold.paste(narrow, (0, 0))
        pixels = np.minimum(np.asarray(bold), np.roll(np.asarray(bold), step, axis=1))
        narrow = Image.fromarray(pixels)
    drawn.picture.paste(narrow, (left + 2, area[1]))


def test_a_bold_total_is_genuine() -> None:
    drawn = statement()
    box = drawn.write(900, 1000, "9321.45", 300)
    own = drawn.picture.crop((0, round(box[1]) - 3, WIDTH, round(box[3]) + 3))
    bold = np.minimum(np.asarray(own), np.roll(np.asarray(own), 1, axis=1))
    drawn.picture.paste(Image.fromarray(bold), (0, round(box[1]) - 3))
    assert look(drawn.pixels, drawn.words) == []


def test_a_page_of_few_figures_says_nothing() -> None:
    drawn = statement(1)
    thick(drawn, drawn.write(900, 300, "4825.36", 300), "4825.36", 1)
    assert look(drawn.pixels, drawn.words) == []


def test_a_turned_page_shows_the_same_in_its_own_places() -> None:
    drawn = statement()
    box = drawn.write(900, 1000, "4825.36", 300)
    thick(drawn, box, "4825.36", 1)
    turned = np.ascontiguousarray(np.rot90(drawn.pixels, -1))  # clockwise
    words = [
        [text, sure, line, *(v for x, y in zip(at[::2], at[1::2], strict=True) for v in (1 - y, x))]
        for text, sure, line, *at in drawn.words
    ]
    (found,) = look(turned, words, 90.0)
    (straight,) = look(drawn.pixels, drawn.words)
    assert found["text"] == straight["text"]
    one, other = found["boxes"][0], straight["boxes"][0]
    assert one["left"] == pytest.approx(1 - other["top"] - other["height"], abs=1e-3)
    assert one["top"] == pytest.approx(other["left"], abs=1e-3)


def test_a_page_that_is_too_skewed_is_left_out() -> None:
    drawn = statement()
    assert look(drawn.pixels, drawn.words, 7.0) == []
    assert look(drawn.pixels, []) == []


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (200, 3)])
def test_tiny_pictures_and_wrong_places_raise_nothing(shape: tuple[int, int]) -> None:
    pixels = np.zeros((*shape, 3), np.uint8)
    words = [["12.00", 1.0, 0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0], ["", 0.5, 1, *([2.0] * 8)]]
    assert look(pixels, words) == []


def test_the_child_reads_a_picture_and_tells_sums_as_well() -> None:
    lines = []
    for n, (label, text) in enumerate([("Tea", "12.50"), ("Cake", "4.20"), ("Total", "18.70")]):
        words = (Word(label, 0.99, _at(0.1, n)), Word(text, 0.99, _at(0.7, n)))
        lines += [Line(word.text, 0.99, word.place, (word,)) for word in words]
    page = Page(1, 400, 200, tuple(lines))
    file = io.BytesIO()
    Image.new("RGB", (400, 200), "white").save(file, "PNG")
    answer = parse(file.getvalue(), "image/png", 1, reading_json(Reading("image/png", (page,), 1)))
    assert [one["kind"] for one in answer["evidence"]] == ["amount"]
    assert set(answer["evidence"][0]["boxes"][0]) == {"left", "top", "width", "height", "page"}
    assert parse(file.getvalue(), "image/png", 1, words=sent(page)) == {"evidence": []}


def _at(left: float, row: int) -> Place:
    return Place.of(left, 0.2 + 0.2 * row, 0.15, 0.1)
