"""Whether a JSON Schema can be used, and whether data satisfies it, formats included."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import date, time
from functools import cache
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from urllib.parse import urlsplit

from groundstone.builder import patterns
from groundstone.builder.leaves import pointed
from groundstone.errors import InvalidInput

LARGEST_SCHEMA = 200_000  # characters
LARGEST_EXPANDED = 100_000  # schemas within it when every reference is written out

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ZONE = re.compile(r".*(?:[zZ]|[+-]\d{2}:\d{2})", re.ASCII)


def checked(data: Any, schema: Mapping[str, Any]) -> Any:
    """The data. Raises InvalidInput that names the first place where it does not satisfy the schema."""
    import jsonschema
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    # With a registry of its own the validator fetches nothing: left alone it would follow "$ref" to any address.
    checker = jsonschema.Draft202012Validator(schema, registry=Registry(), format_checker=_formats())
    try:
        first = min(checker.iter_errors(data), key=lambda error: list(map(str, error.absolute_path)), default=None)
    except (jsonschema.exceptions.SchemaError, Unresolvable, RecursionError, TypeError, ValueError) as error:
        raise InvalidInput(f"the schema cannot be used: {str(error)[:300]}") from None
    if first is not None:
        raise InvalidInput(f"{first.json_path}: {first.message[:300]}")
    return data


def check_schema(schema: Any) -> None:
    """Raises InvalidInput for what is no JSON Schema of draft 2020-12."""
    import jsonschema

    if not isinstance(schema, dict):
        raise InvalidInput("a schema is a JSON object")
    try:
        if len(json.dumps(schema)) > LARGEST_SCHEMA:
            raise InvalidInput(f"a schema has at most {LARGEST_SCHEMA} characters")
        jsonschema.Draft202012Validator.check_schema(schema)
        patterns.check_all(schema)
        if _expanded(schema, schema, frozenset({"#"}), {}) > LARGEST_EXPANDED:
            raise InvalidInput("the schema refers to its own parts too often; written out it would be too large")
    except jsonschema.exceptions.SchemaError as error:
        raise InvalidInput(f"the schema is not valid at {error.json_path}: {error.message[:200]}") from None
    except (RecursionError, TypeError, ValueError) as error:
        raise InvalidInput(f"the schema is not JSON: {str(error)[:100]}") from None


def _expanded(node: Any, root: Mapping[str, Any], within: frozenset[str], known: dict[str, int]) -> int:
    """How many schemas there are when every local reference is written out, those that lead back to themselves once."""
    if isinstance(node, list):
        return sum(_expanded(item, root, within, known) for item in node)
    if not isinstance(node, dict):
        return 0
    for word in ("anyOf", "oneOf", "allOf"):
        branches = node.get(word)
        if isinstance(branches, list) and sum(_leads_back(one, root, within, set()) for one in branches) > 1:
            raise InvalidInput(f"two branches of one {word} lead back to the schema that holds them; keep one")
    total = 1 + sum(
        _expanded(value, root, within, known) for key, value in node.items() if key not in ("enum", "const")
    )
    reference = node.get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#") or reference in within:
        return total
    if reference not in known:
        known[reference] = 0  # while it is counted
        known[reference] = _expanded(pointed(reference, root), root, within | {reference}, known)
    return total + known[reference]


def _leads_back(node: Any, root: Mapping[str, Any], within: frozenset[str], seen: set[str]) -> bool:
    """Whether a schema refers to one that it stands in: checking such branches takes twice the time at each level."""
    if isinstance(node, list):
        return any(_leads_back(item, root, within, seen) for item in node)
    if not isinstance(node, dict):
        return False
    reference = node.get("$ref")
    if isinstance(reference, str) and reference.startswith("#") and reference not in seen:
        seen.add(reference)
        if reference in within or _leads_back(pointed(reference, root), root, within, seen):
            return True
    return any(_leads_back(value, root, within, seen) for key, value in node.items() if key not in ("enum", "const"))


@cache
def _formats() -> Any:
    """Formats, by the standard library alone, so that they mean the same everywhere; unknown ones allow everything."""
    import jsonschema

    made = jsonschema.FormatChecker(formats=())
    for name, holds in _CHECKS.items():
        made.checks(name, raises=(ValueError, TypeError))(_of_texts(holds))
    return made


def _of_texts(holds: Callable[[str], Any]) -> Callable[[Any], bool]:
    """A format says nothing about what is no text."""
    return lambda value: not isinstance(value, str) or bool(holds(value))


def _is_day(text: str) -> bool:
    return _DAY.fullmatch(text) is not None and bool(date.fromisoformat(text))


def _is_moment(text: str) -> bool:
    return (
        _DAY.match(text) is not None and text[10:11] in ("T", "t", " ") and _is_time(text[11:]) and _is_day(text[:10])
    )


def _is_time(text: str) -> bool:
    if not _ZONE.fullmatch(text):
        return False
    return time.fromisoformat(text.upper()) is not None  # raises ValueError


def _is_address(text: str) -> bool:
    name, at, host = text.rpartition("@")
    return bool(name and at and host) and " " not in text


_CHECKS: dict[str, Callable[[str], Any]] = {
    "date": _is_day,
    "date-time": _is_moment,
    "time": _is_time,
    "email": _is_address,
    "uuid": lambda text: len(text) == 36 and uuid.UUID(text),
    "ipv4": IPv4Address,
    "ipv6": IPv6Address,
    "uri": lambda text: urlsplit(text).scheme and " " not in text,
}
