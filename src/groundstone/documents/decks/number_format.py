"""Numbers as a spreadsheet's number format shows them: "0.0%" makes 0.125 to "12.5%".

The format language is that of ECMA-376, part 1, 18.8.31: up to four sections between semicolons (positive, negative,
zero, text), digits as 0, # and ?, a percent sign that multiplies, a comma that groups or (at the end) divides by 1000,
text in quotes or after a backslash, colours and conditions in brackets. Fractions ("# ?/?") are shown as decimals.
"""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TOKEN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|[0#?][0#?,.]*(?:[eE][+-]0+)?|\.[0#?]+|.', re.DOTALL)
_DATE = re.compile(r"[ymdhs]", re.IGNORECASE)
_DATE_TOKEN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|am/pm|a/p|y+|m+|d+|h+|s+(?:\.0+)?|.', re.IGNORECASE | re.DOTALL)
_FIRST_DAY = datetime(1899, 12, 30)  # day 0 of the calendar that begins in 1900, with its leap year that never was
_LAST_SERIAL = 2958465  # 31 December 9999


def shown(value: float, format: str = "") -> str:
    """A number as text.

    >>> shown(0.125, "0.0%"), shown(1234.5, "#,##0"), shown(12, '0.0 "M"'), shown(14.50)
    ('12.5%', '1,235', '12.0 M', '14.5')
    """
    if not math.isfinite(value):
        return str(value)
    section, value = _section(value, format.strip())
    bare = _unquoted(section)
    if not section or bare.strip().lower() in ("general", "@", "standard"):
        return plain(value)
    if is_date(section):
        return _date(value, section)
    if not re.search(r"[0#?]", bare):
        return _literal(section) or plain(value)
    return _number(value, section)


def plain(value: float) -> str:
    """At most twelve digits that matter, without zeros at the end."""
    text = f"{value:.12g}"
    if "e" in text and 1e-7 < abs(value) < 1e18:
        text = f"{value:.12f}".rstrip("0").rstrip(".") if abs(value) < 1 else f"{value:.0f}"
    return "0" if text == "-0" else text


def is_date(format: str) -> bool:
    """Whether a format shows days or times."""
    bare = _unquoted(format.split(";")[0])
    return bool(_DATE.search(bare)) and not re.search(r"general|[0#?]\D*%", bare, re.IGNORECASE) and "#" not in bare


def _section(value: float, format: str) -> tuple[str, float]:
    """The section that is meant for a number, and the number that it shows."""
    sections = _split(format)
    if value < 0 and len(sections) > 1:
        return sections[1], -value
    if value == 0 and len(sections) > 2 and re.search(r"[0#?]", _unquoted(sections[2])):
        return sections[2], value
    return (sections[0] if sections else ""), value


def _split(format: str) -> list[str]:
    parts, current = [], ""
    for token in _TOKEN.findall(format):
        if token == ";":
            parts.append(current)
            current = ""
        else:
            current += token
    return [*parts, current]


def _unquoted(format: str) -> str:
    return re.sub(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]', "", format)


def _literal(section: str) -> str:
    """The text that stands in a format: in quotes, escaped, currency in brackets, and plain signs."""
    said = []
    for token in _TOKEN.findall(section):
        if token[0] == '"':
            said.append(token[1:-1])
        elif token[0] == "\\":
            said.append(token[1:])
        elif token.startswith("[$"):
            said.append(token[2:-1].partition("-")[0])
        elif token[0] not in "_*[" and token[0] not in "0#?":
            said.append(token)
    return "".join(said).strip()


def _number(value: float, section: str) -> str:
    tokens = _TOKEN.findall(section)
    first = next((index for index, token in enumerate(tokens) if token[0] in "0#?" or re.match(r"\.[0#?]", token)), 0)
    last = max(index for index, token in enumerate(tokens) if re.match(r"[0#?]|\.[0#?]", token))
    before, pattern, after = tokens[:first], "".join(tokens[first : last + 1]), tokens[last + 1 :]
    if any(token == "%" for token in tokens):
        value *= 100
    digits = _digits(abs(value), re.sub(r"[^0#?,.eE+-]", "", pattern))
    sign = "-" if value < 0 and re.search(r"[1-9]", digits) else ""
    said = _literal_kept(before) + digits + _literal_kept(after)
    return sign + " ".join(said.split())


def _literal_kept(tokens: list[str]) -> str:
    return "".join(" " if token[0] in "_*" else _one(token) for token in tokens)


def _one(token: str) -> str:
    if token[0] == '"':
        return token[1:-1]
    if token[0] == "\\":
        return token[1:]
    if token[0] == "[":
        return token[2:-1].partition("-")[0] if token.startswith("[$") else ""
    return token


def _digits(value: float, pattern: str) -> str:
    """Digits of a number that is not negative."""
    if science := re.search(r"[eE][+-]0+", pattern):
        places = len(re.sub(r"[^0#?]", "", pattern[: science.start()].partition(".")[2]))
        return f"{value:.{places}E}"
    whole, _, fraction = pattern.partition(".")
    scaled = len(whole) - len(whole.rstrip(",")) if not fraction else len(fraction) - len(fraction.rstrip(","))
    value /= 1000**scaled
    fraction = re.sub(r"[^0#?]", "", fraction)
    least, most = fraction.count("0"), min(len(fraction), 12)
    text = f"{_half_up(value, most):{',' if ',' in whole.rstrip(',') else ''}.{most}f}"
    head, _, tail = text.partition(".")
    while len(tail) > least and tail.endswith("0"):
        tail = tail[:-1]
    head = head.zfill(whole.count("0")) if "," not in head else head
    return f"{head}.{tail}" if tail else head


def _half_up(value: float, places: int) -> float:
    """Spreadsheets round halves away from zero, also those that binary numbers just miss: 2.675 is 2.68."""
    if value >= 1e15:
        return value
    return math.floor(float(f"{value * 10.0**places:.15g}") + 0.5) / 10.0**places


def _date(value: float, section: str) -> str:
    if not 0 <= value <= _LAST_SERIAL:
        return plain(value)
    when = _FIRST_DAY + timedelta(days=math.floor(value), seconds=round((value % 1) * 86400))
    tokens = _DATE_TOKEN.findall(section)
    half = any(token.lower() in ("am/pm", "a/p") for token in tokens)
    said, before = [], ""
    for index, token in enumerate(tokens):
        following = next((later for later in tokens[index + 1 :] if later[0].lower() in "ymdhs"), "")
        said.append(_part(token, when, half, minutes=before == "h" or following[:1].lower() == "s"))
        before = token[0].lower() if token[0].lower() in "ymdhs" else before
    return " ".join("".join(said).split())


def _part(token: str, when: datetime, half: bool, minutes: bool) -> str:
    letter, size = token[0].lower(), len(token)
    if letter == "y":
        return f"{when.year:04d}" if size > 2 else f"{when.year % 100:02d}"
    if letter == "m" and not minutes:
        name = _MONTHS[when.month - 1]
        return (str(when.month), f"{when.month:02d}", name[:3], name, name[0])[min(size, 5) - 1]
    if letter == "d":
        name = _DAYS[when.weekday()]
        return (str(when.day), f"{when.day:02d}", name[:3], name)[min(size, 4) - 1]
    if token.lower() in ("am/pm", "a/p"):
        return "AM" if when.hour < 12 else "PM"
    if letter in "hms":
        hour = (when.hour % 12 or 12) if half else when.hour
        number = {"h": hour, "m": when.minute, "s": when.second}[letter]
        return f"{number:02d}" if size > 1 else str(number)
    return _one(token)
