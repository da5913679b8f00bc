"""Fits the weights of ``src/groundstone/slides/scorer.py`` on questions to decks, and says how good they are.

    $ GROUNDSTONE_HOME=folder python tools/fit_slide_answers.py SET [SET ...]

Each SET is a folder with decks (files, or folders of pictures) and a ``questions.jsonl`` as ``groundstone slides
evaluate`` reads it; ``GROUNDSTONE_HOME`` must have the weights of the embedding model. For decks that were left out of
the fit one after the other it prints how often the best words hold the answer and how often absent ones get one; then
the table of weights to be put into ``scorer.py``. The table there was fitted with one more kind of example: questions
whose answer was taken off its slide.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstone.identity import LOCAL
from groundstone.platform import Platform
from groundstone.slides import asks, likeness, scorer, seen
from groundstone.slides.candidates import candidates
from groundstone.slides.clues import NAMES, Clues
from groundstone.slides.matching import says_all
from groundstone.slides.question_file import load_questions

Floats = NDArray[np.float64]
LOOKED_AT, STEPS, RATE = 8, 300, 0.05
PICTURES = (".png", ".jpg", ".jpeg")
FIRM_ORDER, FIRM_LIKELY = 2.0, 5.0  # of the penalties on large weights
SPOKEN = "fact definition list paraphrase person date notes picture diagram alt table chart group".split()


@dataclass(frozen=True)
class Example:
    """One question: clues of all candidates (candidates, clues), which of them answer, and the slide of each."""

    deck: str
    clues: Floats
    right: NDArray[np.bool_]
    slides: tuple[tuple[str, int], ...]


def examples(platform: Platform, folder: Path) -> list[Example]:
    """The questions of one set."""
    infos, shelf = put(platform, folder), platform.slides.shelf(LOCAL)
    made = []
    for one in load_questions(folder / "questions.jsonl"):
        if not one.after and (one.absent or one.kind.split()[0] in SPOKEN):
            made.append(_example(platform, shelf, infos, one))
    return [example for example in made if len(example.clues)]


def put(platform: Platform, folder: Path) -> dict[str, Any]:
    """Adds the decks of a set (in the folder, or in one named decks) to the shelf; what is told of them, by id."""
    slides = platform.slides
    slides.start(watch=False)
    ids = []
    for path in sorted((folder / "decks" if (folder / "decks").is_dir() else folder).iterdir()):
        pictures = [one for one in sorted(path.iterdir()) if one.suffix in PICTURES] if path.is_dir() else []
        if path.suffix in (".pptx", ".pdf", ".odp"):
            ids.append(slides.add(LOCAL, path.name, path.read_bytes()).id)
        elif pictures:
            ids.append(slides.add(LOCAL, path.name, [(one.name, one.read_bytes()) for one in pictures]).id)
    for id in ids:
        slides.wait(LOCAL, id, 600)
    return {info.id: info for info in slides.shelf(LOCAL).decks() if info.id in ids}


def _example(platform: Platform, shelf: Any, infos: dict[str, Any], asked: Any) -> Example:
    ask = asks.read(asked.question)
    sheets = []
    for hit in shelf.search(ask.text, decks=tuple(infos), limit=LOOKED_AT):
        deck = shelf.deck(hit.deck)
        sheets.append(seen.sheet(infos[hit.deck], hit.deck, deck, deck.slide(hit.slide), hit.score))
    found = [one for sheet in sheets for one in candidates(sheet)]
    near = likeness.cosines(platform.embed, ask.text, [one.placed for one in found])
    weigh, top = Clues(ask, sheets), max(near, default=0.0)
    clues = np.array([weigh.of(one, cosine, top) for one, cosine in zip(found, near, strict=True)])
    places = tuple((one.sheet.deck_name, one.sheet.slide.number) for one in found)
    right = [
        not asked.absent
        and place[1] in asked.slides
        and place[0].startswith(asked.deck)
        and says_all(f"{one.head}: {one.text}", asked.wanted)
        for place, one in zip(places, found, strict=True)
    ]
    return Example(asked.deck or (places[0][0] if places else ""), clues, np.array(right, np.bool_), places)


def order(some: list[Example]) -> Floats:
    """Weights under which the softmax of the scores has most of its mass on right candidates (by Adam)."""
    weights, first, second = (np.zeros(len(NAMES)) for _ in range(3))
    held = [one for one in some if one.right.any()]
    for step in range(1, STEPS + 1):
        slope = -FIRM_ORDER * weights
        for one in held:
            scores = one.clues @ weights
            mass = np.exp(scores - scores.max())
            mass /= mass.sum()
            wanted = mass * one.right
            slope += one.clues.T @ (wanted / max(wanted.sum(), 1e-12) - mass)
        slope /= max(len(held), 1)
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
        weights = weights + RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return weights


def best(one: Example, weights: Floats) -> tuple[Floats, bool]:
    """The clues of the best candidate with its score and its lead over other slides, and whether it is right."""
    scores = one.clues @ weights
    at = int(scores.argmax())
    others = [score for score, slide in zip(scores, one.slides, strict=True) if slide != one.slides[at]]
    ahead = scores[at] - max(others, default=scores[at] - scorer.LEAST_AHEAD)
    return np.append(one.clues[at], [scores[at] / 3, ahead / 3]), bool(one.right[at])


def likely(some: list[Example], weights: Floats) -> Floats:
    """Weights of a logistic regression, the constant last, by Newton's method."""
    pairs = [best(one, weights) for one in some]
    rows = np.array([[*clues, 1.0] for clues, _ in pairs])
    right = np.array([float(is_right) for _, is_right in pairs])
    firm = np.diag([FIRM_LIKELY] * (rows.shape[1] - 1) + [1e-6])
    found = np.zeros(rows.shape[1])
    for _ in range(30):
        odds = 1 / (1 + np.exp(-rows @ found))
        bend = (rows * (odds * (1 - odds))[:, None]).T @ rows + firm
        found = found + np.linalg.solve(bend, rows.T @ (right - odds) - firm @ found)
    return found


def scaled(some: list[Example]) -> tuple[list[Example], Floats, Floats]:
    """Clues with a mean of 0 and a spread of 1, and both as they were."""
    every = np.concatenate([one.clues for one in some])
    mean, spread = every.mean(0), every.std(0) + 1e-6
    return [Example(one.deck, (one.clues - mean) / spread, one.right, one.slides) for one in some], mean, spread


def left_out(some: list[Example]) -> None:
    """Prints how good the fit is on decks that it did not see."""
    told: list[tuple[bool, bool, float]] = []
    for deck in sorted({one.deck for one in some}):
        rest = [one for one in some if one.deck != deck]
        weights = order(rest)
        odds = likely(rest, weights)
        for one in (one for one in some if one.deck == deck):
            clues, right = best(one, weights)
            told.append((bool(one.right.any()), right, float(1 / (1 + np.exp(-np.append(clues, 1) @ odds)))))
    for least in (0.3, 0.4, 0.5, 0.6):
        there = [right and chance >= least for held, right, chance in told if held]
        absent = [chance >= least for held, _, chance in told if not held]
        print(f"from {least}: {np.mean(there):.2f} answered, {np.mean(absent):.2f} false answers")


def main() -> None:
    with Platform() as platform:
        every = [one for folder in sys.argv[1:] for one in examples(platform, Path(folder))]
    some, mean, spread = scaled(every)
    left_out(some)
    weights = order(some)
    odds = likely(some, weights)
    ordered, chances = weights / spread, odds[: len(NAMES)] / spread
    for name, one, other in zip(NAMES, ordered, chances, strict=True):
        print(f'    "{name}": ({one:.3f}, {other:.3f}),')
    score, ahead = odds[len(NAMES)] / 3, odds[len(NAMES) + 1] / 3
    constant = odds[-1] - mean @ chances - score * (mean @ ordered)
    print(f"_SCORE, _AHEAD, _CONSTANT = {score:.3f}, {ahead:.3f}, {constant:.3f}")


if __name__ == "__main__":
    main()
