"""Which forgeries and which genuine files are made: a fixed plan for a list of pages and a seed.

Every condition goes once a round over all pages; kinds of forgery, saves and alignment take turns along a shuffled
list, so that each holds about as many of each. Both of a pair go through ``before`` (what the page lived through before
the change) and ``after`` (what happened afterwards); only one is changed in between.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from benchmarks.judgement.forgery.changes import KINDS
from benchmarks.judgement.forgery.page import Dice

Item = TypeVar("Item")
LASTS = ("jpeg 90", "jpeg 95", "png")
CONDITIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {  # before, after
    "history": (("jpeg 60", "jpeg 75", "jpeg 85"), LASTS),
    "no history": (("",), ("jpeg 70", "jpeg 80", "jpeg 90", "jpeg 95", "png")),
    "saved coarser": (("jpeg 80", "jpeg 85", "jpeg 90", "jpeg 95"), ("jpeg 55", "jpeg 65", "jpeg 75")),
    "resized": (
        ("jpeg 60", "jpeg 75", "jpeg 85", ""),
        tuple(f"resized {scale} > {last}" for scale in (0.6, 0.8, 0.93, 1.2, 1.4) for last in ("jpeg 90", "png")),
    ),
    "screenshot": (("jpeg 60", "jpeg 75", "jpeg 85", ""), ("screenshot > png", "screenshot > jpeg 92")),
    "print-scan": (("jpeg 75", "jpeg 85", ""), ("print-scan > jpeg 80", "print-scan > jpeg 90", "print-scan > png")),
}
MAIN = ("history", "no history")  # those that the calibration is judged on
GENUINE: dict[str, tuple[str, ...]] = {  # families of what honest people do to honest pages
    "as it is": ("png",),
    "saved once": (
        "jpeg 50", "jpeg 60", "jpeg 70", "jpeg 75", "jpeg 80", "jpeg 85", "jpeg 90", "jpeg 95", "jpeg 98",
        "jpeg 85 4:4:4", "jpeg 80 progressive",
    ),
    "saved twice": (
        "jpeg 75 > jpeg 90", "jpeg 90 > jpeg 75", "jpeg 60 > jpeg 95", "jpeg 85 > jpeg 85",
        "jpeg 80 > cropped > jpeg 92", "jpeg 95 > cropped > jpeg 70",
    ),
    "saved thrice": ("jpeg 70 > jpeg 85 > jpeg 95", "jpeg 90 > cropped > jpeg 80 > cropped > jpeg 90"),
    "resized": (
        "resized 0.5 > jpeg 90", "resized 0.75 > png", "jpeg 80 > resized 0.7 > jpeg 85", "resized 1.3 > jpeg 90",
        "jpeg 75 > resized 1.5 > png",
    ),
    "converted": (
        "jpeg 80 > png", "jpeg 60 > cropped > png", "jpeg 75 > webp", "webp 80", "webp 70 > jpeg 92",
        "jpeg 85 > webp 90",
    ),
    "grey": ("grey-png", "grey-jpeg 85", "jpeg 80 > grey-jpeg 92"),
    "turned": (
        "jpeg 85 > turned 90 > jpeg 92", "turned 270 > png", "jpeg 75 > turned 180 > png",
        "jpeg 80 > turned 1.3 > jpeg 90",
    ),
    "brightened": ("brightened > jpeg 90", "jpeg 80 > brightened > jpeg 92", "jpeg 85 > sharpened > jpeg 90"),
    "screenshot": ("screenshot > png", "jpeg 80 > screenshot > jpeg 90"),
    "print-scan": ("print-scan > jpeg 85", "jpeg 80 > print-scan > png"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """``change``: the kind of forgery of a pair, empty for one genuine file. ``page``: part and name."""

    key: str
    page: tuple[str, str]
    condition: str
    change: str
    before: str
    after: str
    whole: bool
    places: int

    @property
    def last(self) -> str:
        """What the file is: ``jpeg 90``, ``png`` ..."""
        return self.after.rpartition(">")[2].strip()

    @property
    def aligned(self) -> bool:
        return "cropped" not in self.before


def pairs(pages: Sequence[tuple[str, str]], seed: int, conditions: Sequence[str], rounds: int = 1) -> Iterator[Case]:
    """A genuine and a forged file of every page in every condition."""
    for condition in conditions:
        befores, afters = CONDITIONS[condition]
        for turn in range(rounds):
            dice = Dice(seed, "pairs", condition, turn)
            order = list(pages)
            dice.random.shuffle(order)
            kinds = _turns(list(KINDS), len(order), dice)
            ways = _turns(list(itertools.product(befores, afters, (True, False))), len(order), dice)
            for page, kind, (before, after, aligned) in zip(order, kinds, ways, strict=True):
                moved = before if aligned else f"{before} > cropped".removeprefix(" > ")
                fine = f"{after} 4:4:4" if "jpeg" in after and dice.chance(0.25) else after
                key = f"{seed}-{condition.replace(' ', '_')}-{turn}-{page[0]}-{page[1]}"
                places = 1 + dice.chance(0.4)
                yield Case(key, page, condition, kind, moved, fine, dice.chance(0.4), places)


def genuine(pages: Sequence[tuple[str, str]], seed: int, each: int) -> Iterator[Case]:
    """``each`` genuine files of every page, from other families as long as there are any."""
    families = list(GENUINE)
    dice = Dice(seed, "genuine")
    used = {family: itertools.cycle(dice.random.sample(chains, len(chains))) for family, chains in GENUINE.items()}
    for number, page in enumerate(pages):
        for turn in range(each):
            family = families[(number * each + turn) % len(families)]
            key = f"{seed}-genuine-{turn}-{page[0]}-{page[1]}"
            yield Case(key, page, f"genuine: {family}", "", "", next(used[family]), dice.chance(0.5), 0)


def _turns(items: list[Item], count: int, dice: Dice) -> list[Item]:
    """``count`` items, each as often as the others or once more, in a shuffled order."""
    out: list[Item] = []
    while len(out) < count:
        out += dice.random.sample(items, len(items))
    return out[:count]
