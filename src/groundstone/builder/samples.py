"""Sample data that validates against a JSON Schema: made from a seed, the same every time."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from groundstone.builder import names
from groundstone.builder.domain import DomainModel
from groundstone.builder.render import json_schema
from groundstone.errors import InvalidInput

NAME = "groundstone-samples"
MOST = 1000  # rows of an entity
FIRST = (
    "Ada Ben Clara David Elif Femi Greta Hugo Ines Jonas Kira Liam Mei Noor Oskar Priya Rosa Sven Tara Yusuf".split()
)
LAST = (
    "Almeida Berg Costa Dubois Eriksen Fischer Greco Haas Ivanov Jansen Kaya Larsen Moreau Novak Okafor Patel".split()
)
CITIES = "Amsterdam Bergen Cork Delft Essen Faro Ghent Helsinki Izmir Krakow Lyon Malmo Nantes Porto Riga Turin".split()
STREETS = "Mill Harbour Station Garden Church Market Bridge School River Forest".split()
COUNTRIES = (
    "Austria Belgium Denmark Finland France Germany Ireland Italy Netherlands Norway Poland Portugal Spain".split()
)
WORDS = "blue quiet northern early open round bright steady small green second annual light daily paper stone".split()
THINGS = "lamp table notebook bicycle kettle jacket cable report bench window garden module filter basket".split()
TODAY = date(2026, 1, 15)  # data that is the same every day


def samples(model: DomainModel, rows: int = 5, seed: int = 1) -> dict[str, Any]:
    """``rows`` objects of each entity, their references to each other included. Raises InvalidInput.

    The result is checked against ``render.json_schema(model)`` before it is returned.
    """
    if not 1 <= rows <= MOST:
        raise InvalidInput(f"rows is 1 to {MOST}")
    schema, chance = json_schema(model), random.Random(seed)
    unique = {(e.name, a.name) for e in model.entities for a in e.attributes if a.unique}
    data: dict[str, Any] = {}
    for entity in model.entities:
        shape = schema["$defs"][entity.name]
        made = [_row(shape, schema["$defs"], chance, number, rows) for number in range(1, rows + 1)]
        for name in (name for owner, name in unique if owner == entity.name):
            _make_unique(made, name, shape["properties"][name])
        data[entity.name] = made
    _one_to_one(model, data, rows)
    validate(data, schema)
    return data


def validate(data: Any, schema: Mapping[str, Any]) -> None:
    """Raises InvalidInput that names the first place where the data does not satisfy the schema."""
    import jsonschema

    checker = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    first = next(iter(sorted(checker.iter_errors(data), key=lambda error: list(map(str, error.absolute_path)))), None)
    if first is not None:
        raise InvalidInput(f"{first.json_path}: {first.message[:300]}")


def _row(
    shape: Mapping[str, Any], definitions: Mapping[str, Any], chance: random.Random, number: int, rows: int
) -> Any:
    row: dict[str, Any] = {}
    person = chance.choice(FIRST), chance.choice(LAST)  # one person in a row: name and e-mail fit together
    for name, spec in shape["properties"].items():
        needed = name in shape["required"]
        if not needed and chance.random() < 0.1:
            continue
        row[name] = _value(name, spec, definitions, chance, number, rows, person)
    return row


def _value(
    name: str,
    spec: Mapping[str, Any],
    definitions: Mapping[str, Any],
    chance: random.Random,
    number: int,
    rows: int,
    person: tuple[str, str],
) -> Any:
    if "$ref" in spec:
        return chance.choice(definitions[spec["$ref"].rpartition("/")[2]]["enum"])
    kind = spec["type"]
    if name == "id":
        return number
    if kind == "array":
        return sorted(chance.sample(range(1, rows + 1), chance.randint(0, min(3, rows))))
    if kind == "integer":
        return chance.randint(1, rows) if name.endswith("Id") else _integer(name, chance)
    if kind == "number":
        return round(chance.uniform(1, 500), 2)
    if kind == "boolean":
        return chance.random() < 0.5
    if "contentEncoding" in spec:
        return "R3JvdW5kc3RvbmU="
    if spec.get("format") in ("date", "date-time"):
        day = TODAY - timedelta(days=_days(name, chance))
        if spec["format"] == "date":
            return day.isoformat()
        moment = datetime(
            day.year, day.month, day.day, chance.randint(7, 19), chance.choice((0, 15, 30, 45)), tzinfo=UTC
        )
        return moment.isoformat()
    return _text(name, chance, number, person)[: spec.get("maxLength", 200)]


def _integer(name: str, chance: random.Random) -> int:
    low = name.lower()
    if "year" in low:
        return chance.randint(1990, 2025)
    return chance.randint(18, 90) if low.endswith("age") else chance.randint(1, 40)


def _days(name: str, chance: random.Random) -> int:
    """Days before today: birthdays are long ago, due dates still to come."""
    low = name.lower()
    if "birth" in low or low == "dob":
        return chance.randint(7000, 29000)
    return (
        -chance.randint(1, 90)
        if any(word in low for word in ("due", "expir", "until", "end"))
        else chance.randint(1, 700)
    )


def _text(name: str, chance: random.Random, number: int, person: tuple[str, str]) -> str:
    low, (first, last) = name.lower(), person
    known = {
        "firstname": first, "lastname": last, "surname": last, "email": f"{first}.{last}@example.com".lower(),
        "phone": f"+31 20 555 {chance.randint(1000, 9999)}", "city": chance.choice(CITIES),
        "country": chance.choice(COUNTRIES), "street": f"{chance.choice(STREETS)} Street {chance.randint(1, 120)}",
        "address": f"{chance.choice(STREETS)} Street {chance.randint(1, 120)}, {chance.choice(CITIES)}",
        "url": f"https://example.com/{number}", "website": f"https://example.com/{number}",
        "currency": chance.choice(["EUR", "USD", "GBP"]), "language": chance.choice(["English", "German", "Polish"]),
        "title": f"The {chance.choice(WORDS)} {chance.choice(THINGS)}", "colour": chance.choice(["red", "blue", "grey"]),
        "postal": f"{chance.randint(1000, 9999)} AB", "zip": f"{chance.randint(10000, 99999)}",
        "isbn": f"978-0-{chance.randint(100, 999)}-{chance.randint(10000, 99999)}-{chance.randint(0, 9)}",
    }  # fmt: skip
    for word, value in known.items():
        if word in low:
            return value
    if low.endswith(("number", "code", "sku", "plate", "reference", "key", "no")):
        return f"{names.pascal(name)[:2].upper()}-{chance.randint(10000, 99999)}"
    if low in ("name", "fullname") or low.endswith("name"):
        return f"{first} {last}" if low in ("fullname", "contactname") else _name(chance, person)
    return f"A {chance.choice(WORDS)} {chance.choice(THINGS)} for {first}."


def _name(chance: random.Random, person: tuple[str, str]) -> str:
    return " ".join(person) if chance.random() < 0.5 else f"{chance.choice(WORDS)} {chance.choice(THINGS)}".capitalize()


def _make_unique(rows: list[dict[str, Any]], name: str, spec: Mapping[str, Any]) -> None:
    seen: set[Any] = set()
    for number, row in enumerate(rows, 1):
        value = row.get(name)
        if value is None:
            continue
        if value in seen:
            if "$ref" in spec or spec["type"] == "boolean":
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


def _one_to_one(model: DomainModel, data: dict[str, Any], rows: int) -> None:
    """References of one-to-one associations are to different rows."""
    for one in model.associations:
        if one.kind == "one-to-one":
            prefix = one.source[0].lower() + one.source[1:] + "Id"
            role = one.name[0].lower() + one.name[1:] + one.source + "Id"
            for number, row in enumerate(data[one.target], 1):
                for name in (prefix, role):
                    if name in row:
                        row[name] = number
