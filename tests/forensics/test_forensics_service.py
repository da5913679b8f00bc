"""The service: pieces put together, pages in parallel, what is refused, and that nothing hangs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from groundstone.errors import (
    Conflict,
    DocumentTooLarge,
    InvalidInput,
    UnreadableDocument,
    UnsupportedDocument,
    WeightsMissing,
)
from groundstone.forensics.base import LAYERS, Heat, Report
from groundstone.forensics.result import hottest, report_json, report_of
from groundstone.forensics.service import Forensics
from groundstone.records import Box
from tests.forensics.standin import CHILD, CHILDREN, StandInDocuments, drawn, file_of, forensics, weigh

GENUINE, FORGED, BLANK = file_of(drawn()), file_of(drawn(red=True)), file_of(Image.new("RGB", (80, 80), "white"))


@pytest.fixture(scope="module")
def service() -> Iterator[Forensics]:
    made = forensics()
    yield made
    made.close()


def test_a_forged_page_is_told_with_its_place_and_its_evidence(service: Forensics) -> None:
    report = service.check(FORGED, "payslip.png")
    assert (report.verdict, report.file, report.media_type) == ("forged", "payslip.png", "image/png")
    assert report.probability is not None
    assert report.interval is not None
    assert report.interval[0] < report.probability < report.interval[1]
    (box,) = report.boxes
    assert 0.45 < box.left < 0.55
    assert box.page == 1
    assert [one.kind for one in report.evidence] == ["pixels", "font"]
    (page,) = report.pages
    assert (page.width, page.height, page.number, page.boxes) == (400, 304, 1, report.boxes)
    assert page.heat is not None
    assert len(page.heat.cells) == page.heat.rows * page.heat.columns


def test_a_genuine_page_is_told_genuine(service: Forensics) -> None:
    report = service.check(GENUINE)
    assert (report.verdict, report.boxes) == ("genuine", ())


def test_a_blank_page_cannot_be_judged_and_has_no_made_up_score(service: Forensics) -> None:
    report = service.check(BLANK)
    assert (report.verdict, report.probability, report.interval) == ("cannot tell", None, None)
    assert "blank" in report.basis


@pytest.mark.parametrize("form", ["TIFF", "PDF"])
def test_of_several_pages_the_most_suspicious_one_speaks_for_the_file(service: Forensics, form: str) -> None:
    data = file_of(drawn(), drawn(red=True), drawn(), form=form)
    report = service.check(data, "three")
    assert [page.verdict for page in report.pages] == ["genuine", "forged", "genuine"]
    assert (report.verdict, report.page_count) == ("forged", 3)
    assert {box.page for box in report.boxes} == {2}
    assert {box.page for one in report.evidence for box in one.boxes} == {2}


def test_only_the_pages_asked_for_are_checked(service: Forensics) -> None:
    data = file_of(drawn(), drawn(red=True), drawn(), form="TIFF")
    report = service.check(data, pages=("3",))
    assert ([page.number for page in report.pages], report.page_count, report.verdict) == ([3], 3, "genuine")
    with pytest.raises(InvalidInput, match="none is meant"):
        service.check(data, pages=("4-9",))
    with pytest.raises(InvalidInput, match="names no pages"):
        service.check(data, pages=("soon",))


def test_what_the_file_tells_counts_for_the_file_and_not_for_one_page_of_many(service: Forensics) -> None:
    one = service.check(file_of(drawn(), form="TIFF", software="Paint Shop"))
    assert [each.kind for each in one.evidence] == [each.kind for each in one.pages[0].evidence] == ["metadata", "font"]
    several = service.check(file_of(drawn(), drawn(), form="TIFF", software="Paint Shop"))
    assert several.evidence[0].kind == "metadata"
    assert all(each.kind == "font" for page in several.pages for each in page.evidence)
    assert several.probability is not None
    assert several.pages[0].probability is not None
    assert several.probability > several.pages[0].probability


def test_words_can_be_left_out() -> None:
    documents = StandInDocuments()
    service = forensics(lambda: documents)
    service.check(GENUINE, words=False)
    assert documents.asked == []
    service.check(GENUINE, background=True)
    assert documents.asked == [(["1"], True)]
    service.close()


def test_words_that_cannot_be_read_are_told_and_change_nothing_else() -> None:
    service = forensics(lambda: StandInDocuments(UnreadableDocument("it took longer than 180 seconds to read")))
    report = service.check(FORGED)
    assert report.verdict == "forged"
    assert report.basis.endswith("Its words could not be looked at: it took longer than 180 seconds to read.")
    service.close()


def test_missing_models_of_recognition_are_an_error_and_no_silent_gap() -> None:
    service = forensics(lambda: StandInDocuments(WeightsMissing("rapidocr is not installed")))
    with pytest.raises(WeightsMissing):
        service.check(FORGED)
    assert service.check(FORGED, words=False).verdict == "forged"
    service.close()


def test_progress_is_told_page_by_page(service: Forensics) -> None:
    told: list[tuple[int, int]] = []
    service.check(file_of(drawn(), drawn(), drawn(), form="TIFF"), progress=lambda *so_far: told.append(so_far))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_check_that_is_stopped_ends_in_a_conflict(service: Forensics) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Conflict, match="stopped"):
        service.check(GENUINE, stop=stop)


def test_a_stop_in_the_middle_ends_the_rest(service: Forensics) -> None:
    stop = threading.Event()
    data = file_of(*[drawn()] * 30, form="TIFF")
    with pytest.raises(Conflict, match="stopped"):
        service.check(data, progress=lambda done, total: stop.set(), stop=stop)


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (b"", UnreadableDocument, "empty"),
        (b"PK\x03\x04" + bytes(60), UnsupportedDocument, "ZIP"),
        (b"nonsense" * 20, UnsupportedDocument, "no format"),
        (GENUINE[:200], UnreadableDocument, "damaged"),
        (b"%PDF-1.4\n" + bytes(90), UnreadableDocument, "PDF"),
        (file_of(drawn(corner=(0, 255, 255))), UnreadableDocument, "^its tables are broken"),
        (file_of(drawn(corner=(255, 0, 255))), UnreadableDocument, "crashed"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(
    service: Forensics, data: bytes, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        service.check(data)


def test_a_bad_page_of_several_is_named(service: Forensics) -> None:
    data = file_of(drawn(), drawn(corner=(0, 255, 255)), form="TIFF")
    with pytest.raises(UnreadableDocument, match="page 2: its tables are broken"):
        service.check(data)


def test_a_file_beyond_the_limit_is_not_sent_to_a_child() -> None:
    service = Forensics(StandInDocuments, max_bytes=100, kinds=CHILDREN, preload=())  # type: ignore[arg-type]
    for call in (service.check, service.layer):
        with pytest.raises(DocumentTooLarge, match="at most"):
            call(GENUINE)
    with pytest.raises(InvalidInput, match="at_once"):
        Forensics(StandInDocuments, -1)  # type: ignore[arg-type]


@pytest.mark.parametrize("layer", LAYERS)
def test_each_layer_is_a_picture_of_the_width_asked_for(service: Forensics, layer: Any) -> None:
    with Image.open(BytesIO(service.layer(FORGED, 1, layer, 200))) as made:
        assert (made.format, made.width, made.height) == ("PNG", 200, 152)


def test_the_heat_of_an_earlier_report_is_used_again(service: Forensics) -> None:
    cold = Heat(2, 2, bytes(4))
    with Image.open(BytesIO(service.layer(FORGED, 1, "heat", 40, heat=cold))) as made:
        assert made.getextrema() == (0, 0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"layer": "soul"}, "no layer 'soul'"),
        ({"page": 2}, "no page 2; the document has 1"),
        ({"page": 0}, "no page 0"),
        ({"width": 0}, "1 to 4000"),
        ({"width": 4001}, "1 to 4000"),
    ],
)
def test_a_layer_that_does_not_exist_is_refused(service: Forensics, options: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        service.layer(FORGED, **options)


def test_checks_from_several_threads_do_not_disturb_each_other(service: Forensics) -> None:
    found: dict[int, Report] = {}

    def run(number: int) -> None:
        found[number] = service.check(FORGED if number % 2 else GENUINE)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [found[number].verdict for number in range(6)] == ["genuine", "forged"] * 3


def test_a_report_as_json_tells_everything_and_can_be_read_again(service: Forensics) -> None:
    report = service.check(FORGED, "payslip.png")
    said = report_json(report)
    assert list(said) == [
        "file", "media_type", "page_count", "verdict", "probability", "interval", "basis", "evidence", "boxes", "pages",
    ]  # fmt: skip
    (box,) = said["boxes"]
    assert list(box) == ["page", "left", "top", "width", "height", "score"]
    assert 0.5 < box["score"] <= 1
    assert list(said["evidence"][0]) == ["kind", "text", "odds", "boxes"]
    assert "heat" not in said["pages"][0]
    kept = report_json(report, heat=True)
    again = report_of(kept)
    assert report_json(again, heat=True) == kept
    assert (again.verdict, again.pages[0].heat) == (report.verdict, report.pages[0].heat)


def test_a_report_that_cannot_tell_keeps_its_gaps(service: Forensics) -> None:
    said = report_json(service.check(BLANK), heat=True)
    assert (said["probability"], said["interval"], said["pages"][0]["heat"]) == (None, None, None)
    assert report_of(said).pages[0].heat is None


@given(
    st.integers(1, 6), st.integers(1, 6), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.data()
)
def test_the_hottest_cell_of_a_place_lies_in_it(
    rows: int, columns: int, left: float, top: float, width: float, height: float, data: st.DataObject
) -> None:
    cells = data.draw(st.binary(min_size=rows * columns, max_size=rows * columns))
    score = hottest(Heat(rows, columns, cells), Box(left, top, min(width, 1 - left), min(height, 1 - top)))
    assert 0 <= score <= max(cells) / 255
    assert hottest(Heat(rows, columns, cells), Box(0, 0, 1, 1)) == max(cells) / 255


def test_children_that_find_nonsense_places_do_no_harm() -> None:
    from groundstone.forensics.join import joined
    from groundstone.forensics.work import Pieces

    wild = {"left": -3, "top": 0.5, "width": 9, "height": 9}
    pixels = {"width": 10, "height": 10, "score": 1.0, "basis": "b", "boxes": [wild]}
    report = joined("a", "image/png", 1, Pieces(pixels={1: pixels}), weigh)
    assert report.boxes == (Box(0.0, 0.5, 1.0, 0.5, 1),)


def test_the_children_are_those_that_the_package_has() -> None:
    from groundstone.forensics.service import KINDS, PRELOAD

    assert set(KINDS) == set(CHILDREN)
    assert CHILD not in KINDS.values()
    assert set(PRELOAD) <= set(KINDS.values())
