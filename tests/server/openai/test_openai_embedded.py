"""The whole way from the official client to the embedded language model and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from groundstone.config import Settings
from groundstone.errors import WeightsCorrupt, WeightsMissing
from groundstone.models.weights import WeightStore
from groundstone.platform import Platform
from groundstone.server.app import create_app
from tests.server.live import serving

SCHEMA = {
    "type": "object",
    "properties": {"color": {"enum": ["red", "green"]}},
    "required": ["color"],
    "additionalProperties": False,
}
ASKED: Any = [{"role": "user", "content": "Name a color."}]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, minilm_folder: Path) -> Iterator[openai.OpenAI]:
    try:
        WeightStore(minilm_folder.parent).path("smollm2-135m-instruct")
    except (WeightsMissing, WeightsCorrupt) as error:
        pytest.skip(f"the embedded language model is not here: {error}")
    home = tmp_path_factory.mktemp("embedded")
    (home / "models").symlink_to(minilm_folder.parent)
    platform = Platform(Settings(home=home, threads=1))
    with platform, serving(create_app(platform)) as address:
        client = openai.OpenAI(base_url=f"{address}/v1", api_key="any", max_retries=0)
        yield client
        client.close()


def test_names_of_a_cloud_lead_to_the_embedded_model(client: openai.OpenAI) -> None:
    reply = client.chat.completions.create(model="gpt-4o-mini", messages=ASKED, max_tokens=8, temperature=0)
    assert reply.model == "smollm2-135m-instruct"
    assert reply.choices[0].message.content
    assert reply.usage is not None
    assert (reply.usage.completion_tokens, reply.choices[0].finish_reason) == (8, "length")
    stream = client.chat.completions.create(model="default", messages=ASKED, max_tokens=8, temperature=0, stream=True)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
    assert text == reply.choices[0].message.content


def test_a_schema_holds(client: openai.OpenAI) -> None:
    wanted: Any = {"type": "json_schema", "json_schema": {"name": "color", "schema": SCHEMA}}
    reply = client.chat.completions.create(model="default", messages=ASKED, max_tokens=30, response_format=wanted)
    assert json.loads(reply.choices[0].message.content or "")["color"] in ("red", "green")


def test_what_does_not_fit_is_told_before_it_is_tried(client: openai.OpenAI) -> None:
    long: Any = [{"role": "user", "content": "word " * 3000}]
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="default", messages=long)
    assert caught.value.code == "context_length_exceeded"


def test_names_of_a_cloud_lead_to_the_embedded_vectors(client: openai.OpenAI) -> None:
    made = client.embeddings.create(model="text-embedding-3-small", input=["a house", "a home"])
    assert (made.model, len(made.data[0].embedding)) == ("all-minilm-l6-v2", 384)
