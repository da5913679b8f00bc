"""The seams between Groundstone and engines: small protocols that an engine implements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from groundstone.records import Usage

Vectors = NDArray[np.float32]


class Embed(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Float32 array of shape (len(texts), dimensions), each row of length 1, in the order of ``texts``."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a streamed reply. The last one carries ``usage`` and ``stop_reason``."""

    text: str = ""
    usage: Usage | None = None
    stop_reason: str | None = None  # "stop", "length"


class Chat(Protocol):
    """Answers a conversation, piece by piece."""

    @property
    def name(self) -> str: ...

    def chat(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int = 512,
        temperature: float = 0.0,
        schema: dict[str, Any] | None = None,
    ) -> Iterator[Delta]:
        """Stream the reply. Closing the iterator cancels the request at the engine."""
        ...


class Rerank(Protocol):
    """Scores texts against a query."""

    @property
    def name(self) -> str: ...

    def rerank(self, query: str, texts: Sequence[str]) -> list[float]:
        """One relevance in [0, 1] for each text, in their order."""
        ...
