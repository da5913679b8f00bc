"""Slides as JSON documents with vectors: written, read back, and searched for the nearest one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.errors import Conflict, InvalidInput, WrongModel
from groundstone.models.fakes import FakeEmbed
from groundstone.slides import exchange
from groundstone.slides.index import SlideIndex
from groundstone.slides.making import Engines
from tests.slides.indexed_decks import TEA, TEA_SLIDES

EMBED = FakeEmbed()
MODELS = {EMBED.name: lambda text: EMBED.embed([text])[0]}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def exported(home: Path, way: Any = "together") -> list[exchange.SlideDocument]:
    index = SlideIndex(home, Engines(lambda: EMBED))
    index.whole("t", TEA, TEA_SLIDES)
    return exchange.documents_of(index.records("t", "tea"), way)


def entry(**change: Any) -> dict[str, Any]:
    meta = {"slide_filename": "plan.pdf", "model_id": "m", "slide_description": "A bridge."}
    found = {"image_path": "s3://b/plan_image_3.jpg", "metadata": meta, "vector_embedding": [0.5, 1]}
    return {**found, **change}


@pytest.mark.parametrize("way", ["together", "described"])
def test_a_deck_goes_out_and_comes_back(tmp_path: Path, way: str) -> None:
    documents = exported(tmp_path, way)
    back = exchange.read(exchange.write(documents))
    assert [one.to_json() for one in back] == [one.to_json() for one in documents]
    assert back[3].image_path == "tea_2024_image_4.png"
    assert (back[3].slide_filename, back[3].model_id) == ("tea_2024.pptx", EMBED.name)
    assert "Ghent" in back[3].slide_description
    assert all(len(one.vector) == EMBED.dimensions for one in back)


def test_the_nearest_slide_to_a_question_is_found(tmp_path: Path) -> None:
    documents = exported(tmp_path, "described")
    ((found, cosine),) = exchange.ask(documents, "The rent is 2,400 euros a month", MODELS)
    assert found.image_path.endswith("_3.png")
    assert 0.3 < cosine <= 1.0001
    (hit,) = exchange.hits("tea", [(found, cosine)], documents)
    assert (hit.deck, hit.slide) == ("tea", 3)


def test_imported_slides_are_found_like_others(tmp_path: Path) -> None:
    data = exchange.write(exported(tmp_path / "one", "described"))
    index = SlideIndex(tmp_path / "two", Engines(lambda: EMBED))
    index.take("t", "imported", exchange.records_of(exchange.read(data), "tea_2024.pptx"))
    assert index.search("t", "How many baristas work in Bruges?", ["imported"])[0].slide == 4
    assert index.is_current("t", "imported")


def test_what_a_pipeline_added_is_passed_over() -> None:
    added = entry(**{"@timestamp": "2024-01-01", "s3": {"bucket": "b", "key": "k"}})
    (found,) = exchange.read(json.dumps([added]).encode())
    assert found.to_json()["metadata"] == entry()["metadata"]


def test_a_description_may_be_missing() -> None:
    (found,) = exchange.read(json.dumps([entry(metadata={"model_id": "m"})]).encode())
    (record,) = exchange.records_of([found], "plan")
    assert (found.slide_description, record.pieces, record.slide) == ("", (), 3)


def test_slides_are_numbered_in_order_where_their_paths_do_not_tell() -> None:
    entries = [entry(image_path="cover.jpg"), entry(image_path="end.jpg")]
    records = exchange.records_of(exchange.read(json.dumps(entries).encode()), "plan")
    assert [record.slide for record in records] == [1, 2]


def test_a_question_needs_the_model_of_the_slides(tmp_path: Path) -> None:
    documents = exchange.read(json.dumps([entry(metadata={"model_id": "amazon.titan-embed-image-v1"})]).encode())
    with pytest.raises(WrongModel, match="titan-embed-image"):
        exchange.ask(documents, "rent", MODELS)
    with pytest.raises(InvalidInput, match="64 numbers"):
        exchange.nearest(documents, EMBED.embed(["rent"])[0])


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({}, "no list"),
        ([], "empty"),
        ([entry(), 5], "document 2 is no object"),
        ([entry(metadata=None)], "document 1 is no object"),
        ([entry(image_path=" ")], "image_path of document 1"),
        ([entry(metadata={"model_id": 3})], "model_id of document 1"),
        ([entry(vector_embedding=[])], "vector_embedding of document 1"),
        ([entry(vector_embedding=[1, True])], "no number"),
        ([entry(vector_embedding=[1e300, 1])], "too large"),
        ([entry(vector_embedding=[0, 0.0])], "zero"),
        ([entry(), entry(vector_embedding=[1, 2, 3])], "has 3 numbers, that of the first document 2"),
        ([entry(), entry(metadata={"model_id": "other"})], "document 2 is by 'other'"),
        ([entry(image_path="x" * 2000)], "image_path of document 1"),
    ],
)
def test_a_wrong_file_says_what_is_wrong_with_it(entries: Any, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        exchange.read(json.dumps(entries).encode())


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe\xff", b"[" * 100_000, b'[{"image_path": NaN}]'])
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput, match="JSON"):
        exchange.read(data)


def test_slides_without_vectors_cannot_go_out(tmp_path: Path) -> None:
    index = SlideIndex(tmp_path, Engines(lambda: None))
    index.whole("t", TEA, TEA_SLIDES)
    with pytest.raises(Conflict, match="no slide has a vector"):
        exchange.documents_of(index.records("t", "tea"))


@given(st.lists(JSON | st.fixed_dictionaries({"image_path": JSON, "metadata": JSON, "vector_embedding": JSON})))
def test_any_json_is_read_or_refused(entries: Any) -> None:
    try:
        documents = exchange.read(json.dumps(entries).encode())
    except InvalidInput:
        return
    assert exchange.read(exchange.write(documents))


@given(st.lists(st.floats(-100, 100, width=32), min_size=2, max_size=6).filter(lambda row: np.linalg.norm(row) > 0.01))
def test_a_vector_survives_the_file(vector: list[float]) -> None:
    (found,) = exchange.read(json.dumps([entry(vector_embedding=vector)]).encode())
    (back,) = exchange.read(exchange.write([found]))
    assert np.allclose(back.vector, vector, atol=1e-6)
