"""The all-MiniLM-L6-v2 network as an ONNX graph: token ids in, one vector of length 1 for each text out.

Two forms of the same network:

- ``float32`` reads every weight where it lies in model.safetensors. Nothing is copied or rounded.
- ``int8`` multiplies 8-bit integers. Weights are rounded here, one scale for each output column; activations
  are rounded by the runtime, one scale for each call. A few channels of the activations are many times
  larger than the rest and would eat up the 256 steps, so (1) each channel is divided by a factor that its
  weights are multiplied with, and (2) the 32 channels that get largest stay float32.
  Both need to know how large each channel gets: ``peaks``, measured by tools/measure_minilm_peaks.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from groundstone.models.base import Vectors
from groundstone.models.onnxgraph import MICROSOFT, Graph
from groundstone.models.tensors import TensorFile

Precision = Literal["float32", "int8"]
LAYERS, HEADS, WIDTH = 6, 12, 384
EPSILON = 1e-12  # of layer normalisation, from the model's config.json
OUTLIERS = 32  # channels of a layer's input that stay float32
# How much of the spread moves from activations into weights, for each kind of layer (0: none, 1: all of it).
SMOOTHING = {"qkv": 0.65, "intermediate.dense": 0.7, "output.dense": 0.5}


def build(weights: TensorFile, precision: Precision, peaks: Mapping[str, Vectors] | None = None) -> bytes:
    """The model: input ``ids`` int32 (batch, tokens), rows of one length; output ``vectors`` (batch, 384)."""
    linear = _Float32(weights) if precision == "float32" else _Int8(weights, peaks or {})
    return _Network(weights, linear).build()


class _Network:
    """The layers, the same for both forms; ``linear`` knows how to multiply with a weight."""

    def __init__(self, weights: TensorFile, linear: _Float32 | _Int8) -> None:
        self.graph, self.weights, self.linear = linear.graph, weights, linear

    def build(self) -> bytes:
        graph = self.graph
        graph.constant("thirds", np.full(3, WIDTH, np.int64))
        states = self.embeddings(graph.input("ids", "int32", ["batch", "tokens"]))
        for number in range(LAYERS):
            states = self.layer(states, f"encoder.layer.{number}.")
        mean = graph.add("ReduceMean", [states], axes=[1], keepdims=0)
        graph.add("LpNormalization", mean, ["vectors"], axis=-1, p=2)
        graph.output("vectors", "float32", ["batch", WIDTH])
        return graph.to_bytes()

    def embeddings(self, ids: str) -> str:
        tables = [f"embeddings.{kind}_embeddings.weight" for kind in ("word", "position", "token_type")]
        norm = ["embeddings.LayerNorm.weight", "embeddings.LayerNorm.bias"]
        segments = self.graph.add("Sub", [ids, ids])  # all zero: there is one segment
        inputs = [ids, *segments, *map(self.stored, tables + norm)]
        return self.graph.add("EmbedLayerNormalization", inputs, 2, MICROSOFT, epsilon=EPSILON)[0]

    def layer(self, states: str, prefix: str) -> str:
        states = self.normalise(states, self.attention(states, prefix), prefix + "attention.output.LayerNorm")
        inner = self.linear(states, [prefix + "intermediate.dense"], prefix + "intermediate.dense")
        curved = self.graph.add("Gelu", [inner], domain=MICROSOFT)[0]
        outer = self.linear(curved, [prefix + "output.dense"], prefix + "output.dense")
        return self.normalise(states, outer, prefix + "output.LayerNorm")

    def attention(self, states: str, prefix: str) -> str:
        parts = [f"{prefix}attention.self.{part}" for part in ("query", "key", "value")]
        mixed = self.graph.add("Split", [self.linear(states, parts, prefix + "qkv"), "thirds"], 3, axis=-1)
        context = self.graph.add("MultiHeadAttention", mixed, 1, MICROSOFT, num_heads=HEADS)[0]
        output = prefix + "attention.output.dense"
        return self.linear(context, [output], output)

    def normalise(self, states: str, change: str, norm: str) -> str:
        # Two plain nodes: the runtime's fused SkipLayerNormalization takes ten times as long on a processor.
        total = self.graph.add("Add", [states, change])
        scale = [self.stored(norm + ".weight"), self.stored(norm + ".bias")]
        return self.graph.add("LayerNormalization", total + scale, axis=-1, epsilon=EPSILON)[0]

    def stored(self, name: str) -> str:
        return self.graph.external(name, self.weights.path.name, self.weights.place(name))


class _Float32:
    """x @ weight.T + bias with the weights as they are stored."""

    def __init__(self, weights: TensorFile) -> None:
        self.graph, self.weights = Graph(), weights

    def __call__(self, states: str, layers: list[str], _name: str) -> str:
        weight = self.joined([layer + ".weight" for layer in layers])
        bias = self.joined([layer + ".bias" for layer in layers])
        turned = self.graph.add("Transpose", [weight], perm=[1, 0])
        product = self.graph.add("MatMul", [states, *turned])
        return self.graph.add("Add", [*product, bias])[0]

    def joined(self, names: list[str]) -> str:
        file = self.weights.path.name
        stored = [self.graph.external(name, file, self.weights.place(name)) for name in names]
        return stored[0] if len(stored) == 1 else self.graph.add("Concat", stored, axis=0)[0]


class _Int8:
    """x @ weight.T + bias with 8-bit weights and activations, and float32 for the largest channels."""

    def __init__(self, weights: TensorFile, peaks: Mapping[str, Vectors]) -> None:
        self.graph, self.weights, self.peaks = Graph(), weights, peaks

    def __call__(self, states: str, layers: list[str], name: str) -> str:
        weight = np.concatenate([self.weights[layer + ".weight"] for layer in layers])
        bias = np.concatenate([self.weights[layer + ".bias"] for layer in layers])
        peaks = self.peaks.get(name)
        if peaks is None:
            return self.product(states, weight, bias, name)
        factors = smoothing_factors(peaks, weight, SMOOTHING[name.split(".", 3)[3]])
        large = np.sort(np.argsort(-peaks)[:OUTLIERS])
        shrunk, scaled = 1 / factors, weight * factors
        shrunk[large] = scaled[:, large] = 0
        small = self.graph.add("Mul", [states, self.graph.constant(name + ".shrink", shrunk)])[0]
        product = self.product(small, scaled, bias, name)
        return self.exact(states, weight, large, product, name)

    def product(self, states: str, weight: Vectors, bias: Vectors, name: str) -> str:
        scales = np.abs(weight).max(axis=1) / 127
        rounded = np.rint(weight / scales[:, None]).astype(np.int8).T
        constants = {"int8": rounded, "scale": scales, "zero": np.zeros(len(bias), np.int8), "bias": bias}
        inputs = [self.graph.constant(f"{name}.{key}", value) for key, value in constants.items()]
        return self.graph.add("DynamicQuantizeMatMul", [states, *inputs], domain=MICROSOFT)[0]

    def exact(self, states: str, weight: Vectors, large: NDArray[np.integer], product: str, name: str) -> str:
        """Adds the product of the ``large`` channels, in float32."""
        indices = self.graph.constant(name + ".large", large.astype(np.int64))
        chosen = self.graph.add("Gather", [states, indices], axis=-1)
        rest = self.graph.add("MatMul", [*chosen, self.graph.constant(name + ".exact", weight[:, large].T)])
        return self.graph.add("Add", [product, *rest])[0]


def smoothing_factors(peaks: Vectors, weight: Vectors, share: float) -> Vectors:
    """A factor for each input channel, geometric mean 1: large where activations are large, weights small."""
    by_weight = np.maximum(np.abs(weight).max(axis=0), 1e-3)
    factors = np.maximum(peaks, 1e-2) ** share / by_weight ** (1 - share)
    return np.asarray(factors / np.exp(np.log(factors).mean()), np.float32)
