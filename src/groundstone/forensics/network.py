"""The network that finds changed places: pixels and maps to the odds of a change in each 8 x 8 cell.

``network.npz`` holds its weights; tools/train_forgery.py learns them and describes the same network for training. It
runs as two graphs: the pixel layers over bands of the page, so that memory does not grow with the page, and the rest
over all cells at once, since what is usual on the page decides what stands out.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstone.forensics.dct import Floats
from groundstone.forensics.features import MAPS, TEXT, Features
from groundstone.models.onnxgraph import Graph
from groundstone.models.runtime import session

DILATIONS = (1, 2, 4, 1, 2)  # of the blocks; the page is compared with after the second
BAND, HALO = 48, 3  # rows of cells at a time, and those beyond that its pixels are influenced by
Weights = dict[str, NDArray[np.float32]]
_OWN = Path(__file__).with_name("network.npz")


class Network:
    """Runs in the thread of its caller, so that a process that loaded it can fork."""

    def __init__(self, file: Path = _OWN) -> None:
        with np.load(file, allow_pickle=False) as stored:
            weights = {name: stored[name] for name in stored.files}
        self._pixels = session(_pixels(weights), convolutions=True)
        self._rest = session(_rest(weights), convolutions=True)

    def heat(self, seen: Features) -> Floats:
        """The natural logarithm of the odds of a change, (rows, columns)."""
        maps = np.ascontiguousarray(seen.maps.transpose(2, 0, 1)[None])
        result: Floats = self._rest.run(None, {"pixels": self._bands(seen), "maps": maps})[0][0, 0]
        return result

    def _bands(self, seen: Features) -> Floats:
        rows = seen.maps.shape[0]
        found = []
        for start in range(0, rows, BAND):
            top, end = max(0, start - HALO), min(rows, start + BAND + HALO)
            band = self._band(seen, top, end)
            found.append(band[:, :, start - top : min(rows, start + BAND) - top])
        return np.ascontiguousarray(np.concatenate(found, axis=2))

    def _band(self, seen: Features, top: int, end: int) -> Floats:
        luma = seen.luma[None, None, top * 8 : end * 8].astype(np.float32) / 64 - 3
        chroma = seen.chroma[top * 4 : end * 4].transpose(2, 0, 1)[None].astype(np.float32) / 32 - 4
        result: Floats = self._pixels.run(None, {"luma": luma, "chroma": np.ascontiguousarray(chroma)})[0]
        return result


@cache
def load(file: Path = _OWN) -> Network:
    return Network(file)


class _Layers:
    def __init__(self, graph: Graph, weights: Weights) -> None:
        self.graph, self._weights = graph, weights

    def conv(self, state: str, name: str, stride: int = 1, gap: int = 1, curved: bool = True) -> str:
        weight, bias = (
            self.graph.constant(f"{name}.{part}", self._weights[f"{name}.{part}"]) for part in ("weight", "bias")
        )
        pad = gap * (self._weights[f"{name}.weight"].shape[2] // 2)
        made = self.graph.add("Conv", [state, weight, bias], strides=[stride] * 2, pads=[pad] * 4, dilations=[gap] * 2)
        return self.one("Relu", *made) if curved else made[0]

    def one(self, op: str, *inputs: str, **attributes: Any) -> str:
        return self.graph.add(op, list(inputs), **attributes)[0]

    def mean(self, state: str) -> str:
        return self.one("GlobalAveragePool", state)


def _pixels(weights: Weights) -> bytes:
    graph = Graph()
    layers = _Layers(graph, weights)
    luma = graph.input("luma", "float32", [1, 1, "high", "wide"])
    chroma = graph.input("chroma", "float32", [1, 2, "half_high", "half_wide"])
    fine = layers.one("AveragePool", layers.conv(luma, "p1"), kernel_shape=[2, 2], strides=[2, 2])
    state = layers.conv(layers.one("Concat", fine, chroma, axis=1), "p2", stride=2)
    state = layers.conv(layers.conv(state, "p3", stride=2), "p4")
    graph.add("Identity", [state], ["found"])
    graph.output("found", "float32", [1, weights["p4.weight"].shape[0], "rows", "columns"])
    return graph.to_bytes()


def _rest(weights: Weights) -> bytes:
    graph = Graph()
    layers = _Layers(graph, weights)
    pixels = graph.input("pixels", "float32", [1, weights["p4.weight"].shape[0], "rows", "columns"])
    maps = graph.input("maps", "float32", [1, MAPS, "rows", "columns"])
    for name, value in {"from": TEXT, "to": TEXT + 1, "axis": 1}.items():
        graph.constant(name, np.array([value], np.int64))
    text = layers.one("Slice", maps, "from", "to", "axis")
    state = layers.conv(layers.one("Concat", pixels, layers.conv(maps, "m1"), axis=1), "join")
    for number, gap in enumerate(DILATIONS):
        state = layers.one("Add", state, layers.conv(state, f"blocks.{number}", gap=gap))
        if number == 1:
            state = _against_page(layers, weights, state, text)
    graph.add("Identity", [layers.conv(state, "head", curved=False)], ["heat"])
    graph.output("heat", "float32", [1, 1, "rows", "columns"])
    return graph.to_bytes()


def _against_page(layers: _Layers, weights: Weights, state: str, text: str) -> str:
    """What is usual where the page has ink scales and shifts every channel."""
    graph, wide = layers.graph, weights["join.weight"].shape[0]
    graph.constant("little", np.full((1, 1, 1, 1), 1e-3, np.float32))
    graph.constant("once", np.ones((1, 1, 1, 1), np.float32))
    graph.constant("context.weight", weights["context.weight"][:, :, None, None])
    graph.constant("context.bias", weights["context.bias"])
    graph.constant("halves", np.full(2, wide, np.int64))
    share = layers.one("Add", layers.mean(text), "little")
    mean = layers.one("Div", layers.mean(layers.one("Mul", state, text)), share)
    away = layers.one("Abs", layers.one("Sub", state, mean))
    spread = layers.one("Div", layers.mean(layers.one("Mul", away, text)), share)
    both = layers.one("Conv", layers.one("Concat", mean, spread, axis=1), "context.weight", "context.bias")
    scale, shift = graph.add("Split", [both, "halves"], 2, axis=1)
    scaled = layers.one("Mul", state, layers.one("Add", scale, "once"))
    return layers.one("Relu", layers.one("Add", scaled, shift))
