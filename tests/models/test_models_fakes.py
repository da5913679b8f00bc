from __future__ import annotations

import struct
import threading
import zlib
from itertools import islice

import numpy as np
import pytest

from groundstone.errors import EngineUnavailable, InvalidInput
from groundstone.models.base import ChatOptions, Delta, DrawOptions, Message, ToolCall
from groundstone.models.fakes import FakeChat, FakeDraw, FakeEmbed, FakeRerank
from groundstone.records import Usage

ASK = [Message("user", "tell me a story")]


def test_texts_with_common_words_are_nearer_than_others() -> None:
    same, near, far = FakeEmbed().embed(["red brick house", "a red brick", "swimming lessons"])
    assert same @ near > 0.5 > abs(same @ far)


def test_vectors_are_the_same_in_every_process() -> None:
    vector = FakeEmbed(4).embed(["stone"])[0]
    np.testing.assert_allclose(vector, FakeEmbed(4).embed(["Stone!"])[0])
    assert np.linalg.norm(vector) == pytest.approx(1)


def test_texts_without_words_and_no_texts_have_a_shape() -> None:
    assert FakeEmbed(8).embed(["", "!?"]).shape == (2, 8)
    assert FakeEmbed(8).embed([]).shape == (0, 8)


def test_echo_streams_word_by_word_and_ends_with_usage() -> None:
    pieces = list(FakeChat().chat(ASK))
    assert "".join(piece.text for piece in pieces) == "tell me a story"
    assert pieces[-1] == Delta(usage=Usage(4, 4), stop_reason="stop", model="fake-chat")


def test_scripted_replies_come_in_turn_and_the_last_one_stays() -> None:
    chat = FakeChat(["one", "two"])
    assert ["".join(p.text for p in chat.chat(ASK)) for _ in range(3)] == ["one", "two", "two"]


def test_max_tokens_cuts_the_reply_with_reason_length() -> None:
    pieces = list(FakeChat().chat(ASK, ChatOptions(max_tokens=2)))
    assert "".join(piece.text for piece in pieces) == "tell me"
    assert pieces[-1].stop_reason == "length"


def test_closing_the_stream_is_noticed() -> None:
    chat = FakeChat()
    stream = chat.chat(ASK)
    list(islice(stream, 1))
    stream.close()  # type: ignore[attr-defined]
    assert chat.closed == 1


def test_an_error_breaks_off_after_the_given_number_of_pieces() -> None:
    stream = FakeChat(error=EngineUnavailable("gone"), fail_after=2).chat(ASK)
    assert [piece.text for piece in islice(stream, 2)] == ["tell", " me"]
    with pytest.raises(EngineUnavailable):
        next(stream)


def test_wrong_input_is_refused() -> None:
    with pytest.raises(InvalidInput):
        FakeChat().chat([])
    with pytest.raises(InvalidInput):
        FakeEmbed().embed("letters")


def test_tool_calls_are_scripted_alone_and_between_words() -> None:
    call = ToolCall("c1", "weather", '{"town": "Orford"}')
    chat = FakeChat([call, ["Let me look.", call]])
    alone, among = list(chat.chat(ASK)), list(chat.chat(ASK))
    assert [piece.tool_call for piece in alone] == [call, None]
    assert alone[-1].stop_reason == among[-1].stop_reason == "tool_calls"
    assert "".join(piece.text for piece in among) == "Let me look."


def test_a_reply_ends_before_the_first_stop_sequence_and_names_it() -> None:
    pieces = list(FakeChat(["one two three"]).chat(ASK, ChatOptions(stop=("three", "two"))))
    assert ("".join(piece.text for piece in pieces), pieces[-1].stopped_by) == ("one ", "two")
    assert list(FakeChat(["one"]).chat(ASK, ChatOptions(stop=("two",))))[-1].stopped_by is None
    assert list(FakeChat(["a b two"]).chat(ASK, ChatOptions(1, stop=("two",))))[-1].stopped_by is None


def test_a_stop_reason_is_given_as_scripted() -> None:
    assert list(FakeChat(["no"], stop_reason="filtered").chat(ASK))[-1].stop_reason == "filtered"


def test_a_slow_reply_can_be_cancelled_by_another_thread() -> None:
    chat = FakeChat(delay=30)
    stream = chat.chat(ASK)
    threading.Timer(0.1, stream.close).start()  # type: ignore[attr-defined]
    assert list(stream) == []
    assert chat.closed == 1


def test_conversations_are_counted_in_words() -> None:
    assert FakeChat().count_chat([*ASK, Message("assistant", "once upon")]) == 6


def test_relevance_is_the_share_of_words_found() -> None:
    assert FakeRerank().rerank("red house", ["a red house", "the Red one", "blue"]) == [1.0, 0.5, 0.0]
    with pytest.raises(InvalidInput):
        FakeRerank().rerank("red", "letters")


def test_pictures_are_png_of_the_size_asked_for() -> None:
    draw = FakeDraw()
    first, second = draw.draw("a stone", DrawOptions(width=3, height=2, count=2))
    assert struct.unpack(">II", first.data[16:24]) == (3, 2)
    assert first != second
    assert draw.draw("a stone", DrawOptions(width=3, height=2)) == [first]
    start = first.data.index(b"IDAT") + 4
    assert len(zlib.decompress(first.data[start:-16])) == 2 * (1 + 3 * 3)
