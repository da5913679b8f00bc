"""What is sent to a server that speaks OpenAI's API, and what its replies become."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.errors import (
    ConfigError,
    ContextTooLong,
    EngineUnavailable,
    GroundstoneError,
    InvalidInput,
    ModelError,
    WrongModel,
)
from groundstone.models.base import DEFAULTS, ChatOptions, Delta, Message, Picture, Tool, ToolCall
from groundstone.models.openai import Endpoint, OpenAICompatible
from groundstone.models.openai_reply import Reading
from groundstone.records import Usage

from .misbehaving_server import STREAM, MisbehavingServer, Reply, answer, chunked, event, word

ASK = [Message("user", "hello")]
WEATHER = Tool("weather", "tells the weather", {"type": "object", "properties": {"town": {"type": "string"}}})
TIDES = Tool("tides", "", {"type": "object"})
DONE = "data: [DONE]\n\n"


def talk(*replies: list[Reply], messages: list[Message] = ASK, options: ChatOptions = DEFAULTS, **settings: Any) -> Any:
    """The pieces of the reply, and the bodies that were sent."""
    with MisbehavingServer(*replies) as server:
        model = OpenAICompatible(server.url, "tiny", **{"timeout": 2.0, "retries": 0, **settings})
        try:
            return list(model.chat(messages, options)), [body for _, body in server.requests]
        finally:
            model.close()


def sent(messages: list[Message] = ASK, **options: Any) -> dict[str, Any]:
    _, (body,) = talk([STREAM, word("ok", "stop"), DONE], messages=messages, options=ChatOptions(**options))
    assert isinstance(body, dict)
    return body


def part(index: int | None, arguments: str = "", id: str | None = None, name: str | None = None) -> str:
    call: dict[str, Any] = {"function": {"arguments": arguments} | ({"name": name} if name else {})}
    call |= ({} if index is None else {"index": index}) | ({"id": id, "type": "function"} if id else {})
    return event(choices=[{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": None}])


def ended(reason: str = "tool_calls") -> str:
    return event(choices=[{"index": 0, "delta": {}, "finish_reason": reason}])


# -- requests ----------------------------------------------------------------------------------------------


def test_settings_are_sent_and_those_that_are_none_are_left_out() -> None:
    body = sent(temperature=None)
    assert set(body) == {"model", "messages", "max_tokens", "stream", "stream_options"}
    body = sent(top_p=0.5, stop=("\n", "END"), seed=7, temperature=0.0, top_k=0)
    assert body["top_k"] == 0
    assert (body["top_p"], body["stop"], body["seed"], body["temperature"]) == (0.5, ["\n", "END"], 7, 0.0)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("auto", "auto"),
        ("none", "none"),
        ("required", "required"),
        ("tides", {"type": "function", "function": {"name": "tides"}}),
    ],
)
def test_tools_and_the_choice_among_them_are_sent(choice: str, expected: object) -> None:
    body = sent(tools=(WEATHER, TIDES), tool_choice=choice)
    assert [tool["function"]["name"] for tool in body["tools"]] == ["weather", "tides"]
    assert body["tools"][0]["function"]["parameters"] == WEATHER.parameters
    assert body["tool_choice"] == expected


def test_pictures_tool_calls_and_their_results_take_their_form() -> None:
    call = ToolCall("c1", "weather", '{"town": "Orford"}')
    messages = [
        Message("user", "where is this?", pictures=(Picture(b"bytes", "image/png"),)),
        Message("assistant", "", tool_calls=(call,)),
        Message("tool", "rain", tool_call_id="c1"),
    ]
    user, assistant, tool = sent(messages)["messages"]
    assert user["content"][0] == {"type": "text", "text": "where is this?"}
    assert user["content"][1]["image_url"]["url"] == f"data:image/png;base64,{b64encode(b'bytes').decode()}"
    assert assistant["content"] is None
    assert assistant["tool_calls"][0]["function"] == {"name": "weather", "arguments": '{"town": "Orford"}'}
    assert tool == {"role": "tool", "tool_call_id": "c1", "content": "rain"}


@pytest.mark.parametrize(
    ("messages", "options"),
    [
        ([], {}),
        ([Message("tool", "rain")], {}),
        ([Message("user", "x", tool_calls=(ToolCall("c", "n", "{}"),))], {}),
        ([Message("system", "x", pictures=(Picture(b"", "image/png"),))], {}),
        (ASK, {"tool_choice": "required"}),
        (ASK, {"tools": (TIDES,), "tool_choice": "weather"}),
    ],
)
def test_what_no_engine_could_make_sense_of_is_refused_at_once(messages: list[Message], options: Any) -> None:
    with pytest.raises(InvalidInput):
        OpenAICompatible("http://localhost/v1", "tiny").chat(messages, ChatOptions(**options))


def test_parameters_to_omit_are_never_sent() -> None:
    _, (body,) = talk([STREAM, word("ok", "stop"), DONE], omit=["temperature", "seed"], options=ChatOptions(seed=1))
    assert not {"temperature", "seed"} & set(body)
    with pytest.raises(ConfigError, match="omit"):
        OpenAICompatible("http://localhost/v1", "tiny", omit=["messages"])


def test_what_cannot_be_written_as_json_is_refused() -> None:
    with pytest.raises(InvalidInput, match="JSON"):
        talk([STREAM, DONE], options=ChatOptions(temperature=float("nan")))


@pytest.mark.parametrize(
    ("said", "gone", "instead"),
    [
        ("Unrecognized request argument supplied: stream_options", "stream_options", None),
        ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", "max_tokens", 512),
    ],
)
def test_a_parameter_that_known_servers_refuse_is_put_differently_from_then_on(
    said: str, gone: str, instead: int | None
) -> None:
    refusal = answer(400, json.dumps({"error": {"message": said}}))
    with MisbehavingServer(refusal, [STREAM, word("ok", "stop"), DONE]) as server:
        model = OpenAICompatible(server.url, "tiny", retries=0)
        for _ in range(2):
            assert next(model.chat(ASK)).text == "ok"
        model.close()
    assert [gone in body for _, body in server.requests] == [True, False, False]
    assert server.requests[2][1].get("max_completion_tokens") == instead


def test_a_refusal_that_stays_is_reported() -> None:
    refusal = answer(400, json.dumps({"error": {"message": "stream_options is wrong"}}))
    with pytest.raises(ModelError, match="stream_options is wrong"):
        talk(refusal)


# -- replies -----------------------------------------------------------------------------------------------


def test_a_tool_call_comes_whole_and_the_last_piece_names_the_model() -> None:
    stream = [part(0, "", "c1", "weather"), part(0, '{"town"'), part(0, ': "Orford"}'), ended()]
    last = event(model="tiny-2", choices=[], usage={"prompt_tokens": 3, "completion_tokens": 9})
    pieces, _ = talk([STREAM, *stream, last, DONE])
    assert pieces == [
        Delta(tool_call=ToolCall("c1", "weather", '{"town": "Orford"}')),
        Delta(usage=Usage(3, 9), stop_reason="tool_calls", model="tiny-2"),
    ]


def test_tool_calls_may_be_interleaved() -> None:
    stream = [part(0, "a", "c1", "x"), part(1, "A", "c2", "y"), part(0, "b"), part(1, "B"), ended("stop")]
    pieces, _ = talk([STREAM, word("One moment."), *stream, DONE])
    assert [piece.tool_call for piece in pieces[1:3]] == [ToolCall("c1", "x", "ab"), ToolCall("c2", "y", "AB")]
    assert pieces[-1].stop_reason == "tool_calls"


@pytest.mark.parametrize(
    "stream",
    [
        [part(0, "1", "c1", "x"), part(0, "2", "c2", "x")],  # every call has the index 0
        [part(None, "1", "c1", "x"), part(None, "2", "c2", "x")],
        [part(None, "", "c1", "x"), part(None, "1"), part(None, "2", "c2", "x")],
        [part(0, "1", "c1", "x"), part(0, "", "c2", "x"), part(0, "2")],
    ],
)
def test_calls_are_told_apart_where_indexes_are_missing_or_the_same(stream: list[str]) -> None:
    pieces, _ = talk([STREAM, *stream, ended(), DONE])
    assert [piece.tool_call for piece in pieces[:-1]] == [ToolCall("c1", "x", "1"), ToolCall("c2", "x", "2")]


def test_a_call_without_an_id_is_given_one() -> None:
    pieces, _ = talk([STREAM, part(None, "{}", None, "x"), part(None, "{}", None, "x"), ended(), DONE])
    first, second = (piece.tool_call.id for piece in pieces[:-1])
    assert first.startswith("call_")
    assert first != second


@pytest.mark.parametrize(
    "stream",
    [
        [part(0, '{"town"', "c1", "weather")],  # cut
        [part(0, "{}", "c1"), ended(), DONE],  # without a name
        [event(choices=[{"delta": {"tool_calls": ["x"]}}]), ended(), DONE],
        [word("half"), ended("abort"), DONE],
    ],
)
def test_a_broken_tool_call_or_stream_is_an_error_and_never_half_a_call(stream: list[str]) -> None:
    with pytest.raises(EngineUnavailable):
        talk([STREAM, *stream])


@pytest.mark.parametrize(
    ("reason", "expected"),
    [("stop", "stop"), ("length", "length"), ("content_filter", "filtered"), ("function_call", "tool_calls")],
)
def test_reasons_are_translated(reason: str, expected: str) -> None:
    pieces, _ = talk([STREAM, word("x", reason), DONE])
    assert pieces[-1].stop_reason == expected


def test_a_refusal_of_the_model_is_shown_and_counts_as_filtered() -> None:
    stream = [event(choices=[{"delta": {"refusal": "I will not."}, "finish_reason": None}]), ended("stop")]
    pieces, _ = talk([STREAM, *stream, DONE])
    assert (pieces[0].text, pieces[-1].stop_reason) == ("I will not.", "filtered")


def test_usage_that_the_server_does_not_tell_stays_unknown() -> None:
    pieces, _ = talk([STREAM, word("x", "stop"), DONE])
    assert pieces[-1] == Delta(stop_reason="stop", model="tiny")


def test_a_stop_sequence_that_ended_the_reply_is_told_where_the_server_names_it() -> None:
    for named, told in (("END", "END"), (128009, None), ("stop", None), (None, None)):
        last = event(choices=[{"index": 0, "delta": {}, "finish_reason": "stop", "stop_reason": named}])
        pieces, _ = talk([STREAM, word("x"), last, DONE], options=ChatOptions(stop=("END", "\n")))
        assert (pieces[-1].stop_reason, pieces[-1].stopped_by) == ("stop", told)


def whole(message: dict[str, Any], reason: str | None = "stop") -> list[Reply]:
    choice = {"index": 0, "message": message, "finish_reason": reason}
    usage = {"prompt_tokens": 2, "completion_tokens": 1}
    return answer(200, json.dumps({"object": "chat.completion", "model": "t", "choices": [choice], "usage": usage}))


def test_a_reply_that_nobody_reads_along_is_asked_for_in_one_piece() -> None:
    pieces, (body,) = talk(whole({"role": "assistant", "content": "Good day"}), options=ChatOptions(stream=False))
    assert pieces == [Delta("Good day"), Delta(usage=Usage(2, 1), stop_reason="stop", model="t")]
    assert not {"stream", "stream_options"} & set(body)


def test_a_server_that_does_not_stream_gives_its_reply_in_one_piece() -> None:
    calls = [{"id": f"c{n}", "type": "function", "function": {"name": "x", "arguments": "{}"}} for n in (1, 2)]
    pieces, _ = talk(whole({"role": "assistant", "content": None, "tool_calls": calls}, "tool_calls"))
    assert [piece.tool_call for piece in pieces[:-1]] == [ToolCall("c1", "x", "{}"), ToolCall("c2", "x", "{}")]


@pytest.mark.parametrize("body", ["{}", "[]", '{"choices": []}', '{"choices": [{"message": {"content": "x"}}]}', "{"])
def test_a_whole_reply_that_is_not_finished_is_an_error(body: str) -> None:
    with pytest.raises(EngineUnavailable):
        talk(answer(200, body), options=ChatOptions(stream=False))


TOO_LONG = {
    "openai": {"error": {"message": "This model's maximum context ...", "code": "context_length_exceeded"}},
    "llama.cpp": {"error": {"code": 400, "message": "too big", "type": "exceed_context_size_error", "n_ctx": 64}},
    "vllm": {"object": "error", "message": "This model's maximum context length is 64 tokens. However, you ..."},
    "vllm-new": {"error": {"message": "This model's maximum context length is 64 tokens.", "code": 400}},
    "tgi": {"error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 64. Given: 60 and 20"},
    "sglang": {"object": "error", "message": "The input (99 tokens) is longer than the model's context length (64)."},
    "anthropic": {"error": {"message": "prompt is too long: 99 tokens > 64 maximum"}},
}


@pytest.mark.parametrize("server", TOO_LONG)
def test_a_context_that_is_too_long_is_recognised(server: str) -> None:
    with pytest.raises(ContextTooLong, match="do not fit"):
        talk(answer(422 if server == "tgi" else 400, json.dumps(TOO_LONG[server])))


def test_a_context_that_is_too_long_is_recognised_in_a_stream() -> None:
    with pytest.raises(ContextTooLong):
        talk([STREAM, event(**TOO_LONG["llama.cpp"])])


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_is_full_is_not_taken_for_a_context_that_is_too_long(status: int) -> None:
    with pytest.raises(EngineUnavailable, match="too many requests"):
        talk(answer(status, '{"error": {"message": "too many requests"}}', "Retry-After: 0"))


CHUNKS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "choices delta message tool_calls function name arguments id index content usage prompt_tokens "
                "finish_reason error model code refusal".split()
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(CHUNKS, max_size=4))
def test_any_json_gives_pieces_or_an_error_of_ours(chunks: list[Any]) -> None:
    reading = Reading(Endpoint("http://localhost/v1"), "tiny")
    with suppress(GroundstoneError):
        assert all(isinstance(reading.text_of(chunk), str) for chunk in chunks)
        assert list(reading.ending())[-1].stop_reason


# -- counting ----------------------------------------------------------------------------------------------


def counted(*replies: list[Reply]) -> tuple[list[int], list[str]]:
    with MisbehavingServer(*replies) as server:
        model = OpenAICompatible(server.url, "tiny", retries=0)
        try:
            return [model.count_chat(ASK), model.count_chat(ASK)], [head.split()[1] for head, _ in server.requests]
        finally:
            model.close()


MISSING = answer(404, '{"error": "not found"}')


def test_tokens_are_counted_by_vllm() -> None:
    said = answer(200, '{"count": 7, "max_model_len": 64, "tokens": [1]}')
    assert counted(said) == ([7, 7], ["/tokenize", "/tokenize"])


def test_tokens_are_counted_by_llama_cpp_which_is_then_asked_at_once() -> None:
    template, tokens = answer(200, '{"prompt": "<user>hello"}'), answer(200, '{"tokens": [5, 6, 7]}')
    counts, paths = counted(answer(200, '{"tokens": []}'), template, tokens, template, tokens)
    assert counts == [3, 3]
    assert paths == ["/tokenize", "/apply-template", "/tokenize", "/apply-template", "/tokenize"]


def test_tokens_are_counted_by_tgi() -> None:
    said = answer(200, '{"tokenize_response": [{"id": 1}, {"id": 2}], "templated_text": "x"}')
    counts, paths = counted(answer(422, "no field inputs"), MISSING, said)
    assert counts == [2, 2]
    assert paths == ["/tokenize", "/apply-template", "/chat_tokenize", "/chat_tokenize"]


def test_a_server_that_cannot_count_says_so() -> None:
    with pytest.raises(WrongModel, match="cannot count"):
        counted(MISSING)


# -- connections -------------------------------------------------------------------------------------------


def test_the_connection_of_a_finished_stream_serves_again() -> None:
    with MisbehavingServer(chunked(word("one", "stop"), DONE)) as server:
        model = OpenAICompatible(server.url, "tiny", retries=0)
        for _ in range(5):
            assert [piece.text for piece in model.chat(ASK)] == ["one", ""]
        model.close()
    assert (server.connections, len(server.requests)) == (1, 5)


def test_the_connection_is_free_as_soon_as_the_last_piece_is_there() -> None:
    with MisbehavingServer(chunked(word("one", "stop"), DONE)) as server:
        model = OpenAICompatible(server.url, "tiny", retries=0)
        for _ in range(3):
            stream = model.chat(ASK)
            while next(stream).stop_reason is None:
                pass
            stream.close()  # type: ignore[attr-defined]
        model.close()
    assert (server.connections, len(server.requests)) == (1, 3)


def test_a_stream_that_stays_open_after_its_end_is_not_waited_for() -> None:
    stays: list[Reply] = [*chunked(word("one", "stop"), DONE)[:-1], 3.0]
    with MisbehavingServer(stays) as server:
        began = time.monotonic()
        model = OpenAICompatible(server.url, "tiny", retries=0, timeout=2.0)
        assert [piece.text for piece in model.chat(ASK)] == ["one", ""]
        model.close()
    assert time.monotonic() - began < 1.5
