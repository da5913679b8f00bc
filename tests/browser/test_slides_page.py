"""The page that talks to slides in a real browser: decks, reading, questions, marked places, failures, deletion."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from groundstone.documents.decks.base import Deck, Drawing, Element, Grid
from groundstone.identity import LOCAL
from groundstone.records import Box
from groundstone.slides.base import Said, SlideAnswer, SlideCitation, SlideHit
from tests.browser.visiting import visiting
from tests.slides.shelved import ShelfPlatform, StandInReader, text_deck

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FilePayload, Page

AUDIT = (Path(__file__).parent / "audit.js").read_text(encoding="utf-8")
HOSTILE = "<img src=x onerror=alert(1)>"
BOX = Box(0.25, 0.5, 0.5, 0.1, 2)
READ = "#decks .deck:not(.reading)"


def blank(width: int, height: int) -> bytes:
    """A white PNG, 8 bits of grey a pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\xff" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class DrawnReader(StandInReader):
    """Reads like the stand-in, with a table on the second slide, and gives pictures that a browser can show."""

    how: Any = "sketch"

    def read(self, *given: Any, **options: Any) -> Deck:
        deck = super().read(*given, **options)
        grid = Grid((("Place", "People"), (HOSTILE, "214")))
        return replace(
            deck,
            slides=tuple(
                replace(one, elements=(*one.elements, Element("table", 9, grid=grid))) if one.number == 2 else one
                for one in deck.slides
            ),
        )

    def picture(self, data: bytes, name: str, number: int, width: int = 1280, deck: Deck | None = None) -> Drawing:
        return Drawing(blank(64, 36), 64, 36, self.how)


def deck_file(title: str = "Plan", slides: int = 3, name: str = "plan.pptx") -> FilePayload:
    texts = [f"Slide {number}\nRent is {number}2 million euros" for number in range(1, slides + 1)]
    return {"name": name, "mimeType": "application/octet-stream", "buffer": text_deck(title, *texts)}


@pytest.fixture
def reader() -> DrawnReader:
    return DrawnReader()


@pytest.fixture
def platform(tmp_path: Path, reader: DrawnReader) -> Iterator[ShelfPlatform]:
    made = ShelfPlatform(tmp_path, reader, max_upload_mb=1)
    with made:
        yield made


@pytest.fixture
def page(browser: Browser, platform: ShelfPlatform, request: pytest.FixtureRequest) -> Iterator[Page]:
    options = getattr(request, "param", {})
    with visiting(browser, platform, "/slides", options, expected="Failed to load resource") as page:
        yield page


def add(page: Page, *files: FilePayload) -> None:
    before = page.locator(READ).count()
    for number, file in enumerate(files, 1):
        page.set_input_files("#file", file)
        page.locator(READ).nth(before + number - 1).wait_for()


def ask(page: Page, question: str) -> Any:
    before = page.locator(".exchange").count()
    page.fill("#question", question)
    page.press("#question", "Enter")
    exchange = page.locator(".exchange").nth(before)
    page.locator(".exchange:not([aria-busy])").nth(before).wait_for()
    return exchange


@pytest.fixture
def asked(platform: ShelfPlatform, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Answers are made up, quoting slide 2 of each deck that is asked; gives what was asked."""
    calls: list[dict[str, Any]] = []

    def answer(caller: Any, question: str, history: Any, *, decks: Any = (), way: str = "") -> SlideAnswer:
        calls.append({"question": question, "history": len(history), "decks": list(decks), "way": way})
        found = [one for one in platform.slides.decks(caller) if not decks or one.id in decks]
        hits = tuple(SlideHit(one.id, 2, 0.9) for one in found)
        if "dog" in question:
            return SlideAnswer(question, question, (Said("The decks do not say."),), slides=hits, declined=True)
        cited = tuple(
            SlideCitation(one.id, one.name, 2, "Slide 2", "Rent is 22 million euros", "text", (BOX,)) for one in found
        )
        said = (Said("Rent is 22 million euros.", tuple(range(len(cited)))), Said(HOSTILE, (), supported=False))
        workings = ("22 million - 12 million = 10 million",)
        closest = "perhaps" in question
        return SlideAnswer(question, f"{question} in 2025", said, cited, workings, hits, closest=closest, model="eye")

    monkeypatch.setattr(platform.slides, "ask", answer)
    return calls


def test_a_deck_is_dropped_in_read_asked_and_its_slide_is_marked(page: Page, asked: list[dict[str, Any]]) -> None:
    assert page.evaluate(AUDIT) == []
    add(page, deck_file(HOSTILE))
    assert page.locator("#deck-name").inner_text() == HOSTILE  # as words, not as an element
    assert page.locator("#where").inner_text() == "1 of 3"
    assert page.locator(".thumb img").count() == 3
    exchange = ask(page, "What is the rent?")
    assert exchange.locator(".sentence").all_inner_texts() == ["Rent is 22 million euros.", HOSTILE]
    assert exchange.locator(".unsupported").count() == 1
    assert "22 million - 12 million = 10 million" in exchange.locator(".workings").inner_text()
    assert "in 2025" in exchange.locator(".slide-understood").inner_text()
    assert page.locator("#where").inner_text() == "2 of 3"
    assert page.locator("#quote mark").inner_text() == "Rent is 22 million euros"
    page.locator("#paper img.there").wait_for()
    lit, paper = page.locator("rect.lit").bounding_box(), page.locator("#paper").bounding_box()
    assert lit is not None
    assert paper is not None
    assert abs((lit["x"] - paper["x"]) / paper["width"] - 0.25) < 0.02
    page.locator("#sketch").wait_for()
    assert page.evaluate(AUDIT) == []


def test_a_real_picture_of_a_slide_is_not_called_a_sketch(page: Page, reader: DrawnReader) -> None:
    reader.how = "pdf"
    with page.expect_response("**/drawing**"):
        add(page, deck_file())
    page.locator("#paper img.there").wait_for()
    assert not page.locator("#sketch").is_visible()


def test_slides_are_turned_by_buttons_keys_and_the_strip(page: Page) -> None:
    add(page, deck_file(slides=4))
    page.click("#after")
    assert page.locator("#where").inner_text() == "2 of 4"
    page.focus("#stage")
    page.keyboard.press("ArrowRight")
    assert page.locator("#where").inner_text() == "3 of 4"
    page.keyboard.press("ArrowLeft")
    page.click("#before")
    assert page.locator("#before").is_disabled()
    page.click(".thumb >> nth=3")
    assert page.locator("#where").inner_text() == "4 of 4"
    assert page.locator(".thumb[aria-current]").get_attribute("aria-label") == "Slide 4"
    page.focus("#question")
    page.keyboard.press("ArrowLeft")  # there it moves the cursor
    assert page.locator("#where").inner_text() == "4 of 4"
    address = page.url
    page.reload()
    page.locator("#where", has_text="4 of 4").wait_for()
    assert page.url == address


def test_the_text_of_a_slide_is_there_with_its_tables(page: Page) -> None:
    add(page, deck_file())
    page.click("#after")
    page.click("#text-fold summary")
    page.locator("#text .cells").wait_for()
    assert page.locator("#text h3").inner_text() == "Slide 2"
    assert page.locator("#text th").all_inner_texts() == ["Place", "People", HOSTILE]
    assert page.locator("#text td").all_inner_texts() == ["214"]
    page.click("#after")
    page.locator("#text h3", has_text="Slide 3").wait_for()


def test_a_deck_is_seen_being_read(page: Page, reader: DrawnReader) -> None:
    reader.hold = Event()
    page.set_input_files("#file", deck_file(slides=5))
    page.locator("#progress-words", has_text="1 of 5 slides").wait_for()
    assert page.locator(".thumb img").count() == 1
    page.click(".thumb >> nth=4")
    page.locator(".paper-note", has_text="is being read").wait_for()
    reader.hold.set()
    page.locator(READ).wait_for()
    assert page.locator(".thumb img").count() == 5
    page.locator("#paper img.there").wait_for()
    assert not page.locator("#progress").is_visible()


def test_several_decks_are_asked_or_left_out(page: Page, asked: list[dict[str, Any]]) -> None:
    add(page, deck_file("One", name="one.pptx"), deck_file("Two", name="two.pptx"))
    assert page.locator("#asked").inner_text() == "Both decks are asked"
    ask(page, "Which deck says so?")
    page.locator(".slide-sources .source").nth(1).click()
    assert page.locator("#deck-name").inner_text() == "One"  # the newest is listed first
    page.locator("#decks input").first.uncheck()
    page.click("#ways summary")
    page.check('input[name="way"][value="described"]')
    ask(page, "And now?")
    first, second = asked
    assert (first["decks"], first["history"], first["way"]) == ([], 0, "together")
    assert (len(second["decks"]), second["history"], second["way"]) == (1, 1, "described")
    page.click("#fresh")
    assert page.locator(".exchange").count() == 0
    ask(page, "Again?")
    assert asked[-1]["history"] == 0
    page.locator("#decks input").last.uncheck()
    page.fill("#question", "Nobody?")
    page.press("#question", "Enter")
    page.locator("#trouble", has_text="No deck is chosen").wait_for()
    assert page.input_value("#question") == "Nobody?"


def test_what_is_not_said_and_what_only_comes_close_look_so(page: Page, asked: list[dict[str, Any]]) -> None:
    add(page, deck_file())
    declined = ask(page, "What is the name of the dog?")
    assert declined.locator(".declined").inner_text().strip() == "The decks do not say."
    declined.locator(".slide-nearest .link").click()
    assert page.locator("#where").inner_text() == "2 of 3"
    assert "comes closest" in ask(page, "perhaps?").locator(".slide-unsure").inner_text()
    assert page.evaluate(AUDIT) == []


def test_several_pictures_are_one_deck(page: Page, platform: ShelfPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    add_deck = platform.slides.add

    def taken(caller: Any, name: str, data: Any) -> Any:
        sent.append([part for part, _ in data])
        return add_deck(caller, "pictures.zip", text_deck("Pictures", "A", "B"))

    monkeypatch.setattr(platform.slides, "add", taken)
    pictures = [{"name": name, "mimeType": "image/png", "buffer": blank(4, 4)} for name in ("one.png", "two.png")]
    page.set_input_files("#file", pictures)  # type: ignore[arg-type]
    page.locator(READ).wait_for()
    assert sent == [["one.png", "two.png"]]


def test_of_several_files_those_that_are_decks_are_taken(page: Page) -> None:
    files = [
        {"name": "x.txt", "mimeType": "text/plain", "buffer": b"words"},
        deck_file("One", name="one.pptx"),
        deck_file("Two", name="two.pptx"),
    ]
    page.set_input_files("#file", files)  # type: ignore[arg-type]
    page.locator("#trouble", has_text="x.txt: x.txt is no deck").wait_for()
    page.locator(READ).nth(1).wait_for()
    assert sorted(page.locator(".deck-title").all_inner_texts()) == ["One", "Two"]


def test_what_cannot_be_read_says_why_and_is_tried_again(page: Page) -> None:
    page.set_input_files("#file", {"name": "x.txt", "mimeType": "text/plain", "buffer": b"words"})
    page.locator("#trouble", has_text="no deck").wait_for()
    large = {"name": "large.pptx", "mimeType": "application/octet-stream", "buffer": b"x" * 1_100_000}
    page.set_input_files("#file", large)  # type: ignore[arg-type]
    page.locator("#trouble", has_text="larger than 1 MB").wait_for()
    broken = text_deck("Broken", "BROKEN")
    page.set_input_files("#file", {"name": "b.pptx", "mimeType": "application/octet-stream", "buffer": broken})
    page.locator(".deck.failed").wait_for()
    assert "slide 1 of b.pptx is damaged" in page.locator("#problems-list").inner_text()
    assert not page.locator("#showing").is_visible()
    assert page.evaluate(AUDIT) == []
    page.click("#retry")
    page.locator(".deck.failed").wait_for()


def test_a_deck_is_deleted_after_a_question(page: Page, platform: ShelfPlatform) -> None:
    add(page, deck_file("One", name="one.pptx"), deck_file("Two", name="two.pptx"))
    page.click("#delete")
    page.click("#sure button[value=keep]")
    assert len(platform.slides.decks(LOCAL)) == 2
    page.click("#delete")
    page.click("#sure button[value=delete]")
    page.locator("#deck-name", has_text="One").wait_for()
    assert [one.title for one in platform.slides.decks(LOCAL)] == ["One"]
    page.click("#delete")
    page.click("#sure button[value=delete]")
    page.locator("#start").wait_for()
    assert platform.slides.decks(LOCAL) == []


def test_a_server_that_went_away_is_told_and_the_question_is_kept(page: Page, asked: list[dict[str, Any]]) -> None:
    add(page, deck_file())
    page.context.set_offline(True)
    exchange = ask(page, "What is the rent?")
    assert "cannot be reached" in exchange.locator(".trouble").inner_text()
    assert page.input_value("#question") == "What is the rent?"
    page.context.set_offline(False)
    exchange.locator(".again").click()
    page.locator(".sentence").first.wait_for()
    assert page.locator(".exchange").count() == 1


def test_the_words_of_an_answer_come_with_marks_that_turn_the_slide(page: Page, asked: list[dict[str, Any]]) -> None:
    add(page, deck_file())
    exchange = ask(page, "What is the rent?")
    page.click(".thumb >> nth=0")
    assert page.locator("rect.lit").count() == 0
    exchange.locator(".cite").first.click()
    assert page.locator("#where").inner_text() == "2 of 3"
    assert page.locator("rect.lit").count() == 1


@pytest.mark.parametrize(
    "page",
    [
        {"color_scheme": "dark"},
        {"viewport": {"width": 360, "height": 740}},
        {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark", "has_touch": True},
        {"viewport": {"width": 768, "height": 1024}},
    ],
    indirect=True,
)
def test_nothing_is_too_faint_too_small_or_too_wide(page: Page, asked: list[dict[str, Any]]) -> None:
    assert page.evaluate(AUDIT) == []
    add(page, deck_file("a very long title " * 12, slides=60, name=f"{'long' * 30}.pptx"), deck_file())
    page.click(".deck-open >> nth=1")
    ask(page, "What is the rent? " * 20)
    page.click("#ways summary")
    page.click("#text-fold summary")
    assert page.evaluate(AUDIT) == []
