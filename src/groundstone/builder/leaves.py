"""The leaves of a JSON Schema: every place where a single value stands, with what is known of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from groundstone.errors import InvalidInput

MAX_LEAVES = 300
MAX_DEPTH = 12
MAX_SCHEMAS = 5000


@dataclass(frozen=True, slots=True)
class Leaf:
    """``path`` names the place: "order.lines[].quantity"; "[]" stands for every element of an array."""

    path: str
    type: str  # "string", "integer", "number", "boolean", "null", or "" when any
    format: str = ""
    enum: tuple[Any, ...] = ()
    required: bool = False
    description: str = ""
    within: str = ""  # the title of the whole schema

    @property
    def arrays(self) -> tuple[str, ...]:
        """The arrays around it, outermost first: ("order.lines",)."""
        return tuple(self.path[: found.start()] for found in re.finditer(r"\[\]", self.path))

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2].removesuffix("[]")


def leaves(schema: Mapping[str, Any]) -> list[Leaf]:
    """Every leaf, in the order of the schema. Raises InvalidInput for a schema that cannot be followed."""
    if not isinstance(schema, dict):
        raise InvalidInput("a schema is a JSON object")
    found = []
    title = schema.get("title", "")
    for leaf in _walk(schema, schema, "", True, 0, count(1)):
        found.append(replace(leaf, within=title if isinstance(title, str) else ""))
        if len(found) > MAX_LEAVES:
            raise InvalidInput(f"the schema has more than {MAX_LEAVES} leaves")
    return found


def resolved(node: Any, root: Mapping[str, Any]) -> dict[str, Any]:
    """The node that local references lead to, and the first branch where there are several."""
    for _ in range(MAX_DEPTH):
        if node is True:
            return {}
        if not isinstance(node, dict):
            raise InvalidInput("the schema holds something else than objects where a schema belongs")
        branch = next(
            (node[word] for word in ("oneOf", "anyOf") if isinstance(node.get(word), list) and node[word]), None
        )
        if "$ref" in node:
            node = pointed(str(node["$ref"]), root)
        elif isinstance(branch, list):
            rest = {key: value for key, value in node.items() if key not in ("oneOf", "anyOf")}
            useful = [one for one in branch if isinstance(one, dict) and one.get("type") != "null"]
            if not useful:
                raise InvalidInput("the schema holds something else than objects where a schema belongs")
            node = {**rest, **useful[0]}
        else:
            return node
    raise InvalidInput("the schema's references lead in a circle")


def pointed(reference: str, root: Mapping[str, Any]) -> Any:
    if not reference.startswith("#/") and reference != "#":
        raise InvalidInput(f"the reference {reference!r} leads out of the schema; only '#/...' is followed")
    node: Any = root
    for part in reference.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(node, dict) or part not in node:
            raise InvalidInput(f"the reference {reference!r} leads nowhere")
        node = node[part]
    return node


def _walk(
    node: Any, root: Mapping[str, Any], path: str, required: bool, depth: int, seen: Iterator[int]
) -> Iterator[Leaf]:
    if next(seen) > MAX_SCHEMAS:
        raise InvalidInput(f"the schema has more than {MAX_SCHEMAS} parts")
    if depth > MAX_DEPTH:
        return  # a schema that contains itself goes on for ever
    node = resolved(node, root)
    kind = kind_of(node)
    if kind == "object":
        needed, members = node.get("required", []), node.get("properties", {})
        if not isinstance(needed, list) or not isinstance(members, dict):
            raise InvalidInput(f"{path or 'the schema'}: properties are an object, required is a list")
        for name, child in members.items():
            inner = f"{path}.{name}" if path else str(name)
            yield from _walk(child, root, inner, required and name in needed, depth + 1, seen)
    elif kind == "array":
        yield from _walk(node.get("items", {}), root, path + "[]", required, depth + 1, seen)
    elif path:
        enum = node.get("enum", [node["const"]] if "const" in node else [])
        if not isinstance(enum, list) or not all(isinstance(one, str | int | float | bool | None) for one in enum):
            raise InvalidInput(f"{path}: enum is a list of plain values")
        about = str(node.get("description", node.get("title", "")))
        yield Leaf(path, kind, str(node.get("format", "")), tuple(enum), required, about)


def kind_of(node: Mapping[str, Any]) -> str:
    """The type of a schema; what its other members say when it names none; the first that is not null of several."""
    kind = node.get("type", "")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if not kind and "properties" in node:
        return "object"
    if not kind and "items" in node:
        return "array"
    known = node.get("enum") or ([node["const"]] if "const" in node else [])
    if not kind and isinstance(known, list) and known:
        return "string" if isinstance(known[0], str) else ""
    return str(kind)
