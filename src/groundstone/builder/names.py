"""Words of a narrative as names: singular, plural, CamelCase; and the type that an attribute's name suggests."""

from __future__ import annotations

import re

from groundstone.builder.domain import AttributeType

_IRREGULAR = {
    "people": "person", "children": "child", "men": "man", "women": "woman", "feet": "foot", "mice": "mouse",
    "indices": "index", "matrices": "matrix", "criteria": "criterion", "analyses": "analysis", "diagnoses": "diagnosis",
    "staff": "staff", "series": "series", "species": "species", "media": "medium", "data": "data", "news": "news",
    "leaves": "leaf", "shelves": "shelf", "lives": "life", "movies": "movie", "cookies": "cookie",
    "addresses": "address",
    "statuses": "status", "buses": "bus", "warehouses": "warehouse", "licenses": "license", "purchases": "purchase",
    "courses": "course", "houses": "house", "nurses": "nurse", "expenses": "expense", "databases": "database",
    "cases": "case", "phases": "phase", "leases": "lease", "releases": "release", "bases": "base", "horses": "horse",
    "responses": "response", "causes": "cause", "diseases": "disease", "cruises": "cruise", "exercises": "exercise",
    "caches": "cache", "axes": "axis", "heroes": "hero", "shoes": "shoe", "canvases": "canvas", "aliases": "alias",
}  # fmt: skip
_WHOLE = {"status", "address", "bus", "class", "process", "business", "access", "gas", "bonus", "campus", "virus",
          "glass", "boss", "basis", "analysis", "diagnosis", "axis", "series", "species", "news", "lens", "pass",
          "progress", "success", "canvas", "atlas", "alias", "census", "radius", "focus", "surplus"}  # fmt: skip
_LAST: dict[AttributeType, str] = {
    "date": "date birthday birthdate deadline dob",
    "datetime": "time timestamp datetime moment start end",
    "decimal": "price amount cost total salary weight rate percentage balance fee discount height width length "
    "distance temperature tax revenue budget wage premium score rating latitude longitude sum rent deposit area size "
    "mileage limit value grade fine allowance margin fare tariff pay volume speed share turnover tonnage",
    "integer": "quantity count age year capacity floor stock points level rank seats pages copies minutes hours days "
    "duration priority position stars star credits credit weeks months years quantity votes likes page seat",
    "boolean": "active enabled paid published archived deleted approved available verified flag",
    "binary": "photo image picture file attachment scan logo signature pdf photograph",
}
_TYPE_OF = {word: kind for kind, words in _LAST.items() for word in words.split()}
_UNITS = {"minutes", "hours", "days", "weeks", "months", "years", "seconds", "pages", "pieces"}
_MEASURES = set(
    "kilograms grams milligrams tonnes tons pounds kilometres kilometers miles metres meters centimetres centimeters "
    "millimetres millimeters litres liters millilitres milliliters hectares percent euros euro dollars degrees celsius "
    "kg g mg km m cm mm ml kwh volts watts kilowatts".split()
)
_HISSING = ("s", "sh", "ch", "x", "z")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def singular(word: str) -> str:
    """``policies`` -> ``policy``; a word that is singular already stays."""
    low = word.lower()
    if low in _WHOLE:
        return word
    if low in _IRREGULAR:
        found = _IRREGULAR[low]
        return found.capitalize() if word[0].isupper() else found
    if len(low) > 4 and low.endswith("ies"):
        return word[:-3] + "y"
    if re.search(r"(ss|sh|ch|x|z)es$", low):
        return word[:-2]
    if len(low) > 3 and low.endswith("s") and not low.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def plurals(word: str) -> list[str]:
    """The ways in which a noun in the singular may be written in the plural."""
    found = [many for many, one in _IRREGULAR.items() if one == word]
    regular = word[:-1] + "ies" if re.search(r"[^aeiou]y$", word) else word + ("es" if word.endswith(_HISSING) else "s")
    return [*found, regular]


def is_plural(word: str) -> bool:
    return singular(word).lower() != word.lower()


def singular_phrase(phrase: str) -> str:
    """``order lines`` -> ``order line``."""
    head, _, last = phrase.strip().rpartition(" ")
    return f"{head} {singular(last)}".strip() if last else ""


def pascal(phrase: str) -> str:
    """``order line`` -> ``OrderLine``, the last word in the singular. Empty when there are no words."""
    words = _WORD.findall(phrase)
    words[-1:] = [singular(word) for word in words[-1:]]
    return "".join(
        word[0].upper() + (word[1:] if not word.isupper() or len(word) < 4 else word[1:].lower()) for word in words
    )


def camel(phrase: str) -> str:
    """``Date of birth`` -> ``dateOfBirth``, numbers of words unchanged."""
    words = [word.lower() if word.isupper() else word[0].lower() + word[1:] for word in _WORD.findall(phrase)]
    return "".join(word if not number else word[0].upper() + word[1:] for number, word in enumerate(words))


def type_of(phrase: str) -> AttributeType:
    """The type that the words of an attribute suggest; text when they suggest none."""
    words = [word.lower() for word in _WORD.findall(phrase)]
    if not words:
        return "text"
    if words[0] in ("is", "has", "whether", "can") or words[-1] in ("flag",):
        return "boolean"
    if words[:2] == ["number", "of"]:
        return "integer"
    if "number" in words[:-1] and words[words.index("number") + 1] == "of":
        return "integer"
    if len(words) == 1 and words[0] in ("number", "size"):
        return "integer"
    if words[-1] == "size" and words[-2] in ("party", "group", "team", "class"):
        return "integer"
    if "in" in words[1:] and words[-1] in _UNITS:
        return "integer"
    if "in" in words[1:] and words[-1] in _MEASURES:
        return "decimal"
    if "of" in words:  # "date of birth", "time of arrival": the head stands before "of"
        words = words[: words.index("of")]
    if words[-1] == "at" and len(words) > 1:
        return "datetime"
    return _TYPE_OF.get(words[-1], _TYPE_OF.get(singular(words[-1]), "text")) if words else "text"
