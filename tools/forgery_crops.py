"""Pairs of crops, genuine and forged, from which tools/train_forgery.py learns; on disk as arrays.

    python tools/forgery_crops.py PAGES OUT --count 6000 --processes 2

PAGES is a folder that benchmarks/genuine wrote: pictures and index.jsonl. What is in OUT already is gone on with.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.forgery_wear import worn

from groundstone.errors import InvalidInput
from groundstone.forensics.dct import Table, standard_table
from groundstone.forensics.features import MAPS, Features, features
from groundstone.forensics.forge.pair import PixelPair, make_pixels

SIDE = 384  # pixels of what is learned from
CELLS = SIDE // 8
CROP = (480, 960)  # pixels of what is forged; the history is looked for in all of it
FEWEST = 6  # words of a crop
Bytes = NDArray[np.uint8]


@dataclass
class Page:
    rgb: Bytes
    words: list[tuple[int, int, int, int]]
    source: str


class Pages:
    """Genuine pages of a folder, read when asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        lines = (folder / "index.jsonl").read_text(encoding="utf-8").splitlines()
        self._index = [json.loads(line) for line in lines if line.endswith("}")]

    def __len__(self) -> int:
        return len(self._index)

    def crop(self, rng: np.random.Generator, size: tuple[int, int] = CROP) -> Page:
        """A part of a page by chance, of a width and height from ``size``, that has words on it."""
        while True:
            found = self._crop(self._index[rng.integers(len(self._index))], rng, size)
            if len(found.words) >= FEWEST:
                return found

    def _crop(self, entry: dict[str, Any], rng: np.random.Generator, between: tuple[int, int]) -> Page:
        rgb = cv2.imread(str(self._folder / entry["file"]), cv2.IMREAD_COLOR)[..., ::-1]
        wide, high = (min(size, int(rng.integers(*between))) for size in (rgb.shape[1], rgb.shape[0]))
        left, top = int(rng.integers(rgb.shape[1] - wide + 1)), int(rng.integers(rgb.shape[0] - high + 1))
        inside = [
            (a - left, b - top, c - left, d - top)
            for a, b, c, d in entry["words"]
            if a >= left and b >= top and c <= left + wide and d <= top + high
        ]
        return Page(np.ascontiguousarray(rgb[top : top + high, left : left + wide]), inside, entry["source"])


def last_table(pair: PixelPair) -> Table | None:
    """The luminance table of both files of a pair, if they are JPEGs."""
    if pair.save.format == "png":
        return None
    return np.array(pair.save.tables[0], float) if pair.save.tables else standard_table(pair.save.quality)


def row(pages: Pages, rng: np.random.Generator) -> dict[str, Any] | None:
    """One pair: luma, chroma and maps of both, the changed share of each cell, and how it was made."""
    page, donor = pages.crop(rng), pages.crop(rng)
    rgb, words = worn(page.rgb, page.words, rng)
    try:
        pair = make_pixels(rgb, words, donor.rgb, donor.words, rng)
    except InvalidInput:  # the page offers no place for a change
        return None
    genuine, forged = pair.opened()
    first = features(genuine, last_table(pair))
    both = [first, features(forged, last_table(pair), first.past)]  # so small a change hides no history
    rows, columns = both[0].maps.shape[:2]
    if rows < CELLS or columns < CELLS:
        return None
    mask = cv2.resize(
        pair.mask[: rows * 8, : columns * 8].astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA
    )
    changed = np.argwhere(mask > 0)
    if not len(changed):
        return None
    down, across = changed[rng.integers(len(changed))]
    top = int(np.clip(down - rng.integers(CELLS), 0, rows - CELLS))
    left = int(np.clip(across - rng.integers(CELLS), 0, columns - CELLS))
    cut = [_cut(one, top, left) for one in both]
    return {
        "luma": np.stack([one[0] for one in cut]),
        "chroma": np.stack([one[1] for one in cut]),
        "maps": np.stack([one[2] for one in cut]).astype(np.float16),
        "mask": np.rint(255 * mask[top : top + CELLS, left : left + CELLS]).astype(np.uint8),
        "about": {"kind": pair.kind, "history": pair.history, "last": pair.last, "source": page.source},
    }


def _cut(one: Features, top: int, left: int) -> tuple[Bytes, Bytes, NDArray[np.float32]]:
    return (
        one.luma[top * 8 : top * 8 + SIDE, left * 8 : left * 8 + SIDE],
        one.chroma[top * 4 : top * 4 + SIDE // 2, left * 4 : left * 4 + SIDE // 2],
        one.maps[top : top + CELLS, left : left + CELLS],
    )


SHAPES = {
    "luma": ((2, SIDE, SIDE), np.uint8),
    "chroma": ((2, SIDE // 2, SIDE // 2, 2), np.uint8),
    "maps": ((2, CELLS, CELLS, MAPS), np.float16),
    "mask": ((CELLS, CELLS), np.uint8),
}


def work(folder: Path, out: Path, count: int, seed: int) -> None:
    """One process: a part of its own, rows appended until there are ``count``."""
    cv2.setNumThreads(1)
    pages, part = Pages(folder), out / f"{seed:03d}"
    part.mkdir(parents=True, exist_ok=True)
    about = part / "about.jsonl"
    have = len(about.read_text().splitlines()) if about.is_file() else 0
    files = {name: (part / f"{name}.bin").open("ab") for name in SHAPES}
    for name, (shape, kind) in SHAPES.items():
        files[name].truncate(have * int(np.prod(shape)) * np.dtype(kind).itemsize)
    start = time.monotonic()
    with about.open("a", encoding="utf-8") as notes:
        number = have
        while number < count:
            if number % 500 == 0:
                pages = Pages(folder)  # it may have grown
            made = row(pages, np.random.default_rng((seed, number, int(time.time_ns()) & 0xFFFF)))
            if made is None:
                continue
            for name in SHAPES:
                files[name].write(np.ascontiguousarray(made[name]).tobytes())
                files[name].flush()
            notes.write(json.dumps(made["about"]) + "\n")
            notes.flush()
            number += 1
            if number % 100 == 0:
                print(
                    f"{seed}: {number} of {count}, {(number - have) / (time.monotonic() - start):.2f} a second",
                    flush=True,
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=6000)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    each = asked.count // asked.processes
    workers = [
        multiprocessing.Process(target=work, args=(asked.pages, asked.out, each, asked.seed + k))
        for k in range(asked.processes)
    ]
    for one in workers:
        one.start()
    for one in workers:
        one.join()


if __name__ == "__main__":
    main()
