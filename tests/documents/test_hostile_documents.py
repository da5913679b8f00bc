"""Files made to break what reads them: chains without end, boxes without sense, bombs; other documents are unharmed."""

from __future__ import annotations

import struct
import sys
import threading
import time
import zlib
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from groundstone.documents.base import Line, Page, Place, Query, Reading, Word
from groundstone.documents.fields import Fields
from groundstone.documents.layout import understand
from groundstone.documents.queries import Answers
from groundstone.documents.reader import Reader
from groundstone.errors import DocumentTooLarge, UnreadableDocument, UnsupportedDocument
from groundstone.sandbox import Limits

from .pdf_files import Sheet, pdf
from .sheets import card, saved, words

LITTLE = saved(card([["Little"]], width=200))
HELLO = b"BT /F1 12 Tf 20 200 Td (Hello there all of you) Tj ET\n"
JPEG = saved(card([["Little"]], width=200), "JPEG")


# -- what the header says --------------------------------------------------------------------------------------


def jpeg(side: int) -> bytes:
    made = bytearray(JPEG)
    at = made.index(b"\xff\xc0") + 5
    made[at : at + 4] = struct.pack(">HH", side, side)
    return bytes(made)


def bmp(width: int, height: int) -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 100, 0, 0, 54) + head + bytes(100)


def gif(side: int) -> bytes:
    made = bytearray(saved(Image.new("L", (30, 30)), "GIF"))
    made[6:10] = struct.pack("<HH", side, side)
    return bytes(made)


def webp(side: int) -> bytes:
    made = bytearray(saved(Image.new("RGB", (30, 30)), "WEBP", lossless=True))
    at = made.index(b"VP8L") + 9
    made[at : at + 4] = struct.pack("<I", (side - 1) | (side - 1) << 14)
    return bytes(made)


def tiff(side: int = 40, pages: int = 1, to: int = -1) -> bytes:
    """A TIFF of black pages; the last one is followed by page ``to``, the first being 0, or by none."""
    pixels = bytes(side * side // 8 if side < 1000 else 100)
    tags = [(256, side), (257, side), (258, 1), (259, 1), (262, 1), (273, 8), (277, 1), (278, side), (279, len(pixels))]
    start, size = 8 + len(pixels), 2 + 12 * len(tags) + 4
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    after = [start + size * (page + 1) for page in range(pages - 1)] + [0 if to < 0 else start + size * to]
    chain = b"".join(directory + struct.pack("<I", place) for place in after)
    return b"II*\0" + struct.pack("<I", start) + pixels + chain


@pytest.mark.parametrize("make", [jpeg, gif, tiff, lambda side: bmp(side, side), lambda side: bmp(side, -side)])
def test_fifty_thousand_pixels_a_side_are_refused_by_the_header_in_every_format(reader: Reader, make: object) -> None:
    with pytest.raises(DocumentTooLarge, match="50000 x 50000 pixels"):
        reader.read(make(50_000))  # type: ignore[operator]


def test_webp_states_16384_pixels_at_most_and_they_are_refused(reader: Reader) -> None:
    with pytest.raises(DocumentTooLarge, match="16384 x 16384 pixels"):
        reader.read(webp(16_384))


@pytest.mark.parametrize(("pages", "to", "found"), [(1, 0, 1), (2, 0, 2), (3, 1, 3)])
def test_a_tiff_whose_pages_run_in_a_circle_has_each_once(reader: Reader, pages: int, to: int, found: int) -> None:
    assert reader.examine(tiff(pages=pages, to=to)).page_count == found


@pytest.mark.parametrize("pages", [3001, 200_000])
def test_the_pages_of_a_tiff_are_not_counted_without_end(reader: Reader, pages: int) -> None:
    began = time.monotonic()
    with pytest.raises(DocumentTooLarge, match="more than 3000 pages"):
        reader.read(tiff(pages=pages))
    assert time.monotonic() - began < 10
    assert reader.examine(tiff(pages=3000)).page_count == 3000


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_an_animation_is_its_first_picture(reader: Reader, format: str) -> None:
    frames = [Image.new("RGB", (60, 40), (shade % 256, 0, 0)) for shade in range(300)]
    data = saved(card([["Little"]], width=200).resize((60, 40)), format, save_all=True, append_images=frames)
    assert (reader.examine(data).page_count, reader.read(data).page_count) == (1, 1)


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_a_nonsense_orientation_is_none(reader: Reader, value: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = value
    assert reader.read(saved(card([["Little"]], width=200), "JPEG", exif=exif)).text == "Little"


def test_shades_palettes_and_transparency_are_read(reader: Reader) -> None:
    page = card([["Little"]], width=200)
    deep = Image.fromarray(np.asarray(page.convert("L"), np.uint16) * 257)
    clear = Image.new("RGBA", page.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=page.convert("L").point(lambda shade: 255 - shade))
    made = [
        saved(deep),
        saved(clear),
        saved(page.convert("P")),
        saved(page.convert("CMYK"), "JPEG"),
        saved(page.convert("1"), "TIFF"),
    ]
    assert [reader.read(data).text for data in made] == ["Little"] * 5


# -- PDF -------------------------------------------------------------------------------------------------------


def raw(*objects: bytes) -> bytes:
    """A PDF of these objects; the first is its catalogue."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(places) + 1, start))


def stream(content: bytes, head: bytes = b"") -> bytes:
    return b"<< /Length %d %s>>\nstream\n%s\nendstream" % (len(content), head, content)


def page(content: bytes, *more: bytes, box: bytes = b"0 0 600 400", uses: bytes = b"", head: bytes = b"") -> bytes:
    """A PDF of one page; ``more`` are objects from number 6 on."""
    return raw(
        b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (while(true){}) >> >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> %s >> >>" % (box, uses),
        stream(content, head),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *more,
    )


@pytest.mark.parametrize(
    "data",
    [
        page(HELLO),
        page(b"q " * 50_000 + HELLO),
        page(HELLO, box=b"0 0 1e30 1e30"),
        page(HELLO, box=b"nan inf -inf 0"),
        page(HELLO, box=b"600 400 0 0"),
        b"<html><script>alert(1)</script>" + page(HELLO) + b"PK\3\4" + bytes(40),
    ],
)
def test_scripts_and_nonsense_around_a_page_do_not_matter(reader: Reader, data: bytes) -> None:
    assert words(reader.read(data, "card.png")) == HELLO.decode().partition("(")[2].partition(")")[0].split()


@pytest.mark.parametrize(
    "objects",
    [
        (b"<< /Type /Pages /Count 5 /Kids [2 0 R 2 0 R] >>",),
        (b"<< /Type /Pages /Count 99 /Kids [3 0 R 3 0 R] >>",
         b"<< /Type /Pages /Parent 2 0 R /Count 50 /Kids [2 0 R] >>"),
        tuple(b"<< /Type /Pages /Count 1 /Kids [%d 0 R] >>" % number for number in range(3, 3000)),
        (b"<< /Type /Pages /Count 2900 /Kids [3 0 R] >>", b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"),
    ],
)  # fmt: skip
def test_trees_of_pages_without_end_are_refused(reader: Reader, objects: tuple[bytes, ...]) -> None:
    with pytest.raises(UnreadableDocument):
        reader.read(raw(b"<< /Type /Catalog /Pages 2 0 R >>", *objects))


def test_more_pages_than_are_read_are_refused_before_any_is_read(reader: Reader) -> None:
    with pytest.raises(DocumentTooLarge, match="3001 pages"):
        reader.read(pdf(*[Sheet()] * 3001))


def test_bombs_end_in_their_child_process_and_others_are_read_meanwhile() -> None:
    """Forms that draw themselves, and a stream of a gigabyte: the limits of memory and time end them."""
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >> "
    packer = zlib.compressobj(9)
    large = b"".join(packer.compress(bytes(2**20)) for _ in range(1024)) + packer.flush()
    bombs = [
        page(b"/X Do", stream(b"/X Do /X Do", form), uses=b"/XObject << /X 6 0 R >>"),
        page(large, head=b"/Filter /FlateDecode "),
    ]
    reader = Reader(2, limits=Limits(cpu=8, wall=60.0, memory=700 * 2**20))
    try:
        ended: list[object] = []
        thread = threading.Thread(target=lambda: ended.extend(_outcome(reader, bomb) for bomb in bombs))
        thread.start()
        assert [reader.read(LITTLE).text for _ in range(4)] == ["Little"] * 4
        thread.join(60)
        assert ended == [UnreadableDocument] * 2
        assert reader.read(LITTLE).text == "Little"
    finally:
        reader.close()


def _outcome(reader: Reader, data: bytes) -> object:
    try:
        return reader.read(data).text
    except UnreadableDocument as error:
        return type(error)


def test_a_locked_pdf_is_refused_in_words(reader: Reader) -> None:
    with pytest.raises(UnsupportedDocument, match="password"):
        reader.read(pdf(Sheet(), locked=True))


def test_what_the_page_says_cannot_steer_a_terminal_or_turn_text_around(reader: Reader) -> None:
    text = reader.read(page(rb"BT /F1 12 Tf 20 200 Td (<b>x</b> \033[31m red \007 =1+1) Tj ET")).text
    assert text.isprintable()
    assert "<b>x</b>" in text


@pytest.mark.skipif(sys.platform != "linux", reason="children are counted in /proc")
def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    before, files = _children(), len(list(Path("/proc/self/fd").iterdir()))
    reader = Reader(2)
    for data in (LITTLE, LITTLE[:80], page(HELLO), tiff(pages=3001)):
        _refused_or_read(reader, data)
    reader.close()
    assert _children() == before
    assert len(list(Path("/proc/self/fd").iterdir())) <= files
    assert list(tmp_path.iterdir()) == []


def _refused_or_read(reader: Reader, data: bytes) -> None:
    try:
        reader.read(data)
    except UnreadableDocument:
        pass
    except DocumentTooLarge:
        pass


def _children() -> set[str]:
    found: set[str] = set()
    for task in Path("/proc/self/task").iterdir():
        found |= set((task / "children").read_text().split())
    return found


# -- pages with too much on them -------------------------------------------------------------------------------


@cache
def answers() -> Answers:
    return Answers(Fields.load(Path("none")), lambda: None)


def crowded(lines: int, columns: int, texts: tuple[str, ...]) -> Page:
    rows = -(-lines // columns)
    made = []
    for number in range(lines):
        row, column = divmod(number, columns)
        text = texts[number % len(texts)]
        parts, wide = text.split(), 0.8 / columns
        places = [
            Place.of(column / columns + wide * k / len(parts), row / rows, 0.9 * wide / len(parts), 0.6 / rows)
            for k in range(len(parts))
        ]
        found = tuple(Word(part, 0.9, place) for part, place in zip(parts, places, strict=True))
        made.append(Line(text, 0.9, Place.of(column / columns, row / rows, wide, 0.6 / rows), found))
    return Page(1, 2000, 2000, tuple(made))


@pytest.mark.parametrize(("lines", "columns"), [(800, 1), (1200, 2), (2000, 8)])
def test_a_page_with_thousands_of_words_is_understood_and_asked_in_time(lines: int, columns: int) -> None:
    reading = Reading("image/png", (crowded(lines, columns, ("Name:", "Jane 12/11/1980 1,980.50 Doe")),), 1)
    found = answers()
    began = time.process_time()
    found.find(reading, [Query("What is the Name?")], layout=understand(reading))
    assert time.process_time() - began < 15  # a few seconds; it was minutes when tables were looked for without a limit
