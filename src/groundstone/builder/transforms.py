"""What turns a value of one field into a value of another: a few named steps, never code."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from difflib import SequenceMatcher
from typing import Any, Literal

from groundstone.builder.leaves import Leaf
from groundstone.builder.names import type_of
from groundstone.errors import InvalidInput
from groundstone.filters import fold

Transform = Literal[
    "copy", "to_text", "to_number", "to_integer", "to_boolean", "to_date", "to_datetime", "join", "part", "values",
    "constant"
]  # fmt: skip
YES, NO = (
    {"true", "yes", "y", "1", "on", "t", "active", "j", "ja"},
    {"false", "no", "n", "0", "off", "f", "inactive", "nein"},
)
DATES = (
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%Y/%m/%d",
    "%d-%m-%Y",
    "%d %B %Y",
    "%B %d, %Y",
    "%d %b %Y",
    "%Y%m%d",
    "%d.%m.%y",
)
_FORMS = {
    "date-time": "time",
    "date": "time",
    "uri": "url",
    "url": "url",
    "iri": "url",
    "email": "email",
    "idn-email": "email",
}
_SAME_VALUES = [
    "m male man mr", "f female woman w ms mrs", "x other diverse d nonbinary", "cancelled canceled void revoked",
    "paid settled",
    "open new pending created draft", "closed done completed complete finished resolved", "shipped sent dispatched",
    "low minor",
    "high major urgent critical", "single unmarried", "yes true y active on", "no false n inactive off",
    "approved accepted granted",
    "rejected denied declined refused", "eur euro", "usd dollar", "gbp pound", "card credit", "petrol gasoline gas",
]  # fmt: skip
_VALUE = {word: number for number, group in enumerate(_SAME_VALUES) for word in group.split()}


def between(given: Leaf, wanted: Leaf) -> tuple[Transform, float] | None:
    """The step from the one field to the other, and how well the two go together; None when nothing leads there."""
    if wanted.enum:
        return _to_choice(given, wanted)
    if wanted.type in ("", given.type) and given.type != "string":
        return "copy", 1.0
    if wanted.type == "string" and given.type == "string":
        return _text_to_text(given, wanted)
    if not given.type:
        return "copy", 0.8
    if wanted.type == "boolean" and given.enum and not all(_boolean(value) for value in given.enum):
        return None
    steps: dict[tuple[str, str], tuple[Transform, float]] = {
        ("integer", "number"): ("copy", 0.98),
        ("number", "integer"): ("to_integer", 0.85),
        ("string", "number"): ("to_number", 0.9),
        ("string", "integer"): ("to_integer", 0.9),
        ("string", "boolean"): ("to_boolean", 0.95 if given.enum else 0.9),
        ("integer", "boolean"): ("to_boolean", 0.8),
        ("integer", "string"): ("to_text", 0.95),
        ("number", "string"): ("to_text", 0.9),
        ("boolean", "string"): ("to_text", 0.85),
    }
    if wanted.format and given.type != "string":
        return None
    if given.type == "string" and given.format:
        return None  # a day or an address is no number
    return steps.get((given.type, wanted.type))


def _to_choice(given: Leaf, wanted: Leaf) -> tuple[Transform, float] | None:
    if given.enum and set(given.enum) <= set(wanted.enum):
        return "copy", 1.0
    if given.enum:
        known = value_map(given.enum, wanted.enum)
        return ("values", 0.8 + 0.2 * len(known) / len(given.enum)) if known else None
    return ("values", 0.75) if given.type == "string" and not given.format else None


def _text_to_text(given: Leaf, wanted: Leaf) -> tuple[Transform, float] | None:
    left, right = _FORMS.get(given.format, given.format), _FORMS.get(wanted.format, wanted.format)
    if left == right == "time" and given.format != wanted.format:
        return ("to_date" if wanted.format == "date" else "to_datetime"), 0.95
    if left == right:
        return "copy", 1.0
    if left and right:
        return None
    if right == "time":  # a text that may hold a day: its name should say so
        dated = type_of(" ".join(re.findall(r"[A-Z]?[a-z]+", given.name))) in ("date", "datetime")
        return ("to_date" if wanted.format == "date" else "to_datetime"), 0.95 if dated else 0.85
    return "copy", 0.85 if right else 0.97


def map_of(given: Leaf, wanted: Leaf) -> dict[str, Any]:
    """The options of a "values" step; a text without known values is held to those of the target."""
    return value_map(given.enum, wanted.enum) if given.enum else {str(value): value for value in wanted.enum}


def value_map(left: Sequence[Any], right: Sequence[Any]) -> dict[str, Any]:
    """Values of the left to those of the right that mean the same; empty unless most find one."""
    found: dict[str, Any] = {}
    for value in left:
        best = max(right, key=lambda other: _alike(value, other))
        if _alike(value, best) >= 0.6:
            found[str(value)] = best
    return found if len(found) * 2 >= len(left) else {}


def _alike(left: Any, right: Any) -> float:
    one, two = (re.sub(r"[^a-z0-9]", "", fold(str(value))) for value in (left, right))
    if one == two and one:
        return 1.0
    if one in _VALUE and _VALUE[one] == _VALUE.get(two, -1):
        return 0.95
    if len(one) > 1 and len(two) > 1 and (one.startswith(two) or two.startswith(one)):
        return 0.9
    return SequenceMatcher(None, one, two).ratio() * 0.9


def turned(step: Transform, options: Mapping[str, Any], values: Sequence[Any]) -> Any:
    """The value of the target. Raises ValueError when a value cannot be turned; its text says into what."""
    value = values[0] if values else None
    match step:
        case "constant":
            return options.get("value")
        case "copy":
            return value
        case "join":
            parts = value if isinstance(value, list) and len(values) == 1 else values
            return str(options.get("separator", " ")).join(text_of(one) for one in parts if one not in (None, ""))
        case "part":
            return _part(str(value), options)
        case "values":
            return _value(options, value)
        case "to_text":
            return text_of(value)
        case "to_boolean":
            return _boolean_of(value)
        case "to_date":
            return moment_of(value).date().isoformat()
        case "to_datetime":
            moment = moment_of(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
        case "to_number" | "to_integer":
            return _number(value, whole=step == "to_integer")


def text_of(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _part(text: str, options: Mapping[str, Any]) -> str:
    """One piece of a text; everything from the second one on where index is "rest"."""
    parts = text.split(options.get("separator")) if options.get("separator") else text.split()
    index = options.get("index", 0)
    if index == "rest":
        return " ".join(parts[1:])
    return parts[index] if -len(parts) <= index < len(parts) else ""


def _value(options: Mapping[str, Any], value: Any) -> Any:
    known: Mapping[str, Any] = options.get("map", {})
    if str(value) in known:
        return known[str(value)]
    folded = {fold(name): one for name, one in known.items()}
    if fold(str(value)) not in folded:
        raise ValueError("has no counterpart")
    return folded[fold(str(value))]


def _boolean(value: Any) -> bool:
    return str(value).strip().lower() in YES | NO


def _boolean_of(value: Any) -> bool:
    if not _boolean(value):
        raise ValueError("is neither yes nor no")
    return str(value).strip().lower() in YES


def moment_of(value: Any) -> datetime:
    """A day or moment in ISO form or a usual one of Europe (day before month) or the United States (month in words)."""
    text = str(value).strip()
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        for form in DATES:
            try:
                return datetime.strptime(text, form)
            except ValueError:
                continue
    raise ValueError("is not a date in a known form")


def _number(value: Any, *, whole: bool) -> float:
    found = re.search(r"[+-]?\d[\d.,' \u00a0]*(?:[eE][+-]?\d{1,3})?", str(value))
    text = re.sub(r"[' \u00a0]", "", found[0]) if found else ""
    if re.search(r",\d{1,2}$", text) and text.count(",") == 1:  # 1.234,50
        text = text.replace(".", "").replace(",", ".")
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        raise ValueError("is not a number") from None
    if not math.isfinite(number) or (whole and number != int(number)):
        raise ValueError("is not a whole number" if whole else "is not a number")
    return int(number) if whole else number


def refused(path: str, value: Any, target: str, why: str) -> InvalidInput:
    return InvalidInput(f"{path}: {str(value)[:80]!r} {why}, which {target} needs")
