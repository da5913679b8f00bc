"""Models without weights, for tests and demonstrations: the same input always gives the same output."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from groundstone.errors import InvalidInput
from groundstone.models.base import DEFAULTS, ChatOptions, Delta, Message, Vectors
from groundstone.records import Usage

_WORD = re.compile(r"\w+")


class FakeEmbed:
    """Bags of words: texts that share words are near each other, others are close to orthogonal."""

    def __init__(self, dimensions: int = 64, name: str = "fake-embed") -> None:
        self.dimensions, self.name = dimensions, name
        self.calls: list[list[str]] = []  # every list of texts that was embedded, in order

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Float32 array (len(texts), dimensions), rows of length 1. Raises InvalidInput for non-strings."""
        if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
            raise InvalidInput("embed takes a list of strings")
        self.calls.append(list(texts))
        rows = [self._embed_one(text) for text in texts]
        return np.array(rows, np.float32).reshape(len(rows), self.dimensions)

    def embed_counted(self, texts: Sequence[str]) -> tuple[Vectors, int]:
        """One word is one token here."""
        return self.embed(texts), sum(len(text.split()) for text in texts)

    def _embed_one(self, text: str) -> Vectors:
        words = _WORD.findall(text.casefold()) or [""]
        total = np.sum([_word_vector(word, self.dimensions) for word in words], axis=0)
        return np.asarray(total / np.linalg.norm(total), np.float32)


class FakeChat:
    """Streams scripted replies in turn, word by word; without a script, the last message itself.

    Args:
        replies: one for each call; when they run out, the last one again.
        error: raised after ``fail_after`` pieces, to try what happens when an engine breaks off.
    """

    def __init__(
        self,
        replies: Sequence[str] = (),
        *,
        error: Exception | None = None,
        fail_after: int = 0,
        name: str = "fake-chat",
    ) -> None:
        self.replies, self.error, self.fail_after, self.name = list(replies), error, fail_after, name
        self.calls: list[list[Message]] = []
        self.schemas: list[Mapping[str, Any] | None] = []
        self.closed = 0  # streams that ended or were cancelled

    def chat(self, messages: Sequence[Message], options: ChatOptions = DEFAULTS) -> Iterator[Delta]:
        """One word is one token here. Stops with "length" after ``max_tokens`` of them."""
        if not messages:
            raise InvalidInput("chat needs at least one message")
        self.calls.append(list(messages))
        self.schemas.append(options.schema)
        return self._stream(self._reply(messages), _count(messages), options.max_tokens)

    def _reply(self, messages: Sequence[Message]) -> str:
        if not self.replies:
            return messages[-1].content
        return self.replies[min(len(self.calls), len(self.replies)) - 1]

    def _stream(self, reply: str, input_tokens: int, max_tokens: int) -> Iterator[Delta]:
        pieces = re.findall(r"\s*\S+\s*$|\s*\S+", reply)
        try:
            for number, piece in enumerate(pieces[:max_tokens]):
                self._break_off(number)
                yield Delta(piece)
            self._break_off(self.fail_after)
            usage = Usage(input_tokens, min(len(pieces), max_tokens))
            yield Delta(usage=usage, stop_reason="length" if len(pieces) > max_tokens else "stop")
        finally:
            self.closed += 1

    def _break_off(self, number: int) -> None:
        if self.error is not None and number >= self.fail_after:
            raise self.error


def _count(messages: Sequence[Message]) -> int:
    return sum(len(message.content.split()) for message in messages)


@lru_cache(maxsize=65536)
def _word_vector(word: str, dimensions: int) -> Vectors:
    seed = int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest())
    return np.random.default_rng(seed).standard_normal(dimensions).astype(np.float32)
