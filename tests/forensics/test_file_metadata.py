"""What the file of a picture tells beside its pixels."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from groundstone.errors import InvalidInput
from groundstone.forensics.base import Evidence
from groundstone.forensics.child_file import parse
from groundstone.forensics.jpeg_file import read
from groundstone.forensics.metadata import of_file
from groundstone.forensics.programs import known, shown
from tests.forensics.scanned_page import coloured, drawn, saved, scanned

_PAGE = Image.fromarray(coloured(scanned()))


def _jpeg(**options: object) -> bytes:
    return saved(_PAGE, "JPEG", **options)


def _exif(entries: dict[int, object], inner: dict[int, object] | None = None) -> Image.Exif:
    exif = Image.Exif()
    for tag, value in entries.items():
        exif[tag] = value
    if inner:
        exif[0x8769] = inner
    return exif


def _said(found: tuple[Evidence, ...], words: str) -> Evidence:
    (one,) = [one for one in found if words in one.text]
    return one


@pytest.mark.parametrize(
    ("software", "said", "odds"),
    [
        ("Adobe Photoshop CC 2019 (Windows)", "Photoshop, a program for changing pictures", 1.0),
        ("GIMP 2.10.30", "GIMP", 1.0),
        ("Microsoft Word", "an office program", 0.5),
        ("Snapseed 2.0", "Snapseed", 1.0),
        ("EPSON Scan 2", "a program for scanning", -0.2),
        ("Pillow 10", "converts pictures", 0.1),
        ("Midjourney 6", "makes pictures from words", 2.0),
    ],
)
def test_programs_by_their_names(software: str, said: str, odds: float) -> None:
    one = _said(of_file(_jpeg(exif=_exif({0x131: software})), "image/jpeg"), said)
    assert one.odds == odds
    assert one.text.endswith(".")


def test_unknown_program_is_named_and_counts_for_nothing() -> None:
    one = _said(of_file(_jpeg(exif=_exif({0x131: "Qwertz 3\x07" + "x" * 300})), "image/jpeg"), "Qwertz")
    assert one.odds == 0
    assert len(one.text) < 120


def test_change_after_the_first_date() -> None:
    exif = _exif({0x132: "2024:03:05 10:00:00"}, {0x9003: "2024:03:01 10:00:00"})
    one = _said(of_file(_jpeg(exif=exif), "image/jpeg"), "changed later")
    assert one.odds == 0.4
    assert "10:00" not in one.text
    same = _exif({0x132: "2024:03:05 10:00:00"}, {0x9003: "2024:03:05 10:00:00"})
    assert not [one for one in of_file(_jpeg(exif=same), "image/jpeg") if "2024" in one.text]


def test_place_is_told_without_the_place() -> None:
    exif = _exif({0x10F: "Canon", 0x110: "Secret model 7"})
    exif[0x8825] = {1: "N", 2: (48.0, 12.0, 33.0)}
    found = of_file(_jpeg(exif=exif), "image/jpeg")
    assert _said(found, "where it was taken").odds == 0
    assert not [one for one in found if "48" in one.text]
    assert _said(found, "device").odds == -0.2


def test_xmp_tools_dates_and_generated_pictures() -> None:
    xmp = (
        b'<x:xmpmeta><rdf:Description xmp:CreatorTool="Adobe Lightroom 9" xmp:CreateDate="2024-01-01T00:00:00" '
        b'xmp:ModifyDate="2024-02-01T00:00:00" DigitalSourceType="http://x/trainedAlgorithmicMedia"/></x:xmpmeta>'
    )
    found = of_file(_jpeg(xmp=xmp), "image/jpeg")
    assert _said(found, "Lightroom").odds == 1.0
    assert _said(found, "generative model").odds == 2.0
    assert _said(found, "changed later")


def test_png_texts() -> None:
    info = PngInfo()
    info.add_text("Software", "gnome-screenshot")
    assert _said(of_file(saved(drawn(), pnginfo=info), "image/png"), "screenshot").odds == 0
    info = PngInfo()
    info.add_text("parameters", "a payslip, photorealistic")
    assert _said(of_file(saved(drawn(), pnginfo=info), "image/png"), "Stable Diffusion").odds == 2.0


def test_picture_of_the_size_of_a_screen() -> None:
    assert _said(of_file(saved(Image.new("L", (1080, 2400), 200)), "image/png"), "size of a screen").odds == 0


def _thumbnail(small: Image.Image) -> bytes:
    """The page as JPEG with this thumbnail in its EXIF."""
    jpeg = saved(small, "JPEG")
    head = b"II*\0\x08\0\0\0" + b"\0\0" + (14).to_bytes(4, "little")
    entries = [(0x201, 4, 1, 14 + 2 + 24 + 4), (0x202, 4, 1, len(jpeg))]
    packed = b"".join(
        tag.to_bytes(2, "little")
        + kind.to_bytes(2, "little")
        + count.to_bytes(4, "little")
        + value.to_bytes(4, "little")
        for tag, kind, count, value in entries
    )
    return _jpeg(exif=b"Exif\0\0" + head + b"\2\0" + packed + bytes(4) + jpeg)


def test_preview_of_the_picture_itself_and_of_another() -> None:
    own, other = _PAGE.resize((180, 140)), Image.linear_gradient("L").resize((180, 140)).convert("RGB")
    assert _said(of_file(_thumbnail(own), "image/jpeg"), "agrees").odds < 0
    assert _said(of_file(_thumbnail(other), "image/jpeg"), "something else").odds == 1.5
    assert _said(of_file(_thumbnail(own.crop((0, 0, 90, 140))), "image/jpeg"), "another shape").odds == 1.0
    barred = Image.new("RGB", (180, 180))
    barred.paste(own, (0, 20))
    assert _said(of_file(_thumbnail(barred), "image/jpeg"), "agrees")


@pytest.mark.parametrize("quality", [30, 75, 92, 100])
def test_quality_of_the_last_save(quality: int) -> None:
    one = _said(of_file(_jpeg(quality=quality, subsampling="4:4:4"), "image/jpeg"), "last saved as JPEG")
    assert f"quality {quality} " in one.text
    assert "4:4:4" in one.text


def test_tables_of_its_own_and_progressive() -> None:
    found = of_file(_jpeg(qtables=[list(range(1, 65)), list(range(2, 66))], progressive=True), "image/jpeg")
    assert "tables of its own" in _said(found, "last saved as JPEG").text
    assert _said(found, "progressive").odds == 0.2


def test_segments_that_only_one_program_writes() -> None:
    jpeg = _jpeg()
    body = b"Photoshop 3.0\x008BIM\x04\x06\0\0\0\0\0\x07\0\x05\0\0\0\1\1\0"
    marked = jpeg[:2] + b"\xff\xed" + (len(body) + 2).to_bytes(2, "big") + body + jpeg[2:]
    assert _said(of_file(marked, "image/jpeg"), "Photoshop").odds == 1.0


def test_bytes_behind_the_end() -> None:
    assert _said(of_file(_jpeg() + bytes(5000), "image/jpeg"), "5000 bytes").odds == 0


def test_plain_scan_tells_no_more_than_its_quality() -> None:
    assert len(of_file(_jpeg(quality=90), "image/jpeg")) == 1
    assert of_file(saved(_PAGE), "image/png") == ()


def test_pdf_is_read_elsewhere() -> None:
    with pytest.raises(InvalidInput):
        of_file(b"%PDF-1.7", "application/pdf")


def test_child_answers_in_plain_values() -> None:
    answer = parse(_jpeg(), "image/jpeg")["evidence"][0]
    assert answer["kind"] == "metadata"
    assert list(answer["boxes"]) == []


def test_names_only() -> None:
    program = known("Adobe Photoshop CS6, registered to A. Person")
    assert program is not None
    assert program.name == "Photoshop"
    assert known("") is None
    assert shown("a\0b\n" + "c" * 99) == "a b " + "c" * 35 + "\u2026"


def test_tables_are_those_that_pillow_reads() -> None:
    file = _jpeg(quality=61)
    with Image.open(BytesIO(file)) as image:
        expected = image.quantization  # type: ignore[attr-defined]
    assert {number: table.ravel().tolist() for number, table in read(file).tables.items()} == {
        number: list(table) for number, table in expected.items()
    }


_BASE = _thumbnail(_PAGE.resize((60, 47)))[:9000]  # cut short: what is wrong in the header is told all the same


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)), max_size=8), st.integers(0, 9000))
def test_mutated_headers_raise_nothing(changes: list[tuple[int, int]], size: int) -> None:
    file = bytearray(_BASE)
    for place, value in changes:
        file[place] = value
    for one in of_file(bytes(file[:size]), "image/jpeg"):
        assert one.text
        assert abs(one.odds) <= 2


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_segments(data: bytes) -> None:
    found = read(b"\xff\xd8" + data)
    assert found.pair() is None or found.pair()[0].shape == (8, 8)  # type: ignore[index]
    found.subsampling()
