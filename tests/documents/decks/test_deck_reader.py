"""Decks of every kind read through the limited child, their pictures recognised, and drawn again."""

from __future__ import annotations

import io
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from groundstone.documents.decks.base import Deck, Slide
from groundstone.documents.decks.office import Office
from groundstone.documents.decks.pack import pack
from groundstone.documents.decks.reader import DeckReader
from groundstone.documents.decks.told import told
from groundstone.documents.reader import Reader
from groundstone.errors import Conflict, DocumentTooLarge, GroundstoneError, InvalidInput, UnreadableDocument

from .ample import ample_deck, slide_picture, table_picture, text_deck, words_picture


@pytest.fixture(scope="module")
def decks() -> Iterator[DeckReader]:
    """The real one; its reader of pictures is made when the first picture is met."""
    made: list[Reader] = []

    def documents() -> Reader:
        if not made:
            made.append(Reader(2))
        return made[0]

    reader = DeckReader(documents, 2)
    yield reader
    reader.close()
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def ample(decks: DeckReader) -> Deck:
    return decks.read(ample_deck(), "ample.pptx")


@pytest.fixture(scope="module")
def pictures(decks: DeckReader) -> Deck:
    return decks.read(pack([("10.jpg", table_picture()), ("9.jpg", slide_picture())]), "slides.zip")


def no_pictures() -> Reader:
    raise AssertionError("nothing of this deck has to be recognised")


def test_what_a_deck_is_shows_by_its_content(decks: DeckReader) -> None:
    assert decks.examine(text_deck(3), "wrong.pdf").page_count == 3
    seen = decks.examine(slide_picture())
    assert (seen.media_type, seen.page_count, seen.width, seen.height) == ("image/jpeg", 1, 960, 540)
    assert decks.examine(pack([("a.jpg", slide_picture())])).media_type == "application/zip"


def test_words_of_the_file_come_in_order_and_without_a_reader_of_pictures() -> None:
    reader = DeckReader(no_pictures)
    seen: list[Slide] = []
    steps: list[tuple[int, int]] = []
    try:
        deck = reader.read(text_deck(120), "text.pptx", on_slide=seen.append, progress=lambda *at: steps.append(at))
    finally:
        reader.close()
    assert [slide.number for slide in seen] == list(range(1, 121)) == [slide.number for slide in deck.slides]
    assert steps[-1] == (120, 120)
    assert steps == sorted(steps)
    assert deck.slides[119].title == "Chapter 120"
    assert deck.slide_count == 120
    levels = [(paragraph.text, paragraph.level) for paragraph in deck.slides[0].elements[1].paragraphs]
    assert levels[2] == ("Freight above all", 1)


def test_a_text_deck_is_ready_in_seconds() -> None:
    data = text_deck(31)
    reader = DeckReader(no_pictures)
    try:
        start = time.perf_counter()
        reader.read(data)
        assert time.perf_counter() - start < 10  # 1.0 s on a quiet machine
    finally:
        reader.close()


def test_words_in_a_picture_stand_where_the_picture_shows_them(ample: Deck) -> None:
    slide = ample.slides[7]
    picture = next(element for element in slide.elements if element.kind == "picture")
    assert picture.source == "ocr"
    assert "3.7 million euros" in picture.text
    assert "Inventory" in picture.text
    for paragraph in picture.paragraphs:
        assert paragraph.box
        assert picture.box
        assert paragraph.box.page == 8
        assert picture.box.left < paragraph.box.left < 0.4
        assert 0.3 < paragraph.box.top < 0.7
    assert "3.7 million euros" in told(slide).text


def test_a_slide_with_pictures_is_told_twice(decks: DeckReader) -> None:
    numbers: list[int] = []
    decks.read(ample_deck(), on_slide=lambda slide: numbers.append(slide.number))
    assert numbers == [*range(1, 11), 8]


def test_pictures_are_slides_in_natural_order(pictures: Deck) -> None:
    assert [slide.title for slide in pictures.slides] == ["Why teams choose Falcon", "Sizes at a glance"]
    first = pictures.slides[0]
    lines = [
        (one.text, one.level) for element in first.elements if element.kind == "text" for one in element.paragraphs
    ]
    assert lines == [
        ("Up to 3.5x higher throughput", 0), ("Measured at batch size 8", 1), ("60% lower cost per inference", 0),
        ("Scales to 20,000 accelerators", 0),
    ]  # fmt: skip
    assert [element.kind for element in first.elements][-1] == "footer"
    assert all(element.source == "ocr" for element in first.elements)


def test_a_table_in_a_picture_is_a_table(pictures: Deck) -> None:
    grid = next(element.grid for element in pictures.slides[1].elements if element.grid)
    assert grid.rows == (
        ("Size", "Cores", "Price"),
        ("small", "4", "0.76"),
        ("medium", "16", "1.97"),
        ("large", "96", "6.49"),
    )
    assert {box.page for row in grid.boxes for box in row} == {2}
    assert "medium | Cores: 16 | Price: 1.97" in told(pictures.slides[1]).text


def test_a_picture_slide_is_told_when_it_was_read(decks: DeckReader) -> None:
    seen: list[Slide] = []
    decks.read(slide_picture(), on_slide=seen.append)
    assert [slide.title for slide in seen] == ["Why teams choose Falcon"]


def test_a_scanned_pdf_is_recognised(decks: DeckReader) -> None:
    out = io.BytesIO()
    Image.open(io.BytesIO(slide_picture())).save(out, "PDF", resolution=72)
    deck = decks.read(out.getvalue(), "scan.pdf")
    assert deck.media_type == "application/pdf"
    assert deck.slides[0].title == "Why teams choose Falcon"
    assert decks.picture(out.getvalue(), "scan.pdf", 1, 480, deck).how == "pdf"


def test_a_picture_that_is_damaged_costs_only_itself(decks: DeckReader) -> None:
    deck = decks.read(pack([("1.jpg", slide_picture()[:3000]), ("2.jpg", slide_picture())]))
    assert [bool(slide.problems) for slide in deck.slides] == [True, False]
    assert deck.slides[1].title == "Why teams choose Falcon"


def test_reading_stops(decks: DeckReader) -> None:
    stop = threading.Event()
    with pytest.raises(Conflict):
        decks.read(ample_deck(), on_slide=lambda _: stop.set(), stop=stop)


def test_each_kind_is_drawn(decks: DeckReader, ample: Deck, pictures: Deck) -> None:
    sketch = decks.picture(ample_deck(), "ample.pptx", 4, 640, ample)
    assert (sketch.how, sketch.width, sketch.height) == ("sketch", 640, 360)
    assert Image.open(io.BytesIO(sketch.png)).size == (640, 360)
    packed = pack([("10.jpg", table_picture()), ("9.jpg", slide_picture())])
    shown = decks.picture(packed, "slides.zip", 2, 480, pictures)
    assert (shown.how, shown.width, shown.height) == ("picture", 480, 270)
    assert decks.picture(words_picture(), "one.png", 1, 200).height == 100


@pytest.mark.parametrize(("number", "width"), [(0, 640), (11, 640), (1, 0), (1, 100_000)])
def test_a_slide_or_width_that_there_is_not_is_refused(decks: DeckReader, ample: Deck, number: int, width: int) -> None:
    with pytest.raises(InvalidInput):
        decks.picture(ample_deck(), "ample.pptx", number, width, ample)


def test_bad_files_have_named_errors(decks: DeckReader) -> None:
    for data in (b"", b"hello", b"PK\x05\x06" + bytes(18), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)):
        with pytest.raises(UnreadableDocument):
            decks.read(data, "deck.pptx")
    small = DeckReader(no_pictures, max_bytes=1000)
    with pytest.raises(DocumentTooLarge):
        small.read(bytes(2000))


def test_a_member_that_is_a_bomb_is_refused(decks: DeckReader) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"presentationml" + bytes(200 * 2**20))
    with pytest.raises(GroundstoneError):
        decks.read(out.getvalue())


@given(part=st.floats(0, 1))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_deck_that_is_cut_short_is_an_error_with_a_name_or_a_part(decks: DeckReader, part: float) -> None:
    data = text_deck(3)
    with suppress(GroundstoneError):
        assert decks.read(data[: int(len(data) * part)]).slide_count <= 3


@given(place=st.floats(0, 1), value=st.integers(0, 255))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_deck_with_a_wrong_byte_is_an_error_with_a_name_or_read(decks: DeckReader, place: float, value: int) -> None:
    data = bytearray(text_deck(3))
    data[int(place * (len(data) - 1))] = value
    with suppress(GroundstoneError):
        decks.read(bytes(data))
        decks.picture(bytes(data), "deck.pptx", 1, 320)


def test_packed_pictures_are_the_same_in_any_order() -> None:
    one, two = ("Slide 2.jpg", slide_picture()), ("slide 10.jpg", table_picture())
    assert pack([one, two]) == pack([two, one])
    assert zipfile.ZipFile(io.BytesIO(pack([two, one]))).namelist() == ["Slide 2.jpg", "slide 10.jpg"]
    for pictures_ in ([], [one, one]):
        with pytest.raises(InvalidInput):
            pack(pictures_)


def test_libreoffice_draws_where_there_is_one(tmp_path: Path, ample: Deck, caplog: pytest.LogCaptureFixture) -> None:
    pages = [Image.new("RGB", (320, 180), (0, 200 - 10 * number, 0)) for number in range(10)]
    pages[0].save(tmp_path / "ten.pdf", save_all=True, append_images=pages[1:])
    script = tmp_path / "soffice"
    script.write_text(f"#!/bin/sh\nmkdir out; cp {tmp_path}/ten.pdf out/deck.pdf\n")
    script.chmod(0o755)
    reader = DeckReader(no_pictures, office=Office(str(script), tmp_path / "kept"))
    try:
        shown = reader.picture(ample_deck(), "ample.pptx", 3, 320, ample)
        assert shown.how == "libreoffice"
        assert Image.open(io.BytesIO(shown.png)).getpixel((160, 90))[1] in range(170, 190)  # type: ignore[index]
        assert reader.picture(text_deck(2), "two.pptx", 1, 320).how == "sketch"  # the PDF has other pages
    finally:
        reader.close()
    assert "LibreOffice left slides out" in caplog.text
