"""The catalogue: which models there are, by which names, on which engine."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from groundstone.errors import ConfigError, NotFound
from groundstone.models.base import ModelInfo

SHIPPED = Path(__file__).with_name("catalog.toml")
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """An engine as configured. ``options`` are the entries that its kind understands."""

    name: str
    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)


class Catalog:
    """Models by name and alias."""

    def __init__(self, engines: Mapping[str, EngineSpec], models: Mapping[str, ModelInfo], currency: str) -> None:
        self.engines, self.models, self.currency = dict(engines), dict(models), currency
        self._names = {alias: info.name for info in self.models.values() for alias in info.aliases}

    @classmethod
    def load(cls, own: Path | None = None, default: str = "smollm2-135m-instruct") -> Catalog:
        """The shipped catalogue under the user's. Raises ConfigError."""
        tables = _read(SHIPPED)
        if own is not None and own.is_file():
            mine = _read(own)
            for part in ("engines", "models", "aliases"):
                tables[part] = tables.get(part, {}) | mine.get(part, {})
            tables["currency"] = mine.get("currency", tables["currency"])
        engines = {name: EngineSpec(name, table.pop("kind", ""), table) for name, table in tables["engines"].items()}
        models = {name: _info(name, table) for name, table in tables["models"].items()}
        made = cls(engines, models, tables["currency"])
        made._names |= {alias: default for alias in tables["aliases"].get(DEFAULT, ())}
        return made

    def find(self, name: str, tenant: str) -> ModelInfo:
        """By name, alias or ARN. Raises NotFound, also for a model that is private to another tenant."""
        short = name.rpartition("/")[2] if name.startswith("arn:") else name
        info = self.models.get(self._names.get(short, short))
        if info is None or info.tenant not in (None, tenant):
            raise NotFound(f"no model {name!r}; `groundstone models list` shows those there are")
        return info


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from None


def _info(name: str, table: Mapping[str, Any]) -> ModelInfo:
    known = {spec.name for spec in fields(ModelInfo)} - {"name", "tenant"}
    unknown = set(table) - known
    if unknown or not {"engine", "task"} <= set(table):
        raise ConfigError(f"catalogue, model {name!r}: unknown or missing entry {sorted(unknown) or 'engine, task'}")
    values = dict(table)
    for many in ("aliases", "fallback"):
        values[many] = tuple(values.get(many, ()))
    values["abilities"] = frozenset(values.get("abilities", ()))
    return ModelInfo(name, **values)
