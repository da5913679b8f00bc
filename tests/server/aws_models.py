"""A platform whose catalogue holds models without weights, and boto3 clients that talk to a server of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.eventstream import EventStream
from botocore.exceptions import ClientError

from groundstone.errors import EngineTimeout, EngineUnavailable
from groundstone.models.base import DEFAULTS, ChatOptions, Delta, Message, ModelInfo, Picture, ToolCall
from groundstone.models.catalog import Catalog
from groundstone.models.fakes import FakeEmbed, FakeRerank
from groundstone.models.service import Models
from groundstone.records import Usage
from groundstone.server.app import create_app

from .engines import Painter
from .live import serving
from .standin import StandInPlatform

CHAT_IDS = (
    "anthropic.claude-v2",
    "anthropic.claude-v2:1",
    "anthropic.claude-instant-v1",
    "anthropic.claude-3-sonnet-20240229-v1:0",
    "amazon.titan-text-express-v1",
    "amazon.nova-lite-v1:0",
    "cohere.command-text-v14",
    "cohere.command-r-v1:0",
    "meta.llama2-13b-chat-v1",
    "meta.llama3-8b-instruct-v1:0",
    "mistral.mistral-7b-instruct-v0:2",
    "mistral.mistral-large-2407-v1:0",
    "ai21.jamba-1-5-mini-v1:0",
    "openai.gpt-oss-20b-1:0",
)
EMBED_IDS = (
    "amazon.titan-embed-text-v1",
    "amazon.titan-embed-text-v2:0",
    "amazon.titan-embed-image-v1",
    "cohere.embed-english-v3",
    "amazon.nova-2-multimodal-embeddings-v1:0",
)


class ScriptedChat:
    """Replies as ``script`` says: texts, tool calls, an error. Keeps what it was asked."""

    name = "scripted"

    def __init__(self) -> None:
        self.script: list[str | ToolCall | Exception] = ["Hello", " there."]
        self.stop: Any = "stop"
        self.stopped_by: str | None = None
        self.asked: list[tuple[Sequence[Message], ChatOptions]] = []
        self.closed = 0

    def chat(self, messages: Sequence[Message], options: ChatOptions = DEFAULTS) -> Iterator[Delta]:
        self.asked.append((messages, options))
        return self._stream()

    def _stream(self) -> Iterator[Delta]:
        try:
            for part in self.script:
                if isinstance(part, Exception):
                    raise part
                yield Delta(tool_call=part) if isinstance(part, ToolCall) else Delta(part)
            called = any(isinstance(part, ToolCall) for part in self.script)
            stop: Any = "tool_calls" if called else self.stop
            yield Delta(usage=Usage(11, 3), stop_reason=stop, model="scripted", stopped_by=self.stopped_by)
        finally:
            self.closed += 1

    def begin(self, *script: str | ToolCall | Exception, stop: Any = "stop", stopped_by: str | None = None) -> None:
        """Forget everything; reply so from now on."""
        self.stopped_by = stopped_by
        self.script, self.stop, self.asked, self.closed = list(script) or ["Hello", " there."], stop, [], 0

    def count_chat(self, messages: Sequence[Message]) -> int:
        return sum(len(message.content.split()) for message in messages)

    @property
    def messages(self) -> list[tuple[str, str]]:
        """Roles and words of the last conversation."""
        return [(message.role, message.content) for message in self.asked[-1][0]]

    @property
    def options(self) -> ChatOptions:
        return self.asked[-1][1]


class Seeing(FakeEmbed):
    """Embeds pictures too: each as the word for its kind."""

    def embed_pictures(self, pictures: Sequence[Picture]) -> Any:
        return self.embed([picture.media_type for picture in pictures])


class Down:
    """An engine that cannot be used."""

    def __init__(self, error: Exception) -> None:
        self.name, self._error = "down", error

    def chat(self, messages: Sequence[Message], options: ChatOptions = DEFAULTS) -> Iterator[Delta]:
        raise self._error
        yield

    def embed_counted(self, texts: Sequence[str]) -> Any:
        raise self._error


ALL = frozenset({"stream", "tools", "schema", "images", "count", "grounded"})


def infos() -> dict[str, ModelInfo]:
    made = [
        ModelInfo("scripted", "chat", "fake", aliases=CHAT_IDS, abilities=ALL, context=8192),
        ModelInfo("words", "embed", "fake", aliases=EMBED_IDS, dimensions=64),
        ModelInfo(
            "seeing",
            "embed",
            "fake",
            abilities=frozenset({"images"}),
            aliases=("amazon.titan-embed-image-v2",),
            dimensions=32,
        ),
        ModelInfo("word-rerank", "rerank", "fake", aliases=("cohere.rerank-v3-5:0", "amazon.rerank-v1:0")),
        ModelInfo("drawing", "draw", "fake", aliases=("amazon.titan-image-generator-v1", "amazon.nova-canvas-v1:0")),
        ModelInfo("down", "chat", "broken", abilities=frozenset({"stream"})),
        ModelInfo("slow", "chat", "broken", abilities=frozenset({"stream"})),
    ]
    return {info.name: info for info in made}


class ModelsPlatform(StandInPlatform):
    def __init__(self, home: Path, **settings: Any) -> None:
        super().__init__(home, **settings)
        self.chat, self.drawing = ScriptedChat(), Painter()
        engines: dict[str, Any] = {
            "scripted": self.chat,
            "words": FakeEmbed(64),
            "seeing": Seeing(32),
            "word-rerank": FakeRerank(),
            "drawing": self.drawing,
            "down": Down(EngineUnavailable("the engine at 127.0.0.1:1 does not answer; is it running?")),
            "slow": Down(EngineTimeout("the engine did not answer within 60 s")),
        }
        self._engines = engines
        self.begin()

    def begin(self) -> None:
        """Forget what was asked, and which engines failed."""
        self.chat.begin()
        self.drawing.asked.clear()
        self.models = Models(Catalog({}, infos(), "USD"), lambda info: self._engines[info.name])


def client(address: str, service: str = "bedrock-runtime", **config: Any) -> Any:
    """Unmodified boto3, pointed elsewhere, without second tries."""
    return boto3.client(
        service,
        region_name="us-east-1",
        endpoint_url=address,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=30, **config),
    )


@contextmanager
def served(home: Path) -> Iterator[tuple[ModelsPlatform, str]]:
    """A platform and the address of its server."""
    platform = ModelsPlatform(home)
    with serving(create_app(platform)) as address:
        yield platform, address
    platform.conversations.close()
    platform.keys.close()


def said(response: Any) -> Any:
    """The body of InvokeModel's response."""
    return json.loads(response["body"].read())


def chunks(response: Any) -> list[Any]:
    """The bodies of a streamed response's chunks."""
    return [json.loads(event["chunk"]["bytes"]) for event in response["body"]]


def refusal(call: Callable[..., Any], **params: Any) -> tuple[str, int, str]:
    """Name, status and words of the error that a call ends with, also when it comes in the middle of a stream."""
    try:
        for value in call(**params).values():
            if isinstance(value, EventStream):
                with closing(value):
                    list(value)
    except ClientError as error:
        found = error.response
        return (
            found["Error"]["Code"],
            found.get("ResponseMetadata", {}).get("HTTPStatusCode", 200),
            found["Error"]["Message"],
        )
    raise AssertionError("the call was answered")
