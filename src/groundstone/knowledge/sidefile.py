"""``<file>.metadata.json`` in the form of Amazon Bedrock Knowledge Bases: a file's fields and readers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from groundstone.errors import ConfigError, UnreadableDocument
from groundstone.knowledge.encoding import decode
from groundstone.records import Value
from groundstone.schema import FieldSpec, FieldType, Schema

_TYPES: dict[str, tuple[str, FieldType, bool]] = {
    "STRING": ("stringValue", "text", False),
    "NUMBER": ("numberValue", "number", False),
    "BOOLEAN": ("booleanValue", "boolean", False),
    "STRING_LIST": ("stringListValue", "text", True),
}


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a side file says. ``readers`` is empty when it does not restrict who may read."""

    values: Mapping[str, Any] = field(default_factory=dict)
    specs: tuple[FieldSpec, ...] = ()
    readers: tuple[str, ...] = ()

    def typed(self, schema: Schema) -> dict[str, Value]:
        """The values in the types of the schema. Raises InvalidInput when one does not fit."""
        found = {}
        for name, raw in self.values.items():
            spec = schema.get(name)
            value = spec.coerce(raw) if spec else None
            if value is not None:
                found[name] = value
        return found


NOTHING = Attributes()


def read(data: bytes) -> Attributes:
    """Parse a side file. Raises UnreadableDocument: no file is indexed without its fields."""
    try:
        content = json.loads(decode(data)[0])
    except (ValueError, RecursionError) as error:
        raise UnreadableDocument(f"its metadata file is not valid JSON: {error}") from None
    attributes = content.get("metadataAttributes") if isinstance(content, dict) else None
    if not isinstance(attributes, dict):
        raise UnreadableDocument('its metadata file has no object "metadataAttributes"')
    values, specs = {}, []
    for name, given in attributes.items():
        value, spec = _attribute(name, given)
        values[name] = value
        specs.append(spec)
    return Attributes(values, tuple(specs), _readers(content))


def _attribute(name: str, given: Any) -> tuple[Any, FieldSpec]:
    if not isinstance(given, dict):
        return given, _spec(name, *_inferred(name, given), embedded=False)
    value: Any = given.get("value")
    kind = _TYPES.get(str(value.get("type"))) if isinstance(value, dict) else None
    if kind is None or kind[0] not in value:
        raise UnreadableDocument(f"its metadata attribute {name!r} has no value of a known type ({', '.join(_TYPES)})")
    return value[kind[0]], _spec(name, kind[1], kind[2], embedded=given.get("includeForEmbedding") is True)


def _spec(name: str, kind: FieldType, many: bool, *, embedded: bool) -> FieldSpec:
    try:
        return FieldSpec(name, kind, many, in_text=False, embedded=embedded)
    except ConfigError as error:
        raise UnreadableDocument(f"its metadata file: {error}") from None


def _inferred(name: str, value: Any) -> tuple[FieldType, bool]:
    if isinstance(value, bool):
        return "boolean", False
    if isinstance(value, int | float):
        return "number", False
    if isinstance(value, str):
        return "text", False
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "text", True
    raise UnreadableDocument(f"its metadata attribute {name!r} is none of text, number, true/false, list of texts")


def _readers(content: dict[str, Any]) -> tuple[str, ...]:
    """Our addition to the form: ``"readers": ["user:ana", "group:legal"]``."""
    if "readers" not in content:
        return ()
    readers = content["readers"]
    valid = isinstance(readers, list) and all(_is_reader(name) for name in readers)
    if not valid or not readers:
        raise UnreadableDocument('its metadata file: "readers" is a list of "*", "user:<name>" or "group:<name>"')
    return tuple(readers)


def _is_reader(name: Any) -> bool:
    return isinstance(name, str) and (name == "*" or (name.startswith(("user:", "group:")) and not name.endswith(":")))
