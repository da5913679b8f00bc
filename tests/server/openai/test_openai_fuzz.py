"""Whatever is sent, the answer is a reply or an error of OpenAI's form: never a 500, never a hang."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.server.openai_home import served

WORDS = [
    "model", "messages", "role", "user", "assistant", "tool", "system", "content", "type", "text", "image_url", "url",
    "tool_calls", "tool_call_id", "function", "name", "arguments", "parameters", "tools", "tool_choice", "stream",
    "stream_options", "include_usage", "response_format", "json_schema", "schema", "stop", "seed", "temperature",
    "max_tokens", "input", "instructions", "previous_response_id", "message", "function_call", "function_call_output",
    "call_id", "output", "store", "encoding_format", "base64", "dimensions", "query", "documents", "top_n", "prompt",
    "size", "n", "input_text", "input_image", "data:image/png;base64,AAAA", "scripted", "kb/houses", "format", "id",
]  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(WORDS)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=15,
)
GOOD: dict[str, dict[str, Any]] = {
    "chat/completions": {
        "model": "scripted",
        "messages": [{"role": "user", "content": "x"}],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}],
        "response_format": {"type": "text"},
        "stop": None,
        "stream": False,
    },
    "completions": {"model": "scripted", "prompt": "x", "stop": "y"},
    "responses": {
        "model": "scripted",
        "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "x"}]}],
        "tools": [{"type": "function", "name": "f", "parameters": {}}],
        "text": {"format": {"type": "text"}},
        "store": False,
    },
    "embeddings": {"model": "vectors", "input": ["x"], "encoding_format": "float"},
    "images/generations": {"model": "painter", "prompt": "x", "size": "64x64", "n": 1},
    "rerank": {"model": "overlap", "query": "x", "documents": ["x"], "top_n": 1},
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with served(tmp_path_factory.mktemp("fuzz")) as (home, address):
        home.scripted.say("Hello", " world")
        with httpx.Client(base_url=f"{address}/v1/", timeout=10) as client:
            yield client


def check(response: httpx.Response) -> None:
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        error = response.json()["error"]
        assert set(error) == {"message", "type", "param", "code"}
        assert error["message"]
        assert error["type"]
        assert "Traceback" not in response.text
    elif response.headers["content-type"].startswith("text/event-stream"):
        assert '"error": {' not in response.text


@pytest.mark.parametrize("path", GOOD)
@settings(max_examples=20, deadline=None, derandomize=True)
@given(changes=st.dictionaries(st.sampled_from(WORDS), JSON, min_size=1, max_size=3))
def test_any_change_of_a_good_request_is_answered(client: httpx.Client, path: str, changes: dict[str, Any]) -> None:
    check(client.post(path, content=json.dumps(GOOD[path] | changes)))


@pytest.mark.parametrize("path", GOOD)
@settings(max_examples=10, deadline=None, derandomize=True)
@given(body=JSON)
def test_any_json_is_answered(client: httpx.Client, path: str, body: Any) -> None:
    check(client.post(path, content=json.dumps(body)))


@settings(max_examples=20, deadline=None, derandomize=True)
@given(message=st.dictionaries(st.sampled_from(WORDS[2:16]), JSON, max_size=5), model=st.sampled_from(WORDS[-6:-4]))
def test_any_message_is_answered(client: httpx.Client, message: dict[str, Any], model: str) -> None:
    body = {"model": model, "messages": [{"role": "user", "content": "x"} | message], "stream": True}
    check(client.post("chat/completions", content=json.dumps(body)))


@settings(max_examples=20, deadline=None, derandomize=True)
@given(item=st.dictionaries(st.sampled_from(WORDS), JSON, max_size=5))
def test_any_item_is_answered(client: httpx.Client, item: dict[str, Any]) -> None:
    body = {"model": "scripted", "input": [{"role": "user", "content": "x"} | item], "store": False}
    check(client.post("responses", content=json.dumps(body)))


@settings(max_examples=20, deadline=None, derandomize=True)
@given(body=st.binary(max_size=200))
def test_any_bytes_are_answered(client: httpx.Client, body: bytes) -> None:
    check(client.post("chat/completions", content=body))


@settings(max_examples=20, deadline=None, derandomize=True)
@given(question=st.text(min_size=1, max_size=60))
def test_any_question_to_a_knowledge_base_is_answered(client: httpx.Client, question: str) -> None:
    messages = [{"role": "user", "content": "houses in Orford"}, {"role": "user", "content": question}]
    check(client.post("chat/completions", content=json.dumps({"model": "kb/houses", "messages": messages})))


@pytest.mark.parametrize(
    "path", ["%ff%fe", "%ED%A0%80", "%00", "..%2f..%2fetc", "a" * 5000, "🎬", "kb/%00", "kb/..%2f"]
)
def test_any_path_is_answered(client: httpx.Client, path: str) -> None:
    for before in ("models/", "responses/", ""):
        response = client.get(before + path)
        check(response)
        assert response.status_code == 404
