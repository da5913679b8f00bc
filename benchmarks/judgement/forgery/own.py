"""Office documents of our own, drawn by Chromium; every other one goes through our scanner. Half of them are unseen.

The rule: pages whose number is even are *seen*, failures on them may be looked at; those with an odd number are not.
The drawn pages are kept in a folder (PNG and words), so Chromium is needed once.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
import numpy as np
from benchmarks.judgement.forgery.facts import Facts
from benchmarks.judgement.forgery.page import Area, Dice, Page, Word
from benchmarks.judgement.forgery.scanner import moved, scanned
from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

BROWSER = "/usr/bin/chromium"
EACH = 12  # pages of every kind
LAYOUTS = Path(__file__).parent / "layouts"
KINDS = tuple(sorted(path.stem for path in LAYOUTS.glob("*.html")))
DPI = (110, 120, 130, 144, 150, 160, 170, 180, 200)
FONTS = (
    "Lato", "Cabin", "Roboto", "EB Garamond", "TeX Gyre Schola", "TeX Gyre Heros", "Caladea", "Carlito", "Arimo",
    "Tinos", "Courier Prime", "DejaVu Serif", "Open Sans", "Inter", "TeX Gyre Bonum", "FreeSerif",
)  # fmt: skip
WORDS = """() => {
  const out = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    for (const found of walk.currentNode.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(walk.currentNode, found.index);
      range.setEnd(walk.currentNode, found.index + found[0].length);
      const box = range.getBoundingClientRect();
      if (box.height < 60) out.push([found[0], box.left, box.top, box.right, box.bottom]);
    }
  }
  return out;
}"""


class NoBrowser(Exception):
    """The pages of our own were not drawn yet, and there is no Chromium to draw them."""


def own_names(each: int = EACH) -> list[str]:
    """``payslip-07``: as many seen as unseen pages of every kind, and as many scanned as clean ones."""
    return [f"{kind}-{number:02d}" for number in range(each) for kind in KINDS]


def seen(name: str) -> bool:
    return _number(name) % 2 == 0


def is_scanned(name: str) -> bool:
    return _number(name) // 2 % 2 == 1


def kind_of(name: str) -> str:
    """``payslip``, or ``payslip scanned``."""
    return f"{name.rpartition('-')[0]}{' scanned' if is_scanned(name) else ''}"


def _number(name: str) -> int:
    return int(name.rpartition("-")[2])


def own(folder: Path, name: str) -> Page:
    """A page that ``draw`` put into the folder."""
    words = json.loads((folder / f"{name}.json").read_text("utf-8"))
    with Image.open(folder / f"{name}.png") as picture:
        pixels = np.array(picture.convert("RGB"))
    return Page(name, "own", kind_of(name), seen(name), pixels, tuple(Word(text, Area(*area)) for text, *area in words))


def draw(folder: Path, names: list[str]) -> None:
    """Puts those pages into the folder that are not in it. Raises NoBrowser."""
    missing = [name for name in names if not (folder / f"{name}.json").exists()]
    if not missing:
        return
    if not Path(BROWSER).exists():
        raise NoBrowser(
            f"pages of our own are drawn by {BROWSER}, which is not there: install it or leave --part own out"
        )
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        for name in missing:
            scale = Dice("dpi", name).random.choice(DPI) / 96
            tab = browser.new_page(viewport={"width": 794, "height": 1123}, device_scale_factor=scale)
            _draw(tab, folder, name, scale)
            tab.close()
        browser.close()


def markup(name: str) -> str:
    """The whole HTML of a page."""
    strict = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    body = strict.from_string((LAYOUTS / f"{name.rpartition('-')[0]}.html").read_text("utf-8")).render(f=Facts(name))
    variables = ";".join(f"--{key}:{value}" for key, value in _look(Dice("look", name)).items())
    style = (LAYOUTS / "page.css").read_text("utf-8")
    return f"<!doctype html><style>:root{{{variables}}}{style}</style><body>{body}</body>"


def _look(dice: Dice) -> dict[str, str]:
    pick = dice.random.choice
    return {
        "font": f"'{pick(FONTS)}', sans-serif",
        "size": pick(["12.5px", "13.5px", "14px", "15px"]),
        "lead": pick(["1.3", "1.4", "1.55"]),
        "ink": pick(["#000", "#111", "#1d2430", "#222"]),
        "soft": pick(["#333", "#555", "#000"]),
        "accent": pick(["#000", "#123a6b", "#5a1020", "#1c4d3a", "#444"]),
        "paper": pick(["#fff", "#fff", "#fff", "#fdfdf9"]),
        "band": pick(["transparent", "#e6e6e6", "#dfe8f2", "#f2ecd8"]),
        "edge": pick(["46px 52px", "60px 70px", "38px 40px"]),
        "rule": pick(["0", "1px", "3px"]),
        "line": pick(["0", "0.5px", "1px"]),
        "cell": pick([".2em", ".35em", ".5em"]),
        "head": pick(["left", "left", "center", "right"]),
        "space": pick(["0", "0", "0.08em"]),
    }


def _draw(tab: Tab, folder: Path, name: str, scale: float) -> None:
    tab.set_content(markup(name))
    tab.evaluate("document.fonts.ready")
    picture = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
    areas = [
        (text, Area(int(left * scale), int(top * scale), int(right * scale) + 1, int(bottom * scale) + 1))
        for text, left, top, right, bottom in tab.evaluate(WORDS)
    ]
    pixels = np.array(picture)
    if is_scanned(name):
        pixels, matrix = scanned(pixels, Dice("scan", name))
        areas = [(text, moved(area, matrix)) for text, area in areas]
    page = Area(0, 0, pixels.shape[1], pixels.shape[0])
    words = [
        (text, area.left, area.top, area.right, area.bottom)
        for text, area in areas
        if page.holds(area.left, area.top) and page.holds(area.right, area.bottom)
    ]
    Image.fromarray(pixels).save(folder / f"{name}.png")
    (folder / f"{name}.json").write_text(json.dumps(words, ensure_ascii=False), "utf-8")
