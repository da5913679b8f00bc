"""How well each label of a page says what a question asks for.

Three sources: the vocabulary (a label that the field goes by, or one of another field), the question's own words, and,
where an embedding model is there, the likeness of meaning. The last alone misleads ("Name" is near to "Vaccine Name"),
so it is one feature among others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from groundstone.documents.layout import labels as looks
from groundstone.documents.queries.asked import ORDINALS, Wanted
from groundstone.documents.queries.vocabulary import Words
from groundstone.documents.queries.wording import covered, joined, parts, tokens

Floats = NDArray[np.float64]
NAMES = (
    "label_field", "label_exact", "label_covers_asked", "label_covered_by_asked", "label_letters", "label_meaning",
    "label_has_meaning", "label_other_field", "label_lead", "label_rival", "label_rank", "label_behind_best",
    "label_again", "label_turn_fits", "label_turn_wrong", "label_is_best_field", "label_extra_said",
    "label_ordinal_said", "label_ordinal_other",
)  # fmt: skip
KEPT = 16  # labels that a question looks at
LEAST = 0.3  # of the score, to be looked at
CERTAIN = 0.8  # of the score: a label that needs no likeness of meaning to be found
MEANT, NEAR = 5, 0.35  # labels that are looked at for their meaning alone, and its least cosine
LETTERS = 0.8  # likeness by letters that counts
_TURNS = frozenset(ORDINALS.values())
Meaning = Callable[[str, Sequence[str]], Floats | None]  # cosines of a question and texts


@dataclass(frozen=True, slots=True)
class Match:
    """How label ``index`` of the page fits; ``score`` orders, ``features`` are named by ``NAMES``.

    ``other`` is another field of the vocabulary that the label names.
    """

    index: int
    score: float
    features: tuple[float, ...]
    other: str | None


@dataclass(frozen=True, slots=True)
class _Likeness:
    score: float
    index: int
    field: float
    asked: float
    label: float
    letters: float


def matches(wanted: Wanted, texts: Sequence[str], words: Words, meaning: Meaning) -> list[Match]:
    """The labels that may name what is wanted, best first."""
    letters = _by_letters(wanted, texts)
    found = [_likeness(wanted, index, text, words, float(letters[index])) for index, text in enumerate(texts)]
    kept = sorted((one for one in found if one.score >= LEAST), key=lambda one: (-one.score, one.index))[:KEPT]
    if not kept or kept[0].score < CERTAIN:
        kept += _by_meaning(wanted, texts, found, meaning)
    if not kept:
        return []
    near = meaning(wanted.subject, [texts[one.index] for one in kept])
    turns = _turns([texts[one.index] for one in kept], [one.index for one in kept])
    return [
        _match(
            wanted,
            one,
            rank,
            kept[0].score,
            texts[one.index],
            words,
            turns[one.index],
            None if near is None else near[rank],
        )
        for rank, one in enumerate(kept)
    ]


def _by_meaning(wanted: Wanted, texts: Sequence[str], found: Sequence[_Likeness], meaning: Meaning) -> list[_Likeness]:
    """Labels that share no word with the question, but may mean the same: "physician" and "doctor"."""
    rest = [one for one in found if one.score < LEAST and _may_be_label(texts[one.index])]
    first = {texts[one.index]: one for one in reversed(rest)}
    near = meaning(wanted.subject, list(first)) if first else None
    if near is None:
        return []
    order = sorted(zip(near.tolist(), first.values(), strict=True), key=lambda pair: (-pair[0], pair[1].index))
    return [replace(one, score=LEAST * likeness) for likeness, one in order[:MEANT] if likeness > NEAR]


def _may_be_label(text: str) -> bool:
    return len(text.split()) <= 4 and not any(char.isdigit() for char in text) and looks.likeness(text) > 0.2


def _likeness(wanted: Wanted, index: int, text: str, words: Words, letters: float) -> _Likeness:
    field = next((score for name, score in words.named(text) if name == wanted.field), 0.0)
    asked = label = whole = 0.0
    for part in parts(text):
        said = tokens(part)
        there = covered(wanted.words, said)
        if there:
            back = covered(said, wanted.words)
            asked, label = max(asked, there), max(label, back)
            whole = max(whole, 0.5 * min(there, back) + 0.5 * there * back)
    score = max(field * (0.5 + 0.5 * wanted.sure), whole, 0.9 * letters if letters > LETTERS else 0.0)
    return _Likeness(score, index, field, asked, label, letters)


def _match(
    wanted: Wanted,
    one: _Likeness,
    rank: int,
    best: float,
    text: str,
    words: Words,
    turn: tuple[int, int],
    near: float | None,
) -> Match:
    named = words.named(text)
    other, likeness = next(((name, score) for name, score in named if name != wanted.field), (None, 0.0))
    rival = max(
        (score * likely for name, score in named for rival, likely in wanted.rivals if name == rival), default=0.0
    )
    said = tokens(text)
    nth = wanted.extra[-1:] if wanted.ordinal is not None else ()
    row = (
        one.field, float(one.field > 0.97), one.asked, one.label, one.letters, near or 0.0, float(near is not None),
        likeness, one.field - likeness, rival, 1 / (1 + rank), best - one.score, min(turn[0] - 1, 4) / 4,
        *_turn(wanted, turn), float(bool(named) and named[0][0] == wanted.field),
        covered(wanted.extra, said) if wanted.extra else 1.0, covered(nth, said) if nth else 0.0,
        float(other_turn(wanted, said)),
    )  # fmt: skip
    return Match(one.index, one.score, row, other if likeness > max(one.field, 0.5) else None)


def other_turn(wanted: Wanted, said: Sequence[str]) -> bool:
    """Whether words name another one than the asked "second"."""
    if wanted.ordinal is None:
        return False
    mine = ORDINALS.get(wanted.ordinal, "")
    return mine not in said and any(word in _TURNS for word in said)


def _by_letters(wanted: Wanted, texts: Sequence[str]) -> Floats:
    """Likeness to the best phrase with all blanks left out, for labels whose blanks were lost in reading."""
    if not texts:
        return np.zeros(0)
    ratios = process.cdist(
        wanted.glued, [joined(text) for text in texts], scorer=fuzz.ratio, score_cutoff=100 * LETTERS
    )
    return np.asarray(ratios.max(axis=0), dtype=np.float64) / 100


def _turns(texts: Sequence[str], places: Sequence[int]) -> dict[int, tuple[int, int]]:
    """For each label, which one of how many with the same words it is, in reading order."""
    turns: dict[int, tuple[int, int]] = {}
    for text in set(texts):
        same = sorted(place for place, other in zip(places, texts, strict=True) if other == text)
        turns |= {place: (k + 1, len(same)) for k, place in enumerate(same)}
    return turns


def _turn(wanted: Wanted, turn: tuple[int, int]) -> tuple[float, float]:
    """Whether the label is the one that an asked "second" means, among labels of the same words."""
    if wanted.ordinal is None or turn[1] < 2:
        return 0.0, 0.0
    meant = turn[1] if wanted.ordinal < 0 else wanted.ordinal
    return (1.0, 0.0) if turn[0] == meant else (0.0, 1.0)
