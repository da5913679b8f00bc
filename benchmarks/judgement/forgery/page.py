"""The nouns: pages with words, the places that were changed, and the dice of a case."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]  # (height, width, 3), RGB


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in whole pixels; ``right`` and ``bottom`` are just outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    def holds(self, across: float, down: float, margin: float = 0.0) -> bool:
        return self.left - margin <= across <= self.right + margin and self.top - margin <= down <= self.bottom + margin

    def overlaps(self, other: Area, margin: int = 0) -> bool:
        beside = self.left - margin >= other.right or other.left - margin >= self.right
        return not (beside or self.top - margin >= other.bottom or other.top - margin >= self.bottom)

    def moved(self, across: int, down: int) -> Area:
        return Area(self.left + across, self.top + down, self.right + across, self.bottom + down)

    def grown(self, margin: int, pixels: Pixels) -> Area:
        """Larger by ``margin`` on every side, within the picture."""
        height, width = pixels.shape[:2]
        left, top = max(0, self.left - margin), max(0, self.top - margin)
        return Area(left, top, min(width, self.right + margin), min(height, self.bottom + margin))

    def of(self, pixels: Pixels) -> Pixels:
        """That part of a picture; writing to it writes to the picture."""
        return pixels[self.top : self.bottom, self.left : self.right]


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    area: Area


@dataclass(frozen=True, slots=True)
class Page:
    """``part``: receipts, own or tampering. ``kind``: receipt, payslip ... ``seen``: failures on it may be shown."""

    name: str
    part: str
    kind: str
    seen: bool
    pixels: Pixels
    words: tuple[Word, ...] = field(default=())

    def cut(self, area: Area) -> Page:
        """The part of the page within ``area``, with the words that lie wholly in it."""
        kept = (word for word in self.words if area.holds(word.area.left, word.area.top))
        inside = (word for word in kept if area.holds(word.area.right, word.area.bottom))
        words = tuple(Word(word.text, word.area.moved(-area.left, -area.top)) for word in inside)
        return replace(self, pixels=area.of(self.pixels).copy(), words=words)


class Dice:
    """All chance of one name: ``random`` for choices, ``noise`` for arrays; the same for the same words."""

    def __init__(self, *words: object) -> None:
        text = " ".join(map(str, words))
        self.random = random.Random(text)
        self.noise = np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]))

    def chance(self, share: float) -> bool:
        return self.random.random() < share
