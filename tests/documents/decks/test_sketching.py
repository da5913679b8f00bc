"""Sketches show what stands on a slide where it stands, say that they are sketches, and survive odd files."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from groundstone.documents.decks import child_sketch, guard, sketch_fonts
from groundstone.documents.decks.base import Chart, Element, Grid, Paragraph, Series, Slide
from groundstone.documents.decks.sketch_canvas import BLACK, Area, Canvas, Passage, Run
from groundstone.documents.decks.sketch_chart import draw
from groundstone.documents.decks.sketch_plain import sketch
from groundstone.errors import UnreadableDocument
from groundstone.records import Box

from .ample import ample_deck, text_deck, with_diagram

BLUE, RED = (40, 90, 200, 255), (200, 60, 40, 255)


def sketched(data: bytes, number: int, width: int = 640, **options: Any) -> Image.Image:
    answer = child_sketch.parse(data, guard.PPTX, number, width, **options)
    return Image.open(io.BytesIO(base64.b64decode(answer["png"]))).convert("RGB")


def ink(image: Image.Image, left: float, top: float, right: float, bottom: float) -> float:
    """The share of pixels of a part, given in fractions, that are not white."""
    box = (int(left * image.width), int(top * image.height), int(right * image.width), int(bottom * image.height))
    pixels = image.crop(box).convert("L")
    return sum(pixels.histogram()[:230]) / (pixels.width * pixels.height)


def shown(canvas: Canvas) -> Image.Image:
    return Image.open(io.BytesIO(canvas.png())).convert("RGB")


def changed(data: bytes, part: str, find: str, put: str) -> bytes:
    """A deck with one part of its XML changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            own = old.read(name)
            new.writestr(name, re.sub(find.encode(), put.encode(), own) if name == part else own)
    return out.getvalue()


@pytest.mark.parametrize("number", range(1, 11))
def test_every_slide_has_a_sketch_of_the_size_asked_for(number: int) -> None:
    image = sketched(ample_deck(), number)
    assert image.size == (640, 360)
    assert ink(image, 0, 0, 1, 1) > 0.005


def test_a_background_and_its_letters_have_their_colours() -> None:
    image = sketched(ample_deck(), 1)
    assert image.getpixel((20, 20)) == (0x12, 0x2B, 0x4A)
    assert any(colour == (255, 255, 255) for _, colour in image.getcolors(100_000) or ())


def test_text_stands_in_its_box_and_nowhere_else() -> None:
    image = sketched(ample_deck(), 10)
    assert ink(image, 0.0, 0.6, 1.0, 0.9) == 0
    assert ink(image, 0.02, 0.2, 0.35, 0.5) > 0.01
    assert ink(image, 0.35, 0.2, 0.7, 0.5) > 0.01


def test_rows_of_a_table_and_columns_of_a_chart_are_drawn() -> None:
    assert ink(sketched(ample_deck(), 3), 0.08, 0.27, 0.9, 0.35) > 0.8  # the header's ground
    chart = sketched(ample_deck(), 4)
    assert ink(chart, 0.1, 0.2, 0.9, 0.9) > 0.08


@pytest.mark.parametrize("drawn", [True, False])
def test_a_diagram_is_boxes_with_words(drawn: bool) -> None:
    image = sketched(with_diagram(drawn), 1)
    first, second = ink(image, 0.12, 0.4, 0.4, 0.6), ink(image, 0.65, 0.4, 0.9, 0.6)
    assert first > 0.7
    assert second > 0.7
    assert (0, 128, 64) in {colour for _, colour in image.getcolors(100_000) or ()} or not drawn


def test_a_sketch_says_that_it_is_one() -> None:
    image = sketched(ample_deck(), 10)
    assert ink(image, 0.9, 0.95, 1.0, 1.0) > 0.02


def test_a_sketch_is_always_the_same() -> None:
    one, two = (child_sketch.parse(ample_deck(), guard.PPTX, 9, 400)["png"] for _ in range(2))
    assert one == two


def test_without_its_styles_a_slide_is_sketched_by_its_elements() -> None:
    image = sketched(ample_deck(), 3, plain=True)
    assert ink(image, 0.08, 0.27, 0.9, 0.6) > 0.05


def test_a_slide_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UnreadableDocument):
        sketched(text_deck(2), 3)


@pytest.mark.parametrize(
    ("find", "put"),
    [
        ('sz="[0-9]+"', 'sz="nonsense"'),
        ("<a:off [^>]*>", '<a:off x="99999999999999" y="-99999999999999"/>'),
        ("<a:ext cx[^>]*>", '<a:ext cx="0" cy="0"/>'),
        ('prst="[a-zA-Z]+"', 'prst="noSuchShape"'),
        ("rot=\"[0-9]+\"", 'rot="NaN"'),
        ('val="[0-9]+"', 'val="-1e308"'),
    ],
)  # fmt: skip
def test_nonsense_in_the_file_does_not_stop_a_sketch(find: str, put: str) -> None:
    assert sketched(changed(ample_deck(), "ppt/slides/slide9.xml", find, put), 9, 320).size == (320, 180)


def test_letters_are_made_smaller_to_fit() -> None:
    canvas = Canvas(400, 200, scale=1)
    words = "A long sentence that needs far more room than there is. " * 6
    canvas.text([Passage((Run(words, 30),))], Area(50, 50, 300, 100))
    image = shown(canvas)
    assert ink(image, 0.13, 0.3, 0.87, 0.7) > 0.05
    assert ink(image, 0, 0.85, 1, 1) == 0


def test_letters_that_a_face_lacks_are_shown_some_other_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sketch_fonts, "_files", dict)
    sketch_fonts.font.cache_clear()
    sketch_fonts._has.cache_clear()
    try:
        assert (
            "".join(words for words, _ in sketch_fonts.runs("Größe – 5 € \U0001f600", 20, False, "sans"))
            == "Grosse - 5 EUR "
        )
    finally:
        sketch_fonts.font.cache_clear()
        sketch_fonts._has.cache_clear()


KINDS = ["column", "bar", "line", "area", "pie", "doughnut", "scatter", "bubble", "radar", "other"]


@pytest.mark.parametrize("kind", KINDS)
def test_charts_of_every_kind_are_drawn(kind: str) -> None:
    chart = Chart(
        kind, "Sales", ("Q1", "Q2", "Q3"), (Series("Europe", (1.0, None, 3.0), "0.0"), Series("Asia", (2.0, -1.0, 4.0)))
    )
    canvas = Canvas(600, 400, scale=1)
    draw(canvas, chart, Area(0, 0, 600, 400), [BLUE, RED], 14)
    colours = {colour for _, colour in shown(canvas).getcolors(100_000) or ()}
    assert BLUE[:3] in colours


@pytest.mark.parametrize("values", [(), (None, None), (0.0, 0.0), (1e300, 1e-300), (-5.0, -5.0), (7.0,)])
def test_charts_of_odd_numbers_are_drawn(values: tuple[float | None, ...]) -> None:
    for kind in KINDS:
        chart = Chart(kind, "", tuple(map(str, range(len(values)))), (Series("", values),))
        draw(Canvas(200, 150, scale=1), chart, Area(0, 0, 200, 150), [BLUE], 10, BLACK)


def test_a_slide_is_sketched_by_its_elements_alone() -> None:
    box = Box(0.1, 0.1, 0.8, 0.2, 1)
    elements = (
        Element("title", 1, box, (Paragraph("Results"),)),
        Element("table", 2, replace(box, top=0.4), grid=Grid((("a", "b"), ("1", "2")))),
        Element("diagram", 3, replace(box, top=0.65), (Paragraph("one"), Paragraph("two"))),
        Element("picture", 4, replace(box, top=0.85, height=0.1), alt="a harbour"),
        Element("text", 5, None, (Paragraph("somewhere", 1, None, True),)),
        Element("notes", 6, None, (Paragraph("never shown"),)),
    )
    image = shown(sketch(Slide(1, elements), {}, 480, (960, 540)))
    assert image.size == (480, 270)
    assert ink(image, 0.1, 0.4, 0.9, 0.5) > 0.3
