"""The page that reads documents in a real browser: upload, boxes, questions, corrections, exports, deletion."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from groundstone.config import Settings
from groundstone.documents.base import Finding, Query, Reading
from groundstone.errors import UnreadableDocument
from groundstone.identity import LOCAL
from groundstone.platform import Platform
from tests.browser.visiting import visiting
from tests.documents.card import CardDocuments, picture

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FilePayload, Page

AUDIT = (Path(__file__).parent / "audit.js").read_text(encoding="utf-8")
HOSTILE = "<img src=x onerror=alert(1)>"
CARD: FilePayload = {"name": f"{HOSTILE}.png", "mimeType": "image/png", "buffer": picture()}
LONG: FilePayload = {"name": "long.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-12 pages"}
DROP = """(data) => {
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "dropped.png", { type: "image/png" }));
  return transfer;
}"""


@pytest.fixture
def documents() -> CardDocuments:
    return CardDocuments()


@pytest.fixture
def platform(tmp_path: Path, documents: CardDocuments) -> Iterator[Platform]:
    with Platform(Settings(home=tmp_path, threads=1, max_upload_mb=1)) as platform:
        platform.__dict__["documents"] = documents
        yield platform
        documents.go.set()


@pytest.fixture
def page(browser: Browser, platform: Platform, request: pytest.FixtureRequest) -> Iterator[Page]:
    options = getattr(request, "param", {})
    with visiting(browser, platform, "/read", options, expected="Failed to load resource") as page:
        yield page


def upload(page: Page, file: FilePayload = CARD) -> None:
    page.set_input_files("#file", file)
    page.locator("#suggestions button").first.wait_for()


def ask(page: Page, *questions: str) -> None:
    before = page.locator(".finding-foot").count()
    page.fill("#question", "\n".join(questions))
    page.press("#question", "Enter")
    page.locator(".finding-foot").nth(before + len(questions) - 1).wait_for()


def card(page: Page, question: str) -> str:
    return f'.finding:has(.finding-question:text-is("{question}"))'


def test_a_document_is_uploaded_asked_and_shows_where_answers_stand(page: Page) -> None:
    upload(page)
    assert page.locator("#name").inner_text() == CARD["name"]  # as words, not as an element
    assert page.locator(".word").count() == 12
    ask(page, "What is Name?", "What is the colour?")
    assert page.locator(".finding-answer").all_inner_texts() == ["Major Mary"]
    assert page.locator(".finding-none").inner_text() == "The document does not say"
    assert page.locator(".sure").all_inner_texts() == ["Sure, 97%", "Sure, 90%"]
    page.hover(card(page, "What is Name?"))
    assert page.locator(".lit-answer").count() == page.locator(".lit-label").count() == 1
    page.hover(".found")
    assert "lit" in (page.locator(card(page, "What is Name?")).get_attribute("class") or "")
    page.click(".finding .link:has-text('Why')")
    assert "Stands right of its label." in page.locator(".why").first.inner_text()


def test_suggestions_ask_at_once(page: Page) -> None:
    upload(page)
    page.click("text=Vaccination card")
    page.locator(".finding-foot").nth(3).wait_for()
    assert page.locator(".finding-question").all_inner_texts()[0] == "What is Vaccination Status?"
    page.click("#suggestions button:text-is('Date of Birth')")
    page.locator(".finding-foot").nth(4).wait_for()


def test_an_answer_is_corrected_by_typing_by_picking_and_by_saying_no(page: Page, platform: Platform) -> None:
    upload(page)
    ask(page, "What is Name?")
    correct = page.locator(".finding .link", has_text="Correct")
    correct.click()
    page.fill(".correct input", "Mary Major")
    page.keyboard.press("Enter")
    page.locator(".finding-answer", has_text="Mary Major").wait_for()
    assert "Read: “Major Mary”" in page.locator(".finding-fixed").inner_text()
    correct.click()
    words = page.locator(".word")
    first, last = words.nth(9).bounding_box(), words.nth(11).bounding_box()  # X 123 456
    assert first is not None
    assert last is not None
    page.mouse.move(first["x"] + 3, first["y"] + 8)
    page.mouse.down()
    page.mouse.move(last["x"] + 20, last["y"] + 10, steps=4)
    page.mouse.up()
    assert page.input_value(".correct input") == "X 123 456"
    page.click(".correct .primary")
    page.locator(".finding-answer", has_text="X 123 456").wait_for()
    correct.click()
    page.click(".correct .link")
    page.locator(".finding-none").wait_for()
    (answer,) = platform.kept.answers(LOCAL, platform.kept.mine(LOCAL)[0].id)
    typed, picked, none = answer.corrections
    assert (typed.text, typed.place, none.text) == ("Mary Major", None, None)
    assert picked.place is not None
    assert round(picked.place.box.left, 2) == 0.45


def test_words_are_picked_without_a_mouse(page: Page) -> None:
    upload(page)
    ask(page, "What is Name?")
    page.locator(".finding .link", has_text="Correct").click()
    page.focus("#stage")
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert page.input_value(".correct input") == "Major Mary"
    page.keyboard.press("+")
    assert page.locator("#scale").inner_text() == "150 %"
    page.focus(".correct input")
    page.keyboard.press("Escape")
    assert not page.locator("#pick-note").is_visible()
    assert page.evaluate("document.activeElement.textContent").startswith("Correct")


def test_a_page_is_turned_and_its_words_are_picked_all_the_same(page: Page, platform: Platform) -> None:
    upload(page)
    ask(page, "What is Name?")
    page.locator("img.there").wait_for()
    for turn in ("rotate(90deg)", "rotate(180deg)", "rotate(270deg)"):
        page.click("#turn")
        assert turn in page.locator(".paper-inner").evaluate("(node) => node.style.transform")
        page.locator(".finding .link", has_text="Correct").click()
        box = page.locator(".word").nth(11).bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert page.input_value(".correct input") == "456"
        page.keyboard.press("Escape")
        page.locator(".finding .link", has_text="Correct").click()
        page.locator(".correct .quiet").click()


def test_between_an_answer_and_none_the_likeliest_words_are_offered(
    page: Page, documents: CardDocuments, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = documents._found

    def torn(reading: Reading, query: Query) -> Finding:
        made = found(reading, query)
        return replace(made, answer=None, confidence=0.4)

    monkeypatch.setattr(documents, "_found", torn)
    upload(page)
    ask(page, "What is Name?")
    assert "No sure answer. Perhaps" in page.locator(".perhaps").inner_text()
    page.click(".perhaps .link")
    page.locator(".finding-answer", has_text="Major Mary").wait_for()


def test_another_candidate_is_taken(page: Page) -> None:
    upload(page)
    ask(page, "What is Name?")
    page.click(".finding .link:has-text('Why')")
    page.click(".candidates .link")
    page.locator(".finding-answer", has_text="Name").wait_for()


def test_a_document_is_dropped_and_pasted(page: Page) -> None:
    import base64

    data = base64.b64encode(picture()).decode()
    transfer = page.evaluate_handle(DROP, data)
    page.dispatch_event("body", "dragover", {"dataTransfer": transfer})
    assert page.locator("#veil").is_visible()
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    page.locator("#name", has_text="dropped.png").wait_for()
    page.click("#another")
    page.locator("#zone").wait_for()
    page.evaluate(
        f"""(data) => document.dispatchEvent(new ClipboardEvent("paste", {{ clipboardData: ({DROP})(data) }}))""", data
    )
    page.locator("#name", has_text="dropped.png").wait_for()


def test_a_long_document_is_watched_through_a_reload_and_leafed_through(page: Page, documents: CardDocuments) -> None:
    documents.go.clear()
    page.set_input_files("#file", LONG)
    page.locator("#progress", has_text="Reading: 0 of 12 pages").wait_for()
    page.locator("img.there").wait_for()
    page.fill("#question", "What is Name?")
    page.press("#question", "Enter")
    page.locator(".thinking").wait_for()
    assert page.evaluate(AUDIT) == []
    documents.go.set()
    page.locator(".finding-answer").wait_for()
    page.reload()
    page.locator(".finding-answer", has_text="Major Mary").wait_for()
    assert page.locator("#where").inner_text() == "1 of 12"
    page.click("#after")
    page.locator("#where", has_text="2 of 12").wait_for()
    page.locator(".word").first.wait_for()
    assert page.locator(".found").count() == 0
    page.click(".finding .link:has-text('Page 1')")
    page.locator("#where", has_text="1 of 12").wait_for()
    page.locator(".lit-answer").wait_for(state="attached")


def test_text_forms_and_tables_are_shown(page: Page) -> None:
    upload(page)
    page.focus('input[name="tab"][value="answers"]')
    page.keyboard.press("ArrowRight")
    assert page.locator(".page-text p").all_inner_texts()[0] == "Name Major Mary"
    page.locator(".page-text p").first.focus()
    assert page.locator(".lit-answer").count() == 1
    assert page.evaluate(AUDIT) == []
    page.focus('input[name="tab"][value="text"]')
    page.keyboard.press("ArrowRight")
    assert page.locator(".pair dd").all_inner_texts() == ["Major Mary", "1980-12-11", "X 123 456"]
    page.focus('input[name="tab"][value="forms"]')
    page.keyboard.press("ArrowRight")
    assert page.locator(".cells th").all_inner_texts() == ["Name", "Major Mary"]
    assert page.evaluate(AUDIT) == []


def test_answers_are_taken_along_and_the_document_is_deleted(page: Page, platform: Platform) -> None:
    upload(page)
    ask(page, "What is Name?")
    with page.expect_download() as exported:
        page.click("#as-json")
    assert json.loads(exported.value.path().read_text())["answers"][0]["answer"] == "Major Mary"
    with page.expect_download() as exported:
        page.click("#as-png")
    assert exported.value.path().read_bytes().startswith(b"\x89PNG")
    page.click("#another")
    page.locator("#documents a").click()
    page.locator(".finding-answer").wait_for()
    page.click("#delete")
    page.click("#sure button[value=keep]")
    assert page.locator("#name").is_visible()
    page.click("#delete")
    page.click("#sure button[value=delete]")
    page.locator("#zone").wait_for()
    assert platform.kept.mine(LOCAL) == []
    assert not page.locator("#recent").is_visible()


def test_what_cannot_be_read_says_so(page: Page, documents: CardDocuments) -> None:
    page.set_input_files("#file", {"name": "x.txt", "mimeType": "text/plain", "buffer": b"words"})
    page.locator("#trouble", has_text="neither a picture nor a PDF").wait_for()
    page.set_input_files("#file", {"name": "x.png", "mimeType": "image/png", "buffer": b"x" * 1_100_000})
    page.locator("#trouble", has_text="larger than 1 MB").wait_for()
    documents.fails = UnreadableDocument("The file breaks off.")
    page.set_input_files("#file", CARD)
    page.locator("#trouble", has_text="The file breaks off.").wait_for()
    assert not page.locator("#ask").is_visible()
    assert page.evaluate(AUDIT) == []
    page.goto(page.url.partition("#")[0] + "#" + "0" * 32)
    page.locator("#trouble", has_text="no document").wait_for()


def test_a_server_that_went_away_is_told_and_questions_are_kept(page: Page) -> None:
    upload(page)
    page.context.set_offline(True)
    page.fill("#question", "What is Name?")
    page.press("#question", "Enter")
    page.locator("#refused", has_text="cannot be reached").wait_for()
    assert page.input_value("#question") == "What is Name?"
    page.context.set_offline(False)
    page.press("#question", "Enter")
    page.locator(".finding-answer").wait_for()


def test_a_drawn_card_is_really_read(page: Page, platform: Platform) -> None:
    with Platform(Settings(home=platform.settings.home / "real", threads=1, reading_at_once=1)) as real:
        platform.kept._documents = lambda: real.documents
        upload(page)
        assert page.locator(".word title").all_text_contents()[:3] == ["Name", "Major", "Mary"]
        ask(page, "What is Name?", "What is Date of Birth?", "What is the blood group?")
        assert page.locator(".finding-answer").all_inner_texts() == ["Major Mary", "1980-12-11"]
        page.click(".finding-answer >> nth=1")
        lit, said = page.locator(".lit-answer").bounding_box(), page.locator(".paper").bounding_box()
        assert lit is not None
        assert said is not None
        assert abs((lit["x"] - said["x"]) / said["width"] - 360 / 800) < 0.02


@pytest.mark.parametrize(
    "page",
    [
        {"color_scheme": "dark"},
        {"viewport": {"width": 360, "height": 740}},
        {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark", "has_touch": True},
    ],
    indirect=True,
)
def test_nothing_is_too_faint_too_small_or_too_wide(page: Page) -> None:
    assert page.evaluate(AUDIT) == []
    upload(page, {**CARD, "name": f"{'a long name ' * 9}.png"})
    ask(page, "What is Name?", "What is the colour?")
    page.locator(".finding .link", has_text="Why").first.click()
    page.locator(".finding .link", has_text="Correct").last.click()
    assert page.evaluate(AUDIT) == []
