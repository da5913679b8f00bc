"""Marks and rulings in drawn pictures: turned, noisy, blurred, compressed, and odd ones."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from groundstone.documents.base import Mark, Ruling
from groundstone.documents.layout.drawn import find_drawn
from groundstone.documents.layout.marks import find_marks
from groundstone.documents.layout.rulings import find_rulings

WIDE, HIGH, BOX = 850, 1100, 26
KINDS = ["empty", "tick", "cross", "fill", "round", "dot"]
Damage = Callable[[Image.Image], Image.Image]


def form() -> Image.Image:
    """Three columns of six marks with words, letters that look like marks, and a table of 3 x 4 cells."""
    image = Image.new("RGB", (WIDE, HIGH), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(24)
    draw.text((60, 30), "ODD BOOKS 00 D0O Q8B", font=ImageFont.load_default(44), fill="black")
    for number, kind in enumerate(KINDS):
        for column in range(3):
            x, y = 60 + column * 260, 110 + number * 60
            _mark(draw, kind, x, y)
            draw.text((x + BOX + 14, y - 3), "Good O 0 Dog", font=font, fill="black")
    for row in range(4):
        draw.line((60, 520 + row * 60, 780, 520 + row * 60), fill="black", width=2)
        for column in range(4):
            if row < 3:
                draw.text((72 + column * 180, 535 + row * 60), "Cell OD", font=font, fill="black")
    for column in range(5):
        draw.line((60 + column * 180, 520, 60 + column * 180, 700), fill="black", width=2)
    for row in range(8):
        draw.text((60, 730 + row * 40), "The quick brown fox jumps over 0123456789 lazy dogs", font=font, fill="black")
    return image


def _mark(draw: ImageDraw.ImageDraw, kind: str, x: int, y: int) -> None:
    end_x, end_y = x + BOX, y + BOX
    if kind in ("round", "dot"):
        draw.ellipse((x, y, end_x, end_y), outline="black", width=2)
    else:
        draw.rectangle((x, y, end_x, end_y), outline="black", width=2)
    if kind == "tick":
        draw.line([(x + 5, y + 14), (x + 11, y + 20), (end_x - 4, y + 5)], fill="black", width=3)
    if kind == "cross":
        draw.line((x + 4, y + 4, end_x - 4, end_y - 4), fill="black", width=3)
        draw.line((end_x - 4, y + 4, x + 4, end_y - 4), fill="black", width=3)
    if kind == "fill":
        draw.rectangle((x + 4, y + 4, end_x - 4, end_y - 4), fill="black")
    if kind == "dot":
        draw.ellipse((x + 7, y + 7, end_x - 7, end_y - 7), fill="black")


def noisy(image: Image.Image) -> Image.Image:
    pixels = np.asarray(image) + np.random.default_rng(7).normal(0, 15, (HIGH, WIDE, 3))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def compressed(image: Image.Image) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=40)
    return Image.open(buffer)


def rotated(degrees: float) -> Damage:
    return lambda image: image.rotate(-degrees, resample=Image.Resampling.BICUBIC, fillcolor="white")


def shaded(image: Image.Image) -> Image.Image:
    shade = np.linspace(0.55, 1.0, WIDE)[None, :, None]
    return Image.fromarray((np.asarray(image) * shade).astype(np.uint8))


DAMAGES: dict[str, tuple[Damage, float]] = {
    "clean": (lambda image: image, 1.0),
    "noise": (noisy, 0.9),
    "jpeg": (compressed, 0.9),
    "blur": (lambda image: image.filter(ImageFilter.GaussianBlur(0.8)), 0.85),
    "turned 2": (rotated(2), 0.9),
    "turned -4": (rotated(-4), 0.8),
    "shade": (shaded, 0.95),
    "large": (lambda image: image.resize((2 * WIDE, 2 * HIGH)), 0.95),
}


def pixels_of(image: Image.Image) -> Any:
    return np.asarray(image.convert("RGB"))


def middle(mark: Mark) -> tuple[float, float]:
    box = mark.place.box
    return box.left + box.width / 2, box.top + box.height / 2


@pytest.mark.parametrize("name", DAMAGES)
def test_marks_are_found_with_their_state_and_letters_are_not_marks(name: str) -> None:
    damage, least = DAMAGES[name]
    found = find_marks(pixels_of(damage(form())))
    wanted = 3 * len(KINDS)
    assert least * wanted <= len(found) <= wanted + 1
    ticked = sum(mark.checked for mark in found)
    assert abs(ticked - 3 * 4 * len(found) / wanted) <= 3
    assert all(0 < mark.confidence <= 1 for mark in found)


def test_each_kind_of_mark_on_a_clean_page() -> None:
    found = find_marks(pixels_of(form()))
    rows: dict[int, list[bool]] = {}
    for mark in found:
        rows.setdefault(round((middle(mark)[1] * HIGH - 110 - BOX / 2) / 60), []).append(mark.checked)
    assert rows == {number: [kind not in ("empty", "round")] * 3 for number, kind in enumerate(KINDS)}
    left = min(middle(mark)[0] for mark in found)
    assert abs(left * WIDE - 60 - BOX / 2) < 2


@pytest.mark.parametrize("name", [name for name in DAMAGES if name != "large"])
def test_rulings_of_a_table_are_found_and_strokes_of_letters_are_not(name: str) -> None:
    found = find_rulings(pixels_of(DAMAGES[name][0](form())))
    level = [ruling for ruling in found if is_level(ruling)]
    assert len(level) == 4
    assert len(found) - len(level) == 5
    assert all(abs(ruling.end[0] - ruling.start[0]) * WIDE > 690 for ruling in level)


def is_level(ruling: Ruling) -> bool:
    across, down = ruling.end[0] - ruling.start[0], ruling.end[1] - ruling.start[1]
    return abs(across) * WIDE > abs(down) * HIGH


def test_the_border_of_a_filled_cell_is_a_ruling() -> None:
    image = Image.new("RGB", (WIDE, HIGH), "white")
    ImageDraw.Draw(image).rectangle((100, 200, 700, 260), fill=(90, 140, 210))
    found = sorted(round(ruling.start[1] * HIGH) for ruling in find_rulings(pixels_of(image)) if is_level(ruling))
    assert len(found) == 2
    assert abs(found[0] - 200) < 5
    assert abs(found[1] - 260) < 5


def test_squares_of_a_code_and_places_for_letters_are_no_marks() -> None:
    image = Image.new("RGB", (WIDE, HIGH), "white")
    draw = ImageDraw.Draw(image)
    modules = np.random.default_rng(3).integers(0, 2, (25, 25))
    for row, column in zip(*np.nonzero(modules), strict=True):
        draw.rectangle((100 + 6 * column, 100 + 6 * row, 105 + 6 * column, 105 + 6 * row), fill="black")
    for x, y in ((100, 100), (208, 100), (100, 208)):
        draw.rectangle((x, y, x + 47, y + 47), fill="white")
        draw.rectangle((x, y, x + 41, y + 41), fill="black")
        draw.rectangle((x + 6, y + 6, x + 35, y + 35), fill="white")
        draw.rectangle((x + 12, y + 12, x + 29, y + 29), fill="black")
    for place in range(8):
        draw.rectangle((100 + 34 * place, 500, 128 + 34 * place, 530), outline="black", width=2)
    assert find_marks(pixels_of(image)) == []


@pytest.mark.parametrize("shape", [(1, 1, 3), (0, 5, 3), (9, 9, 3), (20, 3000, 3), (300, 300), (300, 200, 4), (3,)])
@pytest.mark.parametrize("value", [0, 255, None])
def test_any_array_gives_an_answer(shape: tuple[int, ...], value: int | None) -> None:
    random = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    marks, rulings = find_drawn(random if value is None else np.full(shape, value, np.uint8))
    assert all(0 <= x <= 1 and 0 <= y <= 1 for mark in marks for x, y in mark.place.points)
    assert all(0 <= value <= 1 for ruling in rulings for value in (*ruling.start, *ruling.end))


def test_marks_and_rulings_together_are_those_found_apart() -> None:
    pixels = pixels_of(form())
    assert find_drawn(pixels) == (find_marks(pixels), find_rulings(pixels))


@pytest.mark.parametrize(("width", "radius"), [(1, 0), (2, 0), (4, 0), (2, 4), (4, 4)])
def test_thin_thick_and_rounded_frames_and_filled_ones_with_a_bright_tick(width: int, radius: int) -> None:
    image = Image.new("RGB", (WIDE, HIGH), "white")
    draw = ImageDraw.Draw(image)
    for row in range(4):
        place = (100, 100 + 60 * row, 124, 124 + 60 * row)
        filled = "#1a56c4" if row == 2 else None
        draw.rounded_rectangle(place, radius, fill=filled, outline=filled or "black", width=width)
        if filled:
            draw.line([(105, 232), (110, 238), (119, 226)], fill="white", width=3)
        draw.text((140, 100 + 60 * row), "Morning", font=ImageFont.load_default(24), fill="black")
    assert [mark.checked for mark in find_marks(pixels_of(image))] == [False, False, True, False]


def test_a_box_in_a_cell_is_a_mark_and_the_cell_is_none() -> None:
    image = Image.new("RGB", (WIDE, HIGH), "white")
    draw = ImageDraw.Draw(image)
    for row in range(3):
        for column in range(3):
            left, top = 100 + 40 * column, 100 + 40 * row
            draw.rectangle((left, top, left + 40, top + 40), outline="black", width=2)
        draw.rectangle((110, 111 + 40 * row, 129, 130 + 40 * row), outline="black", width=2)
    found = find_marks(pixels_of(image))
    assert [round(middle(mark)[0] * WIDE) for mark in found] == pytest.approx([120] * 3, abs=2)
    assert not any(mark.checked for mark in found)
