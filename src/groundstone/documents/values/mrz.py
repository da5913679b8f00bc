"""The machine-readable zone of travel documents, as ICAO 9303 lays it down: lines of capitals, digits and "<".

Forms TD1 (three lines of 30), TD2 and visa B (two of 36), TD3 and visa A (two of 44). The check digits of number,
birth and expiry mend slips of OCR in those fields; ``checks`` tells which of them hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from groundstone.documents.values.base import fold
from groundstone.documents.values.dates import day

_WEIGHTS = (7, 3, 1)
_TO_DIGIT = str.maketrans("OQDILZSBG", "000112586")
_TO_LETTER = str.maketrans("015826", "OISBZG")
_CONFUSED = {"O": "0", "0": "O", "I": "1", "1": "I", "S": "5", "5": "S", "B": "8", "8": "B", "Z": "2", "2": "Z",
             "G": "6", "6": "G", "D": "0", "Q": "0"}  # fmt: skip
_SHAPES = {(30, 3): "TD1", (36, 2): "TD2", (44, 2): "TD3"}
_ALLOWED = re.compile(r"[A-Z0-9<]+")


@dataclass(frozen=True, slots=True)
class Zone:
    """What the zone says. ``lines`` are the places of its lines among those given; dates are None if unreadable.

    ``checks`` are the names of the check digits that hold, of "number", "birth", "expiry"; with all three, a slip in
    these fields is next to impossible.
    """

    form: str  # TD1, TD2, TD3, MRV-A or MRV-B
    document: str  # P, I, V, ...
    issuer: str
    surname: str
    given_names: str
    number: str
    nationality: str
    birth: date | None
    sex: str  # M, F or X
    expiry: date | None
    checks: tuple[str, ...]
    lines: tuple[int, ...]

    @property
    def name(self) -> str:
        return f"{self.given_names} {self.surname}".strip()

    @property
    def is_valid(self) -> bool:
        return self.checks == ("number", "birth", "expiry")


def is_line(text: str) -> bool:
    """Whether a line looks like one of a machine-readable zone."""
    return _clean(text) is not None


def find(lines: Sequence[str]) -> list[Zone]:
    """The zones among the lines of a page."""
    found, at = [], 0
    cleaned = [_clean(line) for line in lines]
    while at < len(cleaned):
        zone = next((zone for count in (3, 2) if (zone := _zone(cleaned, at, count)) is not None), None)
        if zone:
            found.append(zone)
        at += len(zone.lines) if zone else 1
    return found


def check_digit(text: str) -> str:
    """Weights 7, 3, 1 over the values of the characters, modulo 10."""
    return str(sum(_value(char) * _WEIGHTS[at % 3] for at, char in enumerate(text)) % 10)


def _value(char: str) -> int:
    return 0 if char == "<" else int(char) if char.isdigit() else ord(char) - 55


def _clean(text: str) -> str | None:
    """The line in the alphabet of the zone and in one of its lengths, or None."""
    if len(text) > 80:
        return None
    plain = re.sub(r"[\s.]", "", text.replace("«", "<<").replace("‹", "<").replace("≤", "<").upper())
    if not 28 <= len(plain) <= 48 or plain.count("<") < 2 or not _ALLOWED.fullmatch(plain):
        return None
    length = next(size for size, longest in ((30, 32), (36, 38), (44, 48)) if len(plain) <= longest)
    if len(plain) < length and "<<" in plain:  # fillers are lost or added by OCR, at the longest run of them
        longest = max(re.finditer("<+", plain), key=lambda run: len(run[0]))
        return plain[: longest.start()] + "<" * (length - len(plain)) + plain[longest.start() :]
    while len(plain) > length:
        longest = max(re.finditer("<+", plain), key=lambda run: len(run[0]))
        if len(longest[0]) < 3:
            return None
        plain = plain[: longest.start()] + plain[longest.start() + 1 :]
    return plain if len(plain) == length else None


def _zone(lines: Sequence[str | None], at: int, count: int) -> Zone | None:
    block = [line for line in lines[at : at + count] if line is not None]
    if len(block) != count or len({len(line) for line in block}) != 1:
        return None
    form = _SHAPES.get((len(block[0]), count))
    if form is None or not block[0][0].isalpha():
        return None
    if form != "TD1" and block[0][0] == "V":
        form = {"TD2": "MRV-B", "TD3": "MRV-A"}[form]
    names, rest, dates = (
        (block[2], block[0][5:30], block[1]) if form == "TD1" else (block[0][5:], block[1], block[1][13:])
    )
    number, held = _checked(rest[:9], rest[9])
    birth, born = _date_part(dates, 0)
    expiry, expires = _date_part(dates, 8)
    if not (held or born or expires):
        return None
    checks = tuple(name for name, ok in (("number", held), ("birth", born), ("expiry", expires)) if ok)
    nationality = dates[15:18] if form == "TD1" else rest[10:13]
    surname, _, given = names.partition("<<")
    sex = dates[7] if dates[7] in "MF" else "X"
    return Zone(
        form, block[0][0], _letters(block[0][2:5]), _letters(surname), _letters(given), number.replace("<", ""),
        _letters(nationality), _past(birth), sex, expiry, checks, tuple(range(at, at + count)),
    )  # fmt: skip


def _letters(text: str) -> str:
    return " ".join(text.translate(_TO_LETTER).replace("<", " ").split())


def _checked(text: str, digit: str) -> tuple[str, bool]:
    """The field, mended by one confusion where just one makes its check digit hold."""
    digit = digit.translate(_TO_DIGIT)
    if check_digit(text) == digit:
        return text, True
    mended = [candidate for candidate in _mended(text) if check_digit(candidate) == digit]
    return (mended[0], True) if len(mended) == 1 else (text, False)


def _mended(text: str) -> Iterator[str]:
    for at, char in enumerate(text):
        if char in _CONFUSED:
            yield text[:at] + _CONFUSED[char] + text[at + 1 :]


def _date_part(text: str, at: int) -> tuple[date | None, bool]:
    """Six digits and their check digit from ``at``; slips become digits first. A year lies 15 years ahead at most."""
    part, digit = text[at : at + 6].translate(_TO_DIGIT), text[at + 6 : at + 7].translate(_TO_DIGIT)
    if not part.isdigit():
        return None, False
    return day(part[:2], int(part[2:4]), int(part[4:])), check_digit(part) == digit


def _past(birth: date | None) -> date | None:
    if birth is None or birth <= date.today():
        return birth
    return day(str(birth.year - 100), birth.month, birth.day)


def same_letters(text: str) -> str:
    """A name as the zone writes it: capitals without accents and punctuation."""
    return re.sub(r"[^A-Z]+", " ", fold(text).upper()).strip()
