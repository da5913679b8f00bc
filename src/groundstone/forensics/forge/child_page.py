"""The child's part of making a data set: pages of foreign files to pixels. Called in a limited process."""

from __future__ import annotations

import base64
from typing import Any

import cv2
import numpy as np

from groundstone.errors import InvalidInput
from groundstone.forensics.dct import standard_table
from groundstone.forensics.forge.canvas import Picture, Rect
from groundstone.forensics.forge.changes import LEAST
from groundstone.forensics.forge.wordboxes import find_words
from groundstone.forensics.picture import Loaded, load

MOST_PAGES = 20  # of one file that are looked at
FEWEST = 8  # words that a page must have


def prepare() -> None:
    """What this file imports is there before any process is forked."""
    cv2.setNumThreads(1)


def parse(
    data: bytes, media_type: str, want: str, page: int = 1, side: int = 0, seed: tuple[int, ...] = ()
) -> dict[str, Any]:
    """``want``: "pages" (which pages can be used) or "cut" (a part of one page around text).

    Raises UnreadableDocument, UnsupportedDocument, DocumentTooLarge.
    """
    if want == "pages":
        return {"usable": [number for number in _numbers(data, media_type) if _usable(data, media_type, number)]}
    return _cut(load(data, media_type, page), side, np.random.default_rng(seed))


def _numbers(data: bytes, media_type: str) -> range:
    if media_type == "application/pdf":
        from groundstone.forensics.pdf_objects import File

        file = File(data)
        count = len(file)
        file.close()
    elif media_type == "image/tiff":
        from groundstone.documents.decode import sizes

        count = sizes(data, media_type)[0]
    else:
        count = 1
    return range(1, min(count, MOST_PAGES) + 1)


def _usable(data: bytes, media_type: str, number: int) -> bool:
    pixels = load(data, media_type, number).rgb
    return min(pixels.shape[:2]) >= 2 * LEAST[0] and len(find_words(pixels)) >= FEWEST


def _cut(loaded: Loaded, side: int, rng: np.random.Generator) -> dict[str, Any]:
    """``pixels``: base64, row by row; ``words``: boxes in them; ``place``: the box that was cut, in the page's pixels.

    ``quality``: of the save as JPEG that the page comes from, None for none.
    """
    words = find_words(loaded.rgb)
    box = _place(loaded.rgb, words, side, rng)
    left, top, right, bottom = box
    pixels = np.ascontiguousarray(loaded.rgb[top:bottom, left:right])
    inside = [
        (one[0] - left, one[1] - top, one[2] - left, one[3] - top)
        for one in words
        if left <= one[0] and one[2] <= right and top <= one[1] and one[3] <= bottom
    ]
    return {
        "pixels": base64.b64encode(pixels.tobytes()).decode("ascii"),
        "words": inside,
        "place": list(box),
        "quality": _quality(loaded),
    }


def _place(pixels: Picture, words: list[Rect], side: int, rng: np.random.Generator) -> Rect:
    """A square around a word by chance, moved within the page; all of a page that is smaller."""
    if not words:
        raise InvalidInput("the page has no words")
    high, wide = pixels.shape[:2]
    word = words[int(rng.integers(len(words)))]
    middle = ((word[0] + word[2]) / 2, (word[1] + word[3]) / 2)
    left, top = (
        int(np.clip(centre - side * rng.uniform(0.15, 0.85), 0, max(0, length - side)))
        for centre, length in zip(middle, (wide, high), strict=True)
    )
    return left, top, min(wide, left + side), min(high, top + side)


def _quality(loaded: Loaded) -> int | None:
    if loaded.quantisation is None:
        return None
    table = np.log(np.maximum(np.asarray(loaded.quantisation[0], np.float64).ravel(), 1))
    unlike = [float(np.abs(np.log(standard_table(quality)) - table).mean()) for quality in range(5, 101)]
    return 5 + unlike.index(min(unlike))
