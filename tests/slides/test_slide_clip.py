"""A model of pictures and texts in a folder of the user's: how it is run, and what is said of a wrong one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from groundstone.errors import ConfigError, InvalidInput
from groundstone.models.base import Picture
from groundstone.models.onnxgraph import Graph
from groundstone.slides.clip import ClipEngine
from tests.slides.pictured import png

WORDS = ("[UNK]", "red", "green", "blue")


def vision(side: int, width: int = 3) -> bytes:
    """The mean of each of the three bands."""
    graph = Graph()
    pixels = graph.input("pixel_values", "float32", (1, 3, side, side))
    (means,) = graph.add("ReduceMean", [pixels], axes=(2, 3), keepdims=0)
    weights = graph.constant("weights", np.eye(3, width, dtype=np.float32))
    graph.add("MatMul", [means, weights], ["image_embeds"])
    graph.output("image_embeds", "float32", (1, width))
    return graph.to_bytes()


def text() -> bytes:
    """The mean of the words' vectors: each colour has its own direction."""
    graph = Graph()
    ids = graph.input("input_ids", "int64", (1, "words"))
    table = graph.constant("table", np.vstack([np.full(3, 0.1), np.eye(3)]).astype(np.float32))
    (found,) = graph.add("Gather", [table, ids], axis=0)
    graph.add("ReduceMean", [found], ["text_embeds"], axes=(1,), keepdims=0)
    graph.output("text_embeds", "float32", (1, 3))
    return graph.to_bytes()


def folder(path: Path, side: int = 8, width: int = 3, **config: Any) -> Path:
    path.mkdir(exist_ok=True)
    (path / "vision.onnx").write_bytes(vision(side, width))
    (path / "text.onnx").write_bytes(text())
    model = {"type": "WordLevel", "vocab": {word: at for at, word in enumerate(WORDS)}, "unk_token": "[UNK]"}
    tokenizer = {"version": "1.0", "model": model, "pre_tokenizer": {"type": "Whitespace"}, "added_tokens": []}
    (path / "tokenizer.json").write_text(json.dumps(tokenizer))
    look = {"size": {"shortest_edge": side}, "crop_size": side, "image_mean": [0, 0, 0], "image_std": [1, 1, 1]}
    (path / "preprocessor_config.json").write_text(json.dumps(look | config))
    return path


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClipEngine]:
    made = ClipEngine(folder(tmp_path_factory.mktemp("clips") / "colours"))
    yield made
    made.close()


def test_a_question_lies_nearest_the_picture_that_it_describes(engine: ClipEngine) -> None:
    pictures = [Picture(png((200, 100), colour), "image/png") for colour in ((250, 5, 5), (5, 250, 5), (5, 5, 250))]
    seen = engine.embed_slides(pictures, ["", "", ""])
    assert (engine.name, engine.dimensions, seen.shape) == ("clip-colours", 3, (3, 3))
    assert [int(np.argmax(seen @ engine.embed_question(word))) for word in ("red", "green", "blue")] == [0, 1, 2]


def test_words_and_picture_make_one_vector(engine: ClipEngine) -> None:
    picture = Picture(png((64, 64), (250, 0, 0)), "image/png")
    (both,) = engine.embed_slides([picture], ["blue"])
    assert np.allclose(both, [2**-0.5, 0, 2**-0.5], atol=0.01)


def test_the_middle_is_cut_out_of_a_wide_picture(engine: ClipEngine) -> None:
    sides = png((300, 100), (0, 0, 250), middle=(250, 0, 0))
    (seen,) = engine.embed_slides([Picture(sides, "image/png")], [""])
    assert seen[0] > 0.98


def test_without_cutting_all_of_it_is_seen(tmp_path: Path) -> None:
    made = ClipEngine(folder(tmp_path / "whole", do_center_crop=False, size={"height": 8, "width": 8}))
    try:
        sides = png((300, 100), (0, 0, 250), middle=(250, 0, 0))
        (seen,) = made.embed_slides([Picture(sides, "image/png")], [""])
        assert seen[2] > seen[0] > 0.3
    finally:
        made.close()


def test_a_damaged_picture_is_refused_and_the_next_one_read(engine: ClipEngine) -> None:
    with pytest.raises(InvalidInput, match="PNG"):
        engine.embed_slides([Picture(b"\x89PNG\r\n\x1a\nnothing", "image/png")], [""])
    assert engine.embed_question("red").shape == (3,)


def test_only_png_and_a_text_for_each(engine: ClipEngine) -> None:
    with pytest.raises(InvalidInput, match="PNG"):
        engine.embed_slides([Picture(b"\xff\xd8\xff", "image/jpeg")], [""])
    with pytest.raises(InvalidInput, match="each picture takes one"):
        engine.embed_slides([], ["words"])


def test_a_folder_that_lacks_files_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"lacks vision\.onnx, text\.onnx"):
        ClipEngine(tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"width": 2}, "different lengths"),
        ({"image_std": [0, 1, 1]}, "image_std"),
        ({"crop_size": 10**6}, "sizes are"),
    ],
)
def test_a_model_that_cannot_be_used_says_why(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    made = ClipEngine(folder(tmp_path / "wrong", **change))
    with pytest.raises(InvalidInput, match=said):
        made.embed_question("red")


def test_weights_outside_the_file_are_refused(tmp_path: Path) -> None:
    made = folder(tmp_path / "outside")
    (made / "text.onnx").write_bytes((made / "text.onnx").read_bytes() + b"\n\x08location")
    with pytest.raises(InvalidInput, match="one file"):
        ClipEngine(made).embed_question("red")
