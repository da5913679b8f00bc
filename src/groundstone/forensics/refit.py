"""Learns anew, from files whose truth is known, how far the measures of the network can be trusted.

The network stays as it ships; what is learned is its calibration: one logistic function for pages with a history of
compression and one for those without, the spread between kinds of pages, and the two thresholds. Penalty, calibration,
spread and thresholds come from files that the function in question was not fitted to: the files are cut into folds, no
source in two of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstone.errors import InvalidInput
from groundstone.forensics.calibration import PAST, Calibration, Logistic
from groundstone.forensics.curve import Epoch
from groundstone.forensics.logistic import Labels, Line, Numbers, calibrated, fitted, probabilities
from groundstone.forensics.rates import log_loss, threshold
from groundstone.forensics.splits import folds

PENALTIES = (1.0, 0.3, 0.1, 0.03, 0.01, 1e-3, 1e-4)
FEW = 20  # files of each class below which a function is not learned
FEW_OF_KIND = 10  # files of a kind of page, and of each class 3, from which it tells of the spread
LEAST_SPREAD, MOST_SPREAD = 0.2, 3.0
EDGE = 1e-4  # how near to 0 and 1 thresholds may come
Tick = Callable[[int, int], None]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Known:
    """Files whose truth is known, each with its ``measures`` (Found.measures of detect.py), 1 for forged, its source.

    ``conditions``: the kind of page, such as its last save; the spread is that between kinds.
    """

    measures: Sequence[Mapping[str, float]]
    labels: Labels
    sources: Sequence[str]
    conditions: Sequence[str]


@dataclass(frozen=True, slots=True)
class Refitted:
    """``notes``: in words, what could not be learned. ``penalties``: those chosen, with and without a history."""

    calibration: Calibration
    curve: tuple[Epoch, ...]
    notes: tuple[str, ...]
    penalties: tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class _Branch:
    """``odds``: of its files, by functions not fitted to them. ``penalty`` None: not learned but kept."""

    logistic: Logistic
    odds: Numbers
    steps: tuple[Logistic, ...] = ()
    penalty: float | None = None


def refit(known: Known, held: Known, base: Calibration, alarms: float, tick: Tick) -> Refitted:
    """A calibration learned from ``known``; ``held`` is looked at only for the curve.

    ``base`` stays for pages of which there are fewer than FEW of a class. ``alarms``: the share of genuine files that
    may be called forged, and of forged files with a history that may be called genuine. Raises InvalidInput when
    neither function can be learned.
    """
    names = tuple(dict.fromkeys((*base.measures, *sorted({name for one in known.measures for name in one}))))
    rows = _rows(known.measures, names)
    past = rows[:, names.index(PAST)] > 0 if PAST in names else np.zeros(len(rows), bool)
    halves, notes = [], []
    for turn, (inside, kept, title) in enumerate(((past, base.past, "with"), (~past, base.none, "without"))):
        if _is_enough(known.labels[inside]):
            halves.append(_learned(rows, known, inside, partial(_ticked, tick, turn * len(PENALTIES))))
        else:
            halves.append(_kept(rows[inside], kept, base.measures, names))
            notes.append(f"Pages {title} a history of compression: too few files, so the shipped function is kept.")
    if all(half.penalty is None for half in halves):
        raise InvalidInput(
            f"there are too few files to learn from: {FEW} genuine and {FEW} forged ones that can be judged are needed"
        )
    odds = np.empty(len(rows))
    odds[past], odds[~past] = halves[0].odds, halves[1].odds
    forged, genuine = _thresholds(probabilities(odds), known.labels, past, alarms)
    made = Calibration(names, halves[0].logistic, halves[1].logistic, forged, genuine)
    return Refitted(made, _curve(made, halves, known, held), tuple(notes), (halves[0].penalty, halves[1].penalty))


def judged(calibration: Calibration, measures: Sequence[Mapping[str, float]]) -> Numbers:
    """The probability of each page, from its measures alone."""
    return probabilities(np.array([calibration.odds(one)[0] for one in measures]))


def _ticked(tick: Tick, before: int, step: int) -> None:
    tick(before + step, 2 * len(PENALTIES))


def _learned(rows: Numbers, known: Known, inside: Mask, tick: Callable[[int], None]) -> _Branch:
    at: list[int] = np.flatnonzero(inside).tolist()
    labels, sources = known.labels[at], [known.sources[one] for one in at]
    middle, size = rows[at].mean(axis=0), rows[at].std(axis=0)
    plain = np.where(size > 1e-9, (rows[at] - middle) / np.maximum(size, 1e-9), 0.0)
    parts, best = folds(sources), (np.inf, 0.0, np.zeros(len(at)))
    for step, penalty in enumerate(PENALTIES):
        tick(step)
        odds = _unseen(plain, labels, parts, penalty)
        slope, shift = calibrated(odds, labels)
        best = min(best, (log_loss(probabilities(slope * odds + shift), labels), penalty, odds), key=lambda one: one[0])
    _, penalty, odds = best
    slope, shift = calibrated(odds, labels)
    spread = _spread(
        slope * odds + shift, labels, [known.conditions[one] or sources[number] for number, one in enumerate(at)]
    )
    lines: list[Line] = []
    last = fitted(plain, labels, penalty, lambda weights, bias: lines.append(Line(weights, bias)))
    steps = tuple(_logistic(line, slope, shift, middle, size, spread) for line in (*lines[:-1], last))
    return _Branch(steps[-1], slope * odds + shift, steps, penalty)


def _unseen(plain: Numbers, labels: Labels, parts: Sequence[Sequence[int]], penalty: float) -> Numbers:
    """Odds of each fold by a function of the others; of one class only, none better than even is known."""
    odds = np.zeros(len(labels))
    for part in parts:
        rest = np.setdiff1d(np.arange(len(labels)), part)
        if 0 < labels[rest].sum() < len(rest):
            odds[part] = fitted(plain[rest], labels[rest], penalty).odds(plain[part])
    return odds


def _logistic(line: Line, slope: float, shift: float, middle: Numbers, size: Numbers, spread: float) -> Logistic:
    """The function of measures as they are, from that of standardised ones."""
    weights = np.where(size > 1e-9, slope * line.weights / np.maximum(size, 1e-9), 0.0)
    bias = slope * line.bias + shift - float(weights @ middle)
    return Logistic(tuple(weights.tolist()), float(bias), spread)


def _spread(odds: Numbers, labels: Labels, conditions: Sequence[str]) -> float:
    """Standard deviation between kinds of pages of what would have to be added to their odds, each kind by its size."""
    shifts, counts = [], []
    for name in sorted(set(conditions)):
        inside = np.array([one == name for one in conditions])
        count, forged = int(inside.sum()), int(labels[inside].sum())
        if count >= FEW_OF_KIND and min(forged, count - forged) >= 3:
            shifts.append(_shift(odds[inside], labels[inside]))
            counts.append(count)
    if len(shifts) < 2:
        return 1.0  # not known; that of kinds which differ as usual
    middle = np.average(shifts, weights=counts)
    return float(
        np.clip(np.sqrt(np.average((np.array(shifts) - middle) ** 2, weights=counts)), LEAST_SPREAD, MOST_SPREAD)
    )


def _shift(odds: Numbers, labels: Labels) -> float:
    """What added to the odds makes as many files forged as are, by halving; drawn to 0 by one file of each class."""
    low, high, wanted = -10.0, 10.0, float(labels.sum()) + 1
    for _ in range(50):
        middle = (low + high) / 2
        expected = float(probabilities(odds + middle).sum()) + 2 * float(probabilities(np.array([middle]))[0])
        low, high = (middle, high) if expected < wanted else (low, middle)
    return (low + high) / 2


def _thresholds(found: Numbers, labels: Labels, past: Mask, alarms: float) -> tuple[float, float]:
    """From which probability on a page is called forged, and up to which genuine."""
    forged = float(np.clip(threshold(found[labels == 0], alarms), 2 * EDGE, 1 - EDGE))
    changed = np.sort(found[(labels == 1) & past])
    genuine = float(changed[int(alarms * len(changed))]) if len(changed) else 0.5
    return forged, float(np.clip(genuine, EDGE, forged - EDGE))


def _curve(made: Calibration, halves: Sequence[_Branch], known: Known, held: Known) -> tuple[Epoch, ...]:
    """Loss and accuracy after each step of the solver, both functions side by side."""
    found = []
    for number in range(max(len(half.steps) for half in halves)):
        past, none = (half.steps[min(number, len(half.steps) - 1)] if half.steps else half.logistic for half in halves)
        then = Calibration(made.measures, past, none, made.forged, made.genuine)
        figures: list[Any] = []
        for part in (known, held):
            chances = judged(then, part.measures)
            figures += [log_loss(chances, part.labels), float(((chances >= 0.5) == (part.labels == 1)).mean())]
        found.append(Epoch(number + 1, *figures))
    return tuple(found)


def _kept(rows: Numbers, logistic: Logistic, own: Sequence[str], names: Sequence[str]) -> _Branch:
    of = dict(zip(own, logistic.weights, strict=True))
    whole = Logistic(tuple(of.get(name, 0.0) for name in names), logistic.bias, logistic.spread)
    return _Branch(whole, rows @ np.array(whole.weights) + whole.bias)


def _rows(measures: Sequence[Mapping[str, float]], names: Sequence[str]) -> Numbers:
    return np.array([[one[name] for name in names] for one in measures], np.float64).reshape(len(measures), len(names))


def _is_enough(labels: Labels) -> bool:
    return min(int(labels.sum()), int((labels == 0).sum())) >= FEW
