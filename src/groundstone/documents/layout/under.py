"""Labels that stand under their values: small print under a line that was written on.

    JANE DOE              12/03/1990
    --------------------  --------------------
    Surname               Date of birth

Such a label is nearer to what is above it than to what is below it. One alone tells little; the labels around agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from groundstone.documents.layout.inline import Atom

NEARER = 0.85  # the gap to its value, as a share of that to what comes next
SMALLER = 0.9  # the height of a label that nothing else tells of, as a share of that of its value
AROUND = 25.0  # text heights up and down within which labels agree
LIKELY, CLEARLY = 0.45, 0.2  # the least chance of a label that tells; how much less its neighbours have
MOST = 300  # labels that are asked; no honest page has as many


@dataclass(frozen=True)
class _Told:
    """A label between two values: whether it is nearer to the upper one."""

    at: float
    under: bool


def under(
    atoms: Sequence[Atom],
    above: Mapping[int, Atom],
    below: Mapping[int, Atom | None],
    parted: Callable[[Atom, Atom], int],
) -> set[int]:
    """The ids of atoms that are labels under their values, if they are labels. ``parted``: the rules between two."""
    told = [one for atom in atoms if (one := _told(atom, above, below, parted)) is not None][:MOST]
    found: set[int] = set()
    if sum(one.under for one in told) < 2:
        return found
    for atom in atoms:
        upper = above.get(id(atom))
        if upper is None or atom.certain or atom.told is not None or not _is_nearer(atom, upper, below[id(atom)]):
            continue
        votes = [one.under for one in told if abs(one.at - atom.rect.middle[1]) < AROUND]
        if sum(votes) > 1 and sum(votes) * 4 >= 3 * len(votes):
            found.add(id(atom))
    return found


def _told(
    atom: Atom, above: Mapping[int, Atom], below: Mapping[int, Atom | None], parted: Callable[[Atom, Atom], int]
) -> _Told | None:
    if atom.chance < LIKELY or atom.certain or atom.told is not None or atom.is_told:
        return None
    upper, lower = _value(atom, above.get(id(atom))), _value(atom, below[id(atom)])
    if upper is None:
        return None if lower is None else _Told(atom.rect.middle[1], False)
    if lower is not None:
        return _Told(atom.rect.middle[1], _is_nearer(atom, upper, lower))
    over = above.get(id(upper))
    if over is not None:
        nearer = atom.rect.top - upper.rect.bottom < NEARER * (upper.rect.top - over.rect.bottom)
        return _Told(atom.rect.middle[1], True) if nearer else None
    small = atom.rect.height < SMALLER * upper.rect.height
    return _Told(atom.rect.middle[1], True) if small or parted(upper, atom) == 1 else None


def _value(atom: Atom, other: Atom | None) -> Atom | None:
    """The other one if it reads far less like a label."""
    return None if other is None or other.chance > atom.chance - CLEARLY else other


def _is_nearer(atom: Atom, upper: Atom, lower: Atom | None) -> bool:
    gap = atom.rect.top - upper.rect.bottom
    return lower is None or gap < NEARER * (lower.rect.top - atom.rect.bottom)
