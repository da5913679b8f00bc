"""The page that finds forgeries in a real browser: upload, layers, wiping, places, evidence, several pages, errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from groundstone.config import Settings
from groundstone.forensics.service import Forensics
from groundstone.identity import LOCAL
from groundstone.platform import Platform
from tests.browser.visiting import visiting
from tests.forensics.standin import Uploads, drawn, file_of, forensics

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FilePayload, Page

AUDIT = (Path(__file__).parent / "audit.js").read_text(encoding="utf-8")
HOSTILE = "<img src=x onerror=alert(1)>"


def file(data: bytes, name: str = "payslip.png") -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": data}


FORGED = file(file_of(drawn(red=True), form="TIFF", software="Paint Shop"), f"{HOSTILE}.tif")
GENUINE = file(file_of(drawn()))
BLANK = file(file_of(Image.new("RGB", (80, 80), "white")))
PAGES = file(file_of(drawn(), drawn(red=True), drawn(), form="TIFF"), "pages.tif")


@pytest.fixture(scope="module")
def service() -> Iterator[Forensics]:
    made = forensics()
    yield made
    made.close()


@pytest.fixture
def platform(tmp_path: Path, service: Forensics, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    monkeypatch.setattr(service, "close", lambda: None)  # the next test needs its children again
    with Platform(Settings(home=tmp_path, threads=1, max_upload_mb=3)) as platform:
        platform.__dict__ |= {"documents": Uploads(service), "forensics": service}
        yield platform


@pytest.fixture
def page(browser: Browser, platform: Platform, request: pytest.FixtureRequest) -> Iterator[Page]:
    options = getattr(request, "param", {})
    with visiting(browser, platform, "/forensics", options, expected="Failed to load resource") as page:
        yield page


def check(page: Page, sent: FilePayload = FORGED) -> None:
    page.set_input_files("#file", sent)
    page.locator("#judged .outcome").wait_for()
    page.locator("#paper img.there").first.wait_for()


def clue(page: Page, words: str) -> str:
    return f'.clue-body:has-text("{words}")'


def test_a_document_is_checked_and_says_what_speaks_for_what(page: Page) -> None:
    check(page)
    assert page.locator("#name").inner_text() == f"{HOSTILE}.tif"  # as words, not as an element
    assert page.locator("#judged .outcome").inner_text() == "This looks forged"
    assert page.locator(".odds-words").inner_text().split("\n") == ["92 %", "between 82 % and 97 %"]
    label = page.locator(".odds svg").get_attribute("aria-label")
    assert label == "Probability of forgery 92 %, between 82 % and 97 %"
    assert page.locator(".basis").inner_text() == "It shows one save as JPEG."
    titles = page.locator(".evidence-title").all_inner_texts()
    assert titles == ["What speaks for a forgery", "What speaks against it"]
    assert page.locator(".clue-body b").all_inner_texts() == ["Pixels", "File", "Letters"]
    assert "no proof" in page.locator(".mind").inner_text()


def test_pointing_at_evidence_and_focusing_it_light_its_place(page: Page) -> None:
    check(page)
    assert page.locator(".suspect").count() == 1
    assert page.locator(".lit").count() == 0
    page.hover(clue(page, "Red ink"))
    assert page.locator(".lit").count() == 1
    page.mouse.move(5, 5)
    assert page.locator(".lit").count() == 0
    page.focus(clue(page, "Red ink"))
    lit, suspect = page.locator(".lit"), page.locator(".suspect")
    assert lit.get_attribute("x") == suspect.get_attribute("x")
    assert lit.get_attribute("height") == suspect.get_attribute("height")
    page.uncheck("#places")
    assert "no-places" in (page.locator("#paper svg").get_attribute("class") or "")


def test_a_layer_is_chosen_by_keys_and_wiped_over_the_picture(page: Page) -> None:
    check(page)
    assert page.locator("#wipe").is_disabled()
    page.keyboard.press("2")
    page.locator(".over.there").wait_for()
    assert page.locator("#layers input:checked").get_attribute("value") == "heat"
    assert page.locator("#layer-says").inner_text().startswith("The darker the colour")
    page.locator("#wipe").fill("40")
    assert "60%" in page.evaluate("document.querySelector('.over').style.clipPath")
    assert page.evaluate("document.querySelector('.wipe-edge').style.left") == "40%"
    assert page.locator(".wipe-edge").is_visible()
    for key, name in (("3", "errors"), ("4", "noise"), ("5", "history"), ("6", "copies"), ("1", "picture")):
        page.keyboard.press(key)
        assert page.locator("#layers input:checked").get_attribute("value") == name
    assert not page.locator(".wipe-edge").is_visible()
    page.locator("#layers input[value=noise]").check(force=True)
    page.locator(".over.there").wait_for()
    assert "/layers/noise.png" in (page.locator(".over").get_attribute("src") or "")


def test_the_page_can_be_made_larger(page: Page) -> None:
    check(page)
    page.click("#larger")
    assert page.locator("#scale").inner_text() == "150 %"
    page.focus("#stage")
    page.keyboard.press("-")
    assert page.locator("#scale").inner_text() == "100 %"


def test_a_genuine_page_has_no_places_and_a_blank_one_no_number(page: Page) -> None:
    check(page, GENUINE)
    assert page.locator("#judged .outcome").inner_text() == "This looks genuine"
    assert page.locator(".suspect").count() == 0
    page.click("#another")
    check(page, BLANK)
    assert page.locator("#judged .outcome").inner_text() == "It cannot be told"
    assert page.locator(".odds").count() == 0
    assert page.locator(".basis").inner_text() == "It is blank."


def test_of_several_pages_the_worst_is_shown_first(page: Page) -> None:
    check(page, PAGES)
    links = page.locator(".leaf-link")
    assert [text.split("\n")[0] for text in links.all_inner_texts()] == ["Page 1", "Page 2", "Page 3"]
    assert page.locator(".leaf-link[aria-current]").inner_text().startswith("Page 2")
    assert page.locator("#where").inner_text() == "2 of 3"
    assert page.locator(".leaf-title").inner_text() == "Page 2: forged, 82 %"
    page.click("#before")
    assert page.locator(".leaf-title").inner_text().startswith("Page 1: genuine")
    assert page.locator(".suspect").count() == 0
    links.nth(2).click()
    assert page.locator("#where").inner_text() == "3 of 3"
    assert page.locator("#after").is_disabled()
    assert "page=3" in (page.locator("#paper img").first.get_attribute("src") or "")


def test_the_samples_can_be_tried(page: Page) -> None:
    samples = page.locator("#samples button")
    assert samples.count() == 2
    samples.first.click()
    page.locator("#judged .outcome").wait_for()
    assert page.locator("#name").inner_text() == "payslip.jpg"
    assert page.request.get(page.url.split("#")[0] + "/samples/other.jpg").status == 404


def test_the_report_and_the_heat_map_can_be_taken_along(page: Page) -> None:
    check(page)
    with page.expect_download() as report:
        page.click("#as-json")
    assert json.loads(Path(report.value.path()).read_text())["report"]["verdict"] == "forged"
    with page.expect_download() as heat:
        page.click("#as-png")
    with Image.open(heat.value.path()) as made:
        assert made.width == 1600


def test_what_cannot_be_read_says_why_and_the_page_goes_on(page: Page) -> None:
    page.set_input_files("#file", file(b"nonsense" * 20, "notes.txt"))
    page.locator("#trouble").wait_for()
    assert "no format that is read here" in page.locator("#trouble").inner_text()
    page.set_input_files("#file", file(bytes(4 * 2**20), "huge.png"))
    page.locator("#trouble", has_text="larger than 3 MB").wait_for()
    page.set_input_files("#file", file(file_of(drawn(corner=(0, 255, 255)))))
    page.locator("#trouble", has_text="its tables are broken").wait_for()
    assert page.locator("#judged .outcome").inner_text() == "It could not be checked"
    page.click("text=Try again")
    page.locator("#trouble", has_text="its tables are broken").wait_for()
    page.click("#another")
    check(page, GENUINE)
    assert page.locator("#trouble").is_hidden()


def test_progress_is_shown_while_the_words_are_read(page: Page, platform: Platform) -> None:
    platform.documents.go.clear()  # type: ignore[attr-defined]
    page.set_input_files("#file", FORGED)
    page.locator("#progress").wait_for()
    assert page.locator("#progress-words").inner_text().startswith("Checking")
    page.locator("#paper img.there").first.wait_for()  # the page is there before the check has ended
    platform.documents.go.set()  # type: ignore[attr-defined]
    page.locator("#judged .outcome").wait_for()
    assert page.locator("#progress").is_hidden()


def test_a_document_stays_under_its_address_until_it_is_deleted(page: Page, platform: Platform) -> None:
    check(page)
    page.reload()
    page.locator("#judged .outcome").wait_for()
    page.click("#another")
    page.click("#documents a")
    page.locator("#judged .outcome").wait_for()
    address = page.url
    page.click("#delete")
    page.click("#sure button[value=delete]")
    page.locator("#start").wait_for()
    assert platform.kept.mine(LOCAL) == []
    page.goto("about:blank")
    page.goto(address)
    page.locator("#trouble", has_text="it was deleted").wait_for()


@pytest.mark.parametrize(
    "page",
    [
        {"viewport": {"width": 360, "height": 780}},
        {"color_scheme": "dark"},
        {"viewport": {"width": 360, "height": 780}, "color_scheme": "dark"},
    ],
    indirect=True,
)
def test_every_state_passes_the_audit(page: Page) -> None:
    assert page.evaluate(AUDIT) == []
    check(page, PAGES)
    assert page.evaluate(AUDIT) == []
    page.keyboard.press("2")
    page.locator(".over.there").wait_for()
    page.locator("#wipe").fill("50")
    page.locator(".clue-body").first.hover()
    assert page.evaluate(AUDIT) == []
    page.click("#delete")
    assert page.evaluate(AUDIT) == []
