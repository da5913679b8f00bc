"""A report read back from its JSON, also one that an earlier or a later version wrote, or that somebody sent.

Members that are not known are left out; those that are missing count as nothing measured. A member of another type than
it has to be is refused.
"""

from __future__ import annotations

import json
import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from groundstone.endpoints.load.report import Report, Row, as_csv, as_html, as_json, as_markdown
from groundstone.errors import InvalidInput

T = TypeVar("T")
NOTHING: dict[Any, Any] = {int: 0, float: 0.0, str: "", bool: False, Any: None}
MOST_LEVELS = 1000
Form = Literal["html", "json", "csv", "md"]
FORMS: tuple[Form, ...] = ("html", "json", "csv", "md")


def write_report(report: Report, form: Form) -> str:
    """As a page that opens without a network, as JSON with everything, or as CSV or Markdown of its levels."""
    if form == "json":
        return json.dumps(as_json(report), indent=1, default=str)
    if form == "csv":
        return as_csv(report)
    return as_html(report) if form == "html" else as_markdown(report)


def read_report(told: Any) -> Report:
    """What ``load.report.as_json`` wrote. Raises InvalidInput."""
    if not isinstance(told, Mapping) or not isinstance(told.get("levels"), list):
        raise InvalidInput("that is no report of a load run: it has no list of levels")
    levels = told["levels"]
    if len(levels) > MOST_LEVELS:
        raise InvalidInput(f"a report has at most {MOST_LEVELS} levels")
    for number, level in enumerate(levels, 1):
        if not isinstance(level, Mapping) or not isinstance(level.get("figures"), Mapping):
            raise InvalidInput(f"level {number} of the report has no figures")
    rows = [made(Row, level, f"level {number}") for number, level in enumerate(levels, 1)]
    named = {**told, "rows": [], "setting": told.get("setting") or {}, "theory": None}
    named["predicted"] = _whole_names(told.get("predicted") or {})
    report = made(Report, named, "the report")
    return type(report)(**{each.name: getattr(report, each.name) for each in fields(report)} | {"rows": tuple(rows)})


def made(kind: type[T], told: Mapping[str, Any], where: str) -> T:
    """A dataclass out of JSON, by its annotations. Raises InvalidInput."""
    hints = get_type_hints(kind)
    values = {}
    for each in fields(kind):  # type: ignore[arg-type]
        if not each.init:
            continue
        if each.name in told and not (told[each.name] is None and _has_default(each)):
            values[each.name] = _value(hints[each.name], told[each.name], f"{where}, {each.name}")
        elif not _has_default(each):
            values[each.name] = _nothing(hints[each.name], where)
    return kind(**values)


def _value(hint: Any, told: Any, where: str) -> Any:
    origin, inside = get_origin(hint), get_args(hint)
    if is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(told, Mapping):
            raise InvalidInput(f"{where} is no object")
        return made(hint, told, where)
    if origin is tuple:
        return _tuple(inside, told, where)
    if origin in (dict, Mapping) or hint is dict:
        return _dict(inside, told, where)
    if origin in (Union, types.UnionType):
        kinds = [kind for kind in inside if kind is not type(None)]
        return None if told is None else _value(kinds[0], told, where)
    return _plain(hint, told, where)


def _tuple(inside: tuple[Any, ...], told: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(told, list):
        raise InvalidInput(f"{where} is no list")
    if len(inside) == 2 and inside[1] is Ellipsis:
        return tuple(_value(inside[0], one, where) for one in told)
    if len(inside) != len(told):
        raise InvalidInput(f"{where} has {len(told)} members in place of {len(inside)}")
    return tuple(_value(kind, one, where) for kind, one in zip(inside, told, strict=True))


def _dict(inside: tuple[Any, ...], told: Any, where: str) -> dict[Any, Any]:
    if not isinstance(told, Mapping):
        raise InvalidInput(f"{where} is no object")
    names, values = inside or (str, Any)
    return {_plain(names, name, where): _value(values, one, where) for name, one in told.items()}


def _plain(hint: Any, told: Any, where: str) -> Any:
    if hint is Any:
        return told
    if get_origin(hint) is Literal:
        hint = str
    if hint is float and isinstance(told, int) and not isinstance(told, bool) and abs(told) < 10**15:
        told = float(told)
    right = isinstance(told, hint) and (hint is bool or not isinstance(told, bool))
    if not right or (hint is float and not math.isfinite(told)):
        raise InvalidInput(f"{where} is {str(told)[:40]!r}, no {getattr(hint, '__name__', hint)}")
    return told


def _nothing(hint: Any, where: str) -> Any:
    if is_dataclass(hint) and isinstance(hint, type):
        return made(hint, {}, where)
    origin = get_origin(hint)
    if origin is tuple:
        return ()
    if origin in (dict, Mapping) or hint is dict:
        return {}
    return "" if origin is Literal else NOTHING.get(hint)


def _whole_names(told: Any) -> dict[int, Any]:
    """Concurrencies are names of members in JSON."""
    if not isinstance(told, Mapping) or not all(str(name).isdecimal() and len(str(name)) < 9 for name in told):
        raise InvalidInput("what is predicted has no concurrencies as names")
    return {int(name): value for name, value in told.items()}


def _has_default(each: Any) -> bool:
    return each.default is not MISSING or each.default_factory is not MISSING
