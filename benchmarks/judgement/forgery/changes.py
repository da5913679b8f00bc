"""Five kinds of forgery, done to the pixels of a page where words stand: what a person does with an editor.

Every kind is a function of the scene and the word it is done to. It changes the scene's pixels and says whether it
could; what it changed is measured afterwards (``forged``), not believed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from benchmarks.judgement.forgery.ink import clear, cover, empty, ink, paper, runs, tight
from benchmarks.judgement.forgery.lettering import lettered, stamp
from benchmarks.judgement.forgery.page import Area, Dice, Page, Pixels, Word
from numpy.typing import NDArray

TRIES = 60
VISIBLE = 24  # levels that a pixel must differ by to count as changed by a person
NUMBER = re.compile(r"[0-9]+")
DATE = re.compile(r"[0-9][/.:-][0-9]+[/.:-][0-9]")
LEAST = 14  # pixels that must differ so


class NotForgeable(Exception):
    """No word of the page took this kind of forgery."""


@dataclass
class Scene:
    """``donor`` is another page, with the history it has of its own."""

    pixels: Pixels
    words: tuple[Word, ...]
    dice: Dice
    donor: Page
    places: list[Area] = field(default_factory=list)

    def pick(self, items: list[Word]) -> Word | None:
        return self.dice.random.choice(items) if items else None


def forged(page: Page, kind: str, donor: Page, dice: Dice, places: int) -> tuple[Pixels, tuple[Area, ...]]:
    """The page with ``kind`` done to it at ``places`` places at most. Raises NotForgeable if at none."""
    scene = Scene(page.pixels.copy(), page.words, dice, donor)
    words = [word for word in page.words if _fits(kind, word) and clear(page.pixels, word.area)]
    dice.random.shuffle(words)
    for word in words[:TRIES]:
        if len(scene.places) == places:
            break
        if any(word.area.overlaps(place, 4) for place in scene.places):
            continue
        before = scene.pixels.copy()
        place = _changed(before, scene.pixels) if KINDS[kind](scene, word) else None
        if place is None or any(place.overlaps(other, 4) for other in scene.places):
            scene.pixels = before
        else:
            scene.places.append(place)
    if not scene.places:
        raise NotForgeable(f"{page.name}: no word took {kind}")
    return scene.pixels, tuple(scene.places)


def _fits(kind: str, word: Word) -> bool:
    return kind == "removal" or NUMBER.search(word.text) is not None


def _changed(before: Pixels, after: Pixels) -> Area | None:
    """The smallest rectangle around what a person would see changed."""
    differs = np.abs(before.astype(np.int16) - after).max(axis=2)
    if (differs > VISIBLE).sum() < LEAST:
        return None
    rows, columns = np.flatnonzero((differs > 8).any(axis=1)), np.flatnonzero((differs > 8).any(axis=0))
    return Area(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def copy_move(scene: Scene, word: Word) -> bool:
    """Figures of the same page pasted over others, or a whole word over another."""
    target = tight(scene.pixels, word.area)
    alike = [
        other
        for other in scene.words
        if _fits("digits", other)
        and other.text != word.text
        and not other.area.overlaps(word.area)
        and clear(scene.pixels, other.area)
        and abs(tight(scene.pixels, other.area).height - target.height) <= max(1, target.height // 6)
    ]
    chosen = scene.pick(_like(word, alike))
    if chosen is None:
        return False
    source = tight(scene.pixels, chosen.area)
    one, other = _figures(scene, word, target), _figures(scene, chosen, source)
    if one and other and scene.dice.chance(0.6):
        count = scene.dice.random.randint(1, min(len(one), len(other), 4))
        target, source = _span(scene, one, count), _span(scene, other, count)
    patch = source.grown(scene.dice.random.randint(1, 3), scene.pixels)
    copied = patch.of(scene.pixels).copy()
    cover(scene.pixels, target.grown(1, scene.pixels), scene.dice, scene.dice.random.choice(("clone", "flat")))
    lower = target.bottom + (patch.bottom - source.bottom)
    return _paste(scene, copied, target.left - (source.left - patch.left), lower)


def splice(scene: Scene, word: Word) -> bool:
    """Figures of another page, made as high and as bright as those that they cover."""
    target = tight(scene.pixels, word.area)
    words = [other for other in scene.donor.words if _fits("digits", other) and clear(scene.donor.pixels, other.area)]
    chosen = scene.pick(_like(word, words))
    if chosen is None:
        return False
    source = tight(scene.donor.pixels, chosen.area)
    scale = target.height / source.height
    if not 0.4 <= scale <= 2.5 or source.width * scale > 2.2 * max(target.width, 2 * target.height):
        return False
    patch = source.grown(2, scene.donor.pixels)
    size = (max(2, round(patch.width * scale)), max(2, round(patch.height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized = np.asarray(
        cv2.resize(np.ascontiguousarray(patch.of(scene.donor.pixels)), size, interpolation=method), np.uint8
    )
    matched = _matched(scene, resized, source, target)
    cover(scene.pixels, target.grown(1, scene.pixels), scene.dice, scene.dice.random.choice(("clone", "flat")))
    lower = target.bottom + round((patch.bottom - source.bottom) * scale)
    return _paste(scene, matched, target.right + round(2 * scale) - size[0], lower)


def digits(scene: Scene, word: Word) -> bool:
    """Figures covered and typed anew, with another value."""
    target, text = tight(scene.pixels, word.area), word.text
    letters, part = _letters(scene, word, target), _part(text, scene.dice)
    if letters and (DATE.search(text) or scene.dice.chance(0.6)):
        target, text = _over(letters[part], target), text[part]
    colour, ground = ink(scene.pixels, target), target.grown(1, scene.pixels)
    rough = float(scene.pixels[ground.top : ground.bottom, ground.left : ground.right].max(axis=2).std()) / 12
    cover(scene.pixels, ground, scene.dice, scene.dice.random.choice(("flat", "flat", "clone", "telea")))
    width = target.width if scene.dice.chance(0.6) else None
    drawn = lettered(_other(text, scene.dice), target.height, scene.dice, width)
    if width is None and not 0.6 <= drawn.shape[1] / max(1, target.width) <= 1.6:
        return False
    area = stamp(scene.pixels, drawn, target.left, target.bottom, colour)
    if area and scene.dice.chance(0.4):
        _roughen(scene, area, rough)
    return area is not None


def removal(scene: Scene, word: Word) -> bool:
    """A word, or two that stand side by side, gone."""
    area = tight(scene.pixels, word.area)
    beside = [
        other.area
        for other in scene.words
        if 0 <= other.area.left - word.area.right <= word.area.height and abs(other.area.top - word.area.top) < 5
    ]
    if beside and scene.dice.chance(0.4):
        area = Area(area.left, min(area.top, beside[0].top), beside[0].right, max(area.bottom, beside[0].bottom))
    ways = ("telea", "telea", "telea", "ns", "clone", "clone", "flat")
    grown = area.grown(scene.dice.random.randint(1, 3), scene.pixels)
    cover(scene.pixels, grown, scene.dice, scene.dice.random.choice(ways))
    return True


def insertion(scene: Scene, word: Word) -> bool:
    """Figures put in front of or after a number, or a new amount on the free part of a line."""
    target = tight(scene.pixels, word.area)
    near = scene.dice.chance(0.7)
    sides = [NUMBER.match(word.text[0]) is not None, NUMBER.match(word.text[-1]) is not None] if near else [True, True]
    text = "".join(scene.dice.random.choices("1234567890", k=scene.dice.random.randint(1, 2) if near else 4))
    text = text if near else f"{text[:2]}.{text[2:]}"
    copied = _copied_figure(scene, target) if near and scene.dice.chance(0.4) else None
    drawn = lettered(text, target.height, scene.dice) if copied is None else copied
    gap = max(2, target.height // 8) if near else scene.dice.random.randint(target.height, 4 * target.height)
    width = drawn.shape[1]
    for left, wanted in zip((target.left - gap - width, target.right + gap), sides, strict=True):
        if wanted and empty(scene.pixels, Area(left - 1, target.top, left + width + 1, target.bottom)):
            if copied is not None:
                return _paste(scene, copied.astype(np.uint8), left, target.bottom, darker=True)
            return stamp(scene.pixels, drawn, left + 2, target.bottom, ink(scene.pixels, target)) is not None
    return False


KINDS: dict[str, Callable[[Scene, Word], bool]] = {
    "copy-move": copy_move,
    "splice": splice,
    "digits": digits,
    "removal": removal,
    "insertion": insertion,
}


def _letters(scene: Scene, word: Word, target: Area) -> list[Area]:
    """Where each letter of a word stands; none where they touch or fall apart."""
    found = runs(scene.pixels, target)
    return found if len(found) == len(word.text) else []


def _figures(scene: Scene, word: Word, target: Area) -> list[Area]:
    """The letters of the longest number in a word."""
    letters = _letters(scene, word, target)
    found = max(NUMBER.finditer(word.text), key=lambda number: len(number[0]), default=None)
    return letters[found.start() : found.end()] if letters and found else []


def _like(word: Word, others: list[Word]) -> list[Word]:
    """Those that look like the word (an amount, a date, a number of about its length), or all if none does."""
    shape = NUMBER.sub("9", word.text)
    same = [other for other in others if NUMBER.sub("9", other.text) == shape]
    near = [other for other in same if abs(len(other.text) - len(word.text)) <= 1]
    return near or same or [other for other in others if abs(len(other.text) - len(word.text)) <= 2] or others


def _part(text: str, dice: Dice) -> slice:
    """Some figures that stand side by side: one to three, of a date the last one only."""
    found = dice.random.choice(list(NUMBER.finditer(text)))
    if DATE.search(text):
        found = list(NUMBER.finditer(text))[-1]
        return slice(found.end() - 1, found.end())
    first = dice.random.randrange(found.start(), found.end())
    return slice(first, min(found.end(), first + dice.random.randint(1, 3)))


def _over(letters: list[Area], target: Area) -> Area:
    return Area(letters[0].left, target.top, letters[-1].right, target.bottom)


def _span(scene: Scene, letters: list[Area], count: int) -> Area:
    first = scene.dice.random.randint(0, len(letters) - count)
    return _over(letters[first : first + count], letters[0])


def _other(text: str, dice: Dice) -> str:
    """Another value of the same shape: every figure may differ, the first one does."""
    figures = [number for number, letter in enumerate(text) if letter in "0123456789"]
    fixed = figures[0] if figures else -1
    out = []
    for number, letter in enumerate(text):
        if letter not in "0123456789":
            out.append(letter)
        else:
            out.append(dice.random.choice([figure for figure in "123456789" if figure != letter or number != fixed]))
    return "".join(out)


def _matched(scene: Scene, patch: Pixels, source: Area, target: Area) -> Pixels:
    """Levels moved so that the donor's paper (and in half of the cases its ink) becomes that of the page."""
    theirs, ours = paper(scene.donor.pixels, source), paper(scene.pixels, target)
    if scene.dice.chance(0.5):
        moved = patch.astype(np.float64) * (ours / np.maximum(theirs, 1))
    else:
        dark, black = ink(scene.donor.pixels, source), ink(scene.pixels, target)
        moved = black + (patch - dark) * ((ours - black) / np.maximum(theirs - dark, 1))
    return np.clip(np.round(moved), 0, 255).astype(np.uint8)


def _paste(scene: Scene, patch: Pixels, left: int, bottom: int, darker: bool = False) -> bool:
    """A patch laid over the page, sometimes with a soft edge; ``darker`` keeps the darker of both pixels."""
    area = Area(left, bottom - patch.shape[0], left + patch.shape[1], bottom)
    height, width = scene.pixels.shape[:2]
    if area.left < 0 or area.top < 0 or area.right > width or area.bottom > height:
        return False
    under = area.of(scene.pixels)
    if darker:
        under[:] = np.minimum(under, patch)
        return True
    share = np.ones(patch.shape[:2], np.float64)
    if scene.dice.chance(0.5):
        share[[0, -1], :] = 0.5
        share[:, [0, -1]] = 0.5
    under[:] = np.round(under * (1 - share[..., None]) + patch * share[..., None]).astype(np.uint8)
    return True


def _copied_figure(scene: Scene, target: Area) -> NDArray[np.float32] | None:
    """The pixels of one figure of the page that is as high as the target."""
    for word in scene.dice.random.sample(scene.words, len(scene.words))[:30]:
        if not NUMBER.fullmatch(word.text) or not clear(scene.pixels, word.area):
            continue
        area = tight(scene.pixels, word.area)
        letters = _letters(scene, word, area)
        if letters and abs(area.height - target.height) <= 1:
            return scene.dice.random.choice(letters).of(scene.pixels).astype(np.float32)
    return None


def _roughen(scene: Scene, area: Area, level: float) -> None:
    noise = scene.dice.noise.normal(0, min(level, 4.0), (area.height, area.width, 1))
    area.of(scene.pixels)[:] = np.clip(area.of(scene.pixels) + noise, 0, 255).astype(np.uint8)
