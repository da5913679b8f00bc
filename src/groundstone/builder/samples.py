"""Sample data of a domain model that validates against its JSON Schema: made from a seed, the same every time."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from groundstone.builder import plausible
from groundstone.builder.domain import DomainModel
from groundstone.builder.instances import MOST_VALUES, NAME
from groundstone.builder.plausible import Row
from groundstone.builder.render import json_schema, property_names
from groundstone.builder.validity import checked
from groundstone.errors import InvalidInput, LimitExceeded

__all__ = ["NAME", "samples"]
MOST = 1000  # rows of an entity


def samples(model: DomainModel, rows: int = 5, seed: int = 1) -> dict[str, Any]:
    """``rows`` objects of each entity, their references to each other included. Raises InvalidInput.

    The result is checked against ``render.json_schema(model)`` before it is returned.
    """
    if not 1 <= rows <= MOST:
        raise InvalidInput(f"rows is 1 to {MOST}")
    if rows * sum(len(entity.attributes) + 1 for entity in model.entities) > MOST_VALUES:
        raise LimitExceeded(f"more than {MOST_VALUES} values would be made; ask for fewer rows")
    schema, chance = json_schema(model), random.Random(seed)
    unique = [(e.name, property_names(e)[a.name]) for e in model.entities for a in e.attributes if a.unique]
    data: dict[str, Any] = {}
    for entity in model.entities:
        shape = schema["$defs"][entity.name]
        made = [_row(entity.name, shape, schema["$defs"], chance, number, rows) for number in range(1, rows + 1)]
        for name in (name for owner, name in unique if owner == entity.name):
            _make_unique(made, name, shape)
        data[entity.name] = made
    _one_to_one(model, data, schema["$defs"])
    return dict(checked(data, schema))


def _row(
    owner: str, shape: Mapping[str, Any], definitions: Mapping[str, Any], chance: random.Random, number: int, rows: int
) -> dict[str, Any]:
    made: dict[str, Any] = {}
    row = Row.of(owner, number, chance)  # one person and one time in a row: its values fit together
    for name, spec in shape["properties"].items():
        if name not in (*shape["required"], "name", "title") and chance.random() < 0.1:
            continue
        made[name] = _value(name, spec, definitions, row, rows)
    return made


def _value(name: str, spec: Mapping[str, Any], definitions: Mapping[str, Any], row: Row, rows: int) -> Any:
    chance = row.chance
    if "$ref" in spec:
        return chance.choice(definitions[spec["$ref"].rpartition("/")[2]]["enum"])
    kind = spec["type"]
    if name == "id":
        return row.number
    if kind == "array":
        return sorted(chance.sample(range(1, rows + 1), chance.randint(0, min(3, rows))))
    if kind == "integer":
        return chance.randint(1, rows) if "minimum" in spec else plausible.integer(name, chance)
    if kind == "number":
        return plausible.number(name, chance)
    if kind == "boolean":
        return chance.random() < 0.5
    if "contentEncoding" in spec:
        return "R3JvdW5kc3RvbmU="
    if spec.get("format") == "date":
        return plausible.day(name, row).isoformat()
    if spec.get("format") == "date-time":
        return plausible.moment(name, row).isoformat()
    return plausible.text(name, row)[: spec.get("maxLength", 200)]


def _make_unique(rows: list[dict[str, Any]], name: str, shape: Mapping[str, Any]) -> None:
    spec = shape["properties"][name]
    seen: set[Any] = set()
    for number, row in enumerate(rows, 1):
        value = row.get(name)
        if value is None:
            continue
        if value in seen:
            if "$ref" in spec or spec["type"] == "boolean" or "contentEncoding" in spec:
                if name in shape["required"]:
                    raise InvalidInput(
                        f"{name} is required and unique, but has too few values; ask for {number - 1} rows"
                    )
                del row[name]  # there are more rows than values; an absent one does not repeat
                continue
            plain = spec["type"] == "string" and "format" not in spec
            row[name] = value = f"{value} {number}" if plain and "@" not in value else _other(value, number)
        seen.add(value)


def _other(value: Any, number: int) -> Any:
    if isinstance(value, str) and "@" in value:
        return value.replace("@", f".{number}@")
    if isinstance(value, str) and "T" in value:
        return (datetime.fromisoformat(value) + timedelta(minutes=number)).isoformat()
    if isinstance(value, str):
        return (date.fromisoformat(value) + timedelta(days=1000 * number)).isoformat()
    return value + 1000 * number


def _one_to_one(model: DomainModel, data: dict[str, Any], definitions: Mapping[str, Any]) -> None:
    """References of one-to-one associations are to different rows."""
    for one in model.associations:
        if one.kind == "one-to-one":
            prefix = one.source[0].lower() + one.source[1:] + "Id"
            role = one.name[0].lower() + one.name[1:] + one.source + "Id"
            for number, row in enumerate(data[one.target], 1):
                for name in (prefix, role):
                    if name in row and "minimum" in definitions[one.target]["properties"][name]:
                        row[name] = number
