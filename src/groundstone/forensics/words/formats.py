"""Figures written in another way than their neighbours in a column: no thousands separator, other decimals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from statistics import median

from groundstone.forensics.words.figures import Figure

PEERS = 3  # neighbours that are written alike
_CALLED = {",": "comma", ".": "point", "'": "apostrophe", "’": "apostrophe", " ": "blank"}

Oddity = tuple[Figure, str, float]  # the figure, what is odd in words, odds


def oddities(columns: Sequence[Sequence[Figure]]) -> Iterator[Oddity]:
    """At most one for each column: where exactly one figure is written otherwise than all others."""
    for column in columns:
        numbers = [one for one in column if one.decimals and not one.percent]
        found = _ungrouped(numbers) or _decimals(numbers) or _decimal_sign(numbers)
        if found:
            yield found


def ungrouped(figures: Sequence[Figure]) -> Oddity | None:
    """The one large figure of the page without the separator that all others have."""
    return _ungrouped([one for one in figures if one.is_money])


def _ungrouped(figures: Sequence[Figure]) -> Oddity | None:
    large = [one for one in figures if abs(one.value) >= 1000 and one.decimals == 2]
    odd = _the_odd_one(large, lambda one: one.grouped)
    if odd is None or odd.grouped:
        return None
    separators = {mark for one in large for mark in one.text[:-3] if not mark.isdigit()}
    if len(separators) != 1 or not _as_narrow(odd, large):
        return None
    sign = separators.pop()
    others = next(one.text for one in large if one is not odd)
    text = f"{odd.text} has no {_CALLED.get(sign, 'sign')} for thousands, as {others} and {len(large) - 2} others have"
    return odd, text, 1.0 if len(large) > 2 * PEERS else 0.7


def _as_narrow(odd: Figure, others: Sequence[Figure]) -> bool:
    """It is no wider than its digits need: a separator that was not read would show in its width."""
    digits = [one.rect.width / (_count(one) + 0.5 * _marks(one)) for one in others if one is not odd]
    return odd.rect.width / median(digits) < _count(odd) + 0.5 * _marks(odd) + 0.3


def _decimals(figures: Sequence[Figure]) -> Oddity | None:
    odd = _the_odd_one(figures, lambda one: one.decimals)
    if odd is None or odd.decimals > 3 or len(figures) < 2 * PEERS:
        return None
    usual = next(one.decimals for one in figures if one is not odd)
    return odd, f"{odd.text} has {odd.decimals} decimals where the figures around it have {usual}", 0.4


def _decimal_sign(figures: Sequence[Figure]) -> Oddity | None:
    cents = [one for one in figures if one.decimals == 2]
    odd = _the_odd_one(cents, lambda one: one.text[-3])
    if odd is None or len(cents) < 2 * PEERS:
        return None
    return odd, f"{odd.text} is written with another decimal sign than the figures around it", 0.2


def _the_odd_one(figures: Sequence[Figure], trait: Callable[[Figure], object]) -> Figure | None:
    """The one figure that differs from all others, which agree and are ``PEERS`` at least."""
    traits = [trait(one) for one in figures]
    if len(figures) <= PEERS or len(set(traits)) != 2:
        return None
    alone = [one for one, own in zip(figures, traits, strict=True) if traits.count(own) == 1]
    return alone[0] if len(alone) == 1 else None


def _count(figure: Figure) -> int:
    return len(re.findall(r"\d", figure.text))


def _marks(figure: Figure) -> int:
    return len(figure.text) - _count(figure)
