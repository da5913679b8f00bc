"""Reads catalog.toml: the shipped one, the settings over it, the user's own over both; every mistake is named."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, get_args

from groundstone.errors import ConfigError
from groundstone.models.base import Ability, ModelInfo, Task
from groundstone.models.catalog import DEFAULT, Catalog, EngineSpec, check_fallbacks

SHIPPED = Path(__file__).with_name("catalog.toml")
EMBEDDED_ANSWERS = "smollm2-135m-instruct"
SETTINGS = "the settings chat_url and chat_model"
PARTS = {"currency", "engines", "models", "aliases"}
ANYWHERE: dict[str, type] = {"kind": str, "concurrency": int, "wait": float}
REMOTE: dict[str, type] = {"url": str, "api_key_env": str, "timeout": float, "retries": int}
# What each kind of engine understands beside ANYWHERE, with the type of the value.
KINDS: dict[str, dict[str, type]] = {
    "embedded": {},
    "openai": REMOTE | {"omit": list, "pictures": str},
    "rerank": REMOTE | {"form": str, "logits": bool},
    "bedrock": {
        "region": str,
        "endpoint": str,
        "profile": str,
        "timeout": float,
        "retries": int,
        "input_type": str,
    },
    "llamacpp": {"path": str, "slots": int, "threads": int, "timeout": float, "projector": str, "template": str},
}
TASKS: dict[str, tuple[Task, ...]] = {
    "embedded": ("chat", "embed", "rerank"),
    "openai": ("chat", "embed", "draw"),
    "rerank": ("rerank",),
    "bedrock": ("chat", "embed", "rerank", "draw"),
    "llamacpp": ("chat",),
}
IMPLICIT = "chat"  # the engine that the settings chat_url, chat_model and chat_api_key make
# What some texts must look like, told when the file is read and not by the first call that fails.
ADDRESS = re.compile(r"https?://[^\s/]\S*"), "an address that begins with http:// or https://"
LOOKS = {
    "url": ADDRESS,
    "endpoint": ADDRESS,
    "form": (re.compile("cohere|jina|tei"), "one of: cohere, jina, tei"),
    "pictures": (re.compile("jina|vllm"), "one of: jina, vllm"),
}
NAME = re.compile(r"(?!kb/)\S(?:[^\x00-\x1f\x7f]{0,198}\S)?")  # kb/ begins the name of a knowledge base
NEEDED = {"openai": "url", "rerank": "url", "llamacpp": "path"}
MODEL: dict[str, type] = {
    "engine": str,
    "task": str,
    "at_engine": str,
    "title": str,
    "provider": str,
    "aliases": list,
    "abilities": list,
    "context": int,
    "dimensions": int,
    "price_input": float,
    "price_output": float,
    "fallback": list,
    "time_limit": float,
    "first_limit": float,
}
NAMES = {str: "text in quotes", bool: "yes or no: true, false", int: "whole number", float: "number"}
POSITIVE = {"context", "dimensions", "time_limit", "first_limit", "concurrency", "wait", "timeout", "slots", "threads"}


@dataclass(frozen=True, slots=True)
class _Layer:
    """One file: what it says, and where it lies, for messages."""

    where: str
    tables: Mapping[str, Any]

    def part(self, name: str) -> Mapping[str, Any]:
        return _table(f"{self.where}: [{name}]", self.tables.get(name, {}))


def load(own: Path | None, settings: Mapping[str, Any], answer_model: str) -> Catalog:
    """See ``Catalog.load``."""
    layers = [_read(SHIPPED), _Layer(SETTINGS, settings)]
    if own is not None and own.is_file():
        layers.append(_read(own))
    engines = {name: _engine(where, name, table) for name, (where, table) in _merged(layers, "engines", "kind").items()}
    tables = _merged(layers, "models", "engine")
    models = {name: _model(where, name, table) for name, (where, table) in tables.items()}
    for info in models.values():
        _check_engine(tables[info.name][0], info, engines)
    check_fallbacks(models, layers[-1].where)
    answers = answer_model or next(iter(settings.get("models", {})), EMBEDDED_ANSWERS)
    _check_answers(models, answers, chosen=bool(answer_model))
    names = _names(layers, models, answers)
    return Catalog(engines, models, _currency(layers), names, answers)


def _merged(layers: list[_Layer], part: str, whole: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Entries by name, each with its place. One with the key ``whole`` stands for itself, others change some values."""
    merged: dict[str, tuple[str, dict[str, Any]]] = {}
    for layer in layers:
        for name, entry in layer.part(part).items():
            table = _table(f"{layer.where}: [{part}.{name}]", entry)
            earlier = {} if whole in table else merged.get(name, ("", {}))[1]
            merged[name] = layer.where, {**earlier, **table}
    return merged


def _table(where: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where} is a table, not {value!r}")
    return value


def _read(path: Path) -> _Layer:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not in UTF-8, as TOML has to be; save it again in that encoding") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from None
    unknown = sorted(set(tables) - PARTS)
    if unknown:
        raise ConfigError(f"{path}: unknown entry {unknown[0]!r}; there are: {', '.join(sorted(PARTS))}")
    return _Layer(str(path), tables)


def _currency(layers: list[_Layer]) -> str:
    for layer in layers:
        if not isinstance(layer.tables.get("currency", ""), str):
            raise ConfigError(f"{layer.where}: currency is a text such as 'USD'")
    return next(str(layer.tables["currency"]) for layer in reversed(layers) if "currency" in layer.tables)


def _engine(where: str, name: str, table: Mapping[str, Any]) -> EngineSpec:
    place = f"{where}: [engines.{name}]"
    kind = table.get("kind")
    if kind not in KINDS:
        raise ConfigError(f"{place} has kind {kind!r}; there are: {', '.join(KINDS)}")
    secret = {"api_key": str} if "api_key" in table and name == IMPLICIT else {}  # files hold no keys
    if "api_key" in table and not secret:
        raise ConfigError(f"{place} holds a key; put it into an environment variable and name that by 'api_key_env'")
    options = _values(place, table, ANYWHERE | KINDS[kind] | secret)
    if kind in NEEDED and not options.get(NEEDED[kind]):
        raise ConfigError(f"{place} needs {NEEDED[kind]!r}")
    for option, (pattern, what) in LOOKS.items():
        if option in options and not pattern.fullmatch(options[option]):
            raise ConfigError(f"{place}: {option} is {options[option]!r}, which is not {what}")
    del options["kind"]
    return EngineSpec(name, kind, options)


def _model(where: str, name: str, table: Mapping[str, Any]) -> ModelInfo:
    place = f"{where}: [models.{name}]"
    if not NAME.fullmatch(name):
        raise ConfigError(f"{place}: a name is one line of up to 200 characters that does not begin with kb/")
    if not {"engine", "task"} <= set(table):
        raise ConfigError(f"{place} needs 'engine' and 'task'")
    values = _values(place, table, MODEL)
    _one_of(place, "task", [values["task"]], get_args(Task))
    _one_of(place, "abilities", values.get("abilities", []), get_args(Ability))
    values["abilities"] = frozenset(values.get("abilities", ()))
    for many in ("aliases", "fallback"):
        values[many] = tuple(values.get(many, ()))
    return ModelInfo(name, **values)


def _check_engine(where: str, info: ModelInfo, engines: Mapping[str, EngineSpec]) -> None:
    if info.engine not in engines:
        known = ", ".join(sorted(engines))
        raise ConfigError(f"{where}: [models.{info.name}] runs on engine {info.engine!r}; there are: {known}")
    kind = engines[info.engine].kind
    if info.task not in TASKS[kind]:
        raise ConfigError(
            f"{where}: [models.{info.name}] is for {info.task}; engines of kind {kind} can: {', '.join(TASKS[kind])}"
        )


def _values(where: str, table: Mapping[str, Any], known: Mapping[str, type]) -> dict[str, Any]:
    """The entries of a table, each known and of its type."""
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise ConfigError(f"{where} has an unknown entry {unknown[0]!r}; there are: {', '.join(sorted(known))}")
    return {name: _value(f"{where}: {name}", name, value, known[name]) for name, value in table.items()}


def _value(where: str, name: str, value: Any, kind: type) -> Any:
    if kind is list:
        return _texts(where, value)
    if kind is float and type(value) is int:
        value = float(value)
    fits = type(value) is kind  # not isinstance: true and false are no numbers here
    if not fits:
        raise ConfigError(f"{where} is {value!r}, which is no {NAMES[kind]}")
    if kind in (int, float) and not _in_range(value, name):
        raise ConfigError(f"{where} is {value!r}; it must be {'positive' if name in POSITIVE else 'zero or more'}")
    return value


def _in_range(value: float, name: str) -> bool:
    return isfinite(value) and (value > 0 or (value == 0 and name not in POSITIVE))


def _texts(where: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(text, str) and text for text in value):
        raise ConfigError(f'{where} is a list of texts, such as ["one", "two"]')
    return value


def _one_of(where: str, name: str, values: list[str], known: tuple[str, ...]) -> None:
    for value in values:
        if value not in known:
            raise ConfigError(f"{where}: {name} {value!r} is unknown; there are: {', '.join(known)}")


def _check_answers(models: Mapping[str, ModelInfo], answers: str, *, chosen: bool) -> None:
    info = models.get(answers)
    if info is None or info.task != "chat":
        raise ConfigError(
            f"answer_model is {answers!r}, which is no chat model of the catalogue (its name, not an alias)"
        )
    if chosen and "grounded" not in info.abilities:
        raise ConfigError(
            f"answer_model is {answers!r}, which is not known to word answers from sources well; if it does, "
            f"add 'grounded' to its abilities in catalog.toml"
        )


def _names(layers: list[_Layer], models: Mapping[str, ModelInfo], answers: str) -> dict[str, str]:
    """Alias to model. A later layer takes names over from an earlier one; within one, a name is given once."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for layer in layers:
        taken |= set(layer.part("models"))
        names |= _names_of(layer, models, answers, taken)
    return {alias: model for alias, model in names.items() if alias not in models}


def _names_of(layer: _Layer, models: Mapping[str, ModelInfo], answers: str, taken: set[str]) -> dict[str, str]:
    """``taken``: the models of this layer and those below, whose names no alias can take."""
    lists = [(name, f"[models.{name}]", models[name].aliases) for name in layer.part("models")]
    for target, aliases in layer.part("aliases").items():
        model = answers if target == DEFAULT else target
        if model not in models:
            raise ConfigError(f"{layer.where}: [aliases] names {target!r}, which is no model of the catalogue")
        lists.append((model, f"[aliases] {target}", tuple(_texts(f"{layer.where}: [aliases] {target}", aliases))))
    names: dict[str, str] = {}
    for model, place, aliases in lists:
        for alias in aliases:
            if alias in taken:
                raise ConfigError(f"{layer.where}: {place} takes the alias {alias!r}, which is the name of a model")
            if names.setdefault(alias, model) != model:
                raise ConfigError(
                    f"{layer.where}: {place} takes the alias {alias!r}, which {names[alias]!r} has already"
                )
    return names
