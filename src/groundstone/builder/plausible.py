"""Values that look like what their names say: a patient's name is a person's, an end lies after its beginning."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from groundstone.builder import names

FIRST = (
    "Ada Ben Clara David Elif Femi Greta Hugo Ines Jonas Kira Liam Mei Noor Oskar Priya Rosa Sven Tara Yusuf".split()
)
LAST = (
    "Almeida Berg Costa Dubois Eriksen Fischer Greco Haas Ivanov Jansen Kaya Larsen Moreau Novak Okafor Patel".split()
)
CITIES = "Amsterdam Bergen Cork Delft Essen Faro Ghent Helsinki Izmir Krakow Lyon Malmo Nantes Porto Riga Turin".split()
STREETS = "Mill Harbour Station Garden Church Market Bridge School River Forest".split()
COUNTRIES = (
    "Austria Belgium Denmark Finland France Germany Ireland Italy Netherlands Norway Poland Portugal Spain".split()
)
LOOKS = "Blue Quiet Northern Early Open Round Bright Steady Small Green Second Annual Light Daily Paper Stone".split()
THINGS = "lamp table notebook bicycle kettle jacket cable report bench window garden module filter basket".split()
TODAY = date(2026, 1, 15)  # data that is the same every day
_PEOPLE = set(
    "person people patient doctor customer student teacher employee author guest tenant landlord member user "
    "contact visitor "
    "passenger nurse technician guide artist performer citizen parent child agent clerk principal assistant "
    "staff applicant "
    "candidate client resident pupil professor physician driver client holder owner traveller spouse colleague".split()
)
_FIRMS = set(
    "company supplier vendor manufacturer contractor garage firm organisation organization agency publisher "
    "bank".split()
)
_NOT_PEOPLE = set(
    "order folder computer printer layer number container register server offer tower poster paper water".split()
)
_NAMED = {
    "category": "Garden Kitchen Office Travel Sports Books Toys Lighting".split(),
    "department": "Sales Finance Logistics Research Support Legal Marketing Production".split(),
    "skill": "Negotiation Welding Statistics Spanish Planning Bookkeeping First-aid Design".split(),
    "country": COUNTRIES, "city": CITIES, "material": "oak steel glass linen cork wool copper".split(),
    "language": "English German Polish Dutch Italian".split(), "genre": "drama comedy jazz folk classical".split(),
    "make": "Alder Borea Cascade Delmar Estrel".split(),
    "nationality": "Dutch Irish Polish Italian Danish French".split(),
    "specialty": "cardiology dermatology paediatrics neurology surgery".split(), "unit": "mg/l kg m °C %".split(),
    "colour": "red blue grey green white".split(), "color": "red blue grey green white".split(),
    "medicine": "ibuprofen amoxicillin paracetamol salbutamol".split(), "dosage": ["1 tablet a day", "2 x 5 ml",
    "10 drops"],
    "currency": "EUR USD GBP CHF".split(), "region": "North South East West Coast".split(),
}  # fmt: skip
_SENTENCES = (
    "Everything as agreed.", "To be checked again next week.", "Arrived in good condition.", "Please call before noon.",
    "Clear and helpful from beginning to end.", "A small scratch on the left side.", "Paid by bank transfer.",
    "The second attempt was successful.", "Nothing unusual was found.", "Needs a signature.",
)  # fmt: skip
_PROSE = set(
    "description comment remark remarks note notes text summary reason result finding instruction message "
    "biography".split()
)
_CODES = set(
    "number code sku plate reference key no barcode isbn iban serial passport account initials version".split()
)
_EARLY = set(
    "start begin from created creation order booking collection departure issue submitted hire incident "
    "registration opened valid purchase placed".split()
)
_LATE = set(
    "end due expiry expires expiration return until to closed paid payment delivery delivered completed finish "
    "upload updated arrival resolved".split()
)


@dataclass(frozen=True, slots=True)
class Row:
    """What the values of one object have in common: its number, a person, a day, and the thing it describes."""

    number: int
    chance: random.Random
    owner: str = ""
    person: tuple[str, str] = ("Ada", "Berg")
    day: date = TODAY

    @classmethod
    def of(cls, owner: str, number: int, chance: random.Random) -> Row:
        person = chance.choice(FIRST), chance.choice(LAST)
        return cls(number, chance, owner, person, TODAY - timedelta(days=chance.randint(120, 900)))


@lru_cache(4096)
def words_of(name: str) -> tuple[str, ...]:
    found = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]
    return tuple(names.singular(word) if word not in _PROSE else word for word in found)


def is_person(words: Sequence[str]) -> bool:
    """Whether the words name somebody: a patient, a policy holder, a teacher."""
    last = words[-1] if words else ""
    worker = re.search(r"(?:[^aeiou]|[aeiou][^aeiou])(?:er|or|ist|ian)$", last) is not None and len(last) > 4
    return last in _PEOPLE or (worker and last not in _NOT_PEOPLE | _FIRMS)


def text(name: str, row: Row) -> str:
    """A text for the attribute ``name`` of ``row.owner``."""
    words, owner, chance = words_of(name), words_of(row.owner), row.chance
    said, last = set(words), (words or ("",))[-1]
    first, family = row.person
    compact = "".join(words)
    if "mail" in said or "email" in said:
        return f"{first}.{family}@example.com".lower()
    if said & {"phone", "telephone", "mobile", "fax", "tel"}:
        return f"+31 20 555 {chance.randint(1000, 9999)}"
    if compact in ("firstname", "givenname", "forename"):
        return first
    if compact in ("lastname", "familyname", "surname"):
        return family
    if "street" in said or (said & {"address"} and said & {"line"}):
        return f"{chance.choice(STREETS)} Street {chance.randint(1, 120)}"
    if "address" in said:
        return f"{chance.choice(STREETS)} Street {chance.randint(1, 120)}, {chance.choice(CITIES)}"
    if said & {"zip", "postal", "postcode", "postalcode", "zipcode"}:
        return str(chance.randint(10000, 99999))
    if said & {"url", "website", "link", "uri", "homepage"}:
        return f"https://example.com/{row.number}"
    if said & _PROSE:
        return chance.choice(_SENTENCES)
    if said & _CODES:
        return f"{compact[:2].upper()}-{chance.randint(10000, 99999)}"
    known = next((_NAMED[word] for word in reversed(words) if word in _NAMED), None)
    if known:
        return chance.choice(known)
    if last in ("name", "label", "title", "id") or not words:
        return _name([*owner, *words[:-1]], row, last)
    typed = _typed(name, words, row)
    if typed:
        return typed
    if is_person(words) or said & {"by"}:
        return f"{first} {family}"
    return f"{chance.choice(LOOKS)} {chance.choice(THINGS)}"


def _typed(name: str, words: Sequence[str], row: Row) -> str:
    """A date, number or yes where the name speaks of one though the value is a text."""
    match names.type_of(" ".join(words)):
        case "date" | "datetime":
            return day(name, row).isoformat()
        case "decimal":
            return str(number(name, row.chance))
        case "integer":
            return str(integer(name, row.chance))
        case "boolean":
            return row.chance.choice(("yes", "no"))
    return ""


def _name(words: list[str], row: Row, last: str) -> str:
    first, family = row.person
    chance = row.chance
    known = next((_NAMED[word] for word in reversed(words) if word in _NAMED), None)
    if known:
        return chance.choice(known)
    if set(words[-1:]) & _FIRMS or "company" in words:
        return f"{family} & {chance.choice(LAST)}"
    if last != "title" and (
        is_person(words) or "full" in words or is_person([word for word in words if word != "full"][-1:])
    ):
        return f"{first} {family}"
    if "city" in words or "location" in words:
        return chance.choice(CITIES)
    if "file" in words:
        return f"{chance.choice(LOOKS).lower()}-{chance.choice(THINGS)}.pdf"
    return f"{chance.choice(LOOKS)} {chance.choice(THINGS)}"


def integer(name: str, chance: random.Random) -> int:
    words = words_of(name)
    if "year" in words:
        return chance.randint(1995, 2025)
    if "floor" in words:
        return chance.randint(0, 9)
    if "capacity" in words:
        return chance.randint(2, 40) * 10
    if "age" in words[-1:]:
        return chance.randint(18, 90)
    if set(words) & {"score", "rating", "star", "level", "grade", "priority"}:
        return chance.randint(1, 5)
    if "minute" in words or "duration" in words:
        return chance.choice((15, 30, 45, 60, 90))
    return chance.randint(1, 40)


def number(name: str, chance: random.Random) -> float:
    words = set(words_of(name))
    if words & {"rating", "score"}:
        return round(chance.uniform(1, 5), 1)
    if words & {"rate", "percentage", "percent", "discount", "tax"}:
        return round(chance.uniform(1, 30), 1)
    if words & {"latitude", "lat"}:
        return round(chance.uniform(36, 60), 5)
    if words & {"longitude", "lon", "lng"}:
        return round(chance.uniform(-9, 28), 5)
    if words & {"salary", "budget", "mileage", "revenue"}:
        return round(chance.uniform(2000, 90000), 0)
    if words & {"temperature"}:
        return round(chance.uniform(-5, 30), 1)
    return round(chance.uniform(5, 500), 2)


def day(name: str, row: Row) -> date:
    """Days of a row stand in order: birth, beginning, middle, end."""
    words = set(words_of(name))
    if words & {"birth", "birthday", "birthdate", "dob", "born"}:
        return TODAY - timedelta(days=row.chance.randint(7000, 29000))
    if words & _EARLY:
        return row.day
    if words & _LATE:
        return row.day + timedelta(days=row.chance.randint(15, 90))
    return row.day + timedelta(days=row.chance.randint(1, 14))


def moment(name: str, row: Row) -> datetime:
    """Moments of a row lie on one day, the end one to three hours after the beginning."""
    words = set(words_of(name))
    hour = 8 + row.number % 8 + (row.chance.randint(1, 3) if words & _LATE else 0)
    return datetime(row.day.year, row.day.month, row.day.day, hour, row.number % 4 * 15, tzinfo=UTC)
