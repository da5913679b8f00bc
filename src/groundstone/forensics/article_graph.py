"""The article's network as an ONNX graph, so that serving needs no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstone.forensics.article import LABELS, Recipe
from groundstone.models.onnxgraph import Graph

INPUT, OUTPUT = "instances", "predictions"  # the words of the request that the article sends
Weights = Mapping[str, NDArray[np.float32]]


def build(weights: Weights, recipe: Recipe) -> bytes:
    """Input ``instances`` (N, side, side, 3) of 0 to 1, output ``predictions`` (N, 2): original, forged; they add to 1.

    ``weights``: conv1, conv2 (out, in, 3, 3), dense1, dense2 (out, in), each with ".weight" and ".bias".
    """
    graph = Graph()
    names = {name: graph.constant(name, np.asarray(array, np.float32)) for name, array in weights.items()}

    def layer(op: str, value: str, name: str, **attributes: Any) -> str:
        return graph.add(op, [value, names[f"{name}.weight"], names[f"{name}.bias"]], **attributes)[0]

    seen = graph.input(INPUT, "float32", ["N", recipe.side, recipe.side, 3])
    value = graph.add("Transpose", [seen], perm=[0, 3, 1, 2])[0]
    for name in ("conv1", "conv2"):
        value = graph.add("Relu", [layer("Conv", value, name, kernel_shape=[3, 3])])[0]
    value = graph.add("MaxPool", [value], kernel_shape=[2, 2], strides=[2, 2])[0]
    value = graph.add("Flatten", [value], axis=1)[0]
    value = graph.add("Relu", [layer("Gemm", value, "dense1", transB=1)])[0]
    graph.add("Softmax", [layer("Gemm", value, "dense2", transB=1)], [OUTPUT], axis=-1)
    graph.output(OUTPUT, "float32", ["N", len(LABELS)])
    return graph.to_bytes()
