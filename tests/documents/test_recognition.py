"""Text on pictures: words and their places, however the page lies."""

from __future__ import annotations

from math import cos, hypot, radians, sin

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from groundstone.documents.base import Page, Place
from groundstone.documents.reader import Reader

from .sheets import card, saved, turned, wanted, words


def read(reader: Reader, image: Image.Image) -> Page:
    [page] = reader.read(saved(image)).pages
    return page


def test_a_card_is_read_word_for_word(reader: Reader) -> None:
    page = read(reader, card())
    assert words(page) == wanted()
    assert (page.rotation, page.source) == (0.0, "ocr")


def test_a_label_and_its_value_are_two_lines(reader: Reader) -> None:
    page = read(reader, card())
    assert [line.text for line in page.lines][1:5] == ["Name", "Jane Q. Example", "Date of Birth", "1980-12-11"]


@pytest.mark.parametrize("degrees", [2, 8, 45, 90, 120, 180, 183, 270, 350])
def test_a_turned_page_is_read_in_order_and_tells_its_turn(reader: Reader, degrees: int) -> None:
    image = turned(card(), degrees)
    page = read(reader, image)
    assert words(page) == wanted()
    assert abs((page.rotation - degrees + 180) % 360 - 180) < 1
    for line in page.lines:
        (x1, y1), (x2, y2) = line.place.points[:2]
        along = ((x2 - x1) * image.width, (y2 - y1) * image.height)
        across = hypot(*along)
        assert (along[0] * cos(radians(degrees)) + along[1] * sin(radians(degrees))) / across > 0.9


def test_words_lie_in_their_lines_and_follow_each_other(reader: Reader) -> None:
    page = read(reader, card())
    for line in page.lines:
        assert line.text == " ".join(word.text for word in line.words)
        assert not any(" " in word.text for word in line.words)
        assert all(_holds(line.place, word.place) for word in line.words)
        lefts = [word.place.box.left for word in line.words]
        assert lefts == sorted(lefts)
        assert all(0 <= word.confidence <= 1 for word in line.words)


def test_words_are_where_they_were_drawn(reader: Reader) -> None:
    image = Image.new("RGB", (900, 120), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(30)
    x, drawn = 40.0, []
    for word in "Moderna batch 32Z13116 given 2021-10-02".split():
        drawn.append(draw.textbbox((x, 40), word, font=font))
        draw.text((x, 40), word, fill="black", font=font)
        x += draw.textlength(word + " ", font=font)
    [line] = read(reader, image).lines
    for word, (left, _, right, _) in zip(line.words, drawn, strict=True):
        box = word.place.box
        assert box.left * 900 == pytest.approx(left, abs=6)
        assert (box.left + box.width) * 900 == pytest.approx(right, abs=6)


@pytest.mark.parametrize("width", [450, 700, 2400])
def test_small_and_large_prints_are_read_alike(reader: Reader, width: int) -> None:
    image = card()
    page = read(reader, image.resize((width, image.height * width // image.width)))
    assert words(page) == wanted()


@pytest.mark.parametrize("damage", ["blur", "noise", "shadow", "perspective", "jpeg"])
def test_a_poor_photograph_is_read(reader: Reader, damage: str) -> None:
    image = _damaged(card(), damage)
    read_words = words(read(reader, image))
    assert len(set(wanted()) & set(read_words)) >= 0.95 * len(set(wanted()))


def test_columns_of_prose_are_read_one_after_the_other(reader: Reader) -> None:
    image = Image.new("RGB", (1300, 460), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(24)
    draw.text((60, 20), "A heading that runs across both of the columns of this page", fill="black", font=font)
    left = [
        f"{word} line of the left column of prose" for word in ("First", "Second", "Third", "Fourth", "Fifth", "Sixth")
    ]
    right = [line.replace("left", "right") for line in left]
    for row, (one, other) in enumerate(zip(left, right, strict=True)):
        draw.text((60, 90 + 56 * row), one, fill="black", font=font)
        draw.text((700, 90 + 56 * row), other, fill="black", font=font)
    lines = [line.text for line in read(reader, image).lines]
    assert lines[1:] == left + right


def test_right_to_left_script_does_no_harm(reader: Reader) -> None:
    image = card([["Name"]])
    draw = ImageDraw.Draw(image)
    for x in range(400, 800, 30):  # strokes like letters of a script that is not known
        draw.arc((x, 30, x + 25, 65), x % 360, (x + 200) % 360, fill="black", width=4)
    assert "Name" in words(read(reader, image))


def test_boxes_are_drawn_and_parts_are_painted_over(reader: Reader) -> None:
    data = saved(card())
    [page] = reader.read(data).pages
    name = page.lines[2].place
    png = reader.picture(data, 1, width=900, marks=[(page.lines[0].place, "Title", "answer")], hide=[name])
    assert png.startswith(b"\x89PNG")
    again = reader.read(png)
    assert "Example" not in again.text
    assert "1980-12-11" in again.text
    assert reader.examine(png).width == 900


def _holds(outer: Place, inner: Place) -> bool:
    a, b, slack = outer.box, inner.box, 0.005
    return (
        a.left - slack <= b.left
        and a.top - slack <= b.top
        and b.left + b.width <= a.left + a.width + slack
        and b.top + b.height <= a.top + a.height + slack
    )


def _damaged(image: Image.Image, damage: str) -> Image.Image:
    pixels, (width, height) = np.asarray(image), image.size
    if damage == "blur":
        return image.filter(ImageFilter.GaussianBlur(1.6))
    if damage == "noise":
        noise = np.random.default_rng(0).normal(0, 25, pixels.shape)
        return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))
    if damage == "shadow":
        return Image.fromarray((pixels * np.linspace(0.25, 1, width)[None, :, None]).astype(np.uint8))
    if damage == "jpeg":
        from io import BytesIO

        return Image.open(BytesIO(saved(image, "JPEG", quality=18)))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = np.array([[0.1, 0.05], [0.92, 0], [1, 0.95], [0, 1]], np.float32) * (width, height)
    warp = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    return Image.fromarray(cv2.warpPerspective(pixels, warp, (width, height), borderValue=(90, 80, 70)))
