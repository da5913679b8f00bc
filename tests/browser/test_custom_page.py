"""The page of custom models in a real browser: train, watch, stop, read the report, try a text, delete."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from groundstone.config import Settings
from groundstone.identity import LOCAL
from groundstone.platform import Platform
from tests.browser.visiting import visiting
from tests.held import HeldEmbed

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FilePayload, Page

AUDIT = (Path(__file__).parent / "audit.js").read_text(encoding="utf-8")
HOSTILE = "<img src=x onerror=alert(1)>"
ANIMALS = "cat dog horse cow fish bird snake mouse goat sheep".split()
TOOLS = "saw hammer drill rake spade axe plane file chisel vice".split()
ROWS = [{"text": f"my {name} the animal {HOSTILE}", "label": "animal"} for name in ANIMALS] + [
    {"text": f"the {name} is a tool of steel", "label": "tool"} for name in TOOLS
]
ROWS += [{"text": f"an animal or a tool of steel {number}", "label": HOSTILE} for number in range(6)]


def file(rows: Sequence[dict[str, str]], name: str = "examples.jsonl") -> FilePayload:
    lines = "\n".join(json.dumps(row) for row in rows).encode()
    return {"name": name, "mimeType": "application/jsonl", "buffer": lines}


@pytest.fixture
def embed() -> HeldEmbed:
    return HeldEmbed("slow")


@pytest.fixture
def platform(tmp_path: Path, embed: HeldEmbed) -> Iterator[Platform]:
    with Platform(Settings(home=tmp_path, threads=1)) as platform:
        platform.embed = embed
        yield platform
        embed.go.set()


@pytest.fixture
def page(browser: Browser, platform: Platform, request: pytest.FixtureRequest) -> Iterator[Page]:
    options = getattr(request, "param", {})
    with visiting(browser, platform, "/custom-models", options, expected="400 (Bad Request)") as page:
        yield page


def train(page: Page, name: str, rows: Sequence[dict[str, str]]) -> None:
    page.fill("#name", name)
    page.set_input_files("#examples", file(rows))
    page.click("#go")


def test_a_model_is_trained_read_tried_and_deleted(page: Page, platform: Platform) -> None:
    assert not page.locator("#shelf").is_visible()
    train(page, "kinds", ROWS)
    page.locator("#report h2", has_text="kinds").wait_for()
    assert "right of 5 tested" in page.locator(".model").inner_text()
    assert page.locator(".confusion tbody tr").count() == 3
    assert page.locator(".confusion td").first.get_attribute("title") is not None
    assert HOSTILE in page.locator("#report").inner_text()  # as words, not as an element
    assert page.locator("#report img").count() == 0
    with page.expect_download() as picture:
        page.click("text=Picture of this table")
    assert picture.value.path().read_text().startswith("<svg")
    page.fill("#try-text", "a tool of steel")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".verdict-label", has_text="tool").wait_for()
    page.click("#report .leaf-head button")
    page.click("#sure button[value=keep]")
    assert page.locator("#report").is_visible()
    page.click("#report .leaf-head button")
    page.click("#sure button[value=delete]")
    page.locator("#shelf").wait_for(state="hidden")
    assert not page.locator("#report").is_visible()
    assert platform.custom.list(LOCAL) == []


def test_a_training_is_watched_and_stopped(page: Page, embed: HeldEmbed, platform: Platform) -> None:
    train(page, "first", [{**row, "text": f"slow {row['text']}"} for row in ROWS])
    page.locator(".job", has_text="Reads the examples").wait_for()
    assert page.evaluate(AUDIT) == []
    page.click(".job button")
    page.locator(".job", has_text="Stops").wait_for()
    embed.go.set()
    page.locator(".job.over", has_text="stopped").wait_for()
    assert "Nothing of it was kept." in page.locator(".job.over").inner_text()
    assert page.evaluate(AUDIT) == []
    assert platform.custom.list(LOCAL) == []


def test_bad_examples_are_refused_in_place_and_the_form_is_kept(page: Page) -> None:
    train(page, "bad", [{"text": "only one", "label": "x"}])
    page.locator("#refused", has_text="at least 2 labels").wait_for()
    assert page.input_value("#name") == "bad"
    page.set_input_files("#examples", {"name": "x", "mimeType": "text/plain", "buffer": "é".encode("latin-1")})
    page.click("#go")
    page.locator("#refused", has_text="UTF-8").wait_for()
    assert page.evaluate(AUDIT) == []


def test_the_method_is_chosen_without_a_mouse(page: Page) -> None:
    assert page.locator("#chat-field").is_visible()
    page.focus('input[name="method"][value="auto"]')
    page.keyboard.press("ArrowRight")
    assert not page.locator("#chat-field").is_visible()
    page.keyboard.press("ArrowRight")
    assert page.locator("#chat-field").is_visible()
    assert page.locator("#chat option").all_inner_texts() == ["none", "smollm2-135m-instruct"]


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
    train(page, "kinds", ROWS)
    page.locator("#report h2", has_text="kinds").wait_for()
    page.fill("#try-text", "a tool of steel")
    page.click(".try button")
    page.locator(".verdict-label").wait_for()
    assert page.evaluate(AUDIT) == []
