from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.errors import WeightsCorrupt
from groundstone.models.minilm_graph import smoothing_factors
from groundstone.models.onnxgraph import Graph
from groundstone.models.tensors import TensorFile


def tensor_file(path: Path, header: object, data: bytes) -> Path:
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path


def test_a_graph_runs_with_weights_inside_and_beside_the_model(tmp_path: Path) -> None:
    numbers = np.arange(6, dtype=np.float32)
    header = {"table": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}
    weights = TensorFile(tensor_file(tmp_path / "w.safetensors", header, numbers.tobytes()))
    graph = Graph()
    graph.input("x", "float32", ["rows", 2])
    stored = graph.external("table", "w.safetensors", weights.place("table"))
    product = graph.add("MatMul", ["x", stored])
    graph.add("Add", [*product, graph.constant("offset", np.full(3, 300, np.float32))], ["y"])
    graph.output("y", "float32", ["rows", 3])
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(tmp_path))
    session = onnxruntime.InferenceSession(graph.to_bytes(), options, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"x": np.array([[1, 10]], np.float32)})
    np.testing.assert_array_equal(found, [[330, 341, 352]])
    np.testing.assert_array_equal(weights["table"], numbers.reshape(2, 3))


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F32", "shape": [2], "data_offsets": [0, 9]},
        {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]},
        {"dtype": "F32", "shape": [2], "data_offsets": [-8, 0]},
        {"dtype": "F32", "shape": [2], "data_offsets": [8]},
        {"dtype": "F32", "shape": "two", "data_offsets": [0, 8]},
        {"shape": [2]},
        7,
    ],
)
def test_a_tensor_outside_its_file_is_refused(tmp_path: Path, entry: object) -> None:
    with pytest.raises(WeightsCorrupt, match=r"w\.safetensors"):
        TensorFile(tensor_file(tmp_path / "w.safetensors", {"a": entry}, b"\0" * 8))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "w.safetensors"
    path.write_bytes(data)
    with pytest.raises(WeightsCorrupt):
        TensorFile(path)["absent"]


def test_an_absent_tensor_is_reported_by_name(tmp_path: Path) -> None:
    weights = TensorFile(tensor_file(tmp_path / "w.safetensors", {"__metadata__": {}}, b"\0"))
    with pytest.raises(WeightsCorrupt, match="absent"):
        weights["absent"]


def test_smoothing_makes_large_channels_smaller_and_keeps_the_product() -> None:
    rng = np.random.default_rng(0)
    weight = rng.standard_normal((5, 8)).astype(np.float32)
    peaks = np.array([1, 1, 1, 40, 1, 1, 1, 1], np.float32)
    factors = smoothing_factors(peaks, weight, 0.6)
    assert (peaks / factors).max() < 10
    states = rng.standard_normal((3, 8)).astype(np.float32)
    np.testing.assert_allclose((states / factors) @ (weight * factors).T, states @ weight.T, atol=1e-4)
