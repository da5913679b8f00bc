"""PDF: text of its own, scans, both on one page, and what else people put into it."""

from __future__ import annotations

import threading

import pytest

from groundstone.documents.reader import Reader
from groundstone.errors import Conflict, DocumentTooLarge, UnreadableDocument, UnsupportedDocument

from .pdf_files import Sheet, pdf
from .sheets import card

TEXTS = [(50, 350, 14, "Name:"), (150, 350, 14, "Jane Doe"), (50, 320, 14, "Date of Birth 1980-12-11")]
SCAN = card([["Scanned words 12345"]], width=700)


def test_text_of_its_own_is_taken_as_it_is(reader: Reader) -> None:
    data = pdf(Sheet(TEXTS))
    [page] = reader.read(data).pages
    assert (page.source, page.width, page.height, page.rotation) == ("text", 600, 400, 0.0)
    assert [line.text for line in page.lines] == ["Name:", "Jane Doe", "Date of Birth 1980-12-11"]
    box = page.lines[1].place.box
    assert box.left == pytest.approx(150 / 600, abs=0.01)
    assert box.top + box.height == pytest.approx(50 / 400, abs=0.02)
    assert reader.examine(data).page_count == 1


@pytest.mark.parametrize(("turned", "corner"), [(90, (0.91, 0.08)), (180, (0.92, 0.91)), (270, (0.09, 0.92))])
def test_a_turned_page_keeps_its_places(reader: Reader, turned: int, corner: tuple[float, float]) -> None:
    [page] = reader.read(pdf(Sheet(TEXTS, turned=turned))).pages
    assert page.rotation == turned
    assert [line.text for line in page.lines] == ["Name:", "Jane Doe", "Date of Birth 1980-12-11"]
    assert page.lines[0].place.points[0] == pytest.approx(corner, abs=0.03)


def test_a_scan_is_recognised(reader: Reader) -> None:
    [page] = reader.read(pdf(Sheet(picture=(0, 150, 600, 100, SCAN)))).pages
    assert (page.source, page.text) == ("ocr", "Scanned words 12345")
    assert page.lines[0].place.box.left == pytest.approx(50 / 700, abs=0.02)


def test_a_hidden_layer_of_words_is_not_believed(reader: Reader) -> None:
    hidden = [(40, 200, 20, "Other words than those seen here")]
    [page] = reader.read(pdf(Sheet(hidden, hidden=True, picture=(0, 150, 600, 100, SCAN)))).pages
    assert page.text == "Scanned words 12345"


def test_text_beside_a_picture_of_text(reader: Reader) -> None:
    [page] = reader.read(pdf(Sheet(TEXTS, picture=(50, 100, 500, 80, SCAN)))).pages
    assert (page.source, page.text) == ("text", "Name:\nJane Doe\nDate of Birth 1980-12-11\nScanned words 12345")


def test_values_of_a_form_are_part_of_the_page(reader: Reader) -> None:
    assert "Filled In" in reader.read(pdf(Sheet(TEXTS, field="Filled In"))).text


def test_an_empty_page_has_no_words(reader: Reader) -> None:
    read = reader.read(pdf(Sheet(), Sheet(TEXTS)))
    assert [len(page.lines) for page in read.pages] == [0, 3]


def test_a_locked_file_says_so(reader: Reader) -> None:
    with pytest.raises(UnsupportedDocument, match="password"):
        reader.read(pdf(Sheet(TEXTS), locked=True))


def test_a_cut_file_says_so(reader: Reader) -> None:
    with pytest.raises(UnreadableDocument, match="damaged or cut short"):
        reader.read(pdf(Sheet(TEXTS))[:40])


def test_a_thousand_pages_tell_how_far_they_are(reader: Reader) -> None:
    seen: list[tuple[int, int]] = []
    sheets = [Sheet([(50, 300, 12, f"This is page {number} of many")]) for number in range(1, 1001)]
    read = reader.read(pdf(*sheets), progress=lambda done, of: seen.append((done, of)))
    assert [page.text for page in read.pages][::333] == [
        f"This is page {number} of many" for number in (1, 334, 667, 1000)
    ]
    assert seen == sorted(seen)
    assert seen[-1] == (1000, 1000)


def test_only_the_pages_asked_for_are_read(reader: Reader) -> None:
    data = pdf(*[Sheet([(50, 300, 12, f"This is page {number}")]) for number in range(1, 30)])
    read = reader.read(data, pages=["3", "27-*"])
    assert ([page.number for page in read.pages], read.page_count) == ([3, 27, 28, 29], 29)


def test_too_many_pages_are_refused(reader: Reader) -> None:
    with pytest.raises(DocumentTooLarge, match="3001 pages"):
        reader.read(pdf(*[Sheet()] * 3001))


def test_it_stops_when_told(reader: Reader) -> None:
    stop = threading.Event()
    data = pdf(*[Sheet([(50, 300, 12, f"Page {number} of many pages")]) for number in range(600)])
    with pytest.raises(Conflict, match="stopped"):
        reader.read(data, progress=lambda done, of: stop.set(), stop=stop)
