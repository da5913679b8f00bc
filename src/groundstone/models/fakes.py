"""Models without weights, for tests and demonstrations: the same input always gives the same output."""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from groundstone.errors import InvalidInput
from groundstone.models.base import (
    DEFAULTS,
    ChatOptions,
    Delta,
    DrawOptions,
    Message,
    Picture,
    StopReason,
    ToolCall,
    Vectors,
)
from groundstone.models.connections import Line
from groundstone.models.stream import Stream
from groundstone.models.vectors import check_texts
from groundstone.records import Usage

Part = str | ToolCall
_WORD = re.compile(r"\w+")


class FakeEmbed:
    """Bags of words: texts that share words are near each other, others are close to orthogonal."""

    def __init__(self, dimensions: int = 64, name: str = "fake-embed") -> None:
        self.dimensions, self.name = dimensions, name
        self.calls: list[list[str]] = []  # every list of texts that was embedded, in order

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Float32 array (len(texts), dimensions), rows of length 1. Raises InvalidInput for non-strings."""
        check_texts(texts, "embed")
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
        replies: one for each call; when they run out, the last one again. A reply is text, a tool call, or several
            of both in order.
        error: raised after ``fail_after`` pieces, to try what happens when an engine breaks off.
        stop_reason: given instead of the true one, such as "filtered".
        delay: seconds before each piece, to try what happens when somebody does not wait.
    """

    def __init__(
        self,
        replies: Sequence[Part | Sequence[Part]] = (),
        *,
        error: Exception | None = None,
        fail_after: int = 0,
        stop_reason: StopReason | None = None,
        delay: float = 0.0,
        name: str = "fake-chat",
    ) -> None:
        self.replies, self.error, self.fail_after, self.name = list(replies), error, fail_after, name
        self.stop_reason, self.delay = stop_reason, delay
        self.calls: list[list[Message]] = []
        self.options: list[ChatOptions] = []
        self.schemas: list[Mapping[str, Any] | None] = []
        self.closed = 0  # streams that ended or were cancelled

    def chat(self, messages: Sequence[Message], options: ChatOptions = DEFAULTS) -> Iterator[Delta]:
        """One word is one token here. Stops with "length" after ``max_tokens`` of them, and before a stop sequence."""
        if not messages:
            raise InvalidInput("chat needs at least one message")
        self.calls.append(list(messages))
        self.options.append(options)
        self.schemas.append(options.schema)
        reply, stopped_by = _cut(self._reply(messages), options.stop)
        return Stream(lambda line: self._stream(reply, stopped_by, self.count_chat(messages), options.max_tokens, line))

    def count_chat(self, messages: Sequence[Message]) -> int:
        return sum(len(message.content.split()) for message in messages)

    def _reply(self, messages: Sequence[Message]) -> Sequence[Part]:
        if not self.replies:
            return [messages[-1].content]
        reply = self.replies[min(len(self.calls), len(self.replies)) - 1]
        return [reply] if isinstance(reply, str | ToolCall) else reply

    def _stream(
        self, reply: Sequence[Part], stopped_by: str | None, input_tokens: int, max_tokens: int, line: Line
    ) -> Generator[Delta]:
        pieces = [piece for part in reply for piece in _pieces(part)]
        try:
            for number, piece in enumerate(pieces[:max_tokens]):
                self._break_off(number)
                line.wait(self.delay)
                if line.is_cut:
                    return
                yield piece
            self._break_off(self.fail_after)
            calls = any(piece.tool_call for piece in pieces)
            true: StopReason = "length" if len(pieces) > max_tokens else "tool_calls" if calls else "stop"
            usage = Usage(input_tokens, min(len(pieces), max_tokens))
            told = stopped_by if true != "length" else None
            yield Delta(usage=usage, stop_reason=self.stop_reason or true, model=self.name, stopped_by=told)
        finally:
            self.closed += 1

    def _break_off(self, number: int) -> None:
        if self.error is not None and number >= self.fail_after:
            raise self.error


class FakeRerank:
    """The share of the query's words that a text holds."""

    def __init__(self, name: str = "fake-rerank") -> None:
        self.name = name

    def rerank(self, query: str, texts: Sequence[str]) -> list[float]:
        check_texts(texts, "rerank")
        wanted = set(_WORD.findall(query.casefold()))
        return [len(wanted & set(_WORD.findall(text.casefold()))) / max(1, len(wanted)) for text in texts]


class FakeDraw:
    """Pictures of one colour, which the description and the seed decide."""

    def __init__(self, name: str = "fake-draw") -> None:
        self.name = name
        self.calls: list[tuple[str, DrawOptions]] = []

    def draw(self, prompt: str, options: DrawOptions) -> list[Picture]:
        self.calls.append((prompt, options))
        return [self._one(f"{prompt} {options.seed} {number}", options) for number in range(options.count)]

    def _one(self, words: str, options: DrawOptions) -> Picture:
        colour = hashlib.blake2b(words.encode("utf-8", "replace"), digest_size=3).digest()
        rows = (b"\0" + colour * options.width) * options.height
        head = struct.pack(">IIBBBBB", options.width, options.height, 8, 2, 0, 0, 0)
        parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
        return Picture(b"\x89PNG\r\n\x1a\n" + b"".join(_png_part(*part) for part in parts), "image/png")


def _cut(reply: Sequence[Part], stops: Sequence[str]) -> tuple[Sequence[Part], str | None]:
    """The reply up to the first of the stop sequences in one of its texts, and which one that was."""
    for number, part in enumerate(reply):
        found = [(part.find(stop), stop) for stop in stops if stop in part] if isinstance(part, str) else []
        if found and isinstance(part, str):
            at, stop = min(found)
            return [*reply[:number], part[:at]], stop
    return reply, None


def _pieces(part: Part) -> list[Delta]:
    if isinstance(part, ToolCall):
        return [Delta(tool_call=part)]
    return [Delta(piece) for piece in re.findall(r"\s*\S+\s*$|\s*\S+", part)]


def _png_part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@lru_cache(maxsize=65536)
def _word_vector(word: str, dimensions: int) -> Vectors:
    seed = int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest())
    return np.random.default_rng(seed).standard_normal(dimensions).astype(np.float32)
