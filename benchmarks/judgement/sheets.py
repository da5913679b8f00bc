"""Sheets: a layout filled with values and drawn by Chromium, with the questions to it and their right answers."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from benchmarks.judgement.wider_world import WiderWorld
from benchmarks.judgement.world import World
from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Page

HERE = Path(__file__).parent
SETS: dict[str, tuple[Path, type[World]]] = {
    "seen": (HERE / "layouts", World),  # looked at while the answering was made
    "unseen": (HERE / "unseen", WiderWorld),  # never looked at
}
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
STYLE = (HERE / "sheet.css").read_text(encoding="utf-8")


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


def layouts(kind: str) -> list[str]:
    return sorted(path.stem for path in SETS[kind][0].glob("*.html"))


def filled(kind: str, layout: str, name: str) -> tuple[str, dict[str, str], list[tuple[str, str]]]:
    """The markup of a layout of a set filled for a name, its values by field, and field ("-" for none) and question."""
    folder, world_of = SETS[kind]
    head, _, body = (folder / f"{layout}.html").read_text(encoding="utf-8").partition("---\n")
    world = world_of(name)
    members = {key: getattr(world, key) for key in dir(world) if not key.startswith("_")}
    strict = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    markup = strict.from_string(body).render(**members)
    asked = [line.partition(" | ") for line in head.strip().splitlines()]
    return markup, world.truth, [(field, text.strip()) for field, _, text in asked]


def sheets(kind: str, count: int, seed: str, names: Sequence[str] = ()) -> Iterator[Sheet]:
    """``count`` sheets of every layout of a set; needs Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1040, "height": 700}, device_scale_factor=1.6)
        for layout in names or layouts(kind):
            for number in range(count):
                yield _sheet(page, kind, layout, f"{seed}-{layout}-{number}")
        browser.close()


def _sheet(page: Page, kind: str, layout: str, name: str) -> Sheet:
    markup, truth, asked = filled(kind, layout, name)
    look = random.Random(f"look {name}")
    chosen = {
        "paper": look.choice(["#fff", "#fff", "#fdfcf7", "#f4f4f1"]),
        "ink": look.choice(["#000", "#111", "#223", "#1c2b4a"]),
        "size": look.choice(["14px", "15px", "16px", "18px", "20px"]),
        "font": look.choice(FONTS),
    }
    variables = ";".join(f"--{key}:{value}" for key, value in chosen.items())
    page.set_content(f"<!doctype html><style>:root{{{variables}}}{STYLE}</style>{markup}")
    picture = Image.open(io.BytesIO(page.locator("body").screenshot())).convert("RGB")
    questions = tuple((text, None if field == "-" else truth[field]) for field, text in asked)
    return Sheet(name, layout, picture, questions)
