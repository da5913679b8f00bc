"""What callers of bedrock-runtime see when a model fails, before and in the middle of a reply."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from groundstone.errors import BudgetExceeded, ContextTooLong, EngineTimeout, EngineUnavailable, ModelError, RateLimited
from groundstone.models.base import ToolCall
from tests.server.aws_models import ModelsPlatform, refusal

MODEL = "anthropic.claude-v2"
BODY = json.dumps({"prompt": "\n\nHuman: Hi\n\nAssistant:", "max_tokens_to_sample": 9})
MESSAGES = [{"role": "user", "content": [{"text": "Hi"}]}]


def every(bedrock: Any, model: str = MODEL) -> Iterator[tuple[str, int, str]]:
    """How each of the four calls is refused."""
    yield refusal(bedrock.converse, modelId=model, messages=MESSAGES)
    yield refusal(bedrock.converse_stream, modelId=model, messages=MESSAGES)
    body = BODY if model == MODEL else json.dumps({"messages": [{"role": "user", "content": "Hi"}]})
    yield refusal(bedrock.invoke_model, modelId=model, body=body)
    yield refusal(bedrock.invoke_model_with_response_stream, modelId=model, body=body)


@pytest.mark.parametrize(
    ("model", "name", "status", "words"),
    [
        ("down", "ServiceUnavailableException", 503, "does not answer; is it running?"),
        ("slow", "ModelTimeoutException", 408, "did not answer within 60 s"),
        ("nothing-like-it", "ResourceNotFoundException", 404, "no model 'nothing-like-it'"),
    ],
)
def test_an_engine_that_cannot_be_used(
    platform: ModelsPlatform, bedrock: Any, model: str, name: str, status: int, words: str
) -> None:
    for found in every(bedrock, model):
        assert found[:2] == (name, status)
        assert words in found[2]


@pytest.mark.parametrize(
    ("error", "name", "status", "words"),
    [
        (ContextTooLong("9,000 tokens; 2,048 at most"), "ValidationException", 400, "Input is too long for requested"),
        (ModelError("it answered nonsense"), "ModelErrorException", 424, "it answered nonsense"),
        (RateLimited("try again in 1 s"), "ThrottlingException", 429, "try again in 1 s"),
    ],
)
def test_an_error_before_the_first_word_has_a_status(
    platform: ModelsPlatform, bedrock: Any, error: Exception, name: str, status: int, words: str
) -> None:
    platform.chat.begin(error)
    for found in every(bedrock):
        assert found[:2] == (name, status)
        assert words in found[2]


def test_a_spent_budget_is_an_error_of_quota(platform: ModelsPlatform, bedrock: Any) -> None:
    platform.chat.begin(BudgetExceeded("the key has spent what it may"))
    for _, status, words in every(bedrock):
        assert status in (400, 429)
        assert words == "the key has spent what it may"


@pytest.mark.parametrize(
    ("error", "converse", "invoke"),
    [
        (EngineUnavailable("it broke off"), "serviceUnavailableException", "serviceUnavailableException"),
        (EngineTimeout("too slow"), "serviceUnavailableException", "modelTimeoutException"),
        (ModelError("nonsense"), "modelStreamErrorException", "modelStreamErrorException"),
    ],
)
def test_an_error_in_the_middle_is_an_event(
    platform: ModelsPlatform, bedrock: Any, error: Exception, converse: str, invoke: str
) -> None:
    platform.chat.begin("Hello", error)
    found = refusal(bedrock.converse_stream, modelId=MODEL, messages=MESSAGES)
    assert (found[0], found[2]) == (converse, str(error))
    found = refusal(bedrock.invoke_model_with_response_stream, modelId=MODEL, body=BODY)
    assert (found[0], found[2]) == (invoke, str(error))


def test_arguments_of_a_tool_that_are_no_json_are_an_error(platform: ModelsPlatform, bedrock: Any) -> None:
    platform.chat.begin("Now", ToolCall("a", "weather", "{city"))
    spec = {"toolSpec": {"name": "weather", "inputSchema": {"json": {"type": "object"}}}}
    asked = {"modelId": MODEL, "messages": MESSAGES, "toolConfig": {"tools": [spec]}}
    assert refusal(bedrock.converse, **asked)[0] == "ModelErrorException"
    assert refusal(bedrock.converse_stream, **asked)[0] == "modelStreamErrorException"


def test_a_reader_who_goes_away_cancels_the_reply(platform: ModelsPlatform, bedrock: Any) -> None:
    platform.chat.begin(*["word "] * 200_000)
    stream = bedrock.converse_stream(modelId=MODEL, messages=MESSAGES)["stream"]
    next(iter(stream))
    stream.close()
    for _ in range(100):
        if platform.chat.closed:
            break
        time.sleep(0.05)
    assert platform.chat.closed == 1


def test_models_that_do_something_else_say_so(bedrock: Any) -> None:
    name, status, words = refusal(bedrock.converse, modelId="words", messages=MESSAGES)
    assert (name, status) == ("ValidationException", 400)
    assert "words cannot chat" in words
    name, _, words = refusal(
        bedrock.invoke_model_with_response_stream, modelId="words", body=json.dumps({"inputText": "a"})
    )
    assert (name, "not supported for streaming" in words) == ("ValidationException", True)
    name, _, words = refusal(bedrock.count_tokens, modelId="down", input={"converse": {"messages": MESSAGES}})
    assert (name, "cannot count tokens" in words) == ("ValidationException", True)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"body": b"{"}, "it is not valid JSON"),
        ({"body": b""}, "it is not valid JSON"),
        ({"body": b"[1]"}, "must be an object, not a list"),
        ({"body": b'{"prompt": NaN}'}, "it is not valid JSON"),
        ({"body": b'{"prompt": "\\ud800"}'}, "it is not valid JSON"),
        ({"body": b'{"a":' * 200 + b"1" + b"}" * 200}, "nests more than"),
        ({"body": BODY, "contentType": "text/csv"}, "contentType: 'text/csv' is not supported"),
        ({"body": BODY, "accept": "image/png"}, "accept: 'image/png' is not supported"),
        ({"body": BODY, "guardrailIdentifier": "abc", "guardrailVersion": "1"}, "there are no guardrails here"),
        ({"body": BODY, "performanceConfigLatency": "optimized"}, "standard latency only"),
    ],
)
def test_bodies_that_cannot_be_read_are_refused(bedrock: Any, params: dict[str, Any], words: str) -> None:
    for call in (bedrock.invoke_model, bedrock.invoke_model_with_response_stream):
        name, status, message = refusal(call, modelId=MODEL, **params)
        assert (name, status) == ("ValidationException", 400)
        assert words in message
