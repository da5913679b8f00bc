"""Each operation of bedrock-runtime once, with every reply held against its model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from groundstone.models.base import ToolCall
from tests.server.aws_models import ModelsPlatform, client, served

HELLO = [{"role": "user", "content": [{"text": "Hello"}]}]
WEATHER = {"toolSpec": {"name": "weather", "inputSchema": {"json": {"type": "object"}}}}
CLAUDE = "anthropic.claude-3-sonnet-20240229-v1:0"
BODY = json.dumps(
    {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ModelsPlatform, Any]]:
    with served(tmp_path_factory.mktemp("shapes")) as (platform, address):
        yield platform, client(address)


@pytest.fixture
def runtime(server: tuple[ModelsPlatform, Any]) -> Any:
    server[0].begin()
    return server[1]


def test_converse(runtime: Any) -> None:
    got = runtime.converse(modelId=CLAUDE, messages=HELLO)
    assert got["output"]["message"]["content"] == [{"text": "Hello there."}]


def test_converse_stream(runtime: Any, server: tuple[ModelsPlatform, Any]) -> None:
    kinds = [next(iter(event)) for event in runtime.converse_stream(modelId=CLAUDE, messages=HELLO)["stream"]]
    assert (kinds[0], kinds[-2:]) == ("messageStart", ["messageStop", "metadata"])
    server[0].chat.begin(ToolCall("1", "weather", '{"city": "Oslo"}'))
    asked = {"modelId": CLAUDE, "messages": HELLO, "toolConfig": {"tools": [WEATHER]}}
    events = list(runtime.converse_stream(**asked)["stream"])
    assert any("toolUse" in event.get("contentBlockStart", {}).get("start", {}) for event in events)


def test_invoke_model(runtime: Any) -> None:
    got = runtime.invoke_model(modelId=CLAUDE, body=BODY)
    assert json.loads(got["body"].read())["content"][0]["text"] == "Hello there."


def test_invoke_model_with_response_stream(runtime: Any) -> None:
    stream = runtime.invoke_model_with_response_stream(modelId=CLAUDE, body=BODY)["body"]
    chunks = [json.loads(event["chunk"]["bytes"]) for event in stream]
    assert (chunks[0]["type"], chunks[-1]["type"]) == ("message_start", "message_stop")


def test_count_tokens(runtime: Any) -> None:
    assert runtime.count_tokens(modelId=CLAUDE, input={"converse": {"messages": HELLO}})["inputTokens"] > 0
