"""Which rows and columns of a table a question names: in full, by a word that only one of them has, or by a letter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from groundstone.slides import lexis
from groundstone.slides.asks import CALLED, Ask
from groundstone.slides.seen import Sheet

FULL = 0.75  # share of a label that the question has to name
PART = 0.45  # ... when no label is named in full, and no other comes near
APART = 0.12
SEVERAL = 5  # labels at most that are named by a part of each
PAIRED = frozenset({"difference", "ratio", "percent", "sum", "average", "which"})  # calculations over some of them
_LETTERED = re.compile(
    r"\b(?i:option|route|variant|plan|scenario|alternative|group|team|class|type|product|model|version|lot|block|case)"
    r"(?i:s?)\s+([A-Z])\b(?:\s*(?:,|and|or|with|to|vs\.?|versus|than)\s+(?:\w+\s+)?([A-Z])\b)?"
)
_TERM = re.compile(r"\b([A-Z][A-Za-z]{1,6})\s*(?:=|:|–|-)\s*([a-z][a-z' -]{4,60})(?=[.;,:)\n]|$)", re.M)
_MEANT = re.compile(r"((?:[A-Za-z][a-z]+[ -]){1,5})\(([A-Z]{2,6})\)")
USUAL = {
    "avg": "average", "max": "maximum", "min": "minimum", "p50": "median", "qty": "quantity", "dept": "department",
    "ext": "extension", "los": "length of stay", "t": "tonne", "h": "hour", "pct": "percent", "approx": "approximate",
    "yoy": "yearly growth", "fte": "employees",
}  # fmt: skip


def terms(sheet: Sheet) -> Mapping[str, str]:
    """What short forms mean on a slide, by their footnotes: "LOS = length of stay"; with some usual ones."""
    found = dict(USUAL)
    for short, meaning in _TERM.findall(sheet.told.text):
        found[short.lower()] = meaning.strip()
    for meaning, short in _MEANT.findall(sheet.told.text):
        words = meaning.split()[-len(short) :]
        if "".join(word[0] for word in words).lower() == short.lower():
            found[short.lower()] = " ".join(words)
    return found


def spelled(label: str, known: Mapping[str, str]) -> str:
    """A label with its short forms written out."""
    return re.sub(r"[A-Za-z]\w*", lambda match: known.get(match[0].lower(), match[0]), label)


def periods(words: Sequence[str]) -> list[tuple[str, str]]:
    """The quarters and halves with their year in words, as ("q1", "2025")."""
    plain = [word for word in words if word not in ("of", "the", "in", "fy")]
    found = []
    for one, other in pairwise(plain):
        pair = (one, other) if re.fullmatch(r"[qh][1-4]", one) else (other, one)
        year = re.fullmatch(r"(?:20)?(\d\d)", pair[1])
        if year and re.fullmatch(r"[qh][1-4]", pair[0]):
            found.append((pair[0], f"20{year[1]}"))
    return found


def bag_of(ask: Ask) -> frozenset[str]:
    """The question's words; years of its periods in two digits as well as in four."""
    own = {form for _, year in periods(ask.order) for form in (year, year[2:])}
    return ask.bag | own


def chosen(
    labels: Sequence[str],
    ask: Ask,
    known: frozenset[str],
    meanings: Mapping[str, str],
    used: frozenset[str] = frozenset(),
) -> tuple[int, ...]:
    """The labels that a question names, in its order.

    ``known``: words of the titles; a label that only shares those with the question is not what it names. ``used``:
    words that name something along the other side of the table.
    """
    asked = periods(ask.order)
    timed = [place for place, label in enumerate(labels) if set(periods(lexis.roots(label))) & set(asked)]
    if timed:
        return tuple(timed)
    scored = _scored(labels, ask, meanings)
    full = [index for index, score in scored if score >= FULL]
    lettered = [
        index for index, label in enumerate(labels) if label[:2].strip() in _letters(ask) and label[1:2] in " .:)"
    ]
    full = lettered if len(lettered) > len(full) else full
    telling = _telling(labels, ask, known | used, meanings)
    if full:
        more = [index for index in telling if index not in full]
        paired = ask.operation in PAIRED and len(full) == 1 and len(more) == 1
        return _in_order([*full, *more], labels, ask) if paired else tuple(full)
    if telling and (len(telling) == 1 or (ask.operation in PAIRED and len(telling) <= SEVERAL)):
        return _in_order(telling, labels, ask)
    own = frozenset(word for word in ask.bag if word not in known)
    near = [item for item in scored if any(lexis.meets(word, own) for word in lexis.content(labels[item[0]]))]
    ranked = sorted(near, key=lambda item: -item[1])
    if not ranked or ranked[0][1] < PART:
        return ()
    return (ranked[0][0],) if len(ranked) == 1 or ranked[0][1] - ranked[1][1] >= APART else ()


def full(labels: Sequence[str], ask: Ask, meanings: Mapping[str, str]) -> frozenset[str]:
    """The words of the labels that are named in full."""
    named = [labels[index] for index, score in _scored(labels, ask, meanings) if score >= FULL]
    return frozenset(word for label in named for word in lexis.content(label))


def _scored(labels: Sequence[str], ask: Ask, meanings: Mapping[str, str]) -> list[tuple[int, float]]:
    words = bag_of(ask)
    plain = lexis.mentioned(labels, words, ask.order)
    written = [spelled(label, meanings) for label in labels]
    if list(labels) == written:
        return plain
    best = dict(plain)
    order = [index for index, _ in plain]
    for index, score in lexis.mentioned(written, words, ask.order):
        if index not in best:
            order.append(index)
        best[index] = max(score, best.get(index, 0.0))
    return [(index, best[index]) for index in order]


def _letters(ask: Ask) -> set[str]:
    return {letter for match in _LETTERED.finditer(ask.text) for letter in match.groups() if letter}


def _telling(labels: Sequence[str], ask: Ask, known: frozenset[str], meanings: Mapping[str, str]) -> list[int]:
    """The labels that have a word of the question which no other label has."""
    bags = [set(lexis.content(lexis.bare(label))) | set(lexis.content(spelled(label, meanings))) for label in labels]
    counts = Counter(word for bag in bags for word in bag)
    return [
        index for index, bag in enumerate(bags)
        if any(counts[word] == 1 and word in ask.order and _tells(word, known) for word in bag)
    ]  # fmt: skip


def _tells(word: str, known: frozenset[str]) -> bool:
    if re.fullmatch(r"[qh][1-4]|(?:19|20)\d\d", word):
        return True
    return len(word) > 1 and word.isalpha() and word not in known and word not in CALLED and word not in lexis.SOFT


def _in_order(found: Sequence[int], labels: Sequence[str], ask: Ask) -> tuple[int, ...]:
    places = {word: place for place, word in reversed(list(enumerate(ask.order)))}
    first = {
        index: min((places.get(word, 999) for word in lexis.content(labels[index])), default=999) for index in found
    }
    return tuple(sorted(found, key=lambda index: first[index]))
