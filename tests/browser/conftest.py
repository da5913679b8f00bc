from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from groundstone.server.app import create_app
from tests.server.live import serving
from tests.server.standin import StandInKnowledge, StandInPlatform

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


class Visit:
    """A page on a server of its own; every request that leaves the machine and every console error fails the test."""

    def __init__(self, page: Page, platform: StandInPlatform, address: str) -> None:
        self.page = page
        self.platform = platform
        self.address = address
        self.troubles: list[str] = []
        self.expected: tuple[str, ...] = ()
        page.on("console", lambda said: self._trouble(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self._trouble(str(error)))
        page.context.on("request", lambda request: self._asked(request.url))

    @property
    def kb(self) -> StandInKnowledge:
        return self.platform._kbs["movies"]

    def ask(self, question: str) -> None:
        """Type and send a question, and wait until it is answered."""
        before = self.page.locator(".turn").count()
        self.send(question)
        self.page.locator(".turn").nth(before).locator(".foot, .trouble").first.wait_for()

    def send(self, question: str) -> None:
        self.page.fill("#question", question)
        self.page.press("#question", "Enter")

    def _trouble(self, text: str) -> None:
        if not any(part in text for part in self.expected):
            self.troubles.append(text)

    def _asked(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.troubles.append(f"asked {url}")


@pytest.fixture
def visit(browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Visit]:
    options: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}
    marker = request.node.get_closest_marker("parametrize")
    if marker is not None and "context" in request.fixturenames:
        options |= request.getfixturevalue("context")
    platform = StandInPlatform(tmp_path)
    with serving(create_app(platform)) as address:
        context = browser.new_context(**options)
        context.set_default_timeout(10_000)
        visit = Visit(context.new_page(), platform, address)
        visit.page.goto(f"{address}/")
        visit.page.wait_for_selector("body[data-ready]")
        yield visit
        context.close()
    platform.conversations.close()
    assert visit.troubles == []
