"""Pages of benchmarks/forms/pages drawn by Chromium ahead of time and kept, for a browser takes its time.

python -m benchmarks.genuine.chromium FOLDER --seeds 2
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from benchmarks.forms.drawn import browser_page, drawn_of, taken
from benchmarks.forms.page_file import Filled, page_files
from benchmarks.genuine.leaf import Rect
from benchmarks.genuine.letters import DEV_FAMILIES
from numpy.typing import NDArray
from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Page


@dataclass(frozen=True)
class Kept:
    """A drawn page: ``file`` is its PNG."""

    name: str
    split: str
    file: Path
    words: list[Rect]

    def picture(self) -> NDArray[np.uint8]:
        with Image.open(self.file) as opened:
            return np.asarray(opened.convert("RGB"), np.uint8)


def keep_pages(folder: Path, seeds: int, start: int = 0) -> int:
    """Draws every file of both splits with ``seeds`` seeds; returns how many pages were added.

    Raises ValueError where there is no Chromium. Training pages in a face that is held out are left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    by_scale: dict[float, list[tuple[str, str, Filled]]] = {}
    for seed in range(start, start + seeds):
        for file in page_files():
            filled = file.filled(f"genuine-{seed}")
            allowed = file.split == "dev" or filled.look["font"] not in DEV_FAMILIES
            if allowed and not (folder / f"{file.name}-{seed}.json").exists():
                by_scale.setdefault(filled.scale, []).append((f"{file.name}-{seed}", file.split, filled))
    for scale, wanted in by_scale.items():
        with browser_page(scale) as page:
            for name, split, filled in wanted:
                _keep(page, folder / name, split, filled)
    return sum(map(len, by_scale.values()))


def _keep(page: Page, path: Path, split: str, filled: Filled) -> None:
    made = drawn_of(taken(page, filled))
    page.locator("body").screenshot(path=path.with_suffix(".png"))
    words = [[round(value, 1) for value in word.rect] for word in made.words]
    path.with_suffix(".json").write_text(json.dumps({"split": split, "words": words}), "utf-8")


def kept_pages(folder: Path, split: str) -> list[Kept]:
    """The pages of a split in a folder, by name."""
    found = []
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text("utf-8"))
        if data["split"] == split:
            words: list[Rect] = [(one[0], one[1], one[2], one[3]) for one in data["words"]]
            found.append(Kept(path.stem, split, path.with_suffix(".png"), words))
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--start", type=int, default=0)
    chosen = parser.parse_args()
    print(keep_pages(chosen.folder, chosen.seeds, chosen.start), "pages")
