"""Pictures are taken pixel by pixel as they are stored, or refused in words."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from groundstone.errors import DocumentTooLarge, GroundstoneError, InvalidInput, UnreadableDocument
from groundstone.forensics.picture import load, reasons
from tests.documents.pdf_files import Sheet, pdf
from tests.forensics.scanned_page import coloured, drawn, saved, scanned


def test_png_gives_its_own_pixels() -> None:
    loaded = load(saved(coloured(scanned())), "image/png")
    assert np.array_equal(loaded.rgb, coloured(scanned()))
    assert (loaded.quantisation, loaded.notes, loaded.embedded) == (None, (), False)
    assert reasons(loaded) == []


def test_jpeg_gives_its_tables_in_reading_order() -> None:
    file = saved(coloured(scanned()), "JPEG", quality=83, subsampling="4:2:2")
    loaded = load(file, "image/jpeg")
    with Image.open(BytesIO(file)) as image:
        assert loaded.quantisation is not None
        for number, table in enumerate(loaded.quantisation):
            assert table.ravel().tolist() == list(image.quantization[number])  # type: ignore[attr-defined]
    assert loaded.subsampling == "4:2:2"


def test_grey_jpeg_has_one_table_twice() -> None:
    loaded = load(saved(scanned(), "JPEG", quality=70), "image/jpeg")
    assert loaded.quantisation is not None
    assert np.array_equal(*loaded.quantisation)
    assert loaded.subsampling == "grey"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_moves_pixels_and_the_grid(orientation: int) -> None:
    """Shown upright, whole blocks of the file's own save begin at ``grid``."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    page = Image.fromarray(coloured(scanned()[:203, :301]))
    file = saved(page, "JPEG", quality=40, exif=exif)
    loaded = load(file, "image/jpeg")
    with Image.open(BytesIO(file)) as stored:
        assert np.array_equal(loaded.rgb, np.asarray(ImageOps.exif_transpose(stored)))
    left, top = loaded.grid
    luma = np.asarray(Image.fromarray(loaded.rgb).convert("L"), np.float32)
    steps = [np.abs(np.diff(luma, axis=1))[:, place::8].mean() for place in range(8)]
    assert int(np.argmax(steps)) == (left - 1) % 8
    steps = [np.abs(np.diff(luma, axis=0))[place::8].mean() for place in range(8)]
    assert int(np.argmax(steps)) == (top - 1) % 8


def test_scan_with_a_hidden_layer_is_still_one_picture() -> None:
    page = Image.fromarray(coloured(scanned()))
    sheet = Sheet(picture=(0, 0, 900, 700, page), texts=[(40, 40, 12, "hidden")], hidden=True, size=(900, 700))
    loaded = load(pdf(sheet), "application/pdf")
    assert loaded.embedded
    assert loaded.rgb.shape == (700, 900, 3)
    assert loaded.quantisation is not None


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_turned_scan_is_shown_upright(turned: int) -> None:
    page = Image.fromarray(coloured(scanned()))
    loaded = load(pdf(Sheet(picture=(0, 0, 900, 700, page), turned=turned, size=(900, 700))), "application/pdf")
    stored = np.asarray(Image.open(BytesIO(saved(page, "JPEG", quality=92))))
    assert np.array_equal(loaded.rgb, np.rot90(stored, -turned // 90))


def test_drawn_page_says_that_it_holds_no_traces() -> None:
    loaded = load(
        pdf(Sheet(texts=[(40, 40 * row, 18, "Some words on a line") for row in range(1, 9)])), "application/pdf"
    )
    assert not loaded.embedded
    assert "drawn from text" in loaded.notes[0]


def test_page_with_a_picture_and_more_is_drawn_anew() -> None:
    sheet = Sheet(picture=(50, 50, 300, 200, drawn()), texts=[(40, 300, 18, "Words")])
    assert "drawn anew" in load(pdf(sheet), "application/pdf").notes[0]


@pytest.mark.parametrize(
    ("image", "kind", "media_type", "said"),
    [
        (drawn().convert("CMYK"), "JPEG", "image/jpeg", "CMYK"),
        (drawn().convert("P"), "PNG", "image/png", "palette"),
        (drawn().convert("P"), "GIF", "image/gif", "256 colours"),
        (drawn().convert("RGB"), "WEBP", "image/webp", "WebP"),
        (Image.fromarray(np.asarray(drawn()).astype(np.uint16) * 257), "PNG", "image/png", "16"),
    ],
)
def test_converted_pictures_say_so(image: Image.Image, kind: str, media_type: str, said: str) -> None:
    loaded = load(saved(image, kind), media_type)
    assert loaded.rgb.shape == (700, 900, 3)
    assert any(said in note for note in loaded.notes)
    assert np.abs(loaded.rgb.mean() - np.asarray(drawn()).mean()) < 3


def test_a_jpeg_of_four_colours_cannot_be_judged() -> None:
    (said,) = reasons(load(saved(drawn().convert("CMYK"), "JPEG"), "image/jpeg"))
    assert "four colours" in said


def test_transparent_parts_lie_on_white() -> None:
    image = drawn().convert("RGBA")
    image.putalpha(0)
    loaded = load(saved(image), "image/png")
    assert loaded.rgb.min() == 255
    assert any("transparent" in note for note in loaded.notes)


def test_first_picture_of_an_animation_is_taken() -> None:
    file = saved(drawn(), "GIF", save_all=True, append_images=[Image.new("L", (900, 700), 9)])
    assert any("animation" in note for note in load(file, "image/gif").notes)


def test_pages_of_a_tiff_with_jpeg_inside() -> None:
    file = saved(drawn().convert("RGB"), "TIFF", compression="jpeg", quality=60, save_all=True,
                 append_images=[Image.new("RGB", (80, 90), "red")])  # fmt: skip
    first, second = load(file, "image/tiff"), load(file, "image/tiff", 2)
    assert (first.rgb.shape, second.rgb.shape) == ((700, 900, 3), (90, 80, 3))
    assert first.quantisation is not None
    with pytest.raises(InvalidInput, match="no page 3"):
        load(file, "image/tiff", 3)


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (Image.new("RGB", (60, 400), "white"), "too small"),
        (Image.new("RGB", (500, 400), "white"), "blank"),
        (Image.new("RGB", (500, 400), (10, 80, 30)), "one colour"),
        (drawn().point(lambda level: 255 * (level > 128)).convert("1"), "black and white"),
        (drawn().convert("L").point(lambda level: 255 * (level > 128)), "black and white"),
        (drawn().crop((30, 30, 230, 75)).resize((200, 70)), "nearly blank"),
    ],
)
def test_pictures_that_tell_nothing_give_the_reason(image: Image.Image, said: str) -> None:
    if said == "nearly blank":
        page = Image.new("L", (600, 500), 255)
        page.paste(image.crop((0, 0, 90, 40)), (100, 100))
        image = page
    found = reasons(load(saved(image), "image/png"))
    assert found
    assert said in found[0]


def test_noise_on_blank_paper_is_no_content() -> None:
    paper = np.random.default_rng(3).normal(235, 5, (600, 500))
    assert reasons(load(saved(np.clip(paper, 0, 255).astype(np.uint8)), "image/png")) == [
        "the page is blank or of one colour"
    ]


def test_cut_short_and_damaged_files_are_refused_by_name() -> None:
    jpeg = saved(coloured(scanned()), "JPEG")
    broken = jpeg.replace(b"\xff\xdb\x00\x43", b"\xff\xdb\x00\x42", 1)
    for file in (jpeg[: len(jpeg) // 3], jpeg[:40], broken[:300]):
        with pytest.raises(UnreadableDocument, match="damaged or cut short"):
            load(file, "image/jpeg")


def test_bombs_are_refused_before_they_are_unpacked() -> None:
    header = b"BM" + bytes(8) + b"\x36\0\0\0\x28\0\0\0" + (60000).to_bytes(4, "little") * 2 + b"\1\0\x18\0" + bytes(24)
    with pytest.raises(DocumentTooLarge, match="million"):
        load(header + bytes(100), "image/bmp")


def test_pages_and_types_that_are_not_there() -> None:
    with pytest.raises(InvalidInput):
        load(saved(drawn()), "image/png", 2)
    with pytest.raises(InvalidInput):
        load(saved(drawn()), "image/png", 0)
    with pytest.raises(InvalidInput):
        load(b"", "text/plain")
    with pytest.raises(InvalidInput, match="no page 2"):
        load(pdf(Sheet()), "application/pdf", 2)


_SMALL = drawn().resize((120, 90)).convert("RGB")
_FILES = {
    "image/jpeg": saved(_SMALL, "JPEG"),
    "image/png": saved(_SMALL),
    "image/tiff": saved(_SMALL, "TIFF", compression="jpeg"),
    "image/gif": saved(_SMALL, "GIF"),
    "image/bmp": saved(_SMALL, "BMP"),
    "image/webp": saved(_SMALL, "WEBP"),
    "application/pdf": pdf(Sheet(picture=(0, 0, 120, 90, _SMALL), size=(120, 90))),
}


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(sorted(_FILES)), st.data())
def test_mutated_files_are_read_or_refused(media_type: str, data: st.DataObject) -> None:
    file = bytearray(_FILES[media_type])
    for place in data.draw(st.lists(st.integers(0, len(file) - 1), max_size=6)):
        file[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, 3)) == 0
    with suppress(GroundstoneError):
        loaded = load(bytes(file[: len(file) // 2] if cut else file), media_type)
        assert loaded.rgb.dtype == np.uint8
        assert loaded.rgb.ndim == 3
        reasons(loaded)
