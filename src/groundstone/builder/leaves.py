"""The leaves of a JSON Schema: every place where a single value stands, with what is known of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from groundstone.errors import InvalidInput

MAX_LEAVES = 500
MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Leaf:
    """``path`` names the place: "order.lines[].quantity"; "[]" stands for every element of an array."""

    path: str
    type: str  # "string", "integer", "number", "boolean", "null", or "" when any
    format: str = ""
    enum: tuple[Any, ...] = ()
    required: bool = False
    description: str = ""

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
    for leaf in _walk(schema, schema, "", True, 0):
        found.append(leaf)
        if len(found) > MAX_LEAVES:
            raise InvalidInput(f"the schema has more than {MAX_LEAVES} leaves")
    return found


def resolved(node: Any, root: Mapping[str, Any]) -> dict[str, Any]:
    """The node that local references lead to, and the first branch where there are several."""
    for _ in range(MAX_DEPTH):
        if not isinstance(node, dict):
            raise InvalidInput("the schema holds something else than objects where a schema belongs")
        branch = next((node[word] for word in ("oneOf", "anyOf") if node.get(word)), None)
        if "$ref" in node:
            node = _pointed(str(node["$ref"]), root)
        elif isinstance(branch, list):
            rest = {key: value for key, value in node.items() if key not in ("oneOf", "anyOf")}
            useful = [one for one in branch if isinstance(one, dict) and one.get("type") != "null"]
            node = {**rest, **(useful or branch)[0]}
        else:
            return node
    raise InvalidInput("the schema's references lead in a circle")


def _pointed(reference: str, root: Mapping[str, Any]) -> Any:
    if not reference.startswith("#/") and reference != "#":
        raise InvalidInput(f"the reference {reference!r} leads out of the schema; only '#/...' is followed")
    node: Any = root
    for part in reference.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(node, dict) or part not in node:
            raise InvalidInput(f"the reference {reference!r} leads nowhere")
        node = node[part]
    return node


def _walk(node: Any, root: Mapping[str, Any], path: str, required: bool, depth: int) -> Iterator[Leaf]:
    if depth > MAX_DEPTH:
        return  # a schema that contains itself goes on for ever
    node = resolved(node, root)
    kind = kind_of(node)
    if kind == "object":
        needed = node.get("required", [])
        for name, child in node.get("properties", {}).items():
            inner = f"{path}.{name}" if path else str(name)
            yield from _walk(child, root, inner, required and name in needed, depth + 1)
    elif kind == "array":
        yield from _walk(node.get("items", {}), root, path + "[]", required, depth + 1)
    elif path:
        enum = node.get("enum", [node["const"]] if "const" in node else [])
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
    if not kind and node.get("enum"):
        return "string" if isinstance(node["enum"][0], str) else ""
    return str(kind)
