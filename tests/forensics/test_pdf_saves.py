"""What a PDF's later saves, covers, signatures and dates tell."""

from __future__ import annotations

import re
import zlib
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from groundstone.errors import GroundstoneError, UnsupportedDocument
from groundstone.forensics.base import Evidence
from groundstone.forensics.child_file import parse
from groundstone.forensics.pdf import of_file
from groundstone.forensics.pdf_file import has, references, saves
from tests.documents.pdf_files import Sheet, pdf
from tests.forensics.pdf_saves import number_of, saved_again, stream, words
from tests.forensics.scanned_page import coloured, scanned

_TEXTS = [(40, 300, 20, "Total 100.00"), (40, 200, 20, "Other words")]
_FIRST = pdf(Sheet(texts=_TEXTS), Sheet(texts=[(40, 300, 20, "Page two")]))
_CONTENT = number_of(_FIRST, b"<< /Length")


def _worst(found: tuple[Evidence, ...]) -> Evidence:
    return max(found, key=lambda one: one.odds)


def test_file_saved_once_tells_nothing() -> None:
    assert of_file(_FIRST) == ()
    assert len(saves(_FIRST)) == 1


def test_replaced_content_is_found_with_its_place() -> None:
    file = saved_again(_FIRST, {_CONTENT: stream(words((40, 300, "Total 900.00"), (40, 200, "Other words")))})
    worst = _worst(of_file(file))
    assert worst.odds >= 1.5
    assert "changed the content of page 1" in worst.text
    assert "in place of earlier content" in worst.text
    (box,) = worst.boxes
    assert box.page == 1
    assert 0.1 < box.left < 0.2
    assert 0.18 < box.top < 0.25
    assert box.width < 0.05


def test_second_page_is_named() -> None:
    content = [int(n) for n in re.findall(rb"(\d+) 0 obj\n<< /Length", _FIRST)][1]
    file = saved_again(_FIRST, {content: stream(words((40, 300, "Page 2!!")))})
    assert {box.page for box in _worst(of_file(file)).boxes} == {2}


def test_new_metadata_alone_is_no_change() -> None:
    file = saved_again(_FIRST, {30: b"<< /ModDate (D:20240102030405Z) >>"}, b"/Info 30 0 R")
    assert _worst(of_file(file)).odds <= 0.1
    assert any("look as before" in one.text for one in of_file(file))


def test_filled_form_is_told_mildly() -> None:
    first = pdf(Sheet(texts=_TEXTS, field="old"))
    form = number_of(first, b"<< /Type /XObject /Subtype /Form")
    drawn = b"BT /F1 14 Tf 2 4 Td (new value) Tj ET"
    head = b"<< /Type /XObject /Subtype /Form /BBox [0 0 300 20] /Resources << /Font << /F1 3 0 R >> >> /Length %d >>"
    file = saved_again(first, {form: head % len(drawn) + b"\nstream\n" + drawn + b"\nendstream"})
    (told,) = [one for one in of_file(file) if one.boxes]
    assert told.odds < 0.5
    assert "notes or form fields" in told.text


def test_file_made_for_the_web_has_one_save() -> None:
    start = b"%PDF-1.5\n99 0 obj\n<< /Linearized 1 >>\nendobj\nstartxref\n0\n%%EOF\n"
    table = int(re.findall(rb"startxref\s+(\d+)", _FIRST)[-1])
    file = start + _FIRST[9:].replace(b"startxref\n%d" % table, b"startxref\n%d" % (table + len(start) - 9))
    assert len(saves(file)) == 1
    assert len(saves(saved_again(file, {30: b"<< >>"}))) == 2


def test_pdf_inside_a_pdf_is_no_save() -> None:
    inner = pdf(Sheet(texts=_TEXTS))
    file = saved_again(
        _FIRST, {30: b"<< /Type /EmbeddedFile /Length %d >>\nstream\n%s\nendstream" % (len(inner), inner)}
    )
    assert len(saves(file)) == 2


def test_objects_in_packed_streams_are_seen() -> None:
    packed = b"7 0 8 9 <</A 1>> <</Type/Annot>>"
    content = zlib.compress(packed)
    head = b"<< /Type /ObjStm /N 2 /First 8 /Filter /FlateDecode /Length %d >>" % len(content)
    file = saved_again(_FIRST, {30: head + b"\nstream\n" + content + b"\nendstream"})
    assert has(saves(file)[1].things[8].head, b"Type", b"Annot")


def test_covered_text_with_other_text_on_it() -> None:
    content = b"".join(
        [words((40, 300, "Total 100.00")), b"1 1 1 rg 35 290 150 30 re f 0 0 0 rg\n", words((40, 300, "Total 900.00"))]
    )
    file = saved_again(_FIRST, {_CONTENT: stream(content)})
    told = [one for one in of_file(file) if "is covered" in one.text]
    assert [one.odds for one in told] == [1.5]
    assert 0.15 < told[0].boxes[0].top < 0.3


def test_blacked_out_text_is_told_mildly() -> None:
    content = words((40, 300, "Total 100.00")) + b"0 0 0 rg 35 290 150 30 re f\n"
    told = [one for one in of_file(saved_again(_FIRST, {_CONTENT: stream(content)})) if "blacked out" in one.text]
    assert [one.odds for one in told] == [0.3]


def test_ground_beneath_text_covers_nothing() -> None:
    content = b"0.9 0.9 1 rg 20 190 400 140 re f 0 0 0 rg\n" + words(
        (40, 300, "Total 100.00"), (40, 200, "Other words")
    )
    assert not [one for one in of_file(saved_again(_FIRST, {_CONTENT: stream(content)})) if "covered" in one.text]


def _scan_with_layer(*missing: int) -> bytes:
    """A scan of 15 lines with hidden words on each; some lines are missing from the picture."""
    page = Image.fromarray(coloured(scanned()))
    rows = [40 + 52 * row for row in range(12)]
    white = Image.new("RGB", (860, 34), (242, 242, 242))
    for row in missing:
        page.paste(white, (20, rows[row] - 2))
    texts = [(40 if left else 480, 700 - top - 24, 20, "Hidden words") for top in rows for left in (True, False)]
    return pdf(Sheet(picture=(0, 0, 900, 700, page), texts=texts, hidden=True, size=(900, 700)))


def test_recognised_words_on_blank_paper() -> None:
    assert not [one for one in of_file(_scan_with_layer()) if one.kind == "pdf"]
    (told,) = [one for one in of_file(_scan_with_layer(4)) if one.kind == "pdf"]
    assert "page shows none" in told.text
    assert len(told.boxes) == 2


def _signed(whole: bool) -> bytes:
    signature = b"<< /Type /Sig /ByteRange [0 AAAAAAAA BBBBBBBB CCCCCCCC] /Contents <00ff00ff> >>"
    file = saved_again(_FIRST, {30: signature})
    start, end = file.index(b"<00ff00ff>"), file.index(b"<00ff00ff>") + 10
    for name, value in ((b"AAAAAAAA", start), (b"BBBBBBBB", end), (b"CCCCCCCC", len(file) - end)):
        file = file.replace(name, b"%8d" % value)
    return file if whole else saved_again(file, {_CONTENT: stream(words((40, 300, "Total 700.00")))})


def test_signature_over_the_whole_file() -> None:
    told = [one for one in of_file(_signed(True)) if "signature covers" in one.text]
    assert [one.odds for one in told] == [-0.3]


def test_content_changed_after_the_signature() -> None:
    worst = _worst(of_file(_signed(False)))
    assert worst.odds >= 2.5
    assert "after it was signed" in worst.text
    assert any("a part of the file only" in one.text for one in of_file(_signed(False)))


@pytest.mark.parametrize(
    ("info", "said", "odds"),
    [
        (b"/Producer (Sejda 3.2.1)", "changing PDF", 0.8),
        (b"/Creator (Microsoft Word)", "office program", 0.0),
        (b"/CreationDate (D:20240101000000Z) /ModDate (D:20240105000000Z)", "changed later", 0.3),
        (b"/CreationDate (D:20240501000000Z) /ModDate (D:20240105000000Z)", "before it was made", 0.4),
    ],
)
def test_writers_and_dates(info: bytes, said: str, odds: float) -> None:
    file = saved_again(_FIRST, {30: b"<< " + info + b" >>"}, b"/Info 30 0 R")
    (told,) = [one for one in of_file(file) if one.kind == "metadata"]
    assert said in told.text
    assert told.odds == odds


def test_two_places_for_dates_that_disagree() -> None:
    xmp = b"<x:xmpmeta><xmp:CreateDate>2020-01-01T00:00:00Z</xmp:CreateDate></x:xmpmeta>"
    objects = {
        30: b"<< /CreationDate (D:20240101000000Z) >>",
        31: b"<< /Type /Metadata >>\nstream\n" + xmp + b"\nendstream",
    }
    assert any("do not agree" in one.text for one in of_file(saved_again(_FIRST, objects, b"/Info 30 0 R")))


def test_locked_file_is_refused() -> None:
    with pytest.raises(UnsupportedDocument, match="password"):
        of_file(pdf(Sheet(texts=_TEXTS), locked=True))


def test_child_answers_in_plain_values() -> None:
    file = saved_again(_FIRST, {_CONTENT: stream(words((40, 300, "Total 900.00")))})
    answer = parse(file, "application/pdf")
    assert {"kind", "text", "odds", "boxes"} == set(answer["evidence"][0])
    assert all(box["page"] == 1 for one in answer["evidence"] for box in one["boxes"])


def test_references_of_single_and_many() -> None:
    assert references(b"<</Contents 12 0 R>>", b"Contents") == [12]
    assert references(b"<</Contents[1 0 R 2 0 R]>>", b"Contents") == [1, 2]
    assert references(b"<</Kids 1>>", b"Contents") == []


_SIGNED_TWICE = _signed(False)


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_mutated_files_are_read_or_refused(data: st.DataObject) -> None:
    file = bytearray(_SIGNED_TWICE)
    for place in data.draw(st.lists(st.integers(0, len(file) - 1), max_size=8)):
        file[place] = data.draw(st.integers(0, 255))
    with suppress(GroundstoneError):
        found = of_file(bytes(file[: data.draw(st.integers(0, len(file)))] if data.draw(st.booleans()) else file))
        assert all(0 <= box.left <= 1.01 and box.width >= 0 for one in found for box in one.boxes)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2000), st.integers(0, 3))
def test_any_bytes_have_saves(data: bytes, ends: int) -> None:
    found = saves(data + b"1 0 obj\n<< /Type /ObjStm /N 99 /First 5 >>\nstream\nstartxref 0 %%EOF" * ends)
    assert found[0].start == 0
    assert all(one.end == other.start for one, other in pairwise(found))
