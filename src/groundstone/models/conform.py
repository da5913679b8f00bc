"""Whether a finished reply satisfies the schema that it was decoded under: a second look, not a whole validator.

Patterns, formats and multiples are left to the decoding: they need its own dialect of regular expressions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

KINDS: dict[str, tuple[type, ...]] = {
    "null": (type(None),),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "array": (list,),
    "object": (dict,),
}


def conforms(text: str, schema: Mapping[str, Any]) -> bool:
    """``schema`` in the form that ``grammar.normalised`` gives."""
    try:
        return _fits(json.loads(text), schema, schema)
    except (ValueError, RecursionError):
        return False


def _fits(value: Any, schema: Any, root: Mapping[str, Any]) -> bool:
    if isinstance(schema, bool):
        return schema
    if "$ref" in schema and not _fits(value, _target(schema["$ref"], root), root):
        return False
    if "enum" in schema and not any(_same(value, each) for each in schema["enum"]):
        return False
    if "const" in schema and not _same(value, schema["const"]):
        return False
    if "type" in schema and not _is_of(value, schema["type"]):
        return False
    if any(not _fits(value, each, root) for each in schema.get("allOf", ())):
        return False
    for key, exact in (("anyOf", False), ("oneOf", True)):
        hits = sum(_fits(value, each, root) for each in schema.get(key, ()))
        if key in schema and (not hits or (exact and hits > 1)):
            return False
    return _parts_fit(value, schema, root)


def _parts_fit(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any]) -> bool:
    if isinstance(value, dict):
        return _between(len(value), schema, "Properties") and _object_fits(value, schema, root)
    if isinstance(value, list):
        first = schema.get("prefixItems", ())
        rest = schema.get("items", True)
        rules = [first[place] if place < len(first) else rest for place in range(len(value))]
        fitting = all(_fits(each, rule, root) for each, rule in zip(value, rules, strict=True))
        return fitting and _between(len(value), schema, "Items")
    if isinstance(value, str):
        return _between(len(value), schema, "Length")
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = schema.get("minimum", value), schema.get("maximum", value)
        above, below = schema.get("exclusiveMinimum", value - 1), schema.get("exclusiveMaximum", value + 1)
        return bool(low <= value <= high and above < value < below)
    return True


def _object_fits(value: dict[str, Any], schema: Mapping[str, Any], root: Mapping[str, Any]) -> bool:
    named = schema.get("properties", {})
    other = True if "patternProperties" in schema else schema.get("additionalProperties", True)
    return set(schema.get("required", ())) <= set(value) and all(
        _fits(each, named.get(key, other), root) for key, each in value.items()
    )


def _between(count: int, schema: Mapping[str, Any], what: str) -> bool:
    return bool(schema.get(f"min{what}", 0) <= count <= schema.get(f"max{what}", count))


def _is_of(value: Any, kinds: Any) -> bool:
    names = [kinds] if isinstance(kinds, str) else kinds
    whole = isinstance(value, float) and value.is_integer() and "integer" in names
    return whole or any(
        isinstance(value, KINDS[name]) and (name == "boolean" or not isinstance(value, bool)) for name in names
    )


def _same(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _target(reference: str, root: Any) -> Any:
    for step in reference.split("/")[1:]:
        root = root[step.replace("~1", "/").replace("~0", "~")]
    return root
