"""Foreign ONNX models in their limited processes: what they are asked, and what they cannot do."""

from __future__ import annotations

import base64
import io
import json
import os
import signal
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageEnhance

from groundstone.endpoints.base import Call, Given
from groundstone.endpoints.onnx import OnnxModel, OnnxRunner
from groundstone.endpoints.worker import Worker
from groundstone.errors import EngineTimeout, EngineUnavailable, GroundstoneError, InvalidInput, ModelError, WrongModel
from groundstone.identity import LOCAL
from groundstone.models import onnxgraph
from groundstone.models.onnxgraph import Graph
from groundstone.models.tensors import TensorPlace

from .packed import adder, instances, network

Load = Callable[..., OnnxModel]


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Load]:
    made: list[OnnxModel] = []

    def loaded(graph: bytes, told: dict[str, Any] | None = None, at_once: int = 1) -> OnnxModel:
        folder = tmp_path_factory.mktemp("model")
        (folder / "model.onnx").write_bytes(graph)
        if told is not None:
            (folder / "model.json").write_text(json.dumps(told))
        made.append(OnnxRunner().load(Given(LOCAL, folder, "model.onnx", at_once=at_once)))
        return made[-1]

    yield loaded
    for model in made:
        model.close()


@pytest.fixture(scope="module")
def article(load: Load) -> OnnxModel:
    return load(network(), {"labels": ["genuine", "forged"]})


@pytest.fixture(scope="module")
def sums(load: Load) -> OnnxModel:
    return load(adder())


def asked(model: OnnxModel, body: Any, content_type: str = "application/json") -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return json.loads(model.predict(Call(LOCAL, data, content_type)).body)


def test_the_body_of_tensorflow_serving_is_answered(article: OnnxModel) -> None:
    found = asked(article, instances(0.5, count=2))
    assert np.shape(found["predictions"]) == (2, 2)
    assert np.sum(found["predictions"], axis=1) == pytest.approx([1, 1])
    assert found["labels"] == ["genuine", "genuine"]


def test_a_picture_goes_through_the_recipe_of_the_article(article: OnnxModel) -> None:
    rng = np.random.default_rng(7)
    image = Image.fromarray(rng.integers(0, 255, (90, 140, 3), np.uint8))
    out, saved = io.BytesIO(), io.BytesIO()
    image.save(out, "PNG")
    image.save(saved, "JPEG", quality=90)  # the steps as the article's notebook takes them
    difference = ImageChops.difference(image, Image.open(saved))
    most = max(high for _, high in difference.getextrema())
    ela = ImageEnhance.Brightness(difference).enhance(255.0 / most)
    pixels = np.array(ela.resize((128, 128))).reshape(-1, 128, 128, 3) / 255.0
    expected = asked(article, {"instances": pixels.tolist()})
    assert asked(article, out.getvalue(), "image/png")["predictions"][0] == pytest.approx(
        expected["predictions"][0], 1e-5
    )
    packed = {"instances": [{"b64": base64.b64encode(out.getvalue()).decode()}] * 2}
    assert asked(article, packed)["predictions"][1] == pytest.approx(expected["predictions"][0], 1e-5)


@pytest.mark.parametrize("how", [{"picture": "grey", "layout": "nchw"}, {"picture": "rgb", "mean": [0.5, 0.5, 0.5]}])
def test_other_recipes_make_other_inputs(load: Load, how: dict[str, Any]) -> None:
    sides = ("n", 1, 8, 6) if how["picture"] == "grey" else ("n", 8, 6, 3)
    graph = Graph()
    graph.input("x", "float32", sides)
    graph.add("Identity", ["x"], ["y"])
    graph.output("y", "float32", sides)
    out = io.BytesIO()
    Image.new("RGB", (20, 20), (255, 255, 255)).save(out, "JPEG")
    found = asked(load(graph.to_bytes(), {"input": {"size": [6, 8], **how}}), out.getvalue(), "image/jpeg")
    assert np.shape(found["predictions"]) == (1, *sides[1:])
    assert np.ravel(found["predictions"]) == pytest.approx(1.0 if how["picture"] == "grey" else 0.5)


def test_columns_and_arrays_are_taken(sums: OnnxModel) -> None:
    assert asked(sums, {"inputs": {"x": [[1, 2], [3, 4]]}}) == {"outputs": [[2, 3], [4, 5]]}
    assert asked(sums, {"inputs": [[1, 2]], "signature_name": "serving_default"}) == {"outputs": [[2, 3]]}
    assert asked(sums, {"instances": [{"x": [1, 2]}]}) == {"predictions": [[2, 3]]}
    out = io.BytesIO()
    np.save(out, np.array([[5, 6]]))
    assert asked(sums, out.getvalue(), "application/x-npy") == {"predictions": [[6, 7]]}


def test_a_batch_is_cut_for_a_network_that_takes_one_row(load: Load) -> None:
    graph = Graph()
    graph.input("x", "float32", [1, 2])
    graph.input("z", "int64", [1, 1])
    graph.add("Neg", ["x"], ["y"])
    graph.add("Neg", ["z"], ["w"])
    graph.output("y", "float32", [1, 2])
    graph.output("w", "int64", [1, 1])
    rows = {"instances": [{"x": [1, 2], "z": [3]}, {"x": [4, 5], "z": [6]}]}
    found = asked(load(graph.to_bytes()), rows)["predictions"]
    assert found == [{"y": [-1, -2], "w": [-3]}, {"y": [-4, -5], "w": [-6]}]


OBJECTS = io.BytesIO()
np.save(OBJECTS, np.array([{"a": 1}], dtype=object), allow_pickle=True)
BODIES = [
    (b"", "application/json", "JSON"),
    (b"[]", "application/json", "instances"),
    (b'{"instances": [[1, 2]], "inputs": [[1, 2]]}', "application/json", "either"),
    (b'{"instances": []}', "application/json", "1 to"),
    (b'{"instances": [[1, 2], [3]]}', "application/json", "equal lengths"),
    (b'{"instances": [["a", "b"]]}', "application/json", "numbers"),
    (b'{"instances": [[1, 2, 3]]}', "application/json", "shape"),
    (b'{"instances": [[NaN, 2]]}', "application/json", "NaN"),
    (b'{"instances": [{"y": [1, 2]}]}', "application/json", "names the inputs"),
    (b'{"inputs": {"y": [[1, 2]]}}', "application/json", "names the inputs"),
    (b'{"instances": [[1, 2]], "more": 1}', "application/json", "signature_name"),
    (b"[" * 100_000, "application/json", "JSON"),
    (b"x" * 50, "application/x-npy", "numpy.save"),
    (OBJECTS.getvalue(), "application/x-npy", "numpy.save"),
    (b"x", "image/png", "takes no pictures"),
    (b"1,2", "text/csv", "text/csv"),
]


@pytest.mark.parametrize(("body", "kind", "says"), BODIES)
def test_bodies_that_do_not_fit_are_refused_and_the_model_goes_on(
    sums: OnnxModel, body: bytes, kind: str, says: str
) -> None:
    with pytest.raises(InvalidInput, match=says):
        asked(sums, body, kind)
    assert asked(sums, {"instances": [[1, 2]]}) == {"predictions": [[2, 3]]}


@pytest.mark.parametrize("body", [b"", b"\xff\xd8\xff" + b"x" * 100, b"GIF89a" + b"x" * 50, b"<svg/>"])
def test_pictures_that_are_none_are_refused(article: OnnxModel, body: bytes) -> None:
    with pytest.raises(InvalidInput, match="JPEG or PNG"):
        asked(article, body, "image/jpeg")


def test_a_huge_picture_is_refused_by_its_head(article: OnnxModel) -> None:
    head = b"IHDR" + struct.pack("!IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    parts = struct.pack("!I", 13) + head + struct.pack("!I", zlib.crc32(head)) + struct.pack("!I", 10) + b"IDAT"
    with pytest.raises(InvalidInput, match="million pixels"):
        asked(article, b"\x89PNG\r\n\x1a\n" + parts + bytes(30), "image/png")


def test_numbers_that_json_cannot_carry_are_a_failure_of_the_model(load: Load) -> None:
    graph = Graph()
    graph.input("x", "float32", ["n", 1])
    graph.add("Log", ["x"], ["y"])
    graph.output("y", "float32", ["n", 1])
    with pytest.raises(ModelError, match="finite"):
        asked(load(graph.to_bytes()), {"instances": [[-1]]})


@pytest.mark.parametrize("graph", [b"", b"x" * 1000, adder()[:-30], b"\x08\x08"])
def test_a_graph_that_cannot_be_loaded_is_refused(load: Load, graph: bytes) -> None:
    with pytest.raises((InvalidInput, ModelError)):
        load(graph)


def test_a_graph_cannot_read_other_files(load: Load, tmp_path: Path) -> None:
    secret = tmp_path / "secret.bin"
    secret.write_bytes(np.array([42.0, 43.0], np.float32).tobytes())
    for name in (str(secret), os.path.relpath(secret, tmp_path.parent / "model")):
        graph = Graph()
        graph.input("x", "float32", ["n", 2])
        graph.add("Add", ["x", graph.external("stolen", name, TensorPlace((2,), 0, 8))], ["y"])
        graph.output("y", "float32", ["n", 2])
        with pytest.raises(InvalidInput, match="other files"):
            load(graph.to_bytes())
        hidden = graph.to_bytes().replace(b"\n\x08location", b"\n\x88\x00location")  # the same, written otherwise
        with pytest.raises((InvalidInput, ModelError)):
            load(hidden)


def test_texts_as_inputs_are_not_served(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(onnxgraph.ELEMENT_TYPES, "string", 8)
    graph = Graph()
    graph.input("x", "string", ["n"])
    graph.add("Identity", ["x"], ["y"])
    graph.output("y", "string", ["n"])
    with pytest.raises(InvalidInput, match="string"):
        load(graph.to_bytes())


def test_a_process_that_dies_is_replaced(load: Load) -> None:
    model = load(adder())
    (worker,) = model._pool._all
    os.kill(worker._process.pid, signal.SIGKILL)
    worker._process.wait()
    assert asked(model, {"instances": [[1, 2]]}) == {"predictions": [[2, 3]]}
    (second,) = model._pool._all
    assert second is not worker


def test_a_model_that_takes_too_long_is_ended(load: Load) -> None:
    model = load(adder())
    (worker,) = model._pool._all
    os.kill(worker._process.pid, signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(EngineTimeout, match="too long"):
        model._pool.ask("application/json", b"{}", limit=0.2)
    assert time.monotonic() - began < 3
    assert not worker.is_alive


def test_several_requests_are_answered_at_once(load: Load) -> None:
    model = load(adder(), at_once=2)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda number: asked(model, {"instances": [[number, 0]]}), range(40)))
    assert [one["predictions"][0][0] for one in found] == [number + 1 for number in range(40)]
    assert len(model._pool._all) <= 2


def test_answers_are_not_streamed(sums: OnnxModel) -> None:
    with pytest.raises(WrongModel):
        sums.stream(Call(LOCAL, b"{}"))


def test_a_child_that_says_nothing_is_given_up() -> None:
    with pytest.raises(EngineUnavailable, match="ended"):
        Worker("groundstone.endpoints.no_such_module", {})


def test_what_goes_wrong_is_always_an_error_of_ours(sums: OnnxModel) -> None:
    rng = np.random.default_rng(3)
    for _ in range(30):
        body = rng.bytes(int(rng.integers(0, 200)))
        for kind in ("application/json", "application/x-npy", "image/png"):
            with pytest.raises(GroundstoneError):
                asked(sums, body, kind)
