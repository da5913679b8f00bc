"""Replies taken apart as they come, in whatever pieces the network cuts them."""

from __future__ import annotations

import itertools
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.endpoints.load.client import Exchange
from groundstone.endpoints.load.outcomes import outcome
from groundstone.endpoints.load.replies import BadReply, Reply
from groundstone.endpoints.load.wires import WIRES, Ask, events, wire
from groundstone.errors import InvalidInput

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"


def chunked(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))


def fed(data: bytes, cuts: list[int] = []) -> Reply:  # noqa: B006 (never changed)
    """``data`` in pieces, a second apart."""
    reply, places = Reply(), sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    for number, (start, end) in enumerate(itertools.pairwise(places), 1):
        reply.feed(data[start:end], float(number))
    return reply


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=6), st.lists(st.integers(0, 10_000), max_size=12))
def test_chunks_are_the_same_however_the_bytes_are_cut(parts: list[bytes], cuts: list[int]) -> None:
    reply = fed(HEAD + b"transfer-encoding: chunked\r\n\r\n" + chunked(*parts), cuts)
    assert reply.ended
    assert reply.body == b"".join(parts)


@given(st.binary(max_size=60), st.lists(st.integers(0, 10_000), max_size=12))
def test_a_body_of_known_length_is_the_same_however_the_bytes_are_cut(body: bytes, cuts: list[int]) -> None:
    reply = fed(HEAD + b"content-length: %d\r\n\r\n" % len(body) + body, cuts)
    assert reply.body == body
    assert reply.ended == (reply.head_at > 0)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_reply_or_refused_by_name(data: bytes) -> None:
    with suppress(BadReply):
        Reply().feed(data, 1.0)


def test_trailers_and_interim_replies_are_passed_over() -> None:
    data = b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx: y\r\n\r\n"
    for cut in range(len(data)):
        reply = fed(data, [cut])
        assert (reply.status, reply.body, reply.ended) == (200, b"abc", True)


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    reply = fed(HEAD + b"\r\nsome text")
    assert not reply.ended
    assert not reply.keeps_alive
    assert reply.closed()
    assert reply.body == b"some text"


@pytest.mark.parametrize("wrong", [b"hello\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", HEAD + b"content-length: -4\r\n\r\n",
                                   HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n",
                                   HEAD + b"content-length: 1\r\n\r\nab"])  # fmt: skip
def test_what_is_no_reply_is_refused(wrong: bytes) -> None:
    with pytest.raises(BadReply):
        fed(wrong)


def sse(*data: object, apart: bool = True) -> Reply:
    """A reply of server-sent events: each in a piece of its own a tenth of a second after the last, or all at once."""
    lines = [b"data: " + (one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n\n" for one in data]
    pieces = [(1 + number / 10, line) for number, line in enumerate(lines)] if apart else [(1.0, b"".join(lines))]
    return Reply(200, {}, pieces, 1.0, True)


def delta(text: str, **more: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": {"content": text}}], **more}


def read(reply: Reply, name: str = "openai-chat") -> object:
    return outcome(Exchange(0.0, 0.5, 2.0, reply), wire(name), 0.0)


def test_the_first_token_is_the_first_text_and_not_the_empty_chunk_before_it() -> None:
    found = outcome(
        Exchange(0.0, 0.5, 2.0, sse(delta(""), delta("one"), delta(" two"), b"[DONE]")), wire("openai-chat"), 0.0
    )
    assert found.first_token == pytest.approx(0.6)
    assert found.tokens_out == 2
    assert found.counted_by == "pieces"


def test_merged_chunks_are_weighed_by_the_tokens_that_the_server_counted() -> None:
    counted = {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 6}}
    found = outcome(
        Exchange(0.0, 0.5, 2.0, sse(delta("aa"), delta("bb bb"), delta(" cc"), counted)), wire("openai-chat"), 0.0
    )
    assert (found.tokens_in, found.tokens_out, found.counted_by) == (5, 6, "server")
    assert sum(tokens for _, tokens in found.gaps) + 1 <= 6
    assert found.per_output_token == pytest.approx(0.2 / 5)


def test_a_running_count_tells_the_tokens_of_each_chunk() -> None:
    def piece(text: str, count: int) -> dict[str, object]:
        return delta(text, usage={"prompt_tokens": 5, "completion_tokens": count})

    found = outcome(Exchange(0.0, 0.5, 2.0, sse(piece("a", 1), piece("b", 4), piece("c", 6))), wire("openai-chat"), 0.0)
    assert [tokens for _, tokens in found.gaps] == [3, 2]


def test_reasoning_counts_as_text() -> None:
    reply = sse({"choices": [{"delta": {"reasoning_content": "hm"}}]}, delta("yes"))
    assert wire("openai-chat").read(reply).text == "hmyes"


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (Reply(200, {}, [], 1.0, True), "empty"),
        (Reply(200, {}, [(1.0, b"<!doctype html><h1>Welcome</h1>")], 1.0, True), "empty"),
        (Reply(500, {}, [(1.0, b"oh")], 1.0, True), "refused"),
        (Reply(429, {"retry-after": "7"}, [(1.0, b"slow down")], 1.0, True), "overloaded"),
        (sse(delta("a"), {"error": {"message": "out of memory"}}), "refused"),
    ],
)
def test_what_is_no_answer_is_told_as_what_it_is(reply: Reply, problem: str) -> None:
    found = outcome(Exchange(0.0, 0.5, 2.0, reply), wire("openai-chat"), 0.0)
    assert found.problem == problem
    assert not found.is_good
    assert found.why
    assert found.retry_after == (7.0 if problem == "overloaded" else 0.0)


def test_a_whole_reply_is_found_in_any_nesting() -> None:
    told = [{"generated_text": "a b c", "details": {"generated_tokens": 3, "input_length": 2}}]
    heard = wire("invocations").read(Reply(200, {}, [(1.0, json.dumps(told).encode())], 1.0, True))
    assert (heard.text, heard.tokens_in, heard.tokens_out) == ("a b c", 2, 3)
    nested = {"outputs": [{"generation": "x"}]}
    assert wire("tgi-whole").read(Reply(200, {}, [(1.0, json.dumps(nested).encode())], 1.0, True)).text == "x"


@given(st.sampled_from(sorted(WIRES)), st.lists(st.binary(max_size=60), max_size=5))
def test_any_body_is_read_without_a_fault(name: str, pieces: list[bytes]) -> None:
    heard = wire(name).read(Reply(200, {}, [(1.0, piece) for piece in pieces], 1.0, True))
    assert heard.tokens_out >= 0


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), min_size=1), max_size=5),
       st.lists(st.integers(0, 500), max_size=8))  # fmt: skip
def test_events_are_the_same_however_they_are_cut(texts: list[str], cuts: list[int]) -> None:
    data = b"".join(b"data: " + text.encode() + b"\n\n" for text in texts)
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    pieces = [(1.0, data[a:b]) for a, b in itertools.pairwise(places)]
    assert [text for _, text in events(Reply(200, {}, pieces, 1.0, True))] == [
        text.encode().strip().decode() for text in texts
    ]


def test_unknown_wires_name_those_there_are() -> None:
    with pytest.raises(InvalidInput, match="openai-chat"):
        wire("smoke signals")


def test_requests_ask_for_exactly_so_many_tokens() -> None:
    body = json.loads(wire("openai-chat").body(Ask("hello", 7), "m"))
    assert (body["max_tokens"], body["stream"], body["model"]) == (7, True, "m")
    assert json.loads(wire("tgi").body(Ask("hello", 7), ""))["parameters"]["max_new_tokens"] == 7
