"""Fits the weights of ``src/groundstone/slides/surety.py`` on questions to decks, and says how good they are.

    $ GROUNDSTONE_HOME=folder PYTHONPATH=. python tools/fit_slide_surety.py SET [SET ...]

SETs and ``GROUNDSTONE_HOME`` are those of ``fit_slide_answers.py``. Questions that are answered from tables and by
calculations take no part. An example is right when the words that the present order puts first hold the answer; it
counts one and a half times when nothing answers its question. For decks that were left out of the fit one after the
other it prints how many right and how many absent ones are said at several thresholds, then the weights.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tools.fit_slide_answers import LOOKED_AT, put

from groundstone.identity import LOCAL
from groundstone.platform import Platform
from groundstone.slides import asks, choosing, seen, solve, surety
from groundstone.slides.clues import NAMES
from groundstone.slides.kinds import named_decks, without_decks
from groundstone.slides.matching import says_all
from groundstone.slides.question_file import load_questions

Floats = NDArray[np.float64]
FIRM = 4.0  # of the penalty on large weights
ABSENT = 1.5  # what a question without an answer counts
LACKS_NAMES = NAMES.index("names missing")


@dataclass(frozen=True)
class Example:
    """One question: the signs of its best words, whether they hold the answer, and whether anything does."""

    deck: str
    signs: list[float]
    right: bool
    absent: bool


def examples(platform: Platform, folder: Path) -> list[Example]:
    infos = put(platform, folder)
    made = []
    for number, asked in enumerate(load_questions(folder / "questions.jsonl")):
        example = None if asked.after else _example(platform, infos, asked, f"absent {number % 6}")
        if example is not None:
            made.append(example)
    return made


def _example(platform: Platform, infos: dict[str, Any], asked: Any, nowhere: str) -> Example | None:
    known, shelf = list(infos.values()), platform.slides.shelf(LOCAL)
    ask = asks.read(without_decks(asked.question, known) or asked.question)
    sheets = []
    for hit in shelf.search(ask.text, decks=named_decks(asked.question, known) or tuple(infos), limit=LOOKED_AT):
        deck = shelf.deck(hit.deck)
        sheets.append(seen.sheet(infos[hit.deck], hit.deck, deck, deck.slide(hit.slide), hit.score))
    if solve.solved(ask, sheets, platform.embed) is not None:
        return None
    chosen, clues, likely = choosing.weighed(ask, sheets, platform.embed)
    if not chosen or clues[LACKS_NAMES]:
        return None
    said = " ".join(f"{one.head}: {one.text}" for one in chosen)
    right = not asked.absent and bool(asked.wanted) and says_all(said, asked.wanted)
    return Example(asked.deck or nowhere, surety.signs(ask, chosen[0], clues, likely), right, asked.absent)


def fitted(some: list[Example]) -> Floats:
    """Weights of a logistic regression over signs of a mean of 0 and a spread of 1, turned back; the constant last."""
    rows = np.array([one.signs for one in some])
    mean, spread = rows.mean(0), rows.std(0) + 1e-6
    rows = np.c_[(rows - mean) / spread, np.ones(len(rows))]
    right = np.array([float(one.right) for one in some])
    counts = np.array([ABSENT if one.absent else 1.0 for one in some])
    firm = np.diag([FIRM] * len(mean) + [1e-6])
    found = np.zeros(rows.shape[1])
    for _ in range(40):
        odds = 1 / (1 + np.exp(-rows @ found))
        bend = (rows * (counts * odds * (1 - odds))[:, None]).T @ rows + firm
        found = found + np.linalg.solve(bend, rows.T @ (counts * (right - odds)) - firm @ found)
    weights = found[:-1] / spread
    return np.append(weights, found[-1] - weights @ mean)


def left_out(some: list[Example]) -> None:
    """Prints how good the fit is on decks that it did not see."""
    told: list[tuple[Example, float]] = []
    for deck in sorted({one.deck for one in some}):
        weights = fitted([one for one in some if one.deck != deck])
        told += [(one, _chance(one.signs, weights)) for one in some if one.deck == deck]
    for least in (0.4, 0.45, 0.5, 0.55, 0.6):
        said = [one for one, chance in told if chance >= least]
        right, absent = sum(one.right for one in said), sum(one.absent for one in said)
        print(
            f"from {least}: {right} of {sum(one.right for one in some)} right ones said, "
            f"{absent} of {sum(one.absent for one in some)} absent ones, {len(said) - right - absent} wrong ones"
        )


def _chance(signs: list[float], weights: Floats) -> float:
    return float(1 / (1 + np.exp(-(np.array(signs) @ weights[:-1] + weights[-1]))))


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    with Platform() as platform:
        some = [one for name in sys.argv[1:] for one in examples(platform, Path(name))]
    print(f"{len(some)} questions, {sum(one.right for one in some)} of them with the answer in front")
    left_out(some)
    for name, weight in zip((*surety.SIGNS, "constant"), fitted(some), strict=True):
        print(f"{name:15} {weight:8.3f}")


if __name__ == "__main__":
    main()
