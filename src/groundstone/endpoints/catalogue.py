"""The runner of models of the catalogue: chat models, custom models that sort texts, and models of vectors."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from groundstone.endpoints import generation
from groundstone.endpoints.base import JSON, Answer, Call, Given
from groundstone.errors import InvalidInput, WrongModel

if TYPE_CHECKING:
    from groundstone.identity import Principal
    from groundstone.models.base import Delta, ModelInfo
    from groundstone.models.service import Models

MOST_TEXTS = 256
CUSTOM = "custom"  # the engine of models that tenants trained


class CatalogueModel:
    """A model of the catalogue behind an endpoint. Each call is on the account of whoever makes it."""

    def __init__(self, models: Models, name: str) -> None:
        self._models, self._name = models, name

    def predict(self, call: Call) -> Answer:
        value = self._sent(call)
        info = self._models.info(call.caller, self._name)
        if info.task == "embed":
            return _answer(self._vectors(call.caller, value))
        return _answer(self._labels(call.caller, value) if info.engine == CUSTOM else self._reply(call.caller, value))

    def stream(self, call: Call) -> Generator[bytes, None, None]:
        value = self._sent(call)
        info = self._models.info(call.caller, self._name)
        if info.task != "chat" or info.engine == CUSTOM:
            raise WrongModel(f"{self._name} answers whole; call InvokeEndpoint, not InvokeEndpointWithResponseStream")
        asked = generation.parse(value, stream=True)
        return generation.Told(asked).events(self._asked(call.caller, asked, info))

    def close(self) -> None:
        """The catalogue owns the engine."""

    def _sent(self, call: Call) -> dict[str, Any]:
        if call.media_type not in (JSON, "application/octet-stream"):  # what botocore sends when nobody says
            raise InvalidInput(f"{self._name} takes bodies of {JSON}, not {call.media_type[:60]!r}")
        return generation.sent(call.body)

    def _asked(self, caller: Principal, asked: generation.Asked, info: ModelInfo) -> Iterator[Delta]:
        return self._models.chat(caller, info.name, asked.messages, asked.options)

    def _reply(self, caller: Principal, value: Mapping[str, Any]) -> Any:
        asked = generation.parse(value)
        told = generation.Told(asked)
        for delta in self._models.chat(caller, self._name, asked.messages, asked.options):
            told.take(delta)
        return told.whole()

    def _labels(self, caller: Principal, value: Mapping[str, Any]) -> Any:
        """As pipelines of text classification do: the likeliest label of each text, or ``top_k`` of them."""
        generation.only(value, ("inputs", "parameters"), "the body")
        told = value.get("parameters") or {}
        if not isinstance(told, dict) or set(told) - {"top_k"} or not _is_count(told.get("top_k", 1)):
            raise InvalidInput('"parameters" may hold "top_k": how many labels of each text, or null for all')
        most, texts = told.get("top_k", 1), _texts(value.get("inputs"))
        ranked = [_ranked(scores, most) for scores in self._models.scores(caller, self._name, texts)]
        if isinstance(value["inputs"], str):
            return ranked[0]
        return [labels[0] for labels in ranked] if most == 1 else ranked

    def _vectors(self, caller: Principal, value: Mapping[str, Any]) -> Any:
        """{"text_inputs": ...} gives {"embedding": [...]}, {"inputs": ...} a list of vectors."""
        generation.only(value, ("inputs", "text_inputs", "parameters"), "the body")
        inputs = value.get("text_inputs", value.get("inputs"))
        vectors = self._models.embed(caller, self._name, _texts(inputs)).vectors.tolist()
        return {"embedding": vectors} if "text_inputs" in value else vectors


class CatalogueRunner:
    """``models`` gives the service that every call passes."""

    def __init__(self, models: Callable[[], Models]) -> None:
        self._models = models

    def load(self, given: Given) -> CatalogueModel:
        """Raises NotFound for a name that the catalogue does not hold, WrongModel for a task that endpoints lack."""
        models = self._models()
        info = models.info(given.owner, given.model)
        if info.task not in ("chat", "embed"):
            raise WrongModel(f"{info.name} is a model for: {info.task}; endpoints serve chat, custom and embed models")
        return CatalogueModel(models, info.name)


def _texts(inputs: Any) -> list[str]:
    texts = [inputs] if isinstance(inputs, str) else inputs
    if not isinstance(texts, list) or not 0 < len(texts) <= MOST_TEXTS:
        raise InvalidInput(f'"inputs" is a text or a list of 1 to {MOST_TEXTS} texts')
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise InvalidInput('"inputs" holds texts, none of them empty')
    return texts


def _is_count(value: Any) -> bool:
    return value is None or (type(value) is int and value > 0)


def _ranked(scores: Mapping[str, float], most: int | None) -> list[dict[str, Any]]:
    best = sorted(scores.items(), key=lambda each: -each[1])[:most]
    return [{"label": label, "score": score} for label, score in best]


def _answer(value: Any) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace"))
