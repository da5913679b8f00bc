"""The page of load runs in a real browser: a run from form to report, live; runs compared, searched, named; advice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from groundstone.config import Settings
from groundstone.endpoints.runs.history import History
from groundstone.identity import LOCAL
from groundstone.platform import Platform
from groundstone.server.app import create_app
from tests.endpoints import measured
from tests.server.live import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AUDIT = (Path(__file__).parent / "audit.js").read_text(encoding="utf-8")
WIDE = {"viewport": {"width": 1440, "height": 900}}
DARK = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}
NARROW = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark", "has_touch": True}
Fill = Callable[[History], object]


def two(history: History) -> None:
    for title, slower in (("before", 1.0), ("after", 2.0)):
        made = measured.report(
            title, slower=slower, counts=(1, 2, 4, 8), price=1.5, predicted={1: 99.0, 2: 180.0, 4: 330.0}
        )
        history.keep(LOCAL, made, "http://gpu:8000")


class visited(AbstractContextManager["Page"]):
    """The page over runs that ``fill`` made; what its scripts complain of, or ask elsewhere, fails."""

    def __init__(
        self, browser: Browser, home: Path, fill: Fill, *, expected: str = "no trouble", **options: Any
    ) -> None:
        self._platform = Platform(Settings(home=home))
        self._server = serving(create_app(self._platform))
        self._browser, self._expected, self._options = (
            browser,
            expected,
            {**WIDE, "reduced_motion": "reduce", **options},
        )
        self.troubles: list[str] = []
        fill(History(home / "load-runs"))

    def __enter__(self) -> Page:
        address = self._server.__enter__()
        self._context = self._browser.new_context(**self._options)
        self._context.set_default_timeout(20_000)
        page = self._context.new_page()
        page.on("console", lambda said: self.troubles.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("request", lambda one: None if one.url.startswith(address) else self.troubles.append(one.url))
        page.goto(f"{address}/endpoints")
        page.wait_for_selector("body[data-ready]")
        return page

    def __exit__(self, *exception: object) -> None:
        self._context.close()
        self._server.__exit__(None, None, None)
        self._platform.close()
        if exception[0] is None:
            assert [said for said in self.troubles if self._expected not in said] == []


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    with visited(browser, tmp_path, two) as page:
        yield page


def test_a_run_is_started_by_form_watched_stopped_and_kept(browser: Browser, tmp_path: Path) -> None:
    with visited(browser, tmp_path, lambda history: None) as page:
        assert page.locator("#no-runs").is_visible()
        for field, value in {"sim-speed": "20", "read": "16", "write": "32"}.items():
            page.fill(f"#{field}", value)
        page.focus('#profile input[value="sweep"]')
        page.keyboard.press("ArrowRight")
        page.fill("#levels", "1, 2, 300")
        page.keyboard.press("Enter")
        page.locator("#now", has_text="Tokens a second").wait_for()
        page.locator("#plots .mark").first.wait_for()
        assert page.locator("#runs .running").count() == 1
        page.locator("#article", has_text="Predicted, tokens/s").wait_for()
        page.click("#stop")
        page.locator("#stop").wait_for(state="hidden")
        assert "20 times as fast as life" in page.locator("#minds").inner_text()
        assert page.locator("#runs li").count() == 1
        page.click("#again")
        assert page.input_value("#levels") == "1, 2, 300"
        assert page.input_value("#sim-speed") == "20"


def test_what_is_not_allowed_is_said_and_nothing_is_lost(browser: Browser, tmp_path: Path) -> None:
    with visited(browser, tmp_path, two, expected="status of 403") as page:
        page.click('label:has(input[value="url"])')
        page.fill("#url", "http://203.0.113.7:8000")
        page.click("#go")
        page.locator("#trouble", has_text="may not put 203.0.113.7 under load").wait_for()
        assert page.input_value("#url") == "http://203.0.113.7:8000"


def test_runs_are_searched_named_and_deleted(page: Page) -> None:
    page.fill("#search", "before gpu")
    page.locator("#found", has_text="1 run found").wait_for(state="attached")
    page.click("#runs a")
    page.locator("#run-title", has_text="before").wait_for()
    page.click("#rename")
    page.fill("#new-name", "the old engine")
    page.fill("#new-tags", "v1 slow")
    page.click('#naming button[value="save"]')
    page.locator("#run-title", has_text="the old engine").wait_for()
    assert page.locator("#run-tags li").all_inner_texts() == ["v1", "slow"]
    page.fill("#search", "")
    page.click("#delete")
    page.click('#sure button[value="delete"]')
    page.locator("#new-run").wait_for()
    page.locator("#runs li").nth(1).wait_for(state="detached")


def test_two_runs_are_compared_on_one_plot(page: Page) -> None:
    for box in page.locator("#runs input").all():
        box.check()
    page.click("#compare")
    page.locator("#ratios table").wait_for()
    assert page.locator("#compared-plots figure").first.locator("path.curve").count() >= 2
    assert "× 0.50" in page.locator("#by-concurrency").inner_text()
    page.go_back()
    page.locator("#new-run").wait_for()


def test_advice_stands_on_limits_and_prices_of_ones_own(page: Page) -> None:
    page.click("#runs a")
    page.select_option("#advice-model", "llama-2-7b")
    page.fill('input[data-instance="ml.g5.2xlarge"]', "1.515")
    page.fill('input[data-instance="ml.g5.12xlarge"]', "7.09")
    page.fill("#limit-latency", "40")
    page.click("#advice-form .primary")
    page.locator("#advised", has_text="By the theory").wait_for()
    assert "Deploy" in page.locator("#advised").inner_text()
    assert "By this run" in page.locator("#advised").inner_text()
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert page.input_value('input[data-instance="ml.g5.2xlarge"]') == "1.515"


@pytest.mark.parametrize("options", [DARK, NARROW])
def test_nothing_is_too_faint_too_small_or_too_wide(browser: Browser, tmp_path: Path, options: dict[str, Any]) -> None:
    with visited(browser, tmp_path, two, **options) as page:
        page.click("#form summary")
        assert page.evaluate(AUDIT) == []
        page.click("#runs a")
        page.locator("#plots .plot").first.wait_for()
        assert page.evaluate(AUDIT) == []
        page.click("#advice-form .primary")
        page.locator("#advised h3").first.wait_for()
        assert page.evaluate(AUDIT) == []
        ids = [str(link.get_attribute("href")).removeprefix("#run=") for link in page.locator("#runs a").all()]
        page.goto(f"{page.url.partition('#')[0]}#compare={','.join(ids)}")
        page.locator("#ratios table").wait_for()
        assert page.evaluate(AUDIT) == []
