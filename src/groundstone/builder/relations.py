"""What is said of two things, from one side and from the other, as associations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from groundstone.builder.domain import Association
from groundstone.builder.phrases import Quantity

_GENERAL = {"has", "belongTo", "belongsTo", "contains", "partOf", "with", "of"}


@dataclass(frozen=True, slots=True)
class Fact:
    """ "Each ``left`` ``verb`` many ``right``": the quantities as they were said of both."""

    left: str
    right: str
    verb: str
    left_quantity: Quantity = "each"
    right_quantity: Quantity = "many"
    passive: bool = False
    free: bool = False  # "can", "may": what somebody does, not what a thing is
    optional: bool = False
    weak: bool = False


@dataclass(frozen=True, slots=True)
class _Side:
    """One ``owner`` has one or many ``other``."""

    owner: str
    other: str
    many: bool
    verb: str
    required: bool = False
    weak: bool = False


def associations(facts: Sequence[Fact]) -> Iterator[Association]:
    """One for each pair of entities; several where different verbs tie them in opposite directions."""
    sides = [side for fact in facts for side in _sides(fact)]
    for pair in dict.fromkeys(frozenset((side.owner, side.other)) for side in sides):
        mine = [side for side in sides if {side.owner, side.other} == pair]
        sure = [side for side in mine if not side.weak]
        if not sure and _joined(pair, sides):
            continue
        for group in _groups(sure or mine):
            yield _association(group)


def _sides(fact: Fact) -> Iterator[_Side]:
    """What a fact says, looked at from the one or the other end."""
    left, right, verb = fact.left, fact.right, fact.verb
    if fact.right_quantity == "many":
        yield _Side(left, right, True, verb, weak=fact.weak)
        if fact.left_quantity == "many" and not fact.passive:
            yield _Side(right, left, True, verb, weak=True)
    elif fact.right_quantity == "each":
        yield _Side(right, left, True, verb)
    elif fact.right_quantity in ("few", "bare"):
        plural = fact.left_quantity in ("few", "many", "bare")
        if fact.passive:  # "claims are assessed by adjusters": each adjuster assesses many
            yield _Side(right, left, True, verb, weak=True)
        else:
            yield _Side(left, right, True, verb, weak=fact.weak or plural or fact.right_quantity == "bare" or fact.free)
    elif fact.right_quantity == "some" and not fact.passive and (fact.free or fact.left_quantity == "few"):
        yield _Side(left, right, True, verb, weak=True)  # "a tenant can report a defect"
    else:
        needed = fact.left_quantity in ("each", "some") and not fact.optional and not fact.free
        yield _Side(left, right, False, verb, needed, fact.weak)
        if fact.left_quantity in ("many",):
            yield _Side(right, left, True, verb)


def _joined(pair: frozenset[str], sides: Sequence[_Side]) -> bool:
    """Whether a third thing has one of each: "members borrow copies" where each loan has a member and a copy."""
    parents: dict[str, set[str]] = {}
    for side in sides:
        if not side.weak:
            child, parent = (side.other, side.owner) if side.many else (side.owner, side.other)
            parents.setdefault(child, set()).add(parent)
    return len(pair) == 2 and any(pair <= found for child, found in parents.items() if child not in pair)


def _groups(sides: Sequence[_Side]) -> list[list[_Side]]:
    """The sides that speak of the same association."""
    singles = [side for side in sides if not side.many]
    opposite = {side.owner for side in singles}
    verbs = {side.verb for side in singles if side.verb not in _GENERAL}
    if (
        len(opposite) == 2
        and len({side.verb for side in singles}) > 1
        and verbs
        and not any(side.many for side in sides)
    ):
        return [[side for side in sides if side.owner == owner] for owner in sorted(opposite)]
    return [list(sides)]


def _association(sides: Sequence[_Side]) -> Association:
    first = sides[0]
    named = next((side.verb for side in sides if side.verb not in _GENERAL), first.verb)
    required = any(side.required for side in sides)
    many = [side for side in sides if side.many]
    ends = {(side.owner, side.other) for side in many}
    if first.owner == first.other:
        return Association(named, first.owner, first.other, "one-to-many", False)
    if len(ends) == 2:
        return Association(named, many[0].owner, many[0].other, "many-to-many")
    if ends:
        source, target = ends.pop()
        return Association(named, source, target, "one-to-many", required)
    if len({side.owner for side in sides}) == 2:
        return Association(named, first.owner, first.other, "one-to-one", required)
    return Association(named, first.other, first.owner, "one-to-many", required)
