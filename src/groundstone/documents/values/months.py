"""Names of months in languages with Latin script, despite case, accents, short forms and slips of OCR."""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from groundstone.documents.values.base import fold, listed

# One line a month: English, German, French, Spanish, Italian, Portuguese, Dutch, Polish (two cases), Swedish, Danish,
# Norwegian, Finnish, Czech, Slovak, Croatian, Slovene, Hungarian, Romanian, Turkish, Indonesian, Malay; short forms.
MONTHS: dict[str, int] = {}
for _number, _line in enumerate(listed("months.txt").splitlines(), 1):
    for _name in _line.split():
        MONTHS.setdefault(fold(_name), _number)
_LONG = [name for name in MONTHS if len(name) >= 5]
_LETTERS = str.maketrans("015|", "oisl")


@lru_cache(maxsize=4096)
def month(word: str) -> tuple[int, float] | None:
    """The number of the month and how sure that is, or None: "DÉC." is (12, 1.0), "0ct" is (10, 0.9)."""
    plain = fold(word).strip(". ")
    if plain in MONTHS:
        return MONTHS[plain], 1.0
    mended = plain.translate(_LETTERS)
    if mended in MONTHS:
        return MONTHS[mended], 0.9
    if len(plain) < 5:
        return None
    near = {MONTHS[name] for name in _LONG if Levenshtein.distance(mended, name, score_cutoff=1) <= 1}
    return (near.pop(), 0.8) if len(near) == 1 else None
