from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from groundstone.identity import LOCAL
from groundstone.questions.words import MAX_CHARACTERS
from groundstone.server.app import create_app
from tests.server.live import serving
from tests.server.standin import HOSTILE, StandInPlatform

from .conftest import Visit

AUDIT = (Path(__file__).parent / "audit.js").read_text(encoding="utf-8").strip().rstrip(";")
LIST = "Show me classic animated movies with ratings greater than 7"
FACT = "Who directed The Nightmare Before Christmas?"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
WINDOWS = [
    pytest.param({"viewport": {"width": 1440, "height": 900}}, id="wide"),
    pytest.param({"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"}, id="wide-dark"),
    pytest.param({"viewport": {"width": 820, "height": 1180}}, id="tablet"),
    pytest.param(PHONE, id="phone"),
    pytest.param(PHONE | {"color_scheme": "dark"}, id="phone-dark"),
]


def audit(visit: Visit) -> list[str]:
    visit.page.wait_for_load_state("load")  # a page just answered may lack its style sheet yet
    return visit.page.evaluate(AUDIT)


@pytest.mark.parametrize("context", WINDOWS)
def test_every_state_is_readable_named_and_fits_the_window(visit: Visit, context: dict[str, Any]) -> None:
    visit.expected = ("503",)
    page = visit.page
    assert audit(visit) == []
    visit.ask(LIST)
    assert audit(visit) == []
    page.click(".chip-open >> nth=2")
    assert audit(visit) == []
    page.keyboard.press("Escape")
    page.click(".cite >> nth=0")
    page.wait_for_selector("mark.lit")
    assert audit(visit) == []
    page.click("[aria-label='Close the evidence']")
    visit.ask("please fail")
    page.locator(".turn").first.locator(".rate").last.click()
    page.wait_for_selector(".comment")
    assert audit(visit) == []
    visit.ask("a long hostile answer " + "x" * 300)
    assert audit(visit) == []


def test_the_audit_finds_planted_faults(visit: Visit) -> None:
    visit.page.evaluate("document.querySelector('.welcome').style.color = '#aaa'")
    visit.page.evaluate("document.querySelector('#new').replaceChildren()")
    visit.page.evaluate("document.querySelector('#empty').style.minWidth = '4000px'")
    found = audit(visit)
    assert [part.split()[0] for part in found] == ["contrast", "no", "scrolls"], found


def test_dark_follows_the_setting_of_the_reader(visit: Visit) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    light = visit.page.evaluate(paper)
    visit.page.emulate_media(color_scheme="dark")
    assert visit.page.evaluate(paper) != light


def test_paper_shows_the_answer_without_the_controls(visit: Visit) -> None:
    visit.ask(LIST)
    visit.page.emulate_media(media="print")
    assert visit.page.locator(".sentence").first.is_visible()
    assert visit.page.locator("main").bounding_box()["height"] > 400
    for control in ("#rail", "#question", ".rate >> nth=0", ".chip-remove >> nth=0"):
        assert not visit.page.locator(control).is_visible()


def test_a_whole_visit_by_keyboard_alone(visit: Visit) -> None:
    page, keys = visit.page, visit.page.keyboard
    page.locator("body").press("Tab")
    page.evaluate("document.activeElement.blur()")
    keys.press("/")
    assert page.evaluate("document.activeElement.id") == "question"
    keys.type("Who directed")
    keys.press("Shift+Enter")
    keys.type("The Nightmare Before Christmas?")
    keys.press("Enter")
    page.wait_for_selector(".foot")
    assert page.input_value("#question") == ""
    tab_to(visit, "cite", back=True)
    assert page.locator(".sentence.lit").count() == 1
    keys.press("Enter")
    page.wait_for_selector("mark.lit")
    assert page.evaluate("document.activeElement.closest('#evidence') !== null")
    keys.press("Escape")
    assert "cite" in page.evaluate("document.activeElement.className")
    keys.press("/")
    keys.press("ArrowUp")
    assert page.input_value("#question").startswith("Who directed")
    page.fill("#question", LIST)
    keys.press("Enter")
    page.locator(".turn").nth(1).locator(".foot").wait_for()
    tab_to(visit, "chip-remove", back=True)
    keys.press("Enter")
    page.locator(".turn").nth(2).locator(".foot").wait_for()


def tab_to(visit: Visit, name: str, *, back: bool = False) -> None:
    for _ in range(60):
        visit.page.keyboard.press("Shift+Tab" if back else "Tab")
        if name in visit.page.evaluate("document.activeElement.className"):
            assert visit.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    pytest.fail(f"{name} cannot be reached by Tab")


def test_the_quoted_words_are_lit_in_their_document(visit: Visit) -> None:
    visit.ask(FACT)
    assert visit.page.locator(".source-quote").inner_text().endswith("Henry Selick")
    visit.page.click(".cite")
    visit.page.wait_for_selector("mark.lit")
    assert visit.page.locator("mark.lit").all_inner_texts() == ["Henry Selick"]
    assert "sample value" in visit.page.locator(".fields").inner_text()


def test_on_a_phone_the_evidence_is_a_sheet_that_holds_the_focus(visit: Visit) -> None:
    page = visit.page
    page.set_viewport_size({"width": 360, "height": 740})
    visit.ask(FACT)
    page.click(".cite")
    page.wait_for_selector("mark.lit")
    assert page.evaluate("document.querySelector('#evidence-sheet').matches(':modal')")
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    assert not page.locator("#evidence-sheet").is_visible()
    assert "cite" in page.evaluate("document.activeElement.className")
    page.click("#open-rail")
    assert page.locator("#rail-sheet .talk").count() == 1


def test_text_from_documents_and_questions_stays_text(visit: Visit) -> None:
    visit.page.on("dialog", lambda dialog: visit.troubles.append(dialog.message))
    visit.ask(f"hostile {HOSTILE}")
    visit.page.click(".cite")
    visit.page.wait_for_selector("mark.lit")
    assert visit.page.locator("main img, main script, #evidence img, #evidence script").count() == 0
    assert HOSTILE in visit.page.locator(".sentence").inner_text()
    assert HOSTILE in visit.page.locator(".turn h2").inner_text()
    assert visit.page.locator("mark.lit").inner_text().startswith("A page is hurt 🎬 by <img")


def test_stop_ends_an_answer_and_closes_it_on_the_server(visit: Visit) -> None:
    visit.send("slow")
    visit.page.locator(".sentence").nth(1).wait_for()
    visit.page.click("#stop")
    visit.page.wait_for_selector(".trouble")
    assert visit.kb.closed.wait(5)
    assert visit.page.locator(".sentence").count() < 40
    assert visit.page.locator("#send").is_visible()


def test_escape_stops_too(visit: Visit) -> None:
    visit.send("slow")
    visit.page.locator(".sentence").first.wait_for()
    visit.page.keyboard.press("Escape")
    assert "stopped" in visit.page.locator(".trouble").inner_text()


def test_removing_a_chip_asks_again_without_it(visit: Visit) -> None:
    visit.ask(LIST)
    visit.page.click("[aria-label='Remove: classic']")
    visit.page.locator(".turn").nth(1).locator(".foot").wait_for()
    assert [chip.label for chip in visit.kb.asked[-1]["query"].chips] == [
        "Genres: Animation",
        "Rating over 7",
        "Highest rating first",
    ]
    assert visit.page.locator(".turn").nth(1).locator(".refined").count() == 1


def test_a_chip_can_be_changed(visit: Visit) -> None:
    visit.ask(LIST)
    visit.page.click("text=Rating over 7")
    visit.page.select_option("#chip-popover select", "ge")
    visit.page.fill("#chip-popover input", "7.5")
    visit.page.keyboard.press("Enter")
    turn = visit.page.locator(".turn").nth(1)
    turn.locator(".foot").wait_for()
    where = visit.kb.asked[-1]["query"].chips[2].where
    assert (where.op, where.value) == ("ge", 7.5)
    assert "Rating at least 7.5" in turn.inner_text()
    turn.locator("text=Highest rating first").click()
    visit.page.click(".switch")
    visit.page.click("#chip-popover .primary")
    visit.page.locator(".turn").nth(2).locator(".foot").wait_for()
    assert visit.kb.asked[-1]["query"].sort[0].descending is False


def test_more_documents_are_asked_for_where_the_last_ones_ended(visit: Visit) -> None:
    visit.ask("Christmas films")
    visit.page.click("text=/^Next/")
    visit.page.locator(".turn").nth(1).locator(".foot").wait_for()
    assert visit.kb.asked[-1]["query"].offset == 10


def test_feedback_is_stored_with_its_comment(visit: Visit) -> None:
    visit.ask(FACT)
    visit.page.click("[aria-label='This answer did not help']")
    visit.page.fill(".comment textarea", "wrong film")
    visit.page.click(".comment button")
    visit.page.wait_for_selector("text=Thank you.")
    (kept,) = visit.platform.conversations.feedback(LOCAL)
    assert (kept.turn.rating, kept.turn.comment) == ("down", "wrong film")


def test_a_conversation_is_exported_as_markdown_and_json(visit: Visit) -> None:
    visit.ask(FACT)
    texts = []
    for name in ("Markdown", "JSON"):
        visit.page.click("#export")
        with visit.page.expect_download() as download:
            visit.page.click(f"#export-menu >> text={name}")
        texts.append(Path(download.value.path()).read_text(encoding="utf-8"))
    assert texts[0].startswith("# Who directed")
    assert json.loads(texts[1])["turns"][0]["question"] == FACT


def test_a_conversation_comes_back_is_renamed_and_deleted(visit: Visit) -> None:
    page = visit.page
    visit.ask(FACT)
    page.reload()
    page.wait_for_selector(".turn .foot")
    assert page.locator(".sentence").inner_text().startswith("The Nightmare Before Christmas was directed")
    page.hover(".talk")
    page.click("[aria-label^='Rename']")
    page.fill(".talk input", "Burton?")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Burton?")
    page.hover(".talk")
    page.click("[aria-label^='Delete']")
    page.click("text=Delete >> nth=-1")
    page.wait_for_selector("#empty:not([hidden])")
    assert visit.platform.conversations.list(LOCAL) == []


def test_a_failed_answer_can_be_asked_again(visit: Visit) -> None:
    visit.ask("please fail")
    assert "does not answer" in visit.page.locator(".trouble").inner_text()
    visit.page.click(".again")
    visit.page.locator(".trouble").wait_for()
    assert len(visit.kb.asked) == 2
    assert visit.page.locator(".turn").count() == 1


def test_without_a_connection_the_page_says_so_and_keeps_the_question(visit: Visit) -> None:
    visit.expected = ("ERR_INTERNET_DISCONNECTED",)
    visit.page.context.set_offline(True)
    visit.page.wait_for_selector("#banner:not([hidden])")
    visit.ask("Christmas films")
    assert "cannot be reached" in visit.page.locator(".trouble").inner_text()
    visit.page.context.set_offline(False)
    visit.page.click(".again")
    visit.page.wait_for_selector(".foot")


def test_very_long_answers_are_folded(visit: Visit) -> None:
    visit.ask("a long answer")
    assert visit.page.locator(".sentence:visible").count() == 24
    visit.page.click("text=/^Read the other/")
    assert visit.page.locator(".sentence:visible").count() == 40


def test_a_declined_question_shows_no_evidence(visit: Visit) -> None:
    visit.ask("What about the weather?")
    assert "Not in these documents" in visit.page.locator(".foot").inner_text()
    assert not visit.page.locator("#open-evidence").is_visible()
    assert "No document is quoted" in visit.page.locator("#evidence").inner_text()


def test_a_knowledge_base_without_documents_offers_to_read_them(visit: Visit) -> None:
    spec = replace(visit.kb.spec, name="papers", title="Papers")
    visit.platform.create(spec, LOCAL)
    visit.page.goto(f"{visit.address}/chat/papers")
    assert audit(visit) == []
    visit.page.click("#read")
    visit.page.wait_for_selector(".example")
    assert visit.page.locator(".rooms a").all_inner_texts() == ["Movies", "Papers"]


def test_the_access_key_opens_the_page(visit: Visit, tmp_path: Path) -> None:
    visit.expected = ("403",)
    page = visit.page
    platform = StandInPlatform(tmp_path / "guarded", access_key="correct horse battery")
    with serving(create_app(platform)) as visit.address:
        page.goto(f"{visit.address}/chat/movies")
        page.wait_for_function("document.activeElement.id === 'key'")
        page.keyboard.type("wrong")
        page.keyboard.press("Enter")
        page.wait_for_selector("#wrong")
        assert audit(visit) == []
        page.keyboard.type("correct horse battery")
        page.keyboard.press("Enter")
        page.wait_for_selector("body[data-ready]")
        page.click("text=Sign out")
        page.wait_for_selector("#key")
    platform.conversations.close()


def test_old_and_new_conversations_are_reached_by_the_back_button(visit: Visit) -> None:
    visit.ask(FACT)
    visit.page.click("#new")
    assert visit.page.locator("#empty").is_visible()
    visit.page.go_back()
    visit.page.wait_for_selector(".turn .foot")


def test_the_editor_of_a_chip_keeps_the_focus_until_it_is_closed(visit: Visit) -> None:
    page = visit.page
    visit.ask(LIST)
    page.click("text=Rating over 7")
    page.wait_for_timeout(600)
    assert page.evaluate("document.activeElement.closest('#chip-popover') !== null")
    page.keyboard.press("Escape")
    page.wait_for_timeout(100)
    assert page.evaluate("document.activeElement.textContent") == "Rating over 7"
    page.keyboard.press("Enter")
    page.wait_for_timeout(600)
    page.keyboard.press("Tab")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("8.1", delay=120)
    page.keyboard.press("Enter")
    page.locator(".turn").nth(1).locator(".foot").wait_for()
    assert visit.kb.asked[-1]["query"].chips[2].where.value == 8.1


def test_both_ends_of_a_range_can_be_changed(visit: Visit) -> None:
    page = visit.page
    visit.ask("films of the eighties")
    page.click("text=Year 1980 to 1989")
    fields = page.locator("#chip-popover input")
    assert [field.input_value() for field in fields.all()] == ["1980", "1989"]
    assert audit(visit) == []
    fields.nth(1).fill("1979")
    page.keyboard.press("Enter")
    assert len(visit.kb.asked) == 1
    fields.nth(1).fill("1985")
    page.keyboard.press("Enter")
    page.locator(".turn").nth(1).locator(".foot").wait_for()
    (chip,) = visit.kb.asked[-1]["query"].chips
    assert [(part.op, part.value) for part in chip.where.items] == [("ge", 1980), ("le", 1985)]
    assert chip.label == "Year 1980 to 1985"


def test_the_page_stays_in_its_frame_while_an_answer_is_awaited(visit: Visit) -> None:
    visit.ask("a long answer")
    visit.ask("a long answer")
    visit.kb.pause = 0.3
    visit.send("slow")
    visit.page.wait_for_selector(".thinking")
    assert visit.page.evaluate("document.documentElement.scrollHeight - window.innerHeight") <= 0
    assert visit.page.evaluate("document.documentElement.scrollTop") == 0
    visit.page.click("#stop")
    visit.page.wait_for_selector(".trouble")


def test_a_long_question_is_accepted_up_to_the_limit_and_folded(visit: Visit) -> None:
    page = visit.page
    assert page.get_attribute("#question", "maxlength") == str(MAX_CHARACTERS)
    visit.ask("why so long " * 160)
    assert page.locator(".turn h2").bounding_box()["height"] < 200
    assert audit(visit) == []
    page.click("text=Show all")
    assert page.locator(".turn h2").bounding_box()["height"] > 300


def test_the_focus_returns_to_a_conversation_that_was_renamed(visit: Visit) -> None:
    page = visit.page
    visit.ask(FACT)
    page.hover(".talk")
    page.click("[aria-label^='Rename']")
    page.fill(".talk input", "Burton?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".talk-open:focus")
    assert page.inner_text(".talk-open:focus") == "Burton?"


def test_a_new_conversation_during_an_answer_leaves_an_empty_page(visit: Visit) -> None:
    page = visit.page
    visit.send("slow")
    page.locator(".sentence").first.wait_for()
    page.click("#new")
    assert visit.kb.closed.wait(5)
    page.wait_for_timeout(200)
    assert page.locator("#empty").is_visible()
    assert not page.locator("#evidence").is_visible()
    visit.ask(FACT)
    assert page.locator(".turn").count() == 1


def test_a_refused_question_offers_no_second_try(visit: Visit) -> None:
    visit.ask("please refuse")
    assert "cannot be read" in visit.page.locator(".trouble").inner_text()
    assert visit.page.locator(".again").count() == 0


def test_a_conversation_deleted_elsewhere_is_said_to_be_gone(visit: Visit) -> None:
    visit.expected = ("404",)
    page = visit.page
    visit.ask(FACT)
    (kept,) = visit.platform.conversations.list(LOCAL)
    visit.platform.conversations.delete(LOCAL, kept.id)
    visit.ask("Christmas films")
    assert "This conversation is not there any more." in page.locator(".trouble").inner_text()
    page.click("text=Start a new one")
    assert page.input_value("#question") == "Christmas films"
    page.press("#question", "Enter")
    page.wait_for_selector(".turn .foot")
    page.goto(f"{visit.address}/chat/movies?c={kept.id}")
    page.wait_for_selector("#banner:not([hidden])")
    assert "not there any more" in page.locator("#banner").inner_text()
    assert audit(visit) == []
    page.click("#banner button")
    assert not page.locator("#banner").is_visible()


def test_enter_sends_a_comment(visit: Visit) -> None:
    visit.ask(FACT)
    visit.page.click("[aria-label='This answer helped']")
    visit.page.fill(".comment textarea", "just right")
    visit.page.press(".comment textarea", "Enter")
    visit.page.wait_for_selector("text=Thank you.")
    assert visit.platform.conversations.feedback(LOCAL)[0].turn.comment == "just right"
