"""Telephone numbers, e-mail and web addresses, and postal addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from groundstone.documents.values import dates
from groundstone.documents.values.base import Spot, fold, phrase, ranked, trimmed

_PHONE = re.compile(r"(?<![\w.,/-])(?:\+|00(?=[1-9]))?[ ]?\(?\d[\d ().\-/–]{5,22}\d(?![\w]|[.,/-]\d)")
_EMAIL = re.compile(
    r"[\w+-]{1,64}(?:\.[\w+-]{1,64}){0,6}[ ]?[@©][ ]?(?:[\w-]{1,63}[ ]?\.[ ]?){1,6}[^\W\d_]{2,12}(?![\w])"
)
_URL = re.compile(
    r"(?<![\w@.])(?:https?://[^\s<>\"]{3,300}|www\.[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}(?:/[^\s<>\"]{0,200})?)", re.I
)
_STREETS = phrase("""
street|st|road|rd|avenue|ave|av|lane|ln|drive|dr|boulevard|blvd|court|square|sq|terrace|crescent|close|highway
hwy|parkway|pkwy|way|walk|mews|grove|jalan|jln|lorong|lot|taman|tmn|kampung|kg|persiaran|lebuh|kawasan|bandar
seksyen|strasse|str|weg|platz|allee|gasse|ring|ufer|damm|rue|chemin|quai|impasse|place|cours|route|bd|calle
avenida|avda|plaza|paseo|carrera|carretera|ronda|cra|via|viale|piazza|corso|largo|vicolo|strada|rua|travessa
praca|alameda|estrada|straat|laan|plein|gracht|kade|dijk|ulica|ul|aleja|al|plac|os|osiedle|gata|gatan|vagen
vag|vej|gade|gate|veien|katu|tie|utca|ut|ulice|namesti|cesta|trg|bulevardul|sokak|cadde|caddesi|mahallesi
floor|flr|suite|unit|apt|apartment|building|bldg|block|blk|level|po box|p.o. box|postfach|tower|complex|mall
centre|center|industrial park
""")
_SUFFIX = re.compile(
    r"(?<![^\W\d_])[^\W\d_]{3,20}?"
    r"(?:strasse|str\.|weg|platz|allee|gasse|straat|laan|plein|gracht|gatan|vagen|vej|gade|veien|katu)(?![^\W\d_])"
)
_POSTCODE = re.compile(
    r"\b\d{5}(?:-\d{3,4})?\b|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\b\d{4} ?[A-Z]{2}\b|\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b"
    r"|\b\d{2}-\d{3}\b|\b\d{3} ?\d{2}\b|\b(?:[A-Z]{1,2}-)?\d{4,6}(?= [^\W\d_])"
)
_HOUSE = re.compile(
    r"(?:^|[ ,])(?:no\.?[ ]?|nr\.?[ ]?|n[ºo°]\.?[ ]?|#)?\d{1,5}[a-z]?(?:[-/&,]\s?\d{1,5}[a-z]?)?(?=[ ,]|$)", re.I
)
_LABEL = re.compile(r"^[^\W\d][^:\d]{0,30}:\s*")


def spot_phone(text: str) -> list[Spot]:
    """Every telephone number; the value is its digits, behind "+" where the country's code is given."""
    return ranked(_phones(text))


def spot_email(text: str) -> list[Spot]:
    return ranked(
        Spot(
            match.start(),
            match.end(),
            match[0].replace(" ", "").replace("©", "@").lower(),
            0.98 if "@" in match[0] else 0.8,
        )
        for match in _EMAIL.finditer(text)
    )


def spot_url(text: str) -> list[Spot]:
    return ranked(Spot(match.start(), match.end(), match[0].rstrip(".,;)"), 0.97) for match in _URL.finditer(text))


def spot_address(text: str) -> list[Spot]:
    """The text as one address where it has the marks of one: a street, a house's number, a postcode, commas."""
    label = _LABEL.match(text)
    start, end = trimmed(text, label.end() if label else 0, len(text))
    worth = address_worth(text[start:end])
    return [Spot(start, end, " ".join(text[start:end].split()), worth)] if end > start and worth >= 0.15 else []


def address_worth(text: str) -> float:
    """How much a text looks like a postal address or a part of one."""
    if len(text) > 400 or not any(char.isalpha() for char in text):
        return 0.0
    plain = fold(text)
    streets = min(2, len(_STREETS.findall(plain)) + len(_SUFFIX.findall(plain)))
    postcode, house = bool(_POSTCODE.search(text)), bool(_HOUSE.search(text))
    worth = 0.3 * streets + 0.25 * postcode + 0.2 * house + 0.07 * min(text.count(","), 3)
    if not streets and not (postcode and (house or "," in text or plain.count(" ") >= 1)):
        worth *= 0.4
    return round(min(0.95, worth), 3)


def _phones(text: str) -> Iterator[Spot]:
    taken = [(one.start, one.end) for one in dates.spot(text) if one.plausibility > 0.6]
    for match in _PHONE.finditer(text):
        start, end = trimmed(text, match.start(), match.end(), around=" -./–")
        if text[start] == ")":
            continue
        body = text[start:end]
        if body.count("(") != body.count(")") or any(left < end and start < right for left, right in taken):
            continue
        figures = "".join(char for char in body if char.isdigit())
        if not 7 <= len(figures) <= 15:
            continue
        plus = body.startswith(("+", "00"))
        worth = 0.95 if plus else 0.85 if "(" in body else 0.75 if figures[0] == "0" else 0.55
        if not plus and not any(char in body for char in " -./()"):
            worth -= 0.25
        yield Spot(
            start, end, ("+" if plus else "") + (figures[2:] if body.startswith("00") else figures), round(worth, 2)
        )
