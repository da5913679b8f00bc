"""Values that are words of a small set: yes and no, male and female, the state of a vaccination or anything else."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

from groundstone.documents.values.base import Spot, agreed, folded, listed, phrase, ranked

_YES = phrase("yes|y|ja|oui|si|sim|tak|ano|igen|evet|kylla|da|true|x|☒|☑|✓|✔|joo|jah|ya|vero|wahr|vrai|igaz")
_NO = phrase("no|n|nein|non|nao|nie|ne|nee|nem|hayir|ei|nej|nei|false|tidak|falso|falsch|faux|none|hamis|nu|☐")
_FEMALE = phrase("""
female|f|w|woman|weiblich|frau|feminin|femme|femenino|femenina|mujer|femmina|femminile|feminino|feminina
mulher|vrouw|vrouwelijk|v|kobieta|zenska|kvinna|kvinde|kvinne|nainen|kadin|perempuan|k|zena|donna|hembra
""")
_MALE = phrase("""
male|m|man|mannlich|mann|masculin|homme|masculino|hombre|varon|maschio|maschile|uomo|homem|mannelijk|mezczyzna
meska|mand|mies|erkek|lelaki|muz|h
""")
_OTHER_SEX = phrase("x|divers|diverse|other|non-binary|unspecified|autre|otro|altro|outro|anders|annat")
_STATUS = {meaning: phrase(texts) for meaning, texts in tomllib.loads(listed("statuses.toml")).items()}
_FRENCH = re.compile(r"(?<!\w)vaccinée?s?(?!\w)", re.I)  # without the accent it is the English noun
_DOUBTED = ("not vaccinated", "partially vaccinated", "fully vaccinated")
_SERIES = re.compile(r"(?<![\d/.])([1-9])\s?(?:/|of|von|sur|de|di|van|z|av|af)\s?([1-9])(?![\d/.])", re.I)
_LISTS: dict[str, tuple[tuple[bool | str, re.Pattern[str]], ...]] = {
    "yes_no": ((True, _YES), (False, _NO)),
    "sex": (("female", _FEMALE), ("male", _MALE), ("other", _OTHER_SEX)),
}


def spot_yes_no(text: str) -> list[Spot]:
    """Every word for yes (True) or no (False)."""
    return ranked(agreed(text, list(_of_list("yes_no", text))))


def spot_sex(text: str) -> list[Spot]:
    """Every word for a sex: "female", "male" or "other". A single letter counts only where it stands nearly alone."""
    return ranked(agreed(text, list(_of_list("sex", text))))


def spot_status(text: str) -> list[Spot]:
    """Every phrase that tells a state of things; the value is the phrase for it in plain English.

    The whole text is one more spot where such a phrase is in it ("Fully Vaccinated (2 Doses)"), and the first.
    """
    return ranked(_statuses(text))


def status(text: str) -> str | None:
    """What a text says of a state, in plain English ("fully vaccinated"), or None."""
    plain, _ = folded(text)
    if _FRENCH.search(text) and not any(_STATUS[one].search(plain) for one in _DOUBTED):
        return "vaccinated"
    return next((meaning for meaning, pattern in _STATUS.items() if pattern.search(plain)), None)


def _of_list(kind: str, text: str) -> Iterator[Spot]:
    plain, places = folded(text)
    for meaning, pattern in _LISTS[kind]:
        for match in pattern.finditer(plain):
            start, end = places[match.start()], places[match.end()]
            share = len(match[0]) / max(1, len(plain.strip(" .:,;()/")))
            worth = 0.95 if share > 0.8 else 0.6 if len(match[0]) > 2 else 0.5 if share > 0.4 else 0.15
            yield Spot(start, end, meaning, round(worth, 3))


def _statuses(text: str) -> Iterator[Spot]:
    plain, places = folded(text)
    first = True
    taken: list[tuple[int, int]] = []
    for meaning, pattern in _STATUS.items():
        for match in pattern.finditer(plain):
            if any(left < match.end() and match.start() < right for left, right in taken):
                continue
            taken.append(match.span())
            start, end = places[match.start()], places[match.end()]
            count = len(plain.split())
            yield Spot(start, end, meaning, 0.9 if count <= 3 else 0.75 if count <= 8 else 0.5)
            if first and ":" not in text and count <= 8 and text.strip():
                left = len(text) - len(text.lstrip())
                yield Spot(left, len(text.rstrip()), meaning, 0.9)
            first = False
    yield from _others(text, bool(taken))


def _others(text: str, known: bool) -> Iterator[Spot]:
    for match in () if known else _FRENCH.finditer(text):
        yield Spot(match.start(), match.end(), "vaccinated", 0.85)
    for match in _SERIES.finditer(text):  # "2/2": the second of two doses
        given, needed = int(match[1]), int(match[2])
        worth = 0.4 if len(match[0]) * 2 > len(text.strip()) else 0.2
        yield Spot(match.start(), match.end(), "fully vaccinated" if given >= needed else "partially vaccinated", worth)
