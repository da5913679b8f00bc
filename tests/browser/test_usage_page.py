"""The page of usage in a real browser: figures, choices, limits, nothing used, narrow and dark."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from groundstone.config import Settings
from groundstone.identity import Limits
from groundstone.platform import Platform
from groundstone.records import Call
from groundstone.server.app import create_app
from tests.server.live import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AUDIT = (Path(__file__).parent / "audit.js").read_text(encoding="utf-8")


def fill(platform: Platform, key: str) -> None:
    now = datetime.now(UTC)
    plain: dict[str, Any] = {"tenant": "local", "user": "ana", "key": key, "task": "chat", "asked": "gpt-4o"}
    for number in range(40):
        outcome = {"outcome": "failed", "error": "engine_timeout"} if number == 3 else {}
        numbers = {"input_tokens": 100, "output_tokens": 10, "cost": 0.001, "first": 0.2, "seconds": 1.5}
        time = now - timedelta(seconds=number)
        platform.ledger.record(Call(time, model="a-model", **plain, **numbers, **outcome))  # type: ignore[arg-type]
    platform.ledger.record(Call(now - timedelta(days=60), model="an-old-model", **plain))


@pytest.fixture
def used(browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page after some use, as an administrator sees it."""
    options = getattr(request, "param", {"viewport": {"width": 1280, "height": 900}})
    troubles: list[str] = []
    with Platform(Settings(home=tmp_path)) as platform, serving(create_app(platform)) as address:
        key = platform.keys.create(name="notebook", user="ana", admin=True, limits=Limits(5.0, 1000, 60))
        fill(platform, key.key.id)
        context = browser.new_context(**options, extra_http_headers={"authorization": f"Bearer {key.bearer}"})
        page = context.new_page()
        page.on("console", lambda said: troubles.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(f"{address}/usage")
        page.wait_for_selector("body[data-ready]")
        yield page
        context.close()
    assert troubles == []


def test_sums_models_keys_limits_and_calls_are_shown(used: Page) -> None:
    assert used.locator("#sums dd").first.inner_text().startswith("40")
    assert "1 failed or refused" in used.locator("#sums").inner_text()
    assert "0.0400 USD" in used.locator("#sums").inner_text()
    assert "a-model" in used.locator("#models").inner_text()
    assert "notebook" in used.locator("#keys").inner_text()
    assert "used up" in used.locator("#limits").inner_text()
    assert "60 requests a minute" in used.locator("#limits").inner_text()
    assert used.locator("#calls tbody tr").count() == 25
    assert "asked for gpt-4o" in used.locator("#calls").inner_text()
    assert "failed: engine timeout" in used.locator("#calls").inner_text()


def test_another_time_and_another_measure_are_chosen_without_a_mouse(used: Page) -> None:
    assert "an-old-model" not in used.locator("#models").inner_text()
    used.focus('#period input[value="month"]')
    used.keyboard.press("ArrowRight")
    used.locator("#models", has_text="an-old-model").wait_for()
    assert used.locator("#days svg g").count() == 90
    used.focus('#measure input[value="calls"]')
    used.keyboard.press("ArrowRight")
    assert "tokens" in str(used.locator("#days svg").get_attribute("aria-label"))
    used.locator("#days summary").focus()
    used.keyboard.press("Enter")
    assert used.locator("#days details tr").count() == 1


@pytest.mark.parametrize(
    "used",
    [
        {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
        {"viewport": {"width": 360, "height": 740}},
        {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark", "has_touch": True},
    ],
    indirect=True,
)
def test_nothing_is_too_faint_too_small_or_too_wide(used: Page) -> None:
    assert used.evaluate(AUDIT) == []


def test_where_nothing_was_used_the_page_says_so(browser: Browser, tmp_path: Path) -> None:
    with Platform(Settings(home=tmp_path)) as platform, serving(create_app(platform)) as address:
        page = browser.new_page()
        page.goto(f"{address}/usage")
        page.wait_for_selector("body[data-ready]")
        assert page.locator("#empty").is_visible()
        assert not page.locator("#figures").is_visible()
        assert not page.locator("#limited").is_visible()
        assert page.evaluate(AUDIT) == []
        page.close()
