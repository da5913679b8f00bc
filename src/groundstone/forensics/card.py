"""A model card: how good a model is, on what it was measured, what it is for and what it cannot do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from groundstone.forensics.base import Verdict
from groundstone.forensics.collection import Item
from groundstone.forensics.curve import Epoch
from groundstone.forensics.rates import (
    Bin,
    Figure,
    area_figure,
    brier,
    calibration_error,
    recall_at,
    reliability,
    roc,
    share,
)

VERDICTS: tuple[Verdict, ...] = ("genuine", "cannot tell", "forged")
FEW = 30  # files of a class below which figures say little


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a model said of a file. ``probability`` None: it could not judge; ``note`` then tells why.

    ``source``: the document that the file comes from. ``hit``: whether the hottest window of a forged page lies on what
    was changed; ``windows``: the area under the ROC curve of the windows of that page. None where there is no mask.
    """

    item: Item
    source: str
    probability: float | None
    verdict: Verdict
    hit: bool | None = None
    windows: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of some files. ``area``, ``recall1`` and ``recall5`` (at 1 % and 5 % false alarms) need both classes.

    Files that could not be judged (``unjudged``) are left out of ``area``; in the recalls they count as not found.
    ``alarms``: genuine files that the verdict calls forged; ``found``: forged files that it calls so.
    ``hits``: pages whose hottest window is on the forgery; ``windows``: mean area of the windows of a forged page.
    """

    name: str
    genuine: int
    forged: int
    unjudged: int
    area: Figure | None
    recall1: Figure | None
    recall5: Figure | None
    alarms: Figure | None
    found: Figure | None
    hits: Figure | None
    windows: Figure | None


@dataclass(frozen=True, slots=True)
class Trial:
    """A training with one way to split, for recipes that are tried on several."""

    title: str
    trained_on: int
    tested_on: int
    accuracy: Figure
    area: Figure | None
    leaks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A page to look at: a small JPEG and over it the heat as PNG, both base64."""

    title: str
    width: int
    height: int
    jpeg: str
    heat: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """The words of a card. ``model`` and ``data`` are pairs of name and value; ``repeat`` is a command."""

    title: str
    use: tuple[str, ...]
    limits: tuple[str, ...]
    model: tuple[tuple[str, str], ...]
    data: tuple[tuple[str, str], ...]
    repeat: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """``confusion``: rows genuine and forged, columns VERDICTS. ``conditions`` and ``kinds``: figures of parts."""

    told: Told
    whole: Row
    conditions: tuple[Row, ...]
    kinds: tuple[Row, ...]
    confusion: tuple[tuple[int, ...], ...]
    roc: tuple[tuple[float, float], ...]
    bins: tuple[Bin, ...]
    brier: float | None
    calibration_error: float | None
    curve: tuple[Epoch, ...] = ()
    trials: tuple[Trial, ...] = ()
    examples: tuple[Example, ...] = field(default=(), repr=False)

    def to_json(self) -> dict[str, Any]:
        """All but the pictures."""
        values = asdict(self)
        del values["examples"]
        return values


def card_of(
    told: Told,
    outcomes: Sequence[Outcome],
    *,
    curve: Sequence[Epoch] = (),
    trials: Sequence[Trial] = (),
    examples: Sequence[Example] = (),
) -> Card:
    """The card of what a model said of files that it had not seen."""
    judged = [one for one in outcomes if one.probability is not None]
    scores, labels = _scores(judged), _labels(judged)
    bins = reliability(scores, labels) if judged else []
    return Card(
        told=told,
        whole=_row("all files", outcomes),
        conditions=(*_parts(outcomes, _history), *_parts(outcomes, lambda one: one.item.last)),
        kinds=_kinds(outcomes),
        confusion=tuple(
            tuple(sum(one.item.forged is truth and one.verdict == verdict for one in outcomes) for verdict in VERDICTS)
            for truth in (False, True)
        ),
        roc=tuple(roc(scores, labels)) if 0 < labels.sum() < len(labels) else (),
        bins=tuple(bins),
        brier=brier(scores, labels) if judged else None,
        calibration_error=calibration_error(bins) if judged else None,
        curve=tuple(curve),
        trials=tuple(trials),
        examples=tuple(examples),
    )


def doubts(outcomes: Sequence[Outcome]) -> list[str]:
    """What a reader of the figures must know."""
    found = []
    forged = sum(one.item.forged for one in outcomes)
    fewest, sources = min(forged, len(outcomes) - forged), len({one.source for one in outcomes})
    if fewest < FEW:
        found.append(f"Only {fewest} files of one class were tested; the true figures may lie far from these.")
    if sources < FEW:
        found.append(f"The files come from {sources} source documents only; others may be judged quite differently.")
    if (distinct := len({one.item.digest for one in outcomes})) < len(outcomes):
        found.append(
            f"The {len(outcomes)} tested files are {distinct} different ones: copies make the intervals of shares look "
            "narrower than they are."
        )
    if unread := [one for one in outcomes if one.note]:
        found.append(f"{len(unread)} files could not be judged, such as {unread[0].item.name}: {unread[0].note}")
    return found


def _row(name: str, outcomes: Sequence[Outcome]) -> Row:
    judged = [one for one in outcomes if one.probability is not None]
    every = np.array([-1.0 if one.probability is None else one.probability for one in outcomes])
    forged = [one for one in outcomes if one.item.forged]
    genuine = [one for one in outcomes if not one.item.forged]
    placed = [one for one in forged if one.hit is not None]
    return Row(
        name=name,
        genuine=len(genuine),
        forged=len(forged),
        unjudged=len(outcomes) - len(judged),
        area=area_figure(_scores(judged), _labels(judged), [one.source for one in judged]) if judged else None,
        recall1=recall_at(every, _labels(outcomes), 0.01),
        recall5=recall_at(every, _labels(outcomes), 0.05),
        alarms=_share([one.verdict == "forged" for one in genuine]),
        found=_share([one.verdict == "forged" for one in forged]),
        hits=_share([bool(one.hit) for one in placed]),
        windows=_mean([one.windows for one in placed if one.windows is not None]),
    )


def _parts(outcomes: Sequence[Outcome], of: Callable[[Outcome], str]) -> Iterable[Row]:
    names = sorted({of(one) for one in outcomes if of(one)})
    return [_row(name, [one for one in outcomes if of(one) == name]) for name in names]


def _history(one: Outcome) -> str:
    return f"{one.item.history} a history of compression" if one.item.history else ""


def _kinds(outcomes: Sequence[Outcome]) -> tuple[Row, ...]:
    """Each kind of forgery against all genuine files."""
    genuine = [one for one in outcomes if not one.item.forged]
    names = sorted({one.item.kind for one in outcomes if one.item.forged and one.item.kind})
    return tuple(
        _row(name, [*genuine, *(one for one in outcomes if one.item.forged and one.item.kind == name)])
        for name in names
    )


def _share(hits: Sequence[bool]) -> Figure | None:
    return share(sum(hits), len(hits)) if hits else None


def _mean(values: Sequence[float]) -> Figure | None:
    """The mean with 1.96 standard errors to each side."""
    if not values:
        return None
    middle, error = float(np.mean(values)), 1.96 * float(np.std(values)) / len(values) ** 0.5
    return Figure(middle, max(0.0, middle - error), min(1.0, middle + error))


def _scores(outcomes: Sequence[Outcome]) -> Any:
    return np.array([0.0 if one.probability is None else one.probability for one in outcomes], np.float64)


def _labels(outcomes: Sequence[Outcome]) -> Any:
    return np.array([int(one.item.forged) for one in outcomes], np.int64)
