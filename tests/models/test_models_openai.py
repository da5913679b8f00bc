from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any

import pytest

from groundstone.errors import ConfigError, EngineUnavailable, InvalidInput, ModelError
from groundstone.models.base import ChatOptions, Delta, Message
from groundstone.models.openai import Endpoint, OpenAICompatible
from groundstone.records import Usage

from .misbehaving_server import STREAM, MisbehavingServer, Reply, answer, event, word

ASK = [Message("system", "be brief"), Message("user", "hello")]
KEY = "sk-very-secret-123"
DONE = "data: [DONE]\n\n"


def chat(server: MisbehavingServer, **settings: Any) -> list[Delta]:
    options: dict[str, Any] = {"timeout": 2.0, "retries": 0, "api_key": KEY} | settings
    model = OpenAICompatible(server.url, "tiny", **options)
    try:
        return list(model.chat(ASK, ChatOptions(max_tokens=9, temperature=0.5)))
    finally:
        model.close()


def text(pieces: list[Delta]) -> str:
    return "".join(piece.text for piece in pieces)


def failure(*replies: list[Reply], **settings: Any) -> str:
    with MisbehavingServer(*replies) as server, pytest.raises(EngineUnavailable) as caught:
        chat(server, **settings)
    assert KEY not in str(caught.value)
    return str(caught.value)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_a_reply_is_streamed_and_ends_with_usage_and_reason() -> None:
    usage = event(choices=[], usage={"prompt_tokens": 11, "completion_tokens": 2})
    parts: list[Reply] = [STREAM, word("Good"), word(" day", "length"), usage, DONE]
    with MisbehavingServer(parts) as server:
        pieces = chat(server)
    assert text(pieces) == "Good day"
    assert pieces[-1] == Delta(usage=Usage(11, 2), stop_reason="length", model="tiny")
    head, body = server.requests[0]
    assert head.startswith("POST /v1/chat/completions")
    assert f"Bearer {KEY}" in head
    assert body["messages"][0] == {"role": "system", "content": "be brief"}
    assert (body["model"], body["max_tokens"], body["temperature"], body["stream"]) == ("tiny", 9, 0.5, True)


def test_a_schema_is_sent_as_response_format() -> None:
    with MisbehavingServer([STREAM, word("{}", "stop"), DONE]) as server:
        model = OpenAICompatible(server.url, "tiny")
        assert text(list(model.chat(ASK, ChatOptions(schema={"type": "object"})))) == "{}"
        model.close()
    assert server.requests[0][1]["response_format"]["json_schema"]["schema"] == {"type": "object"}


def test_comments_odd_chunks_and_split_bytes_do_no_harm() -> None:
    stream = (
        ": ping\n\n" + event(choices=[{"delta": {"role": "assistant"}}]) + word("né") + event(object="x")
    ).encode()
    stream += event(choices=[{"delta": None}]).encode() + word("e", "eos_token").encode() + DONE.encode()
    single = [stream[i : i + 1] for i in range(len(stream))]
    for parts in ([STREAM, stream], [STREAM, *single]):
        with MisbehavingServer(parts) as server:
            pieces = chat(server)
        assert text(pieces) == "née"
        assert pieces[-1].stop_reason == "stop"


def test_a_stream_without_done_is_complete_when_it_gave_a_reason() -> None:
    with MisbehavingServer([STREAM, word("yes", "stop")]) as server:
        assert text(chat(server)) == "yes"


def test_a_stream_that_is_cut_is_an_error_and_not_a_short_answer() -> None:
    assert "broke off" in failure([STREAM, word("half an")])


def test_a_connection_that_is_reset_in_the_stream_is_an_error() -> None:
    assert "broke off" in failure([STREAM, word("half an"), 0.05, reset])


def test_an_error_object_in_the_stream_is_reported_without_the_key() -> None:
    said = failure([STREAM, word("a"), event(error={"message": f"overloaded, key {KEY}"})])
    assert "overloaded, key ***" in said


def test_what_is_no_json_is_reported() -> None:
    assert "something else than JSON" in failure([STREAM, "data: {broken\n\n"])
    assert "unknown kind of event" in failure([STREAM, "data: [1]\n\n"])


def test_an_html_page_is_reported() -> None:
    assert "<h1>Welcome" in failure(answer(200, "<h1>Welcome</h1>", kind="text/html"))


def test_a_refused_key_is_reported_without_it() -> None:
    said = failure(answer(401, json.dumps({"error": {"message": f"bad key {KEY}"}})))
    assert "refuses the API key" in said


def test_a_bad_request_gives_the_servers_words_and_is_not_repeated() -> None:
    bad = answer(400, json.dumps({"error": {"message": "no such voice"}}))
    with MisbehavingServer(bad) as server, pytest.raises(ModelError, match="no such voice"):
        chat(server, retries=3)
    assert len(server.requests) == 1


def test_a_busy_server_is_asked_again_after_the_time_it_asks_for() -> None:
    with MisbehavingServer(answer(429, "{}", "Retry-After: 0.2"), [STREAM, word("now", "stop"), DONE]) as server:
        began = time.monotonic()
        assert text(chat(server, retries=1)) == "now"
    assert 0.15 < time.monotonic() - began < 2
    assert len(server.requests) == 2


def test_a_server_that_stays_busy_is_given_up() -> None:
    with MisbehavingServer(answer(503, "still starting", "Retry-After: 0")) as server:
        with pytest.raises(EngineUnavailable, match="503: still starting"):
            chat(server, retries=2)
        assert len(server.requests) == 3


def test_nobody_listening_is_reported_with_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    model = OpenAICompatible(f"http://user:pass@127.0.0.1:{port}/v1", "tiny", KEY, timeout=1, retries=0)
    with pytest.raises(EngineUnavailable, match=f"http://127.0.0.1:{port}/v1") as caught:
        list(model.chat(ASK))
    model.close()
    assert "pass" not in str(caught.value)


def test_silence_ends_after_the_timeout() -> None:
    assert "no word in 0.3 s" in failure([STREAM, word("a"), 1.5], timeout=0.3)


def test_keep_alive_comments_alone_do_not_hold_a_request_open() -> None:
    comments: list[Reply] = [part for _ in range(12) for part in (": ping\n\n", 0.1)]
    assert "no word in 0.3 s" in failure([STREAM, *comments], timeout=0.3)


def test_closing_the_iterator_closes_the_connection() -> None:
    endless: list[Reply] = [part for _ in range(400) for part in (word("more "), 0.01)]
    with MisbehavingServer([STREAM, *endless]) as server:
        model = OpenAICompatible(server.url, "tiny", retries=0)
        stream = model.chat(ASK)
        assert next(stream).text == "more "
        stream.close()  # type: ignore[attr-defined]
        assert server.hung_up.wait(2)
        model.close()


def test_nothing_is_sent_before_the_first_piece_is_asked_for() -> None:
    with MisbehavingServer([STREAM, DONE]) as server:
        OpenAICompatible(server.url, "tiny").chat(ASK)
        with pytest.raises(InvalidInput):
            OpenAICompatible(server.url, "tiny").chat([])
    assert server.requests == []


@pytest.mark.parametrize(
    "settings",
    [{"base_url": "localhost:1"}, {"api_key": "kéy"}, {"api_key": "a\nb"}, {"timeout": 0}, {"retries": -1}],
)
def test_unusable_settings_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        Endpoint(**{"base_url": "http://localhost/v1"} | settings)


def test_the_key_is_not_part_of_repr() -> None:
    assert KEY not in repr(Endpoint("http://localhost/v1", KEY))
