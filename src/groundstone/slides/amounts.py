"""Numbers on slides: read with their sign, scale and unit, calculated exactly, and written back the same way."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext

_SCALES = {
    "k": 3, "thousand": 3, "thousands": 3, "tsd": 3, "m": 6, "mm": 6, "mn": 6, "mio": 6, "mil": 6, "million": 6,
    "millions": 6, "b": 9, "bn": 9, "billion": 9, "billions": 9, "mrd": 9, "t": 12, "tn": 12, "trn": 12,
    "trillion": 12, "trillions": 12,
}  # fmt: skip
_SCALE_NAMES = {3: "thousand", 6: "million", 9: "billion", 12: "trillion"}
_CURRENCIES = {"$": "USD", "us$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "usd": "USD", "eur": "EUR", "gbp": "GBP",
               "chf": "CHF", "jpy": "JPY", "cad": "CAD", "aud": "AUD", "inr": "INR", "dollars": "USD", "euros": "EUR",
               "dollar": "USD", "euro": "EUR", "pounds": "GBP"}  # fmt: skip
# unit: (what it measures, how many of the smallest of its kind); what is not here is a noun
_MEASURES: dict[str, tuple[str, Decimal]] = {}
for _kind, _names in (
    ("time", "ms:0.001 millisecond:0.001 milliseconds:0.001 µs:0.000001 us:0.000001 s:1 sec:1 secs:1 second:1 "
             "seconds:1 min:60 mins:60 minute:60 minutes:60 h:3600 hr:3600 hrs:3600 hour:3600 hours:3600 day:86400 "
             "days:86400 week:604800 weeks:604800"),
    ("span", "month:1 months:1 quarter:3 quarters:3 year:12 years:12 yr:12 yrs:12"),
    ("data", "kb:1 mb:1000 gb:1000000 tb:1000000000 pb:1000000000000"),
    ("data2", "kib:1 mib:1024 gib:1048576 tib:1073741824"),
    ("length", "mm:0.001 cm:0.01 km:1000 meters:1 metres:1 meter:1 metre:1"),
    ("mass", "mg:0.000001 g:0.001 kg:1 tonne:1000 tonnes:1000 tons:1000 ton:1000"),
    ("energy", "wh:1 kwh:1000 mwh:1000000 gwh:1000000000 twh:1000000000000"),
    ("power", "w:1 kw:1000 mw:1000000 gw:1000000000"),
    ("rate", "gbps:1000 mbps:1 tbps:1000000"),
):  # fmt: skip
    for _pair in _names.split():
        _MEASURES[_pair.split(":")[0]] = (_kind, Decimal(_pair.split(":")[1]))

CURRENCIES = frozenset(_CURRENCIES.values())
_NUMBER = (
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:['’\u202f\u00a0]\d{3})+(?:[.,]\d+)?|\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?"
    r"|\d+(?:[.,]\d+)?|\.\d+"
)
_AMOUNT = re.compile(
    r"(?<![\w.,])(?P<open>\()?(?P<sign>[-−–+~≈]?)\s?(?P<money>us\$|[$€£¥]|(?:usd|eur|gbp|chf|jpy|cad|aud|inr)\s)?\s?"
    rf"(?P<sign2>[-−]?)(?P<number>{_NUMBER})"
    r"(?P<plus>\+(?!\d))?(?P<close>\))?(?=(?:(?P<percent>\s?(?:%|percent(?:age points?)?\b|pp\b|pct\b))"
    r"|(?P<times>\s?(?:[x×](?!\w)|times\b|-?fold\b))"
    r"|(?P<gap>[\s\u00a0\u202f-]?)(?P<word>[a-zµ]+(?:\$)?|[€£¥$])(?:\s(?P<next>[a-zµ]+|[€£¥$]))?)?)",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\(\s*[$€£¥]?\s?[\d.,'’]+\s?(?:%|[a-zA-Z]{1,2})?\s*\)\s?%?")  # a negative number in accounts
ROUNDED = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as it stands on a slide.

    ``number`` times ``factor`` is its value in ones of ``unit``; ``unit`` is a currency code, "%", "x", a measure such
    as "GB", or a noun ("parameters"); ``before`` and ``after`` are written round the number. ``start`` and ``end``:
    where it stands in the text that it was read from. ``places``: its decimals; ``commas``: thousands are set apart.
    """

    number: Decimal
    factor: Decimal = Decimal(1)
    unit: str = ""
    before: str = ""
    after: str = ""
    start: int = 0
    end: int = 0
    commas: bool = False

    @property
    def value(self) -> Decimal:
        """In ones, and in the smallest unit of its measure."""
        measure = _MEASURES.get(self.unit.lower())
        return self.number * self.factor * (measure[1] if measure else 1)

    @property
    def dimension(self) -> str:
        """What can be added to it: amounts of one dimension. Nouns have none of their own."""
        measure = _MEASURES.get(self.unit.lower())
        if measure:
            return measure[0]
        return self.unit if self.unit in ("%", "x") or self.unit in _CURRENCIES.values() else ""

    @property
    def is_year(self) -> bool:
        """Whether it reads as a year and not as an amount."""
        whole = self.number == self.number.to_integral_value() and not self.commas
        return whole and 1900 <= self.number <= 2100 and not (self.before or self.after)

    def written(self) -> str:
        return f"{self.before}{plain(self.number, self.commas)}{self.after}"

    def like(self, value: Decimal) -> Amount:
        """Another value in the manner of this one."""
        measure = _MEASURES.get(self.unit.lower())
        scale = self.factor * (measure[1] if measure else 1)
        return replace(self, number=divided(value, scale), start=0, end=0)


def divided(one: Decimal, other: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec = 40
        return one / other


def plain(number: Decimal, commas: bool = False, places: int = 6) -> str:
    """A number without an exponent or zeros at its end; thousands set apart by commas where they were or are many."""
    with localcontext() as context:
        context.prec = 60
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and exponent < -places:
            number = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        text = f"{number:,f}" if commas else f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def rounded(number: Decimal, step: Decimal = ROUNDED) -> str:
    """A quotient to two decimals, more for very small ones."""
    if number and abs(number) < step * 10:
        step = Decimal("0.0001")
    with localcontext() as context:
        context.prec = 60
        return plain(number.quantize(step, ROUND_HALF_UP), commas=abs(number) >= 10000)


def of_text(text: str) -> list[Amount]:
    """Every number of a text that is not part of a name or a date, in order."""
    found = []
    for match in _AMOUNT.finditer(text):
        amount = _amount(match, text)
        if amount is not None:
            found.append(amount)
    return found


def whole(text: str) -> Amount | None:
    """The amount that a text is, as a cell of a table or a label of a chart; None when it says something else."""
    bare = text.strip().strip("*").strip()
    amounts = of_text(bare)
    if len(amounts) != 1:
        return None
    amount = amounts[0]
    rest = (bare[: amount.start] + bare[amount.end :]).strip(" ~≈+()<>≥≤.:*†")
    return amount if len(rest) <= 3 and not any(map(str.isdigit, rest)) else None


def _amount(match: re.Match[str], text: str) -> Amount | None:
    written = match["number"]
    number = _decimal(written)
    rest = text[match.end("number") : match.end("number") + 2]
    if number is None or re.match(r"[/:]\d|[-–./]\d\d?[-–./]", rest + " ") or _in_name(text, match):
        return None
    negative = "-" in (match["sign"] + match["sign2"]).translate(_MINUS) and not _is_range(text, match)
    negative = negative or bool(match["open"] and not match["sign"] and _BRACKETED.fullmatch(text))
    factor, unit, before, after, end = _unit(match)
    if negative:
        number = -number
    start = match.start("money") if match["money"] else match.start("number")
    return Amount(number, factor, unit, before, after, start, end, "," in written and number >= 1000)


_MINUS = str.maketrans("−–", "--")


def _is_range(text: str, match: re.Match[str]) -> bool:
    """Whether the dash before a number stands between two things: "10 - 20", "10-20", "Discount - 5%"."""
    if not match["sign"]:
        return False
    before = text[: match.start("sign")]
    apart = text[match.end("sign") : match.end("sign") + 1].isspace()
    return bool(before.strip()) if apart else bool(re.search(r"[\w%]$", before))


def _in_name(text: str, match: re.Match[str]) -> bool:
    """Whether a number belongs to a word before it: "GPT-2", "Version 3" stays a number, "Q3" never gets here."""
    return bool(re.search(r"[A-Za-z]-$", text[: match.start("number")])) and not match["money"]


def _decimal(written: str) -> Decimal | None:
    bare = re.sub(r"['’\u202f\u00a0]", "", written)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", bare):
        bare = bare.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?", bare):
        bare = bare.replace(".", "").replace(",", ".")
    else:
        bare = bare.replace(",", ".")
    return Decimal(bare) if len(bare) <= 40 else None


def _unit(match: re.Match[str]) -> tuple[Decimal, str, str, str, int]:
    """Factor, unit, what is written before and after, and where the amount ends."""
    money = (match["money"] or "").strip()
    before = money if len(money) <= 1 or money.lower() == "us$" else money + " "
    unit = _CURRENCIES.get(money.lower(), "")
    end = match.end("number")
    if match["percent"]:
        return Decimal(1), "%", before, "%", match.end("percent")
    if match["times"]:
        return Decimal(1), "x", before, "x", match.end("times")
    word, following = (match["word"] or "").lower(), (match["next"] or "").lower()
    if not word:
        return Decimal(1), unit, before, "", end
    close = match["gap"] == ""
    scale = _SCALES.get(word)
    if scale is not None and _is_scale(match["word"], close, bool(unit), following):
        after, end = f" {_SCALE_NAMES[scale]}", match.end("word")
        factor = Decimal(10) ** scale
        if following in _CURRENCIES and not unit:
            return factor, _CURRENCIES[following], before, f"{after} {match['next']}", match.end("next")
        if not unit and following.isalpha() and len(following) > 2 and following not in _NO_NOUN:
            unit = following
        return factor, unit, before, after, end
    if word in _CURRENCIES and not unit and len(following) > 1 and following in _SCALES:  # 300 EUR million
        scale = _SCALES[following]
        after = f" {match['word']} {_SCALE_NAMES[scale]}"
        return Decimal(10) ** scale, _CURRENCIES[word], before, after, match.end("next")
    if word in _CURRENCIES and not unit:
        return Decimal(1), _CURRENCIES[word], before, f" {match['word']}", match.end("word")
    if word in _MEASURES and not unit:
        return Decimal(1), match["word"], before, f" {match['word']}", match.end("word")
    if not unit and len(word) > 2 and word not in _NO_NOUN and not close:
        unit = word
    return Decimal(1), unit, before, "", end


_NO_NOUN = frozenset(
    "and the for from with per than more less higher lower faster slower are was were has have over under out each "
    "but not into onto year through until since while which that this new total about".split()
)


def _is_scale(word: str, close: bool, money: bool, following: str) -> bool:
    """Whether a short word is a scale: "5M", "$5 m", "5 k"; long ones always are."""
    if len(word) > 2 or word.lower() in ("bn", "tn", "mn"):
        return True
    if word.lower() == "mm":
        return money
    if word.lower() in ("m", "t", "b"):
        return close or money or word.isupper()
    return close or money


def under(header: str) -> Amount | None:
    """The manner that a heading gives to bare numbers below it: "Revenue (USD million)", "Share in %". No number."""
    match = re.search(r"[(\[]([^()\[\]]{1,40})[)\]]", header) or re.search(
        r"\b(?:in|,)\s+((?:[a-zµ$€£%]+\s?){1,3})$", header, re.I
    )
    said = match[1].strip() if match else header.strip() if _is_unit(header) else ""
    bare = re.sub(r"['’]?000s?\b", "", said)
    return _manner(said) if said and not any(map(str.isdigit, bare)) else _money_in(header)


def _is_unit(header: str) -> bool:
    """Whether a heading is nothing but a unit or scale: "EUR million", "%", "km"; a name such as "B plan" is not."""
    pieces = re.findall(r"[^\W\d_]+|[$€£¥%]", header.lower())
    known = (_SCALES, _CURRENCIES, _MEASURES, {"%", "percent", "pct", "times"})
    whole = bool(pieces) and all(any(piece in one for one in known) for piece in pieces)
    return whole and (len(pieces) > 1 or pieces[0] not in ("b", "t", "m", "s", "h", "w", "g", "x"))


def _money_in(header: str) -> Amount | None:
    return Amount(Decimal(0), unit="%", after="%") if "%" in header else None


def _manner(said: str) -> Amount | None:
    factor, unit, known = Decimal(1), "", False
    bare = said.replace("'000", " k ").replace("’000", " k ").replace("000s", " k ")
    for piece in re.findall(r"us\$|[$€£¥%]|[a-zµ]+", bare.split("/")[0], re.I):  # "kWh/t": what it is per aside
        word = piece.lower()
        glued = re.fullmatch(r"(k|m|mn|bn|b)(eur|usd|gbp|chf)|(eur|usd|gbp|chf)(k|m|mn|bn|b)", word)
        if glued:
            scale, money = (glued[1], glued[2]) if glued[1] else (glued[4], glued[3])
            factor, unit, known = Decimal(10) ** _SCALES[scale], _CURRENCIES[money], True
        elif word in ("%", "percent", "pct"):
            return Amount(Decimal(0), unit="%", after="%")
        elif word in ("x", "times"):
            return Amount(Decimal(0), unit="x", after="x")
        elif word in _CURRENCIES:
            unit, known = _CURRENCIES[word], True
        elif word in _SCALES and (word not in ("m", "t", "b", "mm") or unit or piece.isupper() or len(said) <= 2):
            factor, known = Decimal(10) ** _SCALES[word], True
        elif word in _MEASURES and unit not in _CURRENCIES.values():  # "$/h" is money
            unit, known = piece, True
    if not known:
        return None
    return Amount(Decimal(0), factor, unit, "", f" {said}")


def manner(amount: Amount, header: Amount | None) -> Amount:
    """A bare amount with the unit and scale of its heading; one that has its own keeps it."""
    if header is None or amount.dimension or amount.factor != 1:
        return amount
    return replace(header, number=amount.number, commas=amount.commas, start=amount.start, end=amount.end)
