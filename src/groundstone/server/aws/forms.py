"""A form: how one family of models writes requests and replies in the bodies of InvokeModel."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from groundstone.identity import Principal
from groundstone.models.base import Delta, DrawOptions, Embedded, ModelInfo, Picture
from groundstone.records import Usage
from groundstone.server.aws.members import Members
from groundstone.server.aws.prompts import Asked, Reply

if TYPE_CHECKING:
    from groundstone.models.service import Models

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChatForm:
    """Of a model that writes. ``parse`` raises InvalidInput; what it leaves unread of the body is refused.

    Args:
        render: the body of a whole reply.
        stream: the JSON chunks of a streamed reply.
    """

    name: str
    parse: Callable[[Members, ModelInfo], Asked]
    render: Callable[[Asked, Reply], Json]
    stream: Callable[[Asked, Iterator[Delta]], Iterator[Json]]


@dataclass(frozen=True, slots=True)
class Model:
    """One model for one caller."""

    models: Models
    caller: Principal
    name: str

    @property
    def info(self) -> ModelInfo:
        return self.models.info(self.caller, self.name)

    def embed(self, texts: Sequence[str]) -> Embedded:
        return self.models.embed(self.caller, self.name, texts)

    def embed_pictures(self, pictures: Sequence[Picture]) -> Embedded:
        return self.models.embed_pictures(self.caller, self.name, pictures)

    def rerank(self, query: str, texts: Sequence[str]) -> list[float]:
        return self.models.rerank(self.caller, self.name, query, texts)

    def draw(self, prompt: str, options: DrawOptions) -> list[Picture]:
        return self.models.draw(self.caller, self.name, prompt, options)


@dataclass(frozen=True, slots=True)
class TaskForm:
    """Of a model that embeds, reranks or draws.

    Args:
        parse: reads the body into the work to be done; the body is checked in between.
    """

    name: str
    parse: Callable[[Members, ModelInfo], Callable[[Model], tuple[Json, Usage]]]


Form = ChatForm | TaskForm


def fresh(prefix: str = "") -> str:
    """An id for a reply."""
    return f"{prefix}{uuid.uuid4().hex}" if prefix else str(uuid.uuid4())
