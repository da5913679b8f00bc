"""From a case of the plan to files: cut, lived through, changed or not, sent on. Made once, kept in a folder."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.judgement.forgery.changes import KINDS, NUMBER, NotForgeable, forged
from benchmarks.judgement.forgery.page import Area, Dice, Page, Word
from benchmarks.judgement.forgery.plan import Case
from benchmarks.judgement.forgery.saves import passed, sent

SIDE = 896  # of a crop, at most

Open = Callable[[tuple[str, str]], Page]


@dataclass(frozen=True, slots=True)
class Made:
    """One file. ``places``: where it was changed, in pixels of the file; none on a genuine one."""

    path: Path
    forged: bool
    kind: str
    places: tuple[Area, ...]


def made(case: Case, folder: Path, open_page: Open, donors: list[tuple[str, str]]) -> list[Made]:
    """The files of a case, from the folder if they are there: genuine and forged, or one that is genuine.

    Raises NotForgeable where no word takes any kind of forgery.
    """
    truth = folder / f"{case.key}.json"
    if truth.exists():
        return _read(truth)
    truth.parent.mkdir(parents=True, exist_ok=True)
    page = _lived(case, _cut(case, open_page(case.page)))
    files = [_put(case, folder, page, "genuine", "", ())]
    if case.change:
        kind, changed, places = _forged(case, page, open_page, donors)
        files.append(_put(case, folder, changed, "forged", kind, places))
    told = [[file.path.name, file.forged, file.kind, [_list(area) for area in file.places]] for file in files]
    draft = truth.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(told), "utf-8")
    draft.replace(truth)  # at once, for other runs with the same folder
    return files


def _read(truth: Path) -> list[Made]:
    told = json.loads(truth.read_text("utf-8"))
    return [
        Made(truth.with_name(name), changed, kind, tuple(Area(*place) for place in places))
        for name, changed, kind, places in told
    ]


def _list(area: Area) -> list[int]:
    return [area.left, area.top, area.right, area.bottom]


def _cut(case: Case, page: Page) -> Page:
    """The whole page, or a crop around one of its numbers."""
    height, width = page.pixels.shape[:2]
    dice = Dice(case.key, "cut")
    if case.whole or not page.words or max(width, height) <= SIDE:
        return page
    numbers = [word for word in page.words if NUMBER.search(word.text)]
    centre = dice.random.choice(numbers or page.words).area
    size = (min(width, dice.random.randint(640, SIDE)), min(height, dice.random.randint(480, SIDE)))
    left = min(max(0, centre.left - dice.random.randint(0, size[0] - 1)), width - size[0])
    top = min(max(0, centre.top - dice.random.randint(0, size[1] - 1)), height - size[1])
    return page.cut(Area(left, top, left + size[0], top + size[1]))


def _lived(case: Case, page: Page) -> Page:
    """After the steps before the change, with the words that are still wholly on the page."""
    areas = tuple(word.area for word in page.words)
    pixels, moved = passed(page.pixels, areas, case.before, f"{case.key} before")
    sheet = Area(0, 0, pixels.shape[1], pixels.shape[0])
    words = tuple(
        Word(word.text, area)
        for word, area in zip(page.words, moved, strict=True)
        if sheet.holds(area.left, area.top) and sheet.holds(area.right, area.bottom)
    )
    return replace(page, pixels=pixels, words=words)


def _forged(
    case: Case, page: Page, open_page: Open, donors: list[tuple[str, str]]
) -> tuple[str, Page, tuple[Area, ...]]:
    """The page with the forgery of the case, or with another kind where no word takes that one."""
    dice = Dice(case.key, "forged")
    donor = _donor(case, open_page, donors, dice)
    others = [kind for kind in KINDS if kind != case.change]
    dice.random.shuffle(others)
    for kind in (case.change, *others):
        try:
            pixels, places = forged(page, kind, donor, Dice(case.key, kind), case.places)
        except NotForgeable:
            continue
        return kind, replace(page, pixels=pixels), places
    raise NotForgeable(f"{case.key}: no word took any kind of forgery")


def _donor(case: Case, open_page: Open, donors: list[tuple[str, str]], dice: Dice) -> Page:
    """Another page of the same part, with a history of its own in seven of ten cases."""
    others = [other for other in donors if other[0] == case.page[0] and other != case.page]
    donor = open_page(dice.random.choice(others or donors))
    if not dice.chance(0.7):
        return donor
    pixels, _ = passed(donor.pixels, (), f"jpeg {dice.random.choice((60, 70, 80, 90, 95))}", 0)
    return replace(donor, pixels=pixels)


def _put(case: Case, folder: Path, page: Page, label: str, kind: str, places: tuple[Area, ...]) -> Made:
    data, suffix, there = sent(page.pixels, places, case.after, f"{case.key} after")
    path = folder / f"{case.key}-{label}{suffix}"
    path.write_bytes(data)
    return Made(path, bool(kind), kind, there)
