"""Writes genuine pages into a folder: PNG files and index.jsonl, a line for each as soon as it is there.

python -m benchmarks.genuine FOLDER --count 3000 --seed 1 --split train --cache CHROMIUM_FOLDER
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import cv2
from benchmarks.genuine.page import GenuinePage, pages


def write(folder: Path, number: int, page: GenuinePage) -> None:
    """One page as NNNNN.png, and its line in the index."""
    name = f"{number:05}.png"
    cv2.imwrite(str(folder / name), page.picture[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 1])
    height, width = page.picture.shape[:2]
    line = {
        "file": name,
        "width": width,
        "height": height,
        "words": page.words,
        "source": page.source,
        "look": page.look,
    }
    with (folder / "index.jsonl").open("ab", buffering=0) as index:  # one write, so that several processes may append
        index.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--split", default="train", choices=("train", "dev"))
    parser.add_argument(
        "--cache", type=Path, help="folder of pages that Chromium drew (benchmarks/genuine/chromium.py)"
    )
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after this time")
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    began, cv2_threads = time.monotonic(), 1
    cv2.setNumThreads(cv2_threads)
    for number, page in enumerate(
        pages(chosen.seed, chosen.count, chosen.split, chosen.cache, chosen.start), chosen.start
    ):
        write(chosen.folder, number, page)
        if time.monotonic() - began > chosen.seconds:
            return


if __name__ == "__main__":
    main()
