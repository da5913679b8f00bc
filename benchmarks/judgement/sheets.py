"""Sheets: a layout filled with values and drawn by Chromium, with the questions to it and their right answers."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
from benchmarks.judgement.world import World
from PIL import Image
from playwright.sync_api import Page, sync_playwright

LAYOUTS = Path(__file__).parent / "layouts"
FONTS = (
    "sans-serif",
    "serif",
    "DejaVu Sans",
    "Liberation Sans",
    "Liberation Serif",
    "Carlito",
    "monospace",
    "Noto Sans",
)
STYLE = (Path(__file__).parent / "sheet.css").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Sheet:
    """``questions``: the words of each and its answer, None where the sheet does not say."""

    name: str
    layout: str
    picture: Image.Image
    questions: tuple[tuple[str, str | None], ...]

    @property
    def family(self) -> str:
        return "receipts" if self.layout.startswith("receipt") else "forms"


def layouts() -> list[str]:
    return sorted(path.stem for path in LAYOUTS.glob("*.html"))


def sheets(count: int, seed: str, names: Sequence[str] = ()) -> Iterator[Sheet]:
    """``count`` sheets of every layout; needs Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1040, "height": 700}, device_scale_factor=1.6)
        for layout in names or layouts():
            for number in range(count):
                yield _sheet(page, layout, f"{seed}-{layout}-{number}")
        browser.close()


def _sheet(page: Page, layout: str, name: str) -> Sheet:
    head, _, body = (LAYOUTS / f"{layout}.html").read_text(encoding="utf-8").partition("---\n")
    world, look = World(name), random.Random(f"look {name}")
    members = {key: getattr(world, key) for key in dir(world) if not key.startswith("_")}
    filled = jinja2.Environment(autoescape=True).from_string(body).render(**members)
    chosen = {
        "paper": look.choice(["#fff", "#fff", "#fdfcf7", "#f4f4f1"]),
        "ink": look.choice(["#000", "#111", "#223", "#1c2b4a"]),
        "size": look.choice(["14px", "15px", "16px", "18px", "20px"]),
        "font": look.choice(FONTS),
    }
    variables = ";".join(f"--{key}:{value}" for key, value in chosen.items())
    page.set_content(f"<!doctype html><style>:root{{{variables}}}{STYLE}</style>{filled}")
    picture = Image.open(io.BytesIO(page.locator("body").screenshot())).convert("RGB")
    questions = tuple(_question(line, world) for line in head.strip().splitlines())
    return Sheet(name, layout, picture, questions)


def _question(line: str, world: World) -> tuple[str, str | None]:
    field, _, text = line.partition(" | ")
    return text.strip(), None if field == "-" else world.truth[field]
