"""Genuine-looking pages: pictures of invented documents as scanners, cameras, fax machines and programs make them.

    for page in pages(seed=1, count=100):
        page.picture, page.words, page.source, page.look

No document, picture or statistic of others goes into them. A page is not compressed with loss unless its look says so.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from benchmarks.forms.damage import plan
from benchmarks.genuine.camera import photographed
from benchmarks.genuine.fax import faxed
from benchmarks.genuine.fields import is_grey
from benchmarks.genuine.geometry import carried, inside, legible, tightened
from benchmarks.genuine.leaf import Leaf, Rect
from benchmarks.genuine.pdf import drawn_by_pdfium, embeddable, words_by_pdfium
from benchmarks.genuine.press import PRINTERS, printed
from benchmarks.genuine.scanner import scanned
from benchmarks.genuine.sources import Clean, Sources
from numpy.typing import NDArray
from PIL import Image

MIXTURE = {  # look and kinds of source -> share of the pages
    ("flatbed", "till"): 0.25, ("flatbed", "form"): 0.10, ("digital", "dense"): 0.15, ("digital", "form"): 0.06,
    ("digital", "till"): 0.04, ("flatbed", "dense"): 0.15, ("phone", "till"): 0.08, ("phone", "form"): 0.04,
    ("phone", "dense"): 0.03, ("black-white", "dense"): 0.02, ("black-white", "till"): 0.02, ("fax", "dense"): 0.02,
    ("fax", "form"): 0.01, ("damaged", "form"): 0.02,
}  # fmt: skip
SEEN = 0.7  # of the words of a page
LEAST, MOST = 600, 2200  # pixels of a picture's width
HIGHEST = 3000  # pixels of a long receipt, where its width allows


@dataclass(frozen=True)
class GenuinePage:
    """``picture``: RGB, H x W x 3; ``words``: left, top, right, bottom in pixels; ``source``: what was drawn, its
    family before the first colon; ``look``: what became of it, "digital", "flatbed", ... and details after a colon."""

    picture: NDArray[np.uint8]
    words: list[tuple[int, int, int, int]]
    source: str
    look: str


def pages(
    seed: int, count: int, split: str = "train", cache: Path | None = None, start: int = 0
) -> Iterator[GenuinePage]:
    """``count`` pages from number ``start`` on; the same for the same seed and number, so processes may share them.

    ``split``: "train" or "dev", which share no designs and no held-out faces (see sources.py). ``cache``: the folder
    of pages that Chromium drew (chromium.py); without it those are left out. Raises ValueError for another split.
    """
    sources = Sources(split, seed, cache)
    for number in range(start, start + count):
        yield page(sources, random.Random(f"genuine {split} {seed} {number}"), number)


def page(sources: Sources, rng: random.Random, number: int) -> GenuinePage:
    """One page; drawn again with other chances where most of its words cannot be seen, or fewer than three are left."""
    while True:
        kept = sources.kept(number)
        ways = {way: share for way, share in MIXTURE.items() if kept is None or way[1] == kept.kind}
        ((look, kind),) = rng.choices(list(ways), list(ways.values()))
        made = _made(rng, look, kept or sources.leaf(rng, kind))
        seen = legible(made.words, made.picture)
        if len(seen) >= max(3, SEEN * len(made.words)):
            return GenuinePage(made.picture, seen, made.source, made.look)


def _made(rng: random.Random, look: str, source: Leaf | Clean) -> GenuinePage:
    if look == "damaged" and isinstance(source, Clean):
        return _damaged(rng, source)
    if look == "digital":
        picture, words, detail = _digital(rng, source)
    else:
        picture, words, detail = _on_paper(rng, look, source)
    words_there = inside(words, picture.shape[1], picture.shape[0])
    return GenuinePage(np.ascontiguousarray(picture), words_there, source.source, f"{look}:{detail}")


def a_width(rng: random.Random, source: Leaf | Clean) -> int:
    """Mostly 700 to 1400 pixels, dense pages wider, long receipts narrower so that their pictures are not too high."""
    if source.kind == "till" and isinstance(source, Leaf):
        width = rng.choice((rng.uniform(600, 800), rng.uniform(600, 1000), rng.uniform(700, 1300)))
        return int(max(LEAST, min(width, HIGHEST * source.width / source.height)))
    if source.kind == "ticket":
        return int(rng.uniform(600, 1300))
    usual = rng.choice((612, 850, 1240, 1275, 1654, 1700))
    narrow, wide = rng.uniform(700, 1400), rng.uniform(1200, MOST)
    return int(rng.choice((narrow, narrow, rng.uniform(700, 1200), usual, usual, wide)))


def _digital(rng: random.Random, source: Leaf | Clean) -> tuple[NDArray[np.uint8], list[Rect], str]:
    """Straight from a program: Pillow, pdfium or a browser; sometimes made larger or smaller after, or grey."""
    if isinstance(source, Clean):
        picture, words, detail = source.picture, source.words, source.renderer
    else:
        width = (
            rng.choice((1275, 1700, 1240, 1654))
            if source.kind != "till" and rng.random() < 0.5
            else a_width(rng, source)
        )
        picture, words, detail = _drawn(rng, source, width / source.width)
    words = tightened(words, picture)
    width = min(MOST, max(LEAST, picture.shape[1] if rng.random() < 0.75 else a_width(rng, source)))
    if width != picture.shape[1]:
        picture, words = _resized(rng, picture, words, width)
        detail += "+resized"
    if rng.random() < 0.1:
        picture = np.repeat(np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)[..., None], 3, axis=2)
    return picture, words, detail


def _drawn(rng: random.Random, leaf: Leaf, scale: float) -> tuple[NDArray[np.uint8], list[Rect], str]:
    if embeddable(leaf) and rng.random() < 0.6:
        lcd = rng.random() < 0.06
        return drawn_by_pdfium(leaf, scale, lcd), words_by_pdfium(leaf, scale), "pdfium-lcd" if lcd else "pdfium"
    shift = (rng.random(), rng.random())
    return np.asarray(leaf.picture(scale, shift), np.uint8), leaf.words(scale, shift), "pillow"


def _resized(
    rng: random.Random, picture: NDArray[np.uint8], words: list[Rect], width: int
) -> tuple[NDArray[np.uint8], list[Rect]]:
    height = round(picture.shape[0] * width / picture.shape[1])
    how = rng.choice(
        (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS, Image.Resampling.BOX)
    )
    made = np.asarray(Image.fromarray(picture).resize((width, height), how), np.uint8)
    return made, carried(words, np.diag((width / picture.shape[1], height / picture.shape[0], 1.0)))


def _on_paper(rng: random.Random, look: str, source: Leaf | Clean) -> tuple[NDArray[np.uint8], list[Rect], str]:
    """Printed, and then scanned, photographed or faxed."""
    width = a_width(rng, source)
    printer = rng.choice(
        ("thermal", "thermal", "thermal", "needles", "inkjet", "laser") if source.kind == "till" else PRINTERS[2:]
    )
    if isinstance(source, Clean):
        picture, words = source.picture, source.words
    elif source.kind == "till" and rng.random() < 0.5:  # as the dots of the printer's head
        picture, words = np.asarray(source.picture(1.0, smooth=rng.random() < 0.4), np.uint8), source.words(1.0)
    else:
        picture, words, _ = _drawn(rng, source, width * rng.uniform(0.9, 1.7) / source.width)
    words = tightened(words, picture)
    ink = printed(rng, picture, printer)
    words = carried(words, np.diag((ink.scale, ink.scale, 1.0)))
    if look == "phone":
        made, words = photographed(rng, ink.plane, words, width)
    elif look == "fax":
        made, words = faxed(rng, ink.plane, words, width)
    else:
        made, words = scanned(rng, ink.plane, words, width, look == "black-white")
    return made, words, printer + (" grey" if is_grey(made) else "")


def _damaged(rng: random.Random, source: Clean) -> GenuinePage:
    """A level 2 to 4 of benchmarks/forms/damage.py, the only look that JPEG is part of."""
    height, width = source.picture.shape[:2]
    damage = plan(rng, rng.choice((2, 3, 4)), width, height, turn=0)
    picture = np.asarray(damage.apply(Image.fromarray(source.picture)), np.uint8)
    words = carried(tightened(source.words, source.picture), np.array(damage.matrix).reshape(3, 3))
    if not LEAST <= picture.shape[1] <= MOST:
        picture, words = _resized(rng, picture, words, min(MOST, max(LEAST, picture.shape[1])))
    return GenuinePage(
        picture, inside(words, picture.shape[1], picture.shape[0]), source.source, f"damaged:{damage.level} jpeg"
    )
