"""The words of field names: ``custDOB`` and ``date_of_birth`` say the same of a customer and of anybody."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from groundstone.builder import names

# Words that mean the same in the names of fields; the first stands for all.
_SAME = [
    "quantity qty count units", "number num nr no", "identifier id key ref reference", "postal zip postcode plz",
    "amount sum",
    "phone telephone tel mobile cell", "mail email", "address addr", "city town", "country nation land",
    "first given fore",
    "last family sur", "name title label caption",
    "description desc text notes note remarks remark comment comments details memo",
    "price cost rate charge", "total grand overall", "customer cust client buyer purchaser account", "order purchase",
    "line item position pos row entry", "product article sku goods", "start begin from beginning",
    "end finish until to",
    "company firm organisation organization org employer", "person people", "status state",
    "type kind category class", "year yr",
    "employee emp staff worker", "salary wage pay", "currency ccy", "language lang locale", "gender sex",
    "supplier vendor seller",
    "invoice bill", "ship delivery shipping shipment", "department dept", "url link website web",
    "manager supervisor boss",
    "day date", "month mo", "minute min", "maximum max", "minimum min", "average avg", "document doc attachment",
    "message msg",
    "picture image photo", "create created issued made placed added inserted", "update updated changed modified",
    "publish published publication publishing", "close closed closing", "report reported reporting",
    "claim claimed claimant",
    "hire hired hiring", "insure insured insurance", "doctor physician", "hospital clinic", "licence license",
    "book booking reservation", "vehicle car", "guest visitor", "birth born", "speaker presenter lecturer",
    "place venue location", "biography bio",
]  # fmt: skip
_CANON = {word: group.split()[0] for group in reversed(_SAME) for word in group.split()}
_COMPOUND = {
    "dob": "birth date", "birthdate": "birth date", "birthday": "birth date", "born": "birth date",
    "firstname": "first name", "fname": "first name",
    "lastname": "last name", "lname": "last name", "surname": "last name", "fullname": "full name",
    "zipcode": "postal code",
    "postcode": "postal code",
    "zip": "postal code", "plz": "postal code", "email": "mail", "phoneno": "phone", "givenname": "first name",
    "forename": "first name",
    "familyname": "last name", "tel": "phone", "telephone": "phone", "mobile": "phone", "cell": "phone",
    "filename": "file name",
    "username": "user name", "timestamp": "create time", "sku": "product number", "isbn13": "isbn", "qty": "quantity",
    "shipto": "ship address", "billto": "bill address", "km": "mileage", "vat": "tax", "gross": "gross amount",
    "net": "net amount",
}  # fmt: skip
_SMALL = {"of", "the", "a", "an", "is", "has", "in", "for", "per", "at", "on", "by"}
_VAGUE = {
    "name",
    "number",
    "identifier",
    "type",
    "date",
    "day",
    "code",
    "time",
    "value",
    "amount",
    "price",
    "status",
    "description",
}


def words_of(name: str) -> list[str]:
    """The plain words, short forms written out, each by the word that stands for its synonyms."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    whole = "".join(parts).lower()
    if whole == "email":
        parts = ["email"]
    found: list[str] = []
    for part in _COMPOUND[whole].split() if whole in _COMPOUND else parts:
        found += _COMPOUND.get(part.lower(), part.lower()).split()
    joined = re.sub(r"\bdate of birth\b", "birth date", " ".join(found))
    joined = re.sub(r"^(?:number|count) of (?=\w)", "", joined)  # how many, as the bare plural says
    joined = re.sub(r"\b(?:number|num|nr|no)$", "identifier", joined)
    kept = [word for word in joined.split() if word not in _SMALL and not word.isdigit()] or joined.split()
    return [_CANON.get(names.singular(word), _CANON.get(word, names.singular(word))) for word in kept]


def likeness(
    left: Sequence[str], right: Sequence[str], left_around: Sequence[str], right_around: Sequence[str]
) -> float:
    """How much two names say the same, 0 to 1; the names around them decide between equal ones."""
    inner = overlap(left, right)
    if inner < 1:
        spelled = _spelled("".join(left), "".join(right))
        inner = max(inner, spelled if spelled > 0.8 else 0.0)
    around = overlap(left_around, right_around)
    # "customer.name" and "customerName": the whole path says the same.
    whole = overlap([*left_around, *left], [*right_around, *right])
    score = max(0.85 * inner + 0.15 * around, 0.95 * whole)
    if set(left) & set(right) <= _VAGUE and inner < 1 and whole < 1:
        score *= 0.8  # both are some date or number, but not the same one
    return score


@lru_cache(100_000)
def _spelled(left: str, right: str) -> float:
    """Likeness of spelling; 0 without looking closer where few pairs of letters are common."""
    pairs = [{text[at : at + 2] for at in range(len(text) - 1)} for text in (left, right)]
    if 2 * len(pairs[0] & pairs[1]) < len(pairs[0]) + len(pairs[1]) - max(map(len, pairs)):
        return 0.0
    return SequenceMatcher(None, left, right).ratio()


def overlap(left: Sequence[str], right: Sequence[str]) -> float:
    """Words in common, as a share of all."""
    both = len(set(left) & set(right))
    return 2 * both / (len(set(left)) + len(set(right))) if left and right else 0.0
