"""The attention layers of the page reader as an ONNX graph: states of tokens and their bias in, states out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from groundstone.models.base import Vectors
from groundstone.models.onnxgraph import MICROSOFT, Graph

LAYERS, HEADS, WIDTH = 6, 12, 384
EPSILON = 1e-12  # of layer normalisation, as in all-MiniLM-L6-v2
Block = Callable[[int, str], tuple[Vectors, Vectors]]  # weight and bias of a layer, by number and name


def build(block: Block) -> bytes:
    """Inputs ``states`` (1, tokens, 384) and ``bias`` (1, heads, tokens, tokens), added to attention before softmax."""
    graph = Graph()
    graph.constant("thirds", np.full(3, WIDTH, np.int64))
    states = graph.input("states", "float32", [1, "tokens", WIDTH])
    graph.input("bias", "float32", [1, HEADS, "tokens", "tokens"])
    for number in range(LAYERS):
        layer = _Layer(graph, block, number)
        states = layer.normalised(states, layer.attention(states), "n1")
        curved = graph.add("Gelu", [layer.linear(states, "up")], domain=MICROSOFT)[0]
        states = layer.normalised(states, layer.linear(curved, "down"), "n2")
    graph.add("Identity", [states], ["found"])
    graph.output("found", "float32", [1, "tokens", WIDTH])
    return graph.to_bytes()


class _Layer:
    def __init__(self, graph: Graph, block: Block, number: int) -> None:
        self._graph, self._block, self._number = graph, block, number

    def attention(self, states: str) -> str:
        parts = self._graph.add("Split", [self.linear(states, "qkv"), "thirds"], 3, axis=-1)
        mixed = self._graph.add("MultiHeadAttention", [*parts, "", "", "bias"], 1, MICROSOFT, num_heads=HEADS)
        return self.linear(mixed[0], "out")

    def linear(self, states: str, name: str) -> str:
        weight, bias = self._constants(name)
        return self._graph.add("Add", [*self._graph.add("MatMul", [states, weight]), bias])[0]

    def normalised(self, states: str, change: str, name: str) -> str:
        total = self._graph.add("Add", [states, change])
        return self._graph.add("LayerNormalization", [*total, *self._constants(name)], axis=-1, epsilon=EPSILON)[0]

    def _constants(self, name: str) -> list[str]:
        weight, bias = self._block(self._number, name)
        key, turned = f"{self._number}.{name}", weight.T if weight.ndim == 2 else weight
        return [
            self._graph.constant(f"{key}.weight", turned.astype(np.float32)),
            self._graph.constant(f"{key}.bias", bias.astype(np.float32)),
        ]
