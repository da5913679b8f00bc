"""The page of the builder in a real browser: draft, look, take along, edit; narrow, dark, without a mouse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from groundstone.config import Settings
from groundstone.platform import Platform
from groundstone.server.app import create_app
from tests.server.live import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AUDIT = (Path(__file__).parent / "audit.js").read_text(encoding="utf-8")


@pytest.fixture
def page(browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    options = getattr(request, "param", {"viewport": {"width": 1280, "height": 900}})
    troubles: list[str] = []
    with Platform(Settings(home=tmp_path)) as platform, serving(create_app(platform)) as address:
        context = browser.new_context(**options, reduced_motion="reduce")
        page = context.new_page()
        page.on("console", lambda said: troubles.append(said.text) if said.type == "warning" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(f"{address}/builder")
        page.wait_for_selector("body[data-ready]")
        yield page
        context.close()
    assert troubles == []


def begin(page: Page, number: int = 0) -> None:
    page.locator(".start").nth(number).click()
    page.locator("#code", has_text="CREATE TABLE").wait_for()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_shipped_narrative_is_drawn_without_a_box_over_another(page: Page, number: int) -> None:
    begin(page, number)
    assert "made by groundstone-rules" in page.locator("#made").inner_text()
    boxes = [box.bounding_box() for box in page.locator(".er-box rect").all()]
    assert len(boxes) >= 5
    for one, two in combinations(boxes, 2):
        assert one is not None
        assert two is not None
        apart_across = one["x"] + one["width"] <= two["x"] or two["x"] + two["width"] <= one["x"]
        assert apart_across or one["y"] + one["height"] <= two["y"] or two["y"] + two["height"] <= one["y"]


def test_a_narrative_is_typed_and_sent_without_a_mouse(page: Page) -> None:
    page.focus("#narrative")
    page.keyboard.type("A cat has a name and many toys. A toy has a price. A cat can know other cats.")
    page.keyboard.press("Control+Enter")
    page.locator(".er-name", has_text="Toy").wait_for()
    page.locator("#words summary").focus()
    page.keyboard.press("Enter")
    assert "One Cat – many Toy" in page.locator("#sentences").inner_text()


def test_every_form_can_be_taken_along(page: Page) -> None:
    begin(page)
    page.focus('input[name="form"][value="sql"]')
    for begins in ('"$schema"', "erDiagram", '"Customer"'):
        page.keyboard.press("ArrowRight")
        page.locator("#code", has_text=begins).wait_for()
    page.check('input[name="form"][value="sql"]', force=True)
    page.select_option("#dialect", "mysql")
    page.locator("#code", has_text="AUTO_INCREMENT").wait_for()


def test_the_model_is_edited_and_checked(page: Page) -> None:
    begin(page)
    page.check('input[name="form"][value="edit"]', force=True)
    model = json.loads(page.input_value("#json"))
    model["entities"].append({"name": "Voucher", "attributes": [{"name": "code"}]})
    page.fill("#json", json.dumps(model))
    page.click("#check")
    page.locator(".er-name", has_text="Voucher").wait_for()
    assert page.locator("#made").inner_text() == "edited by hand"
    model["associations"].append({"name": "x", "source": "Voucher", "target": "Nobody"})
    page.fill("#json", json.dumps(model))
    page.click("#check")
    page.locator("#trouble", has_text="Nobody").wait_for()


def test_what_the_server_refuses_is_said_and_the_text_is_kept(page: Page) -> None:
    page.fill("#narrative", "Lorem ipsum.")
    page.click("#send")
    page.locator("#trouble", has_text="no entity was found").wait_for()
    assert page.input_value("#narrative") == "Lorem ipsum."
    assert not page.locator("#result").is_visible()


def test_chat_models_of_the_catalogue_can_be_chosen(page: Page) -> None:
    assert page.locator("#model option").first.inner_text() == "the rules, no model"
    assert page.locator("#model option").count() >= 2


@pytest.mark.parametrize(
    "page",
    [
        {"viewport": {"width": 1280, "height": 900}},
        {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
        {"viewport": {"width": 360, "height": 740}},
        {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark", "has_touch": True},
    ],
    indirect=True,
)
def test_nothing_is_too_faint_too_small_or_too_wide(page: Page) -> None:
    assert page.evaluate(AUDIT) == []
    begin(page, 1)
    assert page.evaluate(AUDIT) == []
    page.check('input[name="form"][value="edit"]', force=True)
    assert page.evaluate(AUDIT) == []
