"""Decks, pictures and scans as sources of a knowledge base; a few small pictures are really recognised."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from groundstone.documents.decks.reader import DeckReader
from groundstone.documents.reader import Reader
from groundstone.errors import GroundstoneError, InvalidInput, NotFound, UnreadableDocument, WeightsMissing
from groundstone.identity import LOCAL
from groundstone.knowledge import index
from groundstone.knowledge.answer import Answer, citation_of, to_json
from groundstone.knowledge.base import KnowledgeBase
from groundstone.knowledge.chunk import chunk
from groundstone.knowledge.direct import ENDINGS, Direct, DirectSource, ending
from groundstone.knowledge.parse import Parser
from groundstone.knowledge.parsed import GAP, Sheet, bound, spaced
from groundstone.knowledge.quotes import Evidence, passages_of
from groundstone.knowledge.readers import DECKS, PICTURES, Readers
from groundstone.knowledge.source import most_bytes
from groundstone.knowledge.spec import Chunking, KnowledgeSpec, SourceSpec
from groundstone.questions.query import Query
from groundstone.records import Box, Chunk, Document, Regions
from groundstone.server.aws.knowledge_results import REGIONS, _add_regions
from groundstone.stores import _records
from tests.documents.drawn import DrawnReader, drawn
from tests.documents.pdf_files import Sheet as Page
from tests.documents.pdf_files import pdf
from tests.knowledge.tiny import TinyEmbed, collection

SCAN = "Invoice total\nPaid on Monday"


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    reader = Reader(2)
    decks = DeckReader(lambda: reader)
    yield Readers(lambda: reader, lambda: decks)
    decks.close()
    reader.close()


@pytest.fixture(scope="module")
def parser(readers: Readers) -> Iterator[Parser]:
    with Parser(readers=readers) as one:
        yield one


def stand_in(reading: Callable[[int], None] | None = None) -> Readers:
    """A reader of drawn pages instead of the real one, and no decks."""
    return Readers(lambda: DrawnReader(reading), lambda: pytest.fail("no deck here"))


def deck(*slides: tuple[str, list[str]], notes: str = "") -> bytes:
    pptx = pytest.importorskip("pptx")
    made = pptx.Presentation()
    for title, bullets in slides:
        slide = made.slides.add_slide(made.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "\n".join(bullets)
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def picture(*lines: str, size: tuple[int, int] = (520, 540)) -> Image.Image:
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        pen.text((40, 30 + 90 * row), line, fill="black", font=ImageFont.load_default(38))
    return image


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


SALES = deck(
    ("Sales in 2024", ["Europe grew by 14 percent", "Asia grew by 3 percent"]),
    ("Questions", []),
    ("Plans", ["A depot opens in Leipzig", "Ten more trucks"]),
    notes="Say thank you.",
)


def document_of(parser: Parser, name: str, data: bytes) -> Document:
    parsed = parser.parse(name, data)
    return Document("d", parsed.title, parsed.text, parts=parsed.parts, media_type=parsed.media_type,
                    regions=parsed.regions)  # fmt: skip


def test_a_deck_becomes_a_part_for_each_slide_under_its_title(parser: Parser) -> None:
    found = document_of(parser, "sales.pptx", SALES)
    assert [(part.page, part.label) for part in found.parts] == [(1, "Sales in 2024"), (2, "Questions"), (3, "Plans")]
    first = found.parts[0]
    lines = found.text[first.start : first.end].split(GAP)
    assert lines == ["Sales in 2024", "Europe grew by 14 percent", "Asia grew by 3 percent", "Say thank you."]
    assert (found.title, found.page_noun) == ("Sales in 2024", "slide")


def test_a_citation_of_a_deck_says_slide_and_place(parser: Parser) -> None:
    found = document_of(parser, "sales.pptx", SALES)
    start = found.text.index("A depot")
    evidence = Evidence()
    evidence.cite(found, start, start + len("A depot opens in Leipzig"))
    (cited,) = evidence.citations
    assert (cited.quote, cited.page, cited.page_noun) == ("A depot opens in Leipzig", 3, "slide")
    (box,) = cited.boxes
    other = found.regions.boxes(found.text.index("Ten more"), found.text.index("Ten more") + 3)[0]
    assert box.page == 3
    assert 0 < box.width <= 1
    assert box.top < other.top


def test_what_notes_say_has_a_slide_but_no_place(parser: Parser) -> None:
    found = document_of(parser, "sales.pptx", SALES)
    start = found.text.index("Say thank")
    assert found.regions.boxes(start, start + 14) == ()


@pytest.mark.parametrize("method", ["structure", "fixed", "hierarchical", "semantic"])
def test_no_chunk_crosses_slides(parser: Parser, method: Any) -> None:
    found = document_of(parser, "sales.pptx", SALES)
    chunks = chunk(found, Chunking(method), embed=TinyEmbed())
    pages = [(found.part_at(one.start), found.part_at(one.end - 1)) for one in chunks]
    assert all(first is not None and first == last for first, last in pages)
    assert {one.page for one in chunks} == {1, 2, 3}
    assert all(one.embedded.startswith("Sales in 2024") for one in chunks if one.embedded)


def test_every_line_of_a_slide_but_its_title_may_be_quoted(parser: Parser) -> None:
    found = document_of(parser, "sales.pptx", SALES)
    (*_, last) = chunk(found, Chunking())
    quoted = [found.text[start:end] for _, start, end, _ in passages_of(found, last, None)]
    assert quoted == ["A depot opens in Leipzig", "Ten more trucks", "Say thank you."]


def test_words_in_a_picture_are_recognised_with_their_places(parser: Parser) -> None:
    found = document_of(parser, "photo.png", png(picture("Invoice total", "Paid on Monday")))
    assert found.text == SCAN
    assert found.media_type == "image/png"
    assert [part.page for part in found.parts] == [1]
    (box,) = found.regions.boxes(found.text.index("Paid"), len(found.text))
    assert 0.2 < box.top < 0.35
    assert box.left < 0.15


def test_pages_of_a_pdf_that_are_pictures_are_recognised_and_the_others_are_not(parser: Parser) -> None:
    image = picture("Invoice total", "Paid on Monday")
    own = Page(((60, 300, 12, "This page has words of its own, more than four."),))
    steps: list[tuple[int, int]] = []
    data = pdf(own, Page((), (0, 0, 400, 415, image), size=(400, 415)), Page())
    parsed = parser.parse("mixed.pdf", data, lambda *step: steps.append(step))
    assert [part.page for part in parsed.parts] == [1, 2]
    assert parsed.text == f"This page has words of its own, more than four.{GAP}{SCAN}"
    assert steps[-1] == (1, 1)


def test_lines_of_a_pdf_have_places_however_the_page_is_turned(parser: Parser) -> None:
    texts = ((60, 300, 12, "The first line says one thing."), (60, 100, 12, "The last line says another."))
    upright, turned = (parser.parse("a.pdf", pdf(Page(texts, turned=angle))) for angle in (0, 90))
    (first,) = upright.regions.boxes(0, 5)
    (last,) = upright.regions.boxes(len(upright.text) - 3, len(upright.text))
    assert first.top == pytest.approx(0.23, abs=0.03)
    assert last.top == pytest.approx(0.73, abs=0.03)
    (side,) = turned.regions.boxes(0, 5)
    assert side.height > 3 * side.width


def test_without_readers_only_text_is_read() -> None:
    with Parser() as plain:
        for name in ("a.pptx", "a.odp", "a.png"):
            with pytest.raises(UnreadableDocument, match=r"not a kind that can be read: \.csv"):
                plain.parse(name, b"x")
        scan = pdf(Page((), (0, 0, 600, 300, picture("Invoice"))))
        with pytest.raises(UnreadableDocument, match="needs text recognition"):
            plain.parse("scan.pdf", scan)
        assert plain.recipe("scan.pdf") == ""


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pptx", SALES[:3000]),
        ("a.odp", SALES[:2000]),
        ("a.png", png(picture("Invoice"))[:300]),
        ("a.jpg", b"not a picture"),
        ("a.pdf", pdf(Page((), (0, 0, 600, 300, picture("Invoice"))), locked=True)),
        ("a.tiff", b"II*\0" + bytes(40)),
    ],
)
def test_broken_files_are_refused_with_a_reason(parser: Parser, name: str, data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match=r"\w{4}"):
        parser.parse(name, data)


def test_a_page_that_cannot_be_read_is_named_and_the_others_stay() -> None:
    def broken(number: int) -> None:
        if number == 2:
            raise UnreadableDocument("it is smudged")

    with Parser(readers=stand_in(broken)) as parser:
        parsed = parser.parse("fax.tiff", drawn("First page here", "lost", "Third page here", media_type="image/tiff"))
    assert [part.page for part in parsed.parts] == [1, 3]
    assert parsed.notes == ("page 2 is left out: it is smudged",)


def test_a_file_whose_pages_all_fail_is_given_up_early() -> None:
    tried: list[int] = []

    def broken(number: int) -> None:
        tried.append(number)
        raise WeightsMissing("the models are not there")

    with Parser(readers=stand_in(broken)) as parser, pytest.raises(UnreadableDocument, match="models are not there"):
        parser.parse("fax.tiff", drawn(*["page"] * 90, media_type="image/tiff"))
    assert len(tried) <= 17


class Base:
    """A folder of files and a collection."""

    def __init__(self, root: Path) -> None:
        self.docs = root / "docs"
        self.docs.mkdir()
        self.root, self.spec = root, KnowledgeSpec("kb", source=SourceSpec("folder", "docs"))
        self.collection = collection(root / "store", self.spec)

    def sync(self, readers: Readers | None, progress: Any = None) -> index.SyncReport:
        return index.sync(
            LOCAL, self.collection, self.spec, TinyEmbed(), progress, base=self.root, readers=readers
        )  # fmt: skip

    def stored(self) -> dict[str, Document]:
        return self.collection.documents(LOCAL, self.collection.ids(LOCAL))


@pytest.fixture
def base(tmp_path: Path) -> Base:
    return Base(tmp_path)


def test_a_folder_of_decks_pictures_and_texts_is_synced_and_bad_files_are_named(base: Base, readers: Readers) -> None:
    files = {
        "sales.pptx": SALES,
        "cut.pptx": SALES[:3000],
        "photo.png": png(picture("Invoice total", "Paid on Monday")),
        "plain.txt": b"Some words.",
    }
    for name, data in files.items():
        (base.docs / name).write_bytes(data)
    report = base.sync(readers)
    assert (report.new, [failure.name for failure in report.failed]) == (3, ["cut.pptx"])
    stored = base.stored()
    place = stored["sales.pptx"].text.index("Ten more")
    assert stored["sales.pptx"].regions.boxes(place, place + 3)[0].page == 3
    assert stored["plain.txt"].regions == Regions()
    again = base.sync(readers)
    assert (again.unchanged, again.new, again.changed) == (3, 0, 0)


def test_what_was_left_out_of_a_document_stands_in_the_report(base: Base) -> None:
    def broken(number: int) -> None:
        if number == 1:
            raise UnreadableDocument("it is smudged")

    (base.docs / "fax.tiff").write_bytes(drawn("lost", "Second page", media_type="image/tiff"))
    report = base.sync(stand_in(broken))
    assert (report.new, report.failed) == (1, ())
    assert [(note.name, note.reason) for note in report.notes] == [("fax.tiff", "page 1 is left out: it is smudged")]


def test_files_are_read_again_once_their_pictures_can_be_read(base: Base, readers: Readers) -> None:
    (base.docs / "plain.txt").write_text("Some words.")
    (base.docs / "own.pdf").write_bytes(pdf(Page(((60, 300, 12, "This page has words of its own."),))))
    base.sync(None)
    report = base.sync(readers)
    assert (report.changed, report.unchanged) == (1, 1)


@dataclass
class Stop(GroundstoneError):
    current: str


def test_a_long_scan_tells_its_pages_can_be_stopped_and_earlier_files_are_kept(
    base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.tiff", "b.tiff"):
        (base.docs / name).write_bytes(drawn(*["Some words here"] * 40, media_type="image/tiff"))
    monkeypatch.setattr(index, "REPORT_EVERY", 0.0)
    monkeypatch.setattr(index, "FLUSH_EVERY", 0.0)
    told: list[str] = []

    def stop(progress: index.Progress) -> None:
        told.append(progress.current)
        if progress.current == "b.tiff: 32 of 40 pages":
            raise Stop(progress.current)

    with pytest.raises(Stop):
        base.sync(_stepping(), stop)
    assert "a.tiff: 16 of 40 pages" in told
    assert base.collection.version(LOCAL) == 0
    report = base.sync(_stepping())
    assert (report.new, report.unchanged) == (1, 1)


def _stepping() -> Readers:
    """Tells after each run of pages, as the real reader does after each page."""

    class Telling(DrawnReader):
        def read(self, data: bytes, name: str = "", *, pages: Any = ("*",), progress: Any = None, **rest: Any) -> Any:
            found = super().read(data, name, pages=pages, **rest)
            if progress:
                progress(len(found.pages), len(found.pages))
            return found

    return replace(stand_in(), pages=Telling)


BOXES = st.builds(
    Box,
    *(st.floats(0, 1, width=32) for _ in range(4)),
    st.integers(1, 5000),
)
LINES = st.lists(st.text("ab c", min_size=1, max_size=8).filter(lambda line: line.strip()), max_size=5)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 20), BOXES), max_size=20))
def test_places_of_words_survive_storing(lengths: list[tuple[int, Box]]) -> None:
    placed, at = [], 0
    for length, box in lengths:
        placed.append((at, at + length, box))
        at += length + 1
    regions = Regions.of(placed)
    assert _records.parts_from_json(_records.parts_to_json((), regions)) == ((), regions)
    for start, end, box in placed:
        (found,) = regions.boxes(start, end)
        assert found.page == box.page
        assert abs(found.left - box.left) < 1e-4
        assert abs(found.top - box.top) < 1e-4
        assert abs(found.width - min(box.width, 1 - box.left)) < 2e-4
    assert regions.boxes(at + 5, at + 9) == ()


def test_documents_that_were_stored_before_there_were_places_are_read() -> None:
    parts, regions = _records.parts_from_json('[[0,5,null,1,"Top"]]')
    assert (parts[0].label, regions) == ("Top", Regions())


@settings(max_examples=40)
@given(st.lists(LINES, max_size=4))
def test_sheets_are_bound_without_losing_a_word_or_a_place(pages: list[list[str]]) -> None:
    sheets = []
    for number, lines in enumerate(pages, 1):
        text, placed, at = "\n".join(lines), [], 0
        for row, line in enumerate(lines):
            placed.append((at, at + len(line), Box(0.0, row / 10, 0.5, 0.1, number)))
            at += len(line) + 1
        sheets.append(Sheet(number, *spaced(text, placed)))
    text, parts, regions = bound(sheets)
    assert [part.page for part in parts] == [number for number, lines in enumerate(pages, 1) if lines]
    for part in parts:
        lines, at = pages[(part.page or 0) - 1], part.start
        assert text[part.start : part.end].split(GAP) == lines
        for row, line in enumerate(lines):
            assert text[at : at + len(line)] == line
            (box,) = regions.boxes(at, at + len(line))
            assert box.page == part.page
            assert abs(box.top - row / 10) < 1e-4
            at += len(line) + len(GAP)


def test_citations_with_places_go_out_as_json_and_come_back(parser: Parser) -> None:
    evidence = Evidence()
    evidence.cite(document_of(parser, "sales.pptx", SALES), 15, 30)
    answer = Answer("?", (), Query("passage", "?"), tuple(evidence.citations))
    (sent,) = json.loads(json.dumps(to_json(answer)))["citations"]
    assert (sent["page_noun"], sent["boxes"][0]["page"]) == ("slide", 1)
    assert citation_of(sent) == evidence.citations[0]


def test_regions_of_a_passage_are_listed_once() -> None:
    metadata: dict[str, Any] = {}
    for boxes in ((), (Box(0, 0, 1, 1),), (Box(0, 0, 1, 1), Box(0, 0, 0.5, 1, 2))):
        _add_regions(metadata, boxes)
    assert [box["page"] for box in metadata[REGIONS]] == [1, 2]


def test_every_such_file_can_be_handed_over_by_its_media_type() -> None:
    assert {ENDINGS[media_type] for media_type in {**DECKS, **PICTURES}.values()} <= {*DECKS, *PICTURES}
    assert (ending("image/jpeg"), ending("image/tiff; x=y")) == (".jpg", ".tif")
    assert most_bytes("a.PPTX") > most_bytes("a.csv")


@pytest.fixture
def shown(base: Base, readers: Readers) -> KnowledgeBase:
    (base.docs / "sales.pptx").write_bytes(SALES)
    (base.docs / "plain.txt").write_text("Some words.")
    made = KnowledgeBase(LOCAL, base.collection, base.spec, TinyEmbed(), base=base.root, readers=readers)
    made.sync()
    return made


def test_a_slide_of_a_document_is_drawn_from_its_file(shown: KnowledgeBase) -> None:
    drawing = shown.picture("sales.pptx", 3, 400)
    assert (drawing.width, drawing.png[:4]) == (400, b"\x89PNG")
    with pytest.raises(InvalidInput, match="the deck has 3"):
        shown.picture("sales.pptx", 4)


def test_only_documents_with_pages_and_a_file_are_drawn(shown: KnowledgeBase, base: Base) -> None:
    with pytest.raises(NotFound, match="no pages"):
        shown.picture("plain.txt")
    with pytest.raises(NotFound, match="no document"):
        shown.picture("../docs/sales.pptx")
    (base.docs / "sales.pptx").unlink()
    with pytest.raises(NotFound, match="has no file"):
        shown.picture("sales.pptx")
    with pytest.raises(NotFound, match="shows no pages"):
        KnowledgeBase(LOCAL, base.collection, base.spec, TinyEmbed(), base=base.root).picture("sales.pptx")


def test_a_document_that_was_handed_over_is_drawn_from_what_is_kept(tmp_path: Path, readers: Readers) -> None:
    (tmp_path / "kept").mkdir()
    spec = KnowledgeSpec("kb", source=SourceSpec("direct", "kept"))
    DirectSource(tmp_path / "kept").put(Direct("one", SALES, "document.pptx"))
    made = KnowledgeBase(
        LOCAL, collection(tmp_path / "store", spec), spec, TinyEmbed(), base=tmp_path, readers=readers
    )  # fmt: skip
    assert made.sync().new == 1
    assert made.picture("one", 1, 300).width == 300


def test_a_pdf_of_slides_is_read_as_a_deck(parser: Parser) -> None:
    head = (40, 330, 40, "Sales in 2024")
    slide = Page((head, (40, 240, 20, "Europe grew by 14 percent"), (40, 150, 20, "Asia grew by 3 percent")))
    found = document_of(parser, "slides.pdf", pdf(slide, slide))
    assert [(part.page, part.label) for part in found.parts] == [(1, "Sales in 2024"), (2, "Sales in 2024")]
    assert found.page_noun == "page"
    (box,) = found.regions.boxes(found.text.index("Europe"), found.text.index("Europe") + 3)
    assert 0.3 < box.top < 0.5


def test_rows_that_only_name_columns_are_not_quoted() -> None:
    text = "Revenue\n\nRegion | 2024\n\nEurope | 2024: 245"
    found = Document("d", "Review", text, media_type=DECKS[".pptx"])
    quoted = passages_of(found, Chunk("d#0", "d", text, 0, len(text), text, heading="Revenue"), None)
    assert [text[start:end] for _, start, end, _ in quoted] == ["Europe | 2024: 245"]
