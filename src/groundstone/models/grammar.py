"""What a reply may look like: JSON Schemas and tools as grammars that an engine decodes under.

The engine's grammar library leaves out what it cannot hold a reply to, without a word. So a schema is read here
first: what is not on the list is refused, with its place.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from groundstone.errors import InvalidInput
from groundstone.models.base import Tool

TYPES = {"null", "boolean", "integer", "number", "string", "array", "object"}
SPOKEN = {"$schema", "$id", "$comment", "title", "description", "default", "examples", "deprecated"}
SPOKEN |= {"readOnly", "writeOnly"}  # they say something to people and hold a reply to nothing
COUNTS = {"minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"}
BOUNDS = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
LISTS = {"anyOf", "oneOf", "allOf", "prefixItems"}
TABLES = {"properties", "patternProperties", "$defs", "definitions"}
SINGLE = {"items", "additionalProperties"}
PLAIN = {"enum", "const", "type", "required", "pattern", "format", "$ref"}
KNOWN = COUNTS | BOUNDS | LISTS | TABLES | SINGLE | PLAIN
FORMATS = ("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid", "uri")
DEEPEST, LARGEST = 64, 10_000  # levels, and schemas within a schema
MOST_PARTS, LONGEST = 5_000, 1_000_000  # items or properties, and characters, that are counted
LARGEST_PATTERN = 2_500  # signs when repetitions are written out; the engine gives up on much larger ones
LARGEST_NUMBER, DECIMALS = 10**15 - 1, 1e-6  # a model may otherwise go on writing digits
LAYOUT = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
_LOOKS = re.compile(r"\(\?<?[=!]|\\[1-9]")
_PART = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(?P<least>\d*),?(?P<most>\d*)\}|[()]|.", re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


def json_grammar(schema: Mapping[str, Any]) -> str:
    """A grammar of the texts that satisfy the schema. Raises InvalidInput, which names the place."""
    return f"%llguidance {{}}\nstart: {_json(schema)}\n"


def tool_grammar(tools: Sequence[Tool], text: bool) -> str:
    """A grammar of ``{"name": ..., "arguments": ...}`` for one of the tools; with ``text``, also of plain words."""
    calls = "".join(f"call_{number}: {_call(tool)}\n" for number, tool in enumerate(tools))
    which = " | ".join(f"call_{number}" for number in range(len(tools)))
    words = "text: /[^{ \\n](.|\\n)*/\n" if text else ""
    return f"%llguidance {{}}\nstart: {'text | ' if text else ''}{which}\n{words}{calls}"


def normalised(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with only what binds a reply, each object closed unless it says otherwise.

    Every text that satisfies the result satisfies the schema; it may be narrower: extra properties, numbers of
    more than 15 digits, and more than six decimals are left out. Raises InvalidInput for what cannot be enforced.
    """
    made: dict[str, Any] = _Reader(schema).read(schema, "#", 0)
    return made


class _Reader:
    def __init__(self, root: Any) -> None:
        self.root, self.count = root, 0
        # Objects that allOf merges may not be closed, or nothing would satisfy both; a reference may lead to one.
        words = json.dumps(root, default=str)
        self.closing = not ('"allOf"' in words and '"$ref"' in words)

    def read(self, schema: Any, place: str, depth: int) -> Any:
        self.count += 1
        if depth > DEEPEST or self.count > LARGEST:
            raise InvalidInput(f"the schema is too large: at most {DEEPEST} levels and {LARGEST} parts; at {place}")
        if isinstance(schema, bool) and depth:
            return schema
        if not isinstance(schema, Mapping):
            raise InvalidInput(f"the schema is not valid: {place} must be an object, not {schema!r:.60}")
        made = {key: self._entry(key, value, place, depth) for key, value in schema.items() if _binds(key, place)}
        return self._completed(made, self.closing and "/allOf/" not in place)

    def _entry(self, key: str, value: Any, place: str, depth: int) -> Any:
        here = f"{place}/{key}"
        if key in LISTS:
            if not isinstance(value, Sequence) or isinstance(value, str) or not value:
                raise InvalidInput(f"the schema is not valid: {here} must be a list that is not empty")
            return [self.read(each, f"{here}/{number}", depth + 1) for number, each in enumerate(value)]
        if key in TABLES:
            if not isinstance(value, Mapping):
                raise InvalidInput(f"the schema is not valid: {here} must be an object")
            return {name: self.read(each, f"{here}/{name}", depth + 1) for name, each in value.items()}
        if key in SINGLE:
            return self.read(value, here, depth + 1)
        if key == "$ref":
            self._resolve(value, here)
        else:
            _check(key, value, here)
        return value

    def _resolve(self, reference: Any, place: str) -> None:
        found = self.root
        if not isinstance(reference, str) or not re.fullmatch("#(/.*)?", reference):
            raise InvalidInput(
                f"the schema refers to {reference!r} at {place}; only references within it can be followed"
            )
        for step in reference.split("/")[1:]:
            found = found.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(found, Mapping) else None
        if found is None:
            raise InvalidInput(f"the schema refers to {reference!r} at {place}, which is not there")

    def _completed(self, schema: dict[str, Any], closing: bool) -> dict[str, Any]:
        free = not schema.keys() & {"type", "anyOf", "oneOf", "allOf", "enum", "const", "$ref"}
        if free and schema.keys() & {"properties", "required", "additionalProperties", "patternProperties"}:
            schema["type"] = "object"
        kinds = schema.get("type", ())
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if {"integer", "number"} & set(kinds) and not schema.keys() & {"enum", "const"}:
            _bound(schema, "number" in kinds)
        named = schema.get("properties", {})
        closed = closing and "properties" in schema and not schema.keys() & {"patternProperties", "allOf"}
        if closed and set(schema.get("required", ())) <= set(named):
            schema.setdefault("additionalProperties", False)
        return schema


def _bound(schema: dict[str, Any], fractions: bool) -> None:
    """Give a number the bounds that it lacks, and at most six decimals, unless its own lie beyond or too close."""
    low = max((schema[key] for key in ("minimum", "exclusiveMinimum") if key in schema), default=None)
    high = min((schema[key] for key in ("maximum", "exclusiveMaximum") if key in schema), default=None)
    if any(abs(each) >= LARGEST_NUMBER for each in (low, high) if each is not None):
        return
    if high is None:
        schema["maximum"] = high = LARGEST_NUMBER
    if low is None:
        schema["minimum"] = low = -LARGEST_NUMBER
    if fractions and high - low >= 1000 * DECIMALS:
        schema.setdefault("multipleOf", DECIMALS)


def _binds(key: Any, place: str) -> bool:
    if key in SPOKEN or (isinstance(key, str) and key.startswith("x-")):
        return False
    if key not in KNOWN:
        raise InvalidInput(
            f"the schema's keyword {key!r} at {place} cannot be enforced on a reply; leave it out, and check the reply"
        )
    return True


def _check(key: str, value: Any, place: str) -> None:
    if not SOUND[key](value):
        hints = {
            "format": f"known are {', '.join(FORMATS)}",
            "pattern": f"it may not look around, refer back, or describe more than {LARGEST_PATTERN:,} signs in a row",
        } | dict.fromkeys(
            COUNTS, f"at most {MOST_PARTS:,} items or properties, and {LONGEST:,} characters, are counted"
        )
        raise InvalidInput(f"the schema's {place} cannot be enforced: {value!r:.80}; {hints.get(key, 'is it a typo?')}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf


def _is_count(value: Any) -> bool:
    return _is_number(value) and value >= 0 and int(value) == value


def _is_length(value: Any) -> bool:
    return _is_count(value) and value <= LONGEST


def _is_few(value: Any) -> bool:
    return _is_count(value) and value <= MOST_PARTS


def _is_pattern(value: Any) -> bool:
    short = isinstance(value, str) and len(value) <= LARGEST_PATTERN
    return short and not _LOOKS.search(value) and pattern_size(value) <= LARGEST_PATTERN


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) > 0


def _are_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)


def _is_type(value: Any) -> bool:
    kinds = [value] if isinstance(value, str) else value
    return _is_list(kinds) and _are_texts(kinds) and set(kinds) <= TYPES


SOUND: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(COUNTS, _is_few),
    "minLength": _is_length,
    "maxLength": _is_length,
    **dict.fromkeys(BOUNDS, _is_number),
    "multipleOf": lambda value: _is_number(value) and value > 0,
    "type": _is_type,
    "enum": _is_list,
    "const": lambda value: True,
    "required": _are_texts,
    "pattern": _is_pattern,
    "format": lambda value: isinstance(value, str) and value in FORMATS,
}


def pattern_size(pattern: str) -> int:
    """About how many signs a regular expression has when its counted repetitions are written out.

    >>> pattern_size("^(ab{3}){10}[a-z]+$")
    44
    """
    sizes, last = [0], 0  # of the groups that are open; of what a repetition would repeat
    for part in _PART.finditer(pattern):
        mark = part[0]
        if mark == "(":
            sizes.append(0)
            last = 0
        elif mark == ")" and len(sizes) > 1:
            last = sizes.pop()
            sizes[-1] += last
        elif part["most"] is not None:
            sizes[-1] += last * (max(1, int(part["most"] or part["least"] or 1)) - 1)
        else:
            last = 1
            sizes[-1] += last
    return sum(sizes)


def _json(schema: Mapping[str, Any]) -> str:
    try:
        return "%json " + json.dumps(normalised(schema) | {"x-guidance": LAYOUT}, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"the schema is not JSON: {error}") from None


def _call(tool: Tool) -> str:
    if not _NAME.fullmatch(tool.name):
        raise InvalidInput(f"a tool's name is up to 64 letters, digits and _ . : -, not {tool.name!r}")
    begin = json.dumps(f'{{"name": {json.dumps(tool.name)}, "arguments": ')
    try:
        arguments = _json({"type": "object", **tool.parameters})
    except InvalidInput as error:
        raise InvalidInput(f"tool {tool.name}: {error}") from None
    return f"{begin} {arguments} " + json.dumps("}")
