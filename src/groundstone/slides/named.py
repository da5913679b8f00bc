"""What a question names outright: numbers of slides, the first or last one, the notes; and the rest of its words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from groundstone.filters import fold
from groundstone.slides import lexis

_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_NUMBERS = re.compile(
    r"\b(?:slides?|pages?|folien?|folie)\s*(?:number|no\.?|nr\.?|#)?\s*"
    r"(\d{1,4}(?:\s*(?:,|and|&|or|to|with|vs\.?|versus|-|–|und)\s*(?:slides?\s*|pages?\s*)?\d{1,4}(?![\d%.]))*)(?![\d%])"
)
_ORDINAL = re.compile(rf"\b(?:({'|'.join(_ORDINALS)})|(\d{{1,3}})(?:st|nd|rd|th)|(last|final))\s+(?:slide|page)\b")
_RANGE = re.compile(r"(\d+)\s*(?:to|-|–)\s*(?:slides?\s*|pages?\s*)?(\d+)")
_ASKS_NUMBER = re.compile(
    r"\bhow (?:many|much|long|old|large|big|high|low|far|often|fast|quickly|few|tall|wide|deep|heavy|soon)\b"
    r"|\bpercent|\bwhen\b|\bwhat (?:year|date|time|share|rate|number|amount|price|budget)\b|\bnumbers?\b|\bfigures?\b"
    r"|\b(?:difference|sum|total|average|ratio|growth|increase|decrease)\b|\bhow many times\b"
)
_FRONT = re.compile(
    r"\b(?:author|authors|presenter|presented by|speaker|who presents|who is presenting|title of|subtitle|agenda"
    r"|outline|contents|date of the (?:deck|presentation|talk)|contact|thank)\b"
)
_WORD = re.compile(r"\w+(?:[-.'’]\w+)*")
_SLIDES = frozenset("slide slides deck decks presentation presentations".split())
LONGEST_RANGE = 50


@dataclass(frozen=True, slots=True)
class Named:
    """``numbers``: of slides; -1 for the last one. ``words``: roots of the words that carry meaning, each once."""

    numbers: frozenset[int]
    words: tuple[str, ...]
    wants_number: bool
    wants_front: bool


def named(text: str) -> Named:
    """What a question names."""
    plain = fold(text)
    numbers = _numbers(plain)
    rest = _ORDINAL.sub(" ", _NUMBERS.sub(" ", plain)) if numbers else plain
    words = lexis.content(rest)
    return Named(numbers, words, _ASKS_NUMBER.search(plain) is not None, _FRONT.search(plain) is not None)


def without(text: str, roots: frozenset[str]) -> str:
    """A question without the words of these roots, and those that only say that slides are asked."""
    return " ".join(_WORD.sub(lambda match: "" if _goes(match[0], roots) else match[0], text).split())


def _goes(word: str, roots: frozenset[str]) -> bool:
    return fold(word) in _SLIDES or not roots.isdisjoint(lexis.roots(word))


def _numbers(plain: str) -> frozenset[int]:
    found: set[int] = set()
    for match in _NUMBERS.finditer(plain):
        for low, high in _RANGE.findall(match[1]):
            if 0 < int(high) - int(low) <= LONGEST_RANGE:
                found.update(range(int(low), int(high) + 1))
        found.update(int(number) for number in re.findall(r"\d+", match[1]))
    for word, digits, last in _ORDINAL.findall(plain):
        found.add(-1 if last else int(digits) if digits else _ORDINALS.index(word) + 1)
    return frozenset(found)
