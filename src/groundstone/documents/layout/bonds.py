"""What may stand for what: for each label, the nearest words right of it and below it, and how well they fit.

Which arrangement a page uses is voted on: each label whose partner is plain votes for the way it found it, nearer
labels counting more. The vote then decides where both ways are open.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from groundstone.documents.base import Point
from groundstone.documents.layout import labels
from groundstone.documents.layout.grids import Grid, Places
from groundstone.documents.layout.inline import Atom
from groundstone.documents.layout.segments import Sheet
from groundstone.documents.layout.under import under

INLINE, RIGHT, BELOW, ABOVE = "inline", "right", "below", "above"
WAYS = {INLINE: 0.15, RIGHT: 0.35, BELOW: 0.3, ABOVE: 0.15}  # what speaks for each before any vote is cast
FAR = 80.0  # text heights from a label to the value right of it
WORDS = 1.2  # text heights: the widest gap between two words of one title
DROP = 2.3  # text heights from a label to the value below it
LEVELS = 1000  # stretches of a page by which atoms are looked up, however small its text
CROWD = 300  # atoms of one place that are looked at; no honest page has as many
SMALLER = 0.85  # the height of small print, as a share of that of what stands below it
ROW = 2.0  # what a vote from the same row counts for more
PATCH = 6.0  # text heights of the patches by which votes are counted
VOTER = 0.6  # the least chance of a label that votes


@dataclass(eq=False)
class Bond:
    """A label and what may be its value. ``fit``: how well the geometry fits, from 0 to 1."""

    label: Atom
    value: Atom
    way: str
    fit: float

    @property
    def worth(self) -> float:
        """The fit, less for values that read like labels themselves."""
        return self.fit * (1 - 0.93 * self.value.chance)


class Near:
    """Atoms by where they stand, so that neighbours are found without looking at all of them."""

    def __init__(self, atoms: Sequence[Atom]) -> None:
        self._rows: dict[int, list[Atom]] = {}
        self._lefts: dict[int, list[Atom]] = {}
        self._step = max(
            [2.0, *(abs(atom.rect.middle[1]) / LEVELS for atom in atoms), *(a.rect.height / 8 for a in atoms)]
        )
        for atom in atoms:
            self._rows.setdefault(math.floor(atom.rect.middle[1] / self._step), []).append(atom)
            self._lefts.setdefault(math.floor(atom.rect.left), []).append(atom)

    def between(self, top: float, bottom: float) -> Iterator[Atom]:
        """Those whose middle lies about there, and some more."""
        for row in range(math.floor(top / self._step) - 1, math.floor(bottom / self._step) + 2):
            yield from self._rows.get(row, ())[:CROWD]

    def from_left(self, left: float) -> Iterator[Atom]:
        """Those that start about there, and some more."""
        for place in range(math.floor(left) - 1, math.floor(left) + 2):
            yield from self._lefts.get(place, ())[:CROWD]


class Scene:
    """The atoms of one sheet, with the neighbours of each."""

    def __init__(self, sheet: Sheet, atoms: Sequence[Atom], grids: Sequence[Grid]) -> None:
        self.sheet, self.grids = sheet, grids
        self.atoms = [atom for atom in atoms if not atom.hint]
        self.near = Near(self.atoms)
        places = Places(grids)
        self.cells = {id(atom): places.of(atom.rect.middle) for atom in self.atoms}
        self.right = {id(atom): self._nearest_right(atom) for atom in self.atoms}
        self.left: dict[int, Atom] = {}
        for atom in reversed(self.atoms):
            neighbour = self.right[id(atom)]
            if neighbour is not None:
                self.left[id(neighbour)] = atom
        self.below = {id(atom): self._nearest_below(atom) for atom in self.atoms}
        self._under: set[int] = set()
        self.above: dict[int, Atom] = {}
        for atom in self.atoms:
            lower = self.below[id(atom)]
            if lower is not None:
                self.above[id(lower)] = atom

    def bonds(self) -> list[Bond]:
        """Everything that may belong together, however badly. Call it when the chances are final."""
        self._under = under(self.atoms, self.above, self.below, self._rules_between)
        found = [bond for label in self.atoms if label.told is None and not label.is_told for bond in self._of(label)]
        return [bond for bond in found if bond.fit > 0]

    def same_cell(self, first: Atom, second: Atom) -> bool:
        home = self.cells[id(first)]
        return home is not None and home == self.cells[id(second)]

    def _of(self, label: Atom) -> list[Bond]:
        found = []
        right, below = self.right[id(label)], self.below[id(label)]
        blank = label.segment.leader and right is not None and right.segment.leader
        if right is not None and not right.certain and not blank:
            found.append(Bond(label, right, RIGHT, self._fit_right(label, right)))
        if below is not None and not below.certain and not label.segment.leader:
            found.append(Bond(label, below, BELOW, self._fit_below(label, below)))
        above = self.above.get(id(label))
        if above is not None and not above.certain and not label.certain and above.told is None:
            found.append(Bond(label, above, ABOVE, self._fit_above(above, label)))
        return found

    def _nearest_right(self, atom: Atom) -> Atom | None:
        here = atom.rect
        best, nearest = None, FAR
        for other in self.near.between(here.top, here.bottom):
            gap = other.rect.left - here.right
            if other is not atom and -0.4 < gap < nearest and other.rect.above(here) > 0.45:
                best, nearest = other, gap
        return best

    def _nearest_below(self, atom: Atom) -> Atom | None:
        here = atom.rect
        best, nearest = None, DROP
        for other in self.near.between(here.bottom - 1, here.bottom + DROP + 2):
            gap = other.rect.top - here.bottom
            lower = other is not atom and other.rect.middle[1] > here.bottom
            if lower and -0.45 < gap < nearest and _aligned(atom, other) > 0:
                best, nearest = other, gap
        return best

    def _fit_right(self, label: Atom, value: Atom) -> float:
        gap = max(value.rect.left - label.rect.right, 0.0)
        if gap < WORDS and not label.certain and labels.ends_heading(value.text):
            return 0.0  # "Immunisation  Record", a title
        fit = 1 / (1 + gap / 25)
        if label.segment.leader:
            return max(fit, 0.9)
        crossed = self.sheet.crossed(label.rect.right, value.rect.left, label.rect.middle[1])
        below = self.below[id(label)]
        if crossed and below is not None and self.same_cell(label, below) and below.chance < 0.5:
            fit *= 0.25  # its own cell holds a value already
        return fit * (1.0, 1.0, 0.3)[min(crossed, 2)]

    def _fit_above(self, value: Atom, label: Atom) -> float:
        """A small label close below its value, which no other label claims from above."""
        gap = max(label.rect.top - value.rect.bottom, 0.0)
        if id(label) in self._under:
            rules = self._rules_between(value, label)
            return _aligned(value, label) / (1 + 0.3 * gap) * (1.0, 1.0, 0.1)[min(rules, 2)]
        below, over = self.below[id(label)], self.above.get(id(value))
        next_gap = below.rect.top - label.rect.bottom if below is not None else DROP
        last_gap = value.rect.top - over.rect.bottom if over is not None else DROP
        if gap > 0.8 or gap > 0.8 * min(next_gap, last_gap) or label.rect.height > 0.95 * value.rect.height:
            return 0.0
        return 0.8 * self._fit_below(value, label)

    def _rules_between(self, upper: Atom, lower: Atom) -> int:
        return self.sheet.parted(upper.rect.middle[1], lower.rect.middle[1], lower.rect.middle[0])

    def _fit_below(self, label: Atom, value: Atom) -> float:
        gap = max(value.rect.top - label.rect.bottom, 0.0)
        fit = _aligned(label, value) / (1 + 0.6 * gap) * (0.4 if id(label) in self._under else 1.0)
        if self.same_cell(label, value):
            return min(1.3 * fit, 1.0)
        parted = self.sheet.parted(label.rect.middle[1], value.rect.middle[1], value.rect.middle[0])
        return fit * (1.0, 0.6, 0.1)[min(parted, 2)]


def weigh(atoms: Sequence[Atom], scene: Scene) -> None:
    """Corrects each atom's chance to be a label by the company it keeps.

    Atoms that start at the same place are a column: where its members read more like labels than their neighbours to
    the right, each member gains; where they read less so than their neighbours to the left, it loses. The same for
    rows, with the neighbours below and above.
    """
    for atom in scene.atoms:
        _by_size(atom, scene.below.get(id(atom)))
    across = {id(atom): _contrast(atom, scene.right.get(id(atom)), scene.left.get(id(atom))) for atom in scene.atoms}
    down = {id(atom): _contrast(atom, scene.below.get(id(atom)), scene.above.get(id(atom))) for atom in scene.atoms}
    changes = {}
    for atom in scene.atoms:
        if atom.certain or atom.told is not None or atom.is_told or atom.chance <= 0.06:
            continue
        column = [across[id(o)] for o in scene.near.from_left(atom.rect.left) if _starts_with(o, atom)]
        row = [down[id(o)] for o in scene.near.between(*_span(atom)) if o is not atom and o.rect.above(atom.rect) > 0.5]
        changes[id(atom)] = 0.45 * max(_mean(column), _mean(row), key=abs)
    for atom in scene.atoms:
        if id(atom) in changes:
            atom.chance = min(max(atom.chance + changes[id(atom)], 0.03), 0.95)
            if atom.rect.height > 1.5:
                atom.chance *= 0.5  # a title


def _by_size(atom: Atom, below: Atom | None) -> None:
    """Small print without digits close above larger print is likely its label."""
    if below is None or atom.certain or below.certain or atom.chance < 0.1 or atom.is_told:
        return
    close = below.rect.top - atom.rect.bottom < 1.0 and abs(atom.rect.left - below.rect.left) < 0.6
    if close and atom.rect.height < SMALLER * below.rect.height and labels.digits_share(atom.text) == 0:
        atom.chance = min(atom.chance + 0.3, 0.95)
        below.chance *= 0.6


def _starts_with(other: Atom, atom: Atom) -> bool:
    return other is not atom and abs(other.rect.left - atom.rect.left) < 0.5


def _span(atom: Atom) -> tuple[float, float]:
    return atom.rect.top, atom.rect.bottom


def votes(bonds: Sequence[Bond], atoms: Sequence[Atom]) -> dict[int, dict[str, float]]:
    """For each label (by its id) how much the page speaks for each way, from 0 to 1."""
    cast: list[tuple[Atom, str, float]] = [(atom, INLINE, 1.0) for atom in atoms if atom.told is not None]
    by_label: dict[int, list[Bond]] = {}
    for bond in bonds:
        by_label.setdefault(id(bond.label), []).append(bond)
    for found in by_label.values():
        if found[0].label.chance >= VOTER:
            total = sum(bond.worth for bond in found) + 0.1
            cast += [(bond.label, bond.way, bond.label.chance * bond.worth / total) for bond in found]
    areas: dict[Point, dict[str, float]] = {}
    for voter, way, weight in cast:
        counted = areas.setdefault(_area(voter), dict.fromkeys(WAYS, 0.0))
        counted[way] += weight
    own: dict[int, dict[str, float]] = {}
    levels: dict[int, list[tuple[Atom, str, float]]] = {}
    for voter, way, weight in cast:
        own.setdefault(id(voter), {})[way] = weight
        levels.setdefault(math.floor(voter.rect.middle[1]), []).append((voter, way, weight))
    return {key: _shares(found[0].label, areas, own.get(key, {}), levels) for key, found in by_label.items()}


def _area(atom: Atom) -> Point:
    """The middle of the patch of the page that an atom stands in; votes are counted by patches."""
    across, down = atom.rect.middle
    return (across // PATCH + 0.5) * PATCH, (down // PATCH + 0.5) * PATCH


def _shares(
    label: Atom,
    areas: Mapping[Point, Mapping[str, float]],
    own: Mapping[str, float],
    levels: Mapping[int, Sequence[tuple[Atom, str, float]]],
) -> dict[str, float]:
    """The votes of all others, nearer ones counting more, those of the same row most."""
    weights = dict(WAYS)
    home = _area(label)
    for area, counted in areas.items():
        heard = math.exp(-math.dist(area, label.rect.middle) / 20)
        for way in weights:
            weights[way] += heard * max(counted[way] - (own.get(way, 0.0) if area == home else 0.0), 0.0)
    level = math.floor(label.rect.middle[1])
    for voter, way, weight in (vote for row in (level - 1, level, level + 1) for vote in levels.get(row, ())[:CROWD]):
        if voter is not label and voter.rect.above(label.rect) > 0.5:
            weights[way] += ROW * weight
    total = sum(weights.values())
    return {way: weight / total for way, weight in weights.items()}


def _contrast(atom: Atom, after: Atom | None, before: Atom | None) -> float | None:
    """How much more an atom reads like a label than the one after it, less how much less than the one before."""
    gains = atom.chance - after.chance if after is not None else None
    loses = before.chance - atom.chance if before is not None else None
    if gains is None or (loses is not None and loses > max(gains, 0)):
        return None if loses is None else -loses
    return gains


def _mean(values: Sequence[float | None]) -> float:
    """Of those there are; two at least, so that a single neighbour tells nothing."""
    known = [value for value in values if value is not None]
    return sum(known) / (len(known) + 0.5) if len(known) > 1 else 0.0


def _aligned(label: Atom, value: Atom) -> float:
    """How well a value below stands under its label, from 0 to 1."""
    here, there = label.rect, value.rect
    if abs(here.left - there.left) < 1.0:
        return 1.0
    if abs(here.middle[0] - there.middle[0]) < 0.8:
        return 0.9
    if abs(here.right - there.right) < 0.6:
        return 0.7
    if here.beside(there) > 0.6 and -0.5 < there.left - here.left < 3:
        return 0.55
    return 0.0
