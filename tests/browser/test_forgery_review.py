"""The review of a document that looks forged, in a real browser: the reason, and its places on the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from groundstone.config import Settings
from groundstone.documents.base import Place, Reading, Region
from groundstone.documents.rules.base import Reason
from groundstone.identity import LOCAL
from groundstone.platform import Platform
from groundstone.verification.service import Verification
from tests.browser.visiting import visiting
from tests.documents.card import picture
from tests.verification.standin import CARD, StandIn, workflow

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AUDIT = (Path(__file__).parent / "audit.js").read_text(encoding="utf-8")
PLACES = (Place.of(0.4, 0.3, 0.2, 0.1), Place.of(0.1, 0.7, 0.2, 0.1))


class Drawn(StandIn):
    def picture(self, *_: Any, width: int = 1200, **__: Any) -> bytes:
        return picture(width)


def check(data: bytes, name: str, reading: Reading, stop: Event) -> Reason:
    text = "the document looks forged (probability of forgery 97%, between 90% and 99%). Two words were typed over."
    return Reason("forgery", False, text, tuple(Region("letters", 1.0, place) for place in PLACES))


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Verification]:
    with workflow(tmp_path / "work", Drawn(), start=True, checker=check, forgery=True) as made:
        yield made


@pytest.fixture
def page(browser: Browser, made: Verification, tmp_path: Path) -> Iterator[Page]:
    case = made.submit(LOCAL, CARD, "card.jpg", wait=20)
    assert case.outcome == "review"
    with Platform(Settings(home=tmp_path / "home", threads=1)) as platform:
        platform.__dict__["verification"] = lambda app: made
        path = f"/verification/vaccination/cases/{case.id}"
        with visiting(browser, platform, path, {}, expected="Failed to load resource") as page:
            yield page


def test_the_review_shows_what_looks_forged_and_where(page: Page) -> None:
    rule = page.locator(".rule", has_text="forgery")
    assert "fails" in (rule.get_attribute("class") or "")
    assert "Two words were typed over." in rule.inner_text()
    assert page.locator(".found[data-number=forgery]").count() == 2
    rule.hover()
    assert page.locator(".lit-answer").count() == 2
    rule.locator("button", has_text="letters").nth(1).click()
    assert page.locator(".lit-answer").count() == 1
    assert page.evaluate(AUDIT) == []
