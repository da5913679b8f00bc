"""Models, embeddings, pictures, rerank, and what this API does not offer; by the official client where it can."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import numpy as np
import openai
import pytest

from groundstone.models.base import DrawOptions, ModelInfo
from tests.server.engines import PNG
from tests.server.openai_home import Home


def test_models_and_knowledge_bases_are_listed_together(client: openai.OpenAI) -> None:
    listed = {model.id: model for model in client.models.list()}
    assert {"scripted", "vectors", "overlap", "painter", "kb/houses"} <= set(listed)
    assert "secret" not in listed
    assert {model.object for model in listed.values()} == {"model"}
    assert listed["kb/houses"].groundstone["task"] == "knowledge"  # type: ignore[attr-defined]


def test_one_model_is_found_by_name_and_alias(client: openai.OpenAI) -> None:
    assert client.models.retrieve("scripted").owned_by == "Groundstone"
    assert client.models.retrieve("gpt-test").groundstone["name"] == "scripted"  # type: ignore[attr-defined]
    assert client.models.retrieve("kb/houses").id == "kb/houses"
    for name in ("nope", "secret", "kb/nope"):
        with pytest.raises(openai.NotFoundError) as caught:
            client.models.retrieve(name)
        assert caught.value.code == "model_not_found"


def test_vectors_come_as_base64_and_as_numbers(client: openai.OpenAI) -> None:
    by_default = client.embeddings.create(model="text-embedding-3-small", input=["two words", "other words"])
    assert by_default.model == "vectors"
    assert (by_default.usage.prompt_tokens, by_default.usage.total_tokens) == (4, 4)
    assert [item.index for item in by_default.data] == [0, 1]
    as_numbers = client.embeddings.create(model="vectors", input="two words", encoding_format="float")
    assert np.allclose(by_default.data[0].embedding, as_numbers.data[0].embedding)
    assert np.isclose(np.linalg.norm(as_numbers.data[0].embedding), 1)


def test_base64_is_what_the_official_form_says(world: tuple[Home, str]) -> None:
    body = {"model": "vectors", "input": "x", "encoding_format": "base64"}
    shown = httpx.post(f"{world[1]}/v1/embeddings", json=body).json()["data"][0]["embedding"]
    assert np.frombuffer(base64.b64decode(shown), "<f4").shape == (16,)


def test_the_real_model_embeds(world: tuple[Home, str], client: openai.OpenAI, minilm_folder: Any) -> None:
    from groundstone.models.minilm import MiniLM

    home = world[0]
    home.platform.models.catalog.models["minilm"] = ModelInfo("minilm", "embed", "embedded", dimensions=384)
    home.engines["minilm"] = MiniLM(minilm_folder, threads=1)
    texts = ["A cat sits on the mat.", "A kitten rests on the rug.", "Interest rates rose."]
    found = client.embeddings.create(model="minilm", input=texts, dimensions=384)
    cat, kitten, rates = (np.array(item.embedding) for item in found.data)
    assert cat @ kitten > 0.5 > cat @ rates
    assert found.usage.total_tokens > 10
    del home.platform.models.catalog.models["minilm"]


@pytest.mark.parametrize(
    ("changed", "param"),
    [
        ({"input": [[1, 2, 3]]}, "input"),
        ({"input": [1, 2, 3]}, "input"),
        ({"input": []}, "input"),
        ({"input": {}}, "input"),
        ({"input": ["x", 1]}, "input"),
        ({"input": ["x"] * 2049}, "input"),
        ({"dimensions": 8}, "dimensions"),
        ({"dimensions": -1}, "dimensions"),
        ({"encoding_format": "int8"}, "encoding_format"),
        ({"truncate": True}, "truncate"),
    ],
)
def test_embeddings_that_cannot_be_made_are_refused(
    world: tuple[Home, str], changed: dict[str, Any], param: str
) -> None:
    response = httpx.post(f"{world[1]}/v1/embeddings", json={"model": "vectors", "input": "x"} | changed)
    assert response.status_code == 400
    assert response.json()["error"]["param"] == param


def test_a_model_for_something_else_is_a_clear_error(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.embeddings.create(model="scripted", input="x")
    assert caught.value.code == "wrong_model"
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model="vectors", messages=[{"role": "user", "content": "x"}])


def test_pictures_are_drawn(world: tuple[Home, str], client: openai.OpenAI) -> None:
    made = client.images.generate(model="painter", prompt="a house", size="512x512", n=2, response_format="b64_json")
    assert made.data is not None
    assert [base64.b64decode(item.b64_json or "") for item in made.data] == [PNG, PNG]
    assert world[0].painter.asked[-1] == ("a house", DrawOptions(512, 512, 2))
    assert client.images.generate(prompt="a house").data


@pytest.mark.parametrize(
    ("changed", "param"),
    [({"response_format": "url"}, "response_format"), ({"size": "huge"}, "size"), ({"n": 11}, "n"),
     ({"style": "vivid"}, "style"), ({"prompt": " "}, "prompt")],
)  # fmt: skip
def test_pictures_that_cannot_be_drawn_are_refused(
    world: tuple[Home, str], changed: dict[str, Any], param: str
) -> None:
    body = {"model": "painter", "prompt": "x"} | changed
    response = httpx.post(f"{world[1]}/v1/images/generations", json=body)
    assert (response.status_code, response.json()["error"]["param"]) == (400, param)


def test_without_a_model_that_draws_the_error_says_so(world: tuple[Home, str], client: openai.OpenAI) -> None:
    models = world[0].platform.models.catalog.models
    painter = models.pop("painter")
    try:
        with pytest.raises(openai.BadRequestError, match="No model that draws"):
            client.images.generate(prompt="a house")
    finally:
        models["painter"] = painter


@pytest.mark.parametrize("path", ["/v1/rerank", "/v2/rerank"])
def test_documents_are_ranked(world: tuple[Home, str], path: str) -> None:
    documents = ["nothing", {"text": "a red house"}, "red"]
    body = {"model": "overlap", "query": "red house", "documents": documents}
    found = httpx.post(world[1] + path, json=body).json()
    assert [(item["index"], item["relevance_score"]) for item in found["results"]] == [(1, 1.0), (2, 0.5), (0, 0.0)]
    assert "document" not in found["results"][0]
    body |= {"top_n": 1, "return_documents": True}
    (best,) = httpx.post(world[1] + path, json=body).json()["results"]
    assert best == {"index": 1, "relevance_score": 1.0, "document": {"text": "a red house"}}


@pytest.mark.parametrize(
    ("changed", "param"),
    [({"documents": []}, "documents"), ({"documents": [{}]}, "documents[0].text"), ({"query": ""}, "query"),
     ({"top_n": 0}, "top_n"), ({"documents": [5]}, "documents[0]"), ({"rank_fields": ["x"]}, "rank_fields")],
)  # fmt: skip
def test_ranking_that_cannot_be_done_is_refused(world: tuple[Home, str], changed: dict[str, Any], param: str) -> None:
    body = {"model": "overlap", "query": "x", "documents": ["y"]} | changed
    response = httpx.post(f"{world[1]}/v1/rerank", json=body)
    assert (response.status_code, response.json()["error"]["param"]) == (400, param)


def test_what_is_not_offered_says_so_in_the_same_form(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="not offered here") as caught:
        client.moderations.create(input="x")
    assert caught.value.code == "unknown_url"
    for call in (client.files.list, client.fine_tuning.jobs.list, client.batches.list):
        with pytest.raises(openai.NotFoundError, match="not offered here"):
            call()
    with pytest.raises(openai.NotFoundError, match="not offered here"):
        client.audio.speech.create(model="x", voice="alloy", input="x")


def test_the_description_names_every_call(world: tuple[Home, str]) -> None:
    described = httpx.get(f"{world[1]}/api/openapi.json").json()
    for path in ("chat/completions", "completions", "responses", "embeddings", "images/generations", "rerank"):
        post = described["paths"][f"/v1/{path}"]["post"]
        assert post["requestBody"]["content"]["application/json"]["schema"]["properties"]["model"]
        assert {"200", "4XX", "5XX"} <= set(post["responses"])
    assert "/v1/models/{model}" in described["paths"]
    assert described["paths"]["/v1/responses/{response}"]["get"]["parameters"][0]["name"] == "response"
    assert "text/event-stream" in described["paths"]["/v1/chat/completions"]["post"]["responses"]["200"]["content"]
