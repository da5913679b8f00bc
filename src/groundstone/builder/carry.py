"""Runs a mapping: data of the one schema becomes data of the other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from groundstone.builder.mapping import Link, Mapped
from groundstone.errors import InvalidInput

_YES, _NO = {"true", "yes", "y", "1", "on"}, {"false", "no", "n", "0", "off"}
_DATES = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y/%m/%d", "%d-%m-%Y", "%d %B %Y", "%B %d, %Y")


def apply(mapping: Mapped, data: Any) -> dict[str, Any]:
    """The target's data. Values that are absent stay absent. Raises InvalidInput that names the value."""
    made: dict[str, Any] = {}
    for link in mapping.links:
        for indexes, values in _found(link, data):
            if all(value is None for value in values):
                continue
            _put(made, link.target, indexes, _turned(link, values))
    return made


def _found(link: Link, data: Any) -> Iterator[tuple[tuple[int, ...], list[Any]]]:
    """Indexes into the target's arrays, and the values of all sources there."""
    every = [dict(_values(data, path)) for path in link.sources]
    depth = link.target.count("[]")
    longest = max(every, key=lambda one: max((len(key) for key in one), default=0))
    for key in longest:
        indexes = (key + (0,) * depth)[:depth]
        if len(key) > depth and any(key[depth:]):
            continue  # the target has room for one: the first
        yield indexes, [one.get(key, one.get(key[: len(next(iter(one), ()))])) for one in every]


def _values(node: Any, path: str, indexes: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Any]]:
    if not path:
        yield indexes, node
    elif path.startswith("[]"):
        for number, item in enumerate(node if isinstance(node, list) else []):
            yield from _values(item, path[2:].removeprefix("."), (*indexes, number))
    else:
        cut = min((at for at in (path.find("."), path.find("[]")) if at >= 0), default=len(path))
        if isinstance(node, dict) and path[:cut] in node:
            yield from _values(node[path[:cut]], path[cut:].removeprefix("."), indexes)


def _put(node: Any, path: str, indexes: tuple[int, ...], value: Any) -> None:
    names = path.replace("[]", ".[]").split(".")
    left = list(indexes)
    for here, after in zip(names, [*names[1:], ""], strict=True):
        fresh: Any = [] if after == "[]" else {}
        if here == "[]":
            at = left.pop(0)
            while len(node) <= at:
                node.append([] if after == "[]" else {} if after else None)
            if not after:
                node[at] = value
            node = node[at]
        elif not after:
            node[here] = value
        else:
            node = node.setdefault(here, fresh)


def _turned(link: Link, values: list[Any]) -> Any:
    value = values[0]
    match link.transform:
        case "copy":
            return value
        case "join":
            return str(link.options.get("separator", " ")).join(str(one) for one in values if one is not None)
        case "part":
            parts = str(value).split()
            return parts[int(link.options.get("index", 0))] if parts else ""
        case "values":
            known: Mapping[str, Any] = link.options.get("map", {})
            if str(value) not in known:
                raise InvalidInput(f"{link.sources[0]}: {value!r} has no counterpart at {link.target}")
            return known[str(value)]
        case "to_text":
            return (
                str(value).lower()
                if isinstance(value, bool)
                else f"{value:g}"
                if isinstance(value, float)
                else str(value)
            )
    return _parsed(link, value)


def _parsed(link: Link, value: Any) -> Any:
    text = str(value).strip()
    try:
        if link.transform == "to_boolean":
            if text.lower() not in _YES | _NO:
                raise ValueError
            return text.lower() in _YES
        if link.transform == "to_date":
            return _date(text).isoformat()
        number = float(text.replace(" ", "").replace(",", "" if "." in text else "."))
        if not math.isfinite(number) or (link.transform == "to_integer" and number != int(number)):
            raise ValueError
        return int(number) if link.transform == "to_integer" else number
    except ValueError:
        raise InvalidInput(
            f"{link.sources[0]}: {value!r} cannot become the {link.transform[3:]} at {link.target}"
        ) from None


def _date(text: str) -> date:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        for form in _DATES:
            try:
                return datetime.strptime(text, form).date()
            except ValueError:
                continue
        raise
