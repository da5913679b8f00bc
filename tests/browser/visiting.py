"""A page of a server that runs in this process, watched for errors of its scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from groundstone.platform import Platform
from groundstone.server.app import create_app
from tests.server.live import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@contextmanager
def visiting(
    browser: Browser, platform: Platform, path: str, options: Mapping[str, Any], expected: str
) -> Iterator[Page]:
    """``options`` are the context's. An error or warning on the console fails, unless it has the words ``expected``."""
    troubles: list[str] = []
    with serving(create_app(platform)) as address:
        context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", **options}
        )
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("console", lambda said: troubles.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(f"{address}{path}")
        page.wait_for_selector("body[data-ready]")
        yield page
        context.close()
    assert [said for said in troubles if expected not in said] == []
