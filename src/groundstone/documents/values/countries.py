"""Countries and nationalities: names in English and some other languages, codes of ISO 3166, words for citizens."""

from __future__ import annotations

from groundstone.documents.values.base import Spot, agreed, fold, folded, listed, phrase, ranked

CODES: dict[str, str] = {}
_NAMES: dict[str, str] = {}
for _line in listed("countries.txt").splitlines():  # code of three letters, code of two, name|other names
    _code, _two, _rest = _line.split(" ", 2)
    _name = _rest.split("|")[0]
    CODES[_code] = CODES[_two] = _name
    for _other in _rest.split("|"):
        _NAMES[fold(_other)] = _name
CODES["D"] = "Germany"  # as travel documents write it
_PATTERN = phrase("|".join(name for name in _NAMES if len(name) > 2))


def spot(text: str) -> list[Spot]:
    """Every country or nationality; the value is the country's name in English. Codes count where they stand alone."""
    bare = text.strip(" .:,;()<")
    if len(bare) <= 3 and (name := CODES.get(bare.upper()) or _NAMES.get(fold(bare))):
        start = text.index(bare)
        return [Spot(start, start + len(bare), name, 0.9 if bare.isupper() and len(bare) > 1 else 0.5)]
    plain, places = folded(text)
    found = []
    for match in _PATTERN.finditer(plain):
        share = len(match[0]) / max(1, len(plain.strip()))
        name = _NAMES[" ".join(match[0].split())]
        found.append(Spot(places[match.start()], places[match.end()], name, 0.95 if share > 0.75 else 0.6))
    return ranked(agreed(text, found))
