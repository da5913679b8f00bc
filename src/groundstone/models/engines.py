"""The engine objects behind the catalogue: each is made once, when it is first needed, and closed together."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from inspect import signature
from pathlib import Path
from typing import Any

from groundstone.errors import ConfigError
from groundstone.models.base import ModelInfo
from groundstone.models.catalog import EngineSpec

OURS = {"concurrency", "wait", "api_key_env"}  # options that the service reads
Make = Callable[[ModelInfo], Any]


class Engines:
    """Called with a model, gives the object that runs it: a Chat, Embed, Rerank or Draw.

    Args:
        specs: the engines of the catalogue by name.
        inside: what makes the engines that run inside this process, by kind.
    """

    def __init__(self, specs: Mapping[str, EngineSpec], inside: Mapping[str, Make]) -> None:
        self._specs, self._inside = specs, inside
        self._made: dict[tuple[str | None, str], Any] = {}
        self._making = threading.Lock()

    def __call__(self, info: ModelInfo) -> Any:
        """Raises ConfigError for an engine that lacks what it needs, WeightsMissing, WrongModel."""
        name = info.tenant, info.name
        found = self._made.get(name)
        if found is None:
            with self._making:
                found = self._made.get(name) or self._make(info)
                self._made[name] = found
        return found

    def forget(self, info: ModelInfo) -> None:
        """Close a model's engine; the next call makes a new one."""
        found = self._made.pop((info.tenant, info.name), None)
        if hasattr(found, "close"):
            found.close()

    def close(self) -> None:
        made, self._made = self._made, {}
        for engine in made.values():
            if hasattr(engine, "close"):
                engine.close()

    def _make(self, info: ModelInfo) -> Any:
        spec = self._specs.get(info.engine) or EngineSpec(info.engine, info.engine)
        if spec.kind in self._inside:
            return self._inside[spec.kind](info)
        makers: dict[str, Callable[[ModelInfo, dict[str, Any]], Any]] = {
            "openai": _openai,
            "bedrock": _bedrock,
            "rerank": _rerank,
            "llamacpp": _llamacpp,
        }
        return makers[spec.kind](info, _options(spec))


def _options(spec: EngineSpec) -> dict[str, Any]:
    """The entries that concern the engine itself, with the key out of the environment."""
    options = {name: value for name, value in spec.options.items() if name not in OURS}
    variable = spec.options.get("api_key_env")
    if variable:
        if not os.environ.get(variable):
            raise ConfigError(f"engine {spec.name!r} takes its key from {variable}, which is not set")
        options["api_key"] = os.environ[variable]
    return options


def _openai(info: ModelInfo, options: dict[str, Any]) -> Any:
    from groundstone.models import openai

    kinds = {"chat": openai.OpenAICompatible, "embed": openai.OpenAIEmbed, "draw": openai.OpenAIDraw}
    kind: Any = openai.OpenAIPictureEmbed if "images" in info.abilities and info.task == "embed" else kinds[info.task]
    if info.dimensions:
        options["dimensions"] = info.dimensions
    return kind(options.pop("url"), _at_engine(info), **_known_to(kind, options))


def _rerank(info: ModelInfo, options: dict[str, Any]) -> Any:
    from groundstone.models.rerank import RerankServer

    return RerankServer(options.pop("url"), _at_engine(info), **options)


def _bedrock(info: ModelInfo, options: dict[str, Any]) -> Any:
    from groundstone.models import bedrock, bedrock_draw, bedrock_embed

    kinds: dict[str, Any] = {
        "chat": bedrock.BedrockChat,
        "embed": bedrock_embed.BedrockEmbed,
        "rerank": bedrock_embed.BedrockRerank,
        "draw": bedrock_draw.BedrockDraw,
    }
    if info.dimensions:
        options["dimensions"] = info.dimensions
    return kinds[info.task](_at_engine(info), **_known_to(kinds[info.task], options))


def _llamacpp(info: ModelInfo, options: dict[str, Any]) -> Any:
    from groundstone.models.llamacpp import LlamaCpp

    for name in {"path", "projector"} & set(options):
        options[name] = Path(options[name]).expanduser()
    if info.context:
        options["context"] = info.context
    return LlamaCpp(options.pop("path"), info.name, **options)


def _known_to(kind: Any, options: dict[str, Any]) -> dict[str, Any]:
    """One engine serves several tasks; each takes the options that concern it."""
    known = signature(kind).parameters
    return {name: value for name, value in options.items() if name in known}


def _at_engine(info: ModelInfo) -> str:
    return info.at_engine or info.name
