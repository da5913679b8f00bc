"""A domain model as JSON Schema and as a Mermaid picture."""

from __future__ import annotations

from typing import Any

from groundstone.builder.domain import Attribute, DomainModel, Entity

_TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string", "maxLength": 200},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "binary": {"type": "string", "contentEncoding": "base64"},
}
_ENDS = {"one-to-one": "||--||", "one-to-many": "||--o{", "many-to-many": "}o--o{"}
_OPTIONAL_ENDS = {**_ENDS, "one-to-one": "|o--o|", "one-to-many": "|o--o{"}


def json_schema(model: DomainModel) -> dict[str, Any]:
    """JSON Schema 2020-12: a document with a list for each entity; associations as the ``id`` of the other."""
    values = {one.name: one.values for one in model.enumerations}
    definitions: dict[str, Any] = {name: {"type": "string", "enum": list(wanted)} for name, wanted in values.items()}
    for entity in model.entities:
        properties: dict[str, Any] = {"id": {"type": "integer", "minimum": 1}}
        named = property_names(entity)
        properties |= {named[attribute.name]: _property(attribute) for attribute in entity.attributes}
        required = ["id", *(named[attribute.name] for attribute in entity.attributes if attribute.required)]
        definitions[entity.name] = {
            "type": "object",
            "properties": properties,
            "required": list(dict.fromkeys(required)),
            "additionalProperties": False,
        }
    for one in model.associations:
        holder = definitions[one.source if one.kind == "many-to-many" else one.target]
        name = _free(holder["properties"], one.target if one.kind == "many-to-many" else one.source, one.name)
        reference = {"type": "integer", "minimum": 1}
        if one.kind == "many-to-many":
            holder["properties"][name + "s"] = {"type": "array", "items": reference, "uniqueItems": True}
            continue
        holder["properties"][name] = reference
        if one.required and one.source != one.target:
            holder["required"].append(name)
    lists = {entity.name: {"type": "array", "items": {"$ref": f"#/$defs/{entity.name}"}} for entity in model.entities}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": lists,
        "additionalProperties": False,
        "$defs": definitions,
    }


def property_names(entity: Entity) -> dict[str, str]:
    """The property of each attribute. Every object has an ``id`` of ours, so an attribute of that name gets another."""
    taken = {attribute.name for attribute in entity.attributes}
    named = {name: name for name in taken}
    for name in sorted(taken):
        while named[name].lower() == "id" or (named[name] != name and named[name] in taken):
            own = entity.name[0].lower() + entity.name[1:]
            named[name] = f"{own}Id" if named[name] == name else f"{named[name]}2"
    return named


def mermaid(model: DomainModel) -> str:
    """The text of an entity-relationship diagram; Mermaid draws it in most wikis and repositories."""
    lines = ["erDiagram"]
    for entity in model.entities:
        lines.append(f"    {entity.name} {{")
        for attribute in entity.attributes:
            kind = attribute.enumeration if attribute.type == "enumeration" else attribute.type
            lines.append(f"        {kind} {attribute.name}{' UK' if attribute.unique else ''}")
        lines.append("    }")
    for one in model.associations:
        ends = _ENDS if one.required else _OPTIONAL_ENDS
        lines.append(f'    {one.source} {ends[one.kind]} {one.target} : "{one.name}"')
    return "\n".join(lines) + "\n"


def _property(attribute: Attribute) -> dict[str, Any]:
    if attribute.type == "enumeration":
        return {"$ref": f"#/$defs/{attribute.enumeration}"}
    return dict(_TYPES[attribute.type])


def _free(properties: dict[str, Any], entity: str, role: str) -> str:
    """A name for the reference: the entity's, with the role in front where that is taken."""
    name = entity[0].lower() + entity[1:] + "Id"
    if name in properties or name + "s" in properties:
        name = role[0].lower() + role[1:] + entity + "Id"
    while name in properties or name + "s" in properties:
        name += "2"
    return name
