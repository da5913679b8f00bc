"""How alike two short phrases are by their words: spelling slips, shortened words, order and small words forgiven.

Both directions count: how much of the question's phrase the label covers, and how much of the label the question
covers. "Vaccine Name" covers "Name" whole, but is itself covered only in half, and by its weaker half.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

LEAST = 0.7  # two words less alike than this have nothing in common
_TOKEN = re.compile(r"[^\W_]+|#")
_PARTS = re.compile(r"\s*[/|()\[\]•·:：=]\s*|\s[-–—]\s")
_SHORT = {
    "no": "number", "nr": "number", "num": "number", "nro": "number", "nº": "number", "#": "number", "№": "number",
    "n": "number", "nos": "number", "numero": "number", "nummer": "number", "numéro": "number", "numbers": "number",
    "dob": "date birth", "doe": "date expiry", "doi": "date issue", "tel": "telephone", "phone": "telephone",
    "ph": "telephone", "mob": "mobile", "addr": "address", "amt": "amount", "qty": "quantity", "exp": "expiry",
    "expires": "expiry", "expiration": "expiry", "reg": "registration", "cert": "certificate", "id": "identification",
    "identifier": "identification", "identity": "identification", "vacc": "vaccination", "vax": "vaccination",
    "ref": "reference", "dept": "department", "acct": "account", "inv": "invoice", "mfr": "manufacturer",
    "org": "organisation", "organization": "organisation", "surname": "last name", "lastname": "last name",
    "firstname": "first name", "sex": "gender", "born": "birth", "birthday": "birth date", "birthdate": "birth date",
    "issued": "issue", "lot": "batch", "1st": "first", "2nd": "second", "3rd": "third", "1": "first", "2": "second",
    "3": "third",
}  # fmt: skip
_SMALL = frozenset(
    "the a an of for to in on at is are was were be by and or s what which who whose when where how this that it its "
    "your his her their my our me you do does did has have had there with from as please de du des la le les el los "
    "las der die das dem den des di del della do da dos van het een und et y e".split()
)
_PLAIN = {"number": 0.45, "name": 0.6, "date": 0.6, "code": 0.5, "identification": 0.5, "type": 0.6, "full": 0.35,
          "details": 0.3, "information": 0.3, "holder": 0.5, "status": 0.8}  # fmt: skip


def tokens(text: str) -> tuple[str, ...]:
    """The words of a phrase in one plain form: lower case, no accents, shortened words written out, small ones out."""
    return _tokens(text[:300])


@lru_cache(maxsize=20_000)
def _tokens(text: str) -> tuple[str, ...]:
    found = [part for word in _TOKEN.findall(text.casefold()) for part in _SHORT.get(word, word).split()]
    plain = [_bare(word) for word in found]
    return tuple(word for word in plain if word not in _SMALL) or tuple(plain)


@lru_cache(maxsize=20_000)
def _bare(word: str) -> str:
    if word.isascii():
        return word
    return "".join(sign for sign in unicodedata.normalize("NFKD", word) if not unicodedata.combining(sign))


def weight(token: str) -> float:
    """How much a word tells: "number" little, "locker" much."""
    return _PLAIN.get(token, 1.0)


@lru_cache(maxsize=100_000)
def alike(one: str, other: str) -> float:
    """From 0 to 1; 1 for the same word, 0 below ``LEAST``."""
    if one == other:
        return 1.0
    short, long = sorted((one, other), key=len)
    if len(short) < 3 or not (one.isalpha() and other.isalpha()):
        return 0.0
    if long.startswith(short):
        return 0.9 if len(long) - len(short) <= 2 else (0.8 if len(short) >= 4 else 0.0)
    same = len(_common_start(one, other))
    stem = 0.78 if same >= 5 and same >= 0.6 * len(long) else 0.0
    spelt = OSA.normalized_similarity(one, other) if len(short) >= 4 else 0.0
    best = max(stem, float(spelt) if spelt >= 0.75 else 0.0)
    return best if best >= LEAST else 0.0


def _common_start(one: str, other: str) -> str:
    for k, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return one[:k]
    return one[: min(len(one), len(other))]


def covered(phrase: Sequence[str], by: Sequence[str]) -> float:
    """The share of a phrase's weight whose words another one has too."""
    whole = sum(weight(word) for word in phrase)
    if not whole:
        return 0.0
    return sum(weight(word) * max((alike(word, other) for other in by), default=0.0) for word in phrase) / whole


def parts(text: str) -> list[str]:
    """A label and, where it says the same in two ways ("Name / Nom", "Born (date)"), each of them."""
    split = [part for part in _PARTS.split(text) if tokens(part)]
    return [text, *split] if len(split) > 1 else [text]


def joined(text: str) -> str:
    """Letters and digits only, in lower case: for words whose blanks were not seen."""
    return "".join(_TOKEN.findall(_bare(text.casefold())))
