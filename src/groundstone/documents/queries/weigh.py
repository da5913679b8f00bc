"""From features to probabilities: a small network that ranks claims, and another that says how far to trust the best.

Both have one or two hidden layers of rectified units; their weights come from ``tools/train_queries.py`` and lie in
``weights.npz`` (plain arrays, never pickles). The ranks of claims with the same text are added up before the best text
is chosen: several ways that lead to one answer speak for it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from groundstone.documents.queries.features import NAMES
from groundstone.errors import WeightsCorrupt

EXTRAS = ("share", "second_share", "lead", "texts", "claims", "ways", "best_field", "field_behind", "best_asked")
"""What a judge reads beside the features of the chosen claim."""
Floats = NDArray[np.float64]
MEND = "install the package again, or train them with tools/train_queries.py"
UNLABELLED = frozenset(("largest", "top", "first"))
"""What fields prefer that often stand without a label: a total, a shop, the date of a receipt."""


@dataclass(frozen=True)
class Network:
    """Inputs are standardised by ``mean`` and ``scale``; each layer is (weights, bias), the last gives one number."""

    mean: Floats
    scale: Floats
    layers: tuple[tuple[Floats, Floats], ...]

    def __call__(self, rows: Floats) -> Floats:
        """One number for each row."""
        signal = np.clip((rows - self.mean) * self.scale, -6.0, 6.0)
        for weights, bias in self.layers[:-1]:
            signal = np.maximum(signal @ weights + bias, 0.0)
        weights, bias = self.layers[-1]
        return np.asarray((signal @ weights + bias)[:, 0], dtype=np.float64)


@dataclass(frozen=True)
class Weights:
    """Several rankers and judges (their answers are averaged), the calibration, and how they came about.

    ``curve`` maps what the judges say to probabilities: two rows of numbers, rising, between which is interpolated.
    """

    rankers: tuple[Network, ...]
    judges: tuple[Network, ...]
    curve: Floats
    names: tuple[str, ...]
    about: dict[str, Any]

    def threshold(self, preferred: bool) -> float:
        """The least trust at which a text is said; ``preferred`` for fields that often stand without a label."""
        return float(self.about["threshold_preferred" if preferred else "threshold"])

    def rank(self, rows: Floats) -> Floats:
        """A score for each claim, comparable within one question."""
        return np.asarray(np.mean([ranker(rows) for ranker in self.rankers], axis=0), dtype=np.float64)

    def trust(self, row: Floats) -> float:
        """The probability that the chosen answer is exactly right."""
        said = float(np.mean([judge(row[None, :])[0] for judge in self.judges]))
        return float(np.interp(said, self.curve[0], self.curve[1]))


@cache
def shipped() -> Weights:
    """The weights that come with the package."""
    with files(__package__).joinpath("weights.npz").open("rb") as file:
        return loaded(file)


def loaded(file: Any) -> Weights:
    """Weights of an npz file, in which nothing is ever unpickled. WeightsCorrupt: they do not fit these features."""
    try:
        with np.load(file, allow_pickle=False) as held:
            about = json.loads(str(held["about"]))
            rankers = tuple(_network(held, f"ranker{k}") for k in range(int(about["rankers"])))
            judges = tuple(_network(held, f"judge{k}") for k in range(int(about["judges"])))
            found = Weights(rankers, judges, held["curve"].astype(np.float64), tuple(about["names"]), about)
    except (KeyError, ValueError, EOFError, BadZipFile) as error:
        raise WeightsCorrupt(f"the weights for questions to documents cannot be read ({error}): {MEND}") from error
    _check(found)
    return found


def _check(weights: Weights) -> None:
    """Every network must read what the features of this version are."""
    if weights.names != (*EXTRAS, *NAMES):
        odd = sorted(set(weights.names) ^ {*EXTRAS, *NAMES})[:4]
        raise WeightsCorrupt(f"the weights for questions to documents are of another version ({odd}): {MEND}")
    for networks, count in ((weights.rankers, len(NAMES)), (weights.judges, len(EXTRAS) + len(NAMES))):
        if not networks or any(len(one.mean) != count or len(one.layers[0][0]) != count for one in networks):
            raise WeightsCorrupt(f"the weights for questions to documents do not have the right shape: {MEND}")
    if not {"threshold", "threshold_preferred"} <= set(weights.about):
        raise WeightsCorrupt(f"the weights for questions to documents lack their thresholds: {MEND}")


def saved(path: str, weights: Weights) -> None:
    """Writes a file beside ``path`` and puts it in its place when it is whole."""
    arrays: dict[str, Any] = {"curve": weights.curve}
    for kind, networks in (("ranker", weights.rankers), ("judge", weights.judges)):
        for k, network in enumerate(networks):
            arrays |= {f"{kind}{k}_mean": network.mean, f"{kind}{k}_scale": network.scale}
            for depth, (matrix, bias) in enumerate(network.layers):
                arrays |= {
                    f"{kind}{k}_w{depth}": matrix.astype(np.float32),
                    f"{kind}{k}_b{depth}": bias.astype(np.float32),
                }
    about = weights.about | {
        "rankers": len(weights.rankers),
        "judges": len(weights.judges),
        "names": list(weights.names),
    }
    fresh = Path(f"{path}.fresh")
    with fresh.open("wb") as file:
        np.savez_compressed(file, about=np.array(json.dumps(about)), **arrays)
    fresh.replace(path)


def _network(held: Any, name: str) -> Network:
    layers: list[tuple[Floats, Floats]] = []
    if f"{name}_w0" not in held:
        raise KeyError(f"{name}_w0")
    while f"{name}_w{len(layers)}" in held:
        depth = len(layers)
        layers.append((held[f"{name}_w{depth}"].astype(np.float64), held[f"{name}_b{depth}"].astype(np.float64)))
    return Network(held[f"{name}_mean"].astype(np.float64), held[f"{name}_scale"].astype(np.float64), tuple(layers))


def shares(scores: Floats, texts: Sequence[str]) -> dict[str, float]:
    """The softmax of the scores, added up for each text."""
    if not len(scores):
        return {}
    raised = np.exp(scores - scores.max())
    raised /= raised.sum()
    summed: dict[str, float] = {}
    for text, share in zip(texts, raised, strict=True):
        summed[text] = summed.get(text, 0.0) + float(share)
    return summed
