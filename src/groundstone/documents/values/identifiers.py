"""Numbers that name something: of passports, certificates, invoices, batches, policies, bookings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from groundstone.documents.values import dates, numbers, times
from groundstone.documents.values.base import Spot, fold, ranked, words

_TOKEN = re.compile(r"[^\W_]+(?:[-/.#_:]{1,2}[^\W_]+)*")
_WORD = re.compile(r"[^\W\d_]+")
LONGEST = 40
_LABELS = words("NO NR ID NUM REF TEL FAX LOT DOB DATE NIF TAX GST VAT REG DOC INV")
_NAMESPACES = words("URN UVCI ISBN")
_UNITS = re.compile(r"\d+(?:st|nd|rd|th|x|pcs?|kg|g|mg|ml|l|cm|mm|km|m|h|hrs?|years?|days?|months?)", re.I)


def spot(text: str) -> list[Spot]:
    """Every stretch that may name something; the value is its words joined by single blanks."""
    return ranked(_found(text))


def compact(text: str) -> str:
    """Letters and digits alone, in capitals: what two writings of one number have in common."""
    return re.sub(r"[^0-9A-Z]", "", fold(text).upper())


def _found(text: str) -> Iterator[Spot]:
    tokens = [match.span() for match in _TOKEN.finditer(text)]
    odd = _odd(text)
    for at, (start, end) in enumerate(tokens):
        yield from _one(text, start, end, odd)
        yield from _after_colon(text, start, end, odd)
        yield from _run(text, tokens, at, odd)


def _one(text: str, start: int, end: int, odd: list[tuple[int, int, float]]) -> Iterator[Spot]:
    worth = _worth(text[start:end])
    for left, right, factor in odd:
        if left < end and start < right:
            worth *= factor
    label, colon, _ = text[start:end].partition(":")
    if colon and label.isalpha() and label.upper() not in _NAMESPACES:
        worth *= 0.3
    if worth >= 0.05:
        yield Spot(start, end, text[start:end], round(worth, 3))


def _after_colon(text: str, start: int, end: int, odd: list[tuple[int, int, float]]) -> Iterator[Spot]:
    """What follows a label whose blank was lost: "Lot:AB123"."""
    label, colon, rest = text[start:end].partition(":")
    if colon and label.isalpha() and label.upper() not in _NAMESPACES and rest.strip(":"):
        yield from _one(text, end - len(rest.lstrip(":")), end, odd)


def _run(text: str, tokens: list[tuple[int, int]], at: int, odd: list[tuple[int, int, float]]) -> Iterator[Spot]:
    """Groups divided by blanks: "4012 8888 8888 1881", "AB 12 34 56 C"."""
    start = tokens[at][0]
    if not _groupable(text[start : tokens[at][1]]):
        return
    for last in range(at + 1, min(at + 9, len(tokens))):
        left, right = tokens[last]
        if text[tokens[last - 1][1] : left] not in (" ", "  ") or not _groupable(text[left:right]):
            return
        whole = text[start:right]
        figures = sum(char.isdigit() for char in whole)
        if right - start > LONGEST or figures < 4:
            continue
        worth = 0.75 if figures >= 5 else 0.4
        if _WORD.fullmatch(text[left:right]) and right - left > 2:
            worth *= 0.4
        for other_left, other_right, factor in odd:
            if other_left < right and start < other_right:
                worth *= factor
        yield Spot(start, right, " ".join(whole.split()), round(worth, 3))


def _groupable(token: str) -> bool:
    if token.isdigit():
        return len(token) <= 6
    if _WORD.fullmatch(token):
        return len(token) <= 4 and token.isupper() and token not in _LABELS
    return len(token) <= 10 and token.upper() == token


def _odd(text: str) -> list[tuple[int, int, float]]:
    """Stretches that are something else, each with what that leaves of the plausibility."""
    found = [(one.start, one.end, 0.15 if one.plausibility > 0.6 else 0.6) for one in dates.spot(text)]
    found += [(one.start, one.end, 0.1) for one in times.spot(text)]
    found += [(one.start, one.end, 0.15) for one in numbers.spot_money(text) if one.plausibility > 0.8]
    return found


def _worth(token: str) -> float:
    figures = sum(char.isdigit() for char in token)
    letters = sum(char.isalpha() for char in token)
    if len(token) > LONGEST:
        return 0.02
    if not figures:
        consonants = not re.search(r"[AEIOU]{1}", token)
        return (0.35 if consonants else 0.15) if token.isupper() and 5 <= letters <= 10 else 0.02
    if _UNITS.fullmatch(token):
        return 0.08
    if figures + letters < 4:
        return 0.2 if figures + letters > 1 else 0.08
    if letters:
        lower = sum(char.islower() for char in token)
        return 0.93 if figures >= 2 and not lower else 0.7 if figures >= 3 or not lower else 0.4
    if "-" in token and figures >= 8:
        return 0.65  # a telephone's number as well
    if "." in token and figures < 7:
        return 0.2
    return 0.85 if 5 <= figures <= 20 else 0.5 if figures == 4 else 0.4
