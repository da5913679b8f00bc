from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from groundstone.errors import EngineUnavailable, InvalidInput
from groundstone.models.base import Delta, Message
from groundstone.models.fakes import FakeChat, FakeEmbed
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
    assert pieces[-1] == Delta(usage=Usage(4, 4), stop_reason="stop")


def test_scripted_replies_come_in_turn_and_the_last_one_stays() -> None:
    chat = FakeChat(["one", "two"])
    assert ["".join(p.text for p in chat.chat(ASK)) for _ in range(3)] == ["one", "two", "two"]


def test_max_tokens_cuts_the_reply_with_reason_length() -> None:
    pieces = list(FakeChat().chat(ASK, max_tokens=2))
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
