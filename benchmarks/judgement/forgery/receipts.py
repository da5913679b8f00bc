"""Scanned receipts: ``img/*.jpg`` and ``box/*.csv`` (x1,y1,x2,y2,x3,y3,x4,y4,text of a line). Half of them are unseen.

The rule: receipts with an odd number are *seen*, failures on them may be looked at while the detection is made; those
with an even number are not.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from benchmarks.judgement.forgery.ink import runs
from benchmarks.judgement.forgery.page import Area, Page, Pixels, Word
from PIL import Image


def receipt_names(folder: Path) -> list[str]:
    boxes = {path.stem for path in (folder / "box").glob("*.csv")}
    return sorted(path.stem for path in (folder / "img").glob("*.jpg") if path.stem in boxes)


def seen(name: str) -> bool:
    return bool(int("".join(letter for letter in name if letter.isdigit()) or 0) % 2)


def receipt(folder: Path, name: str) -> Page:
    """Page ``name`` of the folder; its words are the blank-separated parts of the lines."""
    with Image.open(folder / "img" / f"{name}.jpg") as picture:
        pixels = np.array(picture.convert("RGB"))
    lines = (folder / "box" / f"{name}.csv").read_text("utf-8", errors="replace").splitlines()
    words = [word for line in lines if line.count(",") >= 8 for word in _words(line, pixels)]
    return Page(name, "receipts", "receipt", seen(name), pixels, tuple(words))


def _words(line: str, pixels: Pixels) -> list[Word]:
    parts = line.split(",", 8)
    if not all(part.strip().isdigit() for part in parts[:8]):
        return []
    numbers = [int(part) for part in parts[:8]]
    height, width = pixels.shape[:2]
    area = Area(
        max(0, min(numbers[::2])), max(0, min(numbers[1::2])),
        min(width, max(numbers[::2])), min(height, max(numbers[1::2])),
    )  # fmt: skip
    texts = parts[8].split()
    if not texts or area.width < 4 or area.height < 4:
        return []
    found = runs(pixels, area, max(3, round(0.28 * area.height)))
    if len(found) != len(texts):
        found = _shared(area, texts)
    return [Word(text, place) for text, place in zip(texts, found, strict=True)]


def _shared(area: Area, texts: list[str]) -> list[Area]:
    """The line cut by the number of letters, where the gaps in its ink do not tell the words apart."""
    letters = len(" ".join(texts))
    out, at = [], 0
    for text in texts:
        left, right = area.left + area.width * at // letters, area.left + area.width * (at + len(text)) // letters
        out.append(Area(left, area.top, max(right, left + 1), area.bottom))
        at += len(text) + 1
    return out
