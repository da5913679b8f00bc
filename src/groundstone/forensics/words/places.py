"""Places of words as boxes of evidence."""

from __future__ import annotations

from collections.abc import Iterable

from groundstone.documents.base import Word
from groundstone.records import Box


def box_of(words: Iterable[Word]) -> Box:
    """The box around some words, one at least."""
    return around(word.place.box for word in words)


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box around some of one page, one at least."""
    found = list(boxes)
    left, top = min(box.left for box in found), min(box.top for box in found)
    right = max(box.left + box.width for box in found)
    bottom = max(box.top + box.height for box in found)
    return Box(left, top, right - left, bottom - top, found[0].page)
