"""Heads of HTTP answers, read as the standard library reads them."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.models.answers import MOST_FIELDS, Answer

NAMES = st.sampled_from(
    ["Content-Length", "content-length", "Transfer-Encoding", "Connection", "Content-Type", "X-Request-ID"]
)
VALUES = st.sampled_from(["0", "12", "-1", "many", "", "chunked", "Chunked", "gzip", "close", "Keep-Alive", "a: b\tc"])
FIELDS = st.lists(st.tuples(NAMES, st.sampled_from(["", " ", "  "]), VALUES), max_size=6)


def read(sent: bytes, make: Callable[[socket.socket], http.client.HTTPResponse]) -> http.client.HTTPResponse:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(sent)
        theirs.shutdown(socket.SHUT_WR)
        response = make(ours)
        with response:
            response.begin()
            response.kept = response.read1(100)  # type: ignore[attr-defined]
        return response


def told(response: http.client.HTTPResponse) -> tuple[object, ...]:
    return (
        response.status,
        response.reason,
        response.version,
        response.chunked,
        response.length,
        response.will_close,
        response.kept,  # type: ignore[attr-defined]
    )


def plain(connection: socket.socket) -> http.client.HTTPResponse:
    return http.client.HTTPResponse(connection, method="POST")


@given(
    st.sampled_from(["HTTP/1.1", "HTTP/1.0", "HTTP/1.7"]),
    st.sampled_from(["200 OK", "204 No Content", "304 Not Modified", "503 Try  again ", "429"]),
    FIELDS,
    st.sampled_from([b"\r\n", b"\n"]),
)
def test_a_head_means_what_it_means_to_the_standard_library(
    version: str, status: str, fields: list[tuple[str, str, str]], end: bytes
) -> None:
    lines = [f"{version} {status}", *(f"{name}:{space}{value}" for name, space, value in fields), ""]
    body = b"5\r\nhello\r\n0\r\n\r\n"
    sent = b"".join(line.encode() + end for line in lines) + body
    ours, theirs = read(sent, Answer), read(sent, plain)
    assert told(ours) == told(theirs)
    assert isinstance(ours, Answer)
    assert ours.fields == {name.lower(): theirs.headers[name] for name in theirs.headers}


def test_a_promise_of_more_is_skipped_and_a_broken_value_joined() -> None:
    sent = b"HTTP/1.1 100 Continue\r\nX-A: 1\r\n\r\nHTTP/1.1 200 OK\r\nX-B: one\r\n  two\r\nContent-Length: 2\r\n\r\nhi"
    answer = read(sent, Answer)
    assert isinstance(answer, Answer)
    assert (answer.status, answer.fields) == (200, {"x-b": "one two", "content-length": "2"})
    assert answer.kept == b"hi"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (b"", http.client.RemoteDisconnected),
        (b"HTTP/2 200 OK\r\n\r\n", http.client.UnknownProtocol),
        (b"SSH-2.0-OpenSSH_9.6\r\n", http.client.BadStatusLine),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000, http.client.LineTooLong),
        (b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * (MOST_FIELDS + 1), http.client.HTTPException),
    ],
)
def test_what_is_no_head_raises(sent: bytes, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        read(sent, Answer)
