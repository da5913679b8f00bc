"""How clues are weighed: which words of the slides answer best, and how likely it is that they do answer.

Two linear models, fitted by tools/fit_slide_answers.py on questions to decks made for development: one orders what the
slides say (the logarithm of the share of right ones under a softmax, as in listwise ranking of Cao et al. 2007), one
tells from the clues of the best, its score and its lead how likely it holds the answer (logistic regression).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from groundstone.slides.clues import NAMES

# For each clue: its weight in the order, and in the likelihood.
_TABLE: dict[str, tuple[float, float]] = {
    "own": (-1.328, 0.108),
    "headed": (0.817, 0.574),
    "titled": (-2.536, -0.161),
    "decked": (5.192, 0.799),
    "anywhere": (0.597, 0.533),
    "missing": (-4.123, -1.752),
    "names missing": (-2.228, -1.940),
    "names near": (-0.266, -0.320),
    "new": (-0.664, -0.484),
    "label": (3.688, -0.463),
    "begins": (-0.961, 0.465),
    "cosine": (7.377, 1.888),
    "nearest": (5.819, -1.413),
    "number": (1.220, -0.560),
    "no number": (-1.685, -0.574),
    "who": (1.376, -0.056),
    "no who": (-1.608, 0.000),
    "when": (0.519, -0.613),
    "no when": (-0.822, 0.557),
    "list": (0.984, 0.617),
    "no list": (-0.336, 0.661),
    "list unasked": (-0.769, 0.000),
    "tile": (-2.240, -0.164),
    "title": (-2.236, -1.078),
    "footer": (0.000, 0.000),
    "notes": (1.176, -0.096),
    "notes asked": (0.000, 0.000),
    "figure": (0.220, -0.227),
    "heads": (-0.530, -0.268),
    "picture": (-0.860, 0.421),
    "length": (3.308, 0.657),
    "score": (1.935, 0.673),
    "first": (0.748, 0.055),
    "top": (0.014, -2.447),
    "covers title": (0.783, 1.802),
    "yes": (-0.004, 0.138),
    "who of list": (0.112, -0.523),
    "list long": (2.286, 0.392),
    "list titled": (3.079, -0.880),
    "hard missing": (-0.335, -0.309),
    "hard far": (-1.904, 0.560),
}
_SCORE, _AHEAD, _CONSTANT = 0.160, 0.130, -2.936  # of the likelihood: the score, the lead, and what is added

_ORDER = tuple(_TABLE[name][0] for name in NAMES)
_LIKELY = tuple(_TABLE[name][1] for name in NAMES)
LEAST_AHEAD = 3.0  # the lead of the best where nothing else was found


def score(clues: Sequence[float]) -> float:
    """How well words answer, to be compared with others for the same question."""
    return sum(weight * value for weight, value in zip(_ORDER, clues, strict=True))


def likelihood(clues: Sequence[float], ahead: float) -> float:
    """From 0 to 1: whether the best words hold the answer. ``ahead``: its score above the best of another slide."""
    total = sum(weight * value for weight, value in zip(_LIKELY, clues, strict=True))
    total += _SCORE * score(clues) + _AHEAD * ahead + _CONSTANT
    return 1 / (1 + exp(-max(min(total, 30.0), -30.0)))
