"""One interface over all models: every call, whatever API it came by, passes here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from groundstone.errors import InvalidInput, WrongModel
from groundstone.identity import Principal
from groundstone.models.base import (
    DEFAULTS,
    ChatOptions,
    Delta,
    DrawOptions,
    Embedded,
    Message,
    ModelInfo,
    Picture,
    Task,
)
from groundstone.models.catalog import Catalog


class Models:
    """The models of an installation, for whoever asks.

    Args:
        engine: makes or finds the engine object of a model: a Chat, Embed, Rerank or Draw.
    """

    def __init__(self, catalog: Catalog, engine: Callable[[ModelInfo], Any]) -> None:
        self.catalog, self._engine = catalog, engine

    def list(self, caller: Principal) -> list[ModelInfo]:
        return [info for info in self.catalog.models.values() if info.tenant in (None, caller.tenant)]

    def info(self, caller: Principal, name: str) -> ModelInfo:
        return self.catalog.find(name, caller.tenant)

    def chat(
        self, caller: Principal, name: str, messages: Sequence[Message], options: ChatOptions = DEFAULTS
    ) -> Iterator[Delta]:
        info = self._for(caller, name, "chat")
        if not messages:
            raise InvalidInput("chat needs at least one message")
        engine: Any = self._engine(info)
        reply: Iterator[Delta] = engine.chat(messages, options)
        return reply

    def embed(self, caller: Principal, name: str, texts: Sequence[str]) -> Embedded:
        info = self._for(caller, name, "embed")
        vectors, tokens = self._engine(info).embed_counted(texts)
        return Embedded(vectors, tokens, info.name)

    def embed_pictures(self, caller: Principal, name: str, pictures: Sequence[Picture]) -> Embedded:
        info = self._for(caller, name, "embed")
        engine = self._engine(info)
        if not hasattr(engine, "embed_pictures"):
            raise WrongModel(f"{info.name} embeds texts, not pictures")
        return Embedded(engine.embed_pictures(pictures), 0, info.name)

    def rerank(self, caller: Principal, name: str, query: str, texts: Sequence[str]) -> list[float]:
        scores: list[float] = self._engine(self._for(caller, name, "rerank")).rerank(query, texts)
        return scores

    def draw(self, caller: Principal, name: str, prompt: str, options: DrawOptions) -> list[Picture]:
        pictures: list[Picture] = self._engine(self._for(caller, name, "draw")).draw(prompt, options)
        return pictures

    def count_tokens(self, caller: Principal, name: str, messages: Sequence[Message]) -> int:
        info = self._for(caller, name, "chat")
        if "count" not in info.abilities:
            raise WrongModel(f"{info.name} cannot count tokens: its engine does not tell")
        count: int = self._engine(info).count_chat(messages)
        return count

    def _for(self, caller: Principal, name: str, task: Task) -> ModelInfo:
        info = self.info(caller, name)
        if info.task != task:
            raise WrongModel(f"{info.name} cannot {task}; it is a model for: {info.task}")
        return info
