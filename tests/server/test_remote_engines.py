"""One Groundstone asks another: every kind of remote engine, set up by catalog.toml, against our own wires."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from groundstone.config import Settings
from groundstone.errors import ContextTooLong, EngineUnavailable
from groundstone.identity import LOCAL
from groundstone.models.base import ChatOptions, Delta, DrawOptions, Message, ModelInfo, Tool, ToolCall
from groundstone.models.catalog import Catalog
from groundstone.models.fakes import FakeChat, FakeDraw, FakeEmbed, FakeRerank
from groundstone.models.service import Models
from groundstone.platform import Platform
from groundstone.server.app import create_app

from .live import serving

ASK = [Message("system", "be brief"), Message("user", "tell me a story")]
WEATHER = Tool("weather", "tells the weather", {"type": "object", "properties": {"town": {"type": "string"}}})
CALL = ToolCall("c1", "weather", '{"town":"Orford"}')
ALL = frozenset({"stream", "tools", "schema", "images", "count"})
CATALOG = """
[engines.far]
kind = "openai"
url = "{address}/v1"
api_key_env = "FAR_KEY"
retries = 0

[engines.far-ranker]
kind = "rerank"
url = "{address}/v1"
form = "cohere"
retries = 0

[engines.aws]
kind = "bedrock"
region = "us-east-1"
endpoint = "{address}"
timeout = 10
retries = 0

[models.by-openai]
engine = "far"
task = "chat"
at_engine = "anthropic.claude-v2:1"
abilities = ["stream", "tools", "schema", "images"]

[models.by-bedrock]
engine = "aws"
task = "chat"
at_engine = "anthropic.claude-v2:1"
abilities = ["stream", "tools", "schema", "images", "count"]

[models.vectors-by-openai]
engine = "far"
task = "embed"
at_engine = "amazon.titan-embed-text-v2:0"
dimensions = 256

[models.vectors-by-bedrock]
engine = "aws"
task = "embed"
at_engine = "amazon.titan-embed-text-v2:0"
dimensions = 256

[models.rank-by-server]
engine = "far-ranker"
task = "rerank"
at_engine = "amazon.rerank-v1:0"

[models.rank-by-bedrock]
engine = "aws"
task = "rerank"
at_engine = "amazon.rerank-v1:0"

[models.draw-by-openai]
engine = "far"
task = "draw"
at_engine = "amazon.nova-canvas-v1:0"

[models.draw-by-bedrock]
engine = "aws"
task = "draw"
at_engine = "amazon.nova-canvas-v1:0"
"""


class Far:
    """The platform that is asked, and its engines."""

    def __init__(self, home: Path) -> None:
        self.chat, self.draw = FakeChat(), FakeDraw()
        engines: dict[str, Any] = {
            "talk": self.chat,
            "vectors": FakeEmbed(256),
            "rank": FakeRerank(),
            "draw": self.draw,
        }
        models = [
            ModelInfo("talk", "chat", "fake", aliases=("anthropic.claude-v2:1",), abilities=ALL, context=600),
            ModelInfo("vectors", "embed", "fake", aliases=("amazon.titan-embed-text-v2:0",), dimensions=256),
            ModelInfo("rank", "rerank", "fake", aliases=("amazon.rerank-v1:0",)),
            ModelInfo("draw", "draw", "fake", aliases=("amazon.nova-canvas-v1:0",)),
        ]
        self.platform = Platform(Settings(home=home))
        catalog = Catalog({}, {info.name: info for info in models}, "USD", answers="talk")
        self.platform.__dict__ |= {"models": Models(catalog, lambda info: engines[info.name])}

    def begin(self, **settings: Any) -> None:
        self.chat.__init__(**settings)  # type: ignore[misc]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Far, str]]:
    far = Far(tmp_path_factory.mktemp("far"))
    with serving(create_app(far.platform)) as address:
        yield far, address
    far.platform.close()


@pytest.fixture
def far(site: tuple[Far, str]) -> Far:
    site[0].begin()
    return site[0]


@pytest.fixture(scope="module")
def near(site: tuple[Far, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Models]:
    home = tmp_path_factory.mktemp("near")
    (home / "catalog.toml").write_text(CATALOG.format(address=site[1]))
    with pytest.MonkeyPatch.context() as patch, Platform(Settings(home=home)) as platform:
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_BEARER_TOKEN_BEDROCK", "HTTP_PROXY", "http_proxy"):
            patch.delenv(name, raising=False)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "FAR_KEY"):
            patch.setenv(name, "dummy-key")
        yield platform.models


def talk(near: Models, name: str, messages: list[Message] = ASK, **options: Any) -> list[Delta]:
    return list(near.chat(LOCAL, name, messages, ChatOptions(**{"max_tokens": 100, **options})))


BOTH = pytest.mark.parametrize("name", ["by-openai", "by-bedrock"])


@BOTH
@pytest.mark.parametrize("stream", [True, False])
def test_a_reply_comes_with_usage_and_reason(far: Far, near: Models, name: str, stream: bool) -> None:
    far.begin(replies=["Once upon a time"])
    pieces = talk(near, name, stream=stream)
    assert "".join(piece.text for piece in pieces) == "Once upon a time"
    usage = pieces[-1].usage
    assert usage is not None
    assert (usage.input_tokens, usage.output_tokens) == (6, 4)
    assert (pieces[-1].stop_reason, pieces[-1].model) == ("stop", name)
    assert [(message.role, message.content) for message in far.chat.calls[0]] == [
        ("system", "be brief"),
        ("user", "tell me a story"),
    ]


@BOTH
def test_tools_go_there_and_calls_and_results_come_back(far: Far, near: Models, name: str) -> None:
    far.begin(replies=[["Let me look.", CALL], "Rain."])
    pieces = talk(near, name, tools=(WEATHER,))
    (call,) = [piece.tool_call for piece in pieces if piece.tool_call]
    assert (call.name, call.arguments.replace(" ", "")) == (CALL.name, CALL.arguments)
    assert pieces[-1].stop_reason == "tool_calls"
    assert far.chat.options[0].tools == (WEATHER,)
    history = [
        *ASK,
        Message("assistant", "Let me look.", tool_calls=(call,)),
        Message("tool", "rain", tool_call_id=call.id),
    ]
    assert talk(near, name, history, tools=(WEATHER,))[0].text == "Rain."
    assert [message.role for message in far.chat.calls[1]] == ["system", "user", "assistant", "tool"]
    assert far.chat.calls[1][3].tool_call_id == call.id


@BOTH
def test_settings_arrive(far: Far, near: Models, name: str) -> None:
    talk(near, name, temperature=0.5, top_p=0.25, stop=("END",))
    found = far.chat.options[0]
    assert (found.max_tokens, found.temperature, found.top_p, found.stop) == (100, 0.5, 0.25, ("END",))


@BOTH
def test_a_conversation_that_does_not_fit_is_told_as_such(far: Far, near: Models, name: str) -> None:
    with pytest.raises(ContextTooLong):
        talk(near, name, [Message("user", "word " * 700)])


@BOTH
def test_a_reader_who_leaves_ends_the_work_there(far: Far, near: Models, name: str) -> None:
    far.begin(replies=["word " * 500], delay=0.01)
    stream = near.chat(LOCAL, name, ASK, ChatOptions(max_tokens=500))
    next(stream)
    threading.Timer(0.1, stream.close).start()  # type: ignore[attr-defined]
    began = time.monotonic()
    for _ in stream:
        pass
    while not far.chat.closed:
        assert time.monotonic() - began < 3
        time.sleep(0.01)


@BOTH
def test_an_engine_that_fails_there_is_unavailable_here(far: Far, near: Models, name: str) -> None:
    far.begin(replies=["Once upon a time"], error=EngineUnavailable("gone"), fail_after=2)
    with pytest.raises(EngineUnavailable):
        talk(near, name)


def test_tokens_are_counted_there(far: Far, near: Models) -> None:
    assert near.count_tokens(LOCAL, "by-bedrock", ASK) == 6


@pytest.mark.parametrize("name", ["vectors-by-openai", "vectors-by-bedrock"])
def test_vectors_are_the_same_as_there(near: Models, name: str) -> None:
    made = near.embed(LOCAL, name, ["red house", "a red brick house"])
    assert made.vectors == pytest.approx(FakeEmbed(256).embed(["red house", "a red brick house"]), abs=1e-5)
    assert made.tokens == 6


@pytest.mark.parametrize("name", ["rank-by-server", "rank-by-bedrock"])
def test_relevance_is_the_same_as_there(near: Models, name: str) -> None:
    texts = ["blue", "a red house", "red"]
    assert near.rerank(LOCAL, name, "red house", texts) == FakeRerank().rerank("red house", texts)


@pytest.mark.parametrize("name", ["draw-by-openai", "draw-by-bedrock"])
def test_pictures_are_the_same_as_there(far: Far, near: Models, name: str) -> None:
    options = DrawOptions(width=512, height=512, count=2)
    pictures = near.draw(LOCAL, name, "a stone", options)
    (asked,) = far.draw.calls[-1:]
    assert (asked[0], asked[1].width, asked[1].height, asked[1].count) == ("a stone", 512, 512, 2)
    assert pictures == far.draw.draw(*asked)
