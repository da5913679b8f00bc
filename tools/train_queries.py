"""Trains the networks that weigh claims (src/groundstone/documents/queries/weights.npz) on generated forms; numpy only.

    python tools/train_queries.py --samples 2000 --out src/groundstone/documents/queries/weights.npz

The forms are those of benchmarks/forms: development layouts, read by simulated OCR. A ranker learns to give the right
claims of a question most of a softmax; a judge learns, on forms whose layouts the ranker that chose did not see,
whether the chosen answer is exactly right; isotonic regression makes a probability of what judges say about layouts
that they did not see either. What is shipped is trained on all of them. The same forms give the same weights.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


from benchmarks.queries_data import Posed, collected

from groundstone.documents.fields import Fields
from groundstone.documents.queries.answers import Chosen
from groundstone.documents.queries.features import NAMES
from groundstone.documents.queries.weigh import EXTRAS, UNLABELLED, Network, Weights, saved

Floats = NDArray[np.float32]
T = TypeVar("T")
RANKER, JUDGE = (40, 20), (24,)  # units of the hidden layers
FOLDS, SEEDS = 4, 4
MORE_OF = ("receipt",)  # families that get a sixth of samples more: their values have few labels
BATCH = 96  # questions
DECAY = 0.3
JUDGE_EPOCHS = 90
JUDGED = (
    "label_",
    "pair",
    "kind_",
    "way_",
    "prefer_",
    "purpose_",
    "typed_",
    "row_",
    "vote",
    "group_",
    "amount_",
    "reader_",
)  # beginnings of names
JUDGED_TOO = frozenset(
    "fits like_label has_label has_field field_sure sure_least sure_mean left_other above_other inline_other rank gap "
    "has_ordinal above_says_asked asked_weight page_group page_known asked_words other_kind ends_colon words lines "
    "ticked unticked next_gap next_label next_fits inner_gap row_goes_on company_end company_index top height capitals "
    "page_amounts page_pieces".split()
)
BANDS = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)
LEAST = 0.25  # probability at which anything is said
ASKED_IN_VAIN = 0.18  # of questions, as the generator asks
PREFERRED = 0.3  # probability at which a total, a shop or the date of a receipt is said: papers rarely lack them
FALSE_ANSWERS = 0.035  # of questions that the document does not answer: what the threshold is chosen for


@dataclass
class Layer:
    weights: Floats
    bias: Floats


class Trained:
    """A network while it learns, by Adam with decoupled weight decay (Loshchilov and Hutter 2019)."""

    def __init__(self, inputs: Floats, hidden: Sequence[int], seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.rng = rng
        self.mean = inputs.mean(axis=0)
        self.scale = (1 / np.maximum(inputs.std(axis=0), 0.05)).astype(np.float32)
        sizes = [inputs.shape[1], *hidden, 1]
        self.layers = [
            Layer(
                (rng.standard_normal((a, b)) * np.sqrt((2.0 if b > 1 else 0.5) / a)).astype(np.float32),
                np.zeros(b, np.float32),
            )
            for a, b in pairwise(sizes)
        ]
        self._first = [np.zeros_like(part) for layer in self.layers for part in (layer.weights, layer.bias)]
        self._second = [np.zeros_like(part) for part in self._first]
        self._steps = 0

    def forward(self, rows: Floats, drop: float = 0.0) -> tuple[Floats, list[Floats]]:
        """Scores, and the signals between the layers."""
        signal = np.clip((rows - self.mean) * self.scale, -6, 6)
        if drop:
            signal = signal * (self.rng.random(signal.shape[1]) >= drop).astype(np.float32)
        signals = [signal]
        for layer in self.layers[:-1]:
            signals.append(np.maximum(signals[-1] @ layer.weights + layer.bias, 0))
        return (signals[-1] @ self.layers[-1].weights + self.layers[-1].bias)[:, 0], signals

    def learn(self, signals: list[Floats], slope: Floats, rate: float) -> None:
        """One step against the slope of the loss by the scores."""
        self._steps += 1
        back, slopes = slope[:, None].astype(np.float32), []
        for layer, signal in zip(reversed(self.layers), reversed(signals), strict=True):
            slopes += [back.sum(axis=0), signal.T @ back]
            back = (back @ layer.weights.T) * (signal > 0) if signal is not signals[0] else back
        parts = [part for layer in self.layers for part in (layer.weights, layer.bias)]
        for part, grown, first, second in zip(parts, reversed(slopes), self._first, self._second, strict=True):
            first += 0.1 * (grown - first)
            second += 0.002 * (grown * grown - second)
            fair = first / (1 - 0.9**self._steps) / (np.sqrt(second / (1 - 0.998**self._steps)) + 1e-8)
            part -= rate * (fair + (DECAY * part if part.ndim == 2 else 0))

    def network(self) -> Network:
        layers = tuple((layer.weights.astype(np.float64), layer.bias.astype(np.float64)) for layer in self.layers)
        return Network(self.mean.astype(np.float64), self.scale.astype(np.float64), layers)


def ranker(questions: Sequence[Posed], seed: int, epochs: int) -> Network:
    """Learns on the questions that have a right claim."""
    asked = [one for one in questions if one.right.any()]
    trained = Trained(np.concatenate([one.rows for one in asked]), RANKER, seed)
    for rate, batch in _batches(asked, trained.rng, epochs, 2e-3):
        rows = np.concatenate([one.rows for one in batch])
        starts = np.cumsum([0, *(len(one.rows) for one in batch[:-1])])
        scores, signals = trained.forward(rows, drop=0.04)
        given = _softmax(scores, starts, [len(one.rows) for one in batch])
        right = np.concatenate([one.right for one in batch]).astype(np.float32)
        share = given * right
        among = np.repeat(np.add.reduceat(share, starts), [len(one.rows) for one in batch])
        trained.learn(signals, (given - share / np.maximum(among, 1e-9)) / len(batch), rate)
    return trained.network()


def judge(rows: Floats, right: Floats, seed: int, epochs: int) -> Network:
    """Learns the logarithm of the odds that a choice is right, from the features that speak of it in any layout."""
    trained = Trained(rows, JUDGE, seed)
    names = (*EXTRAS, *NAMES)
    seen = [name in EXTRAS or name in JUDGED_TOO or name.startswith(JUDGED) for name in names]
    trained.scale = trained.scale * np.array(seen, np.float32)
    for rate, batch in _batches(list(range(len(rows))), trained.rng, epochs, 1.5e-3, 256):
        scores, signals = trained.forward(rows[batch], drop=0.04)
        trained.learn(signals, (1 / (1 + np.exp(-scores)) - right[batch]) / len(batch), rate)
    return trained.network()


def isotonic(said: Floats, right: Floats) -> NDArray[np.float64]:
    """Pool adjacent violators: two rows, what was said and how often it was right, both rising."""
    order = np.argsort(said, kind="stable")
    pools: list[list[float]] = []  # sum of right, count, sum of said
    for value, truth in zip(said[order], right[order], strict=True):
        pools.append([float(truth), 1.0, float(value)])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] >= pools[-1][0] / pools[-1][1]:
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    smooth = [((right_ + 0.5) / (count + 1.0), total / count) for right_, count, total in pools]
    curve = np.array([[x for _, x in smooth], [p for p, _ in smooth]])
    curve[1] = np.maximum.accumulate(curve[1])
    return curve


def chosen(questions: Sequence[Posed], network: Callable[[Floats], NDArray[np.float64]]) -> tuple[Floats, Floats]:
    """For each question the judge's row of what a ranker chooses, and whether it is exactly right."""
    rows, right = [], []
    for one in questions:
        best = Chosen(one.rows, one.keys, one.sources, network(one.rows))
        rows.append(best.row.astype(np.float32))
        right.append(float(one.exact[best.best[0]]))
    return np.stack(rows), np.array(right, np.float32)


def trained(questions: Sequence[Posed], epochs: int, about: dict[str, object]) -> Weights:
    folds = _folds(questions)
    rows, right, answerable = [], [], []
    for fold in range(FOLDS):
        rest = [one for one, k in zip(questions, folds, strict=True) if k != fold]
        held = [one for one, k in zip(questions, folds, strict=True) if k == fold]
        network = ranker(rest, fold, epochs)
        made = chosen(held, network)
        rows.append(made[0])
        right.append(made[1])
        answerable.append(np.array([one.answerable for one in held]))
        print(f"fold {fold}: of {len(held)} questions ranks {_share(made[1], answerable[-1]):.4f} right", flush=True)
    said = np.zeros(sum(map(len, rows)), np.float32)
    edges = np.cumsum([0, *map(len, rows)])
    all_rows, all_right, there = np.concatenate(rows), np.concatenate(right), np.concatenate(answerable)
    for fold in range(FOLDS):
        inside = np.zeros(len(said), bool)
        inside[edges[fold] : edges[fold + 1]] = True
        judges = [judge(all_rows[~inside], all_right[~inside], seed, JUDGE_EPOCHS) for seed in range(SEEDS)]
        said[inside] = np.mean([one(all_rows[inside]) for one in judges], axis=0)
    curve = isotonic(said, all_right)
    sure = np.interp(said, curve[0], curve[1])
    preferred = all_rows[:, _preferring()].any(axis=1)
    least = _threshold(sure, there & ~preferred, ~there & ~preferred, FALSE_ANSWERS), PREFERRED
    _report(sure, all_right, there, np.where(preferred, least[1], least[0]))
    return Weights(
        tuple(ranker(questions, 100 + seed, epochs) for seed in range(SEEDS)),
        tuple(judge(all_rows, all_right, 100 + seed, JUDGE_EPOCHS) for seed in range(SEEDS)),
        curve,
        (*EXTRAS, *NAMES),
        about | {"threshold": least[0], "threshold_preferred": least[1]},
    )


def _folds(questions: Sequence[Posed]) -> list[int]:
    """A fold for each question; layouts are never divided."""
    groups = sorted({one.group for one in questions})
    place = {group: k % FOLDS for k, group in enumerate(np.random.default_rng(5).permutation(groups).tolist())}
    return [place[one.group] for one in questions]


def _preferring() -> list[int]:
    names = (*EXTRAS, *NAMES)
    return [names.index(f"prefer_{name}") for name in sorted(UNLABELLED)]


def _threshold(sure: NDArray[np.float64], there: NDArray[np.bool_], absent: NDArray[np.bool_], share: float) -> float:
    """The least probability at which few questions without an answer get one, beside all that are asked."""
    most = share * (there.sum() + absent.sum()) * ASKED_IN_VAIN
    without = np.sort(sure[absent])[::-1]
    return float(max(without[int(most)] + 1e-6, LEAST)) if int(most) < len(without) else LEAST


def _report(sure: NDArray[np.float64], right: Floats, there: NDArray[np.bool_], least: NDArray[np.float64]) -> None:
    given = sure >= least
    good, bad = np.mean((given & (right > 0))[there]), np.mean((given & (right == 0))[there])
    vain = np.mean(given[~there])
    print(f"thresholds {np.unique(least)}: {good:.4f} right, {bad:.4f} wrong; {vain:.4f} answered in vain")
    for low, high in pairwise(BANDS):
        inside = (sure >= low) & (sure < high)
        if inside.any():
            mean, true = sure[inside].mean(), right[inside].mean()
            print(f"  {low:.2f}-{min(high, 1):.2f}: {inside.sum():6d} x, said {mean:.3f}, right {true:.3f}")


def _share(right: Floats, answerable: NDArray[np.bool_]) -> float:
    return float(right[answerable].mean()) if answerable.any() else 0.0


def _batches(
    items: Sequence[T], rng: np.random.Generator, epochs: int, rate: float, size: int = BATCH
) -> Iterator[tuple[float, list[T]]]:
    steps, done = epochs * (len(items) // size + 1), 0
    for _ in range(epochs):
        order = rng.permutation(len(items))
        for start in range(0, len(items), size):
            share = done / steps
            yield (
                rate * min(1.0, (done + 1) / 50) * (1 - share) ** 0.9,
                [items[int(k)] for k in order[start : start + size]],
            )
            done += 1


def _softmax(scores: Floats, starts: NDArray[np.int64], lengths: Sequence[int]) -> Floats:
    highest = np.repeat(np.maximum.reduceat(scores, starts), lengths)
    raised = np.exp(scores - highest)
    return np.asarray(raised / np.repeat(np.add.reduceat(raised, starts), lengths), np.float32)


def _part(
    seed: int, count: int, split: str, families: Sequence[str], pages: int, readers: Sequence[Path]
) -> list[Posed]:
    """The questions of one part of the samples, in a process of its own."""
    from groundstone.models.pagereader import PageReader
    from groundstone.platform import EMBEDDING_MODEL, Platform  # only what is run needs it

    platform = Platform()
    made = [PageReader(platform.weights.path(EMBEDDING_MODEL), changes, 1) for changes in readers]
    return collected(Fields.load(), count, platform.embed_if_there, split, seed, families, pages, made)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--samples", type=int, default=2000)
    options.add_argument(
        "--pages", type=int, default=0, help="samples of benchmarks/forms/pages besides; Chromium draws"
    )
    options.add_argument("--parts", type=int, default=2, help="processes that make the samples; others, other samples")
    options.add_argument("--split", default="all", help='"train" keeps the layouts of benchmarks/queries.py unseen')
    options.add_argument(
        "--readers", type=Path, nargs="*", default=[], help="files of tools/train_page_reader.py --without 0, 1 ..."
    )
    options.add_argument("--epochs", type=int, default=8)
    options.add_argument("--out", type=Path, required=True)
    given = options.parse_args()
    began, count = time.monotonic(), given.samples // given.parts
    with ProcessPoolExecutor(given.parts) as pool:
        pages = given.pages // given.parts
        made = [
            pool.submit(_part, seed, count, given.split, (), pages, given.readers) for seed in range(1, given.parts + 1)
        ]
        made.append(pool.submit(_part, 90, given.samples // 6, given.split, MORE_OF, 0, ()))
        questions = [one for part in made for one in part.result()]
    claims = sum(len(one.rows) for one in questions)
    print(f"{len(questions)} questions, {claims} claims, {time.monotonic() - began:.0f} s", flush=True)
    about: dict[str, object] = {
        "trained_on": f"{given.samples} samples and {given.pages} pages of benchmarks/forms, layouts {given.split!r}"
    }
    saved(str(given.out), trained(questions, given.epochs, about))
    print(f"written after {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
