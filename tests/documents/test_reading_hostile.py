"""Files that are damaged, huge or something else: an answer or an error of ours, in bounded time and memory."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from groundstone.documents.examine import media_type
from groundstone.documents.reader import Reader
from groundstone.errors import (
    DocumentTooLarge,
    GroundstoneError,
    InvalidInput,
    UnreadableDocument,
    UnsupportedDocument,
)
from groundstone.sandbox import Limits

from .pdf_files import Sheet, pdf
from .sheets import card, saved

LITTLE = card([["Little"]], width=200)
FILES = {
    "png": saved(LITTLE),
    "jpeg": saved(LITTLE, "JPEG"),
    "tiff": saved(LITTLE, "TIFF", compression="tiff_lzw"),
    "webp": saved(LITTLE, "WEBP"),
    "gif": saved(LITTLE, "GIF"),
    "bmp": saved(LITTLE, "BMP"),
    "pdf": pdf(Sheet([(20, 20, 12, "Little")], picture=(0, 0, 100, 50, LITTLE))),
}


def test_an_empty_file_says_so(reader: Reader) -> None:
    with pytest.raises(UnreadableDocument, match="empty"):
        reader.read(b"")


@pytest.mark.parametrize(
    ("data", "what"),
    [(b"PK\x03\x04" + bytes(40), "ZIP"), (b"just words, no document", "fit none"), (b"\x00", "PDF, PNG, JPEG, TIFF")],
)
def test_other_formats_are_named(reader: Reader, data: bytes, what: str) -> None:
    with pytest.raises(UnsupportedDocument, match=what):
        reader.read(data, "card.png")


@pytest.mark.parametrize("kind", FILES)
def test_cut_anywhere_it_is_read_or_refused(reader: Reader, kind: str) -> None:
    data = FILES[kind]
    for end in range(1, len(data), max(1, len(data) // 11)):
        try:
            reader.read(data[:end])
        except UnreadableDocument:
            continue


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(sorted(FILES)), place=st.floats(0, 1, exclude_max=True), new=st.binary(min_size=1, max_size=6)
)
def test_changed_anywhere_it_is_read_or_refused(reader: Reader, kind: str, place: float, new: bytes) -> None:
    data = bytearray(FILES[kind])
    start = int(place * len(data))
    data[start : start + len(new)] = new
    with suppress(GroundstoneError):
        reader.read(bytes(data))


@given(st.binary(max_size=64))
def test_any_bytes_have_a_type_or_are_refused(data: bytes) -> None:
    with suppress(UnreadableDocument):
        assert "/" in media_type(data)


@pytest.mark.parametrize("side", [50_000, 12_000])
def test_a_picture_bomb_is_refused_by_its_header(reader: Reader, side: int) -> None:
    with pytest.raises(DocumentTooLarge, match=f"{side} x {side} pixels"):
        reader.read(_black(side))


def test_a_large_empty_picture_is_read_within_bounds(reader: Reader) -> None:
    assert reader.read(_black(8000)).text == ""


def test_too_many_bytes_are_refused() -> None:
    reader = Reader(1, max_bytes=2**20)
    with pytest.raises(DocumentTooLarge, match="at most 1 MB"):
        reader.read(bytes(2**21), "large.pdf")


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (40, 40)])
def test_pictures_without_room_for_text(reader: Reader, size: tuple[int, int]) -> None:
    assert reader.read(saved(Image.new("L", size))).text == ""


def test_noise_is_no_text(reader: Reader) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (600, 800, 3), np.uint8)
    assert len(reader.read(saved(Image.fromarray(noise))).text) < 20


def test_a_page_that_takes_too_long_is_an_error_and_the_next_file_is_read() -> None:
    reader = Reader(1, limits=Limits(cpu=1, wall=60.0, memory=3 * 2**30))
    try:
        rows = [[f"Line {row} of a page with far too many of them", f"and column {row}"] for row in range(60)]
        with pytest.raises(UnreadableDocument, match="processor time"):
            reader.read(saved(card(rows, width=1400)))
        assert reader.read(FILES["png"]).text == "Little"
    finally:
        reader.close()


def test_too_little_memory_is_an_error() -> None:
    reader = Reader(1, limits=Limits(memory=200 * 2**20))
    try:
        with pytest.raises(UnreadableDocument):
            reader.read(FILES["png"])
    finally:
        reader.close()


@pytest.mark.parametrize("pages", [["0"], ["x"], ["3-2"], ["2"], []])
def test_pages_that_make_no_sense_are_refused(reader: Reader, pages: list[str]) -> None:
    with pytest.raises(InvalidInput):
        reader.read(FILES["png"], pages=pages)


def _black(side: int) -> bytes:
    """A PNG of one bit a pixel that is tiny as a file; of the largest ones, only the upper rows."""
    row = bytes(1 + side // 8)
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(row * 100) for _ in range(min(side, 8000) // 100)) + packer.flush()
    parts = [(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)), (b"IDAT", pixels), (b"IEND", b"")]
    made = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(made)
