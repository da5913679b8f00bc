"""What is learned from and what is tested on: no document on both sides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from groundstone.errors import InvalidInput
from groundstone.forensics.collection import Item

HELD = 0.2  # of the sources
FEW = 5  # sources up to which each is tested once, the rest being learned from


@dataclass(frozen=True, slots=True)
class Split:
    """``title`` says how it was made."""

    title: str
    train: tuple[Item, ...]
    held: tuple[Item, ...]


def at_random(items: Sequence[Item], held: float = HELD, random_state: int = 5) -> Split:
    """Files at random, whatever they are: those that scikit-learn's train_test_split gives for the same numbers."""
    order = np.random.RandomState(random_state).permutation(len(items)).tolist()
    tested = math.ceil(held * len(items))
    parts = (tuple(items[at] for at in some) for some in (order[tested:], order[:tested]))
    return Split("random split", *parts)


def honest(items: Sequence[Item], groups: Sequence[str], seed: int = 5) -> Split:
    """One source in five is tested on, the same for the same data; both sides have genuine and forged files.

    ``groups``: the source of each item. Raises InvalidInput where that cannot be.
    """
    for turn in range(20):
        names = sorted(set(groups))
        order = np.random.default_rng([seed, turn]).permutation(len(names))
        held = {names[one] for one in order[: max(1, round(HELD * len(names)))]}
        made = _split(items, groups, held, "split by source document")
        if len(names) > 1 and all({item.forged for item in part} == {False, True} for part in (made.train, made.held)):
            return made
    raise InvalidInput(
        f"the data set has {len(set(groups))} source documents, which cannot be split into two parts that both have "
        "genuine and forged files; add documents"
    )


def each_in_turn(items: Sequence[Item], groups: Sequence[str]) -> list[Split]:
    """Up to FEW sources each are held out once; of more, one split by source."""
    names = sorted(set(groups))
    if len(names) > FEW:
        return [honest(items, groups)]
    found = [
        _split(items, groups, {name}, f"tested on the document of {_first(items, groups, name)}") for name in names
    ]
    usable = [one for one in found if {item.forged for item in one.train} == {False, True} and one.held]
    if len(names) < 2 or not usable:
        raise InvalidInput("all files come from one source document: nothing is left to test on; add documents")
    return usable


def folds(groups: Sequence[str], parts: int = 5, seed: int = 5) -> list[list[int]]:
    """Indexes of the files in each of up to ``parts`` parts, no source in two of them."""
    names = sorted(set(groups))
    order = np.random.default_rng(seed).permutation(len(names))
    part_of = {names[one]: number % min(parts, len(names)) for number, one in enumerate(order)}
    found: list[list[int]] = [[] for _ in range(min(parts, len(names)))]
    for number, name in enumerate(groups):
        found[part_of[name]].append(number)
    return found


def _split(items: Sequence[Item], groups: Sequence[str], held: set[str], title: str) -> Split:
    pairs = list(zip(items, groups, strict=True))
    train, tested = ([item for item, group in pairs if (group in held) == side] for side in (False, True))
    return Split(title, tuple(train), tuple(tested))


def _first(items: Sequence[Item], groups: Sequence[str], name: str) -> str:
    return next(item.name for item, group in zip(items, groups, strict=True) if group == name)
