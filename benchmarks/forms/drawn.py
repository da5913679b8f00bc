"""Filled pages as Chromium draws them: their words, boxes to tick and lines taken out of the document, kept on disk.

Only this file uses playwright. A page that was drawn once is read from its file afterwards, without a browser.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.forms.page_file import Filled, PageFile
from benchmarks.forms.sheet import Rect, Sheet, Tick, Written, around
from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Page

HERE = Path(__file__).parent
CACHE = Path(tempfile.gettempdir()) / "groundstone-pages"
SCRIPT = (HERE / "page.js").read_text("utf-8")
STYLE = (HERE.parent / "judgement" / "sheet.css").read_text("utf-8") + (HERE / "page.css").read_text("utf-8")
WORLD = "".join(
    path.read_text("utf-8")
    for path in (HERE.parent / "judgement" / "world.py", HERE / "page_file.py", HERE / "page_macros.html")
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
VIEW = (1040, 700)  # CSS pixels
SLACK = 2.5  # CSS pixels that two pieces of one ruling may be apart
SHORTEST = 14.0  # CSS pixels of a ruling


@dataclass(frozen=True)
class Drawn:
    """What a browser made of a filled page; everything in pixels of its picture.

    ``answers`` are the words that stand for each field, and where; ``turned`` elements were put upright.
    """

    width: int
    height: int
    words: list[Written]
    ticks: list[Tick]
    rulings: list[Rect]
    answers: dict[str, tuple[str, Rect]]
    turned: int = 0
    outside: list[str] = field(default_factory=list)  # words that stand beyond the edges of the page

    def sheet(self, file: PageFile, seed: str) -> Sheet:
        """The page as a sheet; a browser draws it again when its picture is asked for."""
        sheet = Sheet(self.width, self.height, words=self.words, ticks=self.ticks, rulings=self.rulings)
        sheet.strokes.append(lambda made: made.paste(picture(file, seed).resize(made.size)))
        return sheet


def drawn(wanted: Sequence[tuple[PageFile, str]], cache: Path = CACHE) -> list[Drawn]:
    """Each file filled with its seed. Starts a browser if one of them was never drawn, and ends it before it returns.

    Raises ValueError where a browser is needed and none is there.
    """
    paths = [_kept(file, seed, cache) for file, seed in wanted]
    missing = [(path, pair) for path, pair in zip(paths, wanted, strict=True) if not path.exists()]
    if missing:
        cache.mkdir(parents=True, exist_ok=True)
        with browser_page() as page:
            for path, (file, seed) in missing:
                _keep(path, taken(page, file.filled(seed)))
    return [drawn_of(json.loads(path.read_text("utf-8"))) for path in paths]


@contextmanager
def browser_page(scale: float = 1.0) -> Iterator[Page]:
    """An empty page with the style sheet of the pages."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise ValueError(f"pages are drawn by Chromium, and there is none: install one of {', '.join(BROWSERS)}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": VIEW[0], "height": VIEW[1]}, device_scale_factor=scale)
        page.set_content(f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>")
        yield page
        browser.close()


def taken(page: Page, filled: Filled) -> dict[str, Any]:
    """What stands on a filled page, as JSON in CSS pixels; see page.js."""
    found: dict[str, Any] = page.evaluate(SCRIPT, {"markup": filled.markup, "look": filled.look})
    return found | {"scale": filled.scale}


def picture(file: PageFile, seed: str) -> Image.Image:
    filled = file.filled(seed)
    with browser_page(filled.scale) as page:
        taken(page, filled)
        return Image.open(io.BytesIO(page.locator("body").screenshot())).convert("RGB")


def drawn_of(data: dict[str, Any]) -> Drawn:
    """Of JSON as ``taken`` gives it."""
    scale, width, height = data["scale"], data["width"], data["height"]
    words = [Written(text, _scaled(rect, scale), max(1, round(size * scale))) for text, *rect, size in data["words"]]
    ticks = [Tick(checked, _scaled(rect, scale)) for checked, *rect, _ in _without_bullets(data["ticks"])]
    rulings = [_scaled(rect, scale) for rect in merged(data["rulings"])]
    answers = {
        name: (one["text"], _scaled(around([tuple(rect) for rect in one["rects"]]), scale))
        for name, one in data["answers"].items()
    }
    outside = [text for text, *rect, _ in data["words"] if rect[0] < -2 or rect[2] > width + 2 or rect[3] > height + 2]
    return Drawn(
        round(width * scale), round(height * scale), words, ticks, rulings, answers, data["turned"], outside
    )  # fmt: skip


def merged(rulings: Iterable[Sequence[float]]) -> list[Rect]:
    """Level and upright rulings, those that lie on each other or go on in one another as one; short ones left out."""
    level = _runs([(y1, x1, x2) for x1, y1, x2, y2 in rulings if y1 == y2])
    upright = _runs([(x1, y1, y2) for x1, y1, x2, y2 in rulings if x1 == x2 and y1 != y2])
    made: list[Rect] = [(start, at, end, at) for at, start, end in level]
    made += [(at, start, at, end) for at, start, end in upright]
    return [one for one in made if max(one[2] - one[0], one[3] - one[1]) >= SHORTEST]


def _runs(pieces: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Pieces (across, start, end) of lines joined along them."""
    made: list[tuple[float, float, float]] = []
    for _, line in groupby(_levelled(pieces), key=lambda piece: piece[0]):
        for at, start, end in sorted(line):
            if made and made[-1][0] == at and start <= made[-1][2] + SLACK:
                made[-1] = (at, made[-1][1], max(end, made[-1][2]))
            else:
                made.append((at, start, end))
    return made


def _levelled(pieces: list[tuple[float, float, float]]) -> Iterator[tuple[float, float, float]]:
    """By their place across, which becomes the same for pieces that lie close to each other."""
    at = float("-inf")
    for across, start, end in sorted(pieces):
        at = at if across - at <= SLACK else across
        yield at, start, end


def _without_bullets(ticks: list[list[Any]]) -> list[list[Any]]:
    """Filled circles and squares are marks only where empty ones stand beside them."""
    signs = {tick[5] for tick in ticks}
    round_ones, square = bool(signs & set("○◯")), bool(signs & set("□☐▢"))
    return [tick for tick in ticks if (tick[5] != "●" or round_ones) and (tick[5] != "■" or square)]


def _scaled(rect: Sequence[float], scale: float) -> Rect:
    left, top, right, bottom = rect
    return left * scale, top * scale, right * scale, bottom * scale


def _kept(file: PageFile, seed: str, cache: Path) -> Path:
    """Another file for every other markup, style, script, world and seed."""
    key = sha256("\n".join((file.name, file.body, SCRIPT, STYLE, WORLD, seed)).encode()).hexdigest()[:24]
    return cache / f"{file.name}-{key}.json"


def _keep(path: Path, data: dict[str, Any]) -> None:
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")), "utf-8")
    part.replace(path)
