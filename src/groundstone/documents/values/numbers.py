"""Numbers, amounts of money and percentages, with any separators and with blanks and slips of OCR."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from groundstone.documents.values import dates, times
from groundstone.documents.values.base import Spot, digits, ranked, slips

CURRENCIES = {
    "$": "USD", "us$": "USD", "usd": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP",
    "gbp": "GBP", "¥": "JPY", "jpy": "JPY", "cny": "CNY", "rmb": "CNY", "rm": "MYR", "myr": "MYR", "rp": "IDR",
    "idr": "IDR", "s$": "SGD", "sgd": "SGD", "a$": "AUD", "aud": "AUD", "c$": "CAD", "cad": "CAD", "nz$": "NZD",
    "nzd": "NZD", "hk$": "HKD", "hkd": "HKD", "chf": "CHF", "fr": "CHF", "sfr": "CHF", "sek": "SEK", "nok": "NOK",
    "dkk": "DKK", "kr": "SEK", "isk": "ISK", "zł": "PLN", "zl": "PLN", "pln": "PLN", "kč": "CZK", "kc": "CZK",
    "czk": "CZK", "huf": "HUF", "ft": "HUF", "ron": "RON", "lei": "RON", "bgn": "BGN", "₺": "TRY", "try": "TRY",
    "₹": "INR", "rs": "INR", "inr": "INR", "pkr": "PKR", "lkr": "LKR", "₱": "PHP", "php": "PHP", "฿": "THB",
    "thb": "THB", "vnd": "VND", "₫": "VND", "krw": "KRW", "₩": "KRW", "twd": "TWD", "nt$": "TWD", "sr": "SAR",
    "sar": "SAR", "aed": "AED", "qar": "QAR", "kwd": "KWD", "bhd": "BHD", "omr": "OMR", "ils": "ILS", "₪": "ILS",
    "egp": "EGP", "zar": "ZAR", "ngn": "NGN", "₦": "NGN", "kes": "KES", "ksh": "KES", "ghs": "GHS", "mad": "MAD",
    "tnd": "TND", "r$": "BRL", "brl": "BRL", "mxn": "MXN", "mx$": "MXN", "ars": "ARS", "clp": "CLP", "cop": "COP",
    "pen": "PEN", "s/": "PEN", "uah": "UAH", "₴": "UAH", "rub": "RUB", "₽": "RUB",
}  # fmt: skip
_SIGNS = "|".join(re.escape(name) for name in sorted(CURRENCIES, key=len, reverse=True))
_CUR = rf"(?<![^\W\d_])(?i:{_SIGNS})(?![^\W\d_])\.?"
_CURRENCY = re.compile(_CUR, re.I)
_D = r"[\dOIlSB]"
_BODY = (
    rf"(?:\d{{1,3}}(?:[.,'’]\d{{3}})+|\d{{1,3}}(?:[ \u00a0\u202f]\d{{3}})+(?=,\d\d(?!\d)|(?![.,\d]))"
    rf"|\d{{1,3}}(?:[\u00a0\u202f]\d{{3}})+|\d{{1,3}}(?: \d{{3}}){{2,3}}(?=\.\d\d(?!\d))"
    rf"|\d[\dOIlSB]{{0,14}}|[OIlSB]\d{{1,14}})"
    rf"(?:[ ]?[.,·][ ]?{_D}{{1,4}}(?![\dOIl])|[.,](?:-{{1,2}}|–|—)(?!\w))?"
)
_AMOUNT = re.compile(
    rf"(?P<open>\()?(?P<minus>(?<![\w])[-–−]\s?)?(?P<before>{_CUR})?\s?(?P<sign>[-–−+]\s?)?"
    rf"(?(before)|(?<![\w/])(?<!\d[.,]))(?P<body>{_BODY})"
    rf"(?P<after>\s?{_CUR})?(?P<trail>-(?![\w-]))?(?P<close>\))?(?![\w/])",
)
_PERCENT = re.compile(r"(?<![\w.,])([-+]?\d{1,3}(?:[.,]\d{1,3})?)\s?(?:%|percent\b|per cent\b|pct\b|prozent\b)", re.I)
_GROUPS = re.compile(r"[ \u00a0\u202f'’]")
_BLANKED = re.compile(r"[ ](?=[.,])|(?<=[.,])[ ]")


class Amount(NamedTuple):
    """A number read from its figures; ``cents`` is how many stand behind the decimal sign."""

    value: float
    cents: int
    other: float | None  # the other meaning of 1.234
    grouped: bool


def currency(text: str) -> str:
    """The currency that a text names, as ISO 4217 has it, or ""."""
    match = _CURRENCY.search(text)
    return CURRENCIES[match[0].lower().removesuffix(".")] if match else ""


def spot_money(text: str) -> list[Spot]:
    """Every amount; a number without currency and cents counts a little, one that is part of a date hardly."""
    return ranked(_money(text))


def spot_number(text: str) -> list[Spot]:
    """Every number; the value is an int where it has no decimals."""
    return ranked(_numbers(text))


def spot_percent(text: str) -> list[Spot]:
    """Every percentage; the value of "6 %" is 6.0."""
    return ranked(
        Spot(match.start(), match.end(), float(match[1].replace(",", ".")), 0.97) for match in _PERCENT.finditer(text)
    )


def _money(text: str) -> Iterator[Spot]:
    taken = _taken(text)
    for match, amount, start, end in _amounts(text):
        sign = match["before"] or (match["after"] or "").strip()
        worth = _worth(amount, sign, match["body"])
        if any(left < end and start < right for left, right in taken):
            worth *= 0.3
        if slips(match["body"]):
            worth *= 0.85
        negative = match["minus"] or match["trail"] or (match["sign"] or "").strip() in ("-", "–", "−")
        factor = -1 if negative or (match["open"] and match["close"]) else 1
        others = () if amount.other is None else (factor * amount.other,)
        unit = CURRENCIES[sign.lower().removesuffix(".")] if sign else ""
        yield Spot(start, end, factor * amount.value, round(worth, 3), others, unit)


def _amounts(text: str) -> Iterator[tuple[re.Match[str], Amount, int, int]]:
    for match in _AMOUNT.finditer(text):
        body = match["body"]
        trailing = bool(match["after"])
        if (amount := figure(body, trailing=trailing)) is None:
            continue
        start, end = match.start(), match.end()
        if match["open"] and not match["close"]:
            start += 1
        if match["close"] and not match["open"]:
            end -= 1
        while text[start].isspace():
            start += 1
        yield match, amount, start, end


def _worth(amount: Amount, sign: str, body: str) -> float:
    figures = sum(char.isdigit() for char in body)
    if sign:
        return 0.97 if amount.cents in (0, 2) else 0.85
    if amount.cents == 2:
        return 0.88
    if amount.grouped:
        return 0.6
    if amount.cents:
        return 0.45
    return 0.3 if figures <= 6 else 0.05


def _numbers(text: str) -> Iterator[Spot]:
    taken = _taken(text)
    for match, amount, _, _ in _amounts(text):
        start, end = match.span("body")
        worth = 0.85 if not (match["before"] or match["after"]) else 0.6
        if any(left < end and start < right for left, right in taken):
            worth *= 0.3
        sign = (match["minus"] or match["sign"] or "").strip()
        minus = sign in ("-", "–", "−") and match["minus"] is not None and match.start() == match.start("minus")
        value = -amount.value if minus else amount.value
        start = match.start("minus") if minus else start
        yield Spot(start, end, value if amount.cents else int(value), round(worth * 0.85 ** slips(match["body"]), 3))


def _taken(text: str) -> list[tuple[int, int]]:
    """Where dates and times stand: their figures are no amounts."""
    if not any(char in text for char in "-/.:, "):
        return []
    sure = [one for one in dates.spot(text) if one.plausibility >= 0.6]
    return [(one.start, one.end) for one in (*sure, *(one for one in times.spot(text) if one.plausibility >= 0.8))]


def figure(body: str, *, trailing: bool = False) -> Amount | None:
    """Figures with separators as a number: "1.234,56", "1'234.56", "9 .00", "9,-".

    The last separator is the decimal sign, unless three figures follow it. Then a comma divides thousands; a point
    does where the currency stands behind, as on the European continent, or where there is another such group.
    """
    if slips(body) * 2 > len(body):
        return None
    plain = _GROUPS.sub("", _BLANKED.sub("", digits(body))).replace("·", ".")
    if match := re.fullmatch(r"(\d+)[.,][-–—]+", plain.replace(",--", ",-")):
        return Amount(float(match[1]), 2, None, False)
    last = max(plain.rfind("."), plain.rfind(","))
    if last < 0:
        return Amount(float(plain), 0, None, bool(_GROUPS.search(body))) if plain.isdecimal() else None
    whole, part, sep = re.sub(r"[.,]", "", plain[:last]), plain[last + 1 :], plain[last]
    mixed = len({char for char in plain if char in ".,"}) == 2
    if not part.isdecimal() or not (whole or "0").isdecimal():
        return None
    if len(part) == 3 and not mixed and len(plain[:last].split(sep)[-1]) <= 3:
        thousands = sep == "," or plain.count(sep) > 1 or trailing
        grouped, decimal = float(whole + part), float(f"{whole}.{part}")
        if plain.count(sep) > 1:
            return Amount(grouped, 0, None, True)
        return Amount(grouped, 0, decimal, True) if thousands else Amount(decimal, 3, grouped, False)
    return Amount(float(f"{whole or 0}.{part}"), len(part), None, mixed or bool(_GROUPS.search(body)))
