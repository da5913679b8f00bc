"""What a value on a page is: its kind, where it stands in a text, what it means and how plausible that is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from groundstone.records import Scalar

KINDS = (
    "date", "time", "number", "money", "percent", "name", "company", "identifier", "phone", "email", "url", "address",
    "country", "sex", "yes_no", "status", "text",
)  # fmt: skip

Order = Literal["day-first", "month-first", "year-first"]
LONGEST = 8_000  # characters of one text that are looked at; a page's line has some hundred

_PLAIN = str.maketrans({
    "ß": "ss", "ẞ": "ss", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "æ": "ae", "Æ": "ae", "œ": "oe",
    "Œ": "oe", "ı": "i", "İ": "i", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "’": "'", "‘": "'", "`": "'", "´": "'",
    "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "º": "o", "ª": "a", "°": "o", "№": "no",
})  # fmt: skip
_SLIPS = str.maketrans("OoQDIl|!ZzSsB", "0000111122558")
SLIP = "OoQDIl|ZzSsB"  # letters that are misread digits


@dataclass(frozen=True, slots=True)
class Spot:
    """A stretch ``text[start:end]`` that is a value, with its meaning and how plausible that is, from 0 to 1.

    ``others`` are further meanings of the same words (11/12/1980 in the other order), most likely first. ``unit`` is
    the currency of an amount as ISO 4217 has it, or "". ``precision`` is "month" for a date without a day; its value
    is then the first of the month.
    """

    start: int
    end: int
    value: Scalar
    plausibility: float
    others: tuple[Scalar, ...] = ()
    unit: str = ""
    precision: str = "day"

    @property
    def length(self) -> int:
        return self.end - self.start


def ranked(spots: Iterable[Spot]) -> list[Spot]:
    """Most plausible first (in steps of a tenth), of equals the longest, then in the order of the text."""
    best: dict[tuple[int, int], Spot] = {}
    for spot in spots:
        held = best.get((spot.start, spot.end))
        if held is None or spot.plausibility > held.plausibility:
            best[spot.start, spot.end] = spot
    return sorted(best.values(), key=lambda spot: (-round(spot.plausibility, 1), -spot.length, spot.start))


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Lower case without accents, with plain quotes and dashes: "Señor Łukasz" is "senor lukasz"."""
    plain = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return "".join(char for char in plain if not unicodedata.combining(char)).lower()


def digits(text: str) -> str:
    """A number's characters with the letters that OCR puts for digits mended: "2O18" is "2018"."""
    return text.translate(_SLIPS)


def slips(text: str) -> int:
    """How many characters are letters in place of digits."""
    return sum(char in SLIP for char in text)


def agreed(text: str, spots: list[Spot]) -> list[Spot]:
    """The spots, and the whole text where all of them mean the same and little else stands there ("F / weiblich")."""
    if len(spots) < 2 or len({spot.value for spot in spots}) != 1:
        return spots
    letters = sum(char.isalnum() for char in text)
    covered = sum(char.isalnum() for spot in spots for char in text[spot.start : spot.end])
    if covered < letters:
        return spots
    start, end = min(spot.start for spot in spots), max(spot.end for spot in spots)
    return [Spot(start, end, spots[0].value, 0.93), *spots]


def trimmed(text: str, start: int, end: int, around: str = " \t\n\r.,;:|*_-–—=") -> tuple[int, int]:
    """The range without blanks and punctuation at its ends."""
    while start < end and (text[start] in around or text[start].isspace()):
        start += 1
    while end > start and (text[end - 1] in around or text[end - 1].isspace()):
        end -= 1
    return start, end


def listed(name: str) -> str:
    """The text of a file of ``lists/``."""
    return files("groundstone.documents.values").joinpath("lists", name).read_text(encoding="utf-8")


def words(*lists: str) -> frozenset[str]:
    """The words of several long strings."""
    return frozenset(" ".join(lists).split())


def phrase(texts: str) -> re.Pattern[str]:
    """A pattern for any of the phrases, which are divided by ``|`` or ends of lines, as whole words of folded text."""
    options = sorted({part.strip() for part in re.split(r"[|\n]", texts) if part.strip()}, key=len, reverse=True)
    return re.compile(
        r"(?<![^\W_])(?:" + "|".join(re.escape(option).replace(r"\ ", r"\s+") for option in options) + r")(?![^\W_])"
    )


def folded(text: str) -> tuple[str, list[int]]:
    """Folded text, and for every character of it (and its end) the place in ``text`` it came from."""
    parts: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        piece = fold(char)
        parts.append(piece)
        places.extend([place] * len(piece))
    return "".join(parts), [*places, len(text)]
