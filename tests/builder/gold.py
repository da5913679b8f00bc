"""Narratives with the model that a person reads out of them, and how near another model comes to it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from groundstone.builder import names
from groundstone.builder.domain import Association, Attribute, AttributeType, DomainModel, Entity, Enumeration

FOLDER = Path(__file__).parent / "narratives"
DEVELOP = ("shop", "library", "clinic", "school", "fleet", "restaurant")  # the rules were written on these
JUDGE = ("insurance", "travel", "hr", "rental", "tickets", "laboratory")  # and never on these
PARTS = ("entities", "attributes", "types", "associations", "enumerations")


@dataclass(frozen=True)
class Score:
    """``right`` of ``given`` are among the ``wanted``."""

    right: int = 0
    given: int = 0
    wanted: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(self.right + other.right, self.given + other.given, self.wanted + other.wanted)

    @property
    def precision(self) -> float:
        return self.right / self.given if self.given else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 1.0


def load(name: str) -> tuple[str, DomainModel]:
    """The narrative, and its model as people write it: ``Owner: name text, status a|b``, ``One < Many``, ``A <> B``."""
    narrative, _, written = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").partition("\n---\n")
    entities, associations, enumerations = list[Entity](), list[Association](), list[Enumeration]()
    for line in written.strip().splitlines():
        found = re.fullmatch(r"(\w+) (<>|<|=) (\w+)", line)
        if found:
            kind = {"<>": "many-to-many", "<": "one-to-many", "=": "one-to-one"}[found[2]]
            associations.append(Association("has", found[1], found[3], kind))  # type: ignore[arg-type]
            continue
        owner, _, listed = line.partition(":")
        attributes = [_attribute(owner, item.strip(), enumerations) for item in listed.split(",") if item.strip()]
        entities.append(Entity(owner, tuple(attributes)))
    return narrative, DomainModel(tuple(entities), tuple(associations), tuple(enumerations))


def _attribute(owner: str, item: str, enumerations: list[Enumeration]) -> Attribute:
    name, _, kind = item.partition(" ")
    if kind in get_args(AttributeType):
        return Attribute(name, kind)  # type: ignore[arg-type]
    values = Enumeration(owner + name[0].upper() + name[1:], tuple(kind.split("|")))
    enumerations.append(values)
    return Attribute(name, "enumeration", enumeration=values.name)


def score(found: DomainModel, gold: DomainModel) -> dict[str, Score]:
    """Names are compared by their words, plural or not; the names of associations and enumerations do not count."""
    return {
        part: Score(len(left & right), len(left), len(right))
        for part, left, right in zip(PARTS, _facts(found), _facts(gold), strict=True)
    }


def _facts(model: DomainModel) -> list[set[tuple[object, ...]]]:
    values = {one.name: frozenset(value.lower() for value in one.values) for one in model.enumerations}
    attributes = [(one.name, attribute) for one in model.entities for attribute in one.attributes]
    return [
        {(_plain(one.name),) for one in model.entities},
        {(_plain(owner), _plain(one.name)) for owner, one in attributes},
        {(_plain(owner), _plain(one.name), one.type) for owner, one in attributes},
        {_ends(one) for one in model.associations},
        {(_plain(owner), _plain(one.name), values[one.enumeration]) for owner, one in attributes if one.enumeration},
    ]


def _plain(name: str) -> str:
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    return " ".join(names.singular(word.lower()) for word in words)


def _ends(one: Association) -> tuple[object, ...]:
    ends = (_plain(one.source), _plain(one.target))
    return (*(ends if one.kind == "one-to-many" else sorted(ends)), one.kind)


def total(scores: Iterable[dict[str, Score]]) -> dict[str, Score]:
    summed = dict.fromkeys(PARTS, Score())
    for one in scores:
        summed = {part: summed[part] + one[part] for part in PARTS}
    return summed


def differences(found: DomainModel, gold: DomainModel) -> list[str]:
    """What is too much (+) and what is lacking (-), for people."""
    lines = []
    for part, left, right in zip(PARTS, _facts(found), _facts(gold), strict=True):
        lines += [f"{part} + {' '.join(map(str, one))}" for one in sorted(left - right, key=str)]
        lines += [f"{part} - {' '.join(map(str, one))}" for one in sorted(right - left, key=str)]
    return lines
