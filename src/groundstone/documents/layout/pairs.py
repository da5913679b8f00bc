"""Labels find their values: the best bond first, each value for one label, then what continues a value below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from groundstone.documents.base import Pair
from groundstone.documents.layout import labels
from groundstone.documents.layout.bonds import ABOVE, BELOW, INLINE, RIGHT, Bond, Scene, votes, weigh
from groundstone.documents.layout.grids import Grid
from groundstone.documents.layout.inline import MONEY, Atom, atoms, with_colons
from groundstone.documents.layout.run_in import run_ins
from groundstone.documents.layout.segments import Segment, Sheet, region, rows

LEAST, LEAST_CERTAIN = 0.13, 0.05  # the score of a bond that counts; of a label with a colon
WRAPPED = 0.85  # text heights between the lines of one value
STACK = 5  # lines of one value below its first


@dataclass(eq=False)
class Match:
    label: Atom
    values: list[Atom]
    way: str
    score: float
    below: list[Atom] = field(default_factory=list)


def find(sheet: Sheet, segments: Sequence[Segment], grids: Sequence[Grid]) -> list[Pair]:
    """The pairs among some segments of a sheet, in reading order."""
    parts = [segment for row in rows(segments) for segment in with_colons(row)]
    run_in = run_ins(parts)
    found = [atom for segment in parts for atom in atoms(segment, run_in.get(id(segment), 0))]
    scene = Scene(sheet, found, grids)
    weigh(found, scene)
    matches = [Match(atom, [atom.told], INLINE, _inline_score(atom)) for atom in found if atom.told is not None]
    matches += _matched(scene)
    _extend(scene, matches)
    made = [(match.label, _pair(sheet, match)) for match in matches]
    made += [(label, _blank(sheet, label, sure)) for label, sure in _blanks(scene, matches)]
    place = {id(atom): number for number, atom in enumerate(found)}
    return [pair for _, pair in sorted(made, key=lambda one: place[id(one[0])])]


def _inline_score(atom: Atom) -> float:
    return 0.9 if atom.certain else 0.45


def _matched(scene: Scene) -> list[Match]:
    """Bonds taken greedily by their score; a label's value is no label and no one else's value."""
    bonds = scene.bonds()
    shares = votes(bonds, scene.atoms)
    scored = [(bond.label.chance * bond.worth * _favour(shares[id(bond.label)], bond), bond) for bond in bonds]
    taken = {id(atom) for atom in scene.atoms if atom.told is not None or atom.is_told}
    found: list[Match] = []
    for score, bond in sorted(scored, key=lambda one: -one[0]):
        least = LEAST_CERTAIN if bond.label.certain else LEAST
        if score < least or id(bond.label) in taken or id(bond.value) in taken:
            continue
        if bond.label.chance <= bond.value.chance:
            continue
        taken |= {id(bond.label), id(bond.value)}
        found.append(Match(bond.label, [bond.value], bond.way, score))
    return found


def _favour(shares: dict[str, float], bond: Bond) -> float:
    """How much the vote speaks for a bond's way, 1 where it is undisputed."""
    return min(
        0.1 + 1.2 * shares[bond.way] / max(shares[RIGHT], shares[BELOW], shares[ABOVE], shares[INLINE] * 0.8), 1.0
    )


def _extend(scene: Scene, matches: list[Match]) -> None:
    """Gives each value the lines that continue it: close below it, starting where it starts."""
    taken = {id(atom) for match in matches for atom in (match.label, *match.values)}
    for match in matches:
        _add_amount(scene, match, taken)
        last = match.values[-1]
        for _ in range(STACK):
            below = _continuation(scene, match, last, taken)
            if below is None:
                break
            taken.add(id(below))
            match.values.append(below)
            last = below


def _add_amount(scene: Scene, match: Match, taken: set[int]) -> None:
    """A currency stands alone, the amount is right of it."""
    amount = scene.right.get(id(match.values[0]))
    if amount is not None and MONEY.match(match.values[0].text) and id(amount) not in taken and not amount.certain:
        match.values.append(amount)
        taken.add(id(amount))


def _continuation(scene: Scene, match: Match, last: Atom, taken: set[int]) -> Atom | None:
    below = scene.below.get(id(last))
    if below is None or id(below) in taken or below.certain or below.told is not None:
        return None
    unfinished = last.text.endswith(("-", "–", ",", "/"))
    if below.chance > 0.55 or (labels.digits_share(match.values[0].text) > 0.5 and not unfinished):
        return None
    if abs(below.rect.left - match.values[0].rect.left) > 0.7 or below.rect.top - last.rect.bottom > WRAPPED:
        return None
    if not 0.75 < below.rect.height / max(last.rect.height, 1e-9) < 1.33:
        return None
    if scene.sheet.parted(last.rect.middle[1], below.rect.middle[1], below.rect.middle[0]):
        return None
    left = scene.left.get(id(below))
    if left is not None and left.chance > 0.4 and below.rect.left - left.rect.right < 15:
        return None
    return below


def _blanks(scene: Scene, matches: Sequence[Match]) -> list[tuple[Atom, float]]:
    """Labels left blank: with a colon, with a line to write on, or in a column of labels."""
    taken = {id(atom) for match in matches for atom in (match.label, *match.values)}
    column = [match.label for match in matches if match.way == RIGHT]
    found = []
    for atom in scene.atoms:
        if id(atom) in taken or labels.is_section(atom.text):
            continue
        if atom.segment.leader and atom.chance > 0.2:
            found.append((atom, 0.85))
        elif atom.certain:
            found.append((atom, 0.6))
        elif atom.chance > 0.65 and scene.right[id(atom)] is None and _within(atom, column):
            found.append((atom, 0.45))
    return found


def _within(atom: Atom, column: Sequence[Atom]) -> bool:
    """The atom starts where labels above and below it start, three at least or one right below its last."""
    mates = [label.rect.top for label in column if abs(label.rect.left - atom.rect.left) < 0.4]
    return len(mates) > 2 and min(mates) < atom.rect.top < max(mates) + 3


def _pair(sheet: Sheet, match: Match) -> Pair:
    words = [word for value in match.values for word in value.segment.words]
    confidence = min(0.99, max(0.05, match.score) ** 0.5)
    return Pair(region(sheet.upright, match.label.segment.words), region(sheet.upright, words), confidence)


def _blank(sheet: Sheet, label: Atom, confidence: float) -> Pair:
    return Pair(region(sheet.upright, label.segment.words), None, confidence)
