"""What an engine would have read of a sample, without running one: its lines, its slips, its doubts."""

from __future__ import annotations

import itertools
import math
import random
import unicodedata
from collections.abc import Sequence

from benchmarks.forms.group import lines_of
from benchmarks.forms.sample import Sample
from benchmarks.forms.sheet import Rect, Written, around

from groundstone.documents.base import Line, Mark, Page, Reading, Ruling, Word

CONFUSED = dict(zip("O0Il1S5B8Z2G6ou,.:;-'", "0O1I|5S8B2Z6Gcn.,;:_`", strict=True)) | {"rn": "m"}
SLIPS = (0.0006, 0.001, 0.002, 0.003, 0.007)  # of characters, by level of damage; what follows likewise
JOINED = (0.012, 0.015, 0.02, 0.03, 0.05)  # of blanks lost
BARE = (0.02, 0.02, 0.03, 0.05, 0.08)  # of accents lost
LOST = (0.002, 0.003, 0.004, 0.008, 0.02)  # of lines not found


def simulated(sample: Sample, rng: random.Random) -> Reading:
    """A reading of the sample as an engine gives it. Other slips for another state of ``rng``."""
    level, sheet, damage = sample.level, sample.sheet, sample.damage
    found = lines_of(sheet.words, rng.uniform(0.75, 1.5))
    found = [part for line in found for part in _split(line, rng)]
    read = [_line(sample, line, rng) for line in found if rng.random() >= LOST[level]]
    lines = tuple(line for line in read if line is not None)
    marks = tuple(
        Mark(tick.checked != (rng.random() < 0.02), rng.uniform(0.6, 0.99), damage.place(_shaken(tick.rect, rng)))
        for tick in sheet.ticks
        if rng.random() > 0.03 * (1 + level)
    )
    rulings = tuple(
        Ruling(damage.point(x1, y1), damage.point(x2, y2))
        for x1, y1, x2, y2 in sheet.rulings
        if rng.random() > 0.05 * (1 + level)
    )
    turned = (damage.rotation(sheet.width, sheet.height) + rng.gauss(0, 0.2 + 0.2 * level)) % 360
    return Reading("image/png", (Page(1, damage.width, damage.height, lines, turned, marks, rulings),), 1)


def _split(line: list[Written], rng: random.Random) -> list[list[Written]]:
    """A long line is found in two parts at times, most often after a colon or at the widest gap."""
    if len(line) < 3 or rng.random() > 0.03:
        return [line]
    gaps = [
        right.rect[0] - left.rect[2] + left.size * left.text.endswith(":") for left, right in itertools.pairwise(line)
    ]
    at = gaps.index(max(gaps)) + 1
    return [line[:at], line[at:]]


def _line(sample: Sample, words: Sequence[Written], rng: random.Random) -> Line | None:
    level = sample.level
    lower = rng.random() < 0.004 * (1 + level)
    doubt = abs(rng.gauss(0, 0.002 * (1 + level)))
    harder = _harder(sample, words[0])
    if rng.random() < 0.01 * (harder - 1):
        return None
    parts: list[tuple[str, Rect, float]] = []
    for n, word in enumerate(words):
        text, slipped = _read(word.text.lower() if lower else word.text, level, harder, rng)
        if not text:
            continue
        confidence = max(
            0.3, 0.999 - doubt - abs(rng.gauss(0, 0.003)) - slipped * rng.uniform(0.01, 0.2) - 0.004 * (harder - 1)
        )
        rect = _shaken(word.rect, rng)
        if parts and n and rng.random() < JOINED[level]:
            before, place, sure = parts.pop()
            text, rect, confidence = before + text, around([place, rect]), min(sure, confidence)
        parts.append((text, rect, confidence))
    if not parts:
        return None
    read = tuple(Word(text, round(sure, 4), sample.damage.place(rect)) for text, rect, sure in parts)
    place = sample.damage.place(_shaken(around([rect for _, rect, _ in parts]), rng))
    return Line(" ".join(word.text for word in read), sum(word.confidence for word in read) / len(read), place, read)


def _harder(sample: Sample, word: Written) -> float:
    """How many times more slips there are because the letters are small in the picture; 1 from 17 pixels on."""
    left = sample.damage.place(word.rect).points
    (x1, y1), (x2, y2) = left[0], left[3]
    high = math.hypot((x2 - x1) * sample.damage.width, (y2 - y1) * sample.damage.height)
    shrunk = high / max(1.0, word.rect[3] - word.rect[1])
    return min(25.0, max(1.0, (17 / max(4.0, word.size * shrunk)) ** 4))


def _read(text: str, level: int, harder: float, rng: random.Random) -> tuple[str, int]:
    """The word as it was read, and how many of its characters were not read right."""
    made, slipped = [], 0
    for letter in text:
        seen = letter
        if not letter.isascii() and letter.isalpha() and rng.random() < BARE[level] * harder:
            seen = unicodedata.normalize("NFD", letter)[0]
        elif rng.random() < SLIPS[level] * harder:
            seen = CONFUSED.get(letter, rng.choice(("", letter.swapcase(), letter)))
        elif letter in ".,:;'-" and rng.random() < 0.004 * (1 + level):
            seen = ""
        slipped += seen != letter
        made.append(seen)
    return "".join(made), slipped


def _shaken(rect: Rect, rng: random.Random) -> Rect:
    """The place as a detector gives it: some pixels more or less, and a little too high."""
    left, top, right, bottom = rect
    high = max(4.0, bottom - top)
    return (
        left + rng.gauss(-0.05, 0.08) * high,
        top + rng.gauss(-0.08, 0.05) * high,
        right + rng.gauss(0.05, 0.08) * high,
        bottom + rng.gauss(0.08, 0.05) * high,
    )
