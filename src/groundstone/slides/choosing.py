"""The words of slides that answer a question best, by learned weights, with how likely they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundstone.models.base import Embed
from groundstone.slides import likeness, scorer, surety
from groundstone.slides.asks import Ask
from groundstone.slides.candidates import Candidate, candidates
from groundstone.slides.clues import NAMES, Clues
from groundstone.slides.seen import Sheet

MEANT = 64  # candidates that are embedded for a question
NEAR = 0.7  # below the best score: what is said too
NAMED = 0.99  # of its label: a row that the question names
MOST = 3  # candidates said
_AT = {name: place for place, name in enumerate(NAMES)}


@dataclass(frozen=True)
class Found:
    """Candidates, best first. ``how``: "sure", "closest" or "none"."""

    best: tuple[Candidate, ...]
    how: str
    likelihood: float


def found(ask: Ask, sheets: Sequence[Sheet], embed: Embed) -> Found:
    """What slides say that answers best. Raises ModelError and its kinds."""
    chosen, clues, likely = weighed(ask, sheets, embed)
    return Found(chosen, _how(ask, clues, chosen[0], likely) if chosen else "none", likely)


def weighed(ask: Ask, sheets: Sequence[Sheet], embed: Embed) -> tuple[tuple[Candidate, ...], Sequence[float], float]:
    """The best candidates, best first, the clues of the first and its ``scorer.likelihood``."""
    rated = _rated(ask, sheets, embed)
    if not rated:
        return (), (), 0.0
    score, _, clues, best = rated[0]
    other = next((one[0] for one in rated if one[3].sheet is not best.sheet), score - scorer.LEAST_AHEAD)
    chosen = tuple(one[3] for one in rated[:MOST] if one[0] >= score - NEAR)
    return chosen, clues, scorer.likelihood(clues, score - other)


def _how(ask: Ask, clues: Sequence[float], best: Candidate, likely: float) -> str:
    sure = surety.surety(surety.signs(ask, best, clues, likely))
    if clues[_AT["names missing"]] or likely < surety.POSSIBLE or sure < surety.FAINT:
        return "none"
    cell = best.kind in ("table", "chart", "picture", "diagram") or ask.wants == "number"
    other_row = best.what in ("line", "tile") and cell and clues[_AT["label"]] < NAMED
    if (other_row and clues[_AT["hard missing"]]) or surety.of_another(ask, best):
        return "closest"
    return "sure" if sure >= surety.LIKELY else "closest"


def _rated(ask: Ask, sheets: Sequence[Sheet], embed: Embed) -> list[tuple[float, int, list[float], Candidate]]:
    """Score, place, clues and candidate, best first; of many, only the most likely ones by their words."""
    weigh = Clues(ask, sheets)
    some = [(weigh.of(one, 0.0, 0.0), one) for sheet in sheets for one in candidates(sheet)]
    if len(some) > MEANT:
        order = sorted(range(len(some)), key=lambda place: -scorer.score(some[place][0]))[:MEANT]
        some = [some[place] for place in sorted(order)]
    near = likeness.cosines(embed, ask.text or ask.asked, [one.placed for _, one in some])
    top = max(near, default=0.0)
    rated = []
    for place, ((clues, one), cosine) in enumerate(zip(some, near, strict=True)):
        clues[_AT["cosine"]], clues[_AT["nearest"]] = cosine, cosine - top
        rated.append((scorer.score(clues), place, clues, one))
    return sorted(rated, key=lambda one: (-one[0], one[1]))
