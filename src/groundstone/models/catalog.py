"""The catalogue: which models there are, by which names, on which engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from groundstone.errors import ConfigError, NotFound
from groundstone.models.base import ModelInfo

DEFAULT = "default"  # in [aliases]: the model that answers
REGIONS = frozenset({"us", "us-gov", "eu", "apac", "global", "ca", "jp", "au", "sa", "me", "af"})


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """An engine as configured. ``options`` are the entries that its kind understands."""

    name: str
    kind: str
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)  # may hold a key


class Catalog:
    """Models by name and alias. ``answers`` is the model that "default" and its aliases mean."""

    def __init__(
        self,
        engines: Mapping[str, EngineSpec],
        models: Mapping[str, ModelInfo],
        currency: str = "USD",
        names: Mapping[str, str] | None = None,
        answers: str = "",
    ) -> None:
        self.engines, self.models, self.currency, self.answers = dict(engines), dict(models), currency, answers
        own = {alias: info.name for info in self.models.values() for alias in info.aliases}
        self._names = own if names is None else dict(names)

    @classmethod
    def load(
        cls, own: Path | None = None, settings: Mapping[str, Any] | None = None, answer_model: str = ""
    ) -> Catalog:
        """The shipped catalogue under the user's own. Raises ConfigError, which names file and entry.

        Args:
            settings: further engines and models, in the form of the file; the user's file may replace them.
            answer_model: name of the model that words answers; the one of ``settings`` or the embedded one when empty.
        """
        from groundstone.models.catalog_file import load

        return load(own, settings or {}, answer_model)

    def find(self, name: str, tenant: str) -> ModelInfo:
        """By name, alias or ARN. Raises NotFound, also for a model that is private to another tenant."""
        for candidate in candidates(name):
            info = self.models.get(candidate) or self.models.get(self._names.get(candidate, ""))
            if info is not None and info.tenant in (None, tenant):
                return info
        raise NotFound(f"no model {name[:200]!r}; `groundstone models list` shows those there are")

    def knows(self, name: str) -> bool:
        """Whether a name means some model, whoever may use it."""
        return any(wanted in self.models or wanted in self._names for wanted in candidates(name))

    @property
    def trusted(self) -> ModelInfo | None:
        """The model that words answers; None when there is none that can be trusted to."""
        info = self.models.get(self.answers)
        return info if info is not None and "grounded" in info.abilities else None

    def aliases(self, name: str) -> list[str]:
        """Every other name of a model."""
        return [alias for alias, model in self._names.items() if model == name]

    def chain(self, info: ModelInfo) -> list[ModelInfo]:
        """The model, then those that stand in for it, each once, in the order in which they are tried."""
        order: list[ModelInfo] = []
        _follow(info, self.models, order)
        return order


def candidates(name: str) -> Sequence[str]:
    """What a name may mean, the likeliest first.

    >>> candidates("arn:aws:bedrock:us-east-1::inference-profile/us.amazon.nova-lite-v1:0")
    ['us.amazon.nova-lite-v1:0', 'amazon.nova-lite-v1:0']
    """
    if not name.startswith("arn:"):
        return [name, *_anywhere(name)]
    resource = name.split(":", 5)[-1].partition("/")[2]
    last = resource.rpartition("/")[2]
    return [resource, *_anywhere(resource), *([last, *_anywhere(last)] if last != resource else [])]


def _anywhere(name: str) -> list[str]:
    """The name without the prefix of a group of regions."""
    prefix, _, rest = name.partition(".")
    return [rest] if prefix in REGIONS and rest else []


def _follow(info: ModelInfo, models: Mapping[str, ModelInfo], order: list[ModelInfo]) -> None:
    if info in order:
        return
    order.append(info)
    for name in info.fallback:
        _follow(models[name], models, order)


def check_fallbacks(models: Mapping[str, ModelInfo], where: str) -> None:
    """Raises ConfigError for a fallback that is unknown, does something else, or leads back to its beginning."""
    for info in models.values():
        for name in info.fallback:
            _check_fallback(info, models.get(name), name, where)
    for info in models.values():
        _check_cycle(info, models, (), where)


def _check_fallback(info: ModelInfo, other: ModelInfo | None, name: str, where: str) -> None:
    if other is None:
        raise ConfigError(f"{where}: [models.{info.name}] falls back to {name!r}, which is no model of the catalogue")
    if other.task != info.task:
        raise ConfigError(f"{where}: [models.{info.name}] is for {info.task}; its fallback {name!r} for {other.task}")
    if info.task == "embed" and other.dimensions != info.dimensions:
        raise ConfigError(
            f"{where}: vectors of [models.{info.name}] and of its fallback {name!r} differ in length; "
            "only the same model elsewhere can stand in"
        )


def _check_cycle(info: ModelInfo, models: Mapping[str, ModelInfo], above: tuple[str, ...], where: str) -> None:
    if info.name in above:
        circle = " -> ".join((*above[above.index(info.name) :], info.name))
        raise ConfigError(f"{where}: fallback runs in a circle: {circle}")
    for name in info.fallback:
        _check_cycle(models[name], models, (*above, info.name), where)
