"""Measures how large each activation channel of all-MiniLM-L6-v2 gets; the int8 form needs to know.

    python tools/measure_minilm_peaks.py FOLDER_WITH_THE_WEIGHTS

writes src/groundstone/models/minilm_peaks.npz: for the input of each of 18 linear layers, the largest
absolute value of each channel over the texts below. This is the network written out in numpy, in float32.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstone.models.minilm import PROBE, MiniLM
from groundstone.models.minilm_graph import EPSILON, HEADS, LAYERS, WIDTH
from groundstone.models.tensors import TensorFile

Array = NDArray[np.float32]
TARGET = Path(__file__).parents[1] / "src/groundstone/models/minilm_peaks.npz"
TEXTS = [
    "",
    "a",
    "ok",
    "!!!",
    "42",
    "What is the capital of Portugal?",
    "who wrote it and when",
    "Total: EUR 1,284.50 (VAT 21 % included), due 31/01/2024",
    "def area(radius): return 3.14159 * radius ** 2",
    "SELECT name, price FROM products WHERE price < 20 ORDER BY name;",
    "https://example.org/catalogue/page?id=77&lang=en",
    "The ferry leaves the northern harbour at six in the morning and reaches the island before noon.",
    "Der Vertrag verlängert sich um ein Jahr, wenn er nicht drei Monate vorher gekündigt wird.",
    "La bibliothèque ouvre à neuf heures, sauf le lundi.",
    "El informe anual señala un aumento de las ventas en otoño.",
    "Москва слезам не верит.",
    "図書館は何時に開きますか。",
    "مرحبا بكم في المكتبة",
    "naïve café, piñata, smörgåsbord, œuvre",
    "Dose 1: lot A1234, given on 4 March by nurse Okafor. Dose 2: lot B7781, given on 1 April.",
    "A quiet drama about two sisters who inherit a lighthouse and find their mother's letters in its walls.",
    "Cosy studio near the canal with a washing machine, fast internet and a view of the old brewery.",
    "Throughput rose from 120 to 310 requests a second when the batch size went from 1 to 8.",
    "The committee shall consist of seven members. A member may resign by written notice to the chair. " * 8,
    "Photosynthesis turns light, water and carbon dioxide into sugar. It takes place in chloroplasts, "
    "which hold the green pigment chlorophyll. Plants, algae and some bacteria live by it. " * 6,
]


def error_function(x: Array) -> Array:
    """Abramowitz and Stegun 7.1.26; off by less than 2e-7."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.asarray(np.sign(x) * (1 - series * np.exp(-x * x)), np.float32)


class Network:
    def __init__(self, weights: TensorFile) -> None:
        self.weights = weights
        self.peaks: dict[str, Array] = {}

    def run(self, ids: list[int]) -> None:
        tables = [self.weights[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position", "token_type")]
        states = tables[0][ids] + tables[1][: len(ids)] + tables[2][0]
        states = self.normalise(states, "embeddings.LayerNorm")
        for number in range(LAYERS):
            states = self.layer(states, f"encoder.layer.{number}.")

    def layer(self, states: Array, prefix: str) -> Array:
        self.note(prefix + "qkv", states)
        change = self.linear(self.attention(states, prefix + "attention.self."), prefix + "attention.output.dense")
        states = self.normalise(states + change, prefix + "attention.output.LayerNorm")
        inner = self.linear(self.note(prefix + "intermediate.dense", states), prefix + "intermediate.dense")
        curved = np.asarray(inner * 0.5 * (1 + error_function(inner / np.float32(2**0.5))), np.float32)
        outer = self.linear(self.note(prefix + "output.dense", curved), prefix + "output.dense")
        return self.normalise(states + outer, prefix + "output.LayerNorm")

    def attention(self, states: Array, prefix: str) -> Array:
        heads = (len(states), HEADS, WIDTH // HEADS)
        query, key, value = (
            self.linear(states, prefix + part).reshape(heads).transpose(1, 0, 2) for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.float32((WIDTH / HEADS) ** 0.5)
        powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
        context = (powers / powers.sum(axis=-1, keepdims=True)) @ value
        return np.asarray(context.transpose(1, 0, 2).reshape(states.shape), np.float32)

    def linear(self, states: Array, name: str) -> Array:
        return np.asarray(states @ self.weights[name + ".weight"].T + self.weights[name + ".bias"], np.float32)

    def normalise(self, states: Array, name: str) -> Array:
        centred = states - states.mean(axis=-1, keepdims=True)
        deviation = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + EPSILON)
        return np.asarray(
            centred / deviation * self.weights[name + ".weight"] + self.weights[name + ".bias"], np.float32
        )

    def note(self, name: str, states: Array) -> Array:
        self.peaks[name] = np.maximum(self.peaks.get(name, np.float32(0)), np.abs(states).max(axis=0))
        return states


def main() -> None:
    folder = Path(sys.argv[1])
    network = Network(TensorFile(folder / "model.safetensors"))
    for text in TEXTS:
        network.run(MiniLM(folder)._ids(text))
    network.peaks[PROBE] = MiniLM(folder, "float32").embed([PROBE])[0]
    arrays: dict[str, Any] = {name: peaks.astype(np.float16) for name, peaks in network.peaks.items()}
    np.savez_compressed(TARGET, **arrays)
    print(f"{TARGET}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
