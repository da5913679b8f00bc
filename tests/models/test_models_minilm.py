from __future__ import annotations

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstone.errors import ConfigError, InvalidInput, ModelError, WeightsCorrupt, WeightsMissing
from groundstone.models import minilm
from groundstone.models.base import Embed, Vectors
from groundstone.models.minilm import MAX_TOKENS, MiniLM

from .reference_texts import TEXTS

REFERENCE = np.load(Path(__file__).with_name("reference_vectors.npz"))["vectors"]


@pytest.fixture(scope="module")
def exact(minilm_folder: Path) -> MiniLM:
    return MiniLM(minilm_folder, "float32", threads=2)


@pytest.fixture(scope="module")
def quick(minilm_folder: Path) -> MiniLM:
    return MiniLM(minilm_folder, threads=2)


def cosines(found: Vectors) -> Vectors:
    return np.asarray((found * REFERENCE).sum(axis=1))


def test_float32_vectors_equal_those_of_sentence_transformers(exact: MiniLM) -> None:
    assert cosines(exact.embed(TEXTS)).min() > 0.99999


def test_int8_vectors_are_close_to_those_of_sentence_transformers(quick: MiniLM) -> None:
    found = cosines(quick.embed(TEXTS))
    assert found.min() > 0.99
    assert found.mean() > 0.998


@pytest.mark.parametrize("form", ["exact", "quick"])
def test_rows_are_float32_of_length_one_in_the_order_of_the_texts(form: str, request: pytest.FixtureRequest) -> None:
    model: Embed = request.getfixturevalue(form)
    vectors = model.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), model.dimensions)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    backwards = model.embed(TEXTS[::-1])[::-1]
    np.testing.assert_allclose(vectors, backwards, atol=1e-5)


def test_a_text_has_the_same_int8_vector_alone_and_among_others(quick: MiniLM) -> None:
    together = quick.embed(TEXTS)
    alone = np.concatenate([quick.embed([text]) for text in TEXTS])
    np.testing.assert_array_equal(together, alone)


def test_no_texts_give_an_empty_array(quick: MiniLM) -> None:
    assert quick.embed([]).shape == (0, 384)


def test_words_after_256_tokens_do_not_count(exact: MiniLM) -> None:
    long = "stone " * 300
    np.testing.assert_array_equal(exact.embed([long]), exact.embed([long + "entirely different ending"]))


@pytest.mark.parametrize("gap", [" ", "\n", "x", "\u0301", "-", "é ", "unbelievable "])
def test_cutting_a_very_long_text_early_gives_the_tokens_of_the_whole(quick: MiniLM, gap: str) -> None:
    text = "first" + gap * 6000 + " last"
    whole = quick._tokenizer.encode(text).ids
    assert quick._ids(text) == whole
    assert len(whole) <= MAX_TOKENS


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=400), max_size=4))
def test_any_text_has_a_vector_of_length_one(quick: MiniLM, texts: list[str]) -> None:
    lengths = np.linalg.norm(quick.embed(texts), axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-4)


@pytest.mark.parametrize("wrong", [None, 3, b"bytes", ["nested"]])
def test_anything_but_a_string_is_refused_with_its_number(quick: MiniLM, wrong: object) -> None:
    with pytest.raises(InvalidInput, match="text 1 is of type"):
        quick.embed(["fine", wrong])  # type: ignore[list-item]


def test_a_single_string_is_refused_instead_of_being_split_into_letters(quick: MiniLM) -> None:
    with pytest.raises(InvalidInput, match="list of texts"):
        quick.embed("letters")


def test_half_a_surrogate_pair_is_refused(quick: MiniLM) -> None:
    with pytest.raises(InvalidInput, match="surrogate"):
        quick.embed(["\ud83d"])


def test_a_repeated_query_is_answered_from_memory_and_its_copy_may_be_changed(minilm_folder: Path) -> None:
    model = MiniLM(minilm_folder)
    first = model.embed(["the same question"])
    expected = first.copy()
    first[:] = 0
    del model.__dict__["_loaded_session"]
    model.folder = Path("nowhere")
    np.testing.assert_array_equal(model.embed(["the same question"]), expected)


def test_only_the_most_recent_queries_are_remembered() -> None:
    recent = minilm._Recent(2)
    for text in ("a", "b"):
        recent.put(text, np.zeros((1, 384), np.float32))
    recent.get("a")
    recent.put("c", np.zeros((1, 384), np.float32))
    assert [recent.get(text) is None for text in ("a", "b", "c")] == [False, True, False]


def test_many_threads_load_the_weights_once_and_agree(minilm_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[int] = []
    real = minilm.session

    def counted(model: bytes, folder: Path) -> object:
        loads.append(1)
        return real(model, folder)

    monkeypatch.setattr(minilm, "session", counted)
    model, found = MiniLM(minilm_folder, threads=1), {}
    workers = [
        threading.Thread(target=lambda n=n: found.update({n: model.embed(TEXTS[:12])}))  # type: ignore[misc]
        for n in range(6)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(loads) == 1
    assert all(np.array_equal(found[0], other) for other in found.values())


def test_missing_weights_are_reported_with_the_command_that_gets_them(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="groundstone models pull all-minilm-l6-v2"):
        MiniLM(tmp_path).embed(["text"])


def test_a_file_that_is_no_safetensors_is_reported(minilm_folder: Path, tmp_path: Path) -> None:
    shutil.copy(minilm_folder / "tokenizer.json", tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"\xff" * 100)
    with pytest.raises(WeightsCorrupt, match=r"model\.safetensors"):
        MiniLM(tmp_path).embed(["text"])


def test_an_unknown_precision_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="int8"):
        MiniLM(tmp_path, "int4")  # type: ignore[arg-type]


def test_a_processor_that_computes_int8_wrongly_is_noticed(
    minilm_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = minilm._measured()
    measured[minilm.PROBE] = -measured[minilm.PROBE]
    monkeypatch.setattr(minilm, "_measured", lambda: measured)
    with pytest.raises(ModelError, match="float32"):
        MiniLM(minilm_folder).embed(["text"])
