"""Chunks of a stream: the short way to write words gives what the long one gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from groundstone.models.base import Delta
from groundstone.server.openai import chat_reply


def chunks(deltas: list[Delta], usage_chunk: bool) -> list[dict[str, Any]]:
    def pieces() -> Iterator[Delta]:
        yield from deltas

    frames = list(chat_reply.frames(pieces(), 'asked"content":""', usage_chunk))
    assert frames.pop() == chat_reply.DONE
    return [json.loads(frame.removeprefix(b"data: ").removesuffix(b"\n\n")) for frame in frames]


@given(st.lists(st.text(min_size=1), max_size=5), st.booleans())
def test_words_arrive_as_they_are_whatever_they_hold(words: list[str], usage_chunk: bool) -> None:
    model = 'replied "content":"" \N{SNOWMAN}'
    made = chunks([*(Delta(word) for word in words), Delta("end", stop_reason="stop", model=model)], usage_chunk)
    said = [chunk for chunk in made if chunk["choices"] and chunk["choices"][0]["delta"].get("content")]
    assert [chunk["choices"][0]["delta"] for chunk in said] == [{"content": word} for word in [*words, "end"]]
    assert [chunk["model"] for chunk in said] == ['asked"content":""'] * len(words) + [model]
    assert all(list(chunk) == list(made[0]) and chunk["id"] == made[0]["id"] for chunk in said)
    assert all(list(chunk["choices"][0]) == list(made[0]["choices"][0]) for chunk in said)
