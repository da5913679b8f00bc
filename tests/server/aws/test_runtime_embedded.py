"""The embedded language model through real boto3: nothing scripted between the caller and the weights."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from groundstone.config import Settings
from groundstone.platform import Platform
from groundstone.server.app import create_app
from tests.models.conftest import gguf  # noqa: F401
from tests.server.aws_models import chunks, client, refusal, said
from tests.server.live import serving

CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
HI = [{"role": "user", "content": [{"text": "Say hello."}]}]


@pytest.fixture(scope="module")
def bedrock(gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:  # noqa: F811
    home = tmp_path_factory.mktemp("embedded")
    (home / "models").symlink_to(gguf.parent.parent)
    with Platform(Settings(home=home)) as platform, serving(create_app(platform)) as address:
        yield client(address)


def test_it_converses_whole_and_in_pieces(bedrock: Any) -> None:
    asked = {"modelId": CLAUDE, "messages": HI, "inferenceConfig": {"maxTokens": 8, "temperature": 0}}
    whole = bedrock.converse(**asked)
    text = whole["output"]["message"]["content"][0]["text"]
    assert text.strip()
    assert 0 < whole["usage"]["outputTokens"] <= 8
    events = list(bedrock.converse_stream(**asked)["stream"])
    pieces = [event["contentBlockDelta"]["delta"]["text"] for event in events if "contentBlockDelta" in event]
    assert "".join(pieces) == text
    counted = bedrock.count_tokens(modelId=CLAUDE, input={"converse": {"messages": HI}})["inputTokens"]
    assert counted == whole["usage"]["inputTokens"] == events[-1]["metadata"]["usage"]["inputTokens"]


def test_it_answers_in_the_bodies_of_claude(bedrock: Any) -> None:
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 5, "temperature": 0}
    sent = json.dumps(body | {"messages": [{"role": "user", "content": "Say hello."}]})
    reply = said(bedrock.invoke_model(modelId=CLAUDE, body=sent))
    assert (reply["model"], reply["stop_reason"]) == ("smollm2-135m-instruct", "max_tokens")
    events = chunks(bedrock.invoke_model_with_response_stream(modelId=CLAUDE, body=sent))
    words = "".join(event["delta"]["text"] for event in events if event["type"] == "content_block_delta")
    assert words == reply["content"][0]["text"]


def test_what_it_cannot_do_is_said(bedrock: Any) -> None:
    long = [{"role": "user", "content": [{"text": "word " * 3000}]}]
    name, status, words = refusal(bedrock.converse, modelId=CLAUDE, messages=long)
    assert (name, status) == ("ValidationException", 400)
    assert words.startswith("Input is too long for requested model:")
    picture = {"image": {"format": "png", "source": {"bytes": b"\x89PNG\r\n\x1a\n" + bytes(9)}}}
    seen = [{"role": "user", "content": [picture, {"text": "What is it?"}]}]
    name, _, words = refusal(bedrock.converse, modelId=CLAUDE, messages=seen)
    assert (name, "cannot see pictures" in words) == ("ValidationException", True)
