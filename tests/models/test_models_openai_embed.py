from __future__ import annotations

import json
from base64 import b64encode

import numpy as np
import pytest

from groundstone.errors import ConfigError, ContextTooLong, EngineUnavailable, InvalidInput
from groundstone.models.base import Picture
from groundstone.models.openai import OpenAIEmbed, OpenAIPictureEmbed

from .misbehaving_server import MisbehavingServer, Reply, answer

KEY = "sk-very-secret-123"
RED, BLUE = Picture(b"red", "image/png"), Picture(b"blue", "image/jpeg")


def vectors_for(rows: list[list[float]], order: list[int] | None = None, usage: object = None) -> list[Reply]:
    data = [{"index": i, "embedding": rows[i]} for i in order or range(len(rows))]
    return answer(200, json.dumps({"data": data, "usage": usage}))


def test_vectors_are_normalised_and_put_in_order() -> None:
    with MisbehavingServer(vectors_for([[3.0, 4.0], [0.0, 2.0]], [1, 0])) as server:
        model = OpenAIEmbed(server.url, "vec", KEY, retries=0)
        np.testing.assert_allclose(model.embed(["a", "b"]), [[0.6, 0.8], [0, 1]], atol=1e-6)
        assert model.dimensions == 2
        assert model.embed([]).shape == (0, 2)
        model.close()
    assert server.requests[0][1] == {"model": "vec", "input": ["a", "b"]}


def test_many_texts_are_sent_in_batches() -> None:
    with MisbehavingServer(vectors_for([[1.0, 0.0]] * 64), vectors_for([[0.0, 1.0]] * 6)) as server:
        model = OpenAIEmbed(server.url, "vec", retries=0, dimensions=2)
        vectors = model.embed(["text"] * 70)
        model.close()
    assert vectors.shape == (70, 2)
    assert [len(body["input"]) for _, body in server.requests] == [64, 6]


@pytest.mark.parametrize(
    "body",
    [
        "<html>",
        "{}",
        "[]",
        '{"data": [{"index": 0, "embedding": [1, 2]}]}',
        '{"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [1]}]}',
        '{"data": [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": [1, 2]}]}',
        '{"data": [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": [NaN]}]}',
        '{"data": [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": [0]}]}',
        '{"data": [{"index": 0, "embedding": "AAAA"}, {"index": 1, "embedding": "AAAA"}]}',
        '{"data": [{"index": 0, "embedding": [1, 2, 3]}, {"index": 1, "embedding": [1, 2, 3]}]}',
    ],
)
def test_unusable_vectors_are_reported(body: str) -> None:
    with MisbehavingServer(answer(200, body)) as server:
        model = OpenAIEmbed(server.url, "vec", KEY, retries=0, dimensions=2)
        with pytest.raises(EngineUnavailable):
            model.embed(["a", "b"])
        model.close()


def test_the_servers_count_of_tokens_is_given_and_otherwise_estimated() -> None:
    row = [1.0, 0.0]
    told = [vectors_for([row] * 64, usage={"prompt_tokens": 300}), vectors_for([row], usage={"prompt_tokens": 5})]
    for replies, expected in ((told, 305), ([vectors_for([row] * 64), vectors_for([row])], 65 * 3)):
        with MisbehavingServer(*replies) as server:
            model = OpenAIEmbed(server.url, "vec", retries=0)
            vectors, tokens = model.embed_counted(["some text"] * 65)
            model.close()
        assert vectors.shape == (65, 2)
        assert tokens == expected


def test_a_text_that_is_too_long_says_so() -> None:
    said = json.dumps({"error": {"message": "the input length exceeds the context length"}})
    with MisbehavingServer(answer(400, said)) as server:
        model = OpenAIEmbed(server.url, "vec", retries=0)
        with pytest.raises(ContextTooLong):
            model.embed(["long"])
        model.close()


def test_what_is_no_list_of_texts_is_refused() -> None:
    with pytest.raises(InvalidInput):
        OpenAIEmbed("http://localhost/v1", "vec").embed("letters")


def test_pictures_are_sent_together_in_the_form_of_jina() -> None:
    with MisbehavingServer(vectors_for([[0.0, 1.0], [3.0, 4.0]])) as server:
        model = OpenAIPictureEmbed(server.url, "clip", retries=0, dimensions=2)
        np.testing.assert_allclose(model.embed_pictures([RED, BLUE]), [[0, 1], [0.6, 0.8]], atol=1e-6)
        assert model.embed_pictures([]).shape == (0, 2)
        model.close()
    images = [{"image": b64encode(picture.data).decode()} for picture in (RED, BLUE)]
    assert [body for _, body in server.requests] == [{"model": "clip", "input": images}]


def test_pictures_are_sent_one_by_one_as_messages_to_vllm() -> None:
    with MisbehavingServer(vectors_for([[0.0, 1.0]]), vectors_for([[1.0, 0.0]])) as server:
        model = OpenAIPictureEmbed(server.url, "clip", retries=0, pictures="vllm")
        np.testing.assert_allclose(model.embed_pictures([RED, BLUE]), [[0, 1], [1, 0]])
        model.close()
    (content,) = server.requests[1][1]["messages"][0]["content"]
    assert content["image_url"]["url"] == f"data:image/jpeg;base64,{b64encode(b'blue').decode()}"


def test_an_unknown_form_for_pictures_is_refused() -> None:
    with pytest.raises(ConfigError, match="jina"):
        OpenAIPictureEmbed("http://localhost/v1", "clip", pictures="fax")
