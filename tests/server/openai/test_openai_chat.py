"""Chat completions, driven by the official client."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from pydantic import BaseModel

from groundstone.errors import EngineUnavailable
from groundstone.models.base import Delta, Picture, ToolCall
from tests import looping
from tests.server.engines import PNG
from tests.server.openai_home import Home

ASKED: Any = [{"role": "user", "content": "hello"}]
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "of a town",
        "parameters": {"type": "object", "properties": {"town": {"type": "string"}}},
    },
}


def test_a_reply_comes_whole_with_usage_and_the_model_that_gave_it(home: Home, client: openai.OpenAI) -> None:
    reply = client.chat.completions.create(model="gpt-test", messages=ASKED)
    assert reply.choices[0].message.content == "Hello world"
    assert (reply.choices[0].finish_reason, reply.model, reply.object) == ("stop", "scripted", "chat.completion")
    assert reply.usage is not None
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens, reply.usage.total_tokens) == (7, 5, 12)
    assert reply.system_fingerprint is None


def test_a_stream_has_the_official_form(home: Home, world: tuple[Home, str]) -> None:
    body = {"model": "scripted", "messages": ASKED, "stream": True, "stream_options": {"include_usage": True}}
    response = httpx.post(f"{world[1]}/v1/chat/completions", json=body)
    assert response.headers["content-type"].startswith("text/event-stream")
    *frames, done, end = response.text.split("\n\n")
    assert (done, end) == ("data: [DONE]", "")
    chunks = [json.loads(frame.removeprefix("data: ")) for frame in frames]
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks[:-1]]
    assert deltas[0] == {"role": "assistant", "content": "", "refusal": None}
    assert [delta.get("content") for delta in deltas[1:]] == ["Hello", " world", None]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks[:-1]] == [None, None, None, "stop"]
    assert [chunk["usage"] for chunk in chunks[:-1]] == [None] * 4
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["total_tokens"] == 12
    assert chunks[-1]["model"] == "scripted"


def test_without_stream_options_no_chunk_speaks_of_usage(home: Home, client: openai.OpenAI) -> None:
    chunks = list(client.chat.completions.create(model="scripted", messages=ASKED, stream=True))
    assert all(chunk.choices and "usage" not in chunk.model_fields_set for chunk in chunks)


def test_the_asynchronous_client_streams_too(home: Home, world: tuple[Home, str]) -> None:
    async def ask() -> str:
        async with openai.AsyncOpenAI(base_url=f"{world[1]}/v1", api_key="any") as client:
            stream = await client.chat.completions.create(model="scripted", messages=ASKED, stream=True)
            return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    assert looping.run(ask()) == "Hello world"


def test_every_option_reaches_the_engine(home: Home, client: openai.OpenAI) -> None:
    client.chat.completions.create(
        model="scripted", messages=ASKED, temperature=0.5, top_p=0.9, stop=["END", "."], seed=3, max_tokens=9,
        n=1, user="me", metadata={"a": "b"}, store=False, presence_penalty=0, frequency_penalty=0, logprobs=False,
        logit_bias={}, parallel_tool_calls=True, service_tier="auto",
    )  # fmt: skip
    got = home.scripted.options
    assert (got.temperature, got.top_p, got.stop, got.seed, got.max_tokens) == (0.5, 0.9, ("END", "."), 3, 9)
    assert got.stream is False
    client.chat.completions.create(model="scripted", messages=ASKED, stop="END", max_completion_tokens=8)
    assert (home.scripted.options.stop, home.scripted.options.max_tokens) == (("END",), 8)
    assert home.scripted.options.temperature is None


def test_a_reply_of_unstated_length_leaves_half_of_the_context_to_the_prompt(home: Home, client: openai.OpenAI) -> None:
    long: Any = [{"role": "user", "content": "word " * 60}]
    reply = client.chat.completions.create(model="echo", messages=long)
    assert reply.choices[0].finish_reason == "length"
    assert len((reply.choices[0].message.content or "").split()) == 32


def test_messages_of_every_role_reach_the_engine(home: Home, client: openai.OpenAI) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    messages: Any = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "name": "ann", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"role": "assistant", "content": None, "tool_calls": [call], "refusal": None, "annotations": []},
        {"role": "tool", "tool_call_id": "c1", "content": "rain"},
        {"role": "assistant", "content": "It rains."},
        {"role": "user", "content": "thanks"},
    ]
    client.chat.completions.create(model="scripted", messages=messages)
    got = home.scripted.messages
    assert [(message.role, message.content) for message in got] == [
        ("system", "Be brief."), ("user", "a\nb"), ("assistant", ""), ("tool", "rain"), ("assistant", "It rains."),
        ("user", "thanks"),
    ]  # fmt: skip
    assert got[2].tool_calls == (ToolCall("c1", "weather", "{}"),)
    assert got[3].tool_call_id == "c1"


def test_pictures_come_as_data_addresses(home: Home, client: openai.OpenAI) -> None:
    address = "data:image/jpeg;base64," + base64.b64encode(PNG).decode()
    content: Any = [{"type": "text", "text": "what?"}, {"type": "image_url", "image_url": {"url": address}}]
    client.chat.completions.create(model="scripted", messages=[{"role": "user", "content": content}])
    assert home.scripted.messages[0].pictures == (Picture(PNG, "image/png"),)


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1/x.png", "https://example.com/x.png", "file:///etc/passwd", "data:image/png;base64,***",
     "data:image/png;base64,AAAA", "data:image/png,abc"],
)  # fmt: skip
def test_nothing_is_fetched_for_a_picture(client: openai.OpenAI, address: str) -> None:
    content: Any = [{"type": "image_url", "image_url": {"url": address}}]
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="scripted", messages=[{"role": "user", "content": content}])
    assert caught.value.param == "messages[0].content[0].image_url.url"


def test_tools_make_a_round_trip(home: Home, client: openai.OpenAI) -> None:
    home.scripted.say(ToolCall("c1", "weather", '{"town": "Orford"}'))
    first = client.chat.completions.create(model="scripted", messages=ASKED, tools=[WEATHER], tool_choice="required")
    message = first.choices[0].message
    assert (first.choices[0].finish_reason, message.content) == ("tool_calls", None)
    assert home.scripted.options.tools[0].name == "weather"
    assert home.scripted.options.tool_choice == "required"
    assert message.tool_calls is not None
    home.scripted.say("It rains.")
    history: Any = [*ASKED, message.model_dump(), {"role": "tool", "tool_call_id": "c1", "content": "rain"}]
    second = client.chat.completions.create(model="scripted", messages=history, tools=[WEATHER])
    assert second.choices[0].message.content == "It rains."
    assert home.scripted.messages[1].tool_calls[0].arguments == '{"town": "Orford"}'


def test_tool_calls_are_streamed_with_their_index(home: Home, client: openai.OpenAI) -> None:
    home.scripted.say("Let me see.", ToolCall("c1", "weather", "{}"), ToolCall("c2", "weather", "{}"))
    named: Any = {"type": "function", "function": {"name": "weather"}}
    stream = client.chat.completions.create(
        model="scripted", messages=ASKED, tools=[WEATHER], tool_choice=named, stream=True
    )
    chunks = list(stream)
    calls = [call for chunk in chunks for call in chunk.choices[0].delta.tool_calls or ()]
    assert [(call.index, call.id, call.type) for call in calls] == [(0, "c1", "function"), (1, "c2", "function")]
    assert chunks[-1].choices[0].finish_reason == "tool_calls"
    assert home.scripted.options.tool_choice == "weather"


def test_one_call_at_a_time_when_the_caller_says_so(home: Home, client: openai.OpenAI) -> None:
    home.scripted.say(ToolCall("c1", "weather", "{}"), ToolCall("c2", "weather", "{}"))
    reply = client.chat.completions.create(model="scripted", messages=ASKED, tools=[WEATHER], parallel_tool_calls=False)
    assert [call.id for call in reply.choices[0].message.tool_calls or ()] == ["c1"]


def test_a_schema_reaches_the_engine_and_the_reply_is_parsed(home: Home, client: openai.OpenAI) -> None:
    class Town(BaseModel):
        name: str

    home.scripted.say('{"name": "Orford"}')
    reply = client.chat.completions.parse(model="scripted", messages=ASKED, response_format=Town)
    assert reply.choices[0].message.parsed == Town(name="Orford")
    assert home.scripted.options.schema is not None
    assert home.scripted.options.schema["properties"].keys() == {"name"}
    client.chat.completions.create(model="scripted", messages=ASKED, response_format={"type": "json_object"})
    assert home.scripted.options.schema == {"type": "object"}


@pytest.mark.parametrize(("stop", "shown"), [("length", "length"), ("filtered", "content_filter")])
def test_the_reason_of_an_early_end_is_told(home: Home, client: openai.OpenAI, stop: str, shown: str) -> None:
    home.scripted.say("cut", stop=stop)
    assert client.chat.completions.create(model="scripted", messages=ASKED).choices[0].finish_reason == shown


@pytest.mark.parametrize(
    ("changed", "param"),
    [
        ({"n": 2}, "n"),
        ({"logprobs": True}, "logprobs"),
        ({"top_logprobs": 3}, "top_logprobs"),
        ({"logit_bias": {"1": 5}}, "logit_bias"),
        ({"frequency_penalty": 0.5}, "frequency_penalty"),
        ({"store": True}, "store"),
        ({"temperature": 3}, "temperature"),
        ({"top_p": "high"}, "top_p"),
        ({"stop": ["a"] * 5}, "stop"),
        ({"stop": [""]}, "stop"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 5, "max_completion_tokens": 6}, "max_tokens"),
        ({"seed": 2**70}, "seed"),
        ({"top_k": 5}, "top_k"),
        ({"functions": []}, "functions"),
        ({"audio": {}}, "audio"),
        ({"modalities": ["audio"]}, "modalities"),
        ({"reasoning_effort": "high"}, "reasoning_effort"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": {"type": "function", "function": {"name": "x"}}}, "tool_choice"),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"tools": [WEATHER, WEATHER]}, "tools"),
        ({"tools": [{"type": "function", "function": {"name": "a b"}}]}, "tools[0].function.name"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema.name"),
        ({"response_format": {"type": "grammar"}}, "response_format.type"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": "x", "mood": 1}]}, "messages[0].mood"),
        ({"messages": [{"role": "user", "content": [{"type": "file", "file": {}}]}]}, "messages[0].content[0].type"),
        ({"messages": [{"role": "tool", "content": "x", "tool_call_id": "none"}]}, "messages[0].tool_call_id"),
        ({"messages": [{"role": "assistant"}]}, "messages[0].content"),
        ({"model": ""}, "model"),
        ({"model": None}, "model"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(
    client: openai.OpenAI, world: tuple[Home, str], changed: dict[str, Any], param: str
) -> None:
    sent = {"model": "scripted", "messages": ASKED} | changed
    response = httpx.post(f"{world[1]}/v1/chat/completions", json=sent)
    assert response.status_code == 400
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["param"], error["type"]) == (param, "invalid_request_error")


def test_a_failure_in_mid_stream_reaches_the_client(home: Home, client: openai.OpenAI) -> None:
    home.scripted.say("Hel", EngineUnavailable("the engine went away"))
    stream = client.chat.completions.create(model="scripted", messages=ASKED, stream=True)
    seen = []
    with pytest.raises(openai.APIError, match="the engine went away") as caught:
        seen.extend(chunk.choices[0].delta.content for chunk in stream)
    assert caught.value.code == "engine_unavailable"
    assert "".join(text or "" for text in seen) in ("", "Hel")


def test_an_unforeseen_failure_in_mid_stream_tells_nothing_of_itself(
    home: Home, client: openai.OpenAI, caplog: pytest.LogCaptureFixture
) -> None:
    home.scripted.say("Hel", RuntimeError("a secret detail"))
    stream = client.chat.completions.create(model="scripted", messages=ASKED, stream=True)
    with pytest.raises(openai.APIError, match="its log says what") as caught:
        list(stream)
    assert "secret" not in str(caught.value)


class Endless:
    """Speaks until it is closed."""

    name = "endless"

    def __init__(self, pause: float) -> None:
        self.pause, self.closed = pause, threading.Event()

    def chat(self, messages: Any, options: Any = None) -> Iterator[Delta]:
        try:
            while True:
                yield Delta("word ")
                time.sleep(self.pause)
        finally:
            self.closed.set()


@pytest.mark.parametrize("pause", [0.0, 0.01])
def test_a_client_that_goes_away_stops_the_engine(home: Home, client: openai.OpenAI, pause: float) -> None:
    engine = home.engines["echo"] = Endless(pause)
    try:
        stream = client.chat.completions.create(model="echo", messages=ASKED, stream=True)
        assert next(iter(stream)).choices
        stream.close()
        assert engine.closed.wait(5)
    finally:
        home.engines["echo"] = home.echo


def test_so_does_one_that_waits_for_a_whole_reply(home: Home, world: tuple[Home, str]) -> None:
    engine = home.engines["echo"] = Endless(0.01)
    try:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{world[1]}/v1/chat/completions", json={"model": "echo", "messages": ASKED}, timeout=0.3)
        assert engine.closed.wait(5)
    finally:
        home.engines["echo"] = home.echo


def test_the_older_completions_continue_a_prompt(home: Home, client: openai.OpenAI) -> None:
    reply = client.completions.create(model="scripted", prompt="Say hello", max_tokens=4)
    assert (reply.choices[0].text, reply.choices[0].finish_reason, reply.object) == (
        "Hello world", "stop", "text_completion",
    )  # fmt: skip
    assert home.scripted.messages[0].content == "Say hello"
    chunks = list(client.completions.create(model="scripted", prompt=["Say hello"], stream=True))
    assert "".join(chunk.choices[0].text for chunk in chunks) == "Hello world"
    assert chunks[-1].choices[0].finish_reason == "stop"
    with pytest.raises(openai.BadRequestError):
        client.completions.create(model="scripted", prompt=[[1, 2]])
