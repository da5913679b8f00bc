"""Picture files of every format and kind say the same."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from groundstone.documents.base import reading_json, reading_of
from groundstone.documents.reader import Reader

from .sheets import CARD, card, saved, turned, wanted, words

SMALL = CARD[1:3]
PICTURE = card(SMALL)


@pytest.mark.parametrize(
    ("format", "media_type"),
    [
        ("PNG", "image/png"), ("JPEG", "image/jpeg"), ("TIFF", "image/tiff"), ("WEBP", "image/webp"),
        ("GIF", "image/gif"), ("BMP", "image/bmp"),
    ],
)  # fmt: skip
def test_formats_are_told_by_their_content(reader: Reader, format: str, media_type: str) -> None:
    data = saved(PICTURE, format)
    read = reader.read(data, "name.that.lies.pdf")
    assert (read.media_type, words(read)) == (media_type, wanted(SMALL))
    examined = reader.examine(data)
    assert (examined.media_type, examined.page_count, examined.width, examined.height) == (media_type, 1, *PICTURE.size)
    assert examined.size == len(data)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "YCbCr", "I;16", "I", "F"])
def test_colours_and_depths_say_the_same(reader: Reader, mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.asarray(PICTURE.convert("L")).astype(np.uint16) * 257)
    elif mode in ("I", "F"):
        image = PICTURE.convert("L").convert(mode)
    else:
        image = PICTURE.convert(mode)
    assert words(reader.read(saved(image, "TIFF"))) == wanted(SMALL)


@pytest.mark.parametrize("how", [{"big_tiff": True}, {"compression": "tiff_lzw"}, {"compression": "jpeg"}])
def test_tiff_in_its_variants(reader: Reader, how: dict[str, object]) -> None:
    assert words(reader.read(saved(PICTURE, "TIFF", **how))) == wanted(SMALL)


def test_tiff_of_a_fax_has_lines_further_apart_than_columns(reader: Reader) -> None:
    squashed = PICTURE.convert("L").resize((PICTURE.width, PICTURE.height // 2)).convert("1")
    data = saved(squashed, "TIFF", compression="group4", dpi=(204, 98))
    assert words(reader.read(data)) == wanted(SMALL)


def test_tiff_of_a_big_endian_machine(reader: Reader) -> None:
    grey = PICTURE.convert("L")
    assert words(reader.read(_big_endian(grey))) == wanted(SMALL)


def test_pages_of_a_tiff_are_read_in_order(reader: Reader) -> None:
    sheets = [card([[f"Sheet number {number}"]]) for number in ("one", "two", "three")]
    data = saved(sheets[0], "TIFF", save_all=True, append_images=sheets[1:])
    read = reader.read(data, pages=["2-*"])
    assert read.page_count == 3
    assert [(page.number, page.text) for page in read.pages] == [(2, "Sheet number two"), (3, "Sheet number three")]
    assert [line.place.page for page in read.pages for line in page.lines] == [2, 3]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(reader: Reader, orientation: int) -> None:
    turns = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT], 3: [Image.Transpose.ROTATE_180], 4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE], 6: [Image.Transpose.ROTATE_90], 7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }  # fmt: skip
    stored = PICTURE
    for turn in turns.get(orientation, []):
        stored = stored.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(stored, "JPEG", exif=exif, quality=92)
    [page] = reader.read(data).pages
    assert (page.width, page.height) == PICTURE.size
    assert words(page) == wanted(SMALL)
    assert page.lines[0].place.box.left < 0.1


def test_what_is_transparent_lies_on_white(reader: Reader) -> None:
    image = Image.new("RGBA", (700, 120), (0, 0, 0, 0))
    ImageDraw.Draw(image).text((30, 30), "Clear ground", fill=(0, 0, 0, 255), font=ImageFont.load_default(40))
    assert reader.read(saved(image)).text == "Clear ground"


def test_of_an_animation_the_first_picture_is_read(reader: Reader) -> None:
    data = saved(PICTURE, "GIF", save_all=True, append_images=[card([["Later"]])])
    read = reader.read(data)
    assert (read.page_count, words(read)) == (1, wanted(SMALL))


def test_a_large_jpeg_is_made_smaller_while_it_is_decoded(reader: Reader) -> None:
    large = card(SMALL).resize((13500, 2520))
    [page] = reader.read(saved(large, "JPEG")).pages
    assert (page.width, page.height) == (13500, 2520)
    assert words(page) == wanted(SMALL)


def test_light_letters_on_a_dark_ground(reader: Reader) -> None:
    inverse = Image.fromarray(255 - np.asarray(PICTURE))
    assert words(reader.read(saved(inverse))) == wanted(SMALL)


def test_the_same_bytes_are_always_read_the_same(reader: Reader) -> None:
    data = saved(turned(card(), 3))
    first = reader.read(data)
    assert reader.read(data) == first
    assert reading_of(reading_json(first)) == first


def _big_endian(image: Image.Image) -> bytes:
    """An uncompressed grey TIFF with its numbers in the order of big-endian machines."""
    import struct

    width, height = image.size
    entries = [
        (256, 4, width), (257, 4, height), (258, 3, 8 << 16), (259, 3, 1 << 16), (262, 3, 1 << 16), (273, 4, 8),
        (277, 3, 1 << 16), (278, 4, height), (279, 4, width * height),
    ]  # fmt: skip
    pixels = image.tobytes()
    directory = struct.pack(">H", len(entries)) + b"".join(struct.pack(">HHII", *(t, k, 1, v)) for t, k, v in entries)
    return b"MM\0*" + struct.pack(">I", 8 + len(pixels)) + pixels + directory + bytes(4)
