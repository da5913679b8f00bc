"""The responses API, driven by the official client."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import httpx
import openai
import pytest
from pydantic import BaseModel

from groundstone.errors import EngineUnavailable, NotFound
from groundstone.identity import LOCAL, Principal
from groundstone.models.base import Message, Picture, ToolCall
from groundstone.server.openai import kept
from tests.server.engines import PNG
from tests.server.openai_home import Home

WEATHER: Any = {"type": "function", "name": "weather", "parameters": {"type": "object"}, "strict": False}
TEXT_EVENTS = [
    "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
    "response.output_text.delta", "response.output_text.delta", "response.output_text.done",
    "response.content_part.done", "response.output_item.done", "response.completed",
]  # fmt: skip


def test_a_text_gets_a_response(home: Home, client: openai.OpenAI) -> None:
    made = client.responses.create(
        model="gpt-test",
        input="hi",
        instructions="Be brief.",
        max_output_tokens=9,
        temperature=0.2,
        metadata={"a": "b"},
    )
    assert (made.output_text, made.status, made.model, made.object) == (
        "Hello world", "completed", "scripted", "response",
    )  # fmt: skip
    assert made.usage is not None
    assert (made.usage.input_tokens, made.usage.output_tokens, made.usage.total_tokens) == (7, 5, 12)
    assert (made.instructions, made.max_output_tokens, made.metadata) == ("Be brief.", 9, {"a": "b"})
    assert home.scripted.messages == [Message("system", "Be brief."), Message("user", "hi")]
    assert (home.scripted.options.max_tokens, home.scripted.options.temperature) == (9, 0.2)


def test_events_come_in_the_official_order(home: Home, client: openai.OpenAI) -> None:
    events = list(client.responses.create(model="scripted", input="hi", stream=True))
    assert [event.type for event in events] == TEXT_EVENTS
    assert [event.sequence_number for event in events] == list(range(len(events)))
    first, last = events[0], events[-1]
    assert first.type == "response.created"
    assert (first.response.status, first.response.output) == ("in_progress", [])
    assert last.type == "response.completed"
    assert last.response.output_text == "Hello world"
    added = events[2]
    assert added.type == "response.output_item.added"
    assert (added.item.status, added.item.content) == ("in_progress", [])  # type: ignore[union-attr]


def test_the_streaming_helper_reads_it(home: Home, client: openai.OpenAI) -> None:
    with client.responses.stream(model="scripted", input="hi") as stream:
        for _ in stream:
            pass
        assert stream.get_final_response().output_text == "Hello world"


def test_functions_make_a_round_trip(home: Home, client: openai.OpenAI) -> None:
    home.scripted.say("Let me see.", ToolCall("c1", "weather", '{"town": "Orford"}'))
    first = client.responses.create(model="scripted", input="rain?", tools=[WEATHER], tool_choice="auto")
    said, call = first.output
    assert said.type == "message"
    assert call.type == "function_call"
    assert (call.call_id, call.name, call.arguments) == ("c1", "weather", '{"town": "Orford"}')
    home.scripted.say("It rains.")
    output: Any = [{"type": "function_call_output", "call_id": "c1", "output": "rain"}]
    second = client.responses.create(
        model="scripted", input=output, previous_response_id=first.id, tools=[WEATHER], tool_choice="none"
    )
    assert second.output_text == "It rains."
    assert [message.role for message in home.scripted.messages] == ["user", "assistant", "tool"]
    assert home.scripted.messages[1].tool_calls == (ToolCall("c1", "weather", '{"town": "Orford"}'),)
    history: Any = [{"role": "user", "content": "rain?"}, *(item.model_dump() for item in first.output), *output]
    client.responses.create(model="scripted", input=history, tools=[WEATHER])
    assert [message.role for message in home.scripted.messages] == ["user", "assistant", "tool"]


def test_calls_are_streamed(home: Home, client: openai.OpenAI) -> None:
    home.scripted.say(ToolCall("c1", "weather", "{}"))
    events = list(client.responses.create(model="scripted", input="rain?", tools=[WEATHER], stream=True))
    assert [event.type for event in events][2:-1] == [
        "response.output_item.added", "response.function_call_arguments.delta",
        "response.function_call_arguments.done", "response.output_item.done",
    ]  # fmt: skip


def test_a_schema_is_parsed(home: Home, client: openai.OpenAI) -> None:
    class Town(BaseModel):
        name: str

    home.scripted.say('{"name": "Orford"}')
    made = client.responses.parse(model="scripted", input="a town", text_format=Town)
    assert made.output_parsed == Town(name="Orford")
    assert home.scripted.options.schema is not None


def test_pictures_and_parts_are_read(home: Home, client: openai.OpenAI) -> None:
    address = "data:image/png;base64," + base64.b64encode(PNG).decode()
    content = [{"type": "input_text", "text": "what?"}, {"type": "input_image", "image_url": address, "detail": "auto"}]
    given: Any = [{"role": "user", "content": content}]
    client.responses.create(model="scripted", input=given)
    assert home.scripted.messages == [Message("user", "what?", (Picture(PNG, "image/png"),))]


def test_a_reply_that_was_cut_is_incomplete(home: Home, client: openai.OpenAI) -> None:
    home.scripted.say("cut", stop="length")
    made = client.responses.create(model="scripted", input="hi")
    assert made.status == "incomplete"
    assert made.incomplete_details is not None
    assert made.incomplete_details.reason == "max_output_tokens"
    assert list(client.responses.create(model="scripted", input="hi", stream=True))[-1].type == "response.incomplete"


def test_an_empty_reply_is_an_empty_message(home: Home, client: openai.OpenAI) -> None:
    home.scripted.say()
    assert client.responses.create(model="scripted", input="hi").output_text == ""


def test_responses_are_kept_and_gone_on_from(home: Home, client: openai.OpenAI) -> None:
    first = client.responses.create(model="scripted", input="one", instructions="not inherited")
    second = client.responses.create(model="scripted", input="two", previous_response_id=first.id)
    client.responses.create(model="scripted", input="three", previous_response_id=second.id)
    said = [(message.role, message.content) for message in home.scripted.messages]
    assert said == [
        ("user", "one"), ("assistant", "Hello world"), ("user", "two"), ("assistant", "Hello world"), ("user", "three"),
    ]  # fmt: skip
    assert client.responses.retrieve(second.id).output_text == "Hello world"
    client.responses.delete(second.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(second.id)
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(model="scripted", input="four", previous_response_id=second.id)
    assert caught.value.code == "previous_response_not_found"


def test_what_is_not_to_be_kept_is_not(home: Home, client: openai.OpenAI) -> None:
    made = client.responses.create(model="scripted", input="secret", store=False)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)


def test_another_user_of_the_tenant_does_not_find_it(home: Home, client: openai.OpenAI) -> None:
    made = client.responses.create(model="scripted", input="mine")
    other = Principal("other", LOCAL.tenant)
    with pytest.raises(NotFound):
        kept.find(home.platform.resources, other, made.id)
    with pytest.raises(NotFound):
        kept.forget(home.platform.resources, other, made.id)
    assert client.responses.retrieve(made.id).id == made.id


def test_old_ones_are_forgotten(home: Home, client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    old = client.responses.create(model="scripted", input="old")
    monkeypatch.setattr(kept, "SWEPT", 1000)
    monkeypatch.setattr(kept, "timedelta", lambda days: timedelta(seconds=-1))
    client.responses.create(model="scripted", input="new")
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(old.id)


def test_a_failure_in_mid_stream_ends_it_as_failed(home: Home, client: openai.OpenAI) -> None:
    home.scripted.say("Hel", EngineUnavailable("the engine went away"))
    events = list(client.responses.create(model="scripted", input="hi", stream=True))
    last = events[-1]
    assert last.type == "response.failed"
    assert last.response.error is not None
    assert last.response.error.message == "the engine went away"
    with pytest.raises(openai.InternalServerError):
        client.responses.create(model="scripted", input="hi")


@pytest.mark.parametrize(
    ("changed", "param"),
    [
        ({"background": True}, "background"),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"tools": [{"type": "file_search", "vector_store_ids": ["x"]}]}, "tools[0].type"),
        ({"conversation": "c"}, "conversation"),
        ({"prompt": {"id": "p"}}, "prompt"),
        ({"truncation": "auto"}, "truncation"),
        ({"include": ["reasoning.encrypted_content"]}, "include"),
        ({"reasoning": {"effort": "high"}}, "reasoning"),
        ({"max_tool_calls": 1}, "max_tool_calls"),
        ({"top_logprobs": 2}, "top_logprobs"),
        ({"stop": "x"}, "stop"),
        ({"text": {"format": {"type": "json_schema", "name": "x"}}}, "text.format.schema"),
        ({"input": []}, "input"),
        ({"input": 5}, "input"),
        ({"input": None}, "input"),
        ({"input": [{"type": "reasoning", "summary": []}]}, "input[0].type"),
        (
            {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "x"}]}]},
            "input[0].content[0].type",
        ),
        ({"input": [{"type": "function_call_output", "call_id": "c", "output": "x"}]}, "input[0].call_id"),
        ({"previous_response_id": "resp_none"}, "previous_response_id"),
        ({"previous_response_id": 7}, "previous_response_id"),
        ({"store": "yes"}, "store"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_cannot_be_done_is_refused_by_name(
    world: tuple[Home, str], changed: dict[str, Any], param: str, stream: bool
) -> None:
    sent = {"model": "scripted", "input": "hi", "stream": stream} | changed
    response = httpx.post(f"{world[1]}/v1/responses", json=sent)
    assert response.status_code == 400, response.text
    assert response.json()["error"]["param"] == param
