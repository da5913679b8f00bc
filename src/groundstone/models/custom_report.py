"""How good a classifier is on examples that it has not seen: figures, and what they are worth."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from groundstone.models.custom_head import Numbers, log_loss
from groundstone.models.examples import Example

MISTAKES, TEXT_SHOWN = 20, 300
FEW_EXAMPLES, FEW_TESTS = 10, 30  # below these, figures say little
BINS = 10  # of confidence, for the calibration error


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """``precision``: of those given the label, the share that has it. ``recall``: the other way round.

    ``support``: tested examples that have the label.
    """

    label: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """A text that got the label ``said`` instead of ``label``, and how sure the model was."""

    text: str
    label: str
    said: str
    probability: float


@dataclass(frozen=True, slots=True)
class Report:
    """Figures on held-out examples.

    accuracy: the share that got the right label; ``interval``: where it lies with 95 % confidence (Wilson).
    baseline: the accuracy of always saying ``baseline_label``, the most frequent one of the training examples.
    calibration_error: mean distance between how sure the model was and how often it was right.
    confusion: rows are true labels, columns given ones, in the order of ``labels``.
    compared: other methods that were tried on the same examples, with their figures.
    training_loss: the log loss on the examples that were learned from; None where nothing is fitted to them.
    """

    method: str
    trained_on: int
    tested_on: int
    accuracy: float
    interval: tuple[float, float]
    macro_f1: float
    baseline: float
    baseline_label: str
    log_loss: float
    calibration_error: float
    labels: tuple[LabelFigures, ...]
    confusion: tuple[tuple[int, ...], ...]
    mistakes: tuple[Mistake, ...]
    warnings: tuple[str, ...] = ()
    compared: tuple[tuple[str, float, float], ...] = ()  # method, accuracy, macro F1
    training_loss: float | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Report:
        """Raises KeyError or TypeError for anything else than what ``to_json`` gives."""
        values = dict(data)
        values["labels"] = tuple(LabelFigures(**each) for each in data["labels"])
        values["mistakes"] = tuple(Mistake(**each) for each in data["mistakes"])
        values["confusion"] = tuple(tuple(row) for row in data["confusion"])
        values["compared"] = tuple(tuple(each) for each in data["compared"])
        values["interval"], values["warnings"] = tuple(data["interval"]), tuple(data["warnings"])
        return cls(**values)


def evaluated(
    method: str, labels: Sequence[str], train: Sequence[Example], held: Sequence[Example], probabilities: Numbers
) -> Report:
    """The report on ``held``. ``probabilities`` has the shape (len(held), len(labels))."""
    true = np.array([labels.index(item.label) for item in held])
    said = probabilities.argmax(axis=1)
    table = np.zeros((len(labels), len(labels)), int)
    np.add.at(table, (true, said), 1)
    figures = tuple(_figures(label, table, number) for number, label in enumerate(labels))
    right = int(np.trace(table))
    usual = Counter(item.label for item in train).most_common(1)[0][0]
    tested = [each.f1 for each in figures if each.support]
    made = Report(
        method=method,
        trained_on=len(train),
        tested_on=len(held),
        accuracy=right / len(held),
        interval=wilson(right, len(held)),
        macro_f1=sum(tested) / len(tested),
        baseline=sum(item.label == usual for item in held) / len(held),
        baseline_label=usual,
        log_loss=log_loss(probabilities, true),
        calibration_error=_calibration_error(probabilities, true),
        labels=figures,
        confusion=tuple(tuple(row) for row in table.tolist()),
        mistakes=_mistakes(held, labels, said.tolist(), probabilities),
    )
    return made


def doubts(report: Report, examples: Sequence[Example]) -> list[str]:
    """What a reader of the figures must know."""
    counts = Counter(item.label for item in examples)
    few = sorted(label for label, count in counts.items() if count < FEW_EXAMPLES)
    found = []
    if few:
        found.append(f"Fewer than {FEW_EXAMPLES} examples of: {', '.join(few)}. Its figures are close to guesses.")
    if report.tested_on < FEW_TESTS:
        found.append(f"Only {report.tested_on} examples were tested; the true accuracy may lie far from the figure.")
    if report.interval[0] <= report.baseline:
        found.append(f"Not shown to be better than always answering {report.baseline_label!r}.")
    if max(counts.values()) > 10 * min(counts.values()):
        found.append("Some labels have more than ten times as many examples as others; look at the figures of each.")
    return found


def wilson(right: int, count: int) -> tuple[float, float]:
    """Where a share lies with 95 % confidence when ``right`` of ``count`` were seen."""
    z = 1.959964
    share, room = right / count, z * z / count
    middle = (share + room / 2) / (1 + room)
    half = z * math.sqrt(share * (1 - share) / count + room / (4 * count)) / (1 + room)
    return max(0.0, middle - half), 1.0 if right == count else min(1.0, middle + half)


def _figures(label: str, table: Any, number: int) -> LabelFigures:
    hit, given, support = int(table[number, number]), int(table[:, number].sum()), int(table[number].sum())
    precision, recall = hit / given if given else 0.0, hit / support if support else 0.0
    both = precision + recall
    return LabelFigures(label, precision, recall, 2 * precision * recall / both if both else 0.0, support)


def _calibration_error(probabilities: Numbers, true: Any) -> float:
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == true
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [abs(float((sure - right)[bins == each].sum())) for each in range(BINS)]
    return sum(gaps) / len(sure)


def _mistakes(
    held: Sequence[Example], labels: Sequence[str], said: Sequence[int], probabilities: Numbers
) -> tuple[Mistake, ...]:
    wrong = [
        Mistake(item.text[:TEXT_SHOWN], item.label, labels[number], float(row[number]))
        for item, number, row in zip(held, said, probabilities, strict=True)
        if labels[number] != item.label
    ]
    return tuple(sorted(wrong, key=lambda each: -each.probability)[:MISTAKES])
