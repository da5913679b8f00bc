"""The article's recipe from files to a model that can be served, tried on both ways to split."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from groundstone.forensics.article import GRAPH, RECIPE, Recipe, stacked
from groundstone.forensics.collection import Item
from groundstone.forensics.curve import Epoch
from groundstone.forensics.lines import Lines
from groundstone.forensics.samples import Progress, Samples, side_by_side
from groundstone.forensics.splits import Split

if TYPE_CHECKING:
    from groundstone.forensics.article_torch import Fitted

Fit = Callable[..., "Fitted"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One training: what it was tested on, P(forged) of those files, and how it went."""

    split: Split
    probabilities: tuple[float, ...]
    curve: tuple[Epoch, ...]

    @property
    def labels(self) -> list[int]:
        return [int(item.forged) for item in self.split.held]


class ArticleTraining:
    """Trains in a folder ``kept``, where it can be taken up.

    ``fit`` is article_torch.fit; MissingExtra is raised when it is not given and torch is not installed.
    """

    def __init__(self, kept: Path, recipe: Recipe, tick: Progress, *, threads: int = 1, fit: Fit | None = None) -> None:
        self._kept, self.recipe, self._tick, self._threads = kept, recipe, tick, threads
        self._fit = fit or _own_fit()
        self._inputs = Lines(kept / "inputs.jsonl")

    def prepare(self, items: Sequence[Item]) -> None:
        """Make the input of every file, once for each content. Raises UnreadableDocument, DocumentTooLarge."""
        new = list({item.digest: item for item in items if item.digest not in self._inputs}.values())
        with Samples() as samples:

            def one(item: Item) -> None:
                pixels = samples.error_levels(item.data(), self.recipe.quality, self.recipe.side)
                self._inputs.add(item.digest, {"pixels": base64.b64encode(pixels).decode()})

            side_by_side(one, new, samples.at_once, lambda done: self._tick("error levels", done, len(new)))

    def trial(self, split: Split, name: str) -> Trial:
        """Train on one part and judge the other. The model of the trial is written to ``kept/name``."""
        from groundstone.forensics.article_torch import Part

        train, held = (
            Part(
                stacked([base64.b64decode(self._inputs[item.digest]["pixels"]) for item in part], self.recipe),
                np.array([int(item.forged) for item in part]),
            )
            for part in (split.train, split.held)
        )
        what = f"training ({split.title})"
        folder = self._kept / name
        fitted = self._fit(
            train, held, self.recipe, folder, lambda done, total: self._tick(what, done, total), threads=self._threads
        )
        self._write(folder, fitted.weights)
        return Trial(split, tuple(float(one) for one in fitted.held), fitted.epochs)

    def publish(self, name: str, folder: Path) -> None:
        """Copy the model of a trial to ``folder``: the network as ONNX, and how its input is made."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / GRAPH).write_bytes((self._kept / name / GRAPH).read_bytes())
        (folder / RECIPE).write_text(json.dumps(self.recipe.to_json(), indent=1) + "\n", "utf-8")

    def _write(self, folder: Path, weights: dict[str, Any]) -> None:
        from groundstone.forensics.article_graph import build

        (folder / GRAPH).write_bytes(build(weights, self.recipe))


def _own_fit() -> Fit:
    from groundstone.forensics.article_torch import fit

    return fit
