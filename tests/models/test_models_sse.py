from __future__ import annotations

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.errors import EngineUnavailable
from groundstone.models.sse import LINE_LIMIT, events

STREAM = "data: one\n\n: keep-alive\r\n\r\ndata:two\ndata: zwei é\r\rid: 7\nevent: x\ndata: three\n\n".encode()
EXPECTED = ["one", "", "two\nzwei é", "three"]


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_events_are_the_same_wherever_the_bytes_are_split(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[start:end] for start, end in pairwise(edges)]
    assert list(events(pieces)) == EXPECTED


def test_a_last_event_without_an_empty_line_is_given() -> None:
    assert list(events([b"data: a\n\ndata: [DONE]"])) == ["a", "[DONE]"]


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(EngineUnavailable, match="line"):
        list(events(iter([b"x" * 65536] * (LINE_LIMIT // 65536 + 1))))


def test_bytes_that_are_no_utf8_are_refused() -> None:
    with pytest.raises(EngineUnavailable, match="UTF-8"):
        list(events([b"data: \xff\xfe\n\n"]))


@given(st.lists(st.binary(max_size=50), max_size=8))
def test_any_bytes_give_events_or_one_kind_of_error(pieces: list[bytes]) -> None:
    with suppress(EngineUnavailable):
        assert all(isinstance(data, str) for data in events(pieces))
