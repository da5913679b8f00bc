"""The pages of a verification in a real browser: how it goes, bringing documents, dead letters, and reviewing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from groundstone.config import Settings
from groundstone.identity import LOCAL
from groundstone.platform import Platform
from groundstone.server.app import create_app
from groundstone.verification.service import Verification
from tests.documents.card import picture
from tests.server.live import serving
from tests.verification.standin import CARD, JANE, REFUSED, UNSURE, StandIn, until, workflow

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AUDIT = (Path(__file__).parent / "audit.js").read_text(encoding="utf-8")
BROKEN = b"DOC 1\nBROKEN"
OTHER = UNSURE.replace(b"1980", b"1990")
HOSTILE = "<img src=x onerror=alert(1)>.jpg"


class Drawn(StandIn):
    def picture(self, *_: Any, width: int = 1200, **__: Any) -> bytes:
        return picture(width)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Verification]:
    with workflow(tmp_path / "work", Drawn(), start=True) as made:
        yield made


@pytest.fixture
def page(browser: Browser, made: Verification, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    options = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", **getattr(request, "param", {})}
    troubles: list[str] = []
    with Platform(Settings(home=tmp_path / "home", threads=1)) as platform:
        platform.__dict__["verification"] = lambda app: made
        platform.__dict__["verifications"] = lambda: [made.spec]
        with serving(create_app(platform)) as address:
            context = browser.new_context(base_url=address, **options)
            context.set_default_timeout(10_000)
            page = context.new_page()
            page.on("console", lambda said: troubles.append(said.text) if said.type in ("error", "warning") else None)
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.goto("/verification/vaccination")
            page.wait_for_selector("body[data-ready]")
            yield page
            context.close()
    assert [said for said in troubles if "Failed to load resource" not in said] == []


def bring(made: Verification, *documents: bytes) -> None:
    for number, data in enumerate(documents):
        made.submit(LOCAL, data, f"{number}-{HOSTILE}", traveller=JANE)
    until(lambda: all(case.is_over for case in made.cases(LOCAL)))


def tally(page: Page) -> dict[str, str]:
    lines = page.locator("#tally").inner_text().split("\n")
    return dict(zip(lines[::2], lines[1::2], strict=True))


def test_documents_are_brought_and_counted(page: Page) -> None:
    assert page.locator("#none").inner_text().startswith("Nothing came yet")
    assert page.evaluate(AUDIT) == []
    page.click("text=What is known of the traveller")
    page.fill("input[name=name]", JANE["name"])
    page.fill("input[name=date_of_birth]", JANE["date_of_birth"])
    cards: Any = [
        {"name": name, "mimeType": "image/jpeg", "buffer": data}
        for name, data in {HOSTILE: CARD, "unsure.jpg": UNSURE, "refused.jpg": REFUSED, "empty.jpg": b""}.items()
    ]
    page.set_input_files("#files", cards)
    page.locator("#sent", has_text="3 of 4 were taken").wait_for()
    assert "empty.jpg" in page.locator("#unsent").inner_text()
    page.locator("#pace", has_text="1 waits for you").wait_for()
    assert tally(page) == {"Verified": "1", "Refused": "1", "To review": "1", "Waiting": "0", "Dead letters": "0"}
    assert page.locator(".case-row").count() == 3
    assert HOSTILE in page.locator("#cases").inner_text()  # as words, not as an element
    assert page.evaluate(AUDIT) == []


def test_a_dead_letter_is_tried_again_and_given_up(page: Page, made: Verification) -> None:
    bring(made, BROKEN)
    page.check("input[value=dead]", force=True)
    page.locator(".case-row", has_text="its parser crashed").wait_for()
    page.click("text=Try again")
    page.locator(".case-row", has_text="its parser crashed").wait_for()
    until(lambda: made.cases(LOCAL)[0].state == "dead")
    page.reload()
    page.locator("text=Give up").click()
    page.locator(".case-row", has_text="Given up").wait_for()
    assert made.cases(LOCAL)[0].state == "dropped"


def test_a_person_reviews_one_case_after_the_other_without_a_mouse(page: Page, made: Verification) -> None:
    bring(made, UNSURE, OTHER)
    page.reload()
    page.locator("#to-review", has_text="Review 2 documents").click()
    page.locator("#outcome", has_text="A person decides").wait_for()
    assert page.locator(".rule").count() == 2
    page.keyboard.press("1")
    assert page.locator(".finding").first.evaluate("(node) => node.contains(document.activeElement)")
    assert page.locator(".lit-answer").count() == 1
    page.keyboard.press("e")
    page.keyboard.type("Jane")
    assert page.locator(".correct input").input_value() == "Jane"
    page.keyboard.press("Enter")
    page.locator(".finding-fixed", has_text="Corrected by local").wait_for()
    first = page.url
    page.focus("#name")
    page.keyboard.press("v")
    page.wait_for_url(lambda url: url != first)
    page.locator("#outcome", has_text="A person decides").wait_for()
    page.fill("#note", "The status is missing.")
    page.focus("#name")
    page.keyboard.press("r")
    page.locator("#outcome", has_text="Refused").wait_for()
    assert "The status is missing." in page.locator("#why").inner_text()
    assert not page.locator("#decide").is_visible()
    one, other = made.cases(LOCAL)
    assert {one.outcome, other.outcome} == {"verified", "refused"}
    assert {one.decided_by, other.decided_by} == {"local"}
    page.click("text=What was done")
    assert "decided: refused" in page.locator("#history").inner_text()


def test_evidence_is_lit_and_a_decision_of_somebody_else_is_told(page: Page, made: Verification) -> None:
    bring(made, UNSURE, CARD)
    done = next(case for case in made.cases(LOCAL) if case.outcome == "verified")
    page.goto(f"/verification/vaccination/cases/{done.id}")
    page.hover(".rule-evidence button")
    assert page.locator(".lit-answer").count() == 1
    assert not page.locator("#decide").is_visible()
    case = next(case for case in made.cases(LOCAL) if case.outcome == "review")
    page.goto(f"/verification/vaccination/cases/{case.id}")
    page.locator("#decide").wait_for()
    made.decide(LOCAL, case.id, "refused", revision=case.revision)
    page.click("#verify")
    page.locator("#refused", has_text="does not wait for a person").wait_for()
    page.locator("#outcome", has_text="Refused").wait_for()


def test_a_case_that_is_not_there_says_so(page: Page) -> None:
    page.goto("/verification/vaccination/cases/nothing")
    page.locator("#trouble").wait_for()


@pytest.mark.parametrize(
    "page",
    [{"color_scheme": "dark"}, {"viewport": {"width": 360, "height": 740}, "has_touch": True}],
    indirect=True,
)
def test_nothing_is_too_faint_too_small_or_too_wide(page: Page, made: Verification) -> None:
    bring(made, UNSURE, BROKEN, REFUSED)
    page.reload()
    page.locator(".case-row").nth(2).wait_for()
    assert page.evaluate(AUDIT) == []
    page.click("#to-review")
    page.locator("#decide").wait_for()
    page.locator(".finding .link", has_text="Correct").first.click()
    assert page.evaluate(AUDIT) == []
