"""Trains the article's network. The only file that imports torch, which is an extra and never needed to serve."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstone.errors import MissingExtra
from groundstone.forensics.article import Recipe
from groundstone.forensics.curve import Epoch
from groundstone.models.tensors import TensorFile, write_tensors

try:
    import torch  # type: ignore[import-not-found]
except ImportError:
    raise MissingExtra("PyTorch, which the article's recipe trains with,", "training") from None

Bytes = NDArray[np.uint8]
Tick = Callable[[int, int], None]  # batches done, batches in all; what it raises ends the training
SAVED, LOG = "state.safetensors", "state.json"


@dataclass(frozen=True, slots=True)
class Part:
    """``pictures`` (N, side, side, 3) bytes, ``labels`` (N,): 0 original, 1 forged."""

    pictures: Bytes
    labels: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights by name, the epochs, and P(forged) of each held-out picture."""

    weights: dict[str, NDArray[np.float32]]
    epochs: tuple[Epoch, ...]
    held: NDArray[np.float64]


def fit(train: Part, held: Part, recipe: Recipe, kept: Path, tick: Tick, seed: int = 0, threads: int = 1) -> Fitted:
    """Train until ``recipe`` says enough; the state after each epoch is in the folder ``kept``, and is taken up there.

    Each epoch draws its own random numbers from ``seed``, so that a training taken up gives what an unbroken one does.
    """
    torch.set_num_threads(threads)
    run = _Run(recipe, kept, seed)
    batches = -(-len(train.labels) // recipe.batch)
    while not run.is_over:
        before = len(run.epochs) * batches
        loss, accuracy = run.learn(train, partial(_ticked, tick, before, recipe.epochs * batches))
        found = run.judge(held.pictures)
        run.note(loss, accuracy, found, held.labels)
    return Fitted(run.weights(), tuple(run.epochs), run.judge(held.pictures)[:, 1])


def _ticked(tick: Tick, before: int, total: int, done: int) -> None:
    tick(before + done, total)


class _Run:
    def __init__(self, recipe: Recipe, kept: Path, seed: int) -> None:
        self.recipe, self._kept, self._seed = recipe, kept, seed
        self.epochs: list[Epoch] = []
        torch.manual_seed(seed)
        self.network = _network(recipe)
        self._squares = {name: torch.zeros_like(value) for name, value in self.network.named_parameters()}
        self._take_up()

    @property
    def is_over(self) -> bool:
        """As Keras' EarlyStopping: no better accuracy for ``patience`` epochs."""
        if len(self.epochs) >= self.recipe.epochs:
            return True
        accuracies = [one.held_accuracy for one in self.epochs]
        best = accuracies.index(max(accuracies)) if accuracies else 0
        return len(accuracies) - 1 - best >= self.recipe.patience

    def learn(self, part: Part, tick: Callable[[int], None]) -> tuple[float, float]:
        """One epoch; mean loss and accuracy as Keras reports them, taken while learning."""
        torch.manual_seed(self._seed * 1000 + len(self.epochs) + 1)
        self.network.train()
        order, lost, right = torch.randperm(len(part.labels)).numpy(), 0.0, 0
        for done, start in enumerate(range(0, len(order), self.recipe.batch)):
            tick(done)
            rows = order[start : start + self.recipe.batch]
            wanted = torch.from_numpy(part.labels[rows])
            scores = self.network(_inputs(part.pictures[rows]))
            loss = torch.nn.functional.cross_entropy(scores, wanted)
            self.network.zero_grad(set_to_none=True)
            loss.backward()
            self._step()
            lost += loss.item() * len(rows)
            right += int((scores.argmax(1) == wanted).sum())
        return lost / len(order), right / len(order)

    def _step(self) -> None:
        """RMSprop as the notebook sets it: no momentum."""
        with torch.no_grad():
            for name, value in self.network.named_parameters():
                square = self._squares[name].mul_(self.recipe.decay)
                square.addcmul_(value.grad, value.grad, value=1 - self.recipe.decay)
                value.addcdiv_(value.grad, square.sqrt().add_(self.recipe.epsilon), value=-self.recipe.rate)

    def judge(self, pictures: Bytes) -> NDArray[np.float64]:
        """Probabilities (N, 2)."""
        self.network.eval()
        with torch.no_grad():
            parts = [
                torch.nn.functional.softmax(self.network(_inputs(pictures[start : start + self.recipe.batch])), 1)
                for start in range(0, len(pictures), self.recipe.batch)
            ]
        return np.asarray(torch.cat(parts).numpy(), np.float64)

    def note(self, loss: float, accuracy: float, found: NDArray[np.float64], labels: NDArray[np.int64]) -> None:
        chosen = np.maximum(found[np.arange(len(labels)), labels], 1e-7)
        right = float((found.argmax(axis=1) == labels).mean())
        self.epochs.append(Epoch(len(self.epochs) + 1, loss, accuracy, float(-np.log(chosen).mean()), right))
        self._save()

    def weights(self) -> dict[str, NDArray[np.float32]]:
        return {name: value.detach().numpy() for name, value in self.network.named_parameters()}

    def _save(self) -> None:
        """The numbers first, the log last: a log always speaks of numbers that are there."""
        self._kept.mkdir(parents=True, exist_ok=True)
        number = len(self.epochs)
        state = {f"square.{name}": value.numpy() for name, value in self._squares.items()}
        write_tensors(self._kept / f"{number}.{SAVED}", {**self.weights(), **state})
        part = self._kept / f"{LOG}.part"
        part.write_text(json.dumps([asdict(one) for one in self.epochs]), "utf-8")
        os.replace(part, self._kept / LOG)
        (self._kept / f"{number - 1}.{SAVED}").unlink(missing_ok=True)

    def _take_up(self) -> None:
        log = self._kept / LOG
        if not log.is_file():
            return
        self.epochs = [Epoch(**one) for one in json.loads(log.read_text("utf-8"))]
        file = TensorFile(self._kept / f"{len(self.epochs)}.{SAVED}")
        with torch.no_grad():
            for name, value in self.network.named_parameters():
                value.copy_(torch.from_numpy(file[name].copy()))
                self._squares[name].copy_(torch.from_numpy(file[f"square.{name}"].copy()))


def _network(recipe: Recipe) -> Any:
    """Its parts have the names that article_graph.build() knows. Weights begin as Glorot and Bengio's, biases at 0."""

    class Network(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = torch.nn.Conv2d(3, recipe.filters, 3)
            self.conv2 = torch.nn.Conv2d(recipe.filters, recipe.filters, 3)
            self.dense1 = torch.nn.Linear(recipe.pooled**2 * recipe.filters, recipe.dense)
            self.dense2 = torch.nn.Linear(recipe.dense, 2)
            for layer in (self.conv1, self.conv2, self.dense1, self.dense2):
                torch.nn.init.xavier_uniform_(layer.weight)
                torch.nn.init.zeros_(layer.bias)

        def forward(self, pictures: Any) -> Any:
            value = torch.nn.functional.relu(self.conv2(torch.nn.functional.relu(self.conv1(pictures))))
            value = torch.nn.functional.dropout(
                torch.nn.functional.max_pool2d(value, 2), recipe.drop[0], self.training
            ).flatten(1)
            return self.dense2(
                torch.nn.functional.dropout(torch.nn.functional.relu(self.dense1(value)), recipe.drop[1], self.training)
            )

    return Network()


def _inputs(pictures: Bytes) -> Any:
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
