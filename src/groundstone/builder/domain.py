"""A domain model: entities with attributes, associations between them, enumerations."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast, get_args

from groundstone.errors import InvalidInput

AttributeType = Literal["text", "integer", "decimal", "boolean", "date", "datetime", "binary", "enumeration"]
Kind = Literal["one-to-one", "one-to-many", "many-to-many"]
MAX_ENTITIES = 60
MAX_ATTRIBUTES = 60
MAX_VALUES = 100
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class Attribute:
    """``enumeration`` names the enumeration of an attribute of that type."""

    name: str
    type: AttributeType = "text"
    required: bool = False
    unique: bool = False
    enumeration: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    name: str
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class Association:
    """``one-to-many``: one ``source`` has many ``target``. ``name`` is the role, such as "places"."""

    name: str
    source: str
    target: str
    kind: Kind = "one-to-many"
    required: bool = False  # a target must have its source


@dataclass(frozen=True, slots=True)
class Enumeration:
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DomainModel:
    """Always consistent: names are unique, and whatever is referred to exists. Raises InvalidInput otherwise."""

    entities: tuple[Entity, ...]
    associations: tuple[Association, ...] = ()
    enumerations: tuple[Enumeration, ...] = ()

    def __post_init__(self) -> None:
        first = next(problems(self), None)
        if first:
            raise InvalidInput(f"the domain model is not consistent: {first}")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> DomainModel:
        """Inverse of ``to_json``. Raises InvalidInput that names the place."""
        whole = _object(data, "the domain model", {"entities", "associations", "enumerations"})
        entities = [_entity(item, f"entities[{n}]") for n, item in enumerate(_list(whole, "entities"))]
        associations = [
            _made(Association, item, f"associations[{n}]") for n, item in enumerate(_list(whole, "associations"))
        ]
        enumerations = [_enumeration(item, f"enumerations[{n}]") for n, item in enumerate(_list(whole, "enumerations"))]
        return cls(tuple(entities), tuple(associations), tuple(enumerations))


# What a chat model is held to by constrained decoding. Names that refer to others are checked afterwards.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["enumerations", "entities", "associations"],
    "properties": {
        "enumerations": {
            "type": "array",
            "maxItems": 12,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "values"],
                "properties": {
                    "name": {"type": "string", "maxLength": 40},
                    "values": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 20,
                        "items": {"type": "string", "maxLength": 40},
                    },
                },
            },
        },
        "entities": {
            "type": "array",
            "minItems": 1,
            "maxItems": 20,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "attributes"],
                "properties": {
                    "name": {"type": "string", "maxLength": 40},
                    "attributes": {
                        "type": "array",
                        "maxItems": 20,
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["name", "type", "required", "unique", "enumeration"],
                            "properties": {
                                "name": {"type": "string", "maxLength": 40},
                                "type": {"type": "string", "enum": list(get_args(AttributeType))},
                                "required": {"type": "boolean"},
                                "unique": {"type": "boolean"},
                                "enumeration": {"type": "string", "maxLength": 40},
                            },
                        },
                    },
                },
            },
        },
        "associations": {
            "type": "array",
            "maxItems": 30,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "source", "target", "kind", "required"],
                "properties": {
                    "name": {"type": "string", "maxLength": 40},
                    "source": {"type": "string", "maxLength": 40},
                    "target": {"type": "string", "maxLength": 40},
                    "kind": {"type": "string", "enum": list(get_args(Kind))},
                    "required": {"type": "boolean"},
                },
            },
        },
    },
}


def schema_within(tokens: int) -> dict[str, Any]:
    """SCHEMA, or where a reply may have few tokens a smaller one, so that even a model that never ends fits."""
    if tokens >= 3000:
        return SCHEMA
    small: dict[str, Any] = copy.deepcopy(SCHEMA)
    lists = small["properties"]
    lists["enumerations"]["maxItems"], lists["associations"]["maxItems"] = 1, 3
    lists["enumerations"]["items"]["properties"]["values"]["maxItems"] = 4
    lists["entities"]["maxItems"] = max(1, (tokens - 300) // 220)
    lists["entities"]["items"]["properties"]["attributes"]["maxItems"] = 4
    for one in lists.values():
        _shorten(one)
    return small


def _shorten(node: Any) -> None:
    if isinstance(node, dict):
        if "maxLength" in node:
            node["maxLength"] = 20
        for inner in node.values():
            _shorten(inner)


def problems(model: DomainModel) -> Iterator[str]:
    """Whatever is wrong with the model, in words."""
    entities = {entity.name for entity in model.entities}
    enumerations = {one.name for one in model.enumerations}
    if not model.entities or len(model.entities) > MAX_ENTITIES:
        yield f"it has {len(model.entities)} entities; 1 to {MAX_ENTITIES} are possible"
    yield from _names(
        "entity or enumeration", [*(e.name for e in model.entities), *(e.name for e in model.enumerations)]
    )
    for entity in model.entities:
        if len(entity.attributes) > MAX_ATTRIBUTES:
            yield f"{entity.name} has more than {MAX_ATTRIBUTES} attributes"
        yield from _names(f"attribute of {entity.name}", [attribute.name for attribute in entity.attributes])
        for attribute in entity.attributes:
            if (attribute.type == "enumeration") != (attribute.enumeration in enumerations):
                yield f"{entity.name}.{attribute.name} needs an existing enumeration, and only then"
    for enumeration in model.enumerations:
        if not 0 < len(enumeration.values) <= MAX_VALUES or len(set(enumeration.values)) < len(enumeration.values):
            yield f"enumeration {enumeration.name} needs 1 to {MAX_VALUES} different values"
        if not all(value.strip() and len(value) <= 100 for value in enumeration.values):
            yield f"enumeration {enumeration.name} has an empty or very long value"
    for one in model.associations:
        if not _NAME.fullmatch(one.name):
            yield f"association name {one.name!r} is not letters and digits"
        for end in (one.source, one.target):
            if end not in entities:
                yield f"association {one.name} names {end!r}, which is no entity"


def _names(what: str, names: Sequence[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if not _NAME.fullmatch(name):
            yield f"{what} {name!r} is not letters and digits that begin with a letter"
        if name.lower() in seen:
            yield f"there are two: {what} {name!r}"
        seen.add(name.lower())


def _entity(data: Any, where: str) -> Entity:
    found = _object(data, where, {"name", "attributes"})
    attributes = [
        _made(Attribute, item, f"{where}.attributes[{n}]") for n, item in enumerate(_list(found, "attributes"))
    ]
    return Entity(_text(found, "name", where), tuple(attributes))


def _enumeration(data: Any, where: str) -> Enumeration:
    found = _object(data, where, {"name", "values"})
    values = _list(found, "values")
    if not all(isinstance(value, str) for value in values):
        raise InvalidInput(f"{where}.values are texts")
    return Enumeration(_text(found, "name", where), tuple(values))


_CHOICES: Mapping[str, tuple[str, ...]] = {"type": get_args(AttributeType), "kind": get_args(Kind)}


def _made(kind: Any, data: Any, where: str) -> Any:
    """An Attribute or Association of a JSON object; absent members keep their defaults."""
    found = _object(data, where, set(kind.__slots__))
    for name, value in found.items():
        wanted = bool if name in ("required", "unique") else str
        if not isinstance(value, wanted):
            raise InvalidInput(f"{where}.{name} is a {'true/false' if wanted is bool else 'text'}")
        if name in _CHOICES and value not in _CHOICES[name]:
            raise InvalidInput(f"{where}.{name} is one of {', '.join(_CHOICES[name])}")
    missing = {"name", "source", "target"} & set(kind.__slots__) - set(found)
    if missing:
        raise InvalidInput(f"{where} lacks {sorted(missing)[0]!r}")
    return kind(**found)


def _object(data: Any, where: str, known: set[str]) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise InvalidInput(f"{where} is a JSON object")
    unknown = set(data) - known
    if unknown:
        raise InvalidInput(f"{where} has an unknown member {sorted(map(str, unknown))[0]!r}")
    return data


def _list(data: Mapping[str, Any], name: str) -> list[Any]:
    found = data.get(name, [])
    if not isinstance(found, list | tuple):
        raise InvalidInput(f"{name} is a list")
    return list(found)


def _text(data: Mapping[str, Any], name: str, where: str) -> str:
    if not isinstance(data.get(name), str):
        raise InvalidInput(f"{where} lacks {name!r}, a text")
    return cast("str", data[name])
