"""Documents as plain JSON values, and field values as what engines compare. Shared by all engines."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from groundstone.errors import InvalidInput
from groundstone.filters import fold
from groundstone.records import Regions, Scalar, Span, Value
from groundstone.schema import Schema
from groundstone.stores.base import Settings

TEXT, NUMBER, DATE, BOOLEAN = 0, 1, 2, 3  # kinds; values of different kinds never equal each other
_LONG = 200
_folded = lru_cache(maxsize=50_000)(fold)


class Key(NamedTuple):
    """A scalar as it is compared: its kind, and folded text or a number (dates are day numbers)."""

    kind: int
    value: str | int | float


def key_of(value: Scalar) -> Key:
    """Raises InvalidInput for numbers that are not finite or beyond 64 bits, and for dates with a time."""
    match value:
        case str():
            return Key(TEXT, _folded(value) if len(value) <= _LONG else fold(value))
        case bool():
            return Key(BOOLEAN, int(value))
        case int() | float():
            return Key(NUMBER, _finite(value))
        case datetime():
            raise InvalidInput(f"{value!r} has a time of day; a field of type date holds days, use .date()")
        case date():
            return Key(DATE, value.toordinal())
    raise InvalidInput(f"a field cannot hold {type(value).__name__}: {str(value)[:80]!r}")


def _finite(value: int | float) -> int | float:
    if abs(value) >= 2**63 if isinstance(value, int) else not math.isfinite(value):
        raise InvalidInput(f"a number must be finite and fit in 64 bits, got {str(value)[:40]}")
    return value


def scalar_of(kind: int, value: Any) -> Scalar:
    """Inverse of ``key_of`` but for text, which keeps its folded form."""
    if kind == DATE:
        return date.fromordinal(value)
    return bool(value) if kind == BOOLEAN else value


def scalars(value: Value) -> tuple[Scalar, ...]:
    return value if isinstance(value, tuple) else (value,)


def indexed(fields: Mapping[str, Value], schema: Schema) -> dict[str, tuple[Scalar, ...]]:
    """The fields that filters may use, each as the tuple of its values."""
    return {name: scalars(value) for name, value in fields.items() if _filterable(name, schema)}


def _filterable(name: str, schema: Schema) -> bool:
    spec = schema.get(name)
    return spec is None or spec.filterable


def fields_to_json(fields: Mapping[str, Value]) -> str:
    return _dump({name: _to_plain(value) for name, value in fields.items()})


def fields_from_json(text: str) -> dict[str, Value]:
    return {name: _from_plain(value) for name, value in json.loads(text).items()}


def _to_plain(value: Value) -> Any:
    if isinstance(value, tuple):
        return [_to_plain(item) for item in value]
    return {"date": value.isoformat()} if isinstance(value, date) else value


def _from_plain(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_from_plain(item) for item in value)
    return date.fromisoformat(value["date"]) if isinstance(value, dict) else value


def parts_to_json(parts: tuple[Span, ...], regions: Regions) -> str:
    """The parts as a list, or, of a document whose words have places, both as an object."""
    spans = [[part.start, part.end, part.field, part.page, part.label] for part in parts]
    if not regions.packed:
        return _dump(spans)
    return _dump({"parts": spans, "regions": base64.b64encode(regions.packed).decode()})


def parts_from_json(text: str) -> tuple[tuple[Span, ...], Regions]:
    data = json.loads(text)
    spans, packed = (data["parts"], data["regions"]) if isinstance(data, dict) else (data, "")
    return tuple(Span(*item) for item in spans), Regions(base64.b64decode(packed))


def settings_to_json(settings: Settings) -> str:
    data = {"schema": settings.schema.to_json(), "extra": dict(settings.extra)}
    return _dump(data | {"dimensions": settings.dimensions, "embedding_model": settings.embedding_model})


def settings_from_json(text: str) -> Settings:
    data = json.loads(text)
    schema = Schema.from_json(data["schema"])
    return Settings(schema, data["dimensions"], data["embedding_model"], data["extra"])


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def names_to_json(names: tuple[str, ...]) -> str:
    return _dump(list(names))


def names_from_json(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))
