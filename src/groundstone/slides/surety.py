"""Whether the best words of the slides are said as the answer, or only shown as what comes closest.

The order of candidates and whether the first of them answers are two questions: words may be the nearest by far and
still be about something else. A second model weighs what tells these apart (logistic regression, fitted by
``tools/fit_slide_surety.py`` on questions with and without an answer, checked on decks left out).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import exp, log

from groundstone.slides import lexis
from groundstone.slides.asks import Ask
from groundstone.slides.candidates import Candidate
from groundstone.slides.clues import NAMES

LIKELY = 0.53  # from here on words are said as the answer
FAINT = 0.2  # below it nothing is shown
POSSIBLE = 0.15  # of ``scorer.likelihood``: from here on they are shown as what comes closest
SIGNS = (
    "likelihood", "hard missing", "hard far", "names near", "label", "cosine", "own", "uncounted", "list unasked",
    "number", "new",
)  # fmt: skip
_WEIGHTS = (0.403, 0.508, -1.059, -0.621, -0.696, 2.532, 1.040, -1.093, 0.666, -0.353, -0.581)
_CONSTANT = -0.534
_CLUES = tuple(NAMES.index(name) for name in SIGNS[1:7])
_NEW = NAMES.index("new")
_COUNTED = re.compile(r"\bhow many ([a-z][\w-]+)(?: ([a-z][\w-]+))?")
_NAMED = re.compile(r"\b([A-Z][a-z]+) ([A-Z][a-z]+)\b")
PERIODS = frozenset(
    "january february april june july august september october november december monday tuesday wednesday thursday "
    "friday saturday sunday spring summer autumn winter".split()
)
_SMALL = frozenset("of the a an are is was were do does did has have had can in on to at for".split())


def signs(ask: Ask, best: Candidate, clues: Sequence[float], likely: float) -> list[float]:
    """The values of ``SIGNS``. ``likely``: ``scorer.likelihood`` of the candidate."""
    likely = min(max(likely, 1e-4), 1 - 1e-4)
    return [
        log(likely / (1 - likely)),
        *(clues[at] for at in _CLUES),
        float(not _counted(ask, best)),
        float(best.what == "list" and not ask.several),
        float(ask.wants == "number"),
        clues[_NEW],
    ]


def surety(found: Sequence[float]) -> float:
    """From 0 to 1, of the values of ``SIGNS``."""
    total = sum(weight * value for weight, value in zip(_WEIGHTS, found, strict=True)) + _CONSTANT
    return 1 / (1 + exp(-max(min(total, 30.0), -30.0)))


def of_another(ask: Ask, best: Candidate) -> bool:
    """Whether a person or thing of two names is asked about, and the words stand near neither of them.

    So it is with a month, a season or a day that the slide does not have.
    """
    near = best.own | best.under | best.sheet.heading | best.sheet.deck_words
    pairs = [[lexis.root(word.lower()) for word in pair] for pair in _NAMED.findall(ask.text)]
    if any(word not in best.sheet.words | near for word in lexis.tokens(ask.text) if word in PERIODS):
        return True
    return any(not any(lexis.is_there(name, near) for name in pair) for pair in pairs if set(pair) <= ask.names)


def _counted(ask: Ask, best: Candidate) -> bool:
    """Whether what "how many" counts stands in the words; True where nothing is counted."""
    match = _COUNTED.search(ask.folded)
    words = [word for word in match.groups() if word and word not in _SMALL] if match else []
    own = lexis.bag(best.text)
    return not words or any(lexis.meets(lexis.root(word), own) > 0 for word in words)
