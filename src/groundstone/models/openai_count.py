"""Counts the tokens of a conversation by the tokenizer of the server that would answer it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from groundstone.errors import WrongModel
from groundstone.models.endpoint import Endpoint, Refusal

Json = dict[str, Any]


class Counting:
    """Tries the ways that known servers have, and stays with the one that worked."""

    def __init__(self, endpoint: Endpoint, model: str) -> None:
        self._endpoint, self._model = endpoint, model
        self._root = "/" + urlsplit(endpoint.base_url).path.rstrip("/").removesuffix("v1").rstrip("/") + "/"
        self._ways: Sequence[Callable[[list[Json]], int | None]] = (self._vllm, self._llamacpp, self._tgi)

    def count(self, messages: list[Json]) -> int:
        """Raises WrongModel when the server has no such way, ModelError and its kinds."""
        refusal = None
        for way in self._ways:
            try:
                found = way(messages)
            except Refusal as error:  # also: no such address
                refusal = refusal or error
                continue
            if found is not None:
                self._ways = (way,)
                return found
        if len(self._ways) == 1 and refusal is not None:
            raise refusal
        raise WrongModel(f"{self._model} cannot count tokens: the server at {self._endpoint.address} has no tokenizer")

    def _vllm(self, messages: list[Json]) -> int | None:
        return _whole(self._ask("tokenize", {"model": self._model, "messages": messages}), "count")

    def _llamacpp(self, messages: list[Json]) -> int | None:
        said = self._ask("apply-template", {"messages": messages})
        prompt = said.get("prompt") if isinstance(said, dict) else None
        if not isinstance(prompt, str):
            return None
        return _length(self._ask("tokenize", {"content": prompt, "add_special": True}), "tokens")

    def _tgi(self, messages: list[Json]) -> int | None:
        return _length(self._ask("chat_tokenize", {"model": self._model, "messages": messages}), "tokenize_response")

    def _ask(self, name: str, body: Json) -> Any:
        return self._endpoint.ask(self._root + name, body)


def _whole(said: Any, name: str) -> int | None:
    value = said.get(name) if isinstance(said, dict) else None
    return value if isinstance(value, int) else None


def _length(said: Any, name: str) -> int | None:
    value = said.get(name) if isinstance(said, dict) else None
    return len(value) if isinstance(value, list) else None
