"""The seams between Groundstone and engines: small protocols that an engine implements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from groundstone.records import Usage

Vectors = NDArray[np.float32]
Task = Literal["chat", "embed", "rerank", "draw"]
Ability = Literal["stream", "tools", "schema", "images", "count", "grounded"]
StopReason = Literal["stop", "length", "tool_calls", "filtered"]

_BEGINNINGS = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff", "gif": b"GIF8", "webp": b"RIFF"}


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded image: PNG, JPEG, GIF or WebP bytes with their media type ("image/png")."""

    data: bytes = field(repr=False)
    media_type: str

    @classmethod
    def of(cls, data: bytes) -> Picture:
        """A picture whose kind its first bytes tell. Raises ValueError when they are of none of the four."""
        kind = next((kind for kind, start in _BEGINNINGS.items() if data.startswith(start)), None)
        if kind is None or (kind == "webp" and data[8:12] != b"WEBP"):
            raise ValueError("it is neither PNG, JPEG, GIF nor WebP")
        return cls(data, f"image/{kind}")


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the model may ask its caller to run. ``parameters`` is a JSON Schema of type object."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model's wish to run a tool. ``arguments`` is JSON text as the model wrote it; it may not be valid."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """One turn. ``tool_calls`` belong to the assistant; ``tool_call_id`` says what a "tool" message replies to."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    pictures: tuple[Picture, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """How to reply. None leaves a setting to the engine.

    schema: JSON Schema that the reply must satisfy. tool_choice: "auto", "none", "required" or a tool's name.
    stream: False says that nobody reads along, so an engine may ask for the whole reply at once, which is cheaper.
    top_k: among how many tokens each next one is chosen; 0 for all of them.
    """

    max_tokens: int = 512
    temperature: float | None = 0.0
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    schema: Mapping[str, Any] | None = None
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"
    stream: bool = True
    top_k: int | None = None


DEFAULTS = ChatOptions()


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a streamed reply. A tool call comes whole, in one piece.

    The last piece carries ``usage``, ``stop_reason`` and ``model``: the one that really replied. ``stopped_by`` is the
    stop sequence that ended it; None when it ended otherwise, or when the engine does not tell.
    """

    text: str = ""
    tool_call: ToolCall | None = None
    usage: Usage | None = None
    stop_reason: StopReason | None = None
    model: str | None = None
    stopped_by: str | None = None


class Chat(Protocol):
    """Answers a conversation, piece by piece."""

    @property
    def name(self) -> str: ...

    def chat(self, messages: Sequence[Message], options: ChatOptions = DEFAULTS) -> Iterator[Delta]:
        """Stream the reply. Closing the iterator cancels the request at the engine.

        Raises InvalidInput at once; ModelError and its kinds, ContextTooLong, while it is read.
        """
        ...


class CountTokens(Protocol):
    """An engine that knows its own tokenizer."""

    def count_chat(self, messages: Sequence[Message]) -> int:
        """Tokens that the conversation takes as a prompt."""
        ...


class Embed(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Float32 array of shape (len(texts), dimensions), each row of length 1, in the order of ``texts``."""
        ...

    def embed_counted(self, texts: Sequence[str]) -> tuple[Vectors, int]:
        """The same, with the number of tokens that the engine read."""
        ...


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of one page in reading order, the page laid flat and upright.

    ``boxes``: float32 (words, 4), left, top, right and bottom in heights of a line of text. ``lines``: int64, words of
    one number run on in one line. ``ticks``: int64, 1 for words beside a ticked box, 2 beside an empty one, else 0.
    """

    texts: Sequence[str]
    boxes: Vectors
    lines: NDArray[np.int64]
    ticks: NDArray[np.int64]

    def part(self, start: int, end: int) -> PageWords:
        """The words ``start`` to ``end`` (not itself)."""
        inside = slice(start, end)
        return PageWords(self.texts[inside], self.boxes[inside], self.lines[inside], self.ticks[inside])


class ReadPage(Protocol):
    """Tells where on a page the answers to questions stand."""

    def read_page(self, page: PageWords, questions: Sequence[str]) -> Vectors:
        """Float32 (questions, words, 2): log odds, against no answer, that one begins, and ends, at each word."""
        ...


class EmbedPictures(Protocol):
    """An engine whose vectors of pictures and of texts can be compared."""

    def embed_pictures(self, pictures: Sequence[Picture]) -> Vectors:
        """Float32 array of shape (len(pictures), dimensions), each row of length 1."""
        ...


class Rerank(Protocol):
    """Scores texts against a query."""

    @property
    def name(self) -> str: ...

    def rerank(self, query: str, texts: Sequence[str]) -> list[float]:
        """One relevance in [0, 1] for each text, in their order."""
        ...


@dataclass(frozen=True, slots=True)
class DrawOptions:
    """Pixels, how many, and what should not be on them."""

    width: int = 1024
    height: int = 1024
    count: int = 1
    seed: int | None = None
    negative: str = ""


class Draw(Protocol):
    """Makes pictures of a description."""

    @property
    def name(self) -> str: ...

    def draw(self, prompt: str, options: DrawOptions) -> list[Picture]: ...


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model of the catalogue: what callers name, and where it really is.

    Args:
        engine: name of the engine that runs it (``[engines.NAME]`` of the catalogue; "embedded", "custom").
        at_engine: its name there; ``name`` when empty.
        aliases: other names, such as the ids of a cloud's models.
        abilities: of a chat model. "grounded" means that it can be trusted to word answers from sources.
        context: tokens of prompt and reply together; None when unknown.
        price_input, price_output: money for a million tokens, in the catalogue's currency.
        fallback: models that are tried in turn when this one's engine cannot be used.
        time_limit: seconds that a whole call may take; first_limit: seconds until the first piece of a reply.
        tenant: the only tenant that sees it; None for all.
    """

    name: str
    task: Task
    engine: str
    at_engine: str = ""
    title: str = ""
    provider: str = "Groundstone"
    aliases: tuple[str, ...] = ()
    abilities: frozenset[Ability] = frozenset()
    context: int | None = None
    dimensions: int | None = None
    price_input: float = 0.0
    price_output: float = 0.0
    fallback: tuple[str, ...] = ()
    time_limit: float | None = None
    first_limit: float | None = None
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class Embedded:
    """Vectors as a wire needs them: with the tokens read and the model that made them."""

    vectors: Vectors
    tokens: int
    model: str
